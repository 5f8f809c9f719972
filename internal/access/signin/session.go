package signin

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/tocsin"
)

const (
	// recheck is how long sessions are believed without asking the store whether
	// any has ended.
	recheck = time.Second
	// touchEvery is how exactly the last use of a session is known, and how often
	// one in use is read again.
	touchEvery = time.Minute
	maxSeen    = 20_000 // sessions in one of two generations
	maxAgent   = 200    // bytes of what a browser says it is
)

// begin starts a session of somebody who has proved who they are, under a new
// token, and ends the one that the browser had.
func (s *SignIn) begin(w http.ResponseWriter, r *http.Request, user tocsin.User, method string) error {
	now, token := s.config.Now(), newToken()
	address := s.config.Address(r).String()
	session := tocsin.Session{
		ID: NewID(), Hash: tocsin.HashOf([]byte(token)), UserID: user.ID, Method: method, Agent: tocsin.Clip(r.UserAgent(), maxAgent), Address: address,
		CreatedAt: now, SeenAt: now, EndsAt: now.Add(s.config.Limit),
	}
	var old tocsin.Hash
	if cookie, err := r.Cookie(s.cookieName("")); err == nil {
		old = tocsin.HashOf([]byte(cookie.Value))
	}
	if err := s.config.Archive.AddSession(s.as(r, user), session, old); err != nil {
		if errors.Is(err, tocsin.ErrForbidden) {
			return refused()
		}
		return err
	}
	s.seen.forget()
	s.setCookie(w, "", token, s.config.Limit)
	return nil
}

// as is the context of a request in which user acts, who has not got a session
// yet.
func (s *SignIn) as(r *http.Request, user tocsin.User) context.Context {
	return tocsin.WithActor(r.Context(), tocsin.Actor{UserID: user.ID, Name: user.Name, Address: s.config.Address(r).String()})
}

// SignOut ends the session of a request, if it has one.
func (s *SignIn) SignOut(w http.ResponseWriter, r *http.Request) error {
	s.setCookie(w, "", "", -1)
	visitor := access.VisitorOf(r.Context())
	if visitor.SessionID == "" {
		return nil
	}
	return s.EndSession(r.Context(), visitor.User.ID, visitor.SessionID)
}

// EndSession ends one session of somebody.
func (s *SignIn) EndSession(ctx context.Context, userID, id string) error {
	defer s.seen.forget()
	err := s.config.Archive.EndSession(ctx, userID, id, s.config.Now())
	if errors.Is(err, tocsin.ErrNotFound) {
		return nil // it ended meanwhile
	}
	return err
}

// SetReading keeps how somebody wants to read, in every browser.
func (s *SignIn) SetReading(ctx context.Context, userID string, r tocsin.Reading) error {
	defer s.seen.forget()
	return s.config.Archive.SetReading(ctx, userID, r)
}

// Admit lets a request pass that comes from somebody who has the permission in
// some tenant, and puts into it who that is; which tenants they see with it is
// for [access.Visitor.Sees]. Public routes let everybody pass. It fails with
// [tocsin.ErrUnauthenticated] where signing in could help and with
// [tocsin.ErrForbidden] where it could not.
func (s *SignIn) Admit(r *http.Request, needs access.Permission) (*http.Request, error) {
	visitor, err := s.visitor(r)
	if err != nil && needs != access.Public {
		return r, err
	}
	visitor.Needs = needs
	r = r.WithContext(access.WithVisitor(r.Context(), visitor, s.config.Address(r).String()))
	switch {
	case visitor.Somewhere(needs):
		return r, nil
	case !visitor.SignedIn():
		return r, &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "Sign in to see this."}
	}
	return r, &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "Your roles do not allow this. An administrator of the desk can change them."}
}

// visitor is who sent a request: the person of its session, or nobody.
func (s *SignIn) visitor(r *http.Request) (access.Visitor, error) {
	nobody := access.Visitor{}
	if s.config.Everyone {
		nobody.Grants = []tocsin.Grant{{Role: tocsin.RoleReader}}
	}
	token, ok := s.sessionCookie(r)
	if !ok {
		return nobody, nil
	}
	now := s.config.Now()
	found, err := s.find(r.Context(), tocsin.HashOf([]byte(token)), now)
	if errors.Is(err, tocsin.ErrNotFound) {
		return nobody, nil
	}
	if err != nil {
		return nobody, err
	}
	if !s.lasts(found, now) {
		return nobody, nil
	}
	visitor := access.Visitor{User: found.user, SessionID: found.session.ID, Grants: found.user.Grants}
	if s.config.Everyone {
		visitor.Grants = append(nobody.Grants, found.user.Grants...)
	}
	return visitor, nil
}

