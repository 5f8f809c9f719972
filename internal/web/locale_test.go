package web

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/lang"
)

func TestRichEscapes(t *testing.T) {
	t.Parallel()
	texts, err := lang.NewLocale("en", files)
	if err != nil {
		t.Fatal(err)
	}
	l := Locale{lang.Clock{Locale: texts}}
	if got := l.Rich("grant.in", "role", "<b>x</b>", "tenant", "a & b\x001\x00"); strings.Contains(string(got), "<b>") || !strings.Contains(string(got), "a &amp; b") {
		t.Errorf("rich = %q", got)
	}
}
