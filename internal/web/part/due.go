package part

import (
	"cmp"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// DueLine is a message with a date by which somebody must act.
type DueLine struct {
	ID, Href, Title, Services, Days string
	Left                            string // in 12 d, 7 d overdue
	At                              *lang.Moment
	Date                            string
	Tone                            string // late, soon
	Owner                           string // who sees to it, "" for strangers
	When                            time.Time
	weight                          int // that of its severity
}

// soonDays is how many days before its date a deadline is near.
const soonDays = 30

// DueList is what must be done first, and how much of it is overdue.
type DueList struct {
	Lines   []DueLine
	Overdue int
	All     string // address of the list of all that is overdue
	Month   string // and of what is due this month
}

// lateLines is how many of the lines may be overdue, so that what comes next
// is seen as well.
const lateLines = 3

// Due lists what is not settled by the date that counts, overdue ones first: of
// those the gravest, then those that are late for longest.
// For those who do not see what people do about messages the provider's date
// counts, and what is over is left out: it may have been done. What is put away
// is left out, and what does not concern the reader where they ask for that.
func (v *View) Due(limit int, mine web.Mine) (DueList, error) {
	list := DueList{All: v.Href("/messages?due=overdue"), Month: v.Href("/messages?due=month")}
	handlings, err := v.Handlings()
	if err != nil {
		return list, err
	}
	var late, next []DueLine
	for _, row := range v.Snapshot.Messages {
		h := handlings[row.ID]
		if row.EndAt != 0 && row.EndAt.Time().Before(v.Now) || h.Settled() || h.Away.Is() {
			continue
		}
		message, err := v.parts.config.Model.Message(v.R.Context(), row)
		if err != nil {
			return list, err
		}
		line := v.DueOf(row.ID, message, h)
		if line == nil || mine.On && !v.Concerns(mine, message.Services) {
			continue
		}
		if v.SeesHandlings() {
			line.Owner = cmp.Or(h.OwnerName, v.Text("handling.nobody"))
		}
		switch {
		case line.When.After(v.Now):
			next = append(next, *line)
		case v.SeesHandlings():
			late = append(late, *line)
		}
	}
	byDate := func(a, b DueLine) int { return cmp.Or(a.When.Compare(b.When), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(late, byDate)
	slices.SortFunc(next, byDate)
	list.Overdue = len(late)
	slices.SortStableFunc(late, func(a, b DueLine) int { return cmp.Compare(b.weight, a.weight) })
	list.Lines = slices.Concat(late[:min(lateLines, len(late))], next)
	list.Lines = list.Lines[:min(limit, len(list.Lines))]
	return list, nil
}

// DueLine returns a message as a line with the date by which somebody must act.
func (v *View) DueLine(id string, m tocsin.Message) DueLine {
	at := m.ActionRequiredBy
	line := DueLine{ID: id, Href: v.MessageHref(id), Title: m.Title, Services: v.Join(m.Services), weight: slices.Index(tocsin.MessageSeverities(), m.Severity), At: v.Moment(at), Date: v.ShortDate(at.In(v.Zone)), When: at}
	days := int(at.Sub(v.Now).Abs().Hours() / 24)
	line.Days = v.Text("time.days", "n", days)
	switch {
	case at.Before(v.Now):
		line.Tone, line.Left = "late", v.Text("due.over", "days", line.Days)
	case days < soonDays:
		line.Tone, line.Left = "soon", v.Text("due.in", "days", line.Days)
	default:
		line.Left = v.Text("due.in", "days", line.Days)
	}
	return line
}

// SeesHandlings reports whether the visitor reads what is done about messages.
// It names people, so strangers do not.
func (v *View) SeesHandlings() bool {
	return v.parts.config.Handlings != nil && access.VisitorOf(v.R.Context()).SignedIn()
}

// Handlings returns those of the tenant by message id, none for strangers.
func (v *View) Handlings() (map[string]tocsin.Handling, error) {
	if !v.SeesHandlings() {
		return nil, nil
	}
	return v.parts.config.Handlings.Handlings(v.R.Context(), v.Snapshot.Tenant.ID)
}

// DueOf returns the date that counts for a message: the one that people set,
// which ends with their day, before the provider's. Nothing settled is late.
func (v *View) DueOf(id string, m tocsin.Message, h tocsin.Handling) *DueLine {
	if !h.Due.IsZero() {
		m.ActionRequiredBy = time.Date(h.Due.Year(), h.Due.Month(), h.Due.Day(), 23, 59, 59, 0, v.Zone)
	}
	if m.ActionRequiredBy.IsZero() {
		return nil
	}
	line := v.DueLine(id, m)
	if h.Settled() {
		line.Tone, line.Left = "", ""
	}
	return &line
}
