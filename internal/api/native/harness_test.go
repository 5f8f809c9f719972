package native_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/apitest"
	"example.org/tocsin/internal/api/native"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/notify/webhook"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// base differs from the address that tests ask, as behind a proxy.
const base = "https://desk.contoso.example"

// Addresses of the two tenants.
const (
	contoso  = "/api/tocsin/v1/tenants/contoso"
	fabrikam = "/api/tocsin/v1/tenants/fabrikam"
)

func everyToken() apitest.Tokens {
	all := []string{tocsin.ScopeDeskRead, tocsin.ScopeDeskAuthor, tocsin.ScopeDeskManage}
	return apitest.Tokens{Known: map[string]access.Identity{
		"contoso":  {ClientID: "c1", TenantID: storetest.Contoso, Subject: "c1", Scopes: all},
		"fabrikam": {ClientID: "c2", TenantID: storetest.Fabrikam, Subject: "c2", Scopes: all},
		"reader":   {ClientID: "c3", TenantID: storetest.Contoso, Scopes: all[:1]},
		"nothing":  {ClientID: "c4", TenantID: storetest.Contoso, Scopes: []string{tocsin.ScopeServiceHealthAll}},
		"second":   {ClientID: "c8", TenantID: storetest.Contoso, Subject: "c8", Scopes: all},
		"privacy":  {ClientID: "c7", TenantID: storetest.Contoso, Scopes: append([]string{tocsin.ScopeDeskPrivacy}, all...)},
		"nobody":   {ClientID: "c5", TenantID: "99999999-9999-4999-8999-999999999999", Scopes: all},
		"all":      {ClientID: "c6", TenantID: storetest.Contoso, Scopes: append([]string{tocsin.ScopeDeskManageAll}, all...)},
	}, Audience: base}
}

// A desk is the API behind a real server over an archive of its own.
type desk struct {
	tb      testing.TB
	store   *storetest.Desk
	model   *readmodel.Model
	api     *native.API
	address string
	passed  atomic.Int64 // nanoseconds since T0
	second  bool         // a second person looks at messages first
}

// now is the time of the desk. Servers read it beside the test.
func (d *desk) now() time.Time { return storetest.T0.Add(time.Duration(d.passed.Load())) }

func sqlite(tb testing.TB) *desk {
	tb.Helper()
	return newDesk(tb, storetest.File(tb))
}

func newDesk(tb testing.TB, dsn string, change ...func(*native.Config)) *desk {
	tb.Helper()
	s := storetest.Open(tb, dsn)
	storetest.AddTenants(tb, s)
	d := &desk{tb: tb, store: s}
	clock := d.now
	d.model = readmodel.New(s, clock, slog.New(slog.DiscardHandler))
	speaker := speakerOf(s, func() bool { return d.second })
	c := native.Config{Base: base, Archive: s, Handlings: s, People: s, Consumers: consuming(s), Deliveries: s.Ledger, Subscriptions: subscribing{s.Ledger}, Calls: s, Reports: s, Probes: s, Help: s, Edits: s, Incidents: s, Rooms: s, Speeches: speaker, Speech: speech.Desk{Model: d.model, Rooms: s, Edits: s}, Requests: s, Answers: s, Speakers: s, Maps: s, Told: s, Webhook: webhook.Body{}, Model: d.model, Author: author.New(s, d.model, clock), Admission: httpserver.NewAdmission(everyToken(), nil), Now: clock}
	for _, f := range change {
		f(&c)
	}
	var err error
	if d.api, err = native.New(c); err != nil {
		tb.Fatal(err)
	}
	d.address = servetest.Serve(tb, httpserver.Config{Routes: d.api.Pages(), Subtrees: []httpserver.Subtree{d.api.Subtree()}, Errors: httpserver.PlainError})
	return d
}

// speakerOf sends messages of a desk to nobody.
func speakerOf(s *storetest.Desk, second func() bool) *dispatch.Speaker {
	setup := &dispatch.Setup{Exits: map[string]*dispatch.Exit{"staff": {Name: "staff", Kind: "mail", Language: "fr"}, "pager": {Name: "pager", Kind: "pagerduty"}}}
	return dispatch.NewSpeaker(dispatch.SpeakerConfig{Rooms: s, Ledger: s.Ledger, Setup: func() *dispatch.Setup { return setup }, Second: second})
}

// A reply is what a client sees.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (r reply) string(name string) string {
	text, _ := r.body[name].(string)
	return text
}

// ask sends a request; header pairs follow the body.
func (d *desk) ask(method, token, target, body string, header ...string) reply {
	d.tb.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, d.address+"/", strings.NewReader(body))
	if err != nil {
		d.tb.Fatal(err)
	}
	path, query, _ := strings.Cut(target, "?")
	r.URL.Opaque, r.URL.RawQuery = path, query // exactly as it is given
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header[http.CanonicalHeaderKey(header[i])] = []string{header[i+1]}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		d.tb.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.tb.Fatal(err)
	}
	got := reply{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.Contains(response.Header.Get("Content-Type"), "json") && len(text) > 0 {
		if err := json.Unmarshal(text, &got.body); err != nil {
			d.tb.Fatalf("%s %s answered %q: %v", method, target, text, err)
		}
	}
	return got
}

// must asks for what has to succeed.
func (d *desk) must(status int, method, token, target, body string, header ...string) reply {
	d.tb.Helper()
	got := d.ask(method, token, target, body, header...)
	if got.status != status {
		d.tb.Fatalf("%s %s %s: %d %s, want %d", method, target, body, got.status, got.text, status)
	}
	return got
}

const vpn = `{"id":"Vpn","name":"Remote access","features":[{"name":"Gateway","displayName":"Gateways"},{"name":"Portal"}]}`
