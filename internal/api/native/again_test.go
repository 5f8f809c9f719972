package native_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/api/native"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// steadily makes a desk with a clock that tests may turn while it serves.
func steadily(t *testing.T) (d *desk, set func(time.Time)) {
	t.Helper()
	var at atomic.Pointer[time.Time]
	set = func(now time.Time) { at.Store(&now) }
	set(storetest.T0)
	var written func() uint64
	d = newDesk(t, storetest.File(t), func(c *native.Config) {
		c.Now = func() time.Time { return *at.Load() }
		c.Written = func() uint64 { return written() }
	})
	written = d.store.Store.Written
	return d, set
}

// A connection that is asked for the same all the time says what a new one does,
// whatever the clock says.
func TestAskedAgainWhileTimePasses(t *testing.T) {
	t.Parallel()
	d, set := steadily(t)
	d.must(201, "POST", "contoso", contoso+"/services", vpn)
	for i, from := range []time.Duration{time.Hour, 5 * time.Hour, 30 * time.Hour} {
		begun := storetest.T0.Add(from + 150*time.Millisecond)
		d.must(201, "POST", "contoso", contoso+"/maintenance", fmt.Sprintf(`{"service":"Vpn","title":"Work %d","startAt":%q,"endAt":%q}`, i, begun.Format(time.RFC3339Nano), begun.Add(time.Hour).Format(time.RFC3339Nano)))
	}
	first := d.must(200, "GET", "contoso", contoso+"/maintenance", "").body["value"].([]any)[2].(map[string]any)["id"].(string)
	d.must(201, "POST", "contoso", contoso+"/messages", `{"title":"Said","content":"<p>Said.</p>"}`)
	tag := d.must(200, "GET", "contoso", contoso+"/issues/"+first, "").header.Get("ETag")
	type asked struct {
		target, token string
		headers       []string
		line          *servetest.Line
	}
	var list []asked
	for _, target := range []string{
		"/issues", "/issues?open=true", "/issues?limit=2", "/issues?source=own", "/issues/" + first, "/maintenance", "/maintenance?open=true", "/messages", "/messages/TC1004", "/services", "/services/Vpn",
		"/issues/" + first + "/versions", "/issues/" + first + "/versions/1", "/overviews/Vpn/versions", "/health", "/changes", "/issues/none", "",
	} {
		for _, token := range []string{"contoso", "reader", "all"} {
			list = append(list, asked{contoso + target, token, nil, servetest.Dial(t, d.address)})
		}
	}
	list = append(list, asked{contoso + "/issues/" + first, "contoso", []string{"If-None-Match: " + tag}, servetest.Dial(t, d.address)})
	list = append(list, asked{contoso + "/issues", "fabrikam", nil, servetest.Dial(t, d.address)}, asked{fabrikam + "/issues", "all", nil, servetest.Dial(t, d.address)})
	for _, hours := range []int{0, 1, 2, 5, 6, 30, 31, 31 + 7*24, -1} {
		for _, ms := range []int{0, 100, 200} {
			set(storetest.T0.Add(time.Duration(hours)*time.Hour + time.Duration(ms)*time.Millisecond))
			for _, one := range list {
				request := servetest.Get(d.address, one.target, one.token, one.headers...)
				var head []string
				var body string
				for range 3 {
					head, body = one.line.Ask(request)
				}
				wantHead, want := servetest.Dial(t, d.address).Ask(request)
				if !strings.Contains(head[0], " 20") && !strings.Contains(head[0], " 304") {
					body, want = "", "" // names the request
				}
				if body != want || servetest.Lasting(head) != servetest.Lasting(wantHead) {
					t.Fatalf("%s %s after %d h %d ms: asked again\n%s\n%s\nin place of\n%s\n%s", one.token, one.target, hours, ms, servetest.Lasting(head), body, servetest.Lasting(wantHead), want)
				}
			}
		}
	}
}

// Who writes reads what was written, at once, on a connection that is asked for
// it all the time.
func TestAskedAgainAfterWriting(t *testing.T) {
	t.Parallel()
	d, _ := steadily(t)
	d.must(201, "POST", "contoso", contoso+"/services", vpn)
	id := d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"Slow"}`).string("id")
	one, list, service := servetest.Dial(t, d.address), servetest.Dial(t, d.address), servetest.Dial(t, d.address)
	for i := range 20 {
		title := fmt.Sprintf("Slow %d", i)
		for range 4 {
			one.Ask(servetest.Get(d.address, contoso+"/issues/"+id, "reader"))
			list.Ask(servetest.Get(d.address, contoso+"/issues", "reader"))
			service.Ask(servetest.Get(d.address, contoso+"/services/Vpn", "reader"))
		}
		d.must(200, "PATCH", "contoso", contoso+"/issues/"+id, `{"title":"`+title+`"}`)
		more := d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"More"}`).string("id")
		for name, text := range map[string]func() ([]string, string){
			title: func() ([]string, string) { return one.Ask(servetest.Get(d.address, contoso+"/issues/"+id, "reader")) },
			more:  func() ([]string, string) { return list.Ask(servetest.Get(d.address, contoso+"/issues", "reader")) },
			`"` + more: func() ([]string, string) {
				return service.Ask(servetest.Get(d.address, contoso+"/services/Vpn", "reader"))
			},
		} {
			if head, body := text(); !strings.Contains(body, name) {
				t.Fatalf("after %d writes: %s without %q: %s", i+1, head[0], name, body)
			}
		}
	}
}

// What this process writes past the model is read at once.
func TestAskedAgainAfterARecord(t *testing.T) {
	t.Parallel()
	d, _ := steadily(t)
	c, request := servetest.Dial(t, d.address), servetest.Get(d.address, contoso+"/issues", "reader")
	for range 4 {
		c.Ask(request)
	}
	doc, err := tocsin.NewDocument(tocsin.Issue{ID: "EX1", Title: "Delay", Service: "Exchange Online", Classification: "incident", Status: tocsin.StatusInvestigating, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.store.Record(t.Context(), archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: storetest.T0, Entries: []archive.Entry{{Document: doc}}}); err != nil {
		t.Fatal(err)
	}
	if _, body := c.Ask(request); !strings.Contains(body, `"EX1"`) {
		t.Error(body)
	}
}
