package notify_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/notifytest"
)

func size(l *notify.Letter) int {
	text, _ := json.Marshal(l)
	return len(text)
}

// fit returns the letter that fits, and whether something is missing.
func fit(l *notify.Letter, fits func(*notify.Letter) bool) (got *notify.Letter, missing bool) {
	got = notify.Fit(l, func(l *notify.Letter, cut bool) *notify.Letter { missing = cut; return l }, fits)
	return got, missing
}

func TestFitKeepsWhatMattersMost(t *testing.T) {
	t.Parallel()
	line := notify.Line{Text: "One sentence is here. " + strings.Repeat("Another one follows it. ", 40) + "日本語の文です。もう一つの文です。"}
	l := &notify.Letter{Heading: "[3]"}
	for i := range 30 {
		l.Entries = append(l.Entries, notify.Entry{Heading: fmt.Sprintf("[serviceDegradation] EX%d", i), Blocks: []notify.Block{
			{Kind: notify.BlockChanged, Label: "What changed", Lines: []notify.Line{{}, line}},
			{Kind: notify.BlockNext}, // without lines
			{Kind: notify.BlockImpact, Label: "User impact", Lines: []notify.Line{line, line}},
		}})
	}
	whole := size(l)
	if got, cut := fit(l, func(l *notify.Letter) bool { return size(l) <= whole }); cut || got != l {
		t.Error("a letter that fits was cut")
	}
	before := 0
	for limit := 0; limit < whole; limit += 1999 {
		got, cut := fit(l, func(l *notify.Letter) bool { return size(l) <= limit })
		if !cut || len(got.Entries) == 0 || limit > 600 && size(got) > limit {
			t.Fatalf("%d: cut %t to %d bytes", limit, cut, size(got))
		}
		if n := size(got); n < before {
			t.Errorf("%d: %d bytes, and %d in less room", limit, n, before)
		} else {
			before = n
		}
		for i, e := range got.Entries {
			if e.Heading != l.Entries[i].Heading {
				t.Fatalf("%d: entry %d is %q", limit, i, e.Heading)
			}
			for _, b := range e.Blocks {
				if len(got.Entries) < len(l.Entries) {
					t.Fatalf("%d: a block, and headings are missing", limit)
				}
				for _, line := range b.Lines {
					if !utf8.ValidString(line.Text) || !strings.HasSuffix(line.Text, ".") && !strings.HasSuffix(line.Text, "。") {
						t.Errorf("%d: cut at %q", limit, line.Text[max(0, len(line.Text)-40):])
					}
				}
			}
		}
	}
	if size(l) != whole {
		t.Error("the letter itself was changed")
	}
}

func TestFitCutsTextWithoutAnEnd(t *testing.T) {
	t.Parallel()
	l := notifytest.Message().Letter
	l.Entries[0].Blocks[0].Lines = []notify.Line{{Text: strings.Repeat("\xff日", 100_000)}}
	got, cut := fit(l, func(l *notify.Letter) bool {
		return len(l.Entries[0].Blocks) == 0 || len(l.Entries[0].Blocks[0].Lines[0].Text) < 5000
	})
	if n := len(got.Entries[0].Blocks[0].Lines[0].Text); !cut || n < 4000 || n >= 5000 {
		t.Errorf("cut %t to %d bytes", cut, n)
	}
}
