package plaintext

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
)

// tidySlowly is what [tidy] has to give, letter by letter.
func tidySlowly(text string) string {
	text = strings.ReplaceAll(text, "&nbsp;", " ")
	var b strings.Builder
	lines, blank, returned := 0, "", false
	for _, r := range text {
		lineFeed := r == '\n' && !returned || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f'
		skipped := r == '\n' && returned
		returned = r == '\r'
		switch {
		case skipped:
		case lineFeed:
			lines, blank = lines+1, ""
		case r == '\t' || unicode.IsSpace(r) && blank == "":
			blank = " "
			if r == '\t' {
				blank = "\t"
			}
		case unicode.IsSpace(r):
		case unicode.IsControl(r) || r == '\u200b' || r == '\ufeff' || r == '\u00ad':
		default:
			if b.Len() > 0 && lines > 0 {
				b.WriteString("\n\n"[:min(lines, 2)])
			} else if b.Len() > 0 {
				b.WriteString(blank)
			}
			lines, blank = 0, ""
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestTidyKeepsRuns(t *testing.T) {
	t.Parallel()
	pieces := []string{"a", "word", " ", "  ", "\n", "\r", "\r\n", "\t", "é", "\u3000", "\u200b", "\u00ad", "\x00", "\x7f", "\xff", "\u2028", "&nbsp;", "\U0001f600", "."}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		text := b.String()
		if got, want := tidy(text, nil), tidySlowly(text); got != want {
			t.Fatalf("tidy(%q) = %q, want %q", text, got, want)
		}
	}
}
