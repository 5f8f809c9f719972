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
)

// Every attribute of every page has the form that its readers expect: the pages
// of all routes in all languages, for an administrator and for a stranger, and
// what they answer to empty forms.
func TestAttributesHaveTheirForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.furnish()
	alex, stranger := h.browser(), h.browser()
	alex.enter("alex")
	look := looker{t: t, rules: pagetest.New(patternsOf(h.pages.Routes())...)}
	for _, address := range h.everyPage() {
		look.at(alex, http.MethodGet, address)
		look.at(stranger, http.MethodGet, address)
	}
	for _, address := range h.everyForm() {
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
	d := newDesk(t)
	look := looker{t: t, rules: pagetest.New(patternsOf(d.pages.Routes())...)}
	all := func() {
		for _, prefix := range languages() {
			for _, path := range addresses() {
				status, header, body := d.get(prefix + path)
				look.page(prefix+path, status, header, body)
			}
		}
	}
	all()
	storetest.AddTenants(t, d.store)
	for n := range 3 {
		d.record(d.now.Add(time.Duration(n-3)*time.Hour), story(d.now, n)...)
	}
	if err := d.store.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	d.poll(tocsin.OutcomeUnchanged)
	d.now = d.now.Add(10 * time.Minute)
	d.poll(tocsin.OutcomeFailed)
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

func (l *looker) at(b *browser, method, address string) {
	l.t.Helper()
	var form url.Values
	if method == http.MethodPost {
		form = url.Values{}
	}
	response, body := b.send(method, address, form)
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
