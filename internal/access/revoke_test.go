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
	t.Run("anybody", func(t *testing.T) {
		t.Parallel()
		testRevocation(t, func(ctx context.Context) context.Context { return ctx })
	})
	t.Run("on a connection", func(t *testing.T) { t.Parallel(); testRevocation(t, access.OnConnection) })
}

func testRevocation(t *testing.T, on func(context.Context) context.Context) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 0)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.verifier.Run(ctx) }()
		synctest.Wait()
		token := w.sign(t, goodHeader(), goodClaims())
		of := on(t.Context())
		verify := func() error { _, err := w.verifier.Verify(of, token, resource); return err }
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
	of := access.OnConnection(t.Context())
	for range 200 {
		w.client.Store(&tocsin.Client{ID: clientID, TenantID: tenantID})
		w.verifier.Forget()
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() { _, _ = w.verifier.Verify(of, token, resource) })
		}
		w.client.Store(&tocsin.Client{ID: clientID, TenantID: tenantID, RevokedAt: start})
		w.verifier.Forget()
		if _, err := w.verifier.Verify(of, token, resource); !errors.Is(err, access.ErrInvalidToken) {
			t.Fatalf("after the revocation: %v, want ErrInvalidToken", err)
		}
		group.Wait()
		if _, err := w.verifier.Verify(of, token, resource); !errors.Is(err, access.ErrInvalidToken) {
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
	of := access.OnConnection(t.Context())
	got, err := w.verifier.Verify(of, token, resource)
	if err != nil || got.PerMinute != 7 {
		t.Fatalf("Verify = %+v, %v", got, err)
	}
	w.setNow(start.Add(10 * time.Second))
	if _, err := w.verifier.Verify(of, token, resource); !errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("when the client has ended: %v, want ErrInvalidToken", err)
	}
}

// What a connection remembers is the token that it sent last, for the verifier
// that believed it; audiences are looked at each time.
func TestConnectionRemembersOneToken(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t, 0), newWorld(t, 0)
	of := access.OnConnection(t.Context())
	good, forged := w.sign(t, goodHeader(), goodClaims()), other.sign(t, goodHeader(), goodClaims())
	for range 2 {
		if _, err := w.verifier.Verify(of, good, resource); err != nil {
			t.Errorf("good: %v", err)
		}
		if _, err := w.verifier.Verify(of, good, "https://other.example"); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("for another audience: %v, want ErrInvalidToken", err)
		}
		if _, err := other.verifier.Verify(of, good, resource); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("for another verifier: %v, want ErrInvalidToken", err)
		}
		if _, err := w.verifier.Verify(of, forged, resource); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("forged: %v, want ErrInvalidToken", err)
		}
	}
	looked := w.lookups.Load()
	w.setNow(start.Add(access.Recheck))
	if _, err := w.verifier.Verify(of, good, resource); err != nil || w.lookups.Load() != looked+1 {
		t.Errorf("after Recheck: %v, looked up %d times, want once", err, w.lookups.Load()-looked)
	}
}
