package web_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// counting is a gate that counts the requests which come to a handler.
type counting struct {
	*signin.SignIn
	n *atomic.Int64
}

func (c counting) Admit(r *http.Request, needs access.Permission) (*http.Request, error) {
	c.n.Add(1)
	return c.SignIn.Admit(r, needs)
}

func (c counting) Again(ctx context.Context, r *http.Request) func() bool {
	return c.SignIn.Again(ctx, r)
}

// A line is one connection.
type line struct {
	*servetest.Line
	t *testing.T
}

func dial(t *testing.T, base string) *line {
	t.Helper()
	return &line{servetest.Dial(t, base), t}
}

var unlike = regexp.MustCompile(`^(Date|X-Request-Id|Content-Length): `)

// ask sends a request and returns all of its answer but for its date and name, with
// the fields in order and the body unpacked.
func (l *line) ask(request string) string {
	l.t.Helper()
	fields, body := l.Ask(request)
	var head []string
	name := ""
	for _, text := range fields {
		if field, value, _ := strings.Cut(text, ": "); field == "X-Request-Id" {
			name = value
		}
		if !unlike.MatchString(text) {
			head = append(head, text)
		}
	}
	if slices.Contains(head, "Content-Encoding: gzip") {
		packed, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			l.t.Fatal(err)
		}
		whole, err := io.ReadAll(packed)
		if err != nil {
			l.t.Fatal(err)
		}
		body = string(whole)
	}
	slices.Sort(head[1:])
	return strings.Join(head, "\n") + "\n\n" + strings.ReplaceAll(body, name, "name")
}

// A world is a furnished house with somebody who reads in it, asked on connections
// of its own.
type world struct {
	*webtest.House
	t       *testing.T
	base    string
	handled atomic.Int64
	user    tocsin.User
	reader  *webtest.Browser
	cookie  string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{House: webtest.NewHouse(t, "http://localhost"), t: t}
	w.Furnish()
	w.base = servetest.Serve(t, httpserver.Config{Routes: w.Pages.Routes(), Errors: w.Pages.WriteError, Gate: counting{w.Door, &w.handled}, Now: w.Clock})
	w.user = w.Person("robin", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso}, tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam})
	w.reader = w.Browser()
	w.reader.Enter("robin")
	w.reader.Open("/") // sets the mark
	w.reader.Open("/?tenant=fabrikam")
	base, _ := url.Parse(w.Base)
	for _, c := range w.reader.Jar.Cookies(base) {
		w.cookie += c.Name + "=" + c.Value + "; "
	}
	w.cookie = strings.TrimSuffix(w.cookie, "; ")
	w.Pass(3 * time.Second)
	return w
}

// requests are all that the reader and a stranger ask for.
func (w *world) requests() (list []string) {
	base, _ := url.Parse(w.base)
	add := func(target string, headers ...string) {
		list = append(list, "GET "+target+" HTTP/1.1\r\nHost: "+base.Host+"\r\n"+strings.Join(append(headers, "", ""), "\r\n"))
	}
	for _, target := range []string{"/", "/fr/", "/ja/issues", "/issues?v=ended", "/wall"} {
		add(target, "Cookie: "+w.cookie)
		add(target, "Cookie: "+w.cookie, "Accept-Encoding: gzip")
	}
	for _, target := range []string{
		"/status/contoso", "/fr/status/contoso", "/ja/status/contoso?kind=issue", "/status/contoso/embed?theme=dark", "/status/contoso/help", "/status/contoso/EX1/1", "/es/status/contoso/EX1/3",
		"/status/contoso/feed.xml", "/status/contoso/atom.xml?lang=ja", "/status/contoso/feed.json", w.Pages.Static("app.css"),
	} {
		add(target)
		add(target, "Accept-Encoding: gzip", "Cookie: "+w.cookie)
	}
	return list
}

