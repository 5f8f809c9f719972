package odata

import (
	"errors"
	"strings"
	"testing"
)

// A refusal is a filter and what is said about it.
type refusal struct {
	text    string
	code    Code
	pos     int
	message string // a part of it
}

// refused fails for each filter that is not refused as it should be.
func refused(t *testing.T, tests []refusal) {
	t.Helper()
	m, issue := sampleModel(t)
	for _, tt := range tests {
		_, err := m.ParseFilter(issue, tt.text, sampleNow())
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.60s: error %v, want an *Error", tt.text, err)
			continue
		}
		if e.Code != tt.code || e.Pos != tt.pos || !strings.Contains(e.Message, tt.message) || e.Option != "$filter" {
			t.Errorf("%.60s: %v %v, want %v at %d with %q", tt.text, e.Code, e, tt.code, tt.pos, tt.message)
		}
	}
}

// What people write by habit or by mistake is never called a feature that is
// not offered: the place is named, and what to write.
func TestSlips(t *testing.T) {
	t.Parallel()
	refused(t, []refusal{
		{`title eq "x"`, InvalidValue, 9, `single quotes: write 'x', not "x"`},
		{`contains(title,"x")`, InvalidValue, 15, "single quotes"},
		{`title in ("x")`, InvalidValue, 10, "single quotes"},
		{`title eq ‘x’`, InvalidValue, 9, "write 'x', not ‘x’"},
		{`title eq ’x’`, InvalidValue, 9, "single quotes"},
		{`title eq “x”`, InvalidValue, 9, "write 'x', not “x”"},
		{`title eq „x“`, InvalidValue, 9, "single quotes"},
		{`title eq «x»`, InvalidValue, 9, "single quotes"},
		{"title eq `x`", InvalidValue, 9, "single quotes"},
		{`title eq ´x´`, InvalidValue, 9, "single quotes"},
		{"title eq 'x'", InvalidValue, 5, "a plain one"},
		{"title　eq 'x'", InvalidValue, 5, "a plain one"},
		{`title == 'x'`, InvalidValue, 6, "Write 'eq' instead of '=='."},
		{`title='x'`, InvalidValue, 5, "Write 'eq' instead of '='."},
		{`title != 'x'`, InvalidValue, 6, "Write 'ne' instead of '!='."},
		{`title <> 'x'`, InvalidValue, 6, "Write 'ne' instead of '<>'."},
		{`seats >= 1`, InvalidValue, 6, "Write 'ge' instead of '>='."},
		{`seats <= 1`, InvalidValue, 6, "Write 'le' instead of '<='."},
		{`seats > 1`, InvalidValue, 6, "Write 'gt' instead of '>'."},
		{`seats < 1`, InvalidValue, 6, "Write 'lt' instead of '<'."},
		{`isResolved && true`, InvalidValue, 11, "Write 'and' instead of '&&'."},
		{`isResolved || true`, InvalidValue, 11, "Write 'or' instead of '||'."},
		{`!isResolved`, InvalidValue, 0, "Write 'not' instead of '!'."},
		{`title eq service`, UnknownProperty, 9, "single quotes"},
		{`title eq 'it's'`, InvalidValue, 14, "written twice"},
		{`title eq 'A`, InvalidValue, 9, "'&' as %26"},
		{`title eq'x`, InvalidValue, 8, "closing quote"},
		{`'x'eq title`, InvalidValue, 3, "blank is expected before 'eq'"},
		{`seats eq-1`, InvalidValue, 8, "blank is expected after 'eq'"},
		{`contains(title 'x')`, InvalidValue, 15, "comma"},
		{`contains(title,'x'`, InvalidValue, 18, "parenthesis at position 8 is not closed"},
		{`contains (title,'x')`, InvalidValue, 9, "No blank stands between a function and its parenthesis"},
		{`title contains 'x'`, InvalidValue, 6, "write contains(...)"},
		{`contains(title,copilot)`, UnknownProperty, 15, "single quotes"},
		{`services/any(s:s eq 'x'`, InvalidValue, 23, "parenthesis at position 12 is not closed"},
		{`((isResolved)`, InvalidValue, 13, "parenthesis at position 0 is not closed"},
		{`title in ('x'`, InvalidValue, 13, "parenthesis at position 9 is not closed"},
		{`isResolved))`, InvalidValue, 10, "No parenthesis is open"},
		{`startDateTime ge '2020-01-01T00:00:00Z'`, WrongType, 14, "without quotes, such as 2026-07-08T00:00:00Z"},
		{`startDateTime ge '10/11/2020'`, WrongType, 14, "without quotes, such as"},
		{`startDateTime ge datetime'2020-01-01T00:00:00'`, InvalidValue, 25, "without quotes, such as"},
		{`isResolved eq 'false'`, WrongType, 11, "without quotes: false."},
		{`seats eq '5'`, WrongType, 6, "without quotes: 5."},
		{`title eq 5`, WrongType, 6, "Text stands in single quotes."},
		{`services in ('a','b')`, WrongType, 0, "'x' in services"},
		{`contains(services,'a')`, WrongType, 9, "'x' in services"},
		{`details/name eq 'x'`, WrongType, 0, "details/any(i:...)"},
		{`'x' in title`, WrongType, 7, "not a collection"},
		{`title in (id)`, WrongType, 10, "not a collection"},
		{`'x' in details`, WrongType, 4, "structured"},
		{`5 in services`, WrongType, 2, "Edm.String"},
		{`title in 'a','b'`, InvalidValue, 9, "A list such as ('a','b')"},
		{`title in tolower(id)`, InvalidValue, 9, "A list such as ('a','b')"},
		{`not title in services and not title eq 'x'`, WrongType, 30, "write not (...)"},
	})
}
