package collect_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// scripted is an upstream whose answers the test writes.
type scripted struct {
	lists     []collect.List
	err       error
	requests  int
	asked     collect.Ask
	committed int
	forgotten int
}

func (s *scripted) Poll(ctx context.Context, ask collect.Ask) (collect.Answer, error) {
	s.asked = ask
	for range max(1, s.requests) {
		if err := ask.Spend(ctx); err != nil {
			return collect.Answer{}, err
		}
	}
	return collect.Answer{Lists: s.lists}, s.err
}

func (s *scripted) Commit() { s.committed++ }
func (s *scripted) Forget() { s.forgotten++ }

// desk is a collector over a real store with one scripted source.
type desk struct {
	t        *testing.T
	now      time.Time
	store    *storetest.Desk
	upstream *scripted
	*collect.Collector
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, now: storetest.T0, upstream: &scripted{}}
	d.store = storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, d.store)
	if err := d.store.PutSource(t.Context(), storetest.Contoso, "graph", 3*time.Minute); err != nil {
		t.Fatal(err)
	}
	d.Collector = collect.New(d.store, func() time.Time { return d.now }, slog.New(slog.DiscardHandler))
	d.Add(collect.Target{TenantID: storetest.Contoso, Name: "graph", Source: d.upstream})
	return d
}

// list is a list of messages as the upstream would send it.
func list(t *testing.T, full bool, docs ...tocsin.Document) collect.List {
	t.Helper()
	l := collect.List{Kind: tocsin.KindMessage, Full: full, Listed: len(docs)}
	for _, d := range docs {
		l.Items = append(l.Items, collect.Item{Body: d.Body, Hash: d.Hash})
	}
	return l
}

