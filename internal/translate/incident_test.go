package translate

import (
	"strings"
	"testing"
)

// incident is a made-up post in the form of real ones: nearly every section, an
// id, products, times, a workaround, free prose.
const incident = `Title: Some recently migrated users may be unable to access their Exchange Online mailbox via the Outlook desktop application

User impact: Users may have been unable to access their Exchange Online mailbox via the Outlook desktop application.

More info: This is a continuation of the communication posted under EX123456. A moved mailbox lost its number on the way, and the NDR says "550 5.1.10" for it.

As a workaround, affected users may have been able to use Outlook on the web to access their Exchange Online mailbox.

Final status: We’ve reverted this change and confirmed with a subset of affected users that impact was successfully remediated.

Scope of impact: Impact was specific to some users attempting to access their Exchange Online mailbox via the Outlook desktop application.

Start time: Wednesday, August 21, 2024, at 1:00 PM UTC

End time: Thursday, August 22, 2024, at 3:00 PM UTC

Root cause: A recent service update contained a code issue, resulting in impact.

Next steps:
– We’re reviewing our deployment procedures to prevent similar issues in the future.

This is the final update for the event.`

// rendered is a post in a language: what the book knows by the book, the rest
// as an engine would return it that changes nothing but what is between the
// protected pieces.
func rendered(t *testing.T, lang, text string) (all string, known, lines int) {
	t.Helper()
	var b strings.Builder
	for _, s := range Segments(text) {
		lines++
		b.WriteString(s.Lead)
		if target, ok := DefaultBook().Line(lang, s); ok {
			known++
			b.WriteString(target)
			continue
		}
		p := DefaultBook().Protect(s.Text)
		target, reason := p.Restore(p.Text, lang)
		if reason != ReasonNone {
			t.Errorf("%s of %q: %s", lang, s.Text, reason)
		}
		b.WriteString(target)
	}
	return b.String(), known, lines
}

func TestIncidentKeepsIDsTimesAndProducts(t *testing.T) {
	t.Parallel()
	times := map[string][]string{
		"fr": {"mercredi 21 août 2024 à 13 h 00 UTC", "jeudi 22 août 2024 à 15 h 00 UTC"},
		"ja": {"2024年8月21日(水) 13:00 UTC", "2024年8月22日(木) 15:00 UTC"},
		"es": {"miércoles 21 de agosto de 2024 a las 13:00 UTC", "jueves 22 de agosto de 2024 a las 15:00 UTC"},
		"de": {"Mittwoch, 21. August 2024, 13:00 Uhr UTC", "Donnerstag, 22. August 2024, 15:00 Uhr UTC"},
	}
	for _, lang := range Languages() {
		text, known, lines := rendered(t, lang, incident)
		if lines-known != 1 {
			t.Errorf("%s: %d of %d lines are by the book, want all but one:\n%s", lang, known, lines, text)
		}
		text = strings.ReplaceAll(text, "\u00a0", " ")
		for _, want := range append(times[lang], "EX123456", "NDR", `"550 5.1.10"`) {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %q:\n%s", lang, want, text)
			}
		}
		for _, name := range []string{"Exchange Online", "Outlook on the web", "Outlook"} {
			if got, want := strings.Count(text, name), strings.Count(incident, name); got != want {
				t.Errorf("%s says %s %d times, want %d:\n%s", lang, name, got, want, text)
			}
		}
		if got, want := strings.Count(text, "\n"), strings.Count(incident, "\n"); got != want {
			t.Errorf("%s has %d line ends, want %d", lang, got, want)
		}
	}
}
