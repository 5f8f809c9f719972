package history_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// day0 is a Monday. The tests tell of the days after it.
var day0 = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// at is an instant of the tests: hours after day0.
func at(hours float64) time.Time { return day0.Add(time.Duration(hours * float64(time.Hour))) }

// world is an archive with one tenant and a clock.
type world struct {
	*testing.T
	store *storetest.Desk
	now   time.Time
}

func newWorld(t *testing.T, now time.Time) *world {
	t.Helper()
	s := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, s)
	return &world{t, s, now}
}

// put stores documents as they were seen by an import at some time.
func (w *world) put(seen time.Time, list ...any) {
	w.Helper()
	r := archive.Record{TenantID: storetest.Contoso, Source: "import", SeenAt: seen, Silent: true}
	for _, v := range list {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			w.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := w.store.Record(w.Context(), r); err != nil {
		w.Fatal(err)
	}
}

// poll stores what one complete poll of the source "graph" brought.
func (w *world) poll(when time.Time, list ...any) {
	w.Helper()
	ctx := w.Context()
	if err := w.store.PutSource(ctx, storetest.Contoso, "graph", 3*time.Minute); err != nil {
		w.Fatal(err)
	}
	claim, err := w.store.ClaimSource(ctx, storetest.Contoso, "graph", when, time.Minute, true)
	if err != nil {
		w.Fatal(err)
	}
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: when, Listed: true}
	for _, v := range list {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			w.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	end := archive.PollEnd{Poll: tocsin.Poll{
		TenantID: storetest.Contoso, Source: "graph", Epoch: claim.Epoch, StartedAt: when, FinishedAt: when, Outcome: tocsin.OutcomeChanged, Full: true,
	}, DueAt: when.Add(time.Hour)}
	if _, err := w.store.FinishPoll(ctx, end, &r); err != nil {
		w.Fatal(err)
	}
}

// past opens the past as it is known at the world's present.
func (w *world) past() (*history.Past, *readmodel.Service) {
	w.Helper()
	model := readmodel.New(w.store, func() time.Time { return w.now }, slog.New(slog.DiscardHandler))
	s, err := model.Snapshot(w.Context(), storetest.Contoso)
	if err != nil {
		w.Fatal(err)
	}
	exchange, ok := s.Service("Exchange")
	if !ok {
		exchange = &readmodel.Service{Service: tocsin.Service{ID: "Exchange"}}
	}
	return history.New(w.store, model).Past(s, time.Time{}, w.now), exchange
}

func overview(status tocsin.Status) tocsin.Overview {
	return tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: status}
}

// issue is an issue of Exchange. A class of "" makes it an incident.
func issue(id, class string, status tocsin.Status, start, end, modified time.Time, posts ...tocsin.Post) tocsin.Issue {
	if class == "" {
		class = "incident"
	}
	return tocsin.Issue{
		ID: id, Title: id, Service: "Exchange Online", ServiceID: "Exchange", Classification: class, Status: status,
		StartAt: start, EndAt: end, ModifiedAt: modified, Resolved: !end.IsZero(), Posts: posts,
	}
}

func said(when time.Time, text string) tocsin.Post {
	return tocsin.Post{CreatedAt: when, Type: "regular", ContentType: "html", Content: text}
}

// drawn is days as signs: ? unknown, . quiet, ~ watch, d degraded, X down.
func drawn(days []history.Day) string {
	var b strings.Builder
	for _, d := range days {
		b.WriteByte("?.~dX"[d.Level()])
	}
	return b.String()
}

var none time.Time

func TestDaysFromOverviews(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(24*7))
	w.put(at(24), overview(tocsin.StatusOperational))
	w.put(at(24*3+10), overview(tocsin.StatusDegradation), issue("EX1", "", tocsin.StatusDegradation, at(24*3+9), none, at(24*3+10)))
	w.put(at(24*3+12), overview(tocsin.StatusInterruption))
	w.put(at(24*4+1), overview(tocsin.StatusOperational), issue("EX1", "", tocsin.StatusServiceRestored, at(24*3+9), at(24*4), at(24*4+1)))
	w.poll(at(24*5+18), overview(tocsin.StatusOperational))
	past, service := w.past()
	days, err := past.Days(t.Context(), service, at(0), at(24*7))
	if err != nil {
		t.Fatal(err)
	}
	// Nothing is known before the first word and after the last poll. The
	// interruption lasted into the fourth day.
	if got, want := drawn(days), "?..XX.??"; got != want {
		t.Errorf("days are %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{"EX1"}, days[3].IssueIDs); diff != "" || days[3].Overview == nil || days[5].IssueIDs != nil {
		t.Errorf("issues of the third day %v, of the fifth %v", days[3].IssueIDs, days[5].IssueIDs)
	}
}

