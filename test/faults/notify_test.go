//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// notifierVariable makes the test binary a process that tells of what is in a
// database; it holds the address.
const notifierVariable = "TOCSIN_FAULTS_NOTIFIER"

func notifierProcess(dsn string) error { return killedTelling(dsn, "told after", tellAll) }

// killedTelling tells of what is in a database and prints what it posts, until this
// process is killed before a statement that does more than look for work; if it is
// not, it prints how many there were.
func killedTelling(dsn, done string, tell func(context.Context, *storetest.Desk, time.Time, receiver) error) error {
	before, arm, last := KillAt(func(query string) bool {
		return looks(query) || strings.HasPrefix(query, "SELECT") && strings.Contains(query, "FROM delivery_endpoints WHERE due_at > 0")
	})
	s, err := storetest.New(context.Background(), dsn, store.BeforeStatement(before))
	if err != nil {
		return err
	}
	defer s.Close()
	arm()
	if err := tell(context.Background(), s, time.Now(), func(id, text string) { fmt.Println("posted " + id + " " + text) }); err != nil {
		return err
	}
	fmt.Println(done, last(), "statements")
	return nil
}

// A receiver is a channel that notes what it gets.
type receiver func(id, text string)

func (r receiver) Send(_ context.Context, m *notify.Message) (notify.Receipt, error) {
	r(m.ID, m.Letter.Heading)
	return notify.Receipt{Status: 200}, nil
}

// numbers is a scribe that says the numbers of the changes.
type numbers struct{}

func (numbers) Ahead(context.Context, []delivery.Pending) error { return nil }

func (numbers) Write(_ context.Context, _ string, _ *time.Location, kind notify.MessageKind, list []delivery.Pending) (*notify.Content, time.Time, error) {
	letter := &notify.Letter{Language: "en"}
	for _, p := range list {
		letter.Heading += fmt.Sprint(p.Change.Seq, " ")
	}
	c, err := notify.NewContent(kind, letter, nil)
	return c, time.Time{}, err
}

// tellAll has the consumer handle every change and sends what is due, to two
// channels.
func tellAll(ctx context.Context, s *storetest.Desk, now time.Time, posted receiver) error {
	return tell(ctx, s, func() time.Time { return now }, posted)
}

// tell is the same by a clock. It fails with [tocsin.ErrConflict] where another
// process is at the consumer.
func tell(ctx context.Context, s *storetest.Desk, clock func() time.Time, posted receiver) error {
	setup, err := twoReceivers(posted)
	if err != nil {
		return err
	}
	if err := decide(ctx, s, setup, clock); err != nil {
		return err
	}
	d := dispatch.NewDispatcher(dispatch.DispatcherConfig{
		Ledger: s.Ledger, Scribe: numbers{}, Setup: func() *dispatch.Setup { return setup }, Now: clock, Log: slog.New(slog.DiscardHandler),
	})
	return d.Drain(ctx)
}

// twoReceivers has everything told to two channels.
func twoReceivers(posted receiver) (*dispatch.Setup, error) {
	policy, err := route.Compile(route.Settings{Routes: route.Spec{Receiver: "all", GroupBy: []string{"issue"}, GroupWait: "0s"}}, route.Known{})
	if err != nil {
		return nil, err
	}
	var one sync.Mutex // several are told at once
	setup := &dispatch.Setup{Policy: policy, Receivers: map[string][]string{"all": {"a", "b"}}, Exits: map[string]*dispatch.Exit{}}
	for _, name := range setup.Receivers["all"] {
		setup.Exits[name] = &dispatch.Exit{Name: name, Language: "en", Window: 4, Channel: receiver(func(id, text string) {
			one.Lock()
			defer one.Unlock()
			posted(id, name+" "+text)
		})}
	}
	return setup, nil
}

// decide puts into the ledger what is to be told, unless another one is at it.
func decide(ctx context.Context, s *storetest.Desk, setup *dispatch.Setup, clock func() time.Time) error {
	consumer := dispatch.NewConsumer(dispatch.ConsumerConfig{Archive: s.Archive, Ledger: s.Ledger, Setup: func() *dispatch.Setup { return setup }, Now: clock})
	cursor, err := s.ClaimConsumer(ctx, dispatch.ConsumerName, clock(), time.Minute)
	for handled := 1; err == nil && handled > 0; {
		cursor, handled, err = s.Consume(ctx, cursor, 2, clock(), time.Minute, consumer.Handle)
	}
	if errors.Is(err, tocsin.ErrConflict) {
		return nil
	}
	return err
}

