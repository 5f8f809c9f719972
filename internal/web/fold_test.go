package web

import (
	"html/template"
	"strings"
	"testing"
)

// Folded templates write what the same templates write that are not, wherever
// in markup a constant stands; only what depends on a model is left to do.
func TestFoldChangesNothing(t *testing.T) {
	t.Parallel()
	const text = `{{define "page"}}<p title="{{t "a&b"}}">{{t "a&b"}}{{template "piece" .}}</p><a href="/x?q={{t "a&b"}}" {{template "attr" .}}>{{icon "gear"}}</a>
<style>p { width: {{number 3}}px }</style>{{if .}}{{t "if"}}{{else}}{{t "else" "n" 3}}{{end}}{{template "alone"}}{{with $x := .}}{{t $x}}{{end}}{{t .}}{{t "a&b" | shout}}{{glyph "watch" "watch"}}{{template "self" .}}{{end}}
{{define "piece"}}<b>{{t "in piece"}}</b>{{lang}}{{end}}{{define "attr"}}data-x="{{t "a\"b"}}"{{end}}{{define "alone"}}<i>{{t "alone"}}</i>{{end}}
{{define "self"}}{{t "self"}}{{if not .}}{{template "self" "x"}}{{end}}{{end}}`
	called, tick := 0, ""
	funcs := template.FuncMap{
		"t":      func(key string, pairs ...any) string { called++; return "<" + key + ">" },
		"icon":   icon,
		"glyph":  glyph,
		"number": func(n int) string { return strings.Repeat("1", n) },
		"lang":   func() string { called++; return "en" },
		"shout":  func(s string) string { called++; return s + tick },
	}
	plain, folded := template.Must(template.New("").Funcs(funcs).Parse(text)), template.Must(template.New("").Funcs(funcs).Parse(text))
	if err := fold(folded); err != nil {
		t.Fatal(err)
	}
	for _, model := range []string{"", "<model>"} {
		tick = "another time" + model // what is not known to be steady is asked each time
		var want, got strings.Builder
		if err := plain.ExecuteTemplate(&want, "page", model); err != nil {
			t.Fatal(err)
		}
		called = 0
		if err := folded.ExecuteTemplate(&got, "page", model); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("folded:\n%s\nplain:\n%s", got.String(), want.String())
		}
		if want := 4 + min(len(model), 1); called > want {
			t.Errorf("%d calls are left, want at most %d", called, want)
		}
	}
}
