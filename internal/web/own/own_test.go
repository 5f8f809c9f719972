package own_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// writer is somebody at a desk who may write for Contoso, and a reader.
type writer struct {
	t      *testing.T
	house  *webtest.House
	b      *webtest.Browser
	reader *webtest.Browser
}

func newWriter(t *testing.T) *writer {
	t.Helper()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleServiceSupport, TenantID: storetest.Contoso})
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	w := &writer{t, h, h.Browser(), h.Browser()}
	w.b.Enter("alex")
	w.reader.Enter("kim")
	return w
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// fill opens a form and sends it with what was typed and what it holds already.
func (w *writer) fill(path string, typed url.Values, do string) (*http.Response, string) {
	w.t.Helper()
	return w.send(path, w.b.Open(path), typed, do)
}

func (w *writer) send(path, page string, typed url.Values, do string) (*http.Response, string) {
	w.t.Helper()
	form := url.Values{"do": {do}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	for name, values := range typed {
		form[name] = values
	}
	return w.b.Send("POST", path, form)
}

// publish sends a form that must be taken, and says where it leads.
func (w *writer) publish(path string, typed url.Values) string {
	w.t.Helper()
	response, body := w.fill(path, typed, "publish")
	if response.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s: %s\n%s", path, response.Status, body)
	}
	return response.Header.Get("Location")
}

func (w *writer) addVPN() {
	w.t.Helper()
	if to := w.publish("/own/services/new", url.Values{"called": {"Remote access"}, "code": {"Vpn"}, "parts": {"Gateways\r\nPortal"}}); to != "/services/Vpn?tenant=contoso" {
		w.t.Fatalf("the new service is at %s", to)
	}
}

// An issue is reported, updated, resolved and opened again, as readers see it.
func TestStoryOfAnIssue(t *testing.T) {
	t.Parallel()
	w := newWriter(t)
	webtest.Has(t, "/own", w.b.Open("/own"), "You have no service of your own yet", `href="/own/services/new"`)
	w.addVPN()
	to := w.publish("/own/issues/new?service=Vpn", url.Values{
		"where": {"Vpn/Gateways"}, "sort": {"incident"}, "now": {"serviceInterruption"}, "headline": {"Nobody gets in"}, "harm": {"No sign-in."}, "words": {"Current status: We look."},
	})
	if to != "/issues/TC1001?tenant=contoso" {
		t.Fatalf("the issue is at %s", to)
	}
	webtest.Has(t, to, w.reader.Open(to), "Nobody gets in", "No sign-in.", "We look.", "Service interruption")
	w.house.Pass(10 * time.Minute)
	to = w.publish("/own/issues/TC1001", url.Values{"now": {"serviceRestored"}, "words": {"It is fixed."}})
	webtest.Has(t, to, w.reader.Open(to), "It is fixed.", "Service restored")
	webtest.Has(t, "/services/Vpn", w.reader.Open("/services/Vpn?tenant=contoso"), "Service operational")
	w.house.Pass(10 * time.Minute)
	w.publish("/own/issues/TC1001", url.Values{"now": {"serviceDegradation"}, "words": {"It is back."}})
	webtest.Has(t, to, w.reader.Open(to), "It is back.", "Service degradation")
	w.house.Pass(time.Minute)
	w.publish("/own/issues/TC1001/edit", url.Values{"headline": {"Few get in"}, "harm": {""}, "sort": {"advisory"}})
	webtest.Has(t, to, w.reader.Open(to), "Few get in", "Advisory", "/issues/TC1001/compare/3/4")
	webtest.Has(t, "/own", w.b.Open("/own"), "Few get in", `href="/own/issues/TC1001"`, `href="/own/issues/TC1001/edit"`, "Remote access")
	audit, err := w.house.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || audit[0].Action != "item.write" || audit[0].Object != "issue TC1001" || audit[0].Actor.Name != "alex" {
		t.Errorf("audit %+v, %v", audit, err)
	}
}

