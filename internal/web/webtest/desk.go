// Package webtest has desks for tests of pages: all families of pages over a
// real archive behind a real server. A [Desk] is read by everybody; a [House]
// asks who is there, and has browsers ([Browser]) for those who sign in.
//
// It is for tests only, and may import all families. To read on, begin with
// [NewDesk].
package webtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A Desk is pages over a real archive behind a real server.
type Desk struct {
	T     testing.TB
	Store *storetest.Desk
	Reads *counted // the store as pages read it
	Model *readmodel.Model
	Pages *web.Pages
	Base  string
	Now   time.Time

	// serving is held while a request is served: an answer may arrive before its
	// handler, which still reads the clock, has ended.
	serving sync.RWMutex
}

// quiet streams have nothing to tell.
type quiet struct{}

func (quiet) Serve(http.ResponseWriter, *http.Request, string, func(context.Context) bool) error {
	return nil
}

// Cheap is what hashing a password costs in tests.
func Cheap() signin.Cost { return signin.Cost{Memory: 8, Passes: 1} }

func NewDesk(t testing.TB) *Desk {
	t.Helper()
	d := &Desk{T: t, Now: storetest.T0.Add(time.Hour)}
	d.Store = storetest.Open(t, storetest.File(t))
	clock := func() time.Time { return d.Now }
	d.Reads = &counted{Desk: d.Store}
	d.Model = readmodel.New(d.Reads, clock, slog.New(slog.DiscardHandler))
	master, err := access.NewMasterKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	door, err := signin.New(signin.Config{
		Base: "http://localhost", Archive: d.Store, Master: master, Address: httpserver.Proxies(nil).Address, Cost: Cheap(), Everyone: true, Now: clock, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := wiring{
		shell: web.Config{Model: d.Model, Archive: d.Reads, Streams: quiet{}, Door: door, Now: clock, Demo: true}, model: d.Model, archive: d.Reads, door: door,
	}.pages()
	if err != nil {
		t.Fatal(err)
	}
	server, err := httpserver.New(httpserver.Config{Routes: pages.Routes(), Errors: pages.WriteError, Gate: door, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.serving.RLock()
		defer d.serving.RUnlock()
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(listener.Close)
	d.Pages, d.Base = pages, listener.URL
	return d
}

// Record stores what a source said at an instant, and lets the pages see it.
func (d *Desk) Record(at time.Time, values ...any) {
	d.T.Helper()
	d.RecordAs("graph", at, values...)
}

func (d *Desk) RecordAs(source string, at time.Time, values ...any) {
	d.T.Helper()
	d.RecordIn(storetest.Contoso, source, at, values...)
}

func (d *Desk) RecordIn(tenant, source string, at time.Time, values ...any) {
	d.T.Helper()
	r := archive.Record{TenantID: tenant, Source: source, SeenAt: at}
	for _, v := range values {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			d.T.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := d.Store.Record(d.T.Context(), r); err != nil {
		d.T.Fatal(err)
	}
	if err := d.Model.Refresh(d.T.Context(), true); err != nil {
		d.T.Fatal(err)
	}
}

// Get reads a page. cookies are name=value.
func (d *Desk) Get(path string, cookies ...string) (status int, header http.Header, body string) {
	d.T.Helper()
	return d.Do(http.MethodGet, path, "", cookies...)
}

func (d *Desk) Do(method, path, form string, cookies ...string) (int, http.Header, string) {
	d.T.Helper()
	request, err := http.NewRequestWithContext(d.T.Context(), method, d.Base+path, strings.NewReader(form))
	if err != nil {
		d.T.Fatal(err)
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
		d.T.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.T.Fatal(err)
	}
	d.serving.Lock() // waits for the handler
	defer d.serving.Unlock()
	return response.StatusCode, response.Header, string(text)
}

// Page reads a page that must be there.
func (d *Desk) Page(path string, cookies ...string) string {
	d.T.Helper()
	status, _, body := d.Get(path, cookies...)
	if status != http.StatusOK {
		d.T.Fatalf("GET %s: status %d: %s", path, status, body)
	}
	return body
}

// Has and lacks look for texts in a page.
func Has(t *testing.T, name, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
}

func Lacks(t *testing.T, name, page string, unwanted ...string) {
	t.Helper()
	for _, text := range unwanted {
		if strings.Contains(page, text) {
			t.Errorf("%s has %q", name, text)
		}
	}
}

func Prefixes() []string { return []string{"", "/fr", "/ja"} }

// Poll ends a poll of the source now.
func (d *Desk) Poll(outcome tocsin.Outcome) {
	d.T.Helper()
	claimed, err := d.Store.ClaimSource(d.T.Context(), storetest.Contoso, "graph", d.Now, time.Minute, true)
	if err != nil {
		d.T.Fatal(err)
	}
	end := archive.PollEnd{Poll: tocsin.Poll{TenantID: storetest.Contoso, Source: "graph", Epoch: claimed.Epoch, Full: true, FinishedAt: d.Now, Outcome: outcome}, DueAt: d.Now}
	if _, err := d.Store.FinishPoll(d.T.Context(), end, nil); err != nil {
		d.T.Fatal(err)
	}
	if err := d.Model.Refresh(d.T.Context(), true); err != nil {
		d.T.Fatal(err)
	}
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

// Fill puts hostile texts into every member of every kind of document.
func (d *Desk) Fill() {
	storetest.AddTenants(d.T, d.Store)
	t0 := d.Now.Add(-48 * time.Hour)
	for i, text := range hostile() {
		id := fmt.Sprintf("EX%d", i+1)
		service := fmt.Sprintf("%s %d", text, i)
		for n, status := range []tocsin.Status{tocsin.StatusInvestigating, tocsin.Status(text)} {
			at := t0.Add(time.Duration(i*3+n) * time.Hour)
			posts := []tocsin.Post{{CreatedAt: at, Type: text, ContentType: "html", Content: "User impact: " + text + "<br>" + text + "\nCurrent status: " + strings.Repeat(text+" ", n+1) + "\nNext update by: Friday, July 19, 2024, at 10:00 AM UTC"}}
			if n == 1 {
				posts = append([]tocsin.Post{{CreatedAt: at.Add(-time.Hour), Type: "quick", ContentType: "text", Content: text}}, posts...)
			}
			d.Record(at,
				tocsin.Issue{
					ID: id, Title: text + strings.Repeat("!", n), Service: service, ServiceID: fmt.Sprintf("svc%d", i), Feature: text, FeatureGroup: text, Classification: []string{"incident", text}[i%2],
					Origin: text, Status: status, Impact: text, StartAt: t0, ModifiedAt: at, Details: []tocsin.Detail{{Name: text, Value: text}}, Posts: posts,
				},
				tocsin.Overview{ServiceID: fmt.Sprintf("svc%d", i), Service: service, Status: status, Features: []tocsin.FeatureStatus{{Name: text, DisplayName: text, Status: tocsin.Status(text)}}},
				tocsin.Message{
					ID: fmt.Sprintf("MC%d", i+1), Title: text + strings.Repeat("!", n), Services: []string{service, text}, Category: text, Severity: text, Tags: []string{text}, MajorChange: true,
					ActionRequiredBy: d.Now.AddDate(0, 0, i+1), StartAt: t0, EndAt: d.Now.AddDate(1, 0, 0), ModifiedAt: at, Details: []tocsin.Detail{{Name: text, Value: text}},
					ContentType: "html", Content: "<h1>" + text + "</h1><p>" + text + `</p><img src="https://evil.example/x.png" alt="` + text + `"><a href="https://evil.example/">y</a>`,
				})
		}
	}
}

// Archive stores n ended issues, the oldest last, that all speak of rooms.
func (d *Desk) Archive(n int) {
	d.T.Helper()
	issues := make([]any, n)
	for i := range issues {
		at := d.Now.Add(-time.Duration(i+1) * time.Hour)
		issues[i] = tocsin.Issue{
			ID: fmt.Sprintf("SP%06d", i), Title: "Rooms are slow", Service: "SharePoint Online", ServiceID: "SharePoint", Classification: "advisory",
			Status: tocsin.StatusServiceRestored, StartAt: at, EndAt: at.Add(time.Minute), ModifiedAt: at.Add(time.Minute),
			Posts: []tocsin.Post{{CreatedAt: at, ContentType: "text", Content: fmt.Sprintf("Nothing but number %05d.", i)}},
		}
	}
	d.Record(d.Now.Add(-time.Minute), issues...)
}

// counted is an archive that counts the queries that pages of issues make.
type counted struct {
	*storetest.Desk
	Queries atomic.Int64
}

func (c *counted) Body(ctx context.Context, num int64) ([]byte, error) {
	c.Queries.Add(1)
	return c.Desk.Body(ctx, num)
}

// BodyUpTo finds the version first.
func (c *counted) BodyUpTo(ctx context.Context, tenantID string, ref tocsin.Ref, n int) ([]byte, error) {
	c.Queries.Add(2)
	return c.Desk.BodyUpTo(ctx, tenantID, ref, n)
}

// BodyOf finds the document first.
func (c *counted) BodyOf(ctx context.Context, hash tocsin.Hash) ([]byte, error) {
	c.Queries.Add(2)
	return c.Desk.BodyOf(ctx, hash)
}

func (c *counted) Versions(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.Version, error) {
	c.Queries.Add(1)
	return c.Desk.Versions(ctx, tenantID, ref)
}

func (c *counted) States(ctx context.Context, tenantID string, kind tocsin.Kind, since int64) ([]tocsin.State, error) {
	c.Queries.Add(1)
	return c.Desk.States(ctx, tenantID, kind, since)
}

func (c *counted) Files(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.File, error) {
	c.Queries.Add(1)
	return c.Desk.Files(ctx, tenantID, ref)
}
