package web

import (
	"bytes"
	"strings"
	"testing"
)

// A style sheet says the same without what nobody needs.
func TestSmallSheet(t *testing.T) {
	t.Parallel()
	for sheet, want := range map[string]string{
		"a { color: red; }\n\nb,\n  c > d { margin: 0 auto }\n":              "a{color:red}b,c>d{margin:0 auto}",
		"/* of a */ a /* here */ b :hover { x: y; /* too */ }":               "a b :hover{x:y}",
		`a::before { content: " /* } */ : "; } [b="c  d"] { e: 'f  g' }`:     `a::before{content:" /* } */ : "}[b="c  d"]{e:'f  g'}`,
		"@media screen and (max-width: 40rem) { a { b: calc(1px + 2px); } }": "@media screen and (max-width:40rem){a{b:calc(1px + 2px)}}",
		"a { b: c !important; --d: e }":                                      "a{b:c !important;--d:e}",
		":is(a, b) + c ~ d { e: f }":                                         ":is(a,b) + c ~ d{e:f}",
		"/* no end":                                                          "",
	} {
		if got := string(smallSheet([]byte(sheet))); got != want {
			t.Errorf("%q: %q, want %q", sheet, got, want)
		}
	}
}

// maxSheet is the budget of the style sheet of a page, before compression.
const maxSheet = 75_000

// The style sheet fits its budget and has lost no rule.
func TestSheetFitsItsBudget(t *testing.T) {
	t.Parallel()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	var whole []byte
	for _, name := range []string{"tokens.css", "app.css", "desk.css", "people.css"} {
		part, err := files.ReadFile("static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		whole = append(whole, part...)
	}
	for name, file := range a.files {
		if file.Kind != "text/css; charset=utf-8" {
			continue
		}
		if n := len(file.Body); n > maxSheet {
			t.Errorf("%s has %d bytes, more than %d", name, n, maxSheet)
		}
		if got, want := bytes.Count(file.Body, []byte("{")), bytes.Count(whole, []byte("{")); got != want {
			t.Errorf("%s has %d rules, want %d", name, got, want)
		}
	}
}

// maxScript is the budget of the script that every page loads.
const maxScript = 10_240

// The script fits its budget, and no text of a script goes over lines, which are
// cut at their beginnings.
func TestScriptFitsItsBudget(t *testing.T) {
	t.Parallel()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	for plain, name := range a.names {
		file := a.files[name[len("/static/"):]]
		if !strings.HasPrefix(file.Kind, "text/javascript") {
			continue
		}
		if n := len(file.Body); n > maxScript {
			t.Errorf("%s has %d bytes, more than %d", plain, n, maxScript)
		}
		for line := range bytes.Lines(file.Body) {
			if bytes.Count(line, []byte("`"))%2 != 0 {
				t.Errorf("%s: a text goes over lines: %s", plain, line)
			}
		}
	}
}
