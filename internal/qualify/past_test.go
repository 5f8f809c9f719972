package qualify

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// pastIssue is an issue as a provider could have written it.
func pastIssue(r *rand.Rand, i int) tocsin.Issue {
	services := []string{"Exchange Online", "Microsoft Teams", "SharePoint Online", "Microsoft Entra", "Power BI"}
	words := []string{"unable to access their mailbox", "mail flow is delayed", "cannot join meetings", "chat messages are not sent", "sync of files", "HTTP 503 is returned", "errors 500 and 502", "multi-factor prompts", "see EX150312"}
	at := storetest.T0.Add(-time.Duration(r.IntN(20_000)) * time.Hour)
	issue := tocsin.Issue{
		ID: fmt.Sprintf("EX%06d", i), Title: "Some users: " + words[r.IntN(len(words))], Service: services[r.IntN(len(services))], Classification: []string{"incident", "incident", "advisory"}[r.IntN(3)],
		Status: tocsin.StatusServiceRestored, StartAt: at, EndAt: at.Add(time.Hour), ModifiedAt: at.Add(2 * time.Hour), Impact: "Users may be " + words[r.IntN(len(words))],
	}
	if r.IntN(20) == 0 {
		issue.Status, issue.EndAt = tocsin.StatusDegradation, time.Time{}
	}
	for n := range 3 {
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: at, ContentType: "html", Content: fmt.Sprintf("<p>Update %d: %s, and %s.</p><p>We are reviewing what the service reports, to find out what is the next step.</p>", n, words[r.IntN(len(words))], words[r.IntN(len(words))])})
	}
	return issue
}

func keepIssues(tb testing.TB, s *storetest.Desk, issues ...tocsin.Issue) {
	tb.Helper()
	for part := range slices.Chunk(issues, 2000) {
		r := archive.Record{TenantID: storetest.Contoso, Source: "import", SeenAt: storetest.T0}
		for _, issue := range part {
			doc, err := tocsin.NewDocument(issue)
			if err != nil {
				tb.Fatal(err)
			}
			r.Entries = append(r.Entries, archive.Entry{Document: doc})
		}
		if _, err := s.Record(tb.Context(), r); err != nil {
			tb.Fatal(err)
		}
	}
}

