package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// messagesPage is the message center: planned changes by the date on which
// somebody must have acted.
type messagesPage struct {
	frame
	Services, Categories, Dues []choice
	States, Owners             []choice // for those who see what is done about messages
	Team                       bool
	Reader                     bool   // has marks of their own
	Calendar, MarkAll          string // addresses, "" for those whom they do not concern
	Back                       string // the present query
	View                       string
	Chips                      []chip
	Rail                       rail
	Rows                       []messageRow
	N                          int
	Pager                      pager
	Empty                      *emptyView
}

type messageRow struct {
	ID, Href, Title, Category, Services, State string
	Due                                        *dueLine
	Major, New                                 bool
	Severity                                   string // "" for normal
	Posted                                     *moment
	row                                        *readmodel.Row
	message                                    tocsin.Message
	Handled                                    handled
	Late                                       bool   // and nothing is done
	Take                                       string // address, "" where nobody can take it
}

// messages serves /messages?v=&service=&category=&due=&state=&owner=.
func (p *Pages) messages(v *visit) error {
	query := v.r.URL.Query()
	view, due := cmp.Or(on(query, "v", "todo", "unread", "mine", "major", "past", "all"), "current"), on(query, "due", "overdue", "30d", "90d")
	service, category := query.Get("service"), query.Get("category")
	page := messagesPage{frame: v.frame(crumb{Name: v.text("nav.messages")}), View: query.Get("v")}
	all, err := v.messageRows()
	if err != nil {
		return err
	}
	page.Services, page.Categories = v.messageServices(all, service), v.messageCategories(all, category)
	for _, value := range []string{"", "overdue", "30d", "90d"} {
		page.Dues = append(page.Dues, choice{value, v.text("filter.due." + cmp.Or(value, "all")), value == due})
	}
	all = slices.DeleteFunc(all, func(m messageRow) bool {
		return service != "" && !slices.Contains(m.message.Services, service) || category != "" && m.message.Category != category || !v.dueWithin(m, due)
	})
	views := []string{"todo", "major", "current", "past", "all"}
	page.Back = v.r.URL.RawQuery
	if page.Team = v.seesHandlings(); page.Team {
		all = v.handledAs(&page, all)
		views = append([]string{"todo", "mine"}, views[1:]...)
		page.Calendar = v.href("/calendar.ics")
	}
	if page.Reader = v.reader() != ""; page.Reader {
		views = append([]string{"unread"}, views...)
		if slices.ContainsFunc(all, func(m messageRow) bool { return m.New }) {
			page.MarkAll = v.href("/messages/read")
		}
	}
	page.Rail = v.rail(slices.DeleteFunc(slices.Clone(all), func(m messageRow) bool { return m.Handled.Settled() }))
	var rows []messageRow
	for _, value := range views {
		n := 0
		for _, m := range all {
			if v.inView(m, value) {
				n++
				if value == view {
					rows = append(rows, m)
				}
			}
		}
		href := v.with("v", value)
		if value == "current" {
			href = v.with("v", "")
		}
		page.Chips = append(page.Chips, chip{v.text("chip." + value), href, n, value == view})
	}
	slices.SortStableFunc(rows, byDue)
	from, to, pager := v.paged(len(rows))
	page.Rows, page.N, page.Pager = rows[from:to], len(rows), pager
	if len(rows) == 0 {
		page.Empty = v.emptyList(len(v.snapshot.Messages), "messages")
	}
	return v.render(http.StatusOK, "messages", page)
}

