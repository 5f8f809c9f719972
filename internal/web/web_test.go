package web_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/account"
	"example.org/tocsin/internal/web/messages"
	"example.org/tocsin/internal/web/part"
	"example.org/tocsin/internal/web/public"
	"example.org/tocsin/internal/web/status"
)

// A desk is pages over a real archive behind a real server.
type desk struct {
	t     testing.TB
	store *storetest.Desk
	reads *counted // the store as pages read it
	model *readmodel.Model
	pages *web.Pages
	base  string
	now   time.Time
}

// quiet streams have nothing to tell.
type quiet struct{}

func (quiet) Serve(http.ResponseWriter, *http.Request, string, func(context.Context) bool) error {
	return nil
}

// quickly is what hashing a password costs in tests.
func quickly() signin.Cost { return signin.Cost{Memory: 8, Passes: 1} }

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, now: storetest.T0.Add(time.Hour)}
	d.store = storetest.Open(t, storetest.File(t))
	clock := func() time.Time { return d.now }
	d.reads = &counted{Desk: d.store}
	d.model = readmodel.New(d.reads, clock, slog.New(slog.DiscardHandler))
	master, err := access.NewMasterKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	door, err := signin.New(signin.Config{
		Base: "http://localhost", Archive: d.store, Master: master, Address: httpserver.Proxies(nil).Address, Cost: quickly(), Everyone: true, Now: clock, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	parts := part.New(part.Config{Model: d.model, Archive: d.reads})
	pages, err := web.New(web.Config{Model: d.model, Archive: d.reads, Streams: quiet{}, Door: door, Now: clock, Demo: true},
		parts.Family(),
		status.New(status.Config{Parts: parts, Model: d.model, Archive: d.reads}).Family(),
		messages.New(messages.Config{Parts: parts, Model: d.model, Archive: d.reads}).Family(),
		public.New(public.Config{Parts: parts, Model: d.model, Demo: true}).Family(),
		account.New(account.Config{Parts: parts, Door: door, People: d.store, Everyone: true}).Family(),
	)
	if err != nil {
		t.Fatal(err)
	}
	server, err := httpserver.New(httpserver.Config{Routes: pages.Routes(), Errors: pages.WriteError, Gate: door, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	d.pages, d.base = pages, listener.URL
	return d
}

// record stores what a source said at an instant, and lets the pages see it.
func (d *desk) record(at time.Time, values ...any) {
	d.t.Helper()
	d.recordAs("graph", at, values...)
}

func (d *desk) recordAs(source string, at time.Time, values ...any) {
	d.t.Helper()
	d.recordIn(storetest.Contoso, source, at, values...)
}

func (d *desk) recordIn(tenant, source string, at time.Time, values ...any) {
	d.t.Helper()
	r := store.Record{TenantID: tenant, Source: source, SeenAt: at}
	for _, v := range values {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			d.t.Fatal(err)
		}
		r.Entries = append(r.Entries, store.Entry{Document: doc})
	}
	if _, err := d.store.Record(d.t.Context(), r); err != nil {
		d.t.Fatal(err)
	}
	if err := d.model.Refresh(d.t.Context(), true); err != nil {
		d.t.Fatal(err)
	}
}

// get reads a page. cookies are name=value.
func (d *desk) get(path string, cookies ...string) (status int, header http.Header, body string) {
	d.t.Helper()
	return d.do(http.MethodGet, path, "", cookies...)
}

func (d *desk) do(method, path, form string, cookies ...string) (int, http.Header, string) {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), method, d.base+path, strings.NewReader(form))
	if err != nil {
		d.t.Fatal(err)
	}
	if form != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, cookie := range cookies {
		request.Header.Add("Cookie", cookie)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

// page reads a page that must be there.
func (d *desk) page(path string, cookies ...string) string {
	d.t.Helper()
	status, _, body := d.get(path, cookies...)
	if status != http.StatusOK {
		d.t.Fatalf("GET %s: status %d: %s", path, status, body)
	}
	return body
}

// has and lacks look for texts in a page.
func has(t *testing.T, name, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
}

func lacks(t *testing.T, name, page string, unwanted ...string) {
	t.Helper()
	for _, text := range unwanted {
		if strings.Contains(page, text) {
			t.Errorf("%s has %q", name, text)
		}
	}
}

// addresses are the pages that are walked by tests of all of them.
func addresses() []string {
	return []string{
		"/", "/issues", "/issues?v=open", "/issues?v=ended&service=Exchange&type=incident&period=30d", "/issues/ex1", "/issues/EX1/compare/1/2",
		"/messages", "/messages?v=todo&due=90d", "/messages?v=all", "/messages/mc1", "/messages/MC2/compare/1/2",
		"/services", "/services/svc1", "/services/svc2?year=2015", "/history", "/history?all=1&year=2016", "/history?service=svc1", "/issues?text=%3Cb%3E",
		"/search", "/search?q=alert", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/search?q=nothing+like+this", "/search?q=evil&kind=issues&page=2", "/search?q=%3Cb%3E&kind=messages", "/tenants", "/tenants?name=%3Cb%3E&issue=%3Cb%3E&service=%3Cb%3E", "/wall", "/changes",
		"/preferences", "/components", "/nowhere",
	}
}

func languages() []string { return []string{"", "/fr", "/ja"} }

func TestFirstRun(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	has(t, "first run", d.page("/"), "First steps", "tocsin tenant add")
	has(t, "French first run", d.page("/fr/"), `lang="fr"`, "Mise en route")
	// The demonstration is no command for the directory of the desk.
	for path, want := range map[string]string{"/": "has a directory of its own", "/fr/": "a son propre répertoire", "/ja/": "専用のディレクトリ"} {
		has(t, "first run at "+path, d.page(path), want, "tocsin demo --listen 127.0.0.1:8081")
	}
	status, header, _ := d.get("/ja")
	if status != http.StatusFound || header.Get("Location") != "/ja/" {
		t.Errorf("/ja: %d to %q, want 302 to /ja/", status, header.Get("Location"))
	}
}

func TestPreferencesAreKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	status, header, _ := d.do(http.MethodPost, "/preferences", "theme=dark&zone=Asia%2FTokyo&back=%2Ffr%2F")
	if status != http.StatusSeeOther || header.Get("Location") != "/fr/" {
		t.Fatalf("saving: %d to %q", status, header.Get("Location"))
	}
	var cookies []string
	for _, line := range header.Values("Set-Cookie") {
		cookie, _, _ := strings.Cut(line, ";")
		cookies = append(cookies, cookie)
	}
	has(t, "page", d.page("/", strings.Join(cookies, "; ")), `data-theme="dark"`, "Tokyo", "UTC")
	if status, _, body := d.do(http.MethodPost, "/preferences", "zone=..%2F..%2Fetc%2Fpasswd"); status != http.StatusBadRequest || !strings.Contains(body, `aria-invalid="true"`) {
		t.Errorf("a zone that is a path: status %d", status)
	}
	for _, back := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
		if _, header, _ := d.do(http.MethodPost, "/preferences", "theme=light&back="+back); header.Get("Location") != "/" {
			t.Errorf("back %q leads to %q", back, header.Get("Location"))
		}
	}
}

