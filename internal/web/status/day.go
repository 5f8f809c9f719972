package status

import (
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// A dayView is what happened to a service on one day of UTC.
type dayView struct {
	Name           string
	Level          int // as strips and calendars draw it
	Words          string
	Changes        []dayChange
	Events         []eventRow
	Earlier, Later string // addresses of the days before and after; "" where nothing can be known
}

// dayChange is a status that held on a day: from an instant of it, or from
// before.
type dayChange struct {
	web.Look
	At *lang.Moment // nil for the one in force when the day began
}

// A dayPick is a form that opens any day of the year that is shown.
type dayPick struct {
	Action, Tenant, First, Last string
}

// dayOpened is the day that a query names, if it names one that has begun.
func (v *view) dayOpened() (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, v.R.URL.Query().Get("day"))
	return day, err == nil && day.Year() >= 1990 && !day.After(v.Now)
}

// dayHref is where a day of a service is opened.
func (v *view) dayHref(s *readmodel.Service, day time.Time) string { return v.DayHref(s.ID, day) }

func (v *view) dayPick(s *readmodel.Service, year int) dayPick {
	first, next := yearOf(year)
	last := next.AddDate(0, 0, -1)
	if last.After(v.Now) {
		last = v.Now.UTC()
	}
	pick := dayPick{Action: web.PrefixOf(v.Code) + "/services/" + web.EscapeID(s.ID), First: first.Format(time.DateOnly), Last: last.Format(time.DateOnly)}
	if len(v.Tenants) > 1 {
		pick.Tenant = v.Snapshot.Tenant.Name
	}
	return pick
}

// day tells a day of a service: how it was, which statuses held, and every issue
// that touched the service.
func (v *view) day(s *readmodel.Service, date time.Time) (*dayView, error) {
	end := date.AddDate(0, 0, 1)
	looks, err := v.yearDays(date.Year())
	if err != nil {
		return nil, err
	}
	d := &dayView{Name: v.LongDate(date), Level: part.DayUnknown, Earlier: v.dayHref(s, date.AddDate(0, 0, -1))}
	if days := looks[s.ID]; date.YearDay() <= len(days) {
		d.Level = int(days[date.YearDay()-1])
	}
	d.Words = v.Text("level." + strconv.Itoa(d.Level))
	if !end.After(v.Now) {
		d.Later = v.dayHref(s, end)
	}
	for i, t := range s.Transitions {
		over := i+1 < len(s.Transitions) && !s.Transitions[i+1].At.After(date)
		if over || !t.At.Before(end) || i+1 == len(s.Transitions) && date.After(s.ConfirmedAt) {
			continue
		}
		change := dayChange{Look: v.Look(t.Overview.Status)}
		if !t.At.Before(date) {
			change.At = v.Moment(t.At)
		}
		d.Changes = append(d.Changes, change)
	}
	slices.Reverse(d.Changes)
	touches, err := v.touching(s, date, end)
	if err != nil {
		return nil, err
	}
	figures, err := v.Past().Availability(v.R.Context(), s, date, end)
	if err != nil {
		return nil, err
	}
	d.Events, err = v.eventRows(touches, figures)
	return d, err
}
