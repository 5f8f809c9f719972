package conformance

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/tocsin"
)

// wire is one connection, on which answers are looked at as they are sent.
func (d *desk) wire(t *testing.T) *servetest.Line {
	t.Helper()
	return servetest.Dial(t, d.Base())
}

// request is one as somebody sends it; nobody sends no token.
func (d *desk) request(method, target, who string, headers ...string) string {
	text := method + " " + target + " HTTP/1.1\r\nHost: " + strings.TrimPrefix(d.Base(), "http://") + "\r\n"
	if who != "" {
		text += "Authorization: Bearer " + d.tokens[who] + "\r\n"
	}
	for i := 0; i+1 < len(headers); i += 2 {
		text += headers[i] + ": " + headers[i+1] + "\r\n"
	}
	return text + "\r\n"
}

var (
	ids   = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	dates = regexp.MustCompile(`(?m)^(Date|X-Time-Taken): .*$`)
)

// alike is a head without its date and names, as it came.
func alike(head []string) string {
	return dates.ReplaceAllString(ids.ReplaceAllString(strings.Join(head, "\n"), "id"), "$1")
}

// sorted is the same in whatever order the fields came.
func sorted(head []string) string {
	lines := slices.Clone(head)
	slices.Sort(lines[1:])
	return alike(lines)
}

// records keeps lines of the log about requests.
type records struct {
	mu    sync.Mutex
	lines []string
}

func (r *records) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if bytes.Contains(b, []byte("msg=request ")) {
		r.lines = append(r.lines, string(b))
	}
	return len(b), nil
}

// about are the lines about a path, without what differs from one to another.
func (r *records) about(path string) (lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, line := range r.lines {
		if strings.Contains(line, "path="+path+" ") {
			_, line, _ = strings.Cut(line, "msg=")
			lines = append(lines, regexp.MustCompile(` (duration|peer)=\S+`).ReplaceAllString(line, ""))
		}
	}
	return lines
}