func TestStaleIsNeverGreen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	d.record(storetest.T0, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
	has(t, "current page", d.page("/"), "Everything is working", `c-restored`)
	if err := d.store.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	d.poll(tocsin.OutcomeUnchanged)
	d.now = d.now.Add(10 * time.Minute)
	d.poll(tocsin.OutcomeFailed)
	for _, prefix := range languages() {
		page := d.page(prefix + "/")
		lacks(t, "stale page "+prefix, page, "Everything is working", "Tout fonctionne", "すべてのサービスをご利用いただけます", `class="g g--xl c-restored"`, `id="s-ok"`)
		has(t, "stale page "+prefix, page, "live--stale", `class="g g--xl c-neutral"`)
	}
	has(t, "stale page", d.page("/"), "State unknown since ", "the last read failed")
}

// What the desk says itself stays as it is while a provider is silent, and the
// page says who is silent.
func TestStaleIsAboutTheSilentSource(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	d.record(storetest.T0, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
	d.recordAs(tocsin.SourceOwn, storetest.T0, tocsin.Overview{ServiceID: "VPN", Service: "Remote access", Status: tocsin.StatusOperational})
	if err := d.store.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	d.poll(tocsin.OutcomeUnchanged)
	d.now = d.now.Add(10 * time.Minute)
	d.poll(tocsin.OutcomeFailed)
	page := d.page("/")
	has(t, "overview", page, "State of 1\u00a0service unknown since ", "Not heard from graph since ", "Our reading of graph ", `id="s-ok"`)
	working := page[strings.Index(page, `id="s-ok"`):]
	has(t, "working services", working, "Remote access")
	lacks(t, "working services", working, "Exchange Online")
	lacks(t, "own service", d.page("/services/VPN"), "Unknown")
	has(t, "search", d.page("/search?q=remote"), "c-ok")
}

// poll ends a poll of the source now.
func (d *desk) poll(outcome tocsin.Outcome) {
	d.t.Helper()
	claimed, err := d.store.ClaimSource(d.t.Context(), storetest.Contoso, "graph", d.now, time.Minute, true)
	if err != nil {
		d.t.Fatal(err)
	}
	end := store.PollEnd{Poll: tocsin.Poll{TenantID: storetest.Contoso, Source: "graph", Epoch: claimed.Epoch, Full: true, FinishedAt: d.now, Outcome: outcome}, DueAt: d.now}
	if _, err := d.store.FinishPoll(d.t.Context(), end, nil); err != nil {
		d.t.Fatal(err)
	}
	if err := d.model.Refresh(d.t.Context(), true); err != nil {
		d.t.Fatal(err)
	}
}

func TestReadingMark(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	_, header, _ := d.get("/")
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	if !strings.HasPrefix(cookie, "seen-") {
		t.Fatalf("a first visit sets %q, want a reading mark", cookie)
	}
	d.now = d.now.Add(time.Minute)
	d.record(d.now, tocsin.Issue{
		ID: "EX1", Title: "Mail is late", Service: "Exchange Online", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: d.now, ModifiedAt: d.now,
	})
	has(t, "second visit", d.page("/", cookie), "feed--new", "is-new", "Mail is late")
	lacks(t, "visit without a mark", d.page("/"), "feed--new", "is-new")
	_, header, _ = d.do(http.MethodPost, "/seen", "x=1", cookie)
	moved, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	lacks(t, "visit after marking", d.page("/", moved), "feed--new", "is-new")
}

// hostile are texts that must come out as text, wherever they went in.
func hostile() []string {
	payloads := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'; alert(1); '`, `</title><script>alert(1)</script>`,
		`<svg onload=alert(1)>`, `javascript:alert(1)`, `{{.Tenant}}`, `<!--`, `]]><b>`, `<iframe src="https://evil.example">`,
		`<a href="javascript:alert(1)">x</a>`, `<style>*{display:none}</style>`, `<base href="https://evil.example/">`, `<meta http-equiv=refresh content=0>`,
		"\u202Eevil\u202C", `&lt;script&gt;`, `<math><mtext><script>alert(1)</script>`, strings.Repeat("W", 300),
		`" onmouseover="alert(1)`, `' onfocus='alert(1)' autofocus='`, `<img src="x:x" onerror="alert(1)">`, `<body onload=alert(1)>`,
		`<input onfocus=alert(1) autofocus>`, `<details open ontoggle=alert(1)>`, `<video><source onerror="alert(1)"></video>`, `<audio src=x onerror=alert(1)>`,
		`<object data="javascript:alert(1)">`, `<embed src="javascript:alert(1)">`, `<form action="https://evil.example"><button>x</button></form>`,
		`<button formaction="javascript:alert(1)">x</button>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<a href="vbscript:alert(1)">x</a>`,
		`<a href=" javascript:alert(1)">x</a>`, "<a href=\"java\tscript:alert(1)\">x</a>", `<a href="&#106;avascript:alert(1)">x</a>`, `<a href="//evil.example">x</a>`,
		`<link rel=stylesheet href="https://evil.example/x.css">`, `<p style="position:fixed;inset:0">x</p>`, `<div class="verdict" id="main">x</div>`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<textarea></textarea><script>alert(1)</script>`, `<xmp><script>alert(1)</script></xmp>`,
		`<template><script>alert(1)</script></template>`, `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`, `<svg><use href="data:image/svg+xml,x"/></svg>`,
		`<svg><foreignObject><iframe srcdoc="x"></iframe></foreignObject></svg>`, `<math href="javascript:alert(1)">x</math>`, `<table background="https://evil.example"><tr><td>x`,
		`</td></tr></table></main></body></html>`, `</article></section></div></div>`, strings.Repeat("<div>", 600), strings.Repeat("</div>", 60),
		strings.Repeat("<b>", 100), "\x00<script>alert(1)</script>", "\ufeff<script>", "a\u0300\u0301\u0302\u0303", "\U000E0001tag", `${alert(1)}`, "`alert(1)`", `%0d%0aSet-Cookie: x=1`,
	}
	var texts []string
	for i := 0; i < len(payloads); i += 4 {
		texts = append(texts, strings.Join(payloads[i:min(i+4, len(payloads))], " "))
	}
	return texts
}