func message(t *testing.T, id, text string, modified, end time.Time) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Message{ID: id, Title: text, ModifiedAt: modified, StartAt: storetest.T0, EndAt: end})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// poll polls three minutes after the last time.
func (d *desk) poll(lists ...collect.List) tocsin.Poll {
	d.t.Helper()
	d.now = d.now.Add(3 * time.Minute)
	d.upstream.lists = lists
	p, err := d.Poll(d.t.Context(), storetest.Contoso, "graph", true)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

func (d *desk) source() tocsin.SourceState {
	d.t.Helper()
	list, err := d.store.Sources(d.t.Context(), storetest.Contoso)
	if err != nil || len(list) != 1 {
		d.t.Fatal(list, err)
	}
	return list[0]
}

func brief(p tocsin.Poll) string {
	return fmt.Sprintf("%s new=%d updated=%d left=%d", p.Outcome, p.New, p.Updated, p.Left)
}

func (d *desk) expect(what string, p tocsin.Poll, want string) {
	d.t.Helper()
	if got := brief(p); got != want {
		d.t.Errorf("%s: %s, want %s (%s)", what, got, want, lang.English(p.Problem))
	}
}

func TestFirstPollIsSilentAndFull(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	future := storetest.T0.Add(1000 * time.Hour)
	one := message(t, "MC1", "one", storetest.T0, future)
	d.expect("first", d.poll(list(t, true, one)), "changed new=1 updated=0 left=0")
	if !d.upstream.asked.Full || d.upstream.committed != 1 {
		t.Errorf("asked %+v, committed %d: the first poll asks for everything", d.upstream.asked, d.upstream.committed)
	}
	d.expect("second", d.poll(list(t, false, one, message(t, "MC2", "two", storetest.T0.Add(time.Minute), future))), "changed new=1 updated=0 left=0")
	if d.upstream.asked.Full || !d.upstream.asked.Since.Equal(storetest.T0.Add(-time.Hour)) {
		t.Errorf("asked %+v, want what was modified since an hour before the newest", d.upstream.asked)
	}
	changes, err := d.store.ChangesAfter(t.Context(), 0, 10)
	if err != nil || len(changes) != 2 || !changes[0].Silent || changes[1].Silent {
		t.Errorf("changes = %+v, %v, want only the first silent", changes, err)
	}
	d.now = d.now.Add(24 * time.Hour)
	d.poll(list(t, true, one))
	if !d.upstream.asked.Full {
		t.Error("a day later everything must be asked for again")
	}
}

func many(t *testing.T, n int, end time.Time) []tocsin.Document {
	t.Helper()
	docs := make([]tocsin.Document, n)
	for i := range docs {
		docs[i] = message(t, fmt.Sprintf("MC%03d", i), "text", storetest.T0, end)
	}
	return docs
}

// What a short list holds is stored at once; only that something has left waits
// until it is believed. A short list is never remembered as known.
func TestShortPollStoresWhatItLists(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	docs := many(t, 50, storetest.T0.Add(1000*time.Hour))
	d.poll(list(t, true, docs...))
	good := d.source()
	extra := message(t, "MC999", "new", storetest.T0.Add(time.Minute), storetest.T0.Add(1000*time.Hour))
	changed := message(t, "MC001", "changed", storetest.T0.Add(time.Minute), storetest.T0.Add(1000*time.Hour))
	p := d.poll(list(t, true))
	d.expect("empty", p, "short new=0 updated=0 left=0")
	if p.Withheld != 50 {
		t.Errorf("withheld %d, want all", p.Withheld)
	}
	p = d.poll(list(t, true, append(docs[2:25:25], changed, extra)...))
	d.expect("half", p, "short new=1 updated=1 left=0")
	if p.Withheld != 26 || !strings.HasPrefix(lang.English(p.Problem), "The provider's list of messages has 25, and 26 ") {
		t.Errorf("withheld %d: %s", p.Withheld, lang.English(p.Problem))
	}
	if s := d.source(); s.Shorts != 2 || !s.LastOKAt.Equal(good.LastOKAt) || !s.Watermark.Equal(good.Watermark) || s.Failures != 2 || d.upstream.committed != 1 || d.upstream.forgotten != 2 {
		t.Errorf("source = %+v, committed %d, forgotten %d: short polls are not complete", s, d.upstream.committed, d.upstream.forgotten)
	}
	d.expect("back", d.poll(list(t, true, append(docs[2:], docs[0], changed, extra)...)), "unchanged new=0 updated=0 left=0")
	if s := d.source(); s.Shorts != 0 || !s.Watermark.Equal(storetest.T0.Add(time.Minute)) || d.upstream.committed != 2 {
		t.Errorf("source = %+v, committed %d after a whole list", s, d.upstream.committed)
	}
	d.expect("two fewer", func() tocsin.Poll {
		d.now = d.now.Add(24 * time.Hour)
		return d.poll(list(t, true, append(docs[2:], extra)...))
	}(), "changed new=0 updated=0 left=2")
}

// Services that a short list lacks are unknown; those that it lists are not.
// Of three short polls in a row the third is believed, also when one between
// them fails.
func TestShortListOfServices(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	overviews := func(ids ...string) collect.List {
		l := collect.List{Kind: tocsin.KindOverview, Full: true, Listed: len(ids)}
		for _, id := range ids {
			doc, err := tocsin.NewDocument(tocsin.Overview{ServiceID: id, Service: id, Status: tocsin.StatusOperational})
			if err != nil {
				t.Fatal(err)
			}
			l.Items = append(l.Items, collect.Item{Body: doc.Body, Hash: doc.Hash})
		}
		return l
	}
	unknown := func() string {
		t.Helper()
		list, err := d.store.Unreadable(t.Context(), storetest.Contoso)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, u := range list {
			if u.Reason != tocsin.UnreadableMissing || u.ServiceID != u.ID || u.Kind != tocsin.KindOverview {
				t.Errorf("%+v", u)
			}
			text += u.ID
		}
		return text
	}
	d.poll(overviews("A", "B", "C", "D", "E", "F"), list(t, true, many(t, 4, time.Time{})...))
	p := d.poll(overviews("A", "B", "X"), list(t, true, many(t, 3, time.Time{})...))
	d.expect("short", p, "short new=1 updated=0 left=1") // the message has left, the services have not
	if got := unknown(); got != "CDEF" || p.Withheld != 4 || p.Unreadable != 0 {
		t.Errorf("unknown %q, withheld %d, unreadable %d", got, p.Withheld, p.Unreadable)
	}
	d.upstream.err = errors.New("connection refused")
	d.expect("failed", d.poll(), "failed new=0 updated=0 left=0")
	if got := unknown(); got != "CDEF" {
		t.Errorf("after a failure %q is unknown", got)
	}
	d.upstream.err = nil
	d.expect("short again", d.poll(overviews("A", "B", "C", "X")), "short new=0 updated=0 left=0")
	if got := unknown(); got != "DEF" {
		t.Errorf("unknown %q", got)
	}
	d.expect("believed", d.poll(overviews("A", "B", "C", "X")), "changed new=0 updated=0 left=3")
	if got := unknown(); got != "" {
		t.Errorf("unknown %q although they have left", got)
	}
}

// Another process that has polled since may have stored what this one's source
// does not remember.
func TestOtherProcessPolledSince(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	good := list(t, true, message(t, "MC1", "one", storetest.T0, time.Time{}))
	d.poll(good)
	other := collect.New(d.store, func() time.Time { return d.now }, slog.New(slog.DiscardHandler))
	bad := good
	bad.Items = append(bad.Items[:1:1], collect.Item{Body: []byte("null"), Hash: tocsin.HashOf([]byte("null"))})
	other.Add(collect.Target{TenantID: storetest.Contoso, Name: "graph", Source: &scripted{lists: []collect.List{bad}}})
	if p, err := other.Poll(t.Context(), storetest.Contoso, "graph", true); err != nil || p.Unreadable != 1 {
		t.Fatal(p, err)
	}
	if d.poll(good); d.upstream.forgotten != 1 {
		t.Error("what the source remembers hides that the list is sound again")
	}
	if list, err := d.store.Unreadable(t.Context(), storetest.Contoso); err != nil || len(list) != 0 {
		t.Errorf("unreadable = %v, %v", list, err)
	}
	d.poll(good)
	if d.poll(good); d.upstream.forgotten != 1 {
		t.Error("forgotten without need")
	}
}

func TestThreeShortPollsAreBelieved(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.poll(list(t, true, many(t, 50, storetest.T0.Add(1000*time.Hour))...))
	d.now = d.now.Add(24 * time.Hour)
	for range 2 {
		d.expect("short", d.poll(list(t, true)), "short new=0 updated=0 left=0")
		if !d.upstream.asked.Full {
			t.Error("a short poll must be repeated in full")
		}
	}
	d.expect("third", d.poll(list(t, true)), "changed new=0 updated=0 left=50")
}

// What has reached its end leaves without surprise, and what returns is told.
func TestExpiryIsNoLoss(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	docs := append(many(t, 20, storetest.T0.Add(2*time.Hour)), message(t, "MC500", "stays", storetest.T0, storetest.T0.Add(1000*time.Hour)))
	d.poll(list(t, true, docs...))
	d.now = d.now.Add(24 * time.Hour)
	d.expect("expired", d.poll(list(t, true, docs[20])), "changed new=0 updated=0 left=20")
	versions, err := d.store.Versions(t.Context(), storetest.Contoso, tocsin.Ref{Kind: tocsin.KindMessage, ID: "MC003"})
	if err != nil || len(versions) != 1 {
		t.Errorf("versions of what left = %v, %v, want it kept", versions, err)
	}
	d.now = d.now.Add(24 * time.Hour)
	d.expect("returned", d.poll(list(t, true, docs[20], docs[3])), "changed new=0 updated=1 left=0")
}

func TestOneBadItemCostsNoOther(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	bad := list(t, true, message(t, "MC1", "one", storetest.T0, time.Time{}))
	bad.Items = append(bad.Items, collect.Item{Body: []byte(`{"title":"no id"}`), Hash: tocsin.Hash{1}})
	p := d.poll(bad)
	d.expect("bad", p, "changed new=1 updated=0 left=0")
	if lang.English(p.Problem) != "Among the messages, 1 cannot be read: #2 (id)." || p.Unreadable != 1 {
		t.Errorf("poll = %+v", p)
	}
	if s := d.source(); s.Failures != 0 || s.LastOKAt.IsZero() || s.Unreadable != 1 || d.upstream.committed != 1 {
		t.Errorf("source = %+v", s)
	}
	// The next poll asks for whole lists, and while the bytes are those it is as
	// it was.
	d.upstream.lists = []collect.List{{Kind: tocsin.KindMessage, Full: true, Unchanged: true, Listed: 2}}
	if p := d.poll(d.upstream.lists...); lang.English(p.Problem) != "Among the messages, 1 cannot be read: #2 (id)." || !d.upstream.asked.Full {
		t.Errorf("unchanged: %+v, asked %+v", p, d.upstream.asked)
	}
	if p := d.poll(list(t, true, message(t, "MC1", "one", storetest.T0, time.Time{}))); p.Problem != nil || d.source().Unreadable != 0 || p.Outcome != tocsin.OutcomeUnchanged {
		t.Errorf("sound again: %+v", p)
	}
}

func TestFailuresBackOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.upstream.err = errors.New("connection refused")
	for i, want := range []time.Duration{3, 6, 12, 15, 15} {
		d.poll()
		if got := d.source().DueAt.Sub(d.now); got != want*time.Minute {
			t.Errorf("after failure %d due in %v, want %v", i+1, got, want*time.Minute)
		}
	}
	later := d.now.Add(50 * time.Minute)
	d.upstream.err = &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemThrottled, "who", "upstream"), NotBefore: later}
	d.poll()
	if s := d.source(); !s.DueAt.Equal(later) || s.Problem == nil || s.Problem.Code != tocsin.ProblemThrottled || s.Failures != 6 {
		t.Errorf("source = %+v, want due at %v", s, later)
	}
	d.upstream.err = nil
	d.poll()
	if s := d.source(); s.Failures != 0 || s.Problem != nil {
		t.Errorf("source = %+v after a good poll", s)
	}
}

