package servicecomms_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/servicecomms"
	"example.org/tocsin/internal/collecttest"
	"example.org/tocsin/internal/tocsin"
)

const tenant = "11111111-1111-4111-8111-111111111111"

// legacy is a server of the legacy API.
type legacy struct {
	mu       sync.Mutex
	messages []string
	override map[string]string // by path and query behind ServiceComms/
	ignores  bool              // $top and $skip
	asked    []string
	tokens   int
	form     string
	url      string
}

func newLegacy(t *testing.T, messages int) *legacy {
	t.Helper()
	l := &legacy{override: map[string]string{}}
	for n := range messages {
		l.messages = append(l.messages, fmt.Sprintf(`{"Id":"EX%03d","MessageType":"Incident"}`, n))
	}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

func (l *legacy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.Header().Set("Content-Type", "application/json;odata.metadata=none")
	if r.Method == http.MethodPost {
		l.tokens++
		l.form = r.FormValue("resource")
		_, _ = w.Write([]byte(`{"token_type":"Bearer","expires_in":"3600","access_token":"x"}`))
		return
	}
	target := strings.TrimPrefix(r.URL.RequestURI(), "/api/v1.0/"+tenant+"/ServiceComms/")
	l.asked = append(l.asked, target)
	if body, ok := l.override[target]; ok {
		_, _ = w.Write([]byte(body))
		return
	}
	list := l.messages
	switch {
	case r.URL.Path == "/api/v1.0/"+tenant+"/ServiceComms/Services":
		list = []string{`{"Id":"Exchange","DisplayName":"Exchange Online","FeatureNames":["Sign-in"]}`}
	case strings.HasSuffix(r.URL.Path, "/CurrentStatus"):
		list = []string{`{"Id":"Exchange","Workload":"Exchange","StatusTime":"2026-04-11T00:00:00Z","WorkloadDisplayName":"Exchange Online","Status":"ServiceOperational"}`}
	case !l.ignores:
		skip, _ := strconv.Atoi(r.FormValue("$skip")) // 0 without one
		list = list[min(skip, len(list)):]
		list = list[:min(100, len(list))]
	}
	_, _ = w.Write([]byte(`{"value":[` + strings.Join(list, ",") + `]}`))
}

func (l *legacy) config() servicecomms.Config {
	return servicecomms.Config{TenantID: tenant, ClientID: "app", Secret: "s3cret", BaseURL: l.url + "/api/v1.0/", TokenURL: l.url + "/token"}
}

func (l *legacy) source(t *testing.T) *servicecomms.Source {
	t.Helper()
	source, err := servicecomms.New(l.config(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

var ask = collecttest.Full()

// lists polls and gives the lists by kind.
func lists(t *testing.T, source *servicecomms.Source) map[tocsin.Kind]collect.List {
	t.Helper()
	answer, err := source.Poll(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	byKind := map[tocsin.Kind]collect.List{}
	for _, list := range answer.Lists {
		if whole := list.Kind == tocsin.KindService || list.Kind == tocsin.KindOverview; list.Full != whole || !list.Unchanged && list.Listed != len(list.Items) {
			t.Errorf("list %s: full %v, %d listed, %d items", list.Kind, list.Full, list.Listed, len(list.Items))
		}
		byKind[list.Kind] = list
	}
	return byKind
}

func TestPollReadsEverything(t *testing.T) {
	t.Parallel()
	l := newLegacy(t, 250)
	l.messages = append(l.messages, `{"Id":"MC1","MessageType":"MessageCenter"}`)
	source := l.source(t)
	got := lists(t, source)
	if len(got) != 4 || len(got[tocsin.KindIssue].Items) != 250 || len(got[tocsin.KindMessage].Items) != 1 ||
		len(got[tocsin.KindService].Items) != 1 || len(got[tocsin.KindOverview].Items) != 1 {
		t.Errorf("lists = %v", got)
	}
	if want := "Services CurrentStatus Messages?$top=100 Messages?$top=100&$skip=100 Messages?$top=100&$skip=200"; strings.Join(l.asked, " ") != want {
		t.Errorf("asked %q, want %q", l.asked, want)
	}
	if l.form != "https://manage.office.com" {
		t.Errorf("resource = %q", l.form)
	}
	if at := got[tocsin.KindOverview].Items[0].At; !at.IsZero() {
		t.Errorf("a status holds from %v: that is the clock of the answer", at)
	}
	if got := lists(t, source); got[tocsin.KindIssue].Unchanged {
		t.Error("unchanged before Commit")
	}
	source.Commit()
	for kind, list := range lists(t, source) {
		if !list.Unchanged || len(list.Items) != 0 || list.Listed == 0 {
			t.Errorf("after Commit: %s %+v", kind, list)
		}
	}
	source.Commit()
	l.messages[240] = `{"Id":"EX240","Title":"new"}`
	if got := lists(t, source); got[tocsin.KindIssue].Unchanged || len(got[tocsin.KindIssue].Items) != 250 || !got[tocsin.KindService].Unchanged {
		t.Errorf("changed: %d issues", len(got[tocsin.KindIssue].Items))
	}
	l.messages = l.messages[:100]
	if got := lists(t, source); got[tocsin.KindIssue].Listed != 100 || got[tocsin.KindMessage].Unchanged {
		t.Errorf("fewer: %+v", got[tocsin.KindMessage])
	}
	if l.tokens != 1 {
		t.Errorf("%d tokens for five polls", l.tokens)
	}
}

// Servers differ in what they know of paging.
func TestPaging(t *testing.T) {
	t.Parallel()
	l := newLegacy(t, 250)
	l.ignores = true
	if got := lists(t, l.source(t)); len(got[tocsin.KindIssue].Items) != 250 || len(l.asked) != 3 {
		t.Errorf("everything at once: %d issues after %q", len(got[tocsin.KindIssue].Items), l.asked)
	}
	l.messages, l.asked = l.messages[:100], nil
	var failure *collect.Failure
	answer, err := l.source(t).Poll(t.Context(), ask)
	if err := collecttest.Lost(t, answer, err); !errors.As(err, &failure) || failure.Problem.Code != tocsin.ProblemEndless || len(l.asked) != 4 {
		t.Errorf("the same 100 again and again: %v after %q", err, l.asked)
	}
	l = newLegacy(t, 0)
	l.override["Messages?$top=100"] = `{"value":[{"Id":"EX1"}],"@odata.nextLink":"` + l.url + "/api/v1.0/" + tenant + `/ServiceComms/Messages?$skiptoken=2"}`
	l.override["Messages?$skiptoken=2"] = `{"value":[{"Id":"EX2"}]}`
	if got := lists(t, l.source(t)); len(got[tocsin.KindIssue].Items) != 2 {
		t.Errorf("a link: %d issues after %q", len(got[tocsin.KindIssue].Items), l.asked)
	}
	l.override["Messages?$skiptoken=2"] = `{"value":[],"@odata.nextLink":"` + l.url + `/api/v1.0/22222222-2222-4222-8222-222222222222/ServiceComms/Messages"}`
	answer, err = l.source(t).Poll(t.Context(), ask)
	if err := collecttest.Lost(t, answer, err); !errors.As(err, &failure) || failure.Problem.Code != tocsin.ProblemLink {
		t.Errorf("another tenant's messages: %v", err)
	}
}

func TestDamagedAnswers(t *testing.T) {
	t.Parallel()
	kinds := map[string]string{"Services": "service", "CurrentStatus": "overview", "Messages": "message"}
	for name, body := range map[string]string{
		"no value": `{}`, "null": `{"value":null}`, "error": `{"error":{"code":"x"},"value":[]}`,
		"trailing": `{"value":[]}{}`, "mark": "\xef\xbb\xbf{\"value\":[]}", "not UTF-8": "{\"x\":\"\xff\",\"value\":[]}", "deep": `{"x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `,"value":[]}`,
		"html": `<html></html>`, "nothing": "",
	} {
		for _, target := range []string{"Services", "CurrentStatus", "Messages?$top=100"} {
			l := newLegacy(t, 1)
			l.override[target] = body
			answer, err := l.source(t).Poll(t.Context(), ask)
			err = collecttest.Lost(t, answer, err)
			path, _, _ := strings.Cut(target, "?")
			var failure *collect.Failure
			if !errors.As(err, &failure) || failure.Problem.Args["page"] != "1" || failure.Problem.Args["kind"] != kinds[path] {
				t.Errorf("%s, %s: %v", name, target, err)
			}
		}
	}
}

func TestEveryPrefixFails(t *testing.T) {
	t.Parallel()
	l := newLegacy(t, 0)
	source := l.source(t)
	const whole = `{"value":[{"Id":"EX1","Title":"Délai","Messages":[{"MessageText":"a\r\nb"}]}]}`
	for n := range whole {
		l.mu.Lock()
		l.override["Messages?$top=100"] = whole[:n]
		l.mu.Unlock()
		answer, err := source.Poll(t.Context(), ask)
		if err := collecttest.Lost(t, answer, err); !errors.Is(err, tocsin.ErrUnavailable) {
			t.Fatalf("%d bytes: %v, %v", n, answer, err)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	err := servicecomms.Config{TenantID: "contoso.com/../x"}.Validate()
	for _, field := range []string{"tenantId", "clientId", "secret", "baseUrl", "tokenUrl"} {
		if !errors.Is(err, tocsin.ErrInvalid) || !strings.Contains(err.Error(), "servicecomms."+field) {
			t.Errorf("Validate = %v, want it to name %s", err, field)
		}
	}
	c := newLegacy(t, 0).config()
	encoded, err := json.Marshal(c)
	if text := fmt.Sprintf("%v %+v %#v %s", c, c, c, encoded); err != nil || strings.Contains(text, "s3cret") {
		t.Errorf("a config prints as %s", text)
	}
	c.BaseURL = "file:///x"
	if _, err := servicecomms.New(c, time.Now); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("New = %v", err)
	}
}
