package servicecomms

import (
	"slices"
	"time"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// span is the days that a request asks for, both ends at midnight UTC. A zero
// start asks for everything that is known.
type span struct{ from, to time.Time }

// spanOf is the days that a filter can match: without a condition on the time,
// those of the last seven days.
func spanOf(f *odata.Filter, now time.Time) span {
	today := now.Truncate(day)
	if !f.Mentions("StatusTime") && !f.Mentions("StatusDate") {
		return span{from: today.Add(day - window), to: today}
	}
	days := span{to: today}
	for _, c := range f.Conjuncts() {
		if c.Path != "StatusTime" && c.Path != "StatusDate" || len(c.Values) != 1 {
			continue
		}
		us, ok := c.Values[0].Any().(int64)
		if !ok {
			continue
		}
		date := time.UnixMicro(us).UTC().Truncate(day)
		if (c.Op == "eq" || c.Op == "ge" || c.Op == "gt") && date.After(days.from) {
			days.from = date
		}
		if (c.Op == "eq" || c.Op == "le" || c.Op == "lt") && date.Before(days.to) {
			days.to = date
		}
	}
	return days
}

// past puts together the days of the services of one tenant.
type past struct {
	x      *exchange
	index  index
	days   span
	states map[string][]state // how issues developed; nil until it is needed
}

// state is the status of an issue from an instant on.
type state struct {
	at     time.Time
	status tocsin.Status
}

// history is the status of a service on each day of the span, newest first.
// Nothing is said about days after the last word of a source.
func (p *past) history(s *readmodel.Service) ([]*workloadStatus, error) {
	first, last := p.index.known(s.ID)
	if len(s.Transitions) > 0 {
		last = later(last, s.ConfirmedAt)
		if at := s.Transitions[0].At; first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if first.IsZero() {
		return nil, nil
	}
	from, to := later(p.days.from, first.Truncate(day)), p.days.to
	if last.Before(to) {
		to = last.Truncate(day)
	}
	var list []*workloadStatus
	for date := to; !date.Before(from); date = date.Add(-day) {
		one, err := p.on(s, date)
		if err != nil {
			return nil, err
		}
		if one != nil {
			list = append(list, one)
		}
	}
	return list, nil
}

// on is the status on one day, nil when nothing is known about it. Overviews
// that held during the day decide it; where there are none, issues do.
func (p *past) on(s *readmodel.Service, date time.Time) (*workloadStatus, error) {
	rows := p.lasting(s, date)
	status := &workloadStatus{service: s, at: date}
	if held := during(s, date, date.Add(day)); len(held) > 0 {
		var worst tocsin.Overview
		for _, t := range held {
			if worst.Status == "" || t.Overview.Status.Badness() >= worst.Status.Badness() {
				worst = t.Overview
			}
			for _, id := range t.Overview.IssueIDs {
				if !slices.Contains(status.issues, id) {
					status.issues = append(status.issues, id)
				}
			}
		}
		by := make([]contribution, len(rows))
		for i, row := range rows {
			by[i] = contribution{row, worst.Status}
		}
		status.status, status.issues = worst.Status, issueIDs(status.issues, rows)
		status.features = featuresOf(s, &worst, by)
		return status, nil
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // a day without a row is an answer
	}
	by, err := p.contributions(rows, date.Add(day))
	if err != nil {
		return nil, err
	}
	status.status, status.issues = worstOf(by), issueIDs(nil, rows)
	status.features = featuresOf(s, nil, by)
	return status, nil
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

// lasting are the issues of a service that last into a day. One that nobody
// ended lasts until it, or the status of its service, was last heard of.
func (p *past) lasting(s *readmodel.Service, date time.Time) []*readmodel.Row {
	to := readmodel.InstantOf(date.Add(day))
	rows := p.index.overlapping(s.ID, readmodel.InstantOf(date), min(to, readmodel.InstantOf(p.x.now)+1))
	return slices.DeleteFunc(rows, func(row *readmodel.Row) bool {
		return row.EndAt == 0 && row.ModifiedAt.Time().Before(date) && s.ConfirmedAt.Before(date)
	})
}

// contributions are what issues said about a day when it ended. That an
// advisory meant a degradation is assumed only where nothing else is known.
func (p *past) contributions(rows []*readmodel.Row, end time.Time) ([]contribution, error) {
	var list, advisories []contribution
	for _, row := range rows {
		states, err := p.development(row)
		if err != nil {
			return nil, err
		}
		status, assumed := statusOn(states, end)
		if assumed && row.Class == "advisory" {
			advisories = append(advisories, contribution{row, status})
			continue
		}
		list = append(list, contribution{row, status})
	}
	if len(list) == 0 {
		list = advisories
	}
	return list, nil
}

// development is how the status of an issue developed. An issue of one version
// is read from its row, which spares the way to the archive.
func (p *past) development(row *readmodel.Row) ([]state, error) {
	if row.N == 1 {
		return []state{{row.ModifiedAt.Time(), row.Status}}, nil
	}
	if p.states == nil {
		list, err := p.x.api.archive.States(p.x.r.Context(), p.x.snapshot.Tenant.ID, tocsin.KindIssue, tocsin.Micros(p.days.from))
		if err != nil {
			return nil, err
		}
		p.states = map[string][]state{}
		for _, s := range list {
			p.states[s.ID] = append(p.states[s.ID], state{tocsin.FromMicros(s.At), s.Status})
		}
	}
	return p.states[row.ID], nil
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
