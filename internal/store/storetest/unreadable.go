package storetest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// unreadable: what cannot be read is written with the poll that met it, keeps
// its bytes and its service, and goes when a later poll no longer names it.
func unreadable(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	now := T0
	if err := errors.Join(s.PutSource(ctx, Contoso, "graph", time.Minute), s.PutSource(ctx, Fabrikam, "graph", time.Minute)); err != nil {
		t.Fatal(err)
	}
	poll := func(tenant string, outcome tocsin.Outcome, current bool, list []tocsin.Unreadable, docs ...tocsin.Document) {
		t.Helper()
		now = now.Add(time.Minute)
		c, err := s.ClaimSource(ctx, tenant, "graph", now, time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		r := archive.Record{TenantID: tenant, Source: "graph", SeenAt: now}
		for _, d := range docs {
			r.Entries = append(r.Entries, archive.Entry{Document: d})
		}
		end := archive.PollEnd{
			Poll:    tocsin.Poll{TenantID: tenant, Source: "graph", Epoch: c.Epoch, Full: true, FinishedAt: now, Outcome: outcome, Withheld: 2, Unreadable: len(list)},
			Current: current, Unreadable: list,
		}
		if _, err := s.FinishPoll(ctx, end, &r); err != nil {
			t.Fatal(err)
		}
	}
	get := func(tenant string) []tocsin.Unreadable {
		t.Helper()
		list, err := s.Unreadable(ctx, tenant)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	body := []byte("{\"id\":\"EX1\",\"service\":5,\"x\":\"\xff\x00\"}")
	odd := tocsin.Unreadable{TenantID: Contoso, Source: "graph", Kind: tocsin.KindIssue, ID: "EX1", Reason: tocsin.UnreadableMember, Member: "service", Body: body, Since: T0, SeenAt: T0}
	nobody := tocsin.Unreadable{TenantID: Contoso, Source: "graph", Kind: tocsin.KindIssue, Position: 2, Reason: tocsin.UnreadableForm, Body: []byte("null"), Since: T0, SeenAt: T0}
	list := tocsin.Unreadable{TenantID: Contoso, Source: "graph", Kind: tocsin.KindMessage, Reason: tocsin.UnreadableList, Since: T0, SeenAt: T0}
	poll(Contoso, tocsin.OutcomeChanged, false, nil, Issue(t, "EX1", "as it was", T0))
	poll(Contoso, tocsin.OutcomePartial, true, []tocsin.Unreadable{odd, nobody, list}, Issue(t, "EX2", "sound", T0))
	want := odd
	want.Body, want.Service, want.ServiceID = nil, "Exchange Online", "Exchange" // of its last readable version
	bare := nobody
	bare.Body = nil
	expect(t, "unreadable", get(Contoso), []tocsin.Unreadable{bare, want, list})
	expect(t, "another tenant's", get(Fabrikam), []tocsin.Unreadable(nil))
	if got, err := s.UnreadableBody(ctx, want); err != nil || !bytes.Equal(got, body) {
		t.Errorf("UnreadableBody = %q, %v, want it as it came", got, err)
	}
	states, err := s.Sources(ctx, Contoso)
	if err != nil || states[0].Unreadable != 3 || !states[0].LastOKAt.Equal(now) || states[0].Failures != 1 {
		t.Errorf("source = %+v, %v: the lists of health are read, the poll is not complete", states, err)
	}
	polls, err := s.Polls(ctx, Contoso, 1)
	if err != nil || polls[0].Unreadable != 3 || polls[0].Withheld != 2 || polls[0].New != 1 || polls[0].Outcome != tocsin.OutcomePartial {
		t.Errorf("poll = %+v, %v", polls, err)
	}

	// A poll that says nothing about it keeps it; one that names it keeps its
	// bytes; what is not named has gone.
	poll(Contoso, tocsin.OutcomeFailed, false, nil)
	poll(Contoso, tocsin.OutcomeUnchanged, false, []tocsin.Unreadable{want})
	expect(t, "later", get(Contoso), []tocsin.Unreadable{want})
	if got, err := s.UnreadableBody(ctx, want); err != nil || !bytes.Equal(got, body) {
		t.Errorf("UnreadableBody = %q, %v, want it kept", got, err)
	}
	poll(Contoso, tocsin.OutcomeUnchanged, false, []tocsin.Unreadable{})
	expect(t, "in the end", get(Contoso), []tocsin.Unreadable(nil))
	if _, err := s.UnreadableBody(ctx, want); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("UnreadableBody of what has gone: %v, want ErrNotFound", err)
	}

	long := odd
	long.Body = []byte(strings.Repeat("x", tocsin.MaxUnreadable+1))
	poll(Contoso, tocsin.OutcomeUnchanged, false, []tocsin.Unreadable{long})
	if got, err := s.UnreadableBody(ctx, long); err != nil || len(got) != tocsin.MaxUnreadable {
		t.Errorf("a long body has %d bytes, %v, want %d", len(got), err, tocsin.MaxUnreadable)
	}
}

// missed: how many polls in a row missed an item is kept with the poll, until
// one says otherwise or lists the item.
func missed(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	now := T0
	if err := s.PutSource(ctx, Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	poll := func(missed map[tocsin.Kind][]archive.Missing, docs ...tocsin.Document) {
		t.Helper()
		now = now.Add(time.Minute)
		c, err := s.ClaimSource(ctx, Contoso, "graph", now, time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		r := archive.Record{TenantID: Contoso, Source: "graph", SeenAt: now}
		for _, d := range docs {
			r.Entries = append(r.Entries, archive.Entry{Document: d})
		}
		end := archive.PollEnd{Poll: tocsin.Poll{TenantID: Contoso, Source: "graph", Epoch: c.Epoch, FinishedAt: now, Outcome: tocsin.OutcomeShort}, Missed: missed}
		if _, err := s.FinishPoll(ctx, end, &r); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, polls ...int) {
		t.Helper()
		list, _, err := s.Missing(ctx, Contoso, "graph", tocsin.KindIssue, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(list, func(a, b archive.Missing) int { return strings.Compare(a.ID, b.ID) })
		var got []int
		for _, m := range list {
			got = append(got, m.Polls)
		}
		expect(t, what, got, polls)
	}
	lacks := func(id string, polls int) archive.Missing {
		return archive.Missing{Ref: tocsin.Ref{Kind: tocsin.KindIssue, ID: id}, Polls: polls}
	}
	poll(nil, Issue(t, "EX1", "one", T0), Issue(t, "EX2", "two", T0), Issue(t, "EX3", "three", T0))
	want("nothing missed", 0, 0, 0)
	poll(map[tocsin.Kind][]archive.Missing{tocsin.KindIssue: {lacks("EX1", 2), lacks("EX2", 1)}})
	want("two missed", 2, 1, 0)
	poll(nil)
	poll(map[tocsin.Kind][]archive.Missing{tocsin.KindOverview: nil})
	want("nothing said of issues", 2, 1, 0)
	poll(nil, Issue(t, "EX1", "one again", T0.Add(time.Minute)))
	want("listed anew", 0, 1, 0)
	poll(map[tocsin.Kind][]archive.Missing{tocsin.KindIssue: {lacks("EX3", 1)}})
	want("another", 0, 0, 1)
	poll(map[tocsin.Kind][]archive.Missing{tocsin.KindIssue: nil})
	want("none", 0, 0, 0)
}
