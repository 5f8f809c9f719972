package tocsin_test

import (
	"bytes"
	"log/slog"
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

// A log line of a poll that lost all lists for one reason says it once.
func TestProblemIsLoggedOnce(t *testing.T) {
	t.Parallel()
	why := tocsin.NewProblem(tocsin.ProblemForbidden, "who", "upstream").With(&tocsin.Evidence{Status: 403, Code: "Forbidden", RequestID: "r1"})
	var problem *tocsin.Problem
	for _, kind := range []string{"overview", "issue", "message"} {
		lost := tocsin.NewProblem(tocsin.ProblemLost, "kind", kind).And(why).With(why.Evidence)
		problem = problem.And(lost)
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Warn("poll failed", "problem", problem)
	const want = "problem.code=list.lost problem.kind=overview problem.httpStatus=403 problem.upstreamCode=Forbidden problem.requestId=r1 " +
		"problem.more1.code=forbidden problem.more1.who=upstream problem.more2.code=list.lost problem.more2.kind=issue " +
		"problem.more3.code=list.lost problem.more3.kind=message\n"
	if !strings.HasSuffix(b.String(), want) {
		t.Errorf("logged %s\nwant %s", b.String(), want)
	}
}
