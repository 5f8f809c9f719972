package messages

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/feed"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// calendarPast is how long what is over stays in the calendar: programs that
// are told that it is gone would take it away.
const calendarPast = 400 * 24 * time.Hour

// dueCalendar serves /calendar.ics?owner=&kind=: the days by which something
// must be done about messages, and planned work, for calendar programs. What is
// done, over or withdrawn stays and says so.
func (p *Pages) dueCalendar(v *view) error {
	if !access.VisitorOf(v.R.Context()).SignedIn() {
		return &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "The calendar names who does what: sign in."}
	}
	return v.sendCalendar()
}

// privateCalendar serves /feeds/{secret}/calendar.ics, the same for calendar
// programs of the person whom the address stands for.
func (p *Pages) privateCalendar(v *view) error {
	as, err := v.Private()
	if err == nil {
		err = (&view{as, p}).sendCalendar()
	}
	return v.Plainly(err)
}

func (v *view) sendCalendar() error {
	c, err := v.calendar()
	if err != nil {
		return err
	}
	header := v.W.Header()
	header.Set("Cache-Control", "private, max-age=300")
	header.Set("Content-Disposition", `inline; filename="tocsin-`+v.Snapshot.Tenant.Name+`.ics"`)
	body := c.ICS()
	v.Send(http.StatusOK, web.Content{Kind: feed.CalendarType, Tag: web.TagOf(body), Body: body})
	return nil
}

// calendar makes the calendar that a query asks for. Messages about data privacy
// are not in it, whoever asks.
func (v *view) calendar() (*feed.Calendar, error) {
	query := v.R.URL.Query()
	kind := query.Get("kind")
	if kind != "" && kind != "deadlines" && kind != "work" {
		return nil, tocsin.Invalidf("kind", "%q is none of deadlines, work.", tocsin.Clip(kind, 40))
	}
	c := &feed.Calendar{Name: v.Text("calendar.due", "tenant", v.Snapshot.Tenant.Title())}
	if kind != "work" && v.Reads(access.ReadMessages) {
		if err := v.deadlines(c, query.Get("owner")); err != nil {
			return nil, err
		}
	}
	if kind != "deadlines" && v.Reads(access.ReadHealth) {
		if err := v.work(c); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(c.Events, func(a, b feed.Event) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	return c, nil
}

// deadlines adds the messages with a date by which somebody must act, those of
// one owner if one is asked for.
func (v *view) deadlines(c *feed.Calendar, owner string) error {
	rows, err := v.messageRows()
	if err != nil {
		return err
	}
	owns, err := v.calendarOwner(owner)
	if err != nil {
		return err
	}
	for _, m := range rows {
		if m.Due != nil && !m.row.Private && v.Now.Sub(m.Due.When) < calendarPast && owns(m.Handled.Owner) {
			c.Events = append(c.Events, v.deadline(m))
		}
	}
	return v.withdrawn(c, rows, owns)
}

// calendarOwner tells whose deadlines are asked for: those of the visitor, or
// of a team or person by name or as links name them.
func (v *view) calendarOwner(asked string) (func(tocsin.Party) bool, error) {
	if asked == "" {
		return func(tocsin.Party) bool { return true }, nil
	}
	wanted := v.me()
	if asked != "me" {
		list, err := v.pages.config.Handlings.Parties(v.R.Context(), v.Snapshot.Tenant.ID)
		if err == nil {
			wanted, err = tocsin.FindParty(list, "owner", asked)
		}
		if err != nil {
			return nil, err
		}
	}
	return func(p tocsin.Party) bool { return p == wanted }, nil
}

// deadline is a message as an event of a whole day.
func (v *view) deadline(m messageRow) feed.Event {
	e := feed.Event{
		ID: v.eventID(m.ID), Stamp: m.row.ModifiedAt.Time(), Start: m.Due.When.In(v.Zone), WholeDay: true,
		Withdrawn: m.row.LeftAt != 0 && m.row.LeftAt.Time().Before(m.Due.When),
	}
	title := m.ID + " " + m.Title
	if m.Handled.Settled() {
		title = v.Text("due.settled", "state", m.Handled.Word, "title", title)
	}
	v.entitle(&e, title, m.row)
	v.describe(&e, m.Href, m.Category, m.Services, v.Text("handling.col")+": "+v.ownerWords(m.Handled))
	return e
}

// work adds the planned work that is not over for long.
func (v *view) work(c *feed.Calendar) error {
	for _, row := range v.Snapshot.Issues {
		course := row.Course()
		if !course.Maintenance() || row.StartAt == 0 || v.Now.Sub(max(row.StartAt, row.EndAt).Time()) >= calendarPast {
			continue
		}
		issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
		if err != nil {
			return err
		}
		e := feed.Event{
			ID: v.eventID(row.ID), Stamp: row.ModifiedAt.Time(), Start: course.StartAt, End: course.EndAt,
			WholeDay:  !course.EndAt.After(course.StartAt), // an event has to end after it began
			Withdrawn: course.Status.Stage() == tocsin.StageCancelled || course.Status == tocsin.StatusFalsePositive || row.LeftAt != 0 && row.LeftAt < row.StartAt,
		}
		v.entitle(&e, v.Text("due.work", "title", row.ID+" "+cmp.Or(strings.TrimSpace(issue.Title), row.ID)), row)
		v.describe(&e, v.IssueHref(row.ID), row.Service)
		c.Events = append(c.Events, e)
	}
	return nil
}

func (v *view) eventID(id string) string { return id + "." + v.Snapshot.Tenant.ID + "@tocsin" }

// entitle names an event after its tenant first: programs put calendars
// together, and not all of them show that an event is withdrawn.
func (v *view) entitle(e *feed.Event, title string, row *readmodel.Row) {
	if e.Withdrawn {
		title = v.Text("due.withdrawn", "title", title)
	}
	if left := row.LeftAt.Time(); left.After(e.Stamp) {
		e.Stamp = left
	}
	e.Title = "[" + v.Snapshot.Tenant.Title() + "] " + title
}

// describe adds lines about an event and where to read on.
func (v *view) describe(e *feed.Event, href string, lines ...string) {
	if base := v.Address(); base != "" {
		e.Link = base + href
		lines = append(lines, e.Link)
	}
	e.Description = strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}

// ownerWords say who sees to a message and how far they are.
func (v *view) ownerWords(h handled) string {
	return cmp.Or(h.OwnerName, v.Text("handling.nobody")) + ", " + h.Word
}
