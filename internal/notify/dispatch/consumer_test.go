package dispatch_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// An issue that two tenants see is one message; where routes tell tenants apart it
// is two.
func TestTenantsTogether(t *testing.T) {
	t.Parallel()
	for by, want := range map[string][]string{
		"issue":  {"update EX1.1 EX1.1"},
		"tenant": {"update EX1.1", "update EX1.1"},
	} {
		w := newWorld(t, storetest.File(t), route.Settings{Routes: route.Spec{Receiver: "duty", GroupBy: []string{by}, GroupWait: "0s"}})
		storetest.AddTenants(t, w)
		w.follow()
		w.record(storetest.Contoso, issue(t, "EX1", 1, nil))
		w.record(storetest.Fabrikam, issue(t, "EX1", 1, nil))
		w.follow()
		w.dispatch()
		w.expect("duty", want...)
	}
}

// F-87: what two sources say alike is told once. An update that says nothing new
// is not told.
func TestSameFromTwoSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	w.follow()
	for _, source := range []string{"graph", "legacy"} {
		_, err := w.Record(t.Context(), archive.Record{TenantID: storetest.Contoso, Source: source, SeenAt: w.Now(), Entries: []archive.Entry{{Document: issue(t, "EX1", 1, nil)}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.record(storetest.Contoso, issue(t, "EX1", 1, func(i *tocsin.Issue) { i.ModifiedAt = i.ModifiedAt.Add(time.Minute) }))
	w.follow()
	w.dispatch()
	w.expect("duty", "update EX1.1")
}

// A first poll tells in one summary of the incidents that are open, and of nothing
// else; an import tells nothing.
func TestNothingOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	w.follow()
	silent := func(source string, docs ...tocsin.Document) {
		r := archive.Record{TenantID: storetest.Contoso, Source: source, SeenAt: w.Now(), Silent: true}
		for _, d := range docs {
			r.Entries = append(r.Entries, archive.Entry{Document: d})
		}
		if _, err := w.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	restored := func(i *tocsin.Issue) { i.Status, i.EndAt = tocsin.StatusServiceRestored, storetest.T0 }
	silent(tocsin.SourceImport, issue(t, "OLD1", 1, nil))
	silent("graph", issue(t, "EX1", 1, nil), issue(t, "EX2", 1, advisory), issue(t, "EX3", 1, restored), issue(t, "EX4", 1, nil))
	w.follow()
	w.dispatch()
	w.expect("duty")
	w.pass(time.Minute)
	w.dispatch()
	w.expect("duty", "summary EX1.1 EX4.1")
}

// What happened while the desk was off for more than an hour is one summary.
func TestLateSummary(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	w.follow()
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "EX2", 1, nil))
	w.pass(30 * time.Minute)
	w.record(storetest.Contoso, issue(t, "EX1", 2, nil))
	w.pass(2 * time.Hour)
	w.record(storetest.Contoso, issue(t, "EX3", 1, nil))
	w.follow()
	w.pass(time.Minute)
	w.dispatch()
	got := w.takers["duty"].told()
	slices.Sort(got)
	if want := []string{"summary EX1.1 EX2.1 EX1.2", "update EX3.1"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What is silenced, hidden by something worse, or about data privacy is not told,
// and the ledger says why.
func TestNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	matchers, err := route.ParseMatchers(`issue="EX1"`)
	if err != nil {
		t.Fatal(err)
	}
	w.consumer.Silences = func(context.Context, *store.Tx) ([]route.Silence, error) {
		return []route.Silence{{Matchers: matchers, Starts: w.Now(), Ends: w.Now().Add(time.Hour)}}, nil
	}
	w.consumer.Open = func(_ context.Context, tenant tocsin.Tenant, _ bool) ([]route.Labels, error) {
		return []route.Labels{dispatch.LabelsOf(&dispatch.Subject{Kind: tocsin.KindIssue, ID: "EX9", Class: "incident", Services: []notify.Service{{ID: "Exchange"}}}, tenant, "", false)}, nil
	}
	w.follow()
	private, err := tocsin.NewDocument(tocsin.Message{ID: "MC1", Title: "x", Category: "dataPrivacy", Tags: []string{"Data privacy"}, ModifiedAt: storetest.T0, ContentType: "text", Content: "x"})
	if err != nil {
		t.Fatal(err)
	}
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "EX2", 1, advisory), private)
	w.follow()
	w.pass(48 * time.Hour)
	w.dispatch()
	w.expect("duty")
	want := []string{"EX1.1 channel:duty cancelled silenced", "EX2.1 channel:duty cancelled inhibited"}
	if got := w.states(delivery.Query{}); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// Outside of the hours of a route what it takes waits until they come.
func TestHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Settings{
		Routes:    route.Spec{Receiver: "duty", GroupBy: []string{"issue"}, GroupWait: "0s", Routes: []route.Spec{{Matchers: []string{`kind="issue"`}, Active: []string{"evening"}}}},
		Intervals: []route.IntervalSpec{{Name: "evening", Intervals: []route.SpanSpec{{Times: []route.TimesSpec{{Start: "18:00", End: "20:00"}}}}}},
	})
	storetest.AddTenants(t, w)
	w.follow()
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil))
	w.follow()
	w.pass(8*time.Hour + 59*time.Minute)
	w.dispatch()
	w.expect("duty")
	w.pass(2 * time.Minute)
	w.dispatch()
	w.expect("duty", "update EX1.1")
}

