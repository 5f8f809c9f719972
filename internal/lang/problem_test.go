package lang_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// texts are those of problems.
func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	body, err := os.ReadFile("locales/" + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var list map[string]string
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(list, func(key, _ string) bool { return !strings.HasPrefix(key, "cause.") })
	return list
}

// Every code has a text in each language that names each of its arguments, and
// there is no other text.
func TestEveryCodeHasItsText(t *testing.T) {
	t.Parallel()
	slot := regexp.MustCompile(`\{([a-z]+)\}`)
	for _, language := range lang.Languages() {
		list, used := texts(t, language), map[string]bool{}
		text := func(key string, _ ...any) string {
			used[key] = true
			if list[key] == "" {
				t.Errorf("%s: %q has no text", language, key)
			}
			return list[key]
		}
		for _, code := range tocsin.ProblemCodes() {
			slots, _ := code.Slots()
			var pairs []string
			for _, name := range slots {
				pairs = append(pairs, name, "")
			}
			p := tocsin.NewProblem(code, pairs...)
			named := map[string]bool{}
			for _, found := range slot.FindAllStringSubmatch(lang.Sentence(p, text)+lang.Help(p, text), -1) {
				named[found[1]] = true
				if !slices.Contains(slots, found[1]) {
					t.Errorf("%s: the text of %s has a slot %s that its code has not", language, code, found[1])
				}
			}
			for _, name := range slots {
				if !named[name] && name != "detail" {
					t.Errorf("%s: the text of %s does not name %s", language, code, name)
				}
			}
		}
		for _, word := range []string{"who=upstream", "who=tokens", "kind=overview", "kind=issue", "kind=message", "kind=service", "reason="} {
			name, value, _ := strings.Cut(word, "=")
			lang.Sentence(tocsin.NewProblem(tocsin.ProblemRefused, name, value), text)
		}
		for key := range list {
			if !used[key] {
				t.Errorf("%s: the text %q is used nowhere", language, key)
			}
		}
	}
}

// Every code is said somewhere, with the arguments that it has.
func TestEveryCodeIsSaid(t *testing.T) {
	t.Parallel()
	codes, said := constants(t), map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || !saysProblems(path) {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				said[n.Sel.Name] = true
			case *ast.CallExpr:
				checkSlots(t, path, codes, n)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, code := range codes {
		if !said[name] && code != tocsin.ProblemKept { // which DecodeProblem says
			t.Errorf("nothing says %s", name)
		}
	}
}

// saysProblems tells the packages that find problems from those that word them.
func saysProblems(path string) bool {
	for _, other := range []string{"lang", "tocsin", "web", "api", "cli"} {
		if strings.HasPrefix(path, "../"+other+"/") {
			return false
		}
	}
	return true
}

// constants are the codes by the names of their constants.
func constants(t *testing.T) map[string]tocsin.ProblemCode {
	t.Helper()
	source, err := os.ReadFile("../tocsin/problem.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]tocsin.ProblemCode{}
	for _, m := range regexp.MustCompile(`(Problem[A-Z][A-Za-z]*) +ProblemCode = "([a-z.]+)"`).FindAllStringSubmatch(string(source), -1) {
		codes[m[1]] = tocsin.ProblemCode(m[2])
	}
	if len(codes) != len(tocsin.ProblemCodes()) {
		t.Fatalf("%d constants for %d codes", len(codes), len(tocsin.ProblemCodes()))
	}
	return codes
}

// checkSlots holds a call of NewProblem with a constant to the code's slots.
func checkSlots(t *testing.T, path string, codes map[string]tocsin.ProblemCode, call *ast.CallExpr) {
	t.Helper()
	if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "NewProblem" {
		return
	}
	constant, ok := call.Args[0].(*ast.SelectorExpr)
	if !ok {
		return // one of several codes with the same slots
	}
	var names []string
	for i := 1; i < len(call.Args); i += 2 {
		if literal, ok := call.Args[i].(*ast.BasicLit); ok {
			names = append(names, strings.Trim(literal.Value, `"`))
		}
	}
	slices.Sort(names)
	if want, known := codes[constant.Sel.Name].Slots(); !known || !slices.Equal(names, want) {
		t.Errorf("%s: %s is said with %v, want %v", path, constant.Sel.Name, names, want)
	}
}

func TestEnglish(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		problem *tocsin.Problem
		want    string
	}{
		{nil, ""},
		{tocsin.NewProblem(tocsin.ProblemStatus, "who", "tokens", "status", "418"), "Status 418 from the token endpoint."},
		{tocsin.NewProblem(tocsin.ProblemRefused, "reason", ""), "The token endpoint refused the application: it gave no known reason."},
		{tocsin.NewProblem(tocsin.ProblemShort, "n", "1", "kind", "issue", "missing", "40"), "The provider's list of issues has 1, and 40 that were listed before are missing at once. What it lists is stored; what it lacks counts as unknown."},
		{tocsin.NewProblem(tocsin.ProblemLost, "kind", "message").And(tocsin.NewProblem(tocsin.ProblemStatus, "who", "upstream", "status", "418")), "The list of messages did not arrive in full. Status 418 from the provider."},
		{tocsin.DecodeProblem("The upstream does not answer."), "The upstream does not answer."},
		{&tocsin.Problem{Code: "new.kind"}, "new.kind"},
	} {
		if got := lang.English(tt.problem); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.problem.Encode(), got, tt.want)
		}
	}
}

// Sentences follow each other as their language does.
func TestSentencesFollowEachOther(t *testing.T) {
	t.Parallel()
	p := tocsin.NewProblem(tocsin.ProblemEnded)
	p.More = append(p.More, tocsin.NewProblem(tocsin.ProblemBudget))
	for language, blank := range map[string]string{"en": " ", "fr": " ", "ja": ""} {
		list := texts(t, language)
		text := func(key string, _ ...any) string { return list[key] }
		want := list["cause."+string(tocsin.ProblemEnded)] + blank + list["cause."+string(tocsin.ProblemBudget)]
		if got := lang.Sentence(p, text); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}
