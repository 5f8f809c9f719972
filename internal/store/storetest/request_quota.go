package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// T-51: what somebody begins, writes and adds within an hour is bounded, in all tenants
// together, also when it is done at once; others are not held up, and it ends by itself.
func requestQuotas(t *testing.T, s *Desk) {
	kim, lou := as(t, "kim"), as(t, "lou")
	AddTenants(t, s)
	begin := func(ctx context.Context, tenant string, at time.Time) error {
		_, err := s.OpenRequest(ctx, tenant, respond.RequestDraft{Content: tocsin.RequestContent{To: "desk", Title: "x", Kind: "technical", Severity: "C"}}, at)
		return err
	}
	say := func(ctx context.Context, at time.Time) error {
		return s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "note", Text: "x"}, at)
	}
	quota := func(what string, err error) {
		t.Helper()
		var e *tocsin.Error
		if !errors.Is(err, tocsin.ErrQuota) || !errors.Is(err, tocsin.ErrConflict) || !errors.As(err, &e) || e.Field != "quota."+what {
			t.Errorf("%s: %v, want the quota", what, err)
		}
	}
	var taken atomic.Int64
	var all sync.WaitGroup
	for n := range tocsin.MaxRequestsAnHour + 6 {
		all.Go(func() {
			if begin(kim, []string{Contoso, Fabrikam}[n%2], T0) == nil {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != tocsin.MaxRequestsAnHour {
		t.Errorf("%d are begun at once, want %d", taken.Load(), tocsin.MaxRequestsAnHour)
	}
	quota("request", begin(kim, Contoso, T0.Add(time.Hour-time.Second)))
	for range tocsin.MaxTurnsAnHour {
		if err := say(kim, T0); err != nil {
			t.Fatal(err)
		}
	}
	quota("turn", say(kim, T0.Add(time.Minute)))
	add := func(ctx context.Context, n, size int, at time.Time) error {
		_, err := s.AddRequestFile(ctx, Contoso, int64(n), tocsin.RequestFile{Name: fmt.Sprint(n), Body: make([]byte, size)}, at)
		return err
	}
	for n := range tocsin.MaxFilesAnHour {
		if err := add(kim, 1+n/tocsin.MaxRequestFiles, 1, T0); err != nil {
			t.Fatal(err)
		}
	}
	quota("file", add(kim, 9, 1, T0.Add(time.Minute)))
	for who, ctx := range map[string]context.Context{"somebody else": lou, "the command line": tocsin.WithActor(t.Context(), tocsin.Actor{Name: tocsin.CommandLine})} {
		if err := errors.Join(begin(ctx, Contoso, T0), say(ctx, T0), add(ctx, 10, 1, T0)); err != nil {
			t.Errorf("%s: %v", who, err)
		}
	}
	for range tocsin.MaxRequestsAnHour {
		if err := begin(tocsin.WithActor(t.Context(), tocsin.Actor{Name: tocsin.CommandLine}), Contoso, T0); err != nil {
			t.Fatal(err)
		}
	}
	later := T0.Add(time.Hour)
	if err := errors.Join(begin(kim, Contoso, later), say(kim, later), add(kim, 11, 1, later)); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}
