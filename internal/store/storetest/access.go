package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

func clients(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	c := tocsin.Client{ID: "aaaaaaaa-0000-4000-8000-000000000001", TenantID: Contoso, Name: "monitor", Scopes: []string{tocsin.ScopeServiceHealth}, Shape: tocsin.ShapeWire, PerMinute: 60, CreatedAt: T0, ExpiresAt: T0.Add(24 * time.Hour)}
	secret := tocsin.Secret{Hash: tocsin.HashOf([]byte("secret")), CreatedAt: T0}
	if err := s.AddClient(ctx, c, secret); err != nil {
		t.Fatal(err)
	}
	got, secrets, err := s.Client(ctx, "AAAAAAAA-0000-4000-8000-000000000001")
	expect(t, "client", got, c)
	if err != nil || len(secrets) != 1 || secrets[0].Hash != secret.Hash {
		t.Errorf("secrets = %+v, %v", secrets, err)
	}
	twin := c
	twin.ID = "aaaaaaaa-0000-4000-8000-000000000002"
	if err := s.AddClient(ctx, twin, tocsin.Secret{Hash: tocsin.HashOf([]byte("other"))}); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("second client of that name: %v, want ErrConflict", err)
	}
	if err := s.AddClient(ctx, tocsin.Client{ID: "x", TenantID: Contoso}, secret); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("nonsense: %v, want ErrInvalid", err)
	}
	before := revision(t, s)
	if err := s.RevokeClient(ctx, c.ID, T0.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	if after := revision(t, s); after <= before {
		t.Errorf("access revision %d after %d: revoking a client must raise it", after, before)
	}
	if got, _, err := s.Client(ctx, c.ID); err != nil || !got.RevokedAt.Equal(T0.Add(time.Hour)) {
		t.Errorf("after revoking: %+v, %v", got, err)
	}
	if err := s.RevokeClient(ctx, c.ID, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("revoking twice: %v, want ErrNotFound", err)
	}
	if _, _, err := s.Client(ctx, twin.ID); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("unknown client: %v, want ErrNotFound", err)
	}
	if list, err := s.Clients(ctx, ""); err != nil || len(list) != 1 {
		t.Errorf("Clients = %+v, %v", list, err)
	}
}

