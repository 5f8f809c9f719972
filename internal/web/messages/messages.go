package messages

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// messagesPage is the message center: planned changes by the date on which
// somebody must have acted.
type messagesPage struct {
	web.Frame
	Services, Categories, Dues []web.Choice
	Asked                      *knowledge.Question // how health and messages differ
	States, Owners             []web.Choice        // for those who see what is done about messages
	Team                       bool
	Reader                     bool   // has marks of their own
	Calendar, MarkAll          string // addresses, "" for those whom they do not concern
	Back                       string // the present query
	View                       string
	Chips                      []web.Chip
	Columns                    []web.Column
	Mine                       web.Mine
	Many                       *many // what can be done with several messages; nil for those who can do nothing
	Rail                       rail
	Rows                       []messageRow
	N                          int
	Pager                      web.Pager
	Empty                      *web.EmptyView
}

type messageRow struct {
	ID, Href, Title, Category, Services, State string
	Due                                        *part.DueLine
	Major, New                                 bool
	Severity                                   string // "" for normal
	Posted                                     *lang.Moment
	row                                        *readmodel.Row
	message                                    tocsin.Message
	Handled                                    handled
	Late                                       bool   // and nothing is done
	Take                                       string // address, "" where nobody can take it
	Rings                                      string // whom the change reaches, as the provider writes it; for what has a date
	Away                                       string // that it is put away, by whom and why; "" for what is not
	Idle                                       bool   // nobody has to do anything by a date
	putAway                                    bool
}

// messages serves /messages?v=&service=&category=&due=&state=&owner=&sort=&mine=.
func (p *Pages) messages(v *view) error { return v.showMessages(http.StatusOK, "") }

// showMessages shows the list; problem is what was wrong with a form on it.
func (v *view) showMessages(status int, problem string) error {
	query := v.R.URL.Query()
	view, due := cmp.Or(web.OneOf(query, "v", "todo", "unread", "mine", "major", "past", "away", "all"), "current"), web.OneOf(query, "due", "overdue", "month", "30d", "90d")
	service, category := query.Get("service"), query.Get("category")
	page := messagesPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.messages")}), View: query.Get("v")}
	all, err := v.messageRows()
	if err != nil {
		return err
	}
	page.Services, page.Categories = v.messageServices(all, service), v.messageCategories(all, category)
	if page.Mine, err = v.Mine(); err != nil {
		return err
	}
	for _, value := range []string{"", "overdue", "month", "30d", "90d"} {
		page.Dues = append(page.Dues, web.Choice{Value: value, Name: v.Text("filter.due." + cmp.Or(value, "all")), On: value == due})
	}
	all = slices.DeleteFunc(all, func(m messageRow) bool {
		return service != "" && !slices.Contains(m.message.Services, service) || category != "" && m.message.Category != category || !v.dueWithin(m, due) ||
			page.Mine.On && !v.Concerns(page.Mine, m.message.Services)
	})
	views := []string{"todo", "major", "current", "past", "all"}
	page.Back = v.R.URL.RawQuery
	if page.Team = v.SeesHandlings(); page.Team {
		if all, err = v.handledAs(&page, all); err != nil {
			return err
		}
		views = append([]string{"todo", "mine"}, views[1:]...)
		page.Calendar = v.Href("/calendar.ics")
	}
	if page.Reader = v.reader() != ""; page.Reader {
		views = append([]string{"unread"}, append(views, "away")...)
		if slices.ContainsFunc(all, func(m messageRow) bool { return m.New }) {
			page.MarkAll = v.Href("/messages/read")
		}
	}
	page.Rail = v.rail(slices.DeleteFunc(slices.Clone(all), func(m messageRow) bool { return m.Handled.Settled() || m.putAway }))
	rows := page.chips(v, all, views, view)
	page.order(v, rows)
	from, to, pager := v.Paged(len(rows))
	for i := range rows[from:to] {
		rows[from+i].Rings = v.rings(&rows[from+i])
	}
	if page.Many, err = v.many(view == "away", problem); err != nil {
		return err
	}
	page.Rows, page.N, page.Pager = rows[from:to], len(rows), pager
	if len(rows) == 0 {
		page.Empty = v.EmptyList(len(v.Snapshot.Messages), "messages")
	}
	if page.Asked, err = v.Asked("center", ""); err != nil {
		return err
	}
	return v.Render(status, "messages", page)
}

// chips offers the views with how many messages each has, and returns those of one.
func (page *messagesPage) chips(v *view, all []messageRow, views []string, view string) []messageRow {
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
		href := v.With("v", value)
		if value == "current" {
			href = v.With("v", "")
		}
		page.Chips = append(page.Chips, web.Chip{Name: v.Text("chip." + value), Href: href, N: n, On: value == view})
	}
	return rows
}

