package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// feedAddresses are found by their secret alone, end with their person, and are
// taken back by their person only.
func feedAddresses(t *testing.T, s *Desk) {
	ctx := t.Context()
	AddTenants(t, s)
	kim, ana := person(1, "kim"), person(2, "ana")
	addPerson(t, s, kim)
	addPerson(t, s, ana)
	address := func(n int) tocsin.FeedAddress {
		return tocsin.FeedAddress{
			ID: fmt.Sprintf("ffffffff-0000-4000-8000-%012d", n), Hash: tocsin.HashOf(fmt.Append(nil, n)), UserID: kim.ID, TenantID: Contoso, Label: " phone ", CreatedAt: T0.Add(time.Duration(n) * time.Minute),
		}
	}
	for n := range tocsin.MaxFeedAddresses {
		if err := s.AddFeedAddress(ctx, address(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddFeedAddress(ctx, address(99)); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("one too many: %v, want ErrConflict", err)
	}
	nameless, nowhere := address(98), address(97)
	nameless.UserID, nameless.Label = ana.ID, " "
	nowhere.UserID, nowhere.TenantID = ana.ID, "33333333-3333-4333-8333-333333333333"
	if err := s.AddFeedAddress(ctx, nameless); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("without a label: %v, want ErrInvalid", err)
	}
	if err := s.AddFeedAddress(ctx, nowhere); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of no tenant: %v, want ErrNotFound", err)
	}
	if err := s.TouchFeedAddress(ctx, address(3).Hash, T0.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	got, u, err := s.FeedAddress(ctx, address(3).Hash)
	if err != nil || got.Label != "phone" || got.TenantID != Contoso || u.ID != kim.ID || !got.UsedAt.Equal(T0.Add(time.Hour)) {
		t.Errorf("FeedAddress = %+v, %+v, %v", got, u, err)
	}
	if _, _, err := s.FeedAddress(ctx, address(99).Hash); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("a wrong secret: %v, want ErrNotFound", err)
	}
	if list, err := s.FeedAddresses(ctx, kim.ID); err != nil || len(list) != tocsin.MaxFeedAddresses || list[0].ID != address(tocsin.MaxFeedAddresses-1).ID {
		t.Errorf("FeedAddresses = %d, %v", len(list), err)
	}
	if err := s.RemoveFeedAddress(ctx, ana.ID, got.ID, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("removing somebody else's: %v, want ErrNotFound", err)
	}
	if err := s.RemoveFeedAddress(ctx, kim.ID, got.ID, T0); err != nil {
		t.Error(err)
	}
	if _, _, err := s.FeedAddress(ctx, got.Hash); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("a revoked one: %v, want ErrNotFound", err)
	}
	if err := s.SetDisabled(ctx, kim.ID, true, T0); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.FeedAddress(ctx, address(4).Hash); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of a disabled account: %v, want ErrNotFound", err)
	}
}
