package servicecomms

import (
	"slices"
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
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
	x    *exchange
	days span
	told *history.Past
}

func (x *exchange) past(days span) *past {
	return &past{x: x, days: days, told: x.api.history.Past(x.snapshot, days.from, x.now)}
}

// history is the status of a service on each day of the span, newest first.
// Days of which nothing is known are left out.
func (p *past) history(s *readmodel.Service) ([]*workloadStatus, error) {
	first, last, known := p.told.Known(s)
	if !known {
		return nil, nil
	}
	from, to := later(p.days.from, first.Truncate(day)), p.days.to
	if last.Before(to) {
		to = last.Truncate(day)
	}
	days, err := p.told.Days(p.x.r.Context(), s, from, to)
	if err != nil {
		return nil, err
	}
	var list []*workloadStatus
	for _, d := range slices.Backward(days) {
		if d.Status != "" {
			list = append(list, statusOn(s, d))
		}
	}
	return list, nil
}

// statusOn is the status on one day.
func statusOn(s *readmodel.Service, d history.Day) *workloadStatus {
	by := make([]contribution, len(d.Issues))
	for i, c := range d.Issues {
		by[i] = contribution{c.Row, c.Status}
	}
	return &workloadStatus{service: s, at: d.Date, status: d.Status, issues: issueIDs(d.IssueIDs, nil), features: featuresOf(s, d.Overview, by)}
}
