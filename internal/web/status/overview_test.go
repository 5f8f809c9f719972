package status_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

func TestStaleIsNeverGreen(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(storetest.T0, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
	webtest.Has(t, "current page", d.Page("/"), "Everything is working", `c-restored`)
	if err := d.Store.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	d.Poll(tocsin.OutcomeUnchanged)
	d.Now = d.Now.Add(10 * time.Minute)
	d.Poll(tocsin.OutcomeFailed)
	for _, prefix := range webtest.Prefixes() {
		page := d.Page(prefix + "/")
		webtest.Lacks(t, "stale page "+prefix, page, "Everything is working", "Tout fonctionne", "すべてのサービスをご利用いただけます", `class="g g--xl c-restored"`, `id="s-ok"`)
		webtest.Has(t, "stale page "+prefix, page, "live--stale", `class="g g--xl c-neutral"`)
	}
	webtest.Has(t, "stale page", d.Page("/"), "State unknown since ", "the last read failed")
}

// What the desk says itself stays as it is while a provider is silent, and the
// page says who is silent.
func TestStaleIsAboutTheSilentSource(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(storetest.T0, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
	d.RecordAs(tocsin.SourceOwn, storetest.T0, tocsin.Overview{ServiceID: "VPN", Service: "Remote access", Status: tocsin.StatusOperational})
	if err := d.Store.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	d.Poll(tocsin.OutcomeUnchanged)
	d.Now = d.Now.Add(10 * time.Minute)
	d.Poll(tocsin.OutcomeFailed)
	page := d.Page("/")
	webtest.Has(t, "overview", page, "State of 1\u00a0service unknown since ", "Not heard from graph since ", "Our reading of graph ", `id="s-ok"`)
	working := page[strings.Index(page, `id="s-ok"`):]
	webtest.Has(t, "working services", working, "Remote access")
	webtest.Lacks(t, "working services", working, "Exchange Online")
	webtest.Lacks(t, "own service", d.Page("/services/VPN"), "Unknown")
	webtest.Has(t, "search", d.Page("/search?q=remote"), "c-ok")
}

func TestReadingMark(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	_, header, _ := d.Get("/")
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	if !strings.HasPrefix(cookie, "seen-") {
		t.Fatalf("a first visit sets %q, want a reading mark", cookie)
	}
	d.Now = d.Now.Add(time.Minute)
	d.Record(d.Now, tocsin.Issue{
		ID: "EX1", Title: "Mail is late", Service: "Exchange Online", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: d.Now, ModifiedAt: d.Now,
	})
	webtest.Has(t, "second visit", d.Page("/", cookie), "feed--new", "is-new", "Mail is late")
	webtest.Lacks(t, "visit without a mark", d.Page("/"), "feed--new", "is-new")
	_, header, _ = d.Do(http.MethodPost, "/seen", "x=1", cookie)
	moved, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	webtest.Lacks(t, "visit after marking", d.Page("/", moved), "feed--new", "is-new")
}