func TestDaysFromIssues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(24*9))
	w.put(at(24*8), // an archive: only the last words are known
		issue("EX1", "", tocsin.StatusServiceRestored, at(25), at(50), at(51)),
		issue("EX2", "advisory", tocsin.StatusServiceRestored, at(24*4), at(24*4+2), at(24*4+3)),
		issue("EX3", "", tocsin.StatusFalsePositive, at(24*6), at(24*6+2), at(24*6+3)))
	past, service := w.past()
	days, err := past.Days(t.Context(), service, at(0), at(24*8))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := drawn(days), "?dd?~?.??"; got != want {
		t.Errorf("days are %s, want %s: silence is not quiet", got, want)
	}
}

// TestLevels: what only advisories say is to be watched.
func TestLevels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(24*6))
	w.put(at(0), overview(tocsin.StatusOperational))
	w.put(at(25), overview(tocsin.StatusDegradation), issue("EX1", "advisory", tocsin.StatusDegradation, at(24), none, at(25)))
	w.put(at(24*2+1), overview(tocsin.StatusOperational), issue("EX1", "advisory", tocsin.StatusServiceRestored, at(24), at(30), at(24*2+1)))
	w.put(at(24*4+1), overview(tocsin.StatusInvestigating))
	w.poll(at(24*5+1), overview(tocsin.StatusInvestigating))
	past, service := w.past()
	days, err := past.Days(t.Context(), service, at(0), at(24*5))
	if err != nil {
		t.Fatal(err)
	}
	// On the third day the overview still said degradation for an hour and no
	// issue lasted: then it is believed.
	if got, want := drawn(days), ".~d.~~"; got != want {
		t.Errorf("days are %s, want %s", got, want)
	}
}

func hours(d time.Duration) float64 { return d.Hours() }

func TestAvailability(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(24*10))
	w.put(at(24), overview(tocsin.StatusOperational))
	// Ten hours: two hours degraded, then four down, then four restoring.
	start := at(48)
	w.put(at(49), issue("EX1", "", tocsin.StatusInvestigating, start, none, at(49)))
	w.put(at(49.5), issue("EX1", "", tocsin.StatusDegradation, start, none, at(49.5)))
	w.put(at(50), issue("EX1", "", tocsin.StatusInterruption, start, none, at(50)))
	w.put(at(54), issue("EX1", "", tocsin.StatusRestoringService, start, none, at(54)))
	w.put(at(59), issue("EX1", "", tocsin.StatusServiceRestored, start, at(58), at(59)))
	// Another one that overlaps two hours of it and lasts three more.
	w.put(at(62), issue("EX2", "", tocsin.StatusServiceRestored, at(56), at(61), at(62)))
	// These count for nothing.
	w.put(at(90), issue("EX3", "advisory", tocsin.StatusServiceRestored, at(70), at(80), at(90)), issue("EX4", "", tocsin.StatusFalsePositive, at(72), at(90), at(90)))
	w.poll(at(24*5), overview(tocsin.StatusOperational))
	past, service := w.past()
	a, err := past.Availability(t.Context(), service, at(0), at(24*6))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("up %.1f degraded %.1f down %.1f unknown %.1f, %d incidents, %d advisories",
		hours(a.Up), hours(a.Degraded), hours(a.Interrupted), hours(a.Unknown), len(a.Incidents), a.Advisories)
	if want := "up 83.0 degraded 9.0 down 4.0 unknown 48.0, 2 incidents, 1 advisories"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if share, ok := a.Share(0.5); !ok || share != 1-8.5/96 {
		t.Errorf("Share = %v, %v, want %v", share, ok, 1-8.5/96)
	}
	if c := a.Incidents[0]; c.Row.ID != "EX1" || hours(c.Interrupted) != 4 || hours(c.Degraded) != 6 {
		t.Errorf("EX1 counted as %+v", c)
	}
	// A span that begins in the middle of it.
	if a, err = past.Availability(t.Context(), service, at(52), at(55)); err != nil || hours(a.Interrupted) != 2 || hours(a.Degraded) != 1 || a.Up != 0 || a.Unknown != 0 {
		t.Errorf("three hours: %+v, %v", a, err)
	}
	// Nothing is known: no share.
	a, err = past.Availability(t.Context(), service, at(24*7), at(24*9))
	if _, ok := a.Share(0.3); ok || err != nil || a.Unknown != 48*time.Hour {
		t.Errorf("two unknown days: %+v, %v", a, err)
	}
	// The future is in no span.
	if a, err = past.Availability(t.Context(), service, at(24*11), at(24*12)); err != nil || a.To != a.From || a.Unknown != 0 {
		t.Errorf("the future: %+v, %v", a, err)
	}
}