// messageRows reads all messages of the tenant.
func (v *visit) messageRows() ([]messageRow, error) {
	mark := v.seenAt()
	handlings, err := v.handlings()
	if err != nil {
		return nil, err
	}
	views, err := v.viewpoints()
	if err != nil {
		return nil, err
	}
	var list []messageRow
	for _, row := range v.snapshot.Messages {
		message, err := v.pages.config.Model.Message(v.r.Context(), row)
		if err != nil {
			return nil, err
		}
		m := messageRow{
			ID: row.ID, Href: v.messageHref(row.ID), Title: cmp.Or(strings.TrimSpace(message.Title), row.ID), Category: v.category(message.Category),
			Services: v.join(message.Services), Major: message.MajorChange, Posted: v.moment(row.ModifiedAt.Time()), row: row, message: message,
			New: !mark.IsZero() && row.ModifiedAt.Time().After(mark),
		}
		if v.reader() != "" {
			m.New = !views[row.ID].Read
		}
		if message.Severity != "" && message.Severity != "normal" {
			m.Severity = v.category(message.Severity)
		}
		m.Handled = v.handled(handlings[row.ID])
		m.Due = v.dueOf(row.ID, message, m.Handled.Handling)
		m.Late = m.Due != nil && m.Due.Tone == "late"
		if m.Handled.Owner == "" && !m.Handled.Settled() && v.seesHandlings() && v.reads(access.ManageMessages) {
			m.Take = v.href("/messages/" + escapeID(row.ID) + "/handling")
		}
		m.State = v.messageState(row)
		list = append(list, m)
	}
	return list, nil
}

func (v *visit) messageState(row *readmodel.Row) string {
	switch {
	case row.LeftAt != 0:
		return v.text("message.left")
	case row.EndAt != 0 && row.EndAt.Time().Before(v.now):
		return v.text("message.expired")
	case row.N > 1:
		return v.text("message.updated", "n", int(row.N)-1)
	case v.now.Sub(row.ModifiedAt.Time()) < 7*24*time.Hour:
		return v.text("message.new")
	}
	return v.text("message.current")
}

// gone reports whether a message is no longer in force.
func (v *visit) gone(row *readmodel.Row) bool {
	return row.LeftAt != 0 || row.EndAt != 0 && row.EndAt.Time().Before(v.now)
}

func (v *visit) inView(m messageRow, view string) bool {
	switch view {
	case "todo":
		return m.Due != nil && !v.gone(m.row) && !m.Handled.Settled()
	case "unread":
		return m.New && !v.gone(m.row)
	case "mine":
		return m.Handled.Owner == v.me() && m.Handled.Owner != ""
	case "major":
		return m.Major && !v.gone(m.row)
	case "past":
		return v.gone(m.row)
	case "all":
		return true
	}
	return !v.gone(m.row)
}

func (v *visit) dueWithin(m messageRow, due string) bool {
	if due == "" {
		return true
	}
	if m.Due == nil {
		return false
	}
	left := m.Due.at.Sub(v.now)
	switch due {
	case "overdue":
		return left < 0 && !v.gone(m.row) && !m.Handled.Settled()
	case "30d":
		return left >= 0 && left < 30*24*time.Hour
	}
	return left >= 0 && left < 90*24*time.Hour
}

// byDue puts what is due first in front, so what is late leads; behind it what
// has no date, the newest first, and at last what is done with.
func byDue(a, b messageRow) int {
	switch {
	case a.Handled.Settled() != b.Handled.Settled():
		if a.Handled.Settled() {
			return 1
		}
		return -1
	case a.Due != nil && b.Due != nil:
		return cmp.Or(a.Due.at.Compare(b.Due.at), cmp.Compare(a.ID, b.ID))
	case a.Due != nil:
		return -1
	case b.Due != nil:
		return 1
	}
	return cmp.Or(cmp.Compare(b.row.ModifiedAt, a.row.ModifiedAt), cmp.Compare(a.ID, b.ID))
}

func (v *visit) messageServices(rows []messageRow, chosen string) []choice {
	var names []string
	for _, m := range rows {
		names = append(names, m.message.Services...)
	}
	slices.Sort(names)
	list := []choice{{"", v.text("filter.services"), chosen == ""}}
	for _, name := range slices.Compact(names) {
		list = append(list, choice{name, name, name == chosen})
	}
	return list
}

func (v *visit) messageCategories(rows []messageRow, chosen string) []choice {
	var names []string
	for _, m := range rows {
		if m.message.Category != "" {
			names = append(names, m.message.Category)
		}
	}
	slices.Sort(names)
	list := []choice{{"", v.text("filter.category.all"), chosen == ""}}
	for _, name := range slices.Compact(names) {
		list = append(list, choice{name, v.category(name), name == chosen})
	}
	return list
}
