package translations_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/web/webtest"
)

// lineOf is the value of the choice of a line in a form of a report.
func lineOf(t *testing.T, page, target string) string {
	t.Helper()
	before, _, ok := strings.Cut(page, ">"+target)
	if !ok {
		t.Fatalf("no line %q", target)
	}
	before = before[strings.LastIndex(before, `name="line" value="`)+len(`name="line" value="`):]
	value, _, _ := strings.Cut(before, `"`)
	return value
}

// A reader inside says which line is bad and what would be better; the desk sees
// it, takes it over, and the report is closed by the line.
func TestReportInside(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, shared+"\n"+old, storetest.Contoso)
	d.engine("")
	reader, b := d.enter("reader"), d.enter("alex")
	issue := reader.Open("/fr/issues/EX1?tenant=contoso")
	webtest.Has(t, "issue", issue, "Signaler une mauvaise traduction")
	webtest.Lacks(t, "issue", issue, "Améliorer cette traduction")
	webtest.Has(t, "issue of a reviewer", b.Open("/fr/issues/EX1?tenant=contoso"), "Améliorer cette traduction")
	at := link(t, issue, "/fr/issues/EX1/report")
	page := reader.Open(at)
	webtest.Has(t, "form", page, "fr "+old, shared, "Le texte entier")
	response, refused := reader.Send("POST", at, url.Values{"note": {"<b>faux"}})
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("without a line: %s", response.Status)
	}
	webtest.Has(t, "kept", refused, "&lt;b&gt;faux</textarea>", `href="#line"`)
	sent := url.Values{"line": {lineOf(t, page, "fr "+old)}, "note": {"<b>faux"}, "proposal": {"Sept péniches."}}
	if got := reader.Status("POST", at, sent); got != http.StatusSeeOther {
		t.Fatalf("status %d", got)
	}
	list := b.Open("/admin/translations?to=fr" + tenant)
	webtest.Has(t, "desk", list, "1\u00a0report", old)
	line := link(t, list, "/admin/translations/lines/")
	webtest.Has(t, "line", b.Open(line), "&lt;b&gt;faux", "Sept péniches.", "reader", "EX1")
	_, taken := b.Send("POST", line, url.Values{"line": {"x"}, "take": {"report:0"}})
	webtest.Has(t, "taken over", taken, "Sept péniches.</textarea>")
	if got := b.Status("POST", line, url.Values{"line": {"Sept péniches."}, "for": {"tenant"}}); got != http.StatusSeeOther {
		t.Fatalf("status %d", got)
	}
	webtest.Lacks(t, "closed", b.Open(line), "Readers say")
	if got := b.Status("POST", strings.Replace(line, "?", "/close?", 1), url.Values{"outcome": {"right"}}); got != http.StatusNotFound {
		t.Errorf("close what is closed: status %d", got)
	}
	entries, err := d.Store.Audit(t.Context(), store.AuditQuery{Limit: 9, Action: "translation.dismiss"})
	if err != nil || len(entries) != 1 || !strings.HasPrefix(entries[0].Detail, "corrected: ") {
		t.Errorf("audit: %+v, %v", entries, err)
	}
}

// A stranger reports on a published page; nothing is kept of them, and they cannot
// flood the desk. Closing it says what was done.
func TestReportOutside(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, shared+"\n"+old, storetest.Contoso)
	d.engine("")
	d.Publish(storetest.Contoso)
	b, stranger := d.enter("alex"), d.Browser()
	update := stranger.Open("/fr/status/contoso/EX1/1")
	at := link(t, update, "/fr/status/contoso/EX1/1/report")
	webtest.Lacks(t, "in English", stranger.Open("/status/contoso/EX1/1"), "/report")
	page := stranger.Open(at)
	webtest.Has(t, "form", page, "fr "+old, `name="robots" content="noindex"`)
	webtest.Lacks(t, "form", page, "améliorer cette traduction")
	webtest.Has(t, "form of a reviewer", b.Open(at), "améliorer cette traduction")
	sent := url.Values{"line": {"whole"}, "note": {"Tout est faux"}}
	if got := stranger.Status("POST", at, sent); got != http.StatusSeeOther {
		t.Fatalf("status %d", got)
	}
	webtest.Has(t, "thanks", stranger.Open(at+"?sent=1"), "Merci")
	reports, err := d.Store.Reports(t.Context(), storetest.Contoso, 9)
	if err != nil || len(reports) != 1 || !strings.HasPrefix(reports[0].Reporter, "~") || !reports[0].Whole || reports[0].N != 1 {
		t.Fatalf("reports: %+v, %v", reports, err)
	}
	flood := 0
	for range 20 {
		if stranger.Status("POST", at, sent) == http.StatusTooManyRequests {
			flood++
		}
	}
	if flood < 10 {
		t.Errorf("%d of 20 reports at once were refused", flood)
	}
	line := link(t, b.Open("/admin/translations?to=fr"+tenant), "/admin/translations/lines/")
	webtest.Has(t, "line", b.Open(line), "A reader", "means the whole text", "Tout est faux")
	end := strings.Replace(line, "?", "/close?", 1)
	response, refused := b.Send("POST", end, url.Values{"outcome": {"x"}})
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("without what was done: %s", response.Status)
	}
	webtest.Has(t, "refused", refused, `href="#outcome"`)
	if got := b.Status("POST", end, url.Values{"outcome": {"source"}}); got != http.StatusSeeOther {
		t.Fatalf("close: status %d", got)
	}
	webtest.Has(t, "audit", d.audit(), "source: ")
	for _, path := range []string{"/fr/status/contoso/EX1/9/report", "/fr/status/contoso/EX9/1/report", "/fr/status/fabrikam/EX1/1/report", "/status/contoso/EX1/1/report"} {
		if got := stranger.Status("POST", path, sent); got != http.StatusNotFound && got != http.StatusTooManyRequests {
			t.Errorf("%s: status %d", path, got)
		}
	}
}

// audit is what the log says of reports that were closed.
func (d *desk) audit() string {
	d.t.Helper()
	entries, err := d.Store.Audit(d.t.Context(), store.AuditQuery{Limit: 9, Action: "translation.dismiss"})
	if err != nil || len(entries) == 0 {
		d.t.Fatal(entries, err)
	}
	return entries[0].Detail
}

// Nobody reports a line of a message about data privacy, or of another tenant.
func TestReportOfWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX2", 1, canary, storetest.Contoso)
	d.Secret(storetest.Fabrikam)
	d.follow()
	b := d.enter("kim")
	for _, path := range []string{"/fr/issues/EX2/report", "/fr/messages/MC9/report"} {
		for _, method := range []string{"GET", "POST"} {
			if got := b.Status(method, path, url.Values{"line": {"whole"}}); got != http.StatusNotFound {
				t.Errorf("%s %s: status %d", method, path, got)
			}
		}
	}
}