// messageRows reads all messages of the tenant.
func (v *view) messageRows() ([]messageRow, error) {
	mark := v.SeenAt()
	handlings, err := v.Handlings()
	if err != nil {
		return nil, err
	}
	views, err := v.viewpoints()
	if err != nil {
		return nil, err
	}
	var list []messageRow
	for _, row := range v.Snapshot.Messages {
		message, err := v.pages.config.Model.Message(v.R.Context(), row)
		if err != nil {
			return nil, err
		}
		m := messageRow{
			ID: row.ID, Href: v.MessageHref(row.ID), Title: cmp.Or(strings.TrimSpace(message.Title), row.ID), Category: v.CategoryWord(message.Category),
			Services: v.Join(message.Services), Major: message.MajorChange, Posted: v.Moment(row.ModifiedAt.Time()), row: row, message: message,
			New: !mark.IsZero() && row.ModifiedAt.Time().After(mark),
		}
		if v.reader() != "" {
			m.New = !views[row.ID].Read
			m.setAside(v, views[row.ID])
		}
		if message.Severity != "" && message.Severity != "normal" {
			m.Severity = v.CategoryWord(message.Severity)
		}
		m.Handled = v.handled(handlings[row.ID])
		m.setAsideForAll(v)
		m.Due = v.DueOf(row.ID, message, m.Handled.Handling)
		m.Late = m.Due != nil && m.Due.Tone == "late"
		m.Idle = m.Due == nil && m.Handled.State == tocsin.HandlingNew
		if m.Handled.Owner.IsZero() && !m.Handled.Settled() && !m.Idle && v.SeesHandlings() && v.Reads(access.ManageMessages) {
			m.Take = v.Href("/messages/" + web.EscapeID(row.ID) + "/handling")
		}
		m.State = v.messageState(row)
		list = append(list, m)
	}
	return list, nil
}

func (v *view) messageState(row *readmodel.Row) string {
	switch {
	case row.LeftAt != 0:
		return v.Text("message.left")
	case row.EndAt != 0 && row.EndAt.Time().Before(v.Now):
		return v.Text("message.expired")
	case row.N > 1:
		return v.Text("message.updated", "n", int(row.N)-1)
	case v.Now.Sub(row.ModifiedAt.Time()) < 7*24*time.Hour:
		return v.Text("message.new")
	}
	return v.Text("message.current")
}

// gone reports whether a message is no longer in force.
func (v *view) gone(row *readmodel.Row) bool {
	return row.LeftAt != 0 || row.EndAt != 0 && row.EndAt.Time().Before(v.Now)
}

func (v *view) inView(m messageRow, view string) bool {
	if m.putAway != (view == "away") && view != "all" {
		return false
	}
	switch view {
	case "todo":
		return m.Due != nil && !v.gone(m.row) && !m.Handled.Settled()
	case "unread":
		return m.New && !v.gone(m.row)
	case "mine":
		return m.Handled.Owner == v.me() && !m.Handled.Owner.IsZero()
	case "major":
		return m.Major && !v.gone(m.row)
	case "past":
		return v.gone(m.row)
	case "all", "away":
		return true
	}
	return !v.gone(m.row)
}

func (v *view) dueWithin(m messageRow, due string) bool {
	if due == "" {
		return true
	}
	if m.Due == nil {
		return false
	}
	left := m.Due.When.Sub(v.Now)
	switch due {
	case "overdue":
		return left < 0 && !v.gone(m.row) && !m.Handled.Settled()
	case "month":
		local, now := m.Due.When.In(v.Zone), v.Now.In(v.Zone)
		return local.Year() == now.Year() && local.Month() == now.Month()
	case "30d":
		return left >= 0 && left < 30*24*time.Hour
	}
	return left >= 0 && left < 90*24*time.Hour
}

func (v *view) messageServices(rows []messageRow, chosen string) []web.Choice {
	var names []string
	for _, m := range rows {
		names = append(names, m.message.Services...)
	}
	slices.Sort(names)
	list := []web.Choice{{Value: "", Name: v.Text("filter.services"), On: chosen == ""}}
	for _, name := range slices.Compact(names) {
		list = append(list, web.Choice{Value: name, Name: name, On: name == chosen})
	}
	return list
}

func (v *view) messageCategories(rows []messageRow, chosen string) []web.Choice {
	var names []string
	for _, m := range rows {
		if m.message.Category != "" {
			names = append(names, m.message.Category)
		}
	}
	slices.Sort(names)
	list := []web.Choice{{Value: "", Name: v.Text("filter.category.all"), On: chosen == ""}}
	for _, name := range slices.Compact(names) {
		list = append(list, web.Choice{Value: name, Name: v.CategoryWord(name), On: name == chosen})
	}
	return list
}
