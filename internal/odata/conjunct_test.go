package odata

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Filters that are drawn, printed and parsed match no row that one of their
// conjuncts rules out.
func TestConjunctsHoldForMatches(t *testing.T) {
	t.Parallel()
	m, issue := sampleModel(t)
	rows := sampleRows()
	rapid.Check(t, func(t *rapid.T) {
		text := (&author{t: t}).condition().String()
		f, err := m.ParseFilter(issue, text, sampleNow())
		var e *Error
		if errors.As(err, &e) && e.Code == TooComplex {
			t.Skip(text)
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, row := range rows {
			checkConjuncts(t, issue, f, row)
		}
	})
}

// checkConjuncts fails if a conjunct is false for a row that matches.
func checkConjuncts(t *rapid.T, issue *Type, f *Filter, row *sampleRow) {
	if !f.Match(row) {
		return
	}
	for _, c := range f.Conjuncts() {
		if c.Any || c.Fold || c.Op != "eq" || strings.Contains(c.Path, "/") {
			continue
		}
		p, ok := issue.Property(c.Path, false)
		if !ok || p.Struct != nil {
			continue
		}
		if order := compareNull(row.Value(p.Index), c.Values[0]); order != 0 {
			t.Fatalf("%s matches %s, but %s is not %v", f, row.ID, c.Path, c.Values[0].Any())
		}
	}
}