func signingKeys(t *testing.T, s *Desk) {
	ctx := t.Context()
	for i, id := range []string{"k1", "k2"} {
		if err := s.AddSigningKey(ctx, tocsin.SigningKey{ID: id, Sealed: []byte{1}, Public: []byte("{}"), CreatedAt: T0.Add(time.Duration(i) * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.RetireSigningKeys(ctx, "k2", T0.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	list, err := s.SigningKeys(ctx)
	if err != nil || len(list) != 2 || list[0].ID != "k2" || !list[0].RetiredAt.IsZero() || !list[1].RetiredAt.Equal(T0.Add(2*time.Hour)) {
		t.Errorf("SigningKeys = %+v, %v", list, err)
	}
	before := revision(t, s)
	if err := s.AddSigningKey(ctx, tocsin.SigningKey{ID: "k3", Sealed: []byte{1}, Public: []byte("{}"), CreatedAt: T0.Add(3 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeSigningKeys(ctx, "k3", T0.Add(4*time.Hour)); err != nil {
		t.Fatal(err)
	}
	list, err = s.SigningKeys(ctx)
	if err != nil || len(list) != 3 || !list[0].RevokedAt.IsZero() || !list[0].RetiredAt.IsZero() ||
		!list[1].RevokedAt.Equal(T0.Add(4*time.Hour)) || !list[1].RetiredAt.Equal(T0.Add(4*time.Hour)) || !list[2].RetiredAt.Equal(T0.Add(2*time.Hour)) {
		t.Errorf("after revoking: %+v, %v", list, err)
	}
	if after := revision(t, s); after <= before {
		t.Errorf("access revision %d after %d: revoking a key must raise it", after, before)
	}
}

func revision(t *testing.T, s *Desk) int64 {
	t.Helper()
	n, err := s.AccessRevision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// clientSecrets: two of a kind are live at once, also when two processes add
// one at the same time.
func clientSecrets(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	c := tocsin.Client{ID: "aaaaaaaa-0000-4000-8000-000000000001", TenantID: Contoso, Name: "monitor", Scopes: []string{tocsin.ScopeServiceHealth}, CreatedAt: T0}
	first := tocsin.Secret{Hash: tocsin.HashOf([]byte("first")), CreatedAt: T0, ExpiresAt: T0.Add(time.Hour)}
	if err := s.AddClient(ctx, c, first); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var added atomic.Int64
	for i := range 4 {
		group.Go(func() {
			err := s.AddClientCredential(ctx, tocsin.Secret{ClientID: c.ID, Hash: tocsin.HashOf([]byte{byte(i)}), CreatedAt: T0.Add(time.Minute)})
			switch {
			case err == nil:
				added.Add(1)
			case !errors.Is(err, tocsin.ErrConflict):
				t.Errorf("one more secret: %v, want ErrConflict", err)
			}
		})
	}
	group.Wait()
	if added.Load() != 1 {
		t.Errorf("%d secrets were added beside a live one, want 1", added.Load())
	}
	certificate := tocsin.Secret{ClientID: c.ID, Hash: tocsin.HashOf([]byte("certificate")), Certificate: []byte{0x30, 0}, CreatedAt: T0.Add(2 * time.Minute)}
	if err := s.AddClientCredential(ctx, certificate); err != nil {
		t.Errorf("a certificate beside two secrets: %v", err)
	}
	if err := s.AddClientCredential(ctx, certificate); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("the same certificate: %v, want ErrConflict", err)
	}
	if err := s.RevokeClientCredential(ctx, c.ID, first.ID(), T0.Add(3*time.Minute)); err != nil {
		t.Error(err)
	}
	if err := s.RevokeClientCredential(ctx, c.ID, first.ID(), T0.Add(3*time.Minute)); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("revoking twice: %v, want ErrNotFound", err)
	}
	if err := s.AddClientCredential(ctx, tocsin.Secret{ClientID: c.ID, Hash: tocsin.HashOf([]byte("third")), CreatedAt: T0.Add(4 * time.Minute)}); err != nil {
		t.Errorf("after revoking one: %v", err)
	}
	if err := s.AddClientCredential(ctx, tocsin.Secret{ClientID: "nobody", Hash: tocsin.HashOf([]byte("x")), CreatedAt: T0}); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("secret of nobody: %v, want ErrNotFound", err)
	}
	_, secrets, err := s.Client(ctx, c.ID)
	if err != nil || len(secrets) != 4 || secrets[0].Hash != first.Hash || !secrets[0].RevokedAt.Equal(T0.Add(3*time.Minute)) ||
		!secrets[0].ExpiresAt.Equal(first.ExpiresAt) || len(secrets[0].Certificate) != 0 || len(secrets[2].Certificate) != 2 {
		t.Errorf("secrets = %+v, %v", secrets, err)
	}
}

// usedAssertions: an assertion is good once.
func usedAssertions(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	c := tocsin.Client{ID: "aaaaaaaa-0000-4000-8000-000000000001", TenantID: Contoso, Name: "monitor", Scopes: []string{tocsin.ScopeServiceHealth}, CreatedAt: T0}
	if err := s.AddClient(ctx, c); err != nil {
		t.Fatal(err)
	}
	hash := tocsin.HashOf([]byte("assertion"))
	var group sync.WaitGroup
	var used atomic.Int64
	for range 4 {
		group.Go(func() {
			err := s.UseAssertion(ctx, c.ID, hash, T0.Add(time.Minute), T0)
			if err == nil {
				used.Add(1)
			} else if !errors.Is(err, tocsin.ErrConflict) {
				t.Errorf("used again: %v, want ErrConflict", err)
			}
		})
	}
	group.Wait()
	if used.Load() != 1 {
		t.Errorf("used %d times, want once", used.Load())
	}
	if err := s.UseAssertion(ctx, c.ID, tocsin.HashOf([]byte("another")), T0.Add(time.Hour), T0.Add(2*time.Minute)); err != nil {
		t.Error(err)
	}
	if err := s.UseAssertion(ctx, c.ID, hash, T0.Add(3*time.Minute), T0.Add(2*time.Minute)); err != nil {
		t.Errorf("what expired is forgotten: %v", err)
	}
}
