package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A watch prints a line for each change of its issue and for no other, waits
// for one that is not known yet, and ends where it was told to.
func TestWatch(t *testing.T) {
	t.Parallel()
	desk := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, desk)
	e, out, problems := env()
	w := &watch{session: &session{root: &root{Output: "text"}, env: e}, desk: &app.Rooms{Store: desk.Store, Archive: desk.Archive, People: desk.People}, tenant: storetest.Contoso, id: "mo821132", untilOver: true}
	look := func(want string, over bool) {
		t.Helper()
		out.Reset()
		ended, err := w.look(t.Context(), storetest.T0.Add(time.Hour))
		if err != nil || ended != over || out.String() != want {
			t.Errorf("look printed %q, ended %v, %v, want %q, %v", out.String(), ended, err, want, over)
		}
	}
	look("", false)
	look("", false)
	if got := problems.String(); got != "tocsin: the archive has no issue mo821132 yet: waiting for it\n" {
		t.Errorf("waiting is said as %q", got)
	}
	tell(t, desk, 0, tocsin.StatusInvestigating, "Some users\ncannot reach their mail", "first")
	look("[2026-03-02T09:00:00Z] MO821132 - investigating - Some users cannot reach their mail\n", false)
	look("", false)
	tell(t, desk, 1, tocsin.StatusDegradation, "Mail is late", "first", "second")
	tell(t, desk, 2, tocsin.StatusDegradation, "Mail is late", "first", "edited")
	look("[2026-03-02T09:01:00Z] MO821132 - serviceDegradation - was investigating, 1 new post, other title\n"+
		"[2026-03-02T09:02:00Z] MO821132 - serviceDegradation - 1 edited post\n", false)
	tell(t, desk, 3, tocsin.StatusServiceRestored, "Mail is late", "first", "edited")
	w.Output = "json"
	out.Reset()
	ended, err := w.look(t.Context(), storetest.T0.Add(time.Hour))
	var line watchedJSON
	if err != nil || !ended || strings.Count(out.String(), "\n") != 1 || json.Unmarshal(out.Bytes(), &line) != nil ||
		line.Status != "serviceRestored" || line.Was != "serviceDegradation" || line.Version != 4 || line.ID != "MO821132" || line.What != "updated" {
		t.Errorf("the end is %q, ended %v, %v", out.String(), ended, err)
	}
}

// tell stores what a source says about an issue, and about another one.
func tell(t *testing.T, desk *storetest.Desk, minute int, status tocsin.Status, title string, posts ...string) {
	t.Helper()
	at := storetest.T0.Add(time.Duration(minute) * time.Minute)
	issue := tocsin.Issue{ID: "MO821132", Title: title, Service: "Microsoft 365 suite", Classification: "incident", Status: status, StartAt: storetest.T0, ModifiedAt: at}
	for i, text := range posts {
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: storetest.T0.Add(time.Duration(i) * time.Second), Type: "regular", ContentType: "html", Content: text})
	}
	other := issue
	other.ID = "EX1"
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: at}
	for _, v := range []tocsin.Issue{issue, other} {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := desk.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// Whoever ends a watch has not failed.
func TestWatchIsEnded(t *testing.T) {
	t.Parallel()
	dsn := filepath.Join(t.TempDir(), "desk.db")
	storetest.AddTenants(t, storetest.Open(t, dsn))
	ctx, stop := context.WithCancel(t.Context())
	e, _, _ := env("issue", "watch", "EX1", "--tenant", "contoso", "--every", "1h", "--database", dsn, "--data", filepath.Dir(dsn))
	e.Stderr = onWrite{stop} // it waits for the issue
	if code := Main(ctx, e); code != exitDone {
		t.Errorf("exit code %d, want %d", code, exitDone)
	}
	refused, _, problems := env("issue", "watch", "EX1", "--tenant", "contoso", "--every", "1ms", "--database", dsn, "--data", filepath.Dir(dsn))
	if code := Main(t.Context(), refused); code != exitUsage || !bytes.Contains(problems.Bytes(), []byte("1ms is not between 1s and 24h")) {
		t.Errorf("exit code %d, %s", code, problems)
	}
}

// onWrite calls a function when something is written.
type onWrite struct{ do func() }

func (o onWrite) Write(p []byte) (int, error) {
	o.do()
	return len(p), nil
}
