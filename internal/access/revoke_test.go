package access_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// A revocation that another process committed is seen within a moment, and
// without it within Recheck.
func TestRunFollowsRevocations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 0)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.verifier.Run(ctx) }()
		synctest.Wait()
		token := w.sign(t, goodHeader(), goodClaims())
		verify := func() error { _, err := w.verifier.Verify(t.Context(), token, resource); return err }
		if err := verify(); err != nil {
			t.Fatal(err)
		}
		w.client.Store(&tocsin.Client{ID: clientID, TenantID: tenantID, RevokedAt: start})
		w.revision.Add(1)
		if err := verify(); err != nil {
			t.Errorf("before anybody looked: %v", err)
		}
		time.Sleep(access.Follow)
		synctest.Wait()
		if err := verify(); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("a moment after it was revoked: %v, want ErrInvalidToken", err)
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// A token that is being verified while its client is revoked must not be
// remembered as good afterwards, however the two interleave.
func TestRevocationDuringVerification(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	token := w.sign(t, goodHeader(), goodClaims())
	for range 200 {
		w.client.Store(&tocsin.Client{ID: clientID, TenantID: tenantID})
		w.verifier.Forget()
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() { _, _ = w.verifier.Verify(t.Context(), token, resource) })
		}
		w.client.Store(&tocsin.Client{ID: clientID, TenantID: tenantID, RevokedAt: start})
		w.verifier.Forget()
		if _, err := w.verifier.Verify(t.Context(), token, resource); !errors.Is(err, access.ErrInvalidToken) {
			t.Fatalf("after the revocation: %v, want ErrInvalidToken", err)
		}
		group.Wait()
		if _, err := w.verifier.Verify(t.Context(), token, resource); !errors.Is(err, access.ErrInvalidToken) {
			t.Fatalf("once the others have ended: %v, want ErrInvalidToken", err)
		}
	}
}

// A token ends with its client.
func TestClientExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.client.Store(&tocsin.Client{ID: clientID, TenantID: tenantID, ExpiresAt: start.Add(10 * time.Second), PerMinute: 7})
	token := w.sign(t, goodHeader(), goodClaims())
	got, err := w.verifier.Verify(t.Context(), token, resource)
	if err != nil || got.PerMinute != 7 {
		t.Fatalf("Verify = %+v, %v", got, err)
	}
	w.setNow(start.Add(10 * time.Second))
	if _, err := w.verifier.Verify(t.Context(), token, resource); !errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("when the client has ended: %v, want ErrInvalidToken", err)
	}
}
