//go:build unix

package faults

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// translatorVariable makes the test binary a process that translates what is in a
// database; it holds the address.
const translatorVariable = "TOCSIN_FAULTS_TRANSLATOR"

// translatorProcess keeps segments and asks an engine until nothing is left.
func translatorProcess(dsn string) error {
	before, arm, last := KillAt(looks)
	s, err := storetest.New(context.Background(), dsn, store.BeforeStatement(before))
	if err != nil {
		return err
	}
	defer s.Close()
	arm()
	if err := translateAll(context.Background(), s, time.Now()); err != nil {
		return err
	}
	fmt.Println("translated after", last(), "statements")
	return nil
}

// printer is an engine that prints what it is asked.
type printer struct{ asked *[]string }

func (p printer) Ask(_ context.Context, job translate.Job) ([]translate.Outcome, error) {
	outcomes := make([]translate.Outcome, len(job.Texts))
	for i, text := range job.Texts {
		if p.asked != nil {
			*p.asked = append(*p.asked, text)
		}
		fmt.Println("asked " + text)
		outcomes[i] = translate.Outcome{Text: "[fr] " + text, By: "An engine"}
	}
	return outcomes, nil
}

// translateAll has the consumer handle every change and asks for what is wanted.
func translateAll(ctx context.Context, s *storetest.Desk, now time.Time, asked ...*[]string) error {
	policy := translate.Policy{Languages: []string{"fr"}}
	clock := func() time.Time { return now }
	engine := printer{}
	if len(asked) > 0 {
		engine.asked = asked[0]
	}
	consumer := translate.NewConsumer(s.Archive, s.Translations, policy, clock, nil)
	if err := s.AddConsumer(ctx, translate.ConsumerName, true); err != nil {
		return err
	}
	cursor, err := s.ClaimConsumer(ctx, translate.ConsumerName, now, time.Minute)
	for handled := 1; err == nil && handled > 0; {
		cursor, handled, err = s.Consume(ctx, cursor, 2, now, time.Minute, consumer.Handle)
	}
	if err != nil {
		return err
	}
	worker := translate.NewWorker(translate.WorkerConfig{Memory: s.Translations, Engines: engine, Policy: policy, Now: clock, Log: slog.New(slog.DiscardHandler)})
	for n := 1; n > 0; {
		if n, err = worker.Pass(ctx, "fr"); err != nil {
			return err
		}
	}
	return nil
}

// translated fills an archive with issues that two tenants share.
func translated(t *testing.T, s *storetest.Desk) {
	t.Helper()
	storetest.AddTenants(t, s)
	for hour := range 3 {
		at := storetest.T0.Add(time.Duration(hour) * time.Hour)
		for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
			r := archive.Record{TenantID: tenant, Source: "test", SeenAt: at, Entries: []archive.Entry{
				{Document: storetest.Issue(t, "EX1", fmt.Sprintf("Purple elephants number %d", hour), at)},
			}}
			if _, err := s.Record(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// spoken is what both tenants read, and how often each was told of it.
func spoken(t *testing.T, s *storetest.Desk) []string {
	t.Helper()
	lines := []string{}
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		pairs, err := s.Pairs(t.Context(), translation.PairQuery{TenantID: tenant, Language: "fr", Limit: 99})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pairs {
			lines = append(lines, tenant[:4]+" "+p.Source+" = "+p.Target)
		}
	}
	changes, err := s.ChangesAfter(t.Context(), 0, 99)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.What == tocsin.WhatTranslated {
			lines = append(lines, c.TenantID[:4]+" told of "+c.ID)
		}
	}
	slices.Sort(lines)
	return lines
}

// TestKilledTranslator kills consumer and worker between every two of their
// statements, on both engines: another process comes to the same translations,
// tells each tenant once of each, and asks again for no more than what was on its
// way.
func TestKilledTranslator(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many processes")
	}
	everyStatement(t, killing{
		fill: translated, branches: []string{"before an engine was asked", "while an engine was asked", "after all"}, killedAt: translatorKilledAt,
		undisturbed: func(t *testing.T, dsn string) []string {
			t.Helper()
			s := storetest.Open(t, dsn)
			if err := translateAll(t.Context(), s, time.Now()); err != nil {
				t.Fatal(err)
			}
			want := spoken(t, s)
			if len(want) != 8 {
				t.Fatalf("undisturbed: %q", want)
			}
			return want
		},
	})
}

// translatorKilledAt lets a child be killed before its at-th statement, and has
// this process finish what is left. It reports whether the child came that far.
func translatorKilledAt(t *testing.T, dsn string, at int, want []string, sometimes *Sometimes) bool {
	t.Helper()
	lines, killed := Fork(t, translatorVariable, dsn, at)
	if !killed {
		return false
	}
	var before, after []string
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, "asked "); ok {
			before = append(before, text)
		}
	}
	s := storetest.Open(t, dsn)
	kept := len(spoken(t, s))
	switch {
	case len(before) == 0:
		sometimes.Reach("before an engine was asked")
	case kept == 0:
		sometimes.Reach("while an engine was asked")
	default:
		sometimes.Reach("after all")
	}
	if kept != 0 && kept != len(want) {
		t.Fatalf("killed before statement %d: %q is kept, all or nothing was to be", at, spoken(t, s))
	}
	if err := translateAll(t.Context(), s, time.Now().Add(time.Hour), &after); err != nil {
		t.Fatalf("killed before statement %d: %v", at, err)
	}
	if got := spoken(t, s); !slices.Equal(got, want) {
		t.Fatalf("killed before statement %d, finished:\n%s\nwant\n%s", at, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if kept == len(want) && len(after) > 0 {
		t.Fatalf("killed before statement %d: asked again for %q, which was kept", at, after)
	}
	return true
}
