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
	at                              time.Time
}

// soonDays is how many days before its date a deadline is near.
const soonDays = 30

// due lists the next deadlines of messages, nearest first, or all of them for
// no limit.
func (v *visit) due(limit int) ([]dueLine, error) {
	var list []dueLine
	for _, row := range v.snapshot.Messages {
		if row.EndAt != 0 && row.EndAt.Time().Before(v.now) {
			continue
		}
		message, err := v.pages.config.Model.Message(v.r.Context(), row)
		if err != nil {
			return nil, err
		}
		if !message.ActionRequiredBy.After(v.now) {
			continue
		}
		list = append(list, v.dueLine(row.ID, message))
	}
	slices.SortFunc(list, func(a, b dueLine) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.ID, b.ID)) })
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
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