// toTell fills an archive with changes behind the cursor of the consumer.
func toTell(t *testing.T, s *storetest.Desk) {
	t.Helper()
	storetest.AddTenants(t, s)
	if err := s.AddConsumer(t.Context(), dispatch.ConsumerName, false); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"EX1", "EX2", "EX3"} {
		r := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: time.Now(), Entries: []archive.Entry{{Document: storetest.Issue(t, id, "x", storetest.T0)}}}
		if _, err := s.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

// ledgerOf is what became of each delivery, and the repeats by message.
func ledgerOf(t *testing.T, s *storetest.Desk) (lines []string, repeats map[string]int) {
	t.Helper()
	list, err := s.Deliveries(t.Context(), delivery.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	repeats = map[string]int{}
	for _, e := range list {
		lines = append(lines, fmt.Sprintf("%d %s %s", e.Change.Seq, delivery.ChannelName(e.Endpoint), e.State))
		repeats[e.Batch] = e.Repeats
	}
	slices.Sort(lines)
	return lines, repeats
}

// TestKilledNotifier kills consumer and dispatcher between every two of their
// statements, on both engines: another process tells what is left, nothing is lost,
// and nothing is told twice but what the ledger lists as a repeat.
func TestKilledNotifier(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many processes")
	}
	everyStatement(t, killing{
		fill: toTell, branches: []string{"before anything was decided", "before anything was sent", "while something was sent"}, killedAt: notifierKilledAt,
		undisturbed: func(t *testing.T, dsn string) []string {
			t.Helper()
			s := storetest.Open(t, dsn)
			if err := tellAll(t.Context(), s, time.Now(), func(string, string) {}); err != nil {
				t.Fatal(err)
			}
			want, repeats := ledgerOf(t, s)
			if len(want) != 6 || want[0] != "1 a sent" || len(repeats) != 6 {
				t.Fatalf("undisturbed: %q, %v", want, repeats)
			}
			return want
		},
	})
}

// notifierKilledAt lets a child be killed before its at-th statement, and has this
// process finish what is left. It reports whether the child came that far.
func notifierKilledAt(t *testing.T, dsn string, at int, want []string, sometimes *Sometimes) bool {
	t.Helper()
	lines, killed := Fork(t, notifierVariable, dsn, at)
	if !killed {
		return false
	}
	posts := map[string][]string{} // by id
	for _, line := range lines {
		if id, text, ok := strings.Cut(strings.TrimPrefix(line, "posted "), " "); ok && strings.HasPrefix(line, "posted ") {
			posts[id] = append(posts[id], text)
		}
	}
	s := storetest.Open(t, dsn)
	kept, _ := ledgerOf(t, s)
	switch {
	case len(kept) == 0:
		sometimes.Reach("before anything was decided")
	case len(posts) == 0:
		sometimes.Reach("before anything was sent")
	default:
		sometimes.Reach("while something was sent")
	}
	now := time.Now().Add(30 * time.Minute) // behind all leases
	if err := tellAll(t.Context(), s, now, func(id, text string) { posts[id] = append(posts[id], text) }); err != nil {
		t.Fatalf("killed before statement %d: %v", at, err)
	}
	got, repeats := ledgerOf(t, s)
	if !slices.Equal(got, want) {
		t.Fatalf("killed before statement %d, finished:\n%s\nwant\n%s", at, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if err := oncePerID(posts, repeats, 6); err != nil {
		t.Fatalf("killed before statement %d: %v", at, err)
	}
	return true
}

// oncePerID holds what a receiver got against the ledger: for who knows ids, each
// change once; no id more often than the ledger lists repeats of it; and the same
// words each time.
func oncePerID(posts map[string][]string, repeats map[string]int, n int) error {
	told := map[string]int{}
	for id, texts := range posts {
		again, known := repeats[id]
		if !known {
			return fmt.Errorf("message %s is not in the ledger", id)
		}
		if len(texts) > 1+again {
			return fmt.Errorf("message %s came %d times, the ledger lists %d repeats", id, len(texts), again)
		}
		if len(slices.Compact(slices.Clone(texts))) != 1 {
			return fmt.Errorf("message %s said %q", id, texts)
		}
		told[texts[0]]++
	}
	for text, ids := range told {
		if ids != 1 {
			return fmt.Errorf("%q was told under %d ids", text, ids)
		}
	}
	if len(told) != n {
		return errors.New("something was not told")
	}
	return nil
}
