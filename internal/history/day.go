package history

import (
	"context"
	"slices"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A Day is the worst status of a service on one day of UTC.
type Day struct {
	Date   time.Time     // midnight UTC
	Status tocsin.Status // "" when nothing is known about the day
	// Overview is the one that decided the day, nil when issues did.
	Overview *tocsin.Overview
	// Issues are those that lasted into the day, ascending by id.
	Issues []Contribution
	// Unknown is how much of the day nobody looked, or nothing is known yet.
	Unknown time.Duration
	// IssueIDs are those that the overviews named, then those of Issues.
	IssueIDs []string
	lost     tocsin.Severity // the worst that counts against the service
}

// A Contribution is what an issue says about a day.
type Contribution struct {
	Row    *readmodel.Row
	Status tocsin.Status
}

// A Level is how a day looks in a strip or calendar.
type Level int

// The levels, from nothing known to the worst.
const (
	LevelUnknown  Level = iota
	LevelQuiet          // nothing to report
	LevelWatch          // an advisory, or something that is looked into
	LevelDegraded       // degraded, and not by advisories alone
	LevelDown           // interrupted
)

// Level is how the day looks: as what counts against the service says, so that
// it agrees with its availability. A degradation of which only advisories speak
// is to be watched, no more; a day of which more than half is not known is not
// quiet.
func (d Day) Level() Level {
	switch {
	case d.lost == tocsin.SeverityInterruption:
		return LevelDown
	case d.lost.Broken():
		return LevelDegraded
	case d.Status == "":
		return LevelUnknown
	case d.Status.Healthy() && d.Unknown > day/2:
		return LevelUnknown
	case d.Status.Healthy():
		return LevelQuiet
	case d.Status == tocsin.StatusInterruption:
		return LevelDown
	case d.Status.Broken() && !d.advisoriesOnly():
		return LevelDegraded
	}
	return LevelWatch
}

func (d Day) advisoriesOnly() bool {
	for _, c := range d.Issues {
		if c.Row.Class != "advisory" && c.Status != tocsin.StatusFalsePositive {
			return false
		}
	}
	return len(d.Issues) > 0
}

// Days are the days from the one of from to the one of to, both included,
// ascending, each with what is known about it: thirty for a strip, a year for
// a calendar.
func (p *Past) Days(ctx context.Context, s *readmodel.Service, from, to time.Time) ([]Day, error) {
	list := make([]Day, 0, max(0, int(to.Sub(from)/day)+1))
	err := p.EachDay(ctx, s, from, to, func(one Day) { list = append(list, one) })
	return list, err
}

// EachDay hands the days that [Past.Days] returns to each, one by one, for those
// who keep less of them than all.
func (p *Past) EachDay(ctx context.Context, s *readmodel.Service, from, to time.Time, each func(Day)) error {
	from, to = from.UTC().Truncate(day), to.UTC().Truncate(day)
	first, last, known := p.Known(s)
	first, last = first.Truncate(day), last.Truncate(day)
	t, err := p.timeline(ctx, s, latest(from, first), earliest(to.Add(day), p.now))
	if err != nil {
		return err
	}
	for date := from; !date.After(to); date = date.Add(day) {
		if !known || date.Before(first) || date.After(last) {
			each(Day{Date: date, Unknown: day})
			continue
		}
		one, err := p.on(ctx, s, date)
		if err != nil {
			return err
		}
		one.lost = t.lost(date, date.Add(day))
		each(one)
	}
	return nil
}

// on is one day. Overviews that held during it decide it, and incidents that say
// worse; where there are no overviews, issues do alone.
func (p *Past) on(ctx context.Context, s *readmodel.Service, date time.Time) (Day, error) {
	gaps, err := p.gapsOf(ctx, s)
	if err != nil {
		return Day{}, err
	}
	rows := p.lasting(s, date, date.Add(day))
	one := Day{Date: date, Unknown: overlap(gaps, date, date.Add(day))}
	if held := during(s, date, date.Add(day)); len(held) > 0 && one.Unknown < day {
		one.Overview = worst(held)
		one.Status = one.Overview.Status
		for _, t := range held {
			one.name(t.Overview.IssueIDs...)
		}
		if one.Status, err = p.worse(ctx, one.Status, rows, date); err != nil {
			return Day{}, err
		}
		for _, row := range rows {
			one.Issues = append(one.Issues, Contribution{row, one.Status})
			one.name(row.ID)
		}
		return one, nil
	}
	for _, row := range rows {
		one.name(row.ID)
	}
	if one.Issues, err = p.contributions(ctx, rows, date.Add(day)); err != nil {
		return Day{}, err
	}
	for _, c := range one.Issues {
		if one.Status == "" || c.Status.Severity() >= one.Status.Severity() {
			one.Status = c.Status
		}
	}
	return one, nil
}

// worse is the status of a day, or what an incident of the service said during
// it if that is worse: an overview may lag behind.
func (p *Past) worse(ctx context.Context, status tocsin.Status, rows []*readmodel.Row, date time.Time) (tocsin.Status, error) {
	for _, row := range rows {
		if row.Class == "advisory" {
			continue
		}
		states, err := p.development(ctx, row)
		if err != nil {
			return status, err
		}
		if mistaken(states) {
			continue
		}
		for i, one := range states {
			over := i+1 < len(states) && !states[i+1].at.After(date)
			if one.status.Broken() && one.status.Severity() > status.Severity() && one.at.Before(date.Add(day)) && !over {
				status = one.status
			}
		}
	}
	return status, nil
}

func (d *Day) name(ids ...string) {
	for _, id := range ids {
		if !slices.Contains(d.IssueIDs, id) {
			d.IssueIDs = append(d.IssueIDs, id)
		}
	}
}

// worst is the worst of some overviews, the later of equally bad ones.
func worst(held []tocsin.Transition) *tocsin.Overview {
	found := &held[0].Overview
	for i := range held {
		if held[i].Overview.Status.Severity() >= found.Status.Severity() {
			found = &held[i].Overview
		}
	}
	return found
}

// during are the overviews that held at some time between from and to. The
// last one held until it was last confirmed.
func during(s *readmodel.Service, from, to time.Time) []tocsin.Transition {
	if len(s.Transitions) == 0 || from.After(s.ConfirmedAt) {
		return nil
	}
	end, _ := slices.BinarySearchFunc(s.Transitions, to, func(t tocsin.Transition, to time.Time) int { return t.At.Compare(to) })
	begin := end
	for begin > 0 && s.Transitions[begin-1].At.After(from) {
		begin--
	}
	return s.Transitions[max(begin-1, 0):end] // with the one in force when the day began
}

// contributions are what issues said about a day when it ended. That an
// advisory meant a degradation is assumed only where nothing else is known.
func (p *Past) contributions(ctx context.Context, rows []*readmodel.Row, end time.Time) ([]Contribution, error) {
	var list, advisories []Contribution
	for _, row := range rows {
		states, err := p.development(ctx, row)
		if err != nil {
			return nil, err
		}
		status, assumed := statusOn(states, end)
		if assumed && row.Class == "advisory" {
			advisories = append(advisories, Contribution{row, status})
			continue
		}
		list = append(list, Contribution{row, status})
	}
	if len(list) == 0 {
		list = advisories
	}
	return list, nil
}

// statusOn is the status of an issue at the end of a day that it lasted into,
// as it was last written until then. An issue of which only versions are known
// that were written after all was over counts as a degradation while it
// lasted: its last word says nothing about the days before. A false positive
// says that nothing ever was.
func statusOn(states []state, end time.Time) (status tocsin.Status, assumed bool) {
	over, mistaken := true, len(states) > 0
	for _, s := range states {
		over = over && s.status.Healthy()
		mistaken = mistaken && s.status == tocsin.StatusFalsePositive
		if s.at.Before(end) {
			status = s.status
		}
	}
	switch {
	case mistaken:
		return tocsin.StatusFalsePositive, false
	case over:
		return tocsin.StatusDegradation, true
	case status != "":
		return status, false
	case !states[0].status.Healthy():
		return states[0].status, false
	}
	return tocsin.StatusDegradation, true
}
