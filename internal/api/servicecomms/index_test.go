package servicecomms

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// world is a read side made up at random.
type world struct{ snapshot *readmodel.Snapshot }

func (w world) Snapshot(context.Context, string) (*readmodel.Snapshot, error) { return w.snapshot, nil }

func (w world) Issue(_ context.Context, row *readmodel.Row) (tocsin.Issue, error) {
	return tocsin.Issue{ID: row.ID, Title: "about " + row.ID}, nil
}

func (w world) Message(_ context.Context, row *readmodel.Row) (tocsin.Message, error) {
	return tocsin.Message{ID: row.ID, Title: "about " + row.ID}, nil
}

var noon = time.Date(2026, 4, 16, 12, 0, 0, 0, time.UTC)

func randomWorld(r *rand.Rand, issues, messages int) world {
	s := &readmodel.Snapshot{Tenant: tocsin.Tenant{ID: "t"}}
	row := func(id string, service string) *readmodel.Row {
		start := noon.Add(-time.Duration(r.IntN(r.IntN(400)*24+24)) * time.Hour)
		row := &readmodel.Row{ID: id, Document: r.Int64(), N: 1, Traits: &readmodel.Traits{Service: service, ServiceID: service, Status: tocsin.StatusDegradation, Class: "incident"}}
		row.StartAt, row.ModifiedAt = readmodel.InstantOf(start), readmodel.InstantOf(start.Add(time.Duration(r.IntN(100))*time.Hour))
		if r.IntN(12) > 0 {
			row.EndAt = readmodel.InstantOf(start.Add(time.Duration(r.IntN(96)) * time.Hour))
		}
		switch r.IntN(20) {
		case 0:
			row.StartAt = 0
		case 1: // just within the default window
			row.EndAt = readmodel.InstantOf(noon.Add(-window))
			row.StartAt, row.ModifiedAt = row.EndAt-1, row.EndAt-1
		}
		return row
	}
	for i := range issues {
		s.Issues = append(s.Issues, row(fmt.Sprintf("EX%06d", i), fmt.Sprintf("s%d", r.IntN(4))))
	}
	for i := range messages {
		s.Messages = append(s.Messages, row(fmt.Sprintf("MC%06d", i), ""))
	}
	s.IssueIndex, s.MessageIndex = readmodel.NewIndex(s.Issues, 1), readmodel.NewIndex(s.Messages, 2)
	return world{s}
}

// Whichever way leads to the rows, the same ones are found.
func TestIndexFindsWhatAScanFinds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	filters := []string{
		"", "Workload eq 's1'", "Workload eq 's1' or Workload eq 's2'", "Workload ne 's1'", "Workload eq null", "Id eq 'EX000003'", "Id in ('EX000001','MC000002','zz')",
		"StartTime ge %s", "EndTime ge %s and EndTime le 2026-04-12T00:00:00Z", "LastUpdatedTime gt %s", "StartTime lt %s", "EndTime eq null",
		"StartTime ge %s or Id eq 'EX000001'", "Workload eq 's2' and StartTime ge %s", "not (StartTime ge %s)", "MessageType eq 'MessageCenter' and EndTime ge %s", "Title eq 'about EX000002'",
	}
	for round := range 60 {
		w := randomWorld(r, r.IntN(80), r.IntN(40))
		api, err := New(Config{Model: w, Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		x := api.exchange(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		index := indexOf(w.snapshot)
		for _, text := range filters {
			if slices.Contains([]byte(text), '%') {
				text = fmt.Sprintf(text, tocsin.FormatTime(noon.Add(-time.Duration(r.IntN(50*24))*time.Hour)))
			}
			options := &odata.Options{Count: true}
			if text != "" {
				if options.Filter, err = api.schema.model.ParseFilter(api.schema.posts, text, noon); err != nil {
					t.Fatal(err)
				}
			}
			found, total, err := x.find(index, options, 1000)
			if err != nil || total != len(found) {
				t.Fatalf("%d of %d: %v", len(found), total, err)
			}
			want := x.scan(w.snapshot, options.Filter)
			got := []string{}
			for _, n := range found {
				got = append(got, n.of.ID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("round %d, %q (-want +got):\n%s", round, text, diff)
			}
		}
	}
}

// scan is the rule for Messages written down once more, without any index.
func (x *exchange) scan(s *readmodel.Snapshot, f *odata.Filter) []string {
	since := readmodel.InstantOf(x.now.Add(-7 * 24 * time.Hour))
	timed := f.Mentions("Id") || f.Mentions("StartTime") || f.Mentions("EndTime") || f.Mentions("LastUpdatedTime")
	list := []string{}
	for _, rows := range [][]*readmodel.Row{s.Issues, s.Messages} {
		for _, row := range rows {
			active := row.EndAt == 0 || row.EndAt >= since || row.StartAt >= since || row.ModifiedAt >= since
			n := &notice{x: x, of: row, message: len(row.ID) > 0 && row.ID[0] == 'M'}
			if (timed || active) && f.Match(n) {
				list = append(list, row.ID)
			}
		}
	}
	return list
}

func TestOverlapping(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		w := randomWorld(r, r.IntN(60), 0)
		index := indexOf(w.snapshot)
		from := noon.Add(-time.Duration(r.IntN(45*24)) * time.Hour)
		to := from.Add(time.Duration(1+r.IntN(72)) * time.Hour)
		a, b := readmodel.InstantOf(from), readmodel.InstantOf(to)
		want, got := []string{}, []string{}
		for _, row := range w.snapshot.Issues {
			start := row.Starts()
			if row.ServiceID == "s1" && start < b && (row.EndAt == 0 || row.EndAt > a || start >= a) {
				want = append(want, row.ID)
			}
		}
		for _, row := range index.overlapping("s1", a, b) {
			got = append(got, row.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%v to %v (-want +got):\n%s", from, to, diff)
		}
	}
}
