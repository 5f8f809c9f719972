package status_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Who may work on incidents sees who is called next, and takes an incident in hand
// by a button: once, in the log and in the audit log. Looking at the page never
// does, and a reader has neither the button nor the names.
func TestAcknowledge(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	h.Person("lou", tocsin.Grant{Role: tocsin.RoleSupportN1})
	h.Person("ria", tocsin.Grant{Role: tocsin.RoleReader})
	lou, ria := h.Browser(), h.Browser()
	lou.Enter("lou")
	ria.Enter("ria")
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "EX777001", Title: "Mail is late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: h.Clock(), ModifiedAt: h.Clock(),
	})
	last, err := h.Store.LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = h.Store.InTx(t.Context(), func(tx *store.Tx) error {
		due := func(time.Time) time.Time { return h.Clock().Add(15 * time.Minute) }
		return h.Store.Enqueue(t.Context(), tx, []delivery.Row{{Change: last, Endpoint: "channel:boss", Kind: delivery.KindEscalation, Due: due}}, h.Clock())
	})
	if err != nil {
		t.Fatal(err)
	}
	const path, act = "/issues/EX777001?tenant=contoso", "/issues/EX777001/acknowledge?tenant=contoso"
	webtest.Has(t, "before", lou.Open(path), "Nobody has acknowledged it", "boss is told", `action="/issues/EX777001/acknowledge?tenant=contoso"`)
	if page := ria.Open(path); strings.Contains(page, "boss") || strings.Contains(page, "acknowledge") {
		t.Error("a reader sees who is called")
	}
	if status := ria.Status("POST", act, nil); status != http.StatusForbidden {
		t.Errorf("a reader acknowledges: %d", status)
	}
	if e, err := h.Store.Escalation(t.Context(), storetest.Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX777001"}); err != nil || e.Acknowledged != nil {
		t.Fatalf("looked at, %+v, %v", e, err)
	}
	for _, path := range []string{act, act} { // the second time somebody was first
		if status := lou.Status("POST", path, nil); status != http.StatusSeeOther {
			t.Errorf("acknowledge: %d", status)
		}
	}
	webtest.Has(t, "after", lou.Open(path), "Acknowledged", "By lou", "Nobody else is called.")
	webtest.Lacks(t, "after", lou.Open(path), "/acknowledge", "boss is told")
	h.Pass(time.Minute)
	if status := lou.Status("POST", "/issues/EX777999/acknowledge?tenant=contoso", nil); status != http.StatusNotFound {
		t.Errorf("unknown: %d", status)
	}
}
