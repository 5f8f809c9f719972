package room_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What is new in a room is kept for those who read alike, and for nobody else: not for
// who may do other things, reads another language, or may not see the room. Another entry is there at once, in the same second.
func TestPartsAreKeptApart(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	h.Person("out", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Fabrikam})
	at := opened(t, b)
	sent(t, b, at+"/work", url.Values{"do": {"step"}, "step": {"detection"}})
	enter := func(name string) *webtest.Browser {
		one := h.Browser()
		one.Enter(name)
		return one
	}
	worker, outsider := enter("lou"), enter("out")
	part := at + "/part?after=1"
	first := b.Open(part)
	webtest.Has(t, "who runs it", first, "Detection", "message?of=announcement")
	for range 2 {
		if again := b.Open(part); again != first {
			t.Error("the same is another one")
		}
		page := worker.Open(part)
		webtest.Has(t, "who works", page, "Detection", `action="`+at+`/work"`)
		webtest.Lacks(t, "who works", page, "message?of=announcement")
		if status := outsider.Status(http.MethodGet, part, nil); status != http.StatusNotFound && status != http.StatusForbidden {
			t.Errorf("who does not see the tenant: status %d", status)
		}
		webtest.Has(t, "in French", b.Open("/fr"+part), `lang="fr"`)
	}
	if err := h.Store.AddEntry(t.Context(), 1, "note", "Queues fall.", time.Time{}, h.Clock()); err != nil {
		t.Fatal(err)
	}
	webtest.Has(t, "at once", b.Open(part), "Queues fall.")
	webtest.Has(t, "at once, for who works", worker.Open(part), "Queues fall.")
	next := b.Open(at + "/part?after=999")
	if strings.Contains(next, "Queues fall.") {
		t.Error("what is known already is sent again")
	}
	for _, bad := range []string{"/part", "/part?after=x", "/part?after=-1"} {
		if status := b.Status(http.MethodGet, at+bad, nil); status != http.StatusBadRequest {
			t.Errorf("%s: status %d", bad, status)
		}
	}
	for _, none := range []string{"/incidents/99/part?after=1", "/incidents/0/part?after=1", "/incidents/x/part?after=1"} {
		if status := b.Status(http.MethodGet, none, nil); status != http.StatusNotFound {
			t.Errorf("%s: status %d", none, status)
		}
	}
}