// The budget holds over polls and restarts, since it is counted in the log.
func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.Collector = collect.New(d.store, time.Now, slog.New(slog.DiscardHandler))
		d.Add(collect.Target{TenantID: storetest.Contoso, Name: "graph", Source: d.upstream})
		d.upstream.requests = 230
		start := time.Now()
		var sent []time.Time
		for range 8 {
			p, err := d.Poll(t.Context(), storetest.Contoso, "graph", true)
			if err != nil {
				t.Fatal(err)
			}
			if p.Outcome == tocsin.OutcomeFailed {
				if s := d.source(); s.DueAt.Sub(start) < time.Hour || p.Problem == nil || p.Problem.Code != tocsin.ProblemBudget {
					t.Errorf("source = %+v: the hour's budget is spent", s)
				}
				time.Sleep(time.Until(d.source().DueAt))
			}
			for range p.Requests {
				sent = append(sent, p.FinishedAt)
			}
		}
		for i := range sent {
			if i >= 800 && sent[i].Sub(sent[i-800]) < time.Hour {
				t.Fatalf("800 requests within %v", sent[i].Sub(sent[i-800]))
			}
		}
		if len(sent) < 1000 {
			t.Errorf("%d requests: the budget is not used", len(sent))
		}
	})
}

// slow takes its time to remember what was stored.
type slow struct {
	scripted
	stored, remembered chan struct{}
	polls              atomic.Int32
}

