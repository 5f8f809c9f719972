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

// unaudited are the writes of a room that leave no entry in the audit log, with
// why.
func unaudited(room string) map[string]string {
	switch room {
	case "people":
		return map[string]string{
			"AddCode":          "a one-time code: what it leads to is audited",
			"FollowServices":   "what concerns one person is their own matter",
			"MoveReadingMark":  "what one person has seen concerns nobody else",
			"SetObjectID":      "one step of signing in, which is audited",
			"SetReading":       "how one person reads concerns nobody else",
			"SetViewpoints":    "what one person has read and likes concerns nobody else",
			"Sweep":            "what is over by itself",
			"TouchFeedAddress": "that it was made is audited",
			"TouchSession":     "the session's beginning is audited",
			"UsePasskey":       "one step of signing in, which is audited",
		}
	case "programs":
		return map[string]string{"UseAssertion": "one step of asking for a token"}
	case "translation":
		return map[string]string{
			"ClaimWants":   "work of the program",
			"Count":        "the ledger is its own record",
			"Settle":       "work of the program",
			"TellReplaced": "the change is its own record",
			"WantAll":      "work of the program",
		}
	case "delivery":
		return map[string]string{
			"Begin":       "the ledger is its own record",
			"Claim":       "work of the program",
			"Finish":      "the ledger is its own record",
			"Drop":        "the ledger is its own record",
			"Enter":       "it is the ledger",
			"Release":     "work of the program",
			"Sweep":       "what is over by itself",
			"TellAgain":   "the ledger is its own record",
			"TellTrouble": "the ledger is its own record",
		}
	case "respond":
		return map[string]string{
			"CountBeacon": "it is a count",
			"FileReport":  "it is its own record, and keeps nobody's name",
			"SourceOf":    "a secret of the program",
			"SweepWords":  "what is over by itself",
		}
	case "archive":
		return map[string]string{
			"ClaimSource":     "polls have a log of their own",
			"EndFileTask":     "work of the collector",
			"FinishPoll":      "polls have a log of their own",
			"KeepFeedEntries": "a copy of what was published",
			"MarkDemo":        "the first thing that a demonstration does with an archive of its own",
			"PutBlock":        "a copy that may be deleted at any time",
			"Sweep":           "what is over by itself",
			"TellLate":        "the change is its own record",
			"TellStale":       "the change is its own record",
		}
	default:
		return map[string]string{
			"AddConsumer":   "what runs is the program's own",
			"ClaimConsumer": "consumers have cursors of their own",
			"Consume":       "consumers have cursors of their own",
			"SkipChange":    "skipped changes have a list of their own",
		}
	}
}

// Every method that writes calls Audit, or says above why it does not.
func TestEveryWriteIsAudited(t *testing.T) {
	t.Parallel()
	for room, least := range map[string]int{".": 25, "archive": 50, "people": 40, "programs": 10, "translation": 15, "delivery": 10, "respond": 15} {
		calls, methods := methodsIn(t, room)
		excused := unaudited(room)
		for _, name := range methods {
			reached := reach(calls, name)
			switch writes, why := reached["InTx"], excused[name]; {
			case writes && !reached["Audit"] && why == "":
				t.Errorf("%s: %s writes and calls no Audit", room, name)
			case why != "" && (!writes || reached["Audit"]):
				t.Errorf("%s: %s needs no excuse", room, name)
			}
			delete(excused, name)
		}
		if len(methods) < least || len(excused) > 0 {
			t.Errorf("%s: %d methods, without %v", room, len(methods), slices.Collect(maps.Keys(excused)))
		}
	}
}

// methodsIn lists the exported methods of the Store of a folder, and by name
// what each function of the folder calls.
func methodsIn(t *testing.T, dir string) (calls map[string]map[string]bool, methods []string) {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), dir, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // one package without build tags
	if err != nil || len(packages) != 1 {
		t.Fatal(len(packages), err)
	}
	calls = map[string]map[string]bool{}
	for _, one := range packages {
		for _, file := range one.Files {
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
					methods = append(methods, methodName(f)...)
					note(calls, f)
				}
			}
		}
	}
	return calls, methods
}

// methodName is the name of an exported method of a Store.
func methodName(f *ast.FuncDecl) []string {
	if f.Recv == nil || !f.Name.IsExported() {
		return nil
	}
	if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok && star.X.(*ast.Ident).Name == "Store" {
		return []string{f.Name.Name}
	}
	return nil
}

// note adds what a function calls.
func note(calls map[string]map[string]bool, f *ast.FuncDecl) {
	name := f.Name.Name
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