// wait returns the lines about a path once there are so many, which may be a
// moment after the answer.
func (r *records) wait(path string, n int) (lines []string) {
	for range 1000 {
		if lines = r.about(path); len(lines) >= n {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return lines
}

// What is asked for again and again on one connection gets the same answers as
// on connections that ask for it once, whichever way they are made: heads,
// bodies, lines of the log and counts.
func TestAskedAgain(t *testing.T) {
	t.Parallel()
	for _, withLane := range []bool{true, false} {
		t.Run(fmt.Sprintf("lane %t", withLane), func(t *testing.T) {
			t.Parallel()
			log := &records{}
			d := start(t, func(c *config.Config, o *app.Options) {
				c.Server.Lane = withLane
				o.Log = slog.New(slog.NewTextHandler(log, nil))
			})
			asked := map[string]int{} // by path
			for _, tt := range []struct {
				method, target, who string
				headers             []string
				again               bool // the answer is one that is kept
			}{
				{"GET", announcements + "issues", "graph contoso", nil, true},
				{"GET", announcements + "issues", "graph contoso", []string{"Accept-Encoding", "gzip"}, true},
				{"GET", announcements + "issues", "graph contoso", []string{"If-None-Match", "*, \"x\""}, true},
				{"HEAD", announcements + "issues", "graph contoso", nil, true},
				{"GET", announcements + "issues", "graph contoso", []string{"Client-Request-Id", "12345678-1234-4321-8765-123456789abc"}, true},
				{"GET", announcements + "issues", "graph contoso", []string{"Client-Request-Id", "abc"}, true},
				{"GET", announcements + "issues", "graph contoso", []string{"Prefer", "odata.maxpagesize=2"}, true},
				{"GET", announcements + "issues", "graph contoso", []string{"If-Match", "\"x\""}, false},
				{"GET", announcements + "issues/EX100", "graph contoso", nil, true},
				{"GET", announcements + "issues/EX999", "graph contoso", nil, false},
				{"GET", announcements + "issues?$select=id&$top=2", "graph contoso", nil, true},
				{"GET", announcements + "issues?$filter=startDateTime%20lt%20now()", "graph contoso", nil, false},
				{"GET", announcements + "healthOverviews", "graph fabrikam", nil, true},
				{"GET", announcements + "messages", "graph contoso", nil, true},
				{"GET", announcements + "messages", "graph person", nil, false},
				{"GET", announcements + "messages", "graph health", nil, false},
				{"GET", announcements + "issues", "graph expired", nil, false},
				{"GET", announcements + "issues", "", nil, false},
				{"GET", "/v1.0/$metadata", "", nil, false},
				{"GET", communications + "Services", "legacy contoso", nil, true},
				{"GET", communications + "Services", "legacy contoso", []string{"Accept-Encoding", "gzip"}, true},
				{"HEAD", communications + "Services", "legacy contoso", nil, true},
				{"GET", communications + "Services", "legacy wire", []string{"Client-Request-Id", "12345678-1234-4321-8765-123456789abc"}, true},
				{"GET", communications + "Messages?$filter=Id%20eq%20'EX100'", "legacy contoso", nil, true},
				{"GET", communications + "Messages?$filter=EndTime%20lt%20now()", "legacy contoso", nil, false},
				{"GET", communications + "HistoricalStatus", "legacy contoso", nil, false},
				{"GET", communications + "Services", "legacy expired", nil, false},
				{"GET", communications + "$metadata", "", nil, true},
				{"GET", "/api/tocsin/v1/tenants/contoso/issues", "own desk", nil, true},
				{"HEAD", "/api/tocsin/v1/tenants/contoso/issues", "own desk", nil, true},
				{"GET", "/api/tocsin/v1/tenants/contoso/issues/EX100", "own desk", nil, true},
				{"GET", "/api/tocsin/v1/tenants/contoso/issues/EX100", "own desk", []string{"If-None-Match", "*"}, true},
				{"GET", "/api/tocsin/v1/tenants/contoso/health", "own desk", nil, false},
				{"GET", "/api/tocsin/v1/tenants/fabrikam/issues", "own desk", nil, false},
				{"GET", "/healthz", "", nil, true},
				{"HEAD", "/healthz", "", nil, true},
				{"GET", "/version", "", nil, true},
			} {
				name := fmt.Sprint(tt.method, " ", tt.target, " ", tt.who, tt.headers)
				request := d.request(tt.method, tt.target, tt.who, tt.headers...)
				path, _, _ := strings.Cut(tt.target, "?")
				for range 3 {
					d.wire(t).Ask(request) // so that it is kept, and compressed
				}
				fresh, body := d.wire(t).Ask(request)
				asked[path] += 12
				c := d.wire(t)
				var heads []string
				named := map[string]bool{}
				for range 8 {
					head, again := c.Ask(request)
					if sorted(head) != sorted(fresh) || ids.ReplaceAllString(again, "") != ids.ReplaceAllString(body, "") && !strings.Contains(body, `"error"`) {
						t.Errorf("%s: asked again\n%s\n%.300s\nin place of\n%s\n%.300s", name, sorted(head), again, sorted(fresh), body)
					}
					heads = append(heads, alike(head))
					for _, line := range head {
						if id, ok := strings.CutPrefix(line, "X-Request-Id: "); ok {
							named[id] = true
						}
					}
				}
				// The lane sends the fields of a handler in any order.
				same := heads[2] == heads[3] && heads[3] == heads[4] && heads[4] == heads[5] && heads[5] == heads[6] && heads[6] == heads[7]
				for range 3 { // what the program itself writes ends some of them
					if same || !tt.again || !withLane {
						break
					}
					heads = nil
					for range 8 {
						head, _ := c.Ask(request)
						heads = append(heads, alike(head))
					}
					asked[path] += 8
					same = len(slices.Compact(heads[4:])) == 1
				}
				if withLane && (tt.again || strings.Count(heads[2], "\n") > 7) && same != tt.again {
					t.Errorf("%s: the handler was left out: %t", name, same)
				}
				if given := slices.Contains(tt.headers, "12345678-1234-4321-8765-123456789abc"); len(named) != map[bool]int{true: 1, false: 8}[given] {
					t.Errorf("%s: %d names", name, len(named))
				}
				lines := log.wait(path, asked[path])
				if len(lines) != asked[path] {
					t.Fatalf("%s: %d lines in the log, want %d", name, len(lines), asked[path])
				}
				// Those of connections before may have come late.
				lines = slices.DeleteFunc(lines, func(line string) bool { return !named[ids.FindString(line)] })
				for i, line := range lines {
					if len(lines) < 8 || ids.ReplaceAllString(line, "") != ids.ReplaceAllString(lines[0], "") {
						t.Errorf("%s: line %d of the log is %q, the first one %q", name, i, line, lines[0])
					}
				}
			}
		})
	}
}

// counted is how many requests of a route were answered with a status.
func (d *desk) counted(t *testing.T, route, code string) (n float64) {
	t.Helper()
	text := d.ask(t, "", "GET", "/metrics", "").body
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, fmt.Sprintf("tocsin_http_requests_total{code=%q,route=%q} ", code, route)); ok {
			_, _ = fmt.Sscan(value, &n)
		}
	}
	return n
}

