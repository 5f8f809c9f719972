package room

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// refusing are the files whose refusals people meet in a room.
func refusing(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{"../../tocsin/incident*.go", "../../store/respond/incident*.go", "../../notify/dispatch/speak.go", "*.go"} {
		list, err := filepath.Glob(pattern)
		if err != nil || len(list) == 0 {
			t.Fatal(pattern, err)
		}
		files = append(files, slices.DeleteFunc(list, func(name string) bool { return strings.HasSuffix(name, "_test.go") })...)
	}
	return files
}

// literal is the text of an expression, "" for one that is worked out.
func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		text, _ := strconv.Unquote(lit.Value)
		return text
	}
	return ""
}

// refusedAt adds what a node refuses.
func refusedAt(n ast.Node, add func(kind error, field string, about bool)) {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch f := n.Fun.(type) {
		case *ast.SelectorExpr:
			name = f.Sel.Name
		case *ast.Ident:
			name = f.Name
		}
		if !slices.Contains([]string{"Invalidf", "IncidentLine", "IncidentText", "IncidentInstant", "OneOfIncident"}, name) || len(n.Args) < 2 || literal(n.Args[0]) == "" {
			return
		}
		if literal(n.Args[1]) != "%s" { // else the page words it itself
			add(tocsin.ErrInvalid, literal(n.Args[0]), false)
		}
	case *ast.CompositeLit:
		field, kind, about := "", tocsin.ErrInvalid, false
		for _, e := range n.Elts {
			pair, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			switch key, _ := pair.Key.(*ast.Ident); {
			case key == nil:
			case key.Name == "Field":
				field = literal(pair.Value)
			case key.Name == "About":
				about = true
			case key.Name == "Kind":
				if is, ok := pair.Value.(*ast.SelectorExpr); ok && is.Sel.Name == "ErrConflict" {
					kind = tocsin.ErrConflict
				}
			}
		}
		if field != "" {
			add(kind, field, about)
		}
	}
}

// Every refusal that a person can meet in a room has words in each language.
func TestRefusalsHaveWords(t *testing.T) {
	t.Parallel()
	// What is not in a form of a room: the address of a part, which a script asks for.
	outside := []string{"after"}
	found := map[string]*tocsin.Error{}
	add := func(kind error, field string, about bool) {
		e := &tocsin.Error{Kind: kind, Field: field}
		if about {
			e.About = "kim"
		}
		found[strings.Join(refusals(e), "|")] = e
	}
	for _, name := range refusing(t) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool { refusedAt(n, add); return true })
	}
	for _, field := range []string{"issue", "service", "tenant"} { // by a variable
		add(tocsin.ErrInvalid, field, false)
	}
	for _, field := range []string{"item", "measure", "step"} {
		add(tocsin.ErrConflict, field, true)
	}
	if len(found) < 30 {
		t.Fatalf("only %d refusals were found", len(found))
	}
	for _, code := range lang.Languages() {
		locale, err := lang.NewLocale(code, files)
		if err != nil {
			t.Fatal(err)
		}
		for keys, e := range found {
			if !slices.Contains(outside, e.Field) && !slices.ContainsFunc(strings.Split(keys, "|"), locale.HasText) {
				t.Errorf("%s: nothing says that %s is refused (%s)", code, e.Field, keys)
			}
		}
	}
}
