package servicecomms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/servicecomms"
	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

const base = "https://desk.example"

// root is the address of the API for the tenant of most tests.
const root = "/api/v1.0/contoso.com/ServiceComms/"

// now is a Thursday noon.
var now = time.Date(2026, 4, 16, 12, 0, 0, 0, time.UTC)

// badge is a verifier whose tokens say who they speak for: "contoso:scopes",
// and in which shape: "contoso:scopes:wire".
type badge struct{}

const good = "contoso:ServiceHealth.Read"

// tailspin is a tenant that is kept but not served.
const tailspin = "77777777-7777-4777-8777-777777777777"

func (badge) Authenticate(r *http.Request, _ ...string) (access.Identity, error) {
	headers := r.Header.Values("Authorization")
	switch {
	case len(headers) == 0:
		return access.Identity{}, access.ErrNoCredentials
	case len(headers) > 1:
		return access.Identity{}, access.ErrGivenTwice
	}
	token := strings.TrimPrefix(headers[0], "Bearer ")
	who, rest, ok := strings.Cut(token, ":")
	scopes, shape, _ := strings.Cut(rest, ":")
	ids := map[string]string{"contoso": storetest.Contoso, "fabrikam": storetest.Fabrikam, "nobody": "99999999-9999-4999-8999-999999999999", "tailspin": tailspin}
	if !ok || ids[who] == "" {
		return access.Identity{}, access.ErrInvalidToken
	}
	return access.Identity{ClientID: "app", TenantID: ids[who], Scopes: strings.Fields(scopes), Shape: tocsin.Shape(shape)}, nil
}

// newStore makes an empty archive with the tenants of the tests.
func newStore(t testing.TB) *storetest.Desk {
	t.Helper()
	s := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, s)
	if err := s.AddTenant(t.Context(), tocsin.Tenant{ID: tailspin, Name: "tailspin", Domains: []string{"tailspin.example"}, Disabled: true}); err != nil {
		t.Fatal(err)
	}
	return s
}

// take imports notices as the operator would.
func take(t testing.TB, s *storetest.Desk, notices string) {
	t.Helper()
	lists, _, err := file.Read(strings.NewReader(notices), "notices")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := collect.New(s, clock, slog.New(slog.DiscardHandler)).Import(t.Context(), storetest.Contoso, "import", lists); err != nil {
		t.Fatal(err)
	}
}

func clock() time.Time { return now }

// serve makes an API over an archive.
func serve(t testing.TB, s *storetest.Desk) *servicecomms.API {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	api, err := servicecomms.New(servicecomms.Config{Base: base, Model: readmodel.New(s, clock, log), Archive: s, Admission: httpserver.NewAdmission(badge{}, nil), Now: clock, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// put stores documents of one tenant; v is as in [tocsin.NewDocument].
func put(t testing.TB, s *storetest.Desk, tenant string, at time.Time, list ...any) {
	t.Helper()
	r := archive.Record{TenantID: tenant, Source: "graph", SeenAt: at}
	for _, v := range list {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := s.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request; header lines are "Name: value".
func ask(t testing.TB, api http.Handler, method, target, token string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, "/", nil)
	path, query, _ := strings.Cut(target, "?")
	r.RequestURI, r.URL = target, &url.URL{Path: path, RawQuery: query}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

// values reads the entities of an answer.
func values(t testing.TB, w *httptest.ResponseRecorder) []map[string]any {
	t.Helper()
	var answer struct{ Value []map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK || answer.Value == nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return answer.Value
}

func ids(list []map[string]any) []string {
	got := []string{}
	for _, v := range list {
		got = append(got, fmt.Sprint(v["Id"]))
	}
	return got
}

// days is an answer about statuses as "workload date status [issues]".
func days(t testing.TB, w *httptest.ResponseRecorder) []string {
	t.Helper()
	list := []string{}
	for _, v := range values(t, w) {
		list = append(list, fmt.Sprint(v["Workload"], " ", v["StatusDate"].(string)[:10], " ", v["Status"], " ", v["IncidentIds"]))
	}
	return list
}

// q encodes an expression for a query.
func q(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// polled ends a complete poll of the tenant that found nothing new.
func polled(t testing.TB, s *storetest.Desk, at time.Time) {
	t.Helper()
	if err := s.PutSource(t.Context(), storetest.Contoso, "graph", 3*time.Minute); err != nil {
		t.Fatal(err)
	}
	state, err := s.ClaimSource(t.Context(), storetest.Contoso, "graph", at, time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	end := archive.PollEnd{DueAt: at.Add(3 * time.Minute), Poll: tocsin.Poll{
		TenantID: storetest.Contoso, Source: "graph", Epoch: state.Epoch, Full: true, FinishedAt: at, Outcome: tocsin.OutcomeUnchanged,
	}}
	if _, err := s.FinishPoll(t.Context(), end, nil); err != nil {
		t.Fatal(err)
	}
}
