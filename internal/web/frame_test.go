package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A field that has the name of one of an embedded struct hides it: a template
// that asks for the embedded one is given the other without a word. So no view
// model hides anything, nor do two embedded structs hide each other's.
func TestNoFieldHidesAnother(t *testing.T) {
	t.Parallel()
	structs := structsOf(t, ".")
	framed := 0
	for _, name := range slices.Sorted(maps.Keys(structs)) {
		owners := map[string]string{}
		for _, owner := range structs.family(name) {
			if owner == "frame" && name != "frame" {
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

// structs are the struct types of a package.
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

func structsOf(t *testing.T, folder string) structs {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := structs{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if body, ok := spec.Type.(*ast.StructType); ok {
					found[spec.Name.Name] = readStruct(body)
				}
			}
			return true
		})
	}
	return found
}

func readStruct(body *ast.StructType) structOf {
	var s structOf
	for _, field := range body.Fields.List {
		for _, name := range field.Names {
			s.fields = append(s.fields, name.Name)
		}
		if len(field.Names) > 0 {
			continue
		}
		embedded := field.Type
		if star, ok := embedded.(*ast.StarExpr); ok {
			embedded = star.X
		}
		if name, ok := embedded.(*ast.Ident); ok {
			s.embedded = append(s.embedded, name.Name)
		}
	}
	return s
}
