package graph_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/graph"
	"example.org/tocsin/internal/collecttest"
	"example.org/tocsin/internal/tocsin"
)

const empty = `{"value":[]}`

// script is an upstream that says exactly what a test wants. Pages are looked
// up by path and query behind /admin/serviceAnnouncement/, and are an empty
// list when none is set.
type script struct {
	mu     sync.Mutex
	pages  map[string]string
	tags   bool  // give ETags and honour If-None-Match
	level  int   // of compression; plain when 0
	status []int // of the next answers; 200 when used up
	asked  []string
	tagged int // requests that bore If-None-Match
	tokens int
	bodies int // pages that were sent whole
	url    string
}

func newScript(t *testing.T) *script {
	t.Helper()
	s := &script{pages: map[string]string{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/token") {
		s.tokens++
		_, _ = fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3600,"access_token":"t%d"}`, s.tokens)
		return
	}
	target := strings.TrimPrefix(r.URL.RequestURI(), "/v1.0/admin/serviceAnnouncement/")
	s.asked = append(s.asked, target)
	if r.Header.Get("If-None-Match") != "" {
		s.tagged++
	}
	if len(s.status) > 0 {
		status := s.status[0]
		if s.status = s.status[1:]; status != 200 {
			w.WriteHeader(status)
			return
		}
	}
	body, ok := s.pages[target]
	if !ok {
		body = empty
	}
	tag := fmt.Sprintf("%q", tocsin.HashOf([]byte(body)))
	if s.tags {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	s.bodies++
	if s.level > 0 {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed(body, s.level))
		return
	}
	_, _ = w.Write([]byte(body))
}

func packed(text string, level int) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, level) // the level is legal
	_, _ = w.Write([]byte(text))             // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

func (s *script) set(target, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[target] = body
}

func (s *script) config() graph.Config {
	return graph.Config{TenantID: tenant, ClientID: "app", Secret: "s3cret", TokenURL: s.url + "/token", BaseURL: s.url + "/v1.0"}
}

func (s *script) source(t *testing.T) *graph.Source {
	t.Helper()
	source, err := graph.New(s.config(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

var full = collecttest.Full()

// issues polls and returns the list of issues.
func issues(t *testing.T, source *graph.Source, ask collect.Ask) collect.List {
	t.Helper()
	answer, err := source.Poll(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Lists[1]
}

// page is a page of issues, with a link to the next one unless it is empty.
func page(next string, ids ...string) string {
	items := make([]string, len(ids))
	for i, id := range ids {
		items[i] = fmt.Sprintf(`{"id":%q,"posts":[]}`, id)
	}
	if next != "" {
		next = fmt.Sprintf(`"@odata.nextLink":%q,`, "/v1.0/admin/serviceAnnouncement/"+next)
	}
	return "{" + next + `"value":[` + strings.Join(items, ",") + "]}"
}

func ids(t *testing.T, list collect.List) string {
	t.Helper()
	var all []string
	for _, item := range list.Items {
		var one struct{ ID string }
		if err := json.Unmarshal(item.Body, &one); err != nil {
			t.Fatal(err)
		}
		if item.Hash != tocsin.HashOf(item.Body) {
			t.Errorf("the hash of %s is not that of its bytes", one.ID)
		}
		all = append(all, one.ID)
	}
	return strings.Join(all, " ")
}

// However a page is recognised, the list is unchanged only when all pages are,
// and whole when one is not.
func TestRecognition(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		tags           bool
		level, level2  int // of compression, before and after
		sent, sentThen int // bodies of an unchanged and a changed poll
	}{
		{name: "plain", sent: 5, sentThen: 5},
		{name: "packed alike", level: 6, level2: 6, sent: 5, sentThen: 5},
		{name: "packed differently", level: 1, level2: 9, sent: 5, sentThen: 5},
		{name: "confirmed", tags: true, level: 6, level2: 6, sent: 0, sentThen: 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.tags, s.level = tt.tags, tt.level
			s.set("issues", page("issues?$skip=2", "EX1", "EX2"))
			s.set("issues?$skip=2", page("issues?$skip=4", "EX3", "EX4"))
			s.set("issues?$skip=4", page("", "EX5"))
			source := s.source(t)
			if got := issues(t, source, full); got.Unchanged || ids(t, got) != "EX1 EX2 EX3 EX4 EX5" {
				t.Fatalf("first: %+v", got)
			}
			source.Commit()
			s.level, s.bodies = tt.level2, 0
			if got := issues(t, source, full); !got.Unchanged || got.Listed != 5 || got.Items != nil || s.bodies != tt.sent {
				t.Errorf("unchanged: %+v after %d bodies, want %d", got, s.bodies, tt.sent)
			}
			source.Commit()
			s.set("issues?$skip=2", page("issues?$skip=4", "EX3", "EX4b"))
			s.bodies = 0
			if got := issues(t, source, full); got.Unchanged || ids(t, got) != "EX1 EX2 EX3 EX4b EX5" || got.Listed != 5 || s.bodies != tt.sentThen {
				t.Errorf("changed: %s after %d bodies, want %d", ids(t, got), s.bodies, tt.sentThen)
			}
			// Not committed: still compared with the state before.
			if got := issues(t, source, full); got.Unchanged {
				t.Error("an answer that was not stored counts as known")
			}
			source.Commit()
			s.set("issues?$skip=2", page("", "EX3", "EX4b"))
			if got := issues(t, source, full); got.Unchanged || ids(t, got) != "EX1 EX2 EX3 EX4b" {
				t.Errorf("a page less: %+v", got)
			}
		})
	}
}

// What one form of a list brought may undo what the other one proved.
func TestFormsOfAListShareTheArchive(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	source := s.source(t)
	since := time.Date(2026, 3, 1, 0, 0, 0, 123456789, time.UTC)
	lately := collect.Ask{Since: since, Spend: full.Spend}
	const filtered = "issues?$filter=lastModifiedDateTime%20ge%202026-03-01T00%3A00%3A00.123Z"
	s.set("issues", page("", "EX1"))
	issues(t, source, full)
	source.Commit()
	s.set(filtered, page("", "EX1b"))
	if got := issues(t, source, lately); got.Full || ids(t, got) != "EX1b" {
		t.Fatalf("lately: %+v, asked %q", got, s.asked)
	}
	source.Commit()
	if got := issues(t, source, full); got.Unchanged {
		t.Error("the whole list counts as known although the archive has moved on")
	}
	source.Commit()
	if got := issues(t, source, full); !got.Unchanged {
		t.Error("the whole list is not recognised")
	}
}

// An ETag says something about the address that it came from, and no other.
func TestTagsKeepToTheirAddress(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.tags = true
	c := s.config()
	c.Lists = []tocsin.Kind{tocsin.KindIssue}
	source, err := graph.New(c, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range []int{0, 0, 1} {
		since := time.Date(2026, 3, 1, min(n, 1), 0, 0, 0, time.UTC)
		if _, err := source.Poll(t.Context(), collect.Ask{Since: since, Spend: full.Spend}); err != nil {
			t.Fatal(err)
		}
		source.Commit()
		if s.tagged != want {
			t.Errorf("poll %d: %d requests with a tag, want %d", n+1, s.tagged, want)
		}
	}
}

// Every request is paid for, that for the token too.
func TestEveryRequestIsSpent(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.set("issues", page("issues?$skip=1", "EX1"))
	spent := 0
	ask := collect.Ask{Full: true, Spend: func(context.Context) error { spent++; return nil }}
	source := s.source(t)
	issues(t, source, ask)
	if spent != 5 || len(s.asked) != 4 {
		t.Errorf("spent %d for a token and %d pages", spent, len(s.asked))
	}
	used := errors.New("used up")
	ask.Spend = func(context.Context) error { return used }
	if _, err := source.Poll(t.Context(), ask); !errors.Is(err, used) || len(s.asked) != 4 {
		t.Errorf("err = %v after %d pages", err, len(s.asked))
	}
}

// A token that is refused in the middle of a run is renewed once.
func TestTokenIsRefusedOnAnyPage(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		s := newScript(t)
		s.set("issues", page("issues?$skip=1", "EX1"))
		for range n {
			s.status = append(s.status, 200)
		}
		s.status = append(s.status, 401)
		if got := issues(t, s.source(t), full); got.Listed != 1 || s.tokens != 2 {
			t.Errorf("request %d: %+v after %d tokens", n+1, got, s.tokens)
		}
		s.status = append(s.status, 401, 401)
		var failure *collect.Failure
		answer, err := s.source(t).Poll(t.Context(), full)
		if err := collecttest.Lost(t, answer, err); !errors.As(err, &failure) || !failure.AuthState {
			t.Errorf("refused twice: %v", err)
		}
	}
}

func TestDamagedAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, want string }{
		"item that does not end": {`{"value":[{"id":"s3cret" ]}`, "item 1"},
		"value is null":          {`{"value":null}`, ""},
		"trailing":               {`{"value":[]} {}`, ""},
		"stray brace":            {`{{"value":[]}`, ""},
		"nothing":                {"", ""},
		"error":                  {`{"error":{"code":"s3cret"}}`, "holds an error"},
	} {
		s := newScript(t)
		s.set("issues", page("issues?$skip=1", "EX1"))
		s.set("issues?$skip=1", tt.body)
		answer, err := s.source(t).Poll(t.Context(), full)
		err = collecttest.Lost(t, answer, err)
		var failure *collect.Failure
		if !errors.As(err, &failure) || failure.Problem.Args["page"] != "2" || failure.Problem.Args["kind"] != "issue" || !strings.Contains(failure.Problem.Args["detail"], tt.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	for _, status := range []int{204, 206, 304, 400, 404, 500, 502} {
		s := newScript(t)
		s.status = []int{200, status}
		var failure *collect.Failure
		answer, err := s.source(t).Poll(t.Context(), full)
		if err := collecttest.Lost(t, answer, err); !errors.As(err, &failure) || failure.Problem.Evidence == nil || failure.Problem.Evidence.Status != status {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

// Every beginning of an answer fails the poll, and the next whole one is read.
func TestEveryPrefixFails(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	source := s.source(t)
	for target, whole := range map[string]string{
		"healthOverviews": `{"value":[{"service":"Exchange Online","id":"Exchange","status":"serviceOperational"}]}`,
		"issues":          page("", "EX1", "EX2"),
		"messages":        `{"@odata.context":"x","value":[{"id":"MC1","body":{"content":"<p>Délai</p>"}}]}`,
	} {
		for n := range whole {
			s.set(target, whole[:n])
			answer, err := source.Poll(t.Context(), full)
			if err := collecttest.Lost(t, answer, err); !errors.Is(err, tocsin.ErrUnavailable) {
				t.Fatalf("%d bytes of %s: %v, %v", n, target, answer, err)
			}
		}
		s.set(target, whole)
		issues(t, source, full)
	}
}

func TestPagesEnd(t *testing.T) {
	t.Parallel()
	for name, links := range map[string]map[string]string{
		"self":  {"issues": "issues"},
		"cycle": {"issues": "issues?a", "issues?a": "issues?b", "issues?b": "issues?a"},
	} {
		s := newScript(t)
		for from, to := range links {
			s.set(from, page(to, "EX1"))
		}
		var failure *collect.Failure
		answer, err := s.source(t).Poll(t.Context(), full)
		if err := collecttest.Lost(t, answer, err); !errors.As(err, &failure) || failure.Problem.Code != tocsin.ProblemEndless {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := newScript(t)
	s.set("issues", page("issues?t=0", "EX1"))
	for n := range 1100 {
		s.set(fmt.Sprintf("issues?t=%d", n), page(fmt.Sprintf("issues?t=%d", n+1), "EX1"))
	}
	answer, err := s.source(t).Poll(t.Context(), full)
	if err := collecttest.Lost(t, answer, err); !errors.Is(err, tocsin.ErrUnavailable) || len(s.asked) != 1002 {
		t.Errorf("endless: %v after %d requests, want 1000 pages and the other two lists", err, len(s.asked))
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	good := graph.Config{TenantID: tenant, ClientID: "app", Secret: "s3cret"}
	if err := good.Validate(); err != nil {
		t.Errorf("a good one: %v", err)
	}
	err := graph.Config{TenantID: "../x@evil", PageSize: 1001, Lists: []tocsin.Kind{"service"}}.Validate()
	for _, field := range []string{"tenantId", "clientId", "secret", "pageSize", "lists"} {
		if !errors.Is(err, tocsin.ErrInvalid) || !strings.Contains(err.Error(), "graph."+field) {
			t.Errorf("Validate = %v, want it to name %s", err, field)
		}
	}
	for _, bad := range []graph.Config{{}, {TenantID: tenant, ClientID: "a", Secret: "s3cret", BaseURL: "file:///x"}, {TenantID: tenant, ClientID: "a", Secret: "s3cret", TokenURL: "https://u:p@h/"}} {
		if _, err := graph.New(bad, time.Now); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("New(%v) = %v", bad, err)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", good)
	encoded, err := json.Marshal(good)
	if text := fmt.Sprintf("%v %+v %#v %s %s", good, good, good, encoded, log.String()); err != nil || strings.Contains(text, "s3cret") || !strings.Contains(text, tenant) {
		t.Errorf("a config prints as %s", text)
	}
}

func TestListsCanBeChosen(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	c := s.config()
	c.Lists = []tocsin.Kind{tocsin.KindMessage}
	source, err := graph.New(c, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := source.Poll(t.Context(), full)
	if err != nil || len(answer.Lists) != 1 || answer.Lists[0].Kind != tocsin.KindMessage || strings.Join(s.asked, " ") != "messages" {
		t.Errorf("answer = %+v, %v, asked %q", answer, err, s.asked)
	}
}

// What arrived of a list before a page was lost is passed on, and its bytes are
// not taken for known afterwards.
func TestLostPageCostsNoOther(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ first, second, want string }{
		"no list":          {page("issues?p=2", "EX2"), `{}`, "EX2"},
		"damaged":          {page("issues?p=2", "EX2"), `{"value":[`, "EX2"},
		"link is a number": {`{"@odata.nextLink":5,"value":[{"id":"EX2","posts":[]}]}`, "", "EX2"},
		"link leads away":  {`{"value":[{"id":"EX2","posts":[]}],"@odata.nextLink":"https://contoso.example/x"}`, "", "EX2"},
		"first is damaged": {`{"value":[{"id":"EX2"`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			source := s.source(t)
			s.set("issues", page("", "EX1"))
			issues(t, source, full)
			source.Commit()
			s.set("issues", tt.first)
			if tt.second != "" {
				s.set("issues?p=2", tt.second)
			}
			list := issues(t, source, full)
			if got := ids(t, list); got != tt.want || list.Lost == nil || list.Full || list.Listed != len(list.Items) {
				t.Errorf("%q, %+v, want %q of a list that is lost", got, list, tt.want)
			}
			source.Commit()
			s.set("issues", page("", "EX1"))
			if list := issues(t, source, full); list.Lost != nil || list.Unchanged != (tt.want == "") {
				t.Errorf("then %+v: the archive holds what arrived", list)
			}
		})
	}
}