// A source that is not heard is told, and that it is again.
func TestSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Settings{Routes: route.Spec{Receiver: "last", GroupWait: "0s", Routes: []route.Spec{{Matchers: []string{`class="source"`, `change="stale"`}, Receiver: "duty"}}}})
	storetest.AddTenants(t, w)
	w.follow()
	err := w.InTx(t.Context(), func(tx *store.Tx) error {
		num, err := w.TenantNum(t.Context(), tx, storetest.Contoso)
		if err != nil {
			return err
		}
		return tx.Tell(t.Context(), num, tocsin.Change{Kind: tocsin.KindSource, ID: "graph", What: tocsin.WhatStale, At: w.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.follow()
	w.dispatch()
	w.expect("duty", "update graph.0")
}

// Regions are read where a route or a silence asks for them, and nowhere else.
func TestRegions(t *testing.T) {
	t.Parallel()
	europe := func(i *tocsin.Issue) {
		i.Posts[0].Content = "Title: Mail is late\n\nUser impact: Users cannot send mail.\n\nScope of impact: Users in Germany may be affected."
	}
	matcher := `region="Germany"`
	for _, test := range []struct {
		name     string
		matchers []string
		silence  bool
		want     []string
	}{
		{"a route", []string{matcher}, false, []string{"update EX1.1"}},
		{"nobody", nil, false, []string{}},
		{"a silence", nil, true, []string{}},
	} {
		settings := route.Settings{Routes: route.Spec{Receiver: "other", GroupBy: []string{"..."}, GroupWait: "0s"}}
		if test.matchers != nil {
			settings.Routes.Routes = []route.Spec{{Receiver: "duty", Matchers: test.matchers}}
		}
		w := newWorld(t, storetest.File(t), settings)
		config := w.consumer.ConsumerConfig
		config.Silences = func(context.Context, *store.Tx) ([]route.Silence, error) {
			if !test.silence {
				return nil, nil
			}
			ms, err := route.ParseMatchers(matcher)
			return []route.Silence{{Matchers: ms, Starts: w.Now().Add(-time.Hour), Ends: w.Now().Add(time.Hour)}}, err
		}
		w.consumer = dispatch.NewConsumer(config)
		storetest.AddTenants(t, w)
		w.follow()
		w.record(storetest.Contoso, issue(t, "EX1", 1, europe))
		w.follow()
		w.dispatch()
		w.expect("duty", test.want...)
		if told := len(w.takers["other"].told()); test.silence == (told > 0) && test.matchers == nil {
			t.Errorf("%s: %d told", test.name, told)
		}
	}
}

// The review of an issue that was over is a change of its own; one that says at once
// that an issue is over ends it.
func TestReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Settings{Routes: route.Spec{Receiver: "last", GroupBy: []string{"..."}, GroupWait: "0s", Routes: []route.Spec{
		{Receiver: "duty", Matchers: []string{`change="review"`}}, {Receiver: "other", Matchers: []string{`change="resolved"`}},
	}}})
	storetest.AddTenants(t, w)
	w.follow()
	status := func(s tocsin.Status) func(*tocsin.Issue) { return func(i *tocsin.Issue) { i.Status = s } }
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "EX2", 1, nil))
	w.record(storetest.Contoso, issue(t, "EX1", 2, status(tocsin.StatusServiceRestored)), issue(t, "EX2", 2, status(tocsin.StatusReviewPublished)))
	w.record(storetest.Contoso, issue(t, "EX1", 3, status(tocsin.StatusReviewPublished)))
	w.follow()
	w.dispatch()
	w.expect("duty", "update EX1.3")
	w.expect("other", "update EX1.2", "update EX2.2")
}
