package room_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// rooms are the addresses of a room.
func rooms(at string) []string {
	return []string{at, at + "/handover", at + "/message?of=announcement", at + "/part?after=0"}
}

// disable has a tenant no longer served.
func disable(t *testing.T, h *webtest.House, id string) {
	t.Helper()
	_, err := h.Store.ChangeTenant(t.Context(), id, func(tenant *tocsin.Tenant) error { tenant.Disabled = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// A room of two tenants stays when one is disabled, for those who saw it before and
// for nobody else.
func TestRoomWithoutOneOfItsTenants(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	h.Person("eve", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Fabrikam}, tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Contoso})
	at := opened(t, b)
	h.Record(storetest.Fabrikam, tocsin.Issue{
		ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, ContentType: "text", Content: "User impact: Mail waits."}},
	})
	if err := h.Model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	eve, max := h.Browser(), h.Browser()
	eve.Enter("eve")
	max.Enter("max")
	sent(t, eve, at+"/run?tenant=fabrikam", url.Values{"do": {"issue"}, "text": {"EX900100"}})
	sent(t, eve, "/requests/new?tenant=contoso", url.Values{"incident": {"1"}, "title": {"Mail waits in Paris"}, "to": {"provider"}, "severity": {"A"}, "kind": {"technical"}, "region": {"France"}, "draft": {"1"}})
	disable(t, h, storetest.Contoso)
	for path, says := range map[string]string{at: "contoso is disabled", "/fr" + at: "contoso est désactivé", "/ja" + at: "contoso は無効になっています"} {
		page := eve.Open(path)
		webtest.Has(t, "room", page, says, "Mail waits")
		webtest.Lacks(t, "of what is left", page, "fabrikam is disabled", "Mail waits in Paris")
	}
	webtest.Has(t, "list", eve.Open("/incidents"), "Mail waits")
	webtest.Has(t, "message", eve.Open(at+"/message?of=announcement"), "Microsoft confirms a degradation", `action="`+at+"/sent")
	sent(t, eve, at+"/work", url.Values{"do": {"note"}, "text": {"It goes on here."}})
	sent(t, eve, at+"/sent", url.Values{"of": {"announcement"}, "symptoms": {"mail waits"}, "workarounds": {"the phone"}, "do": {"outside"}})
	for name, one := range map[string]*webtest.Browser{"Contoso": b, "Fabrikam": max} {
		for _, path := range rooms(at) {
			if got := one.Status(http.MethodGet, path, nil); got != http.StatusNotFound {
				t.Errorf("%s by whoever runs %s alone: status %d", path, name, got)
			}
		}
	}
	webtest.Lacks(t, "list of Fabrikam alone", max.Open("/incidents"), "Mail waits")
}

// A room without a tenant that is served is for those who work on the whole desk: it
// says so, claims and sends nothing, and is closed.
func TestRoomWithoutATenant(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string]bool{"another tenant is left": false, "no tenant is left": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, b := outage(t)
			h.Person("ann", tocsin.Grant{Role: tocsin.RoleIncidentManager})
			at := opened(t, b)
			h.Record(storetest.Fabrikam, tocsin.Issue{
				ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
				Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, ContentType: "text", Content: "User impact: Mail waits."}},
			})
			if err := h.Model.Refresh(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			ann, max := h.Browser(), h.Browser()
			ann.Enter("ann")
			max.Enter("max")
			webtest.Lacks(t, "before", ann.Open(at), "is disabled")
			webtest.Has(t, "before", ann.Open(at+"/message?of=announcement"), "Microsoft confirms a degradation")
			disable(t, h, storetest.Contoso)
			if whole {
				disable(t, h, storetest.Fabrikam)
			} else {
				webtest.Has(t, "list", ann.Open("/incidents"), "Mail waits")
				webtest.Lacks(t, "list of another tenant", max.Open("/incidents"), "Mail waits")
			}
			for name, one := range map[string]*webtest.Browser{"kim": b, "max": max} {
				for _, path := range rooms(at) {
					if got := one.Status(http.MethodGet, path, nil); got != http.StatusNotFound {
						t.Errorf("%s by %s: status %d", path, name, got)
					}
				}
			}
			withoutATenant(t, ann, at)
		})
	}
}

