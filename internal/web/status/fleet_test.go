package status_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// crowd is a desk with 200 tenants of 40 services. Every fortieth has no mail,
// every tenth sees an advisory.
func crowd(t *testing.T) *webtest.Desk {
	t.Helper()
	d := webtest.NewDesk(t)
	document := func(v any) archive.Entry {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			t.Fatal(err)
		}
		return archive.Entry{Document: doc}
	}
	overview := func(i int, status tocsin.Status) archive.Entry {
		return document(tocsin.Overview{ServiceID: fmt.Sprintf("svc%02d", i), Service: fmt.Sprintf("Service number %02d", i), Status: status})
	}
	var quiet []archive.Entry
	for i := range 40 {
		quiet = append(quiet, overview(i, tocsin.StatusOperational))
	}
	outage := document(tocsin.Issue{ID: "EX1", Title: "Mail is down", Service: "Service number 07", ServiceID: "svc07", Classification: "incident", Status: tocsin.StatusInterruption, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	advice := document(tocsin.Issue{ID: "SP1", Title: "Search is slow", Service: "Service number 09", ServiceID: "svc09", Classification: "advisory", Status: tocsin.StatusInvestigating, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	for i := range 200 {
		tenant := tocsin.Tenant{ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", i), Name: fmt.Sprintf("tenant-%03d", i), CreatedAt: storetest.T0}
		if err := d.Store.AddTenant(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		entries := quiet
		switch {
		case i%40 == 39:
			entries = append(append(append([]archive.Entry{}, quiet[:7]...), quiet[8:]...), overview(7, tocsin.StatusInterruption), outage)
		case i%10 == 5:
			entries = append(append([]archive.Entry{}, quiet...), advice)
		}
		if _, err := d.Store.Record(t.Context(), archive.Record{TenantID: tenant.ID, Source: "test", SeenAt: storetest.T0, Entries: entries}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// Hundreds of tenants fit on the page: the worst first, page by page, each
// issue and service with how many tenants it touches, within 60 KB on the wire.
func TestCrowdOfTenants(t *testing.T) {
	t.Parallel()
	d := crowd(t)
	page := d.Page("/tenants")
	first := strings.Index(page, `<th role="rowheader" scope="row"><a class="t"`)
	if first < 0 || !strings.HasPrefix(page[first:], `<th role="rowheader" scope="row"><a class="t" href="/?tenant=tenant-039">`) {
		t.Errorf("the worst tenant is not the first: %.200s", page[first:])
	}
	webtest.Has(t, "page", page, "1 to 50 of 200", `rel="next"`, "5\u00a0of 200", "20\u00a0of 200", "/tenants?issue=SP1", "/tenants?issue=EX1&amp;seen=no", "Mail is down", "Service number 07", `name="name"`)
	webtest.Lacks(t, "page", page, `class="tbl tbl--stack seen"`, "/tenants?issue=EX1\"", "Service number 08")
	if n := strings.Count(page, `<a class="t"`); n != 50 {
		t.Errorf("%d tenants on the page, want 50", n)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.Base+"/tenants", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	packed, err := io.ReadAll(response.Body)
	if err != nil || response.Header.Get("Content-Encoding") != "gzip" || len(packed) > 60<<10 {
		t.Errorf("%d bytes on the wire, %q, %v", len(packed), response.Header.Get("Content-Encoding"), err)
	}
	t.Logf("%d bytes, %d on the wire", len(page), len(packed))
	for query, want := range map[string]struct {
		rows int
		says string
	}{
		"name=NT-01": {10, "10\u00a0tenants of 200"}, "issue=ex1": {5, "5\u00a0tenants of 200 see EX1"}, "issue=EX1&seen=no&page=4": {45, "195\u00a0tenants of 200 do not see EX1"},
		"service=svc07": {5, "where svc07 does not work"}, "service=svc08": {0, "Nothing fits this filter"}, "issue=SP1&name=9": {2, "2\u00a0tenants of 200"}, "page=4": {50, "151 to 200 of 200"},
	} {
		page := d.Page("/tenants?" + query)
		webtest.Has(t, query, page, want.says)
		if n := strings.Count(page, `<a class="t"`); n != want.rows {
			t.Errorf("%s: %d tenants, want %d", query, n, want.rows)
		}
	}
	webtest.Has(t, "few of many", d.Page("/tenants?issue=EX1"), `class="tbl tbl--stack seen"`, "Clear the filter")
	webtest.Has(t, "in Japanese", d.Page("/ja/tenants?issue=SP1"), "全 200 件中 20\u00a0件")
}