// fill puts hostile texts into every member of every kind of document.
func (d *desk) fill() {
	storetest.AddTenants(d.t, d.store)
	t0 := d.now.Add(-48 * time.Hour)
	for i, text := range hostile() {
		id := fmt.Sprintf("EX%d", i+1)
		service := fmt.Sprintf("%s %d", text, i)
		for n, status := range []tocsin.Status{tocsin.StatusInvestigating, tocsin.Status(text)} {
			at := t0.Add(time.Duration(i*3+n) * time.Hour)
			posts := []tocsin.Post{{CreatedAt: at, Type: text, ContentType: "html", Content: "User impact: " + text + "<br>" + text + "\nCurrent status: " + strings.Repeat(text+" ", n+1) + "\nNext update by: Friday, July 19, 2024, at 10:00 AM UTC"}}
			if n == 1 {
				posts = append([]tocsin.Post{{CreatedAt: at.Add(-time.Hour), Type: "quick", ContentType: "text", Content: text}}, posts...)
			}
			d.record(at,
				tocsin.Issue{
					ID: id, Title: text + strings.Repeat("!", n), Service: service, ServiceID: fmt.Sprintf("svc%d", i), Feature: text, FeatureGroup: text, Classification: []string{"incident", text}[i%2],
					Origin: text, Status: status, Impact: text, StartAt: t0, ModifiedAt: at, Details: []tocsin.Detail{{Name: text, Value: text}}, Posts: posts,
				},
				tocsin.Overview{ServiceID: fmt.Sprintf("svc%d", i), Service: service, Status: status, Features: []tocsin.FeatureStatus{{Name: text, DisplayName: text, Status: tocsin.Status(text)}}},
				tocsin.Message{
					ID: fmt.Sprintf("MC%d", i+1), Title: text + strings.Repeat("!", n), Services: []string{service, text}, Category: text, Severity: text, Tags: []string{text}, MajorChange: true,
					ActionRequiredBy: d.now.AddDate(0, 0, i+1), StartAt: t0, EndAt: d.now.AddDate(1, 0, 0), ModifiedAt: at, Details: []tocsin.Detail{{Name: text, Value: text}},
					ContentType: "html", Content: "<h1>" + text + "</h1><p>" + text + `</p><img src="https://evil.example/x.png" alt="` + text + `"><a href="https://evil.example/">y</a>`,
				})
		}
	}
}

