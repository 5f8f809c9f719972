package signin

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// people is the part of the store that knows who exists.
type people interface {
	User(ctx context.Context, ref string) (u tocsin.User, password string, err error)
	UserOf(ctx context.Context, issuer, subject string) (tocsin.User, error)
	AddUser(ctx context.Context, u tocsin.User, password string) error
	SetUp(ctx context.Context, code tocsin.Hash, u tocsin.User, password string) error
	directory
	changes
}

// directory is the part of the store that knows people as Entra does.
type directory interface {
	SetObjectID(ctx context.Context, userID, objectID string) error
}

// changes are those after which sessions end, or are read again.
type changes interface {
	SetPassword(ctx context.Context, userID, password string, now time.Time) error
	SetDisabled(ctx context.Context, userID string, disabled bool, now time.Time) error
	SetGrants(ctx context.Context, userID string, list []tocsin.Grant, claimed bool, now time.Time) error
	SetReading(ctx context.Context, userID string, r tocsin.Reading) error
}

// sessions is the part of the store that keeps sessions.
type sessions interface {
	AddSession(ctx context.Context, n tocsin.Session, old tocsin.Hash) error
	Session(ctx context.Context, hash tocsin.Hash) (tocsin.Session, tocsin.User, error)
	SessionRevision(ctx context.Context) (int64, error)
	TouchSession(ctx context.Context, hash tocsin.Hash, now time.Time) error
	EndSession(ctx context.Context, userID, id string, now time.Time) error
	refusals
}

// refusals are what is written down of those who were not let in.
type refusals interface {
	RefuseSession(ctx context.Context, name, method string, now time.Time) error
}

// codes is the part of the store that keeps what works once.
type codes interface {
	AddCode(ctx context.Context, purpose string, code tocsin.Hash, expiresAt time.Time) error
	CodeHolds(ctx context.Context, purpose string, code tocsin.Hash, now time.Time) (bool, error)
	NeedsSetUp(ctx context.Context) (bool, error)
}

// passkeys is the part of the store that keeps passkeys.
type passkeys interface {
	AddPasskey(ctx context.Context, k tocsin.Passkey) error
	Passkeys(ctx context.Context, userID string) ([]tocsin.Passkey, error)
	UsePasskey(ctx context.Context, k tocsin.Passkey, challenge tocsin.Hash, expiresAt time.Time) error
}

// feeds is the part of the store that keeps private addresses of feeds.
type feeds interface {
	AddFeedAddress(ctx context.Context, a tocsin.FeedAddress) error
	FeedAddress(ctx context.Context, hash tocsin.Hash) (tocsin.FeedAddress, tocsin.User, error)
	TouchFeedAddress(ctx context.Context, hash tocsin.Hash, now time.Time) error
}

// archive is all of them.
type archive interface {
	people
	feeds
	sessions
	codes
	passkeys
}

// Config says how people sign in.
type Config struct {
	Base      string   // address of the desk: its scheme decides about cookies, its host about passkeys
	Names     []string // its other addresses, of the same scheme
	Archive   archive
	Master    *access.MasterKey
	Address   func(*http.Request) netip.Addr // where a request comes from, proxies believed as configured
	Idle      time.Duration                  // without use; 12 h when 0
	Limit     time.Duration                  // at all; 7 days when 0
	Cost      Cost                           // of a new password's hash; that of [HashPassword] when 0
	Everyone  bool                           // lets people who have not signed in read
	Providers []Provider
	Now       func() time.Time
	Log       *slog.Logger
}

// SignIn lets people in. It is safe for use by several goroutines.
type SignIn struct {
	config   Config
	names    tocsin.Names
	secure   bool // cookies go over https only
	hasher   *hasher
	attempts *attempts
	seen     *seen
	relying  *webauthn.WebAuthn // nil where passkeys cannot work
	oidc     []*provider
}

// New makes a SignIn. It fails when a provider's settings cannot work.
func New(c Config) (*SignIn, error) {
	if c.Idle == 0 {
		c.Idle = 12 * time.Hour
	}
	if c.Limit == 0 {
		c.Limit = 7 * 24 * time.Hour
	}
	if c.Cost == (Cost{}) {
		c.Cost = fullCost()
	}
	base, err := url.Parse(c.Base)
	if err != nil || base.Host == "" {
		return nil, tocsin.Invalidf("base", "It is no address.")
	}
	s := &SignIn{config: c, names: tocsin.NewNames(c.Base, c.Names...), secure: base.Scheme == "https", hasher: newHasher(c.Cost), attempts: newAttempts(), seen: newSeen()}
	if s.relying, err = newRelying(base, s.names.All()); err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	for _, p := range c.Providers {
		one, err := newProvider(p, c)
		if err != nil {
			return nil, err
		}
		s.oidc = append(s.oidc, one)
	}
	return s, nil
}

