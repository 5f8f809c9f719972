package dispatch_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// laddered is told of incidents at once by duty, after 15 minutes by other, after
// an hour by last; of advisories in the morning.
func laddered(t *testing.T, dsn string) *world {
	t.Helper()
	s := route.Shipped("duty", "")
	s.Routes.Escalate = route.Ladder{{After: "15m", To: "other"}, {After: "1h", To: "last"}}
	w := newWorld(t, dsn, s)
	storetest.AddTenants(t, w)
	if err := w.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	w.follow()
	return w
}

// later lets time pass, and has sent what is due.
func (w *world) later(d time.Duration) {
	w.t.Helper()
	w.pass(d)
	w.dispatch()
}

func (w *world) tell(docs ...tocsin.Document) {
	w.t.Helper()
	w.record(storetest.Contoso, docs...)
	w.follow()
	w.dispatch()
}

func resolved(i *tocsin.Issue) {
	i.Status, i.EndAt = tocsin.StatusServiceRestored, i.StartAt.Add(time.Minute)
}

// An incident that nobody takes in hand is told to the next ones, each once;
// whoever does so in time keeps them from being told, and the end of it too. An
// advisory calls nobody.
func TestEscalation(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		w := laddered(t, dsn)
		w.tell(issue(t, "EX1", 1, nil), issue(t, "EX2", 1, nil), issue(t, "EX3", 1, nil), issue(t, "EX4", 1, advisory))
		w.expect("duty", "update EX1.1", "update EX2.1", "update EX3.1")
		w.later(14 * time.Minute)
		w.expect("other")
		if _, err := w.Acknowledge(t.Context(), storetest.Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX2"}, w.Now()); err != nil {
			t.Fatal(err)
		}
		w.follow()
		w.later(time.Minute)
		w.expect("other", "escalation EX1.1", "escalation EX3.1")
		w.tell(issue(t, "EX3", 2, resolved))
		w.later(time.Hour)
		w.expect("last", "escalation EX1.1")
		w.expect("other", "escalation EX1.1", "escalation EX3.1")
		for _, e := range w.states(delivery.Query{State: delivery.StateCancelled}) {
			switch e {
			case "EX2.1 channel:other cancelled acknowledged", "EX2.1 channel:last cancelled acknowledged", "EX3.1 channel:last cancelled over":
			default:
				t.Error(e)
			}
		}
	})
}

// What is opened and over within one batch calls nobody; open again it calls anew,
// also where somebody had it in hand before.
func TestEscalationAgain(t *testing.T) {
	t.Parallel()
	w := laddered(t, storetest.File(t))
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil))
	w.record(storetest.Contoso, issue(t, "EX1", 2, resolved))
	w.follow()
	w.later(2 * time.Hour)
	w.expect("other")
	w.tell(issue(t, "EX1", 3, nil))
	if _, err := w.Acknowledge(t.Context(), storetest.Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"}, w.Now()); err != nil {
		t.Fatal(err)
	}
	w.later(2 * time.Hour)
	w.expect("other")
	w.tell(issue(t, "EX1", 4, resolved))
	w.tell(issue(t, "EX1", 5, nil))
	w.later(15 * time.Minute)
	w.expect("other", "escalation EX1.5")
	w.tell(issue(t, "EX1", 6, advisory))
	w.later(2 * time.Hour)
	w.expect("last")
}

// What was imported, what a first poll finds and what comes late calls nobody.
func TestEscalationOfOldNews(t *testing.T) {
	t.Parallel()
	w := laddered(t, storetest.File(t))
	w.pass(3 * time.Hour) // in which the source was not heard
	for _, r := range []archive.Record{
		{Source: tocsin.SourceImport, Silent: true, Entries: []archive.Entry{{Document: issue(t, "EX1", 1, nil)}}},
		{Source: "graph", Silent: true, Entries: []archive.Entry{{Document: issue(t, "EX2", 1, nil)}}},
		{Source: "graph", Entries: []archive.Entry{{Document: issue(t, "EX3", 1, nil)}}},
	} {
		r.TenantID, r.SeenAt = storetest.Contoso, w.Now()
		if r.Entries[0].Document.ID == "EX3" {
			r.SeenAt = w.Now().Add(-2 * time.Hour)
		}
		if _, err := w.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	w.follow()
	w.later(24 * time.Hour)
	w.expect("other")
	w.expect("last")
}

// A channel that does not take an escalation has it go to its fallback, where it
// can be taken in hand as well.
func TestEscalationFallsBack(t *testing.T) {
	t.Parallel()
	s := route.Shipped("duty", "")
	s.Routes.Escalate = route.Ladder{{After: "15m", To: "other"}}
	w := newWorld(t, storetest.File(t), s)
	storetest.AddTenants(t, w)
	w.follow()
	w.takers["other"].set(func(*notify.Message) error { return &notify.Failure{Reason: notify.ReasonGone, Permanent: true} })
	w.tell(issue(t, "EX1", 1, nil))
	w.later(15 * time.Minute)
	w.expect("other")
	w.expect("last", "escalation EX1.1")
}