// Texts from outside come out as text, on every page and in every language, and
// nothing on a page loads from elsewhere.
func TestHostileTextsStayTexts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.fill()
	for _, prefix := range languages() {
		for _, path := range addresses() {
			name := prefix + path
			_, header, page := d.get(name, "theme=dark", "seen-"+storetest.Contoso[:8]+"=1000")
			checkMarkup(t, name, page)
			lacks(t, name, page, "⟦", "ZgotmplZ", "<no value>", "%!", "alert(1)</script>")
			if policy := header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
				t.Errorf("%s has the policy %q", name, policy)
			}
		}
	}
}

// checkMarkup walks the elements of a page: only those that our templates write
// are there, and none that acts or loads from elsewhere.
func checkMarkup(t *testing.T, name, page string) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		token := tokens.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		switch token.Data {
		case "iframe", "style", "base", "object", "embed", "img", "math", "video", "audio", "source", "frame", "applet", "marquee":
			t.Errorf("%s has an element %s", name, token)
		}
		for _, a := range token.Attr {
			local := strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, "#")
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "formaction":
				t.Errorf("%s has an attribute %s in %s", name, a.Key, token)
			case a.Key == "src" && !strings.HasPrefix(a.Val, "/static/"):
				t.Errorf("%s loads %q", name, a.Val)
			case (a.Key == "href" || a.Key == "action") && !local && a.Val != "https://evil.example/" && a.Val != "https://evil.example/x.png":
				t.Errorf("%s leads to %q", name, a.Val)
			case a.Key == "http-equiv" && a.Val != "refresh", token.Data == "script" && a.Key == "type" && a.Val != "module":
				t.Errorf("%s has %s", name, token)
			}
		}
		if token.Data == "script" && len(token.Attr) != 2 {
			t.Errorf("%s has a script of its own: %s", name, token)
		}
	}
}