// Work is announced, done and called off.
func TestStoryOfPlannedWork(t *testing.T) {
	t.Parallel()
	w := newWriter(t)
	w.addVPN()
	begins := w.house.Clock().Add(24 * time.Hour).UTC()
	window := url.Values{"where": {"Vpn"}, "headline": {"New gateways"}, "begins": {begins.Format("2006-01-02T15:04")}, "ends": {begins.Add(2 * time.Hour).Format("2006-01-02T15:04")}}
	to := w.publish("/own/work/new", window)
	webtest.Has(t, "the overview", w.reader.Open("/?tenant=contoso"), "New gateways")
	w.publish("/own/issues/TC1001/edit", url.Values{"headline": {"Newer gateways"}, "begins": window["begins"], "ends": {begins.Add(3 * time.Hour).Format("2006-01-02T15:04")}})
	webtest.Has(t, to, w.reader.Open(to), "Newer gateways")
	w.publish("/own/issues/TC1001", url.Values{"now": {"falsePositive"}, "words": {"Not today."}})
	webtest.Has(t, to, w.reader.Open(to), "Not today.")
	webtest.Lacks(t, "the overview", w.reader.Open("/?tenant=contoso"), "r-planned")
}

// A preview shows the page and the entry of a feed, keeps what was typed, and
// writes nothing.
func TestPreview(t *testing.T) {
	t.Parallel()
	w := newWriter(t)
	w.addVPN()
	before := w.house.LastEntry()
	typed := url.Values{"where": {"Vpn"}, "sort": {"incident"}, "now": {"serviceDegradation"}, "headline": {"Slow & sad"}, "words": {"Current status: We look.\n\nWorkaround: Use <b>the other</b> door."}}
	response, page := w.fill("/fr/own/issues/new", typed, "preview")
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s\n%s", response.Status, page)
	}
	webtest.Has(t, "the preview", page, "Non publié", "TC1001", "Dégradation du service", "[serviceDegradation] TC1001 | Remote access | Slow &amp; sad",
		`value="Slow &amp; sad"`, `<option value="serviceDegradation" selected>`, "Use &lt;b&gt;the other&lt;/b&gt; door.", "Solution de contournement")
	if after := w.house.LastEntry(); after != before {
		t.Errorf("looking wrote audit entry %d after %d", after, before)
	}
	if got := w.b.Status("GET", "/issues/TC1001?tenant=contoso", nil); got != http.StatusNotFound {
		t.Errorf("looking opened the issue: status %d", got)
	}
	response, _ = w.send("/fr/own/issues/new", page, typed, "publish")
	if got := response.Header.Get("Location"); got != "/fr/issues/TC1001?tenant=contoso" {
		t.Errorf("published as %q", got)
	}
	_, page = w.fill("/own/issues/TC1001", url.Values{"now": {"serviceRestored"}, "words": {"All is well."}}, "preview")
	webtest.Has(t, "the preview of an update", page, "We look.", "All is well.", "<del>Service degradation</del>", "<ins>Service restored</ins>")
}

// Of two who write at once, the second is told, sees what the first wrote, and
// can publish what they typed.
func TestTwoWriters(t *testing.T) {
	t.Parallel()
	w := newWriter(t)
	w.addVPN()
	w.publish("/own/issues/new", url.Values{"where": {"Vpn"}, "now": {"serviceDegradation"}, "headline": {"Slow"}})
	for _, path := range []string{"/own/issues/TC1001", "/own/issues/TC1001/edit"} {
		old := w.b.Open(path)
		w.house.Pass(time.Minute)
		w.publish("/own/issues/TC1001", url.Values{"words": {"First."}})
		typed := url.Values{"words": {"Second."}, "headline": {"Second headline"}, "sort": {"incident"}}
		response, page := w.send(path, old, typed, "publish")
		if response.StatusCode != http.StatusConflict {
			t.Errorf("%s: %s", path, response.Status)
		}
		webtest.Has(t, path, page, "Somebody else changed it meanwhile.", "/issues/TC1001/compare/", "Second")
		if response, page = w.send(path, page, typed, "publish"); response.StatusCode != http.StatusSeeOther {
			t.Errorf("%s again: %s\n%s", path, response.Status, page)
		}
	}
	if got := w.b.Status("POST", "/own/issues/TC1001", url.Values{"words": {"No version."}, "do": {"publish"}}); got != http.StatusConflict {
		t.Errorf("a form without its version: status %d", got)
	}
}

// A form that is sent twice writes once.
func TestSentTwice(t *testing.T) {
	t.Parallel()
	w := newWriter(t)
	w.addVPN()
	page := w.b.Open("/own/issues/new")
	for range 2 {
		response, _ := w.send("/own/issues/new", page, url.Values{"where": {"Vpn"}, "now": {"investigating"}, "headline": {"Slow"}}, "publish")
		if got := response.Header.Get("Location"); got != "/issues/TC1001?tenant=contoso" {
			t.Errorf("led to %q", got)
		}
	}
}