// newPastDesk is a store with so many issues, and what is made of it.
func newPastDesk(tb testing.TB, n int) (*storetest.Desk, *readmodel.Model, *Past) {
	tb.Helper()
	s, err := storetest.New(tb.Context(), filepath.Join(tb.TempDir(), "tocsin.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	storetest.AddTenants(tb, s)
	r := rand.New(rand.NewPCG(1, 2))
	issues := make([]tocsin.Issue, n)
	for i := range issues {
		issues[i] = pastIssue(r, i)
	}
	keepIssues(tb, s, issues...)
	m := readmodel.New(s, time.Now, slog.New(slog.DiscardHandler))
	p, err := NewPast(m, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	return s, m, p
}

// someCall is what somebody could say on the phone.
func someCall(r *rand.Rand) tocsin.TriageAnswers {
	var a tocsin.TriageAnswers
	for _, service := range tocsin.TriageServices() {
		if r.IntN(2) == 0 {
			a.Services = append(a.Services, service)
			a.Symptoms = append(a.Symptoms, fmt.Sprintf("%s/%d", service, r.IntN(4)))
		}
	}
	a.Trace.HTTP = []string{"", "", "503", "502", "200"}[r.IntN(5)]
	return a
}

func ids(rows []*readmodel.Row) (list []string) {
	for _, row := range rows {
		list = append(list, fmt.Sprint(row.ID, " ", row.N))
	}
	return list
}

// What the marks find is what reading all texts finds, at first and after each kind
// of change.
func TestPastFindsWhatAScanFinds(t *testing.T) {
	t.Parallel()
	s, m, p := newPastDesk(t, 600)
	r := rand.New(rand.NewPCG(3, 4))
	hits := 0
	compare := func(when string) {
		t.Helper()
		if err := m.Refresh(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			a, not := someCall(r), fmt.Sprintf("EX%06d", r.IntN(600))
			found, err := p.Similar(t.Context(), snapshot, a, not, storetest.T0, 4)
			if err != nil {
				t.Fatal(err)
			}
			scanned, err := p.scan(t.Context(), snapshot, a, not, storetest.T0, 4, len(snapshot.Issues))
			if err != nil {
				t.Fatal(err)
			}
			if len(a.Services) > 0 && !slices.Equal(ids(found), ids(scanned)) {
				t.Errorf("%s: %v finds %v, a scan %v", when, a, ids(found), ids(scanned))
			}
			hits += len(found)
		}
	}
	compare("first")
	for i := range 150 {
		changed := pastIssue(r, r.IntN(700)) // some are new
		changed.ModifiedAt = storetest.T0.Add(time.Duration(i) * time.Minute)
		keepIssues(t, s, changed)
	}
	before := p.tenants[storetest.Contoso].generation
	compare("changed")
	if p.tenants[storetest.Contoso].generation == before {
		t.Error("nothing changed: the test shows nothing")
	}
	anew, err := NewPast(m, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := anew.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.tenants[storetest.Contoso].marks, anew.tenants[storetest.Contoso].marks) {
		t.Error("marks that were kept up differ from those that are made anew")
	}
	if hits < 500 {
		t.Errorf("only %d were found: the test shows little", hits)
	}
}

// Nothing waits for the marks: until they are made, texts are read.
func TestPastAnswersBeforeItIsReady(t *testing.T) {
	t.Parallel()
	_, m, p := newPastDesk(t, 60)
	snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	a := tocsin.TriageAnswers{Services: []string{"exchange"}, Symptoms: []string{"exchange/1"}}
	before, err := p.Similar(t.Context(), snapshot, a, "", storetest.T0, 4)
	if err != nil || len(before) == 0 {
		t.Fatalf("%v, %v", ids(before), err)
	}
	if err := p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := p.Similar(t.Context(), snapshot, a, "", storetest.T0, 4)
	if err != nil || !slices.Equal(ids(before), ids(after)) {
		t.Errorf("%v before, %v after, %v", ids(before), ids(after), err)
	}
}

// An incident about 503 is more like a call about 503 than one whose id has these
// digits, and the newer of two that are alike comes first.
func TestPastRanks(t *testing.T) {
	t.Parallel()
	s, m, p := newPastDesk(t, 0)
	one := func(id, title string, age time.Duration) tocsin.Issue {
		at := storetest.T0.Add(-age)
		return tocsin.Issue{ID: id, Title: title, Service: "Exchange Online", Classification: "incident", Status: tocsin.StatusServiceRestored, StartAt: at, EndAt: at.Add(time.Hour), ModifiedAt: at}
	}
	keepIssues(
		t, s, one("EX1", "Users see an HTTP 503", 900*time.Hour), one("EX2", "See EX150312", time.Hour*5), one("EX3", "Mail flow is delayed: 503", 990*time.Hour), one("EX4", "Something", 400*time.Hour),
		one("EX5", "Something", 300*time.Hour),
	)
	snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := tocsin.TriageAnswers{Services: []string{"exchange"}, Symptoms: []string{"exchange/1"}, Trace: tocsin.TriageTrace{HTTP: "503"}}
	found, err := p.Similar(t.Context(), snapshot, a, "", storetest.T0, 4)
	if err != nil || fmt.Sprint(ids(found)) != "[EX3 1 EX1 1 EX2 1 EX5 1]" {
		t.Errorf("%v, %v", ids(found), err)
	}
}

// BenchmarkSimilar looks for similar incidents among 100,000 and prints how long
// that takes (p50), how often as long reading all texts takes, and what an issue
// costs in memory. Run it with -benchtime 1x.
func BenchmarkSimilar(b *testing.B) {
	const issues = 100_000
	_, m, p := newPastDesk(b, issues)
	snapshot, err := m.Snapshot(b.Context(), storetest.Contoso)
	if err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	if err := p.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	built := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	r := rand.New(rand.NewPCG(5, 6))
	for b.Loop() {
		var took []time.Duration
		for range 200 {
			a := someCall(r)
			start := time.Now()
			if _, err := p.Similar(b.Context(), snapshot, a, "", storetest.T0, 4); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		start := time.Now()
		if _, err := p.scan(b.Context(), snapshot, tocsin.TriageAnswers{Services: []string{"exchange", "teams"}}, "", storetest.T0, 4, issues); err != nil {
			b.Fatal(err)
		}
		scan := time.Since(start)
		b.ReportMetric(built.Seconds(), "s-to-build-behind-the-start")
		b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/issues, "B/issue")
		b.ReportMetric(float64(took[100].Microseconds())/1000, "ms-p50")
		b.ReportMetric(float64(took[198].Microseconds())/1000, "ms-p99")
		b.ReportMetric(float64(scan)/float64(took[100]), "times-faster-than-a-scan")
	}
	runtime.KeepAlive(p)
}
