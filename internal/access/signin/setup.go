package signin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// SetUpLife is how long a set-up link works.
const SetUpLife = 24 * time.Hour

// SetUpLink makes the link with which the first administrator gives themselves
// an account, or returns "" on a desk that is set up. Each call makes one more
// link; the first one that is used ends all of them.
func (s *SignIn) SetUpLink(ctx context.Context) (string, error) {
	if needs, err := s.config.Archive.NeedsSetUp(ctx); err != nil || !needs {
		return "", err
	}
	code := newToken()
	if err := s.config.Archive.AddCode(ctx, "setup", tocsin.HashOf([]byte(code)), s.config.Now().Add(SetUpLife)); err != nil {
		return "", err
	}
	return strings.TrimRight(s.config.Base, "/") + "/setup?code=" + url.QueryEscape(code), nil
}

// NeedsSetUp reports whether nobody has an account with which the desk could be
// administered.
func (s *SignIn) NeedsSetUp(ctx context.Context) (bool, error) {
	return s.config.Archive.NeedsSetUp(ctx)
}

// SetUpOpen reports whether a code still opens the set-up.
func (s *SignIn) SetUpOpen(ctx context.Context, code string) (bool, error) {
	if needs, err := s.config.Archive.NeedsSetUp(ctx); err != nil || !needs {
		return false, err
	}
	return s.config.Archive.CodeHolds(ctx, "setup", tocsin.HashOf([]byte(code)), s.config.Now())
}

// SetUp makes the first administrator and signs them in. It fails with
// [tocsin.ErrNotFound] when somebody else was first or the code is not good.
func (s *SignIn) SetUp(w http.ResponseWriter, r *http.Request, code, name, display, password string) error {
	now := s.config.Now()
	if err := s.attempts.network(s.Network(r), now); err != nil {
		return err
	}
	if open, err := s.SetUpOpen(r.Context(), code); err != nil || !open {
		if err != nil {
			return err
		}
		return tocsin.NotFoundf("This link is not valid.")
	}
	user := tocsin.User{ID: NewID(), Name: name, Display: display, CreatedAt: now}
	user.Normalize()
	if err := errors.Join(user.Validate(), CheckPassword(password, user.Name)); err != nil { // all that is to be put right
		return err
	}
	hash, err := s.hasher.hash(r.Context(), password)
	if err != nil {
		return err
	}
	if err := s.config.Archive.SetUp(s.as(r, user), tocsin.HashOf([]byte(code)), user, hash); err != nil {
		return err
	}
	s.remember(w, user.Name)
	return s.begin(w, r, user, "password")
}