// What is asked for again on one connection is, whatever happens in between, what
// it is on another one, and as long as nothing happens no handler is asked.
func TestAskedAgainIsAsAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	elsewhere := w.Elsewhere()
	publish := func(s *storetest.Desk, change func(*tocsin.Publishing)) {
		t.Helper()
		if _, err := s.ChangePublishing(t.Context(), storetest.Contoso, w.Clock(), func(p *tocsin.Publishing) error { change(p); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	tenant := func(s *storetest.Desk, change func(*tocsin.Tenant) error) {
		t.Helper()
		_, err := s.ChangeTenant(t.Context(), storetest.Contoso, change)
		must(err)
		must(w.Model.Refresh(t.Context(), true))
	}
	asked := w.requests()
	lines := make([]*line, len(asked))
	for i := range asked {
		lines[i] = dial(t, w.base)
		defer lines[i].Close()
	}
	kept := func(i int) string {
		lines[i].ask(asked[i])
		lines[i].ask(asked[i])
		return lines[i].ask(asked[i])
	}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"nothing", func() {}},
		{"a moment", func() { w.Pass(100 * time.Millisecond) }},
		{"a second", func() { w.Pass(time.Second) }},
		{"a minute", func() { w.Pass(time.Minute) }},
		{"an update", func() {
			w.Record(storetest.Contoso, tocsin.Issue{ID: "EX1", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: w.Clock().Add(-time.Hour), ModifiedAt: w.Clock()})
			must(w.Model.Refresh(t.Context(), true))
		}},
		{"an update of this moment", func() {
			doc, err := tocsin.NewDocument(tocsin.Issue{ID: "EX7", Title: "Search is slow", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: w.Clock(), ModifiedAt: w.Clock()})
			must(err)
			_, err = w.Store.Record(t.Context(), archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: w.Clock(), Entries: []archive.Entry{{Document: doc}}})
			must(err)
			must(w.Model.Refresh(t.Context(), true))
		}},
		{"a moment after it", func() { w.Pass(900 * time.Millisecond) }},
		{"a second after it", func() { w.Pass(200 * time.Millisecond) }},
		{"a mark moved here", func() {
			if got := w.reader.Status("POST", "/seen", url.Values{"to": {strconv.FormatInt(w.Clock().Unix(), 10)}}); got != http.StatusSeeOther {
				t.Fatal(got)
			}
		}},
		{"another mark", func() {
			must(w.Store.MoveReadingMark(t.Context(), storetest.Contoso, w.user.ID, w.Clock()))
			w.Pass(time.Second)
		}},
		{"one of their tenants less", func() {
			_, err := w.Store.ChangeTenant(t.Context(), storetest.Fabrikam, disable)
			must(err)
		}},
		{"and again", func() {
			_, err := elsewhere.ChangeTenant(t.Context(), storetest.Fabrikam, func(t *tocsin.Tenant) error { t.Disabled = false; return nil })
			must(err)
			w.Pass(time.Second)
		}},
		{"no advisories", func() { publish(w.Store, func(p *tocsin.Publishing) { p.Advisories, p.Indexed = false, true }) }},
		{"for readers", func() { publish(w.Store, func(p *tocsin.Publishing) { p.Readership = tocsin.ForReaders }) }},
		{"for nobody, elsewhere", func() {
			publish(elsewhere, func(p *tocsin.Publishing) { p.Readership = tocsin.ForNobody })
			w.Pass(time.Second)
		}},
		{"for everybody, elsewhere", func() {
			publish(elsewhere, func(p *tocsin.Publishing) { p.Readership = tocsin.ForEverybody })
			w.Pass(time.Second)
		}},
		{"another name", func() {
			tenant(w.Store, func(t *tocsin.Tenant) error { t.DisplayName = "Contoso & Söhne"; return nil })
		}},
		{"another zone", func() { must(w.Door.SetReading(t.Context(), w.user.ID, tocsin.Reading{Zone: "Asia/Tokyo"})) }},
		{"idle, but not too long", func() { w.Pass(11 * time.Hour) }},
		{"disabled", func() { tenant(w.Store, disable) }},
		{"enabled elsewhere", func() {
			tenant(elsewhere, func(t *tocsin.Tenant) error { t.Disabled = false; return nil })
			w.Pass(time.Second)
		}},
		{"another tenant", func() {
			must(w.Door.SetGrants(t.Context(), w.user.ID, []tocsin.Grant{{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam}}))
		}},
		{"too late", func() { w.Pass(13 * time.Hour) }},
	} {
		before := make([]string, len(asked))
		for i := range asked {
			before[i] = kept(i)
		}
		step.do()
		changed := 0
		for i, request := range asked {
			again := lines[i].ask(request)
			fresh := dial(t, w.base)
			anew := fresh.ask(request)
			_ = fresh.Close()
			if again != anew {
				t.Errorf("%s: asked again\n%.1500s\nin place of\n%.1500s", step.name, again, anew)
			}
			if again != before[i] {
				changed++
			}
		}
		t.Logf("%s: %d of %d changed", step.name, changed, len(asked))
	}
}

