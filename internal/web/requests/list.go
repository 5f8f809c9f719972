package requests

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// maxListed is how many requests are listed.
const maxListed = 200

// listPage is the requests of a tenant.
type listPage struct {
	web.Frame
	Groups []group
	Empty  web.EmptyView
	New    string
	Form   web.Form // one answer to all who asked about an issue; without fields where nobody did
	Done   string
	// Survey is what those who asked say of the answers, Results the same by kind and service.
	Survey  string
	Results []tally
}

// A group is requests for which the same have to move.
type group struct {
	ID, Name string
	Lines    []line
}

// A line is a request in a list.
type line struct {
	Href, Title, Ref string
	Level            level
	Issue, Case      string
	State            web.Look
	Clock            clock
	At               *lang.Moment
}

// A level is a severity as pages show it.
type level struct{ ID, Letter, Name string }

// A clock is what the team has to do next.
type clock struct {
	Words string
	Late  bool
	Due   *lang.Moment
}

// list serves /requests.
func (p *Pages) list(v *view) error {
	done := ""
	if n := v.R.URL.Query().Get("replied"); n != "" && len(n) < 5 && strings.Trim(n, "0123456789") == "" {
		done = v.Text("request.replied", "n", number(n))
	}
	return v.showList(http.StatusOK, done, nil)
}

func number(digits string) (n int) {
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

func (v *view) showList(status int, done string, problem error) error {
	page := listPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.requests")}), Done: done, New: v.Href("/requests/new"), Empty: web.EmptyView{Title: v.Text("request.none"), Text: v.Text("request.none.text")}}
	all, err := v.pages.config.Requests.Requests(v.R.Context(), store.RequestsQuery{TenantID: v.tenant(), Limit: maxListed})
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(r tocsin.Request) bool { return !v.sees(r) })
	terms := v.terms()
	for _, id := range []string{"us", "them", "draft", "ended"} {
		g := group{ID: id, Name: v.Text("request.group." + id)}
		for _, r := range all {
			if groupOf(r) == id {
				g.Lines = append(g.Lines, v.line(r, terms))
			}
		}
		if len(g.Lines) > 0 {
			page.Groups = append(page.Groups, g)
		}
	}
	if err := v.results(&page); err != nil {
		return err
	}
	page.Form = v.replyForm(all)
	if problem != nil {
		v.Keep(page.Form.Fields)
		if !v.Blame(&page.Form, v.worded(problem)) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	} else {
		page.Refresh = 60
	}
	return v.Render(status, "requests", page)
}

func groupOf(r tocsin.Request) string {
	switch r.State {
	case tocsin.RequestEnded, tocsin.RequestDraft:
		return r.State
	}
	return r.Waits
}

func (v *view) line(r tocsin.Request, terms tocsin.SupportTerms) line {
	return line{
		Href: v.at(r.N, ""), Title: r.Content.Title, Ref: v.RequestRef(r), Level: v.level(r.Holds()), Issue: r.Content.Issue, Case: r.Filing.Case,
		State: v.state(r), Clock: v.clock(r, terms), At: v.Moment(r.OpenedAt),
	}
}

// level words a severity.
func (v *view) level(id string) level {
	l := level{ID: strings.ToLower(id), Letter: id}
	if s, ok := v.book.Severity(id); ok {
		l.Name = s.Name
	}
	return l
}

// state says how a request stands.
func (v *view) state(r tocsin.Request) web.Look {
	switch {
	case r.State == tocsin.RequestEnded:
		return web.Look{Family: "neutral", Glyph: "restored", Words: v.Text("request.state.ended")}
	case r.State == tocsin.RequestDraft:
		return web.Look{Family: "neutral", Glyph: "unknown", Words: v.Text("request.state.draft")}
	case r.Waits == tocsin.WaitsForUs && r.State == tocsin.RequestFiled:
		return web.Look{Family: "degraded", Glyph: "degraded", Words: v.Text("request.state.us")}
	case r.State == tocsin.RequestFiled:
		return web.Look{Family: "watch", Glyph: "watch", Words: v.Text("request.state.filed")}
	case r.ForProvider():
		return web.Look{Family: "degraded", Glyph: "degraded", Words: v.Text("request.state.prepare")}
	case r.Waits == tocsin.WaitsForThem:
		return web.Look{Family: "watch", Glyph: "watch", Words: v.Text("request.state.asked")}
	}
	return web.Look{Family: "degraded", Glyph: "degraded", Words: v.Text("request.state.desk")}
}

// clock words what the team has to do next, and how late it is.
func (v *view) clock(r tocsin.Request, terms tocsin.SupportTerms) (c clock) {
	at, ok := support.ClockOf(r, terms, v.Now)
	if !ok {
		return c
	}
	what := at.What
	if what == support.Answer && r.State == tocsin.RequestOpen && r.ForProvider() {
		what = "file"
	}
	c.Due, c.Late = v.Moment(at.Due), at.Late > 0
	switch {
	case at.Due.IsZero():
		c.Words = v.Text("request.clock.never")
	case c.Late:
		c.Words = v.Text("request.clock."+what+".late", "time", v.Length(at.Late))
	default:
		c.Words = v.Text("request.clock."+what, "time", v.Length(max(at.Due.Sub(v.Now), time.Minute)))
	}
	return c
}

// replyForm asks for one answer to all who asked the desk about an issue.
func (v *view) replyForm(all []tocsin.Request) web.Form {
	var choices []web.Choice
	counts := map[string]int{}
	for _, r := range all {
		if !r.ForProvider() && r.Open() && r.Content.Issue != "" {
			counts[r.Content.Issue]++
		}
	}
	for _, r := range all {
		if id := r.Content.Issue; counts[id] > 0 && !r.ForProvider() && r.Open() {
			choices = append(choices, web.Choice{Value: id, Name: v.Text("request.reply.issue", "issue", id, "n", counts[id])})
			delete(counts, id)
		}
	}
	if len(choices) == 0 {
		return web.Form{}
	}
	issue := web.Field{ID: "issue", Label: v.Text("request.reply.about")}
	issue.Choices = choices
	text := web.Field{ID: "text", Label: v.Text("request.reply.text"), Auto: "off"}
	text.Lines = true
	return web.Form{Action: v.Href("/requests/reply"), Submit: v.Text("request.reply.send"), Fields: []web.Field{issue, text}}
}

// reply serves POST /requests/reply: one answer to all who asked about an issue.
func (p *Pages) reply(v *view) error {
	n, err := p.config.Work.ReplyToAll(v.R.Context(), v.tenant(), v.R.PostFormValue("issue"), v.R.PostFormValue("text"), v.R.PostFormValue("do") == "end", v.Now)
	if err != nil {
		return v.showList(web.FormStatus(err), "", err)
	}
	return v.Redirect(v.Href("/requests?replied=" + strconv.Itoa(n)))
}