// find reads a session, and notes now and then that it is used.
func (s *SignIn) find(ctx context.Context, hash tocsin.Hash, now time.Time) (*known, error) {
	if !s.seen.checked(now) {
		revision, err := s.config.Archive.SessionRevision(ctx)
		if err != nil {
			return nil, err
		}
		s.seen.check(revision, now)
	}
	found, generation := s.seen.get(hash, now)
	if found != nil {
		return found, nil
	}
	session, user, err := s.config.Archive.Session(ctx, hash)
	if err != nil {
		return nil, err
	}
	if now.Sub(session.SeenAt) >= touchEvery && now.Sub(session.SeenAt) < s.config.Idle {
		if err := s.config.Archive.TouchSession(ctx, hash, now); err != nil {
			s.config.Log.WarnContext(ctx, "session not touched", "err", err) // the page is worth more
		} else {
			session.SeenAt = now
		}
	}
	found = &known{session: session, user: user, until: later(session.SeenAt.Add(touchEvery), now.Add(recheck))}
	s.seen.put(hash, found, generation)
	return found, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// known is a session as the store had it, and has it unless one ended since.
type known struct {
	session tocsin.Session
	user    tocsin.User
	until   time.Time // when it is read again
}

// seen remembers sessions, so that pages and open streams of thousands of
// people ask the store one question a second: whether a session has ended.
type seen struct {
	mu         sync.Mutex
	checkedAt  time.Time
	revision   int64  // of the store's sessions at checkedAt
	generation uint64 // of what is remembered
	sessions   *cache.Cache[tocsin.Hash, *known]
}

func newSeen() *seen {
	return &seen{sessions: cache.New[tocsin.Hash, *known](cache.Bounds{Entries: maxSeen})}
}

// checked reports whether it is known that no session has ended of late.
func (s *seen) checked(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Sub(s.checkedAt) < recheck && !now.Before(s.checkedAt)
}

// check takes in the revision that the store has had since now, at least.
func (s *seen) check(revision int64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if revision != s.revision {
		s.drop()
	}
	s.revision, s.checkedAt = revision, now
}

func (s *seen) get(hash tocsin.Hash, now time.Time) (found *known, generation uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.sessions.Get(hash)
	if !ok || !now.Before(k.until) {
		return nil, s.generation
	}
	return k, s.generation
}

// put remembers what was read, unless something changed while it was.
func (s *seen) put(hash tocsin.Hash, k *known, generation uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if generation != s.generation {
		return
	}
	s.sessions.Put(hash, k, 0)
}

// forget makes the next request of everybody ask the store.
func (s *seen) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop()
}

func (s *seen) drop() {
	s.generation++
	s.sessions.Clear()
}

// cookieName is the name of one of our cookies. Over https its prefix makes
// browsers refuse it from anybody but this host.
func (s *SignIn) cookieName(purpose string) string {
	name := strings.TrimSuffix("tocsin-"+purpose, "-")
	if s.secure {
		return "__Host-" + name
	}
	return name
}

// setCookie sets a cookie that scripts cannot read; a negative life removes it.
func (s *SignIn) setCookie(w http.ResponseWriter, purpose, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(purpose), Value: value, Path: "/", MaxAge: max(-1, int(life/time.Second)),
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// deviceLife is how long a browser is remembered for having been signed in
// with.
const deviceLife = 365 * 24 * time.Hour

// remember gives a browser a sealed note that name was signed in with it.
func (s *SignIn) remember(w http.ResponseWriter, name string) {
	note, err := s.seal("device", newToken()[:16]+" "+name)
	if err == nil { // without it somebody is slowed down, no more
		s.setCookie(w, "device", note, deviceLife)
	}
}

// device is the mark of a browser that name was signed in with, "" for others.
func (s *SignIn) device(r *http.Request, name string) string {
	cookie, err := r.Cookie(s.cookieName("device"))
	if err != nil {
		return ""
	}
	note, err := s.open("device", cookie.Value)
	mark, who, _ := strings.Cut(note, " ")
	if err != nil || who != name {
		return ""
	}
	return mark
}

// Network returns where a request comes from, as coarse as addresses are handed
// out: IPv6 by its first 64 bits.
func (s *SignIn) Network(r *http.Request) string {
	address := s.config.Address(r)
	bits := 32
	if address.Is6() {
		bits = 64
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return netip.Addr{}.String()
	}
	return prefix.String()
}
