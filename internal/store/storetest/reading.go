package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// reading: how a person reads, what concerns them and what they have seen is
// kept for each person and tenant by itself.
func reading(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	kim, alex := person(1, "kim").ID, person(2, "alex").ID
	if err := errors.Join(s.AddUser(ctx, person(1, "kim"), ""), s.AddUser(ctx, person(2, "alex"), "")); err != nil {
		t.Fatal(err)
	}
	before, err := s.SessionRevision(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := tocsin.Reading{Language: "ja", Zone: "Asia/Tokyo"}
	if err := s.SetReading(ctx, kim, want); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]tocsin.Reading{kim: want, alex: {}} {
		if u, _, err := s.User(ctx, id); err != nil || u.Reading != want {
			t.Errorf("reading of %s: %+v, %v, want %+v", u.Name, u.Reading, err, want)
		}
	}
	if after, err := s.SessionRevision(ctx); err != nil || after <= before {
		t.Errorf("revision %d after %d, %v: remembered sessions would stay", after, before, err)
	}
	if err := s.SetReading(ctx, "nobody", want); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("nobody's: %v", err)
	}
	follow := func(tenant, who string, services ...string) {
		t.Helper()
		if err := s.FollowServices(ctx, tenant, who, services); err != nil {
			t.Fatal(err)
		}
	}
	follow(Contoso, kim, "Exchange", "microsoftteams", "Exchange")
	follow(Fabrikam, kim, "Sway")
	follow(Contoso, alex, "Intune")
	follow(Contoso, alex)
	for _, tt := range []struct{ tenant, who, want string }{
		{Contoso, kim, "Exchange microsoftteams"}, {Fabrikam, kim, "Sway"}, {Contoso, alex, ""}, {Fabrikam, alex, ""},
	} {
		if list, err := s.FollowedServices(ctx, tt.tenant, tt.who); err != nil || strings.Join(list, " ") != tt.want {
			t.Errorf("FollowedServices = %v, %v, want %q", list, err, tt.want)
		}
	}
	var many []string
	for n := range 501 {
		many = append(many, fmt.Sprint("service ", n))
	}
	for _, bad := range [][]string{{""}, {strings.Repeat("x", 201)}, {"a\x00b"}, many} {
		if err := s.FollowServices(ctx, Contoso, kim, bad); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("following %.30q: %v, want ErrInvalid", bad, err)
		}
	}
	if err := s.FollowServices(ctx, "99999999-9999-4999-8999-999999999999", kim, nil); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("in no tenant: %v", err)
	}
	for _, tt := range []struct{ to, want time.Time }{{T0, T0}, {T0.Add(-time.Hour), T0}, {T0.Add(time.Hour), T0.Add(time.Hour)}} {
		if err := s.MoveReadingMark(ctx, Contoso, kim, tt.to); err != nil {
			t.Fatal(err)
		}
		if at, err := s.ReadingMark(ctx, Contoso, kim); err != nil || !at.Equal(tt.want) {
			t.Errorf("after moving to %v: %v, %v, want %v", tt.to, at, err, tt.want)
		}
	}
	for tenant, who := range map[string]string{Fabrikam: kim, Contoso: alex} {
		if at, err := s.ReadingMark(ctx, tenant, who); err != nil || !at.IsZero() {
			t.Errorf("another mark moved: %v, %v", at, err)
		}
	}
}
