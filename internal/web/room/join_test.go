package room_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Issues that could be one incident are offered to the room that is open, and are put
// out of it for a reason. Whoever sees one tenant of several sees nothing of the room.
func TestTreatInOneRoom(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	issue := func(id, service string) tocsin.Issue {
		return tocsin.Issue{
			ID: id, Title: "Trouble " + id, Service: service, ServiceID: service, Classification: "incident", Status: tocsin.StatusDegradation,
			StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, Content: "User impact: some."}},
		}
	}
	h.Record(storetest.Contoso, issue("EX900200", "Exchange"))
	h.Record(storetest.Contoso, issue("TM900300", "microsoftteams"))
	h.Record(storetest.Fabrikam, issue("EX900100", "Exchange"))
	if err := h.Model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	const offer = `name="text" value="EX900200"`
	webtest.Has(t, "room", b.Open(at), offer)
	webtest.Lacks(t, "another service", b.Open(at), `name="text" value="TM900300"`)
	webtest.Has(t, "list for the issue", b.Open("/incidents?issue=EX900200"), offer, "Could be one incident", "Treat in this room")
	webtest.Lacks(t, "list for another issue", b.Open("/incidents?issue=TM900300"), offer)
	lou := h.Browser()
	lou.Enter("lou")
	webtest.Lacks(t, "for whoever does not run it", lou.Open(at), offer)
	sent(t, b, at+"/run", url.Values{"do": {"issue"}, "text": {"EX900200"}})
	page := b.Open(at)
	webtest.Has(t, "joined", page, "EX900200 added", "Remove it from this room")
	webtest.Lacks(t, "joined", page, offer)
	for name, form := range map[string]url.Values{"no reason": {"do": {"detach"}, "issue": {"EX900200"}}, "not in the room": {"do": {"detach"}, "issue": {"TM900300"}, "text": {"x"}}} {
		if got := b.Status(http.MethodPost, at+"/run", form); got != http.StatusBadRequest && got != http.StatusConflict {
			t.Errorf("%s: status %d", name, got)
		}
	}
	sent(t, b, at+"/run", url.Values{"do": {"detach"}, "issue": {"EX900200"}, "text": {"Another mail server"}})
	webtest.Has(t, "removed", b.Open(at), "EX900200 removed", "Another mail server", offer)
	log, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || log[0].Action != "incident.issue-end" || log[0].Detail != "EX900200" || log[0].Actor.Name != "kim" {
		t.Errorf("%+v, %v", log, err)
	}
	h.Person("eve", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Fabrikam}, tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Contoso})
	eve := h.Browser()
	eve.Enter("eve")
	webtest.Has(t, "the same issue at another tenant", eve.Open("/incidents?tenant=fabrikam&issue=EX900100"), `name="text" value="EX900100"`)
	sent(t, eve, at+"/run?tenant=fabrikam", url.Values{"do": {"issue"}, "text": {"EX900100"}})
	webtest.Has(t, "room of two tenants", eve.Open(at), "contoso", "fabrikam")
	// A request of either tenant has its number there: each is named as its own.
	for _, tenant := range []string{"contoso", "fabrikam"} {
		sent(t, eve, "/requests/new?tenant="+tenant, url.Values{"incident": {"1"}, "title": {"Asked by " + tenant}, "to": {"desk"}, "severity": {"C"}, "kind": {"technical"}})
	}
	page = eve.Open(at)
	for _, tenant := range []string{"contoso", "fabrikam"} {
		if form := regexp.MustCompile(`<a href="/requests/1\?tenant=` + tenant + `">Request SR-2026-0001 opened</a> <span>· Asked by ` + tenant); !form.MatchString(page) {
			t.Errorf("the request of %s is not named in the timeline", tenant)
		}
	}
	max := h.Browser()
	max.Enter("max")
	for name, one := range map[string]*webtest.Browser{"Contoso": b, "Fabrikam": max} {
		for _, path := range []string{at, at + "/handover", at + "/message?of=announcement", at + "/part?after=0", at + "/events"} {
			if got := one.Status(http.MethodGet, path, nil); got != http.StatusNotFound {
				t.Errorf("%s of a room of two tenants by a reader of %s: status %d", path, name, got)
			}
		}
		if got := one.Status(http.MethodPost, at+"/run", url.Values{"do": {"close"}}); got != http.StatusNotFound {
			t.Errorf("closed by a reader of %s: status %d", name, got)
		}
		webtest.Lacks(t, "list of a reader of "+name, one.Open("/incidents"), "Mail waits")
	}
}
