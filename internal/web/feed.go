package web

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// feed is what changed, parted by the reading mark: what the reader has not
// seen yet, and what they have.
type feed struct {
	New, Seen []feedLine
	Rule      string // between the two
	Mark      bool   // whether there is something to mark as seen
	MarkHref  string
	All       string // address of the page of all changes
	Cookie    string // the reading mark that the script moves
	Now       int64
}

type feedLine struct {
	At            *moment
	Glyph, Family string
	Icon          string // instead of a glyph
	Text          template.HTML
}

// feedLines is how many changes the overview shows, and dueLines how many
// deadlines.
const (
	feedLines = 12
	dueLines  = 5
)

// seenCookie is the reading mark of one tenant. Its value is in seconds since
// 1970 UTC.
func (v *visit) seenCookie() string { return "seen-" + v.snapshot.Tenant.ID[:8] }

// seenAt is when the reader last looked, zero for a first visit.
func (v *visit) seenAt() time.Time {
	cookie, err := v.r.Cookie(v.seenCookie())
	if err != nil {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(cookie.Value, 10, 64)
	if err != nil || seconds <= 0 || seconds > v.now.Unix() {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// seen serves POST /seen: everything up to now has been seen.
func (p *Pages) seen(v *visit) error {
	if err := sameOrigin(v.r); err != nil {
		return err
	}
	v.setCookie(v.seenCookie(), strconv.FormatInt(v.now.Unix(), 10), cookieLife)
	return v.redirect(v.href("/"))
}

// feed reads what changed last.
func (v *visit) feed(limit int) (feed, error) {
	happenings, err := v.happenings(limit)
	if err != nil {
		return feed{}, err
	}
	mark := v.seenAt()
	f := feed{MarkHref: v.href("/seen"), All: v.href("/changes"), Cookie: v.seenCookie(), Now: v.now.Unix()}
	if !mark.IsZero() {
		f.Rule = v.text("feed.rule", "time", v.stamp(mark.In(v.zone)))
	}
	for _, h := range happenings {
		line := v.feedLine(h)
		if !mark.IsZero() && h.At.After(mark) {
			f.New = append(f.New, line)
		} else {
			f.Seen = append(f.Seen, line)
		}
	}
	f.Mark = len(f.New) > 0
	return f, nil
}

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

// sameOrigin refuses a form that another site sent.
func sameOrigin(r *http.Request) error {
	if http.NewCrossOriginProtection().Check(r) != nil {
		return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "This form was sent from another site."}
	}
	return nil
}

// issueHref, messageHref and serviceHref are the addresses of what has an id.
func (v *visit) issueHref(id string) string   { return v.href("/issues/" + escapeID(id)) }
func (v *visit) messageHref(id string) string { return v.href("/messages/" + escapeID(id)) }
func (v *visit) serviceHref(id string) string { return v.href("/services/" + escapeID(id)) }

func escapeID(id string) string { return url.PathEscape(id) }
