package dispatch_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A taker is a channel that takes what it is sent, or refuses as told.
type taker struct {
	mu     sync.Mutex
	got    []notify.Message
	refuse func(m *notify.Message) error
}

func (c *taker) Send(ctx context.Context, m *notify.Message) (notify.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != nil {
		if err := c.refuse(m); err != nil {
			return notify.Receipt{}, err
		}
	}
	c.got = append(c.got, *m)
	return notify.Receipt{Status: 200}, nil
}

// told are the headings of the messages that were taken.
func (c *taker) told() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := []string{}
	for _, m := range c.got {
		list = append(list, m.Letter.Heading)
	}
	return list
}

func (c *taker) set(refuse func(m *notify.Message) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse = refuse
}

// plainScribe says which changes a message tells of.
type plainScribe struct{}

func (plainScribe) Ahead(context.Context, []delivery.Pending) error { return nil }

func (plainScribe) Write(_ context.Context, language string, _ *time.Location, kind notify.MessageKind, list []delivery.Pending) (*notify.Content, time.Time, error) {
	letter := &notify.Letter{Language: language, Heading: string(kind)}
	facts := map[string]bool{}
	var all []notify.Fact
	for _, p := range list {
		letter.Heading += fmt.Sprintf(" %s.%d", p.Change.ID, p.Change.N)
		if !facts[p.Change.ID] {
			facts[p.Change.ID] = true
			all = append(all, notify.Fact{Kind: p.Change.Kind, ID: p.Change.ID})
		}
	}
	c, err := notify.NewContent(kind, letter, all)
	return c, time.Time{}, err
}

// A world is a desk that tells of changes, whose clock the test moves.
type world struct {
	*storetest.Desk
	t        testing.TB
	consumer *dispatch.Consumer
	config   dispatch.DispatcherConfig
	setup    *dispatch.Setup
	takers   map[string]*taker

	mu  sync.Mutex
	now time.Time
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// newWorld makes a desk with the channels duty, other and last, each the
// fallback of the one before, and routes to the receiver of the same name.
func newWorld(t testing.TB, dsn string, routes route.Settings) *world {
	t.Helper()
	w := &world{Desk: storetest.Open(t, dsn), t: t, now: storetest.T0, takers: map[string]*taker{}}
	return w.with(routes)
}

func (w *world) with(routes route.Settings) *world {
	w.t.Helper()
	policy, err := route.Compile(routes, route.Known{Labels: route.EventLabels(), Values: route.EventValues()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.setup = &dispatch.Setup{Policy: policy, Receivers: map[string][]string{}, Exits: map[string]*dispatch.Exit{}}
	for name, fallback := range map[string]string{"duty": "other", "other": "last", "last": ""} {
		w.takers[name] = &taker{}
		w.setup.Receivers[name] = []string{name}
		w.setup.Exits[name] = &dispatch.Exit{Name: name, Kind: "taker", Channel: w.takers[name], Language: "en", Zone: time.UTC, Fallback: fallback}
	}
	w.consumer = dispatch.NewConsumer(dispatch.ConsumerConfig{Archive: w.Archive, Ledger: w.Ledger, Setup: func() *dispatch.Setup { return w.setup }, Now: w.Now})
	w.config = dispatch.DispatcherConfig{
		Ledger: w.Ledger, Scribe: plainScribe{}, Setup: func() *dispatch.Setup { return w.setup }, Now: w.Now, Log: slog.New(slog.DiscardHandler),
	}
	return w
}

// follow has the consumer handle all changes since it began.
func (w *world) follow() {
	w.t.Helper()
	ctx := w.t.Context()
	if err := w.AddConsumer(ctx, dispatch.ConsumerName, false); err != nil {
		w.t.Fatal(err)
	}
	cursor, err := w.ClaimConsumer(ctx, dispatch.ConsumerName, w.Now(), time.Minute)
	for handled := 1; err == nil && handled > 0; {
		cursor, handled, err = w.Consume(ctx, cursor, 200, w.Now(), time.Minute, w.consumer.Handle)
	}
	if err == nil {
		err = w.ReleaseConsumer(ctx, cursor)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// dispatch sends what is due now and returns when nothing is left to do.
func (w *world) dispatch() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	d := dispatch.NewDispatcher(w.config)
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	deadline := time.After(20 * time.Second)
	for !w.quiet() {
		select {
		case <-deadline:
			w.t.Fatal("deliveries are not sent")
		case <-time.After(2 * time.Millisecond):
		}
	}
	cancel()
	if err := <-done; err != nil {
		w.t.Fatal(err)
	}
}

// quiet reports whether nothing is due and nobody works on anything.
func (w *world) quiet() bool {
	w.t.Helper()
	claimed := func() (n int) {
		if err := w.Read().QueryRowContext(w.t.Context(), `SELECT count(*) FROM delivery_endpoints WHERE lease_ends > $1`, tocsin.Micros(w.Now())).Scan(&n); err != nil {
			w.t.Fatal(err)
		}
		return n
	}
	before := claimed()
	next, err := w.NextDue(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return before == 0 && claimed() == 0 && (next.IsZero() || next.After(w.Now()))
}

// record keeps documents of a tenant, as a poll found them now.
func (w *world) record(tenant string, docs ...tocsin.Document) {
	w.t.Helper()
	r := archive.Record{TenantID: tenant, Source: "graph", SeenAt: w.Now()}
	for _, d := range docs {
		r.Entries = append(r.Entries, archive.Entry{Document: d})
	}
	if _, err := w.Record(w.t.Context(), r); err != nil {
		w.t.Fatal(err)
	}
}

// issue is an incident with so many posts.
func issue(t testing.TB, id string, posts int, change func(*tocsin.Issue)) tocsin.Document {
	t.Helper()
	one := tocsin.Issue{
		ID: id, Title: "Mail is late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation,
		StartAt: storetest.T0, ModifiedAt: storetest.T0.Add(time.Duration(posts) * time.Minute), Impact: "Users cannot send mail.",
	}
	for i := range posts {
		one.Posts = append(one.Posts, tocsin.Post{
			CreatedAt: storetest.T0.Add(time.Duration(i+1) * time.Minute), Type: "regular", ContentType: "text",
			Content: fmt.Sprintf("Title: Mail is late\n\nUser impact: Users cannot send mail.\n\nCurrent status: We did step %d.\n\nNext update by: Tuesday, March 3, 2026, at 8:00 PM UTC", i+1),
		})
	}
	if change != nil {
		change(&one)
	}
	doc, err := tocsin.NewDocument(one)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func advisory(i *tocsin.Issue) { i.Classification = "advisory" }

func (w *world) expect(channel string, want ...string) {
	w.t.Helper()
	if got := w.takers[channel].told(); !slices.Equal(got, want) {
		w.t.Errorf("%s got %q, want %q", channel, got, want)
	}
}

// states is what became of deliveries, the oldest first.
func (w *world) states(q delivery.Query) []string {
	w.t.Helper()
	q.Limit = 1000
	list, err := w.Deliveries(w.t.Context(), q)
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for _, e := range slices.Backward(list) {
		lines = append(lines, fmt.Sprintf("%s.%d %s %s %s", e.Change.ID, e.Change.N, e.Endpoint, e.State, e.Reason))
	}
	return lines
}

// engines runs a test on both engines.
func engines(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, storetest.File(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, pgtest.URL(t)) })
}
