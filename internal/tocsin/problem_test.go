package tocsin_test

import (
	"reflect"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// What the archive holds is read again, also the sentences of older versions.
func TestDecodeProblem(t *testing.T) {
	t.Parallel()
	kept := func(text string) *tocsin.Problem { return tocsin.NewProblem(tocsin.ProblemKept, "text", text) }
	for text, want := range map[string]*tocsin.Problem{
		"":                  nil,
		`{"code":"budget"}`: tocsin.NewProblem(tocsin.ProblemBudget),
		`{"code":"file","args":{"name":"a.json"}}`: tocsin.NewProblem(tocsin.ProblemFile, "name", "a.json"),
		`{"code":"from.a.newer.version"}`:          {Code: "from.a.newer.version"},
		"The upstream does not answer.":            kept("The upstream does not answer."),
		"{}":                                       kept("{}"),
		`{"code":`:                                 kept(`{"code":`),
	} {
		got := tocsin.DecodeProblem(text)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
		if want != nil && want.Code != tocsin.ProblemKept && got.Encode() != text {
			t.Errorf("%s becomes %s", text, got.Encode())
		}
	}
	if long := tocsin.NewProblem(tocsin.ProblemFile, "name", strings.Repeat("x", 5000)); len(long.Encode()) > 400 {
		t.Errorf("an argument of 5,000 bytes is kept with %d", len(long.Encode()))
	}
}
