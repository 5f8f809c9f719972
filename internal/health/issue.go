package health

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// QuietAfter is how long an advisory stays in the foreground without news, where
// the operator sets nothing else.
const QuietAfter = 4 * 24 * time.Hour

// quietAfter is that time in the tenant of a snapshot.
func quietAfter(s *readmodel.Snapshot) time.Duration { return cmp.Or(s.QuietAfter, QuietAfter) }

// An Issue is an open issue with how bad it is.
type Issue struct {
	*readmodel.Row
	Severity tocsin.Severity
	Quiet    bool // an advisory without news for [QuietAfter]
	// Since is since when the issue has been felt: its declared start once that
	// has come. It is the zero time where nobody can read one, or the issue goes
	// on already although its start is still to come.
	Since   time.Time
	Content tocsin.Issue // shared: it must not be changed
}

// Advisory reports whether the issue is an advisory, which leaves users their
// service.
func (i *Issue) Advisory() bool { return i.Class == "advisory" }

// Newest returns the text of the newest post, "" without posts.
func (i *Issue) Newest() string {
	if n := len(i.Content.Posts); n > 0 {
		return i.Content.Posts[n-1].Content
	}
	return ""
}

// Start returns when the issue began, as the provider declares it; the zero
// time where it does not.
func (i *Issue) Start() time.Time { return i.StartAt.Time() }

// Open reports whether an issue is going on at an instant: it has not ended by
// then and its status does not say that it is over. Maintenance that nobody
// feels is planned, not open.
func Open(row *readmodel.Row, now time.Time) bool {
	return row.Course().Ongoing(now)
}

// Planned reports whether an issue is maintenance that is still to come, or
// under way without anybody noticing. Once users feel it, it is an open issue.
func Planned(row *readmodel.Row, now time.Time) bool {
	return row.Course().Planned(now)
}

// underWay reports whether maintenance has begun.
func underWay(row *readmodel.Row, now time.Time) bool {
	return Planned(row, now) && !row.Starts().Time().After(now)
}

// SeverityOf returns how bad an issue is while it is open: an advisory is an
// advisory whatever its status.
func SeverityOf(row *readmodel.Row) tocsin.Severity {
	if row.Class == "advisory" && !row.Status.Healthy() {
		return tocsin.SeverityAdvisory
	}
	return row.Status.Severity()
}

// OpenRows returns the open issues of a tenant, the worst first: incidents
// before advisories, then by severity, those of providers before the desk's
// own, the latest news first.
func OpenRows(s *readmodel.Snapshot, now time.Time) []*readmodel.Row {
	rows := lasting(s, now, func(row *readmodel.Row) bool { return Open(row, now) })
	slices.SortFunc(rows, func(a, b *readmodel.Row) int {
		return cmp.Or(cmp.Compare(late(a.Class == "advisory"), late(b.Class == "advisory")), cmp.Compare(SeverityOf(b), SeverityOf(a)), cmp.Compare(late(a.Own()), late(b.Own())),
			cmp.Compare(b.ModifiedAt, a.ModifiedAt), cmp.Compare(a.ID, b.ID))
	})
	return rows
}

// PlannedRows returns the maintenance that is not over, what begins first at
// first. Maintenance whose window has passed is among it for
// [tocsin.OverrunFor], as long as nobody says that it is done.
func PlannedRows(s *readmodel.Snapshot, now time.Time) []*readmodel.Row {
	rows := lasting(s, now, func(row *readmodel.Row) bool { return Planned(row, now) || row.Course().Overrun(now) })
	slices.SortFunc(rows, func(a, b *readmodel.Row) int {
		return cmp.Or(cmp.Compare(a.StartAt, b.StartAt), cmp.Compare(a.ID, b.ID))
	})
	return rows
}

// lasting returns those issues that may not be over at now and are wanted. The
// index knows them, so that the years that are over cost nothing.
func lasting(s *readmodel.Snapshot, now time.Time, wanted func(*readmodel.Row) bool) []*readmodel.Row {
	if s.IssueIndex == nil {
		return nil
	}
	var rows []*readmodel.Row
	for _, group := range s.IssueIndex.Groups() {
		span := readmodel.Always()
		if !group.Endless && !group.Status.Broken() {
			from := now
			if (tocsin.Course{Class: group.Class}).Maintenance() {
				from = now.Add(-tocsin.OverrunFor)
			}
			span = readmodel.Span{From: readmodel.InstantOf(from), To: math.MaxInt64}
		}
		for _, row := range group.Between(readmodel.ByEnd, span) {
			if wanted(row) {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// openIssues reads the open issues of a tenant with their texts, in the order
// of [OpenRows].
func openIssues(ctx context.Context, texts texts, s *readmodel.Snapshot, now time.Time) ([]*Issue, error) {
	rows := OpenRows(s, now)
	list := make([]*Issue, len(rows))
	for i, row := range rows {
		content, err := texts.Issue(ctx, row)
		if err != nil {
			return nil, fmt.Errorf("read issue %s: %w", row.ID, err)
		}
		list[i] = &Issue{
			Row: row, Severity: SeverityOf(row), Content: content,
			Quiet: row.Class == "advisory" && now.Sub(row.ModifiedAt.Time()) > quietAfter(s), Since: Since(row, now),
		}
	}
	return list, nil
}

// Since returns since when an issue has been felt: its declared start once that
// has come, and the zero time before, or where nobody can read one. Every output
// that says since when an issue has lasted says this.
func Since(row *readmodel.Row, now time.Time) time.Time {
	if start := row.StartAt.Time(); !start.After(now) {
		return start
	}
	return time.Time{}
}

// earlier returns the earlier of two times of which the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// late is 1 for what comes after what it is 0 for.
func late(is bool) int {
	if is {
		return 1
	}
	return 0
}
