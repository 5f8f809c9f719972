package status

import (
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/part"
)

// clocks sets what the provider says happened beside what the desk saw, on one
// line of time and as a table.
type clocks struct {
	Marks  []clockMark
	Rows   []clockRow
	Words  string
	Theirs string // who writes the posts
}

// clockMark is one instant on the line: the provider's above, ours below.
type clockMark struct {
	X     int
	Ours  bool
	Bound bool // a declared start or end
	Title string
}

type clockRow struct {
	Name         string
	Theirs, Ours *lang.Moment
	Delay, Tone  string
}

// lineWidth is the width of the drawing between its margins.
const lineWidth = 960

// slowSight is the delay from which on our sight of a post stands out.
const slowSight = 15 * time.Minute

// clocks compares the provider's clock with ours for one issue. What was
// imported was not seen as it happened.
func (v *view) clocks(issue tocsin.Issue, row *readmodel.Row, versions []tocsin.Version) (clocks, error) {
	var c clocks
	begun, err := part.Remembered(v.View, "begun", func(past *history.Past) (history.Begun, error) { return past.Begun(v.R.Context()) })
	if err != nil {
		return c, err
	}
	two, err := v.Past().Clocks(v.R.Context(), row, versions, begun)
	if err != nil {
		return c, err
	}
	c.row(v, "clock.start", two.Dates.DeclaredStart, two.FirstSeen)
	c.row(v, "clock.first", two.FirstPost, two.FirstSeen)
	c.row(v, "clock.end", two.Dates.DeclaredEnd, two.OverSeen)
	c.row(v, "clock.over", two.OverPost, two.OverSeen)
	c.draw(v, issue, versions)
	c.Theirs = v.Say("clocks.theirs", row.Source)
	c.Words = v.Text("clock.words", "posts", v.Say("clock.posts", row.Source, "n", len(issue.Posts)), "versions", v.Say("clock.versions", row.Source, "n", len(versions)))
	return c, nil
}

func (c *clocks) row(v *view, key string, theirs, ours time.Time) {
	if theirs.IsZero() {
		return
	}
	row := clockRow{Name: v.Text(key), Theirs: v.Moment(theirs), Ours: v.Moment(ours)}
	if delay := ours.Sub(theirs); !ours.IsZero() && delay >= time.Minute {
		row.Delay = v.Text("clock.delay", "d", v.Length(delay))
		if delay >= slowSight {
			row.Tone = "soon"
		}
	} else if !ours.IsZero() {
		row.Delay = v.Text("clock.atonce")
	}
	c.Rows = append(c.Rows, row)
}

func (c *clocks) draw(v *view, issue tocsin.Issue, versions []tocsin.Version) {
	from, to := issue.StartAt, issue.EndAt
	widen := func(t time.Time) {
		if t.IsZero() {
			return
		}
		if from.IsZero() || t.Before(from) {
			from = t
		}
		if t.After(to) {
			to = t
		}
	}
	for _, post := range issue.Posts {
		widen(post.CreatedAt)
	}
	for _, version := range versions {
		widen(version.SeenAt)
	}
	span := to.Sub(from)
	if span <= 0 {
		return
	}
	mark := func(t time.Time, ours, bound bool, what string) {
		if !t.IsZero() {
			x := 20 + int(float64(lineWidth)*float64(t.Sub(from))/float64(span))
			c.Marks = append(c.Marks, clockMark{x, ours, bound, what + " " + v.Full(t.In(v.Zone))})
		}
	}
	mark(issue.StartAt, false, true, v.Text("clock.start"))
	for i, post := range issue.Posts {
		mark(post.CreatedAt, false, false, v.Text("post.n", "n", i+1))
	}
	mark(issue.EndAt, false, true, v.Text("clock.end"))
	for _, version := range versions {
		mark(version.SeenAt, true, false, v.Text("version.n", "n", version.N))
	}
}
