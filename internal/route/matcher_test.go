package route

import (
	"strings"
	"testing"
)

func labelsOf(pairs ...string) Labels {
	var list []Label
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, Label{pairs[i], pairs[i+1]})
	}
	return NewLabels(list...)
}

func TestParseMatchers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`class="incident"`:                  `{class="incident"}`,
		` class = incident `:                `{class="incident"}`,
		`{class="incident"}`:                `{class="incident"}`,
		`{ a="b" , c!="d", }`:               `{a="b",c!="d"}`,
		`a=b,c=~"d|e",f!~g.+`:               `{a="b",c=~"d|e",f!~"g.+"}`,
		`a=""`:                              `{a=""}`,
		`a!=""`:                             `{a!=""}`,
		`a="say \"hi\", {you}"`:             `{a="say \"hi\", {you}"}`,
		`a=~"v1\\.2"`:                       `{a=~"v1\\.2"}`,
		`service="SharePoint オンライン"`:        `{service="SharePoint オンライン"}`,
		`a:b_9="c"`:                         `{a:b_9="c"}`,
		`tag!~".*"`:                         `{tag!~".*"}`,
		`service=~"(?i)exchange( online)?"`: `{service=~"(?i)exchange( online)?"}`,
	} {
		got, err := ParseMatchers(text)
		if err != nil || got.String() != want {
			t.Errorf("%s: %v, %v, want %s", text, got, err, want)
			continue
		}
		if again, err := ParseMatchers(want); err != nil || again.String() != want {
			t.Errorf("%s is read as %v, %v", want, again, err)
		}
	}
}

// What two parsers read in different ways, or what matches more than it says, is
// refused with what was meant.
func TestParseMatchersRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                       "would match everything",
		`  `:                     "would match everything",
		`{}`:                     "would match everything",
		`,`:                      "no label name",
		`a="b",,`:                "no label name",
		`a`:                      "none of =, !=, =~, !~",
		`a="b" c="d"`:            "a comma between two",
		`a=b c`:                  "in quotes",
		`a=`:                     `"" for no value`,
		`a=~`:                    `write a=~"…"`,
		`a='b'`:                  "stands in no quotes",
		`a="b`:                   "closing quote",
		`a="b\u0041"`:            "parsers read in different ways",
		`a="b\n"`:                "line feed",
		`a=~"v1\.2"`:             `write \\ for a backslash`,
		`a="b` + "\n" + `c"`:     "line feed",
		`{a="b"`:                 "brace is missing",
		`a="b"}`:                 "brace is missing",
		`{a="b"}x`:               "follows the closing brace",
		`"a"="b"`:                "no label name",
		`é="b"`:                  "no label name",
		`a=~"("`:                 "no expression",
		`a=~"b)|(c"`:             "no expression",
		`a=~".*"`:                "also true of events without a",
		`a=~"b|"`:                "also true of events without a",
		`a=~"b?"`:                "also true of events without a",
		`a=~""`:                  "also true of events without a",
		"a=\"\xff\"":             "not UTF-8",
		`a="` + big(1000) + `"`:  "longer than",
		`a=~"(b{1000}){1000}c"`:  "no expression",
		`a=="b"`:                 "stands in no quotes",
		`a=~"b","`:               "no label name",
		`class="incident" or x=`: "a comma between two",
	} {
		got, err := ParseMatchers(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", text, got, err, want)
		}
	}
}

func big(n int) string { return strings.Repeat("x", n) }

func TestMatches(t *testing.T) {
	t.Parallel()
	labels := labelsOf("class", "incident", "tag", "Major", "tag", "Admin", "region", "")
	for text, want := range map[string]bool{
		`class="incident"`: true, `class="Incident"`: false, `class!="incident"`: false, `class!="advisory"`: true,
		`class=~"inc"`: false, `class=~"inc.+"`: true, `class!~"inc"`: true, `class!~"inc.+"`: false,
		`region=""`: true, `region!=""`: false, `missing=""`: true, `missing!="x"`: true, `missing!~"x"`: true, `missing!~".*"`: false, `missing=~".+"`: false,
		// Of several values, one is enough for = and =~; != and !~ ask that none is.
		`tag="Major"`: true, `tag="Admin"`: true, `tag="User"`: false, `tag=~"A.+"`: true, `tag!="Major"`: false, `tag!="User"`: true, `tag!~"A.+"`: false, `tag=""`: false,
		`class="incident",tag="Admin"`: true, `class="incident",tag="User"`: false,
	} {
		matchers, err := ParseMatchers(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := matchers.Match(labels); got != want {
			t.Errorf("%s of %v: %v, want %v", text, labels, got, want)
		}
	}
}

// A value is one line, so that an expression such as .+ sees the whole of it.
func TestLabelsAreOneLine(t *testing.T) {
	t.Parallel()
	labels := labelsOf("feature", "mail\nflow", "tag", "b", "tag", "a", "tag", "b", "empty", " \n")
	if want := `{feature="mail flow", tag="a", tag="b"}`; labels.String() != want {
		t.Errorf("%v, want %s", labels, want)
	}
	if m, _ := ParseMatchers(`feature=~"mail.+"`); !m.Match(labels) {
		t.Error("a line feed in a label hides it from .+")
	}
}

func FuzzParseMatchers(f *testing.F) {
	for _, s := range []string{`class="incident"`, `{a="b",c!~"d",}`, `a="\\\"",b=c`, `a=~"(?i)x+"`, `{`, `a="b\u00e9"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		matchers, err := ParseMatchers(s)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		again, err := ParseMatchers(matchers.String())
		if err == nil && again.String() != matchers.String() || err != nil && len(matchers.String()) <= maxMatcher {
			t.Errorf("%q is written as %s, which is read as %v, %v", s, matchers, again, err)
		}
		for _, m := range matchers {
			if m.Operator == Regexp && m.holds("") {
				t.Errorf("%q matches events without a label", s)
			}
		}
	})
}
