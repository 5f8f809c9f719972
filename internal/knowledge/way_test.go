package knowledge

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// What lowers security is told with the warning, in the language of the reader,
// also where nobody said that it does; what waits for a second person is not told.
func TestWaysCarryTheWarning(t *testing.T) {
	t.Parallel()
	approved := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	own := []tocsin.Workaround{
		{ID: "1", Service: "exchange", Language: "en", Text: "Use the phone."},
		{ID: "2", Service: "exchange", Language: "en", Text: "Turn off MFA.", Lowers: true, CreatedBy: "a", ApprovedBy: "b", ApprovedAt: approved},
		{ID: "3", Service: "exchange", Language: "en", Text: "Leave out conditional access."}, // kept by a program that knew fewer words
		{ID: "4", Service: "exchange", Language: "en", Text: "Switch the spam filter off.", Lowers: true, CreatedBy: "a"},
		{ID: "5", Service: "teams", Language: "en", Text: "Use the phone."},
	}
	for _, code := range lang.Languages() {
		b := book(t, code)
		var got []string
		for _, w := range b.Ways("exchange", own) {
			mark := w.ID
			if strings.Contains(w.Told(), b.Warning) {
				mark += "!"
			}
			got = append(got, mark)
		}
		if strings.Join(got, " ") != "exchange 1 2! 3!" {
			t.Errorf("%s: %v", code, got)
		}
		if b.Warned("Use the phone.") != "Use the phone." || !strings.HasSuffix(b.Warned("ウイルス対策を止める"), " "+b.Warning) {
			t.Errorf("%s: %q", code, b.Warned("ウイルス対策を止める"))
		}
	}
}