// As long as nothing happens, nothing is asked again: neither a handler nor the gate
// before it.
func TestKeptAnswersNeedNoHandler(t *testing.T) {
	t.Parallel()
	if !servetest.Lane() {
		t.Skip("nothing is kept without the lane")
	}
	w := newWorld(t)
	for _, request := range w.requests() {
		l := dial(t, w.base)
		for range 4 {
			l.ask(request)
		}
		before := w.handled.Load()
		for range 5 {
			l.ask(request)
		}
		if n := w.handled.Load() - before; n != 0 {
			target, _, _ := strings.Cut(request, " HTTP")
			t.Errorf("%s: %d of 5 came to the handler", target, n)
		}
		_ = l.Close()
	}
}

// A session that ends is over for the next request of a connection that has asked
// all the time, and for what everybody may read it makes no difference.
func TestKeptAnswersEndWithTheSession(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world) error{
		"here":     func(w *world) error { return w.Door.SetGrants(w.t.Context(), w.user.ID, nil) },
		"disabled": func(w *world) error { return w.Door.SetDisabled(w.t.Context(), w.user.ID, true) },
		"elsewhere, a second ago": func(w *world) error {
			defer w.Pass(time.Second)
			return w.Elsewhere().SetGrants(w.t.Context(), w.user.ID, nil, false, w.Clock())
		},
		"idle": func(w *world) error { w.Pass(12*time.Hour + time.Second); return nil },
		"old":  func(w *world) error { w.Pass(7 * 24 * time.Hour); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			l := dial(t, w.base)
			defer l.Close()
			mine := "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + w.cookie + "\r\n\r\n"
			sheet := "GET " + w.Pages.Static("app.css") + " HTTP/1.1\r\nHost: localhost\r\nCookie: " + w.cookie + "\r\n\r\n"
			for range 6 {
				if got := l.ask(mine); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
					t.Fatalf("%.100s", got)
				}
			}
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			if got := l.ask(mine); !strings.HasPrefix(got, "HTTP/1.1 401 ") {
				t.Errorf("%.100s, want 401", got)
			}
			if got := l.ask(sheet); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
				t.Errorf("%.100s, want 200", got)
			}
		})
	}
}

// What is published for readers is theirs until the last moment of their session,
// and no longer.
func TestKeptAnswersEndOnTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.Store.ChangePublishing(t.Context(), storetest.Contoso, w.Clock(), func(p *tocsin.Publishing) error { p.Readership = tocsin.ForReaders; return nil }); err != nil {
		t.Fatal(err)
	}
	sessions, err := w.Store.Sessions(t.Context(), w.user.ID)
	if err != nil || len(sessions) != 1 {
		t.Fatal(sessions, err)
	}
	l := dial(t, w.base)
	defer l.Close()
	request := "GET /status/contoso/EX1/1 HTTP/1.1\r\nHost: localhost\r\nCookie: " + w.cookie + "\r\n\r\n"
	ask := func(want string) {
		t.Helper()
		for range 4 {
			if got := l.ask(request); !strings.HasPrefix(got, "HTTP/1.1 "+want) {
				t.Fatalf("%v before the end: %.100s, want %s", sessions[0].EndsAt.Sub(w.Clock()), got, want)
			}
		}
	}
	for ask("200"); sessions[0].EndsAt.Sub(w.Clock()) > 12*time.Hour; ask("200") {
		w.Pass(11 * time.Hour) // idle for as long as that is allowed
	}
	w.Pass(sessions[0].EndsAt.Sub(w.Clock()) - time.Millisecond)
	ask("200")
	w.Pass(time.Millisecond)
	ask("404")
}
