package web

import (
	"cmp"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// dueLine is a message with a date by which somebody must act.
type dueLine struct {
	ID, Href, Title, Services, Days string
	Left                            string // in 12 d, 7 d overdue
	At                              *moment
	Date                            string
	Tone                            string // late, soon
	Owner                           string // who sees to it, "" for strangers
	at                              time.Time
}

// soonDays is how many days before its date a deadline is near.
const soonDays = 30

// dueList is what must be done first, and how much of it is overdue.
type dueList struct {
	Lines   []dueLine
	Overdue int
	All     string // address of the list of all that is overdue
}

// lateLines is how many of the lines may be overdue, so that what comes next
// is seen as well.
const lateLines = 3

// due lists what is not settled by the date that counts, overdue ones first.
// For those who do not see what people do about messages the provider's date
// counts, and what is over is left out: it may have been done.
func (v *visit) due(limit int) (dueList, error) {
	list := dueList{All: v.href("/messages?due=overdue")}
	handlings, err := v.handlings()
	if err != nil {
		return list, err
	}
	var late, next []dueLine
	for _, row := range v.snapshot.Messages {
		h := handlings[row.ID]
		if row.EndAt != 0 && row.EndAt.Time().Before(v.now) || h.Settled() {
			continue
		}
		message, err := v.pages.config.Model.Message(v.r.Context(), row)
		if err != nil {
			return list, err
		}
		line := v.dueOf(row.ID, message, h)
		if line == nil {
			continue
		}
		if v.seesHandlings() {
			line.Owner = cmp.Or(h.Owner, v.text("handling.nobody"))
		}
		switch {
		case line.at.After(v.now):
			next = append(next, *line)
		case v.seesHandlings():
			late = append(late, *line)
		}
	}
	byDate := func(a, b dueLine) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(late, byDate)
	slices.SortFunc(next, byDate)
	list.Overdue = len(late)
	list.Lines = slices.Concat(late[max(0, len(late)-lateLines):], next)
	list.Lines = list.Lines[:min(limit, len(list.Lines))]
	return list, nil
}

func (v *visit) dueLine(id string, m tocsin.Message) dueLine {
	at := m.ActionRequiredBy
	line := dueLine{ID: id, Href: v.messageHref(id), Title: m.Title, Services: v.join(m.Services), At: v.moment(at), Date: v.shortDate(at.In(v.zone)), at: at}
	days := int(at.Sub(v.now).Abs().Hours() / 24)
	line.Days = v.text("time.days", "n", days)
	switch {
	case at.Before(v.now):
		line.Tone, line.Left = "late", v.text("due.over", "days", line.Days)
	case days < soonDays:
		line.Tone, line.Left = "soon", v.text("due.in", "days", line.Days)
	default:
		line.Left = v.text("due.in", "days", line.Days)
	}
	return line
}

// seesHandlings reports whether the visitor reads what is done about messages.
// It names people, so strangers do not.
func (v *visit) seesHandlings() bool {
	return v.pages.config.Handlings != nil && access.VisitorOf(v.r.Context()).SignedIn()
}

// handlings are those of the tenant by message id, none for strangers.
func (v *visit) handlings() (map[string]tocsin.Handling, error) {
	if !v.seesHandlings() {
		return nil, nil
	}
	return v.pages.config.Handlings.Handlings(v.r.Context(), v.snapshot.Tenant.ID)
}

// dueOf is the date that counts for a message: the one that people set, which
// ends with their day, before the provider's. Nothing settled is late.
func (v *visit) dueOf(id string, m tocsin.Message, h tocsin.Handling) *dueLine {
	if !h.Due.IsZero() {
		m.ActionRequiredBy = time.Date(h.Due.Year(), h.Due.Month(), h.Due.Day(), 23, 59, 59, 0, v.zone)
	}
	if m.ActionRequiredBy.IsZero() {
		return nil
	}
	line := v.dueLine(id, m)
	if h.Settled() {
		line.Tone, line.Left = "", ""
	}
	return &line
}
