package webtest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// A House is a desk that asks who is there.
type House struct {
	t     testing.TB
	Store *storetest.Desk
	dsn   string
	Door  *signin.SignIn
	Base  string
	Pages *web.Pages
	// Second has messages of incidents wait for a second person.
	Second atomic.Bool
	Model  *readmodel.Model
	// Marker is whose marks a person's are; a name of the test's when nil.
	Marker func(iss, subject, object string) string
	mu     sync.Mutex
	now    time.Time
}

func (h *House) Clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *House) Pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// sources is a desk whose sources are elsewhere.
type sources struct{ *storetest.Desk }

func (sources) Clouds() []string { return []string{"global"} }

func (sources) Portal(string) string { return "https://admin.cloud.microsoft/?#" }

func (sources) InFile(string, string) bool { return false }

func (sources) Of(context.Context, string) ([]tocsin.Connection, error) { return nil, nil }

func (sources) Put(context.Context, tocsin.Connection, string) error {
	return tocsin.Invalidf("secret", "none")
}

func (sources) Remove(context.Context, string, string) error { return tocsin.NotFoundf("none") }

func (sources) Test(context.Context, string, string) ([]tocsin.Check, error) {
	return nil, tocsin.NotFoundf("none")
}

// mistyped is a settings file that is wrong, and another key waits for the start.
type mistyped struct{}

func (mistyped) State() tocsin.SettingsState {
	return tocsin.SettingsState{Since: storetest.T0, FoundAt: storetest.T0, Problem: "limits.perMinut: there is no such key.", Restart: []string{"server.listen"}}
}

// limping are translation engines: one that is left alone and one whose budget is
// nearly used up.
type limping struct{}

func (limping) States(context.Context) ([]translate.EngineState, error) {
	at := storetest.T0
	return []translate.EngineState{
		{
			ID: "first", Name: "DeepL", Languages: []string{"fr", "ja"}, Until: at.Add(time.Hour), Class: translate.FailureQuota, SpentDay: 12_000, SpentMonth: 500_000,
			Budget: translate.Budget{Month: 600_000}, Last: &translate.LastFailure{At: at, Class: translate.FailureQuota, Status: 456, Code: "quota <exceeded>"},
		},
		{ID: "second", Name: "LibreTranslate", Languages: []string{"fr"}, Mute: []string{"fr"}},
	}, nil
}

func (limping) Order(language string) []string {
	switch language {
	case "fr":
		return []string{"first", "second"}
	case "ja":
		return []string{"first"}
	}
	return nil
}

// consumers handle every change that is tried again.
type consumers struct{ *storetest.Desk }

func (c consumers) Retry(ctx context.Context, consumer string, seq int64) error {
	return c.RetrySkipped(ctx, consumer, seq, func(context.Context, *store.Tx, []tocsin.Change) error { return nil })
}

func NewHouse(t testing.TB, base string, providers ...signin.Provider) *House {
	t.Helper()
	h := &House{t: t, now: storetest.T0.Add(time.Hour), dsn: storetest.File(t)}
	h.Store = storetest.Open(t, h.dsn)
	master, err := access.NewMasterKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if h.Door, err = signin.New(signin.Config{
		Base: base, Archive: h.Store, Master: master, Address: httpserver.Proxies(nil).Address, Cost: Cheap(), Providers: providers, Now: h.Clock, Log: log,
	}); err != nil {
		t.Fatal(err)
	}
	model := readmodel.New(h.Store, h.Clock, log)
	h.Model = model
	h.Pages, err = wiring{
		shell: web.Config{Model: model, Archive: h.Store, Streams: quiet{}, Door: h.Door, Readers: h.Store, Silences: h.Store, Base: "https://desk.example", Now: h.Clock}, model: model,
		archive: &counted{Desk: h.Store}, door: h.Door, inside: true, person: h.marks, second: &h.Second,
	}.pages()
	if err != nil {
		t.Fatal(err)
	}
	h.Base = servetest.Serve(t, httpserver.Config{Routes: h.Pages.Routes(), Errors: h.Pages.WriteError, Gate: h.Door, Now: h.Clock})
	storetest.AddTenants(t, h.Store)
	return h
}

func (h *House) marks(u tocsin.User) string {
	if h.Marker == nil || u.Local() {
		return "at:" + u.ID
	}
	return h.Marker(u.Issuer, u.Subject, u.ObjectID)
}

const Password = "correct horse battery"

// Person adds somebody who can sign in.
func (h *House) Person(name string, grants ...tocsin.Grant) tocsin.User {
	h.t.Helper()
	u := tocsin.User{ID: signin.NewID(), Name: name, Grants: grants}
	if err := h.Door.AddUser(h.t.Context(), u, Password); err != nil {
		h.t.Fatal(err)
	}
	return u
}

// A Browser keeps cookies and follows nothing.
type Browser struct {
	*http.Client
	h *House
}