// TestAvailabilityDates: sound dates in posts come before declared ones, and an
// open incident lasts until it was last heard of.
func TestAvailabilityDates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(24*4))
	w.put(at(0), overview(tocsin.StatusOperational))
	w.put(at(30), issue("EX1", "", tocsin.StatusServiceRestored, at(26), at(29), at(30),
		said(at(26.5), "Current status: We look.\n\nStart time: Tuesday, March 3, 2026, at 1:00 AM UTC"),
		said(at(30), "Final status: Done.\n\nStart time: Tuesday, March 3, 2026, at 12:00 AM UTC\n\nEnd time: Monday, March 3, 2026, at 9:00 AM UTC")))
	w.put(at(49), issue("EX2", "", tocsin.StatusInterruption, at(48), none, at(49)))
	w.poll(at(60), overview(tocsin.StatusOperational))
	past, service := w.past()
	a, err := past.Availability(t.Context(), service, at(0), at(24*4))
	if err != nil {
		t.Fatal(err)
	}
	// EX1 from 0:00 of the second day, as the newest post says, to the declared
	// end: the stated one has a wrong weekday. EX2 until the last poll.
	if hours(a.Degraded) != 5 || hours(a.Interrupted) != 12 || hours(a.Unknown) != 36 {
		t.Errorf("got %+v", a)
	}
	if d := a.Incidents[0].Dates; !d.StatedStart.Equal(at(24)) || !d.StatedEnd.IsZero() || !d.End().Equal(at(29)) {
		t.Errorf("dates of EX1: %+v", d)
	}
}

func TestLagsAndClocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(24*20))
	w.put(at(1), issue("EX0", "", tocsin.StatusServiceRestored, at(-30), at(-20), at(0), said(at(-29), "Current status: We look."), said(at(0), "Final status: Done.")))
	w.poll(at(1.5), issue("EX1", "", tocsin.StatusDegradation, at(-9), none, at(1), said(at(1), "Current status: An old one in a first poll.")))
	for i := range 20 {
		start := at(24 + float64(i)*4)
		minutes := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
		by := "Current status: We look.\n\nNext update by: " + minutes(30+i).Format("Monday, January 2, 2006, at 3:04 PM UTC")
		first, last := said(minutes(i+1), by), said(minutes(45), "Final status: Done.")
		w.poll(minutes(i+3), issue(fmt.Sprintf("EX1%02d", i), "", tocsin.StatusDegradation, start, none, minutes(i+1), first))
		w.poll(minutes(50), issue(fmt.Sprintf("EX1%02d", i), "", tocsin.StatusServiceRestored, start, minutes(40), minutes(45), first, last))
	}
	past, service := w.past()
	lags, err := past.Lags(t.Context(), service, "incident", at(24), at(24*10))
	if err != nil {
		t.Fatal(err)
	}
	m := time.Minute
	want := history.Lags{
		Issues:   20,
		Tell:     history.Spread{N: 20, P50: 10 * m, P95: 19 * m},
		See:      history.Spread{N: 20, P50: 2 * m, P95: 2 * m},
		Restore:  history.Spread{N: 20, P50: 40 * m, P95: 40 * m},
		Close:    history.Spread{N: 20, P50: 5 * m, P95: 5 * m},
		Updates:  post.Punctuality{Kept: 5, Late: 15},
		Lateness: history.Spread{N: 15, P50: 8 * m, P95: 15 * m},
	}
	if diff := cmp.Diff(want, lags); diff != "" {
		t.Errorf("Lags differ (-want +got):\n%s", diff)
	}
	all, err := past.Lags(t.Context(), nil, "", at(-48), at(24))
	if err != nil || all.Issues != 2 || all.See.N != 0 || all.Tell.N != 2 {
		t.Errorf("what came with an import or a first poll: %+v, %v: our sight of it says nothing", all, err)
	}
}

// TestGaps: while nobody looks, nothing counts as up, and what was told later
// still counts.
func TestGaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(24*7+2))
	w.poll(at(0), overview(tocsin.StatusOperational))
	for minute := 0; minute <= 24*60; minute += 5 {
		w.poll(day0.Add(time.Duration(minute) * time.Minute))
	}
	// Nobody looks for four days; then an incident of the second one is told.
	w.poll(at(24*5), issue("EX1", "", tocsin.StatusServiceRestored, at(24*2+6), at(24*2+10), at(24*2+11)))
	past, service := w.past()
	days, err := past.Days(t.Context(), service, at(0), at(24*7))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := drawn(days), ".?d?????"; got != want {
		t.Errorf("days are %s, want %s", got, want)
	}
	a, err := past.Availability(t.Context(), service, at(0), at(24*6))
	if err != nil {
		t.Fatal(err)
	}
	if hours(a.Up) != 24 || hours(a.Degraded) != 4 || hours(a.Unknown) != 116 {
		t.Errorf("got %+v, want 24 hours up, 4 degraded, 116 unknown", a)
	}
}