// Requests that are answered again are counted as all others are, also against
// the limit of their client.
func TestAskedAgainIsCounted(t *testing.T) {
	t.Parallel()
	d := start(t)
	request := d.request("GET", announcements+"issues", "graph contoso")
	c, before := d.wire(t), d.counted(t, "graph", "200")
	for range 20 {
		c.Ask(request)
	}
	if n := d.counted(t, "graph", "200") - before; n != 20 {
		t.Errorf("%v requests are counted, want 20", n)
	}
	client := tocsin.Client{ID: signin.NewID(), TenantID: contoso, Name: "limited", CreatedAt: time.Now(), Scopes: []string{tocsin.ScopeServiceHealthAll}, PerMinute: 7}
	if _, err := app.AddClient(t.Context(), d.Programs, client); err != nil {
		t.Fatal(err)
	}
	var err error
	if d.tokens["limited"], err = d.Issuer.Mint(t.Context(), client, app.GraphResource, time.Hour); err != nil {
		t.Fatal(err)
	}
	request, c = d.request("GET", announcements+"issues", "limited"), d.wire(t)
	for i := range 12 {
		head, _ := c.Ask(request)
		if want := map[bool]string{true: "200", false: "429"}[i < 7]; !strings.Contains(head[0], want) {
			t.Errorf("request %d: %s, want %s", i, head[0], want)
		}
		if i >= 7 && !strings.Contains(strings.Join(head, "\n"), "Retry-After: ") {
			t.Errorf("request %d: %q", i, head)
		}
	}
}

// Who may not ask any longer is refused in the middle of a connection that is
// asked all the time, and what has changed is said at once.
func TestAskedAgainAfterAChange(t *testing.T) {
	t.Parallel()
	d := start(t)
	client := tocsin.Client{ID: signin.NewID(), TenantID: contoso, Name: "ends", CreatedAt: time.Now(), Scopes: []string{tocsin.ScopeServiceHealthAll}}
	if _, err := app.AddClient(t.Context(), d.Programs, client); err != nil {
		t.Fatal(err)
	}
	short, err := d.Issuer.Mint(t.Context(), client, app.GraphResource, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	d.tokens["ends"] = short
	for name, tt := range map[string]struct {
		who    string
		status string
		change func() error
	}{
		"revoked client": {"ends", "401", func() error { return d.Programs.RevokeClient(t.Context(), client.ID, time.Now()) }},
		"closed tenant": {"graph fabrikam", "403", func() error {
			_, err := d.Archive.ChangeTenant(t.Context(), fabrikam, func(c *tocsin.Tenant) error { c.Disabled = true; return nil })
			return err
		}},
	} {
		request, c := d.request("GET", announcements+"issues", tt.who), d.wire(t)
		for range 5 {
			if status := c.Status(request); status != "200" {
				t.Fatal(name, status)
			}
		}
		if err := tt.change(); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		for c.Status(request) == "200" {
			if time.Since(begun) > 30*time.Second {
				t.Fatal(name, "goes on being answered")
			}
			time.Sleep(time.Millisecond)
		}
		t.Logf("%s: refused after %v", name, time.Since(begun).Round(time.Millisecond))
		if took := time.Since(begun); took > access.Follow+5*time.Second {
			t.Errorf("%s: refused after %v", name, took)
		}
		if status := c.Status(request); status != tt.status {
			t.Errorf("%s: %s, want %s", name, status, tt.status)
		}
	}
	request, c := d.request("GET", announcements+"issues/EX100", "graph contoso"), d.wire(t)
	for range 5 {
		c.Ask(request)
	}
	changed := issue("EX100", "Exchange Online", "incident", tocsin.StatusServiceRestored, 10, 0)
	changed.Title, changed.ModifiedAt = "Another title", time.Now()
	d.put(t, contoso, changed)
	for {
		_, kept := c.Ask(request)
		_, fresh := d.wire(t).Ask(request)
		_, after := c.Ask(request)
		if strings.Contains(kept, "Another title") && !strings.Contains(fresh, "Another title") || strings.Contains(fresh, "Another title") && !strings.Contains(after, "Another title") {
			t.Fatal("a connection that is asked all the time says something else")
		}
		if strings.Contains(fresh, "Another title") {
			break
		}
	}
}

// A host that is not ours is refused however often it is named, between
// requests that are answered.
func TestAskedAgainForAnotherHost(t *testing.T) {
	t.Parallel()
	d := start(t)
	c, request := d.wire(t), d.request("GET", announcements+"issues", "graph contoso")
	other := strings.Replace(request, "Host: 127.0.0.1", "Host: other.example", 1)
	for i := range 12 {
		if status := c.Status(request); status != "200" {
			t.Error(i, status)
		}
		if i%4 == 3 {
			continue // twice the same
		}
		if status := c.Status(other); status != fmt.Sprint(http.StatusMisdirectedRequest) {
			t.Error(i, status)
		}
	}
}

// A compressed answer that comes again is whole.
func TestAskedAgainCompressed(t *testing.T) {
	t.Parallel()
	d := start(t)
	c := d.wire(t)
	_, plain := c.Ask(d.request("GET", announcements+"issues", "graph contoso"))
	for range 6 {
		_, body := c.Ask(d.request("GET", announcements+"issues", "graph contoso", "Accept-Encoding", "gzip"))
		r, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != plain {
			t.Errorf("%v: %.200s", err, text)
		}
	}
}