func (s *slow) Poll(ctx context.Context, ask collect.Ask) (collect.Answer, error) {
	s.polls.Add(1)
	return s.scripted.Poll(ctx, ask)
}

func (s *slow) Commit() {
	s.stored <- struct{}{}
	<-s.remembered
}

// A source is never asked while it still remembers what the poll before
// brought, though the claim on it has ended.
func TestPollsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		source := &slow{stored: make(chan struct{}), remembered: make(chan struct{})}
		d.Add(collect.Target{TenantID: storetest.Contoso, Name: "graph", Source: source})
		var polls sync.WaitGroup
		poll := func() {
			if _, err := d.Poll(t.Context(), storetest.Contoso, "graph", true); err != nil {
				t.Error(err)
			}
		}
		polls.Go(poll)
		<-source.stored
		polls.Go(poll)
		synctest.Wait()
		if n := source.polls.Load(); n != 1 {
			t.Errorf("asked %d times while it remembers the first answer", n)
		}
		source.remembered <- struct{}{}
		<-source.stored
		source.remembered <- struct{}{}
		polls.Wait()
	})
}

// An import of any length is one entry in the audit log, and one that changes
// nothing is none.
func TestImportIsOneAuditEntry(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var docs []tocsin.Document
	for i := range 1203 {
		docs = append(docs, message(t, fmt.Sprint("MC", i), "text", d.now, time.Time{}))
	}
	before, err := d.store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := d.Import(t.Context(), storetest.Contoso, "import", []collect.List{list(t, false, docs[:3]...), list(t, false, docs[3:]...)}); err != nil {
			t.Fatal(err)
		}
	}
	after, err := d.store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || after[0].N != before[0].N+1 || after[0].Action != "archive.import" || after[0].Detail != "1203 items" {
		t.Errorf("last entry = %+v after %d, %v", after[0], before[0].N, err)
	}
}

