package signin

import (
	"context"
	"net/http"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

const (
	// feedTouchEvery is how exactly the last use of a private address is known.
	feedTouchEvery = time.Hour
	maxFeedSecret  = 100 // bytes; ours are shorter
)

// NewFeedAddress makes a private address of the feeds of a tenant for the person
// who sent a request, and returns its secret, which is known to nobody
// afterwards.
func (s *SignIn) NewFeedAddress(ctx context.Context, tenantID, label string) (secret string, err error) {
	secret, hash := access.NewFeedSecret()
	err = s.config.Archive.AddFeedAddress(ctx, tocsin.FeedAddress{
		ID: NewID(), Hash: hash, UserID: access.VisitorOf(ctx).User.ID, TenantID: tenantID, Label: label, CreatedAt: s.config.Now(),
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// FeedVisitor returns the person whom the secret in a private address stands
// for, with what they may do now, and the tenant that it is about. It fails with
// [tocsin.ErrNotFound] for a secret that is wrong or revoked, and when the
// account has ended.
func (s *SignIn) FeedVisitor(r *http.Request, secret string) (access.Visitor, string, error) {
	if len(secret) > maxFeedSecret || !strings.HasPrefix(secret, access.FeedSecretPrefix) {
		return access.Visitor{}, "", tocsin.NotFoundf("There is no such feed.")
	}
	ctx, now := r.Context(), s.config.Now()
	address, user, err := s.config.Archive.FeedAddress(ctx, access.HashSecret(secret))
	if err != nil {
		return access.Visitor{}, "", err
	}
	if now.Sub(address.UsedAt) >= feedTouchEvery {
		if err := s.config.Archive.TouchFeedAddress(ctx, address.Hash, now); err != nil {
			s.config.Log.WarnContext(ctx, "feed address not touched", "err", err) // the feed is worth more
		}
	}
	visitor := access.Visitor{User: user, Grants: user.Grants}
	if s.config.Everyone {
		visitor.Grants = append([]tocsin.Grant{{Role: tocsin.RoleReader}}, user.Grants...)
	}
	return visitor, address.TenantID, nil
}
