package native_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/api/native"
	"example.org/tocsin/internal/outbox"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// consumed is what the app gives to the API.
type consumed struct {
	*store.Store
	*outbox.Runner
}

// consuming makes the API know of the consumers of an archive.
func consuming(s *storetest.Desk, list ...outbox.Consumer) consumed {
	return consumed{s.Store, outbox.New(s.Store, time.Now, slog.New(slog.DiscardHandler), list...)}
}

// Who runs the desk sees how far consumers are, and has a change that was
// skipped tried again; the audit log says who did.
func TestConsumers(t *testing.T) {
	t.Parallel()
	broken := true
	handle := func(_ context.Context, _ *store.Tx, batch []tocsin.Change) error {
		if broken {
			return errors.New("the index is broken")
		}
		return nil
	}
	d := newDesk(t, storetest.File(t), func(c *native.Config) {
		c.Consumers = consuming(c.Archive.(*storetest.Desk), outbox.Consumer{Name: "index", Handle: handle})
	})
	d.must(201, "POST", "contoso", contoso+"/services", vpn)
	d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"Slow"}`)
	ctx, s := t.Context(), d.store
	last, err := s.LastSeq(ctx)
	if err != nil || last < 2 {
		t.Fatalf("%d changes, %v", last, err)
	}
	for _, name := range []string{"index", "letters"} {
		if err := s.AddConsumer(ctx, name, name == "index"); err != nil {
			t.Fatal(err)
		}
	}
	c, err := s.ClaimConsumer(ctx, "index", d.now(), time.Minute)
	if err == nil {
		_, err = s.SkipChange(ctx, c, d.now(), time.Minute, tocsin.NewProblem(tocsin.ProblemChangeGone, "detail", "the index is broken"))
	}
	if err != nil {
		t.Fatal(err)
	}
	d.must(403, "GET", "contoso", "/api/tocsin/v1/consumers", "")
	d.must(403, "POST", "contoso", "/api/tocsin/v1/consumers/index/skipped/1/retry", "")
	list := d.must(200, "GET", "all", "/api/tocsin/v1/consumers", "").body["value"].([]any)
	index, letters := list[0].(map[string]any), list[1].(map[string]any)
	for name, want := range map[string]any{"name": "index", "beginsAfter": 0.0, "cursor": 1.0, "behind": float64(last - 1), "progress": 1 / float64(last)} {
		if index[name] != want {
			t.Errorf("%s of the index: %v, want %v", name, index[name], want)
		}
	}
	if got := fmt.Sprint(index["skipped"]); got != "[map[at:2026-03-02T09:00:00Z cause:map[args:map[detail:the index is broken] code:change.gone] change:1 problem:What the change is about is no longer in the archive.]]" {
		t.Errorf("skipped: %s", got)
	}
	if letters["behind"] != 0.0 || letters["progress"] != 1.0 || letters["beginsAfter"] != float64(last) || fmt.Sprint(letters["skipped"]) != "[]" {
		t.Errorf("a consumer that began now: %v", letters)
	}
	const retry = "/api/tocsin/v1/consumers/index/skipped/1/retry"
	if got := d.must(500, "POST", "all", retry, ""); got.string("detail") == "" {
		t.Errorf("a change that fails again: %s", got.text)
	}
	broken = false
	if got := d.must(200, "POST", "all", retry, ""); fmt.Sprint(got.body["skipped"]) != "[]" {
		t.Errorf("after the retry: %s", got.text)
	}
	for _, path := range []string{"index/skipped/1", "letters/skipped/1", "nobody/skipped/1", "index/skipped/9"} {
		d.must(404, "POST", "all", "/api/tocsin/v1/consumers/"+path+"/retry", "")
	}
	d.must(400, "POST", "all", "/api/tocsin/v1/consumers/index/skipped/no/retry", "")
	log, err := s.Audit(ctx, store.AuditQuery{Action: "change.retry", Limit: 10})
	if err != nil || len(log) != 1 || log[0].Object != "index" || log[0].Detail != "1" || log[0].Actor.Name != "client c6" {
		t.Errorf("audit log: %+v, %v", log, err)
	}
}
