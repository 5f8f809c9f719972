package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
)

// unaudited are the writes that leave no entry in the audit log, with why.
func unaudited() map[string]string {
	return map[string]string{
		"AddConsumer":   "what runs is the program's own",
		"ClaimConsumer": "consumers have cursors of their own",
		"Consume":       "consumers have cursors of their own",
		"SkipChange":    "skipped changes have a list of their own",
		"AddCode":       "a one-time code: what it leads to is audited",
		"ClaimSource":   "polls have a log of their own",
		"FinishPoll":    "polls have a log of their own",
		"EndFileTask":   "work of the collector",
		"MarkDemo":      "the first thing that a demonstration does with an archive of its own",
		"PutBlock":      "a copy that may be deleted at any time",
		"SetObjectID":   "one step of signing in, which is audited",
		"SetViewpoints": "what one person has read and likes concerns nobody else",
		"Sweep":         "what is over by itself",
		"TellLate":      "the change is its own record",
		"TellStale":     "the change is its own record",
		"TouchSession":  "the session's beginning is audited",
		"UseAssertion":  "one step of asking for a token",
		"UsePasskey":    "one step of signing in, which is audited",
	}
}

// Every method that writes calls audit, or says above why it does not.
func TestEveryWriteIsAudited(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	packages, err := parser.ParseDir(files, ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // one package without build tags
	if err != nil {
		t.Fatal(err)
	}
	calls, methods := map[string]map[string]bool{}, []string{}
	for _, file := range packages["store"].Files {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil && f.Name.IsExported() {
				if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok && star.X.(*ast.Ident).Name == "Store" {
					methods = append(methods, name)
				}
			}
			if calls[name] == nil {
				calls[name] = map[string]bool{}
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					switch callee := call.Fun.(type) {
					case *ast.Ident:
						calls[name][callee.Name] = true
					case *ast.SelectorExpr:
						calls[name][callee.Sel.Name] = true
					}
				}
				return true
			})
		}
	}
	excused := unaudited()
	for _, name := range methods {
		reached := reach(calls, name)
		switch writes, why := reached["InTx"], excused[name]; {
		case writes && !reached["Audit"] && why == "":
			t.Errorf("%s writes and calls no Audit", name)
		case why != "" && (!writes || reached["Audit"]):
			t.Errorf("%s needs no excuse", name)
		}
		delete(excused, name)
	}
	if len(methods) < 60 || len(excused) > 0 {
		t.Errorf("%d methods, without %v", len(methods), slices.Collect(maps.Keys(excused)))
	}
}

// reach is every function that a function calls, itself or through others.
func reach(calls map[string]map[string]bool, from string) map[string]bool {
	reached, queue := map[string]bool{}, []string{from}
	for len(queue) > 0 {
		for next := range calls[queue[0]] {
			if !reached[next] {
				reached[next] = true
				queue = append(queue, next)
			}
		}
		queue = queue[1:]
	}
	return reached
}
