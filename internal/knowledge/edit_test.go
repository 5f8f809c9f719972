package knowledge_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
)

func book(t *testing.T, code string) *knowledge.Book {
	t.Helper()
	b, err := knowledge.In(code)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Everything that is shipped can be edited but for what workarounds have of their
// own, in each language the same passages.
func TestPassages(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	var first []string
	for _, code := range []string{"en", "fr", "ja"} {
		var items []string
		for _, p := range book(t, code).Passages() {
			items = append(items, p.Item)
			counts[p.List()]++
			for _, f := range p.Fields {
				if f.Text == "" {
					t.Errorf("%s: %s of %s is empty", code, f.Name, p.Item)
				}
			}
		}
		if first == nil {
			first = items
		}
		if !slices.Equal(items, first) {
			t.Errorf("%s has other passages: %v", code, items)
		}
	}
	want := map[string]int{"actions": 18, "measures": 9, "services": 12, "tree": 21, "checks": 12, "express": 12, "reasons": 9, "prepare": 12, "faq": 12, "anticipation": 15, "channels": 6}
	if !reflect.DeepEqual(counts, want) {
		t.Errorf("%v, want %v", counts, want)
	}
}

// The newest edit that holds takes the place of what is shipped, in its language
// alone; the shared book stays as it is.
func TestWithEdits(t *testing.T) {
	t.Parallel()
	b := book(t, "en")
	edit := func(item string, version int, words map[string]string) tocsin.Edit {
		return tocsin.Edit{ID: tocsin.NewGUID(), Item: item, Language: "en", Version: version, Words: words, CreatedBy: "u1"}
	}
	lowers := edit("faq/center", 2, map[string]string{"question": "Q?", "answer": "Turn the antivirus off."})
	lowers.Lowers = true
	approved := lowers
	approved.ApprovedBy = "u2"
	french := edit("faq/mfa", 9, map[string]string{"question": "F", "answer": "F"})
	french.Language = "fr"
	edited := b.With([]tocsin.Edit{
		edit("tree/scope", 3, map[string]string{"name": "Who?", "text": "count {id}"}), edit("tree/scope", 2, map[string]string{"name": "old", "text": "old"}),
		edit("services/teams", 2, map[string]string{"symptoms": "a\nb\nc", "signs": "d\ne\nf", "first": "g\nh\ni", "say": "Say so."}), lowers, french, edit("nowhere/x", 2, nil),
	})
	s, _ := edited.Service("teams")
	if !slices.Equal(s.Symptoms, []string{"a", "b", "c"}) || s.Say != "Say so." || edited.Tree[0].Name != "Who?" || edited.Tree[0].ID != "scope" || len(edited.Tree) != 7 {
		t.Errorf("%+v, %+v", s, edited.Tree[0])
	}
	if got := edited.Of("MO1").Tree[0].Text; got != "count MO1" {
		t.Errorf("the slot of an edit: %q", got)
	}
	if q, _ := edited.Answer("center"); q.Answer == "Turn the antivirus off." || q.Question == "Q?" {
		t.Errorf("what waits is told: %+v", q)
	}
	if q, _ := b.With([]tocsin.Edit{approved}).Answer("center"); !strings.HasSuffix(q.Answer, "off. "+b.Warning) {
		t.Errorf("without the warning: %+v", q)
	}
	if s, _ := b.Service("teams"); s.Symptoms[0] == "a" || b.Tree[0].Name == "Who?" {
		t.Error("the shared book is changed")
	}
	if b.With(nil) != b {
		t.Error("a book without edits is copied")
	}
}

// An edit changes words alone.
func TestCheckEdit(t *testing.T) {
	t.Parallel()
	b := book(t, "en")
	say := map[string]string{"symptoms": "a\nb\nc", "signs": "d\ne\nf", "first": "g\nh\ni", "say": "Say so."}
	with := func(field, text string) map[string]string {
		words := map[string]string{}
		for f, text := range say {
			words[f] = text
		}
		words[field] = text
		return words
	}
	for name, tt := range map[string]struct {
		item  string
		words map[string]string
		want  error
		field string
	}{
		"as it should be":          {"services/teams", say, nil, ""},
		"blanks around":            {"services/teams", with("signs", " d \r\n e\r\nf\r\n"), nil, ""},
		"a symptom less":           {"services/teams", with("symptoms", "a\nb"), tocsin.ErrInvalid, "symptoms"},
		"a symptom more":           {"services/teams", with("symptoms", "a\nb\nc\nd"), tocsin.ErrInvalid, "symptoms"},
		"an empty line":            {"services/teams", with("symptoms", "a\n\nc"), tocsin.ErrInvalid, "symptoms"},
		"no sentence":              {"services/teams", with("say", "  "), tocsin.ErrInvalid, "say"},
		"another field":            {"services/teams", with("id", "x"), tocsin.ErrInvalid, "words"},
		"too long":                 {"services/teams", with("say", strings.Repeat("x", 1001)), tocsin.ErrInvalid, "say"},
		"control characters":       {"services/teams", with("say", "a\x1b[31mb"), tocsin.ErrInvalid, "say"},
		"no passage":               {"tree/8", say, tocsin.ErrNotFound, ""},
		"what workarounds have":    {"services/weather", say, tocsin.ErrNotFound, ""},
		"a list as a whole":        {"tree", say, tocsin.ErrNotFound, ""},
		"the warning":              {"warning/", map[string]string{"text": "x"}, tocsin.ErrNotFound, ""},
		"a step without its name":  {"tree/scope", map[string]string{"text": "x"}, tocsin.ErrInvalid, "name"},
		"markup, which stays text": {"tree/scope", map[string]string{"name": "<b>", "text": "<script>alert(1)</script>"}, nil, ""},
	} {
		e := tocsin.Edit{ID: tocsin.NewGUID(), Item: tt.item, Language: "en", Words: tt.words}
		e.Normalize()
		err := b.Check(e)
		if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if tt.field != "" && !strings.Contains(fieldsOf(err), tt.field) {
			t.Errorf("%s: about %s, want %s", name, fieldsOf(err), tt.field)
		}
	}
}

func fieldsOf(err error) string {
	var list []string
	var walk func(error)
	walk = func(err error) {
		switch e := err.(type) { //nolint:errorlint // the tree is walked here
		case *tocsin.Error:
			list = append(list, e.Field)
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				walk(one)
			}
		}
	}
	walk(err)
	return strings.Join(list, " ")
}
