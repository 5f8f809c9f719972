package readmodel_test

import (
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// What cannot be read makes the services unknown that it is about, and no
// others; a snapshot that was followed says the same as one that was loaded.
func TestUnreadableMakesUnknown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		odd     tocsin.Unreadable
		unknown string
	}{
		"an overview":                {tocsin.Unreadable{Kind: tocsin.KindOverview, ID: "Exchange", ServiceID: "Exchange", Reason: tocsin.UnreadableMember}, "Exchange "},
		"an issue by display name":   {tocsin.Unreadable{Kind: tocsin.KindIssue, ID: "EX1", Service: "exchange online", Reason: tocsin.UnreadableMember}, "Exchange "},
		"an issue of no known place": {tocsin.Unreadable{Kind: tocsin.KindIssue, Position: 7, Reason: tocsin.UnreadableForm}, "Exchange SharePoint "},
		"missing in a short list":    {tocsin.Unreadable{Kind: tocsin.KindOverview, ID: "SharePoint", ServiceID: "SharePoint", Reason: tocsin.UnreadableMissing}, "SharePoint "},
		"a service by name":          {tocsin.Unreadable{Kind: tocsin.KindService, ID: "Exchange", Service: "Exchange Online", Reason: tocsin.UnreadableMember}, "Exchange "},
		"a service of no known id":   {tocsin.Unreadable{Kind: tocsin.KindService, Position: 1, Reason: tocsin.UnreadableForm}, ""},
		"a message":                  {tocsin.Unreadable{Kind: tocsin.KindMessage, ID: "MC1", Service: "Exchange Online", Reason: tocsin.UnreadableMember}, ""},
		"a list of messages":         {tocsin.Unreadable{Kind: tocsin.KindMessage, Reason: tocsin.UnreadableList}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := storetest.T0
			s, m := open(t, func() time.Time { return now })
			poll := func(list []tocsin.Unreadable, docs ...tocsin.Document) {
				t.Helper()
				now = now.Add(time.Minute)
				finish(t, s, now, list, docs...)
			}
			poll(nil, overview(t, "Exchange", tocsin.StatusOperational), overview(t, "SharePoint", tocsin.StatusOperational))
			recordAs(t, s, tocsin.SourceOwn, now, overview(t, "RemoteAccess", tocsin.StatusOperational))
			if got := unknown(t, m); got != "" {
				t.Fatalf("before: %q is unknown", got)
			}
			version := m.Version(storetest.Contoso)
			odd := tt.odd
			odd.Body, odd.Since, odd.SeenAt = []byte("{}"), now.Add(time.Minute), now.Add(time.Minute)
			poll([]tocsin.Unreadable{odd})
			loaded := readmodel.New(s, func() time.Time { return now }, slog.New(slog.DiscardHandler))
			if err := m.Refresh(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			for _, m := range []*readmodel.Model{m, loaded} {
				if got := unknown(t, m); got != tt.unknown {
					t.Errorf("unknown = %q, want %q", got, tt.unknown)
				}
				snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
				if err != nil || len(snapshot.Unreadable()) != 1 || snapshot.Stale {
					t.Errorf("unreadable = %+v, stale %v, %v", snapshot.Unreadable(), snapshot.Stale, err)
				}
				if _, ok := snapshot.UnreadableItem(tt.odd.Kind, tt.odd.ID); ok != (tt.odd.ID != "") {
					t.Error("an item is found by its id, and what has none by nothing")
				}
			}
			if m.Version(storetest.Contoso) == version {
				t.Error("open pages are not told")
			}
			poll([]tocsin.Unreadable{})
			if err := m.Refresh(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			if got := unknown(t, m); got != "" {
				t.Errorf("once it reads again, %q is unknown", got)
			}
		})
	}
}

// finish is a complete poll of the source graph.
func finish(t *testing.T, s *storetest.Desk, now time.Time, list []tocsin.Unreadable, docs ...tocsin.Document) {
	t.Helper()
	ctx := t.Context()
	if err := s.PutSource(ctx, storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	c, err := s.ClaimSource(ctx, storetest.Contoso, "graph", now, time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: now}
	for _, d := range docs {
		r.Entries = append(r.Entries, archive.Entry{Document: d})
	}
	for i := range list {
		list[i].TenantID, list[i].Source = storetest.Contoso, "graph"
	}
	end := archive.PollEnd{Poll: tocsin.Poll{TenantID: storetest.Contoso, Source: "graph", Epoch: c.Epoch, FinishedAt: now, Outcome: tocsin.OutcomeUnchanged}, Unreadable: list}
	if _, err := s.FinishPoll(ctx, end, &r); err != nil {
		t.Fatal(err)
	}
}

// unknown names the services that are stale.
func unknown(t *testing.T, m *readmodel.Model) string {
	t.Helper()
	snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, s := range snapshot.Services {
		if s.Stale {
			text += s.ID + " "
		}
	}
	return text
}