// What is refused is said at its field in the reader's language, and what was
// typed is kept.
func TestRefused(t *testing.T) {
	t.Parallel()
	w := newWriter(t)
	w.addVPN()
	w.publish("/own/issues/new", url.Values{"where": {"Vpn"}, "now": {"investigating"}, "headline": {"Slow"}})
	good := url.Values{"where": {"Vpn"}, "sort": {"incident"}, "now": {"investigating"}, "headline": {"Kept headline"}, "begins": {"2026-03-05T10:00"}, "ends": {"2026-03-05T12:00"}, "called": {"Kept headline"}}
	for _, tt := range []struct{ path, field, value, message string }{
		{"/fr/own/issues/new", "headline", " ", "Utilisez de 1 à 250 caractères sur une ligne."},
		{"/own/issues/new", "where", "Exchange", "Choose one of the services."},
		{"/own/issues/new", "now", "serviceRestored", "Choose a status that fits"},
		{"/own/issues/new", "began", "2030-01-01T00:00", "Give a date with a time that is not in the future."},
		{"/ja/own/issues/new", "began", "soon", "将来ではない日時を入力してください。"},
		{"/own/issues/new", "harm", strings.Repeat("x", 2001), "Use at most 2,000 characters."},
		{"/own/issues/new", "words", strings.Repeat("x", 30_001), "Write a post of up to 30,000 characters"},
		{"/fr/own/work/new", "ends", "2026-03-05T09:00", "Indiquez une fin postérieure au début"},
		{"/own/work/new", "begins", "", "Say when the work begins"},
		{"/own/issues/TC1001", "ended", "2026-01-01T00:00", "Give a time after the start"},
		{"/own/issues/TC1001", "words", "", "Write a post of up to 30,000 characters, or change the status."},
		{"/own/issues/TC1001/edit", "sort", "disaster", "Choose one of the kinds."},
		{"/own/services/new", "code", "EX123", "not the form of an incident"},
		{"/own/services/new", "parts", "A\nA", "Use up to 50 features, each once"},
	} {
		t.Run(strings.ReplaceAll(tt.path, "/", "_")+tt.field, func(t *testing.T) {
			typed := url.Values{}
			for name, values := range good {
				typed[name] = values
			}
			if tt.path == "/own/issues/TC1001" {
				typed.Set("now", "")
			}
			if tt.field == "ended" {
				typed.Set("now", "serviceRestored")
			}
			typed.Set(tt.field, tt.value)
			for _, do := range []string{"preview", "publish"} {
				response, page := w.fill(tt.path, typed, do)
				if response.StatusCode != http.StatusBadRequest {
					t.Fatalf("%s: %s", do, response.Status)
				}
				webtest.Has(t, do, strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(page), tt.message, fmt.Sprintf(`id="%s-e"`, tt.field), fmt.Sprintf(`<a href="#%s">`, tt.field))
				if tt.field != "headline" && !strings.HasSuffix(tt.path, "TC1001") {
					webtest.Has(t, do, page, `value="Kept headline"`)
				}
			}
		})
	}
	taken, page := w.fill("/fr/own/services/new", url.Values{"called": {"Remote access"}, "code": {"Other"}}, "publish")
	if taken.StatusCode != http.StatusConflict || !strings.Contains(page, "Ce nom est déjà pris.") {
		t.Errorf("a name that is taken: %s", taken.Status)
	}
}

// Nobody writes where they may not, or about what is not the team's.
func TestWhoMayWrite(t *testing.T) {
	t.Parallel()
	w := newWriter(t)
	w.addVPN()
	w.house.Record(storetest.Contoso, tocsin.Issue{ID: "EX1", Title: "Theirs", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	for _, path := range []string{"/own/issues/EX1", "/own/issues/EX1/edit", "/own/issues/none", "/own/services/Exchange", "/own?tenant=fabrikam", "/own/issues/new?tenant=fabrikam"} {
		if got := w.b.Status("GET", path, nil); got != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got)
		}
	}
	for _, path := range []string{"/own", "/own/issues/new", "/own/work/new", "/own/services/new", "/own/issues/TC1001"} {
		if got := w.reader.Status("GET", path, nil); got != http.StatusForbidden {
			t.Errorf("%s for a reader: status %d", path, got)
		}
	}
	if got := w.reader.Status("POST", "/own/services/new", url.Values{"called": {"x"}, "do": {"publish"}}); got != http.StatusForbidden {
		t.Errorf("a reader added a service: status %d", got)
	}
}