// What of a new notice cannot be read is in the poll's problem, once: the
// notice is stored, and its state never outranks one that has a time.
func TestDoubtsAreInTheProblem(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	future := storetest.T0.Add(1000 * time.Hour)
	raw := func(id, modified string) collect.List {
		body := []byte(fmt.Sprintf(`{"id":%q,"title":%q,"startDateTime":"2026-03-02T09:00:00Z","lastModifiedDateTime":%s,"category":"stayInformed","body":{"contentType":"text","content":"x"}}`, id, modified, modified))
		return collect.List{Kind: tocsin.KindMessage, Listed: 1, Items: []collect.Item{{Body: body, Hash: tocsin.HashOf(body)}}}
	}
	d.poll(list(t, true, message(t, "MC1", "one", storetest.T0, future)))
	p := d.poll(raw("MC1", `"3/2/2026 9:30:00 AM"`))
	d.expect("a time in words", p, "changed new=0 updated=1 left=0")
	for _, want := range []string{"MC1", "lastModifiedDateTime", "3/2/2026 9:30:00 AM"} {
		if said := lang.English(p.Problem); !strings.Contains(said, want) {
			t.Errorf("problem %q does not name %s", said, want)
		}
	}
	if got := d.source(); got.Failures != 0 || !got.LastOKAt.Equal(d.now) {
		t.Errorf("source = %+v, want a poll that went well", got)
	}
	p = d.poll(raw("MC1", `"3/2/2026 9:30:00 AM"`))
	d.expect("the same again", p, "unchanged new=0 updated=0 left=0")
	if p.Problem != nil {
		t.Errorf("problem again: %v", p.Problem)
	}
	if rows, err := d.store.Rows(t.Context(), storetest.Contoso); err != nil || rows[0].Title != "one" {
		t.Errorf("rows = %+v, %v, want the state with a time to hold", rows, err)
	}
	p = d.poll(raw("MC1", `"\/Date(1772445600000)\/"`))
	d.expect("a time of .NET", p, "changed new=0 updated=1 left=0")
	if rows, err := d.store.Rows(t.Context(), storetest.Contoso); p.Problem != nil || err != nil || rows[0].Modified != 1772445600000000 {
		t.Errorf("rows = %+v, %v, problem %v, want the newer state to hold", rows, err, p.Problem)
	}
}

// A dry run says what the same import would come to and leaves the archive as
// it was, also over the borders of its parts.
func TestDryRun(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	future := storetest.T0.Add(1000 * time.Hour)
	docs := many(t, 700, future)
	docs = append(docs, docs[0], message(t, docs[1].ID, "newer", storetest.T0.Add(time.Hour), future))
	add := func(dry bool) collect.Count {
		t.Helper()
		ingest := d.Ingest(storetest.Contoso, "import")
		ingest.Dry = dry
		for _, doc := range docs {
			if err := ingest.Add(t.Context(), doc, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		counts, err := ingest.Finish(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return counts[tocsin.KindMessage]
	}
	want := collect.Count{Items: 702, New: 700, Updated: 1, Unchanged: 1}
	for range 2 {
		if got := add(true); got != want {
			t.Errorf("dry run: %+v, want %+v", got, want)
		}
	}
	if rows, err := d.store.Rows(t.Context(), storetest.Contoso); err != nil || len(rows) != 0 {
		t.Errorf("a dry run left %d rows, %v", len(rows), err)
	}
	if got := add(false); got != want {
		t.Errorf("import: %+v, want %+v", got, want)
	}
	if got := add(true); got != (collect.Count{Items: 702, Unchanged: 702}) {
		t.Errorf("dry run afterwards: %+v, want nothing but unchanged ones", got)
	}
	if found, err := d.store.Verify(t.Context(), storetest.Contoso); err != nil || found.Problem != "" || found.Versions != 701 {
		t.Errorf("verify: %+v, %v", found, err)
	}
}
