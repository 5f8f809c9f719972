package web_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
)

// A field that has the name of one of an embedded struct hides it: a template
// that asks for the embedded one is given the other without a word. So no view
// model hides anything, nor do two embedded structs hide each other's.
func TestNoFieldHidesAnother(t *testing.T) {
	t.Parallel()
	structs := structsOf(t, slices.Collect(maps.Keys(families(t)))...)
	framed := 0
	for _, name := range slices.Sorted(maps.Keys(structs)) {
		owners := map[string]string{}
		for _, owner := range structs.family(name) {
			if owner == "web.Frame" && name != owner {
				framed++
			}
			for _, field := range structs[owner].fields {
				if other, taken := owners[field]; taken && other != owner {
					t.Errorf("%s: %s.%s hides that of %s", name, other, field, owner)
				}
				owners[field] = owner
			}
		}
	}
	if framed < 20 {
		t.Errorf("%d pages with a frame were found, want 20 or more", framed)
	}
}

// structs are the struct types of some packages, such as web.Frame.
type structs map[string]structOf

type structOf struct{ fields, embedded []string }

// family is a struct and all that it embeds, however deep.
func (s structs) family(name string) []string {
	family := []string{name}
	for _, embedded := range s[name].embedded {
		family = append(family, s.family(embedded)...)
	}
	return family
}

func structsOf(t *testing.T, families ...string) structs {
	t.Helper()
	found := structs{}
	for _, name := range families {
		eachSource(t, name, func(path, text string) {
			if strings.HasSuffix(path, ".html") {
				return
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok {
					if body, ok := spec.Type.(*ast.StructType); ok {
						found[name+"."+spec.Name.Name] = readStruct(name, body)
					}
				}
				return true
			})
		})
	}
	return found
}

func readStruct(family string, body *ast.StructType) structOf {
	var s structOf
	for _, field := range body.Fields.List {
		for _, name := range field.Names {
			if name.IsExported() { // a template asks for no other
				s.fields = append(s.fields, name.Name)
			}
		}
		if len(field.Names) > 0 {
			continue
		}
		embedded := field.Type
		if star, ok := embedded.(*ast.StarExpr); ok {
			embedded = star.X
		}
		switch name := embedded.(type) {
		case *ast.Ident:
			s.embedded = append(s.embedded, family+"."+name.Name)
		case *ast.SelectorExpr:
			s.embedded = append(s.embedded, fmt.Sprint(name.X)+"."+name.Sel.Name)
		}
	}
	return s
}