// withoutATenant works in a room that no tenant that is served is left of.
func withoutATenant(t *testing.T, ann *webtest.Browser, at string) {
	t.Helper()
	for path, says := range map[string]string{at: "contoso is disabled", "/fr" + at: "contoso est désactivé", "/ja" + at: "contoso は無効になっています"} {
		page := ann.Open(path)
		webtest.Has(t, "room", page, says, `<span class="id">EX900100</span>`)
		webtest.Lacks(t, "room", page, `href="/requests/new`)
	}
	for _, path := range rooms(at) {
		page := ann.Open(path)
		webtest.Lacks(t, path, page, "Microsoft confirms", "Microsoft announces", "User impact", `action="`+at+"/sent")
	}
	for _, do := range []string{"send", "outside"} {
		response, page := ann.Send(http.MethodPost, at+"/sent", url.Values{"of": {"announcement"}, "symptoms": {"mail waits"}, "channels": {"mail"}, "do": {do}})
		if response.StatusCode != http.StatusConflict || !strings.Contains(page, "No tenant of this incident is served any more") {
			t.Errorf("%s: status %d: %s", do, response.StatusCode, page)
		}
	}
	webtest.Lacks(t, "room", ann.Open(at), "Sent: First announcement")
	sent(t, ann, at+"/work", url.Values{"do": {"note"}, "text": {"It goes on here."}})
	if got := ann.Status(http.MethodPost, at+"/run", url.Values{"do": {"issue"}, "text": {"EX900300"}}); got != http.StatusSeeOther {
		t.Errorf("one more issue: status %d", got)
	}
	sent(t, ann, at+"/work", url.Values{"do": {"check"}, "item": {"exchange/queues", "exchange/mail", "exchange/cache", "all/shd", "all/people", "all/message"}})
	sent(t, ann, at+"/run", url.Values{"do": {"close"}})
	webtest.Has(t, "closed", ann.Open(at), "Incident closed", "It goes on here.")
}

// The provider merges an issue into another one by a post that says so, and lists it
// no longer: the room stays, and the other issue is handled there once somebody adds it.
func TestRoomOfAnIssueThatWasMerged(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	issue := tocsin.Issue{
		ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: h.Clock(),
		Posts: []tocsin.Post{{CreatedAt: h.Clock(), ContentType: "text", Content: "More info: This is now tracked under EX900200."}},
	}
	h.Record(storetest.Contoso, issue)
	issue.ID, issue.Posts = "EX900200", []tocsin.Post{{CreatedAt: h.Clock(), ContentType: "text", Content: "User impact: Mail waits."}}
	h.Record(storetest.Contoso, issue)
	r := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: h.Clock(), Listed: true, Left: []tocsin.Ref{{Kind: tocsin.KindIssue, ID: "EX900100"}}}
	if _, err := h.Store.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	h.Pass(time.Minute)
	if err := h.Model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	webtest.Has(t, "room", b.Open(at), "no longer lists EX900100", `name="text" value="EX900200"`)
	webtest.Has(t, "what the provider said last", b.Open(at+"/handover"), "tracked under EX900200")
	webtest.Lacks(t, "announcement", b.Open(at+"/message?of=announcement"), "Microsoft confirms a degradation")
	sent(t, b, at+"/run", url.Values{"do": {"issue"}, "text": {"EX900200"}})
	webtest.Has(t, "with the other one", b.Open(at), "EX900200 added")
	webtest.Has(t, "announcement", b.Open(at+"/message?of=announcement"), "Microsoft confirms a degradation")
}
