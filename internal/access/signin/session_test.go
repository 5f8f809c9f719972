package signin_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

const password = "correct horse battery"

// counted is a store that counts what is asked of it for each request.
type counted struct {
	*storetest.Desk
	sessions, revisions, touches atomic.Int64
}

func (c *counted) Session(ctx context.Context, hash tocsin.Hash) (tocsin.Session, tocsin.User, error) {
	c.sessions.Add(1)
	return c.Desk.Session(ctx, hash)
}

func (c *counted) SessionRevision(ctx context.Context) (int64, error) {
	c.revisions.Add(1)
	return c.Desk.SessionRevision(ctx)
}

func (c *counted) TouchSession(ctx context.Context, hash tocsin.Hash, now time.Time) error {
	c.touches.Add(1)
	return c.Desk.TouchSession(ctx, hash, now)
}

// A desk has a process of its own and another one on the same store.
type desk struct {
	door  *signin.SignIn
	store *counted
	other *storetest.Desk
	now   time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{store: &counted{}, now: storetest.T0.Add(time.Hour)}
	dsn := storetest.File(t)
	d.store.Desk, d.other = storetest.Open(t, dsn), storetest.Open(t, dsn)
	storetest.AddTenants(t, d.other)
	master, err := access.NewMasterKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	d.door, err = signin.New(signin.Config{
		Base: "http://localhost", Archive: d.store, Master: master, Address: httpserver.Proxies(nil).Address,
		Idle: 10 * time.Minute, Limit: time.Hour, Now: func() time.Time { return d.now }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// enter adds somebody and signs them in.
func (d *desk) enter(t *testing.T, name string) (tocsin.User, *http.Cookie) {
	t.Helper()
	u := tocsin.User{ID: signin.NewID(), Name: name, Grants: []tocsin.Grant{{Role: tocsin.RoleReader}}}
	if err := d.door.AddUser(t.Context(), u, password); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := d.door.Password(w, httptest.NewRequest(http.MethodPost, "/login", nil), name, password); err != nil {
		t.Fatal(err)
	}
	for _, cookie := range w.Result().Cookies() {
		if cookie.Name == "tocsin" {
			return u, cookie
		}
	}
	t.Fatal("there is no cookie of a session")
	return u, nil
}

// visitor is who the desk takes a request for, nobody when it is refused.
func (d *desk) visitor(t *testing.T, cookie *http.Cookie) access.Visitor {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(cookie)
	r, err := d.door.Admit(r, access.ReadHealth)
	if err != nil && !errors.Is(err, tocsin.ErrUnauthenticated) {
		t.Fatal(err)
	}
	return access.VisitorOf(r.Context())
}

// What another process does to somebody holds here within a second, and for
// nobody else.
func TestOtherProcessEndsSessions(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *storetest.Desk, u tocsin.User, session string, now time.Time) error{
		"sign-out": func(s *storetest.Desk, u tocsin.User, session string, now time.Time) error {
			return s.EndSession(t.Context(), u.ID, session, now)
		},
		"password": func(s *storetest.Desk, u tocsin.User, _ string, now time.Time) error {
			return s.SetPassword(t.Context(), u.ID, "another", now)
		},
		"disabled": func(s *storetest.Desk, u tocsin.User, _ string, now time.Time) error {
			return s.SetDisabled(t.Context(), u.ID, true, now)
		},
		"withdrawn grant": func(s *storetest.Desk, u tocsin.User, _ string, now time.Time) error {
			return s.SetGrants(t.Context(), u.ID, nil, false, now)
		},
		"changed role": func(s *storetest.Desk, u tocsin.User, _ string, now time.Time) error {
			return s.SetGrants(t.Context(), u.ID, []tocsin.Grant{{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso}}, false, now)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			kim, kims := d.enter(t, "kim")
			_, alexs := d.enter(t, "alex")
			before := d.visitor(t, kims)
			if !before.SignedIn() || !d.visitor(t, alexs).SignedIn() {
				t.Fatal("they are not signed in to begin with")
			}
			if err := end(d.other, kim, before.SessionID, d.now); err != nil {
				t.Fatal(err)
			}
			d.now = d.now.Add(time.Second)
			if v := d.visitor(t, kims); v.SignedIn() || len(v.Grants) > 0 {
				t.Errorf("a second later it is still %+v", v)
			}
			if !d.visitor(t, alexs).SignedIn() {
				t.Error("somebody else's session has ended as well")
			}
		})
	}
}

// What this process does holds for the next request.
func TestSessionsEndAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	kim, kims := d.enter(t, "kim")
	d.visitor(t, kims)
	if err := d.door.SetGrants(t.Context(), kim.ID, nil); err != nil {
		t.Fatal(err)
	}
	if v := d.visitor(t, kims); v.SignedIn() {
		t.Errorf("it is still %+v", v)
	}
}