// ErrRefused is the cause of the one answer to whoever is not let in.
var ErrRefused = errors.New("refused")

func refused() error {
	return &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "The name or the password is not right.", Cause: ErrRefused}
}

// refused writes down that somebody was not let in, as user or as nobody who is
// known: what was typed as a name may be a password. It costs the same for
// both. Those who flood the door fill the log of the process alone.
func (s *SignIn) refused(r *http.Request, user tocsin.User, method string) {
	now, address := s.config.Now(), s.config.Address(r).String()
	s.config.Log.WarnContext(r.Context(), "sign-in refused", "address", address, "method", method, "known", user.ID != "")
	if s.attempts.take("refusals", refusalBurst, refusalEvery, now) != nil {
		return
	}
	ctx := tocsin.WithActor(r.Context(), tocsin.Actor{Name: tocsin.Stranger, Address: address})
	if err := s.config.Archive.RefuseSession(ctx, user.Name, method, now); err != nil {
		s.config.Log.ErrorContext(r.Context(), "refusal not audited", "err", err)
	}
}

// Password signs somebody in with the name and password of a local account.
// Whoever is refused learns nothing about which of the two was wrong.
func (s *SignIn) Password(w http.ResponseWriter, r *http.Request, name, password string) error {
	now := s.config.Now()
	name = strings.ToLower(strings.TrimSpace(name))
	if err := s.attempts.password(tocsin.Clip(name, 100), s.Network(r), s.device(r, name), now); err != nil {
		return err
	}
	user, hash, err := s.config.Archive.User(r.Context(), name)
	if err != nil && !errors.Is(err, tocsin.ErrNotFound) {
		return err
	}
	if user.Name != name || !user.Local() { // a GUID is no name
		user, hash = tocsin.User{}, ""
	}
	ok, err := s.hasher.check(r.Context(), password, hash)
	if err != nil {
		return fmt.Errorf("check password: %w", err)
	}
	if !ok || !user.DisabledAt.IsZero() {
		s.refused(r, user, "password")
		return refused()
	}
	s.remember(w, name)
	return s.begin(w, r, user, "password")
}

// ChangePassword gives the signed-in person another password, ends all their
// sessions and begins a new one here. The old password counts as an attempt.
func (s *SignIn) ChangePassword(w http.ResponseWriter, r *http.Request, old, password string) error {
	visitor := access.VisitorOf(r.Context())
	user, hash, err := s.config.Archive.User(r.Context(), visitor.User.ID)
	if err != nil {
		return err
	}
	if !user.Local() {
		return tocsin.Invalidf("password", "The identity provider keeps your password.")
	}
	if err := CheckPassword(password, user.Name); err != nil {
		return err
	}
	if err := s.attempts.password(user.Name, s.Network(r), "session "+visitor.SessionID, s.config.Now()); err != nil {
		return err
	}
	if ok, err := s.hasher.check(r.Context(), old, hash); err != nil || !ok {
		return errors.Join(err, tocsin.Invalidf("old", "That is not your present password."))
	}
	if err := s.SetPassword(r.Context(), user.ID, password); err != nil {
		return err
	}
	return s.begin(w, r, user, "password")
}

// SetPassword gives somebody another password and ends all their sessions.
func (s *SignIn) SetPassword(ctx context.Context, userID, password string) error {
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	defer s.seen.forget()
	return s.config.Archive.SetPassword(ctx, userID, hash, s.config.Now())
}

// SetDisabled keeps somebody out or lets them in again, and ends all their
// sessions.
func (s *SignIn) SetDisabled(ctx context.Context, userID string, disabled bool) error {
	defer s.seen.forget()
	return s.config.Archive.SetDisabled(ctx, userID, disabled, s.config.Now())
}

// SetGrants changes what somebody may do, and ends all their sessions.
func (s *SignIn) SetGrants(ctx context.Context, userID string, list []tocsin.Grant) error {
	defer s.seen.forget()
	return s.config.Archive.SetGrants(ctx, userID, list, false, s.config.Now())
}

// AddUser stores a person with a local account.
func (s *SignIn) AddUser(ctx context.Context, u tocsin.User, password string) error {
	u.Normalize()
	if err := errors.Join(CheckPassword(password, u.Name), u.Validate()); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	u.CreatedAt = s.config.Now()
	return s.config.Archive.AddUser(ctx, u, hash)
}

// newToken makes 256 random bits in characters that need no escaping.
func newToken() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: it ends the process instead
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// NewID makes the id of an account, a session or a client.
func NewID() string { return tocsin.NewGUID() }