// Team adds a team of a tenant, or of the whole desk for "".
func (h *House) Team(tenant, name string, members ...string) tocsin.Party {
	h.t.Helper()
	team := tocsin.Team{ID: tocsin.NewGUID(), TenantID: tenant, Name: name, Members: members, CreatedAt: h.Clock()}
	if err := h.Store.AddTeam(h.t.Context(), team); err != nil {
		h.t.Fatal(err)
	}
	return tocsin.TeamParty(team.ID)
}

func (h *House) Browser() *Browser {
	jar, _ := cookiejar.New(nil) // never fails
	return &Browser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, h}
}

// Send sends a request and reads the answer. header are pairs.
func (b *Browser) Send(method, path string, form url.Values, header ...string) (*http.Response, string) {
	b.h.t.Helper()
	request, err := http.NewRequestWithContext(b.h.t.Context(), method, b.h.Base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.h.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := b.Do(request)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return response, string(text)
}

func (b *Browser) Status(method, path string, form url.Values, header ...string) int {
	b.h.t.Helper()
	response, _ := b.Send(method, path, form, header...)
	return response.StatusCode
}

// Enter signs somebody in.
func (b *Browser) Enter(name string) {
	b.h.t.Helper()
	if got := b.Status("POST", "/login", url.Values{"name": {name}, "password": {Password}}); got != http.StatusSeeOther {
		b.h.t.Fatalf("sign-in of %s: status %d", name, got)
	}
}

// Messages puts two messages into both tenants, the first with a date of the
// provider's.
func (h *House) Messages() {
	h.t.Helper()
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		r := archive.Record{TenantID: tenant, Source: "test", SeenAt: storetest.T0}
		for _, m := range []tocsin.Message{
			{ID: "MC1", Title: "Certificates change", ActionRequiredBy: time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)}, {ID: "MC2", Title: "New layout"},
		} {
			m.Category, m.Severity, m.StartAt, m.ModifiedAt = "planForChange", "normal", storetest.T0, storetest.T0
			doc, err := tocsin.NewDocument(m)
			if err != nil {
				h.t.Fatal(err)
			}
			r.Entries = append(r.Entries, archive.Entry{Document: doc})
		}
		if _, err := h.Store.Record(h.t.Context(), r); err != nil {
			h.t.Fatal(err)
		}
	}
}

// Message puts one message into a tenant.
func (h *House) Message(tenant string, m tocsin.Message) {
	h.t.Helper()
	h.Record(tenant, m)
}

// Record puts what a source says into a tenant.
func (h *House) Record(tenant string, said any) {
	h.t.Helper()
	doc, err := tocsin.NewDocument(said)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Store.Record(h.t.Context(), archive.Record{TenantID: tenant, Source: "test", SeenAt: storetest.T0, Entries: []archive.Entry{{Document: doc}}}); err != nil {
		h.t.Fatal(err)
	}
}

// With is the same browser with one more cookie, which it does not keep.
func (b *Browser) With(cookie string) *Browser {
	if cookie == "" {
		return b
	}
	base, _ := url.Parse(b.h.Base)
	name, value, _ := strings.Cut(cookie, "=")
	jar, _ := cookiejar.New(nil) // never fails
	jar.SetCookies(base, append(b.Jar.Cookies(base), &http.Cookie{Name: name, Value: value}))
	return &Browser{&http.Client{Jar: jar, CheckRedirect: b.CheckRedirect}, b.h}
}

func (b *Browser) Open(path string) string {
	b.h.t.Helper()
	response, page := b.Send("GET", path, nil)
	if response.StatusCode != http.StatusOK {
		b.h.t.Fatalf("GET %s: status %d", path, response.StatusCode)
	}
	return page
}

// Post sends JSON, as the scripts of the pages do.
func (b *Browser) Post(path string, body []byte) int {
	b.h.t.Helper()
	request, err := http.NewRequestWithContext(b.h.t.Context(), http.MethodPost, b.h.Base+path, strings.NewReader(string(body)))
	if err != nil {
		b.h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := b.Do(request)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// Secret puts a message about data privacy into a tenant.
func (h *House) Secret(tenant string) {
	h.t.Helper()
	h.Message(tenant, tocsin.Message{
		ID: "MC9", Title: "Confidential inquiry", Services: []string{"Exchange Online"}, Category: "preventOrFixIssue", Severity: "normal", Tags: []string{"Data privacy"},
		StartAt: storetest.T0, ModifiedAt: storetest.T0, ActionRequiredBy: h.Clock().AddDate(0, 0, 3), ContentType: "text", Content: "Confidential details.",
	})
}

// Elsewhere is the store as another process has it.
func (h *House) Elsewhere() *storetest.Desk {
	h.t.Helper()
	return storetest.Open(h.t, h.dsn)
}

func (h *House) LastEntry() int64 {
	h.t.Helper()
	list, err := h.Store.Audit(h.t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || len(list) == 0 {
		h.t.Fatal(list, err)
	}
	return list[0].N
}