// A crowd that stays costs one question a second, and a row of each person a
// minute.
func TestSessionsAreReadOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var cookies []*http.Cookie
	for _, name := range []string{"kim", "alex", "sam"} {
		_, cookie := d.enter(t, name)
		cookies = append(cookies, cookie)
	}
	for range 59 {
		for range 10 {
			for _, cookie := range cookies {
				if !d.visitor(t, cookie).SignedIn() {
					t.Fatal("somebody is not signed in")
				}
			}
		}
		d.now = d.now.Add(time.Second)
	}
	if n := d.store.sessions.Load(); n != 3 {
		t.Errorf("sessions were read %d times, want 3", n)
	}
	if n := d.store.revisions.Load(); n != 59 {
		t.Errorf("the revision was read %d times, want 59", n)
	}
	if n := d.store.touches.Load(); n != 0 {
		t.Errorf("%d writes, want none", n)
	}
}

// Somebody who reads all the time stays until the limit; somebody who does not
// leaves after the time without use, though nothing changed in the store.
func TestSessionsReachTheirLimits(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, kims := d.enter(t, "kim")
	_, alexs := d.enter(t, "alex")
	start := d.now
	for d.now = start; d.now.Before(start.Add(time.Hour)); d.now = d.now.Add(20 * time.Second) {
		if !d.visitor(t, kims).SignedIn() {
			t.Fatalf("gone after %v", d.now.Sub(start))
		}
	}
	if d.visitor(t, kims).SignedIn() {
		t.Error("a session outlives its limit")
	}
	if n := d.store.touches.Load(); n < 30 || n > 60 {
		t.Errorf("%d writes in an hour of use, want one a minute at most", n)
	}
	d.now = start
	if !d.visitor(t, alexs).SignedIn() {
		t.Fatal("the other one is not signed in")
	}
	d.now = start.Add(10 * time.Minute)
	if d.visitor(t, alexs).SignedIn() {
		t.Error("a session outlives the time without use")
	}
}

// Whoever measures how long a refusal takes learns nothing: each attempt costs
// one comparison at the same cost, whether there is somebody of that name, with
// a password or without one.
func TestEveryRefusalCostsTheSame(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var costs []string
	d.door.CountHashes(func(passes, memory uint32, lanes uint8, size uint32) {
		costs = append(costs, fmt.Sprint(passes, memory, lanes, size))
	})
	d.enter(t, "kim")
	kept, _ := d.enter(t, "alex")
	federated := tocsin.User{ID: signin.NewID(), Name: "robin", Issuer: "https://id.example", Subject: "1", CreatedAt: d.now}
	bare := tocsin.User{ID: signin.NewID(), Name: "noor", CreatedAt: d.now}
	for _, err := range []error{d.door.SetDisabled(t.Context(), kept.ID, true), d.other.AddUser(t.Context(), federated, ""), d.other.AddUser(t.Context(), bare, "")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := costs[0]
	for _, tt := range []struct{ what, name, password string }{
		{"somebody", "kim", "another password"},
		{"nobody", "nobody", "another password"},
		{"no name", "", "another password"},
		{"a GUID", kept.ID, password},
		{"a name of a thousand characters", strings.Repeat("n", 1000), "another password"},
		{"disabled", "alex", password},
		{"disabled, wrong password", "alex", "another password"},
		{"of a provider", "robin", "another password"},
		{"without a password", "noor", ""},
		{"a password that nobody may have", "kim", strings.Repeat("p", 5000)},
	} {
		costs = nil
		err := d.door.Password(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/login", nil), tt.name, tt.password)
		if !errors.Is(err, signin.ErrRefused) || len(costs) != 1 || costs[0] != want {
			t.Errorf("%s: %v after hashes of %v, want one of %s", tt.what, err, costs, want)
		}
	}
}

// A flood of refusals does not fill the audit log.
func TestRefusalsAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 150 {
		r := httptest.NewRequest(http.MethodPost, "/login/passkey", nil)
		r.RemoteAddr = fmt.Sprintf("198.51.100.%d:1", i)
		d.door.Refuse(r)
	}
	list, err := d.other.Audit(t.Context(), store.AuditQuery{Limit: 500})
	refusals := 0
	for _, e := range list {
		if e.Action == "session.refuse" {
			refusals++
		}
	}
	if err != nil || refusals != 100 {
		t.Errorf("%d entries, %v", refusals, err)
	}
}

// Whoever chooses a password on a desk pays the full cost, as does who guesses.
func TestDeskHashesAtFullCost(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.enter(t, "kim")
	if _, hash, err := d.other.User(t.Context(), "kim"); err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %q, %v", hash, err)
	}
}

// When too many are at the door at once, some are told to come back.
func TestCrowdAtTheDoor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	open := make(chan struct{})
	d.door.CountHashes(func(uint32, uint32, uint8, uint32) { <-open })
	const crowd = 200
	answers := make(chan error, crowd)
	for i := range crowd {
		go func() {
			r := httptest.NewRequest(http.MethodPost, "/login", nil)
			r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", i)
			answers <- d.door.Password(httptest.NewRecorder(), r, fmt.Sprint("nobody", i), "guess")
		}()
	}
	if err := <-answers; !errors.Is(err, tocsin.ErrUnavailable) {
		t.Errorf("while everybody waits: %v", err)
	}
	close(open)
	refused := 0
	for range crowd - 1 {
		switch err := <-answers; {
		case errors.Is(err, signin.ErrRefused):
			refused++
		case !errors.Is(err, tocsin.ErrUnavailable):
			t.Error(err)
		}
	}
	if refused == 0 {
		t.Error("nobody's turn came")
	}
}
