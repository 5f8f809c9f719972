package discovery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/access/discovery"
	"example.org/tocsin/internal/issuertest"
	"example.org/tocsin/internal/tocsin"
)

// A world is an issuer, its keys as we keep them, and a clock.
type world struct {
	server *issuertest.Server
	keys   *discovery.Keys
	offset atomic.Int64
	log    bytes.Buffer
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func (w *world) now() time.Time { return start.Add(time.Duration(w.offset.Load())) }

func (w *world) pass(d time.Duration) { w.offset.Add(int64(d)) }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	var err error
	if w.server, err = issuertest.NewKeycloak(w.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.server.Close)
	w.keys, err = discovery.New(discovery.Config{
		Name: "keycloak", Address: issuertest.Realm(w.server.Base()), Now: w.now, Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) key(t *testing.T, id string) error {
	t.Helper()
	_, err := w.keys.Key(t.Context(), id)
	return err
}

// Whoever sends tokens must not decide how often the issuer is asked.
func TestUnknownKeysLeadToOneFetch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var group sync.WaitGroup
	for i := range 1000 {
		group.Go(func() {
			if err := w.key(t, fmt.Sprint("unknown ", i)); !errors.Is(err, tocsin.ErrNotFound) {
				t.Errorf("unknown key: %v, want ErrNotFound", err)
			}
		})
	}
	group.Wait()
	if n := w.server.Fetches(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
	w.pass(discovery.UnknownEvery - time.Second)
	_ = w.key(t, "unknown")
	if n := w.server.Fetches(); n != 1 {
		t.Errorf("%d fetches before five minutes were over, want 1", n)
	}
	w.pass(time.Second)
	_ = w.key(t, "unknown")
	if n := w.server.Fetches(); n != 2 {
		t.Errorf("%d fetches after five minutes, want 2", n)
	}
	if err := w.key(t, w.server.Key().KeyID); err != nil {
		t.Errorf("known key meanwhile: %v", err)
	}
}

func TestRolloverNeedsOneFetch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.server.Key().KeyID
	if err := w.key(t, first); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again at once: a key that was found is not held against the next
		if err := w.server.Rotate(); err != nil {
			t.Fatal(err)
		}
		if err := w.key(t, w.server.Key().KeyID); err != nil {
			t.Errorf("new key: %v", err)
		}
	}
	if n := w.server.Fetches(); n != 3 {
		t.Errorf("%d fetches for three keys, want 3", n)
	}
	if err := w.key(t, first); err != nil {
		t.Errorf("old key while it is published: %v", err)
	}
	w.server.Withdraw()
	w.keys.Check(t.Context())
	if err := w.key(t, first); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("withdrawn key: %v, want ErrNotFound", err)
	}
}

// While the key server fails, the keys before stay for a day, and it shows.
func TestKeysStayWhileTheServerFails(t *testing.T) {
	t.Parallel()
	for _, fault := range []issuertest.Fault{issuertest.Down, issuertest.HTML, issuertest.Empty, issuertest.Huge, issuertest.Redirect, issuertest.Failing} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.server.Key().KeyID
			if err := w.key(t, id); err != nil {
				t.Fatal(err)
			}
			w.server.Break(fault)
			w.pass(discovery.KeptFor - time.Second)
			state := w.keys.Check(t.Context())
			if !state.Stale || state.Problem == "" || state.Keys != 1 || !state.FetchedAt.Equal(start) {
				t.Errorf("state = %+v, want it to tell that it is stale", state)
			}
			if err := w.key(t, id); err != nil {
				t.Errorf("old key within a day: %v", err)
			}
			w.pass(time.Second)
			if err := w.key(t, id); !errors.Is(err, tocsin.ErrUnavailable) {
				t.Errorf("old key after a day: %v, want ErrUnavailable", err)
			}
			if state := w.keys.State(); state.Keys != 0 || !state.Stale {
				t.Errorf("after a day: %+v", state)
			}
			if log := w.log.String() + state.Problem; strings.Contains(log, "secret words") || strings.Contains(log, "<html>") || !strings.Contains(log, "issuer keys not fetched") {
				t.Errorf("log:\n%s", log)
			}
			w.server.Break(issuertest.Fine)
			w.pass(time.Minute)
			if err := w.key(t, id); err != nil {
				t.Errorf("once the server is back: %v", err)
			}
			if state := w.keys.State(); state.Stale || state.Problem != "" {
				t.Errorf("once the server is back: %+v", state)
			}
		})
	}
}

// A server that is down from the start is asked now and then, not by everybody.
func TestServerThatIsDownFromTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.server.Break(issuertest.Failing)
	for range 100 {
		if err := w.key(t, "x"); !errors.Is(err, tocsin.ErrUnavailable) {
			t.Fatalf("no keys at all: %v, want ErrUnavailable", err)
		}
	}
	if n := w.server.Fetches(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
	w.server.Break(issuertest.Fine)
	w.pass(time.Minute)
	if err := w.key(t, w.server.Key().KeyID); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestRunFetchesAtOnceAndEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.keys.Run(ctx) }()
	if err := w.key(t, w.server.Key().KeyID); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	if n := w.server.Fetches(); n != 1 {
		t.Errorf("%d fetches, want the one that both waited for", n)
	}
}

func TestKeysOfNoUseAreLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, id := range []string{"shared", "of a kind to come", ""} {
		if err := w.key(t, id); !errors.Is(err, tocsin.ErrNotFound) {
			t.Errorf("key %q: %v, want ErrNotFound", id, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "sso.example.org", "ftp://sso.example.org", "http://sso.example.org/realms/desk", "http://localhost.example.org/", "https://u:p@sso.example.org/",
		"https://sso.example.org/?x=1", "http://127.0.0.1.example.org/",
	} {
		if _, err := discovery.New(discovery.Config{Name: "x", Address: address}); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("address %q: %v, want ErrInvalid", address, err)
		}
	}
}

// A document about another issuer, or one that places the keys elsewhere, is
// nobody's.
func TestDocumentsThatDoNotFit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]discovery.Config{
		"another issuer": {Address: issuertest.Realm(w.server.Base()), Issuer: "https://sso.example.org/realms/desk"},
		"slash":          {Address: issuertest.Realm(w.server.Base()) + "/"},
		"no document":    {Address: w.server.Base() + "/realms/other"},
	} {
		c.Name, c.Now = name, w.now
		keys, err := discovery.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if state := keys.Check(t.Context()); state.Keys != 0 || state.Problem == "" {
			t.Errorf("%s: %+v, want a problem", name, state)
		}
	}
	keys, err := discovery.New(discovery.Config{Name: "direct", KeysURL: issuertest.Realm(w.server.Base()) + "/protocol/openid-connect/certs", Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	if state := keys.Check(t.Context()); state.Keys != 1 {
		t.Errorf("key set by its address: %+v", state)
	}
}
