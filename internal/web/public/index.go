package public

import (
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// perPage is how many updates a page of the index shows.
const perPage = 50

// indexPage is the state of a tenant's services with what was published of it,
// by day.
type indexPage struct {
	Frame
	Verdict  part.Verdict
	Lead     string
	Services int       // all of them
	Affected []service // and those of which nothing is known
	Working  []service
	Open     []openIssue
	Filters  *filters // nil in files
	Days     []day
	Empty    *web.EmptyView
	Newer    string // addresses of the pages beside it, "" for none
	Older    string
	First    bool // it shows the state; older pages of the index do not
}

// service is a service with what is open about it.
type service struct {
	part.ServiceLine
	Issues []template.HTML // ids of those about it, which lead to their newest update
	Naming []template.HTML // of those of other services that name it
}

// openIssue is an issue that goes on, with its newest words.
type openIssue struct {
	part.IssueLine
	Update  string // address of its newest update, "" when that is not published
	Impact  string
	Started *lang.Moment
}

type day struct {
	ISO, Name string
	Updates   []update
}

// filters choose among the updates.
type filters struct {
	Action               string
	Kind, Service, Class []web.Choice
	On                   bool
	Clear                string
}

// index serves /status/{tenant}.
func (p *Pages) index(v *view) error {
	asked := v.asked()
	v = v.asking(asked.values())
	content, err := v.Shared("index", func() (any, error) {
		page := v.newIndex(v.places.index)
		page.First = asked.After == ""
		updates, next, err := p.config.Press.Updates(v.R.Context(), v.edition, asked.Query)
		if err != nil {
			return nil, err
		}
		page.add(v, updates)
		if page.Filters = v.filters(asked); len(updates) == 0 {
			page.Empty = v.noUpdates(page.Filters.On, next != "")
		}
		if next != "" {
			page.Older = v.older(asked, next)
		}
		return page, page.state(v)
	})
	if err != nil {
		return err
	}
	v.LastsASecond(v.sameEdition())
	v.send(content)
	return nil
}

func (v *view) newIndex(at func(content string) string) *indexPage {
	page := &indexPage{Frame: v.frame(v.Text("site.title", "tenant", v.edition.Tenant.Title()), at)}
	page.aged(v)
	return page
}

// asked is what the address asks for. What cannot be is as if it was not there:
// the page shows what it filters by.
func (v *view) asked() asked {
	q := publish.Query{Limit: perPage, After: v.R.URL.Query().Get("after"), Service: v.R.URL.Query().Get("service"), Class: v.R.URL.Query().Get("class")}
	switch kind := tocsin.Kind(v.R.URL.Query().Get("kind")); kind {
	case tocsin.KindIssue, tocsin.KindMessage:
		q.Kind = kind
	}
	if !slices.Contains(v.serviceNames(), q.Service) {
		q.Service = ""
	}
	if !slices.Contains(v.classes(), q.Class) {
		q.Class = ""
	}
	return asked{q}
}

// asked is what the address of an index asks for.
type asked struct{ publish.Query }

// values are a query that asks for it, in one spelling.
func (q asked) values() url.Values {
	values := url.Values{}
	for name, value := range map[string]string{"kind": string(q.Kind), "service": q.Service, "class": q.Class, "after": q.After} {
		if value != "" {
			values.Set(name, value)
		}
	}
	return values
}

// asking is the same request with what the page understands of its query.
func (v *view) asking(query url.Values) *view {
	other := *v
	other.View = v.pages.config.Parts.View(v.Asking(query))
	other.places = deskPlaces{other.Request, v.edition.Tenant.Name}
	return &other
}

// serviceNames are the display names that updates can be chosen by.
func (v *view) serviceNames() []string {
	names := make([]string, 0, len(v.Snapshot.Services))
	for i := range v.Snapshot.Services {
		names = append(names, v.Snapshot.Services[i].Name)
	}
	return names
}

// classes are those of issues and messages that the edition publishes.
func (v *view) classes() []string {
	list := []string{"incident"}
	if v.edition.Advisories {
		list = append(list, "advisory", tocsin.ClassMaintenance)
	}
	if v.edition.Messages {
		list = append(list, "planForChange", "stayInformed", "preventOrFixIssue")
	}
	return list
}

func (v *view) filters(asked asked) *filters {
	f := &filters{Action: v.places.index(v.Content), Clear: v.places.index(v.Content), On: asked.Kind != "" || asked.Service != "" || asked.Class != ""}
	f.Kind = []web.Choice{{Name: v.Text("pub.kinds"), On: asked.Kind == ""}}
	if v.edition.Messages {
		for _, kind := range []tocsin.Kind{tocsin.KindIssue, tocsin.KindMessage} {
			f.Kind = append(f.Kind, web.Choice{Value: string(kind), Name: v.Text("pub.kind." + string(kind)), On: asked.Kind == kind})
		}
	}
	f.Service = []web.Choice{{Name: v.Text("pub.services"), On: asked.Service == ""}}
	for _, name := range v.serviceNames() {
		f.Service = append(f.Service, web.Choice{Value: name, Name: name, On: name == asked.Service})
	}
	f.Class = []web.Choice{{Name: v.Text("pub.classes"), On: asked.Class == ""}}
	for _, class := range v.classes() {
		f.Class = append(f.Class, web.Choice{Value: class, Name: v.CategoryWord(class), On: class == asked.Class})
	}
	return f
}

func (v *view) noUpdates(filtered, more bool) *web.EmptyView {
	switch {
	case more:
		return &web.EmptyView{Title: v.Text("pub.none.yet"), Text: v.Text("pub.none.yet.text")}
	case filtered:
		return &web.EmptyView{Title: v.Text("pub.none.filter"), Text: v.Text("pub.none.filter.text"), Href: v.places.index(v.Content), Action: v.Text("pub.clear")}
	}
	return &web.EmptyView{Title: v.Text("pub.none"), Text: v.Text("pub.none.text")}
}

// older is the address of the next page of the same updates.
func (v *view) older(asked asked, cursor string) string {
	asked.After = cursor
	return v.places.index(v.Content) + "?" + asked.values().Encode()
}

// add puts updates under the day that they are of.
func (page *indexPage) add(v *view, updates []publish.Update) {
	for _, u := range updates {
		at := u.At.UTC()
		if n := len(page.Days); n == 0 || page.Days[n-1].ISO != at.Format(time.DateOnly) {
			page.Days = append(page.Days, day{ISO: at.Format(time.DateOnly), Name: v.LongDate(at)})
		}
		last := &page.Days[len(page.Days)-1]
		last.Updates = append(last.Updates, v.update(u))
	}
}

// state says how the services are.
func (page *indexPage) state(v *view) error {
	if !page.First {
		return nil
	}
	state, err := v.State()
	if err != nil {
		return err
	}
	page.Verdict, page.Lead = state.Verdict, v.lead(state.Verdict)
	page.Affected, page.Working = v.services(slices.Concat(state.Affected, state.Unheard)), v.services(state.Working)
	page.Services = len(page.Affected) + len(page.Working)
	for _, line := range slices.Concat(state.Issues, state.Quiet) {
		if v.edition.Publishes(tocsin.KindIssue, line.Class) {
			one, err := v.openIssue(line)
			if err != nil {
				return err
			}
			page.Open = append(page.Open, one)
		}
	}
	return nil
}

func (v *view) services(lines []part.ServiceLine) (list []service) {
	for _, line := range lines {
		list = append(list, service{line, v.linked(line.What), v.linked(line.Named)})
	}
	return list
}

// linked are issues that are published, as links to their newest update.
func (v *view) linked(lines []part.IssueLine) (links []template.HTML) {
	for _, line := range lines {
		if href := v.newest(line.ID); href != "" {
			links = append(links, part.IDLink(href, line.ID))
		}
	}
	return links
}

func (v *view) openIssue(line part.IssueLine) (openIssue, error) {
	told := openIssue{IssueLine: line, Update: v.newest(line.ID)}
	row, ok := v.Snapshot.Issue(line.ID)
	if !ok {
		return told, web.NothingHere()
	}
	issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
	if err != nil {
		return told, err
	}
	told.Look, told.Impact, told.Started = v.LookWhen(row.Course(), v.Now), issue.Impact, v.Moment(issue.StartAt)
	if told.Impact == "" && len(issue.Posts) > 0 {
		s, _ := post.Read(issue.Posts[len(issue.Posts)-1]).Find(post.KindUserImpact)
		told.Impact = s.Text
	}
	if strings.TrimRight(told.Impact, ".") == strings.TrimRight(issue.Title, ".") {
		told.Impact = "" // the title says it
	}
	return told, nil
}

// lead is what stands below the verdict.
func (v *view) lead(verdict part.Verdict) string {
	switch {
	case v.StaleSince() != "":
		return v.Text("stale.note")
	case verdict.Worst != nil && v.edition.Publishes(tocsin.KindIssue, verdict.Worst.Class):
		return v.Say("site.confirmed", verdict.Worst.Source, "id", verdict.Worst.ID)
	case verdict.Family == "watch":
		return v.Text("verdict.lead.advisories")
	case verdict.Worst != nil:
		return ""
	}
	return v.Text("site.quiet")
}