// A cell that a spreadsheet would take for a formula is a text.
func TestTablesHoldNoFormulas(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	for i, title := range []string{"=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "%0A", "plain, \"quoted\"\nline"} {
		d.record(d.now, tocsin.Issue{ID: fmt.Sprintf("EX%d", i), Title: title, Service: "Exchange Online", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: d.now.Add(-time.Hour), ModifiedAt: d.now})
	}
	d.record(d.now, tocsin.Overview{ServiceID: "=evil", Service: "=HYPERLINK(0)", Status: tocsin.StatusOperational})
	for _, what := range []string{"days", "figures", "events"} {
		_, header, body := d.get("/history.csv?what=" + what)
		if kind := header.Get("Content-Type"); kind != "text/csv; charset=utf-8" {
			t.Errorf("%s: type %q", what, kind)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%s: %d rows, %v", what, len(rows), err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t%|") {
					t.Errorf("%s: the cell %q is a formula", what, cell)
				}
			}
		}
	}
	has(t, "events", d.page("/history.csv?what=events"), `"plain, ""quoted""`)
}

// Availability on pages is what the method says: an hour of interruption and
// an hour of degradation in 24 known hours.
func TestAvailabilityFollowsItsMethod(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	day := d.now.Add(-24 * time.Hour)
	overview := tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational}
	d.record(day, overview)
	issue := tocsin.Issue{ID: "EX1", Title: "Mail", Service: "Exchange Online", Classification: "incident", Status: tocsin.StatusInterruption, StartAt: day.Add(time.Hour), ModifiedAt: day.Add(time.Hour)}
	d.record(day.Add(time.Hour), issue)
	issue.Status, issue.ModifiedAt = tocsin.StatusDegradation, day.Add(2*time.Hour)
	d.record(day.Add(2*time.Hour), issue)
	issue.Status, issue.ModifiedAt, issue.EndAt = tocsin.StatusServiceRestored, day.Add(3*time.Hour), day.Add(3*time.Hour)
	d.record(day.Add(3*time.Hour), issue)
	if err := d.store.PutSource(t.Context(), storetest.Contoso, "graph", time.Hour); err != nil {
		t.Fatal(err)
	}
	d.poll(tocsin.OutcomeUnchanged)
	has(t, "service", d.page("/services/Exchange"), "94.583%", "1\u00a0h down, 1\u00a0h degraded") // 1 − (60 + 0.3 × 60) ÷ 1440
}

// The exported site is whole in each language, loads nothing but its own files,
// and holds hostile texts as texts.
func TestSiteStandsAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.fill()
	parts := part.New(part.Config{Model: d.model, Archive: d.store})
	pages := public.New(public.Config{Parts: parts, Model: d.model})
	shell, err := web.New(web.Config{Model: d.model, Archive: d.store, Now: func() time.Time { return d.now }}, parts.Family(), pages.Family())
	if err != nil {
		t.Fatal(err)
	}
	tenant, err := d.store.Tenant(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	site, err := pages.Site(t.Context(), shell, tenant)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index.html", "fr/index.html", "ja/index.html"} {
		body := string(site[name])
		lacks(t, name, body, "⟦", "ZgotmplZ", "<script", "%!")
		has(t, name, body, "default-src 'none'", "EX1")
		for _, m := range regexp.MustCompile(`(?:href|src)="([^"#][^"]*)"`).FindAllStringSubmatch(body, -1) {
			target := path.Join(path.Dir(name), m[1])
			if _, ok := site[target]; !ok && !strings.HasPrefix(m[1], "https://evil.example") {
				t.Errorf("%s leads to %q, which is not part of the site", name, m[1])
			}
		}
	}
}
