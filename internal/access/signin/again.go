package signin

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// Again returns what tells whether Admit would let the same request pass once
// more, as the same person who may do the same; ctx is that of its connection. It
// is nil where nobody can tell: the person is another one by now.
func (s *SignIn) Again(ctx context.Context, admitted *http.Request) func() bool {
	cookie, ok := s.sessionCookie(admitted)
	if !ok {
		return anybody
	}
	hash, visitor := tocsin.HashOf([]byte(cookie)), access.VisitorOf(admitted.Context())
	now := s.config.Now()
	before, err := s.find(ctx, hash, now)
	if err != nil || !s.lasts(before, now) || before.session.ID != visitor.SessionID || !reflect.DeepEqual(before.user, visitor.User) {
		return nil
	}
	return func() bool {
		now := s.config.Now()
		found, err := s.find(ctx, hash, now)
		return err == nil && found == before && s.lasts(found, now)
	}
}

// anybody is the answer of who sends no session: nothing about them changes.
func anybody() bool { return true }

// sessionCookie is the token of the session that a request names.
func (s *SignIn) sessionCookie(r *http.Request) (token string, ok bool) {
	cookie, err := r.Cookie(s.cookieName(""))
	if err != nil || cookie.Value == "" || len(cookie.Value) > 100 {
		return "", false
	}
	return cookie.Value, true
}

// lasts reports whether a session that was found still holds.
func (s *SignIn) lasts(k *known, now time.Time) bool {
	return k.user.DisabledAt.IsZero() && now.Before(k.session.EndsAt) && now.Sub(k.session.SeenAt) < s.config.Idle
}
