package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/pagetest"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Every attribute of every page has the form that its readers expect: the pages
// of all routes in all languages, for an administrator and for a stranger, and
// what they answer to empty forms.
func TestAttributesHaveTheirForm(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	alex, stranger := h.Browser(), h.Browser()
	alex.Enter("alex")
	look := looker{t: t, rules: pagetest.New(patternsOf(h.Pages.Routes())...)}
	for _, address := range h.EveryPage() {
		look.at(alex, http.MethodGet, address)
		look.at(stranger, http.MethodGet, address)
	}
	for _, address := range h.EveryForm() {
		look.at(alex, http.MethodPost, address)
	}
	if look.pages < 150 || look.listening < 20 {
		t.Errorf("%d pages were looked at, %d of them listen", look.pages, look.listening)
	}
}

// The same on a desk that everybody reads, which shows itself as a
// demonstration: before its first tenant, and while a source is silent.
func TestAttributesOfAPublicDesk(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	look := looker{t: t, rules: pagetest.New(patternsOf(d.Pages.Routes())...)}
	all := func() {
		for _, prefix := range webtest.Prefixes() {
			for _, path := range addresses() {
				status, header, body := d.Get(prefix + path)
				look.page(prefix+path, status, header, body)
			}
		}
	}
	all()
	storetest.AddTenants(t, d.Store)
	for n := range 3 {
		d.Record(d.Now.Add(time.Duration(n-3)*time.Hour), webtest.Story(d.Now, n)...)
	}
	if err := d.Store.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	d.Poll(tocsin.OutcomeUnchanged)
	d.Now = d.Now.Add(10 * time.Minute)
	d.Poll(tocsin.OutcomeFailed)
	all()
	if look.pages < 100 || look.listening < 20 {
		t.Errorf("%d pages were looked at, %d of them listen", look.pages, look.listening)
	}
}

// patternsOf lists what routes serve.
func patternsOf(routes []httpserver.Route) []string {
	var patterns []string
	for _, route := range routes {
		patterns = append(patterns, route.Pattern)
	}
	return patterns
}

// A looker reads pages.
type looker struct {
	t                *testing.T
	rules            *pagetest.Rules
	pages, listening int
}

func (l *looker) at(b *webtest.Browser, method, address string) {
	l.t.Helper()
	var form url.Values
	if method == http.MethodPost {
		form = url.Values{}
	}
	response, body := b.Send(method, address, form)
	l.page(method+" "+address, response.StatusCode, response.Header, body)
}

// page holds a page to the rules of all pages. What is no page is left
// alone.
func (l *looker) page(name string, status int, header http.Header, body string) {
	l.t.Helper()
	if !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		return
	}
	if status >= http.StatusInternalServerError {
		l.t.Errorf("%s: status %d", name, status)
	}
	l.pages++
	l.listening += strings.Count(body, " data-events=")
	faults, err := l.rules.Faults(status, body)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, fault := range faults {
		l.t.Errorf("%s: %s", name, fault)
	}
}
