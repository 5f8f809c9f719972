package servicecomms_test

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/api/servicecomms"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Whatever the clock says, a connection that is asked for the same all the time
// says what a new one does.
func TestAskedAgainWhileTimePasses(t *testing.T) {
	t.Parallel()
	var at atomic.Pointer[time.Time]
	set := func(now time.Time) { at.Store(&now) }
	set(now)
	clock := func() time.Time { return *at.Load() }
	s := newStore(t)
	items := []any{
		tocsin.Service{ID: "Exchange", Name: "Exchange Online"},
		tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational},
		tocsin.Service{ID: "SharePoint", Name: "SharePoint Online"},
	}
	for i, status := range []tocsin.Status{tocsin.StatusDegradation, tocsin.StatusServiceRestored, tocsin.StatusInterruption, tocsin.StatusInvestigating, tocsin.StatusReviewPublished} {
		begun := now.Add(time.Duration(i-2)*7*time.Hour + 150*time.Millisecond) // within a second
		items = append(items, tocsin.Issue{
			ID: "EX" + strings.Repeat("1", i+1), Title: "Delay", Service: "SharePoint Online", ServiceID: "SharePoint", Classification: "incident", Status: status,
			StartAt: begun, EndAt: begun.Add(time.Duration(i*7)*time.Hour + 500*time.Millisecond), ModifiedAt: begun.Add(-time.Hour),
		})
	}
	items = append(items, tocsin.Service{ID: "Planner", Name: "Planner"}, tocsin.Issue{
		ID: "PL1", Title: "Delay", Service: "Planner", ServiceID: "Planner", Classification: "incident", Status: tocsin.StatusInvestigating,
		StartAt: now.Add(-time.Hour), EndAt: now.Add(7*time.Hour + 650*time.Millisecond), ModifiedAt: now.Add(-time.Hour),
	})
	put(t, s, storetest.Contoso, now.Add(-72*time.Hour), items...)
	put(t, s, storetest.Contoso, now.Add(7*time.Hour), tocsin.Overview{ServiceID: "Forms", Service: "Microsoft Forms", Status: tocsin.StatusOperational})
	model := readmodel.New(s, clock, slog.New(slog.DiscardHandler))
	api, err := servicecomms.New(servicecomms.Config{Base: base, Model: model, Archive: s, Admission: httpserver.NewAdmission(badge{}, nil), Now: clock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	address := servetest.Serve(t, httpserver.Config{Subtrees: []httpserver.Subtree{api.Subtree()}, Errors: httpserver.PlainError})
	targets := []string{
		"Services", "CurrentStatus", "CurrentStatus('SharePoint')", "CurrentStatus?$filter=" + q("Status ne 'ServiceOperational'"), "HistoricalStatus", "Messages",
		"Messages/$count", "Messages('EX1')", "Messages?$filter=" + q("EndTime le now()"), "Messages?$top=2&$orderby=" + q("StartTime desc"), "Messages('EX1')/Title", "", "$metadata",
	}
	lines := make([]*servetest.Line, len(targets))
	for i := range lines {
		lines[i] = servetest.Dial(t, address)
	}
	var steps []time.Duration
	for k := range 9 {
		for _, ms := range []time.Duration{0, 100, 200, 600, 700, 1100} {
			steps = append(steps, time.Duration(k-4)*7*time.Hour+ms*time.Millisecond)
		}
	}
	steps = append(steps, time.Microsecond, 8*24*time.Hour, 9*24*time.Hour, -time.Hour)
	for _, step := range steps {
		set(now.Add(step))
		for i, target := range targets {
			token := good
			if target == "$metadata" {
				token = ""
			}
			request := servetest.Get(address, root+target, token)
			var head []string
			var body string
			for range 3 {
				head, body = lines[i].Ask(request)
			}
			wantHead, want := servetest.Dial(t, address).Ask(request)
			if body != want || servetest.Lasting(head) != servetest.Lasting(wantHead) {
				t.Fatalf("%s at %v: asked again\n%s\n%s\nin place of\n%s\n%s", target, clock(), servetest.Lasting(head), body, servetest.Lasting(wantHead), want)
			}
		}
	}
}

// The document of a review may come at any time: what would name it is made anew.
func TestAskedAgainBeforeAReview(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"Messages", "Messages('EX9')"} {
		s := newStore(t)
		put(t, s, storetest.Contoso, now, tocsin.Issue{
			ID: "EX9", Title: "Delay", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusReviewPublished,
			StartAt: now.Add(-time.Hour), EndAt: now, ModifiedAt: now,
		})
		address := servetest.Serve(t, httpserver.Config{Subtrees: []httpserver.Subtree{serve(t, s).Subtree()}, Errors: httpserver.PlainError})
		c, request := servetest.Dial(t, address), servetest.Get(address, root+target, good)
		for range 4 {
			c.Ask(request)
		}
		f := tocsin.File{ID: tocsin.ReportID, Name: "review.pdf", ContentType: "application/pdf", SeenAt: now, Source: "graph"}
		if _, err := s.PutFile(t.Context(), storetest.Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX9"}, f, []byte("review")); err != nil {
			t.Fatal(err)
		}
		if _, body := c.Ask(request); !strings.Contains(body, "incidentReport") {
			t.Errorf("%s: %s", target, body)
		}
	}
}
