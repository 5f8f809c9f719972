package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

func silenceChecks() checks {
	return checks{
		"SilenceHolds":   silenceHolds,
		"SilenceRefused": silenceRefused,
		"SilenceEnded":   silenceEnded,
	}
}

func exchangeSilence(at time.Time) tocsin.Silence {
	return tocsin.Silence{ID: tocsin.NewGUID(), Matchers: ` {service="Exchange", class!="incident"} `, StartsAt: at, EndsAt: at.Add(time.Hour), Reason: "Planned work"}
}

// active are the silences that hold, as a transaction sees them.
func active(t *testing.T, s *Desk, at time.Time) (list []route.Silence) {
	t.Helper()
	err := s.InTx(t.Context(), func(tx *store.Tx) (err error) {
		list, err = s.ActiveSilences(t.Context(), tx, at)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// silenceHolds: a silence holds from its start to its end, for its tenant alone,
// and says who made it.
func silenceHolds(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: tocsin.NewGUID(), Name: "alex"})
	all, err := s.AddSilence(ctx, exchangeSilence(T0.Add(time.Hour)), T0)
	if err != nil {
		t.Fatal(err)
	}
	if all.Matchers != `service="Exchange",class!="incident"` || all.Author != "alex" || all.AuthorID == "" || !all.CreatedAt.Equal(T0) {
		t.Errorf("%+v", all)
	}
	one := exchangeSilence(T0)
	one.TenantID = strings.ToUpper(Contoso)
	if one, err = s.AddSilence(ctx, one, T0); err != nil {
		t.Fatal(err)
	}
	if held, err := s.Silence(t.Context(), strings.ToUpper(one.ID)); err != nil || cmp.Diff(one, held) != "" || one.Matchers != all.Matchers {
		t.Errorf("%v %s", err, cmp.Diff(one, held))
	}
	list, err := s.Silences(t.Context(), T0)
	if diff := cmp.Diff([]tocsin.Silence{all, one}, list); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if list, err = s.Silences(t.Context(), T0.Add(time.Hour)); err != nil || len(list) != 1 {
		t.Errorf("%v, %d that end after an hour", err, len(list))
	}
	labels := func(tenant string) route.Labels {
		return route.NewLabels(route.Label{Name: "tenant", Value: tenant}, route.Label{Name: "service", Value: "Exchange"}, route.Label{Name: "class", Value: "advisory"})
	}
	for _, test := range []struct {
		tenant string
		at     time.Duration
		want   string
	}{
		{Contoso, -1, ""},
		{Contoso, 0, one.ID},
		{Fabrikam, 0, ""},
		{Contoso, time.Hour - time.Microsecond, one.ID},
		{Contoso, time.Hour, all.ID},
		{Fabrikam, time.Hour, all.ID},
		{Fabrikam, 2 * time.Hour, ""},
	} {
		at := T0.Add(test.at)
		if got, ok := route.Silenced(active(t, s, at), labels(test.tenant), at); got.ID != test.want || ok != (test.want != "") {
			t.Errorf("%s at %v: %q, want %q", test.tenant, test.at, got.ID, test.want)
		}
	}
	entries, err := s.Audit(t.Context(), store.AuditQuery{Limit: 10})
	if err != nil || len(entries) < 2 || entries[0].Action != "silence.add" || entries[0].TenantID != Contoso || entries[0].Actor.Name != "alex" || !strings.Contains(entries[0].Detail, "Planned work") {
		t.Errorf("%v %+v", err, entries)
	}
}

// silenceRefused: T-62: what has no reason, no end within a day, or no matcher
// that means something is not kept, and every problem is told at once.
func silenceRefused(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for name, test := range map[string]struct {
		change func(*tocsin.Silence)
		want   string
	}{
		"no reason": {func(s *tocsin.Silence) { s.Reason = "" }, "reason: Say why"},
		"too long":  {func(s *tocsin.Silence) { s.EndsAt = s.EndsAt.Add(24 * time.Hour) }, "end: A silence ends within 24 hours"},
		"no matter": {func(s *tocsin.Silence) { s.Matchers = " " }, "matchers: Say what is silenced"},
		"all":       {func(s *tocsin.Silence) { s.Matchers = `{}` }, "matchers: A matcher is empty"},
		"anything":  {func(s *tocsin.Silence) { s.Matchers = `service=~".*"` }, "matchers: The expression"},
		"label":     {func(s *tocsin.Silence) { s.Matchers = `servise="Exchange"` }, "matchers: There is no label servise; did you mean service?"},
		"tenant":    {func(s *tocsin.Silence) { s.TenantID = "33333333-3333-4333-8333-333333333333" }, "tenant: There is no such tenant."},
		"both":      {func(s *tocsin.Silence) { s.Reason, s.Matchers = "", `a` }, "matchers: After a stands none of"},
	} {
		one := exchangeSilence(T0)
		test.change(&one)
		_, err := s.AddSilence(t.Context(), one, T0)
		if !errors.Is(err, tocsin.ErrInvalid) || !strings.Contains(err.Error(), test.want) || name == "both" && !strings.Contains(err.Error(), "reason") {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	for range 200 {
		if _, err := s.AddSilence(t.Context(), exchangeSilence(T0), T0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AddSilence(t.Context(), exchangeSilence(T0), T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("one more than 200: %v", err)
	}
}

// silenceEnded: a silence ends once, by somebody, and stays on record.
func silenceEnded(t *testing.T, s *Desk) {
	AddTenants(t, s)
	one, err := s.AddSilence(t.Context(), exchangeSilence(T0), T0)
	if err != nil {
		t.Fatal(err)
	}
	planned, err := s.AddSilence(t.Context(), exchangeSilence(T0.Add(48*time.Hour)), T0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, now := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "sam"}), T0.Add(10*time.Minute)
	for _, id := range []string{one.ID, planned.ID} {
		ended, err := s.EndSilence(ctx, id, now)
		if err != nil || ended.EndedBy != "sam" || ended.Active(now) || ended.Active(planned.StartsAt) {
			t.Errorf("%v %+v", err, ended)
		}
		if held, err := s.Silence(ctx, id); err != nil || cmp.Diff(ended, held) != "" {
			t.Errorf("%v %s", err, cmp.Diff(ended, held))
		}
	}
	if got := active(t, s, now); len(got) != 0 {
		t.Errorf("%v hold", got)
	}
	if _, err := s.EndSilence(ctx, one.ID, now); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("ended twice: %v", err)
	}
	if _, err := s.EndSilence(ctx, tocsin.NewGUID(), now); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("one that there is not: %v", err)
	}
	entries, err := s.Audit(ctx, store.AuditQuery{Limit: 1})
	if err != nil || len(entries) != 1 || entries[0].Action != "silence.end" || entries[0].Actor.Name != "sam" {
		t.Errorf("%v %+v", err, entries)
	}
}
