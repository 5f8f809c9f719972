package room_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// A room that a rule opened says how many it found hit, or that nobody knows; and by when
// its next step is due.
func TestRoomSaysHowManyAreHit(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	for n, reach := range []string{"seats 1200", "users 1", "unknown"} {
		err := h.Store.InTx(t.Context(), func(tx *store.Tx) error {
			issue := []string{"EX900100", "EX900200", "EX900300"}[n]
			_, err := h.Store.OpenByRule(t.Context(), tx, tocsin.IncidentOpening{TenantID: storetest.Contoso, Issue: issue, Rule: "big ones", Reach: reach},
				tocsin.Incident{Title: "Mail waits", TenantIDs: []string{storetest.Contoso}, Issues: []string{issue}, Zone: "UTC"}, h.Clock())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// What is due soon is counted down where there is a script, and in words without.
	webtest.Has(t, "counted down", b.Open("/incidents/1"), `role="timer" data-left="900">In 15`)
	h.Pass(16 * time.Minute)
	webtest.Lacks(t, "late", b.Open("/incidents/1"), `data-left="`)
	webtest.Has(t, "seats", b.Open("/incidents/1"), "Incident opened <span>· 1,200\u00a0seats at the sites that are hit</span>")
	webtest.Has(t, "users", b.Open("/fr/incidents/2"), "<span>· Microsoft compte 1\u00a0utilisateur</span>")
	webtest.Has(t, "unknown", b.Open("/ja/incidents/3"), "<span>· 影響を受けるユーザー数は不明</span>")
}
