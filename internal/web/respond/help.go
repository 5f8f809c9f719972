package respond

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// helpPage is what is known to help in an incident.
type helpPage struct {
	web.Frame
	ID, Back string
	Heading  string
	Theirs   []string // the provider's own workaround, in English
	Services []helpService
	Asks     []knowledge.Question
	Vote     string // address; "" for those who may not
}

// A helpService is what is known of one service.
type helpService struct {
	Name     string
	Symptoms []string
	Signs    []string
	Ways     []helpWay
	Limits   string
}

// A helpWay is a workaround with what the team says of it.
type helpWay struct {
	knowledge.Way
	Mine  string // vote of the reader
	Words string // of the votes
}

// maxWays bounds what is read of the provider's workaround, in lines.
const maxWays = 12

// help serves /issues/{id}/help.
func (p *Pages) help(v *view) error {
	row, ok := v.Snapshot.Issue(v.R.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.R.PathValue("id"), 80))
	}
	issue, err := p.config.Model.Issue(v.R.Context(), row)
	if err != nil {
		return err
	}
	b, err := v.book(row.ID)
	if err != nil {
		return err
	}
	page := helpPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.issues"), Href: v.Href("/issues")}, web.Crumb{Name: row.ID, Href: v.IssueHref(row.ID)}, web.Crumb{Name: v.Text("help.crumb")}),
		ID:    row.ID, Back: v.IssueHref(row.ID), Heading: issue.Title, Theirs: v.theirs(row, issue),
	}
	page.Title = v.Text("help.title", "issue", row.ID)
	votes, err := v.votes(row.ID)
	if err != nil {
		return err
	}
	own, err := p.config.Help.Workarounds(v.R.Context(), v.tenant())
	if err != nil {
		return err
	}
	for _, id := range knowledge.ServicesOf(row.ServiceID) {
		if one, ok := b.Service(id); ok {
			page.Services = append(page.Services, v.helpService(b, one, own, votes))
		}
	}
	for _, id := range []string{"unlisted", "mfa", "center"} {
		if q, ok := b.Answer(id); ok {
			page.Asks = append(page.Asks, q)
		}
	}
	if v.Reads(access.Triage) {
		page.Vote = v.Href("/issues/" + web.EscapeID(row.ID) + "/help")
	}
	return v.Render(http.StatusOK, "help", page)
}

// theirs is what the provider says can be done.
func (v *view) theirs(row *readmodel.Row, issue tocsin.Issue) []string {
	if len(issue.Posts) == 0 {
		return nil
	}
	lines := v.ReadPosts(row, issue).Workaround
	return lines[:min(len(lines), maxWays)]
}

// votes are what the team says of workarounds in an incident, by workaround.
func (v *view) votes(issue string) (map[string]tocsin.HelpVote, error) {
	list, err := v.pages.config.Votes.Votes(v.R.Context(), v.tenant(), issue, access.VisitorOf(v.R.Context()).User.ID)
	all := map[string]tocsin.HelpVote{}
	for _, one := range list {
		all[one.Workaround] = one
	}
	return all, err
}

// helpService is what is known of a service: what is shipped first, then what the
// desk wrote itself and may be told.
func (v *view) helpService(b *knowledge.Book, one knowledge.Service, own []tocsin.Workaround, votes map[string]tocsin.HelpVote) helpService {
	h := helpService{Name: one.Name, Symptoms: one.Symptoms, Signs: one.Signs, Limits: one.Limits}
	if way, ok := b.Shipped(one.ID, own); ok {
		h.Limits = way.Limits
	}
	for _, w := range b.Ways(one.ID, own) {
		vote := votes[w.ID]
		words := v.Text("help.votes", "worked", v.Text("help.worked.n", "n", vote.Worked), "failed", v.Text("help.failed.n", "n", vote.Failed))
		h.Ways = append(h.Ways, helpWay{w, vote.Mine, words})
	}
	return h
}

// vote serves POST /issues/{id}/help.
func (p *Pages) vote(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	row, ok := v.Snapshot.Issue(v.R.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.R.PathValue("id"), 80))
	}
	way, worked := v.R.PostForm.Get("way"), v.R.PostForm.Get("worked")
	known, err := v.holds(way)
	if err != nil {
		return err
	}
	if !known || worked != "yes" && worked != "no" {
		return tocsin.Invalidf("way", "Say of one of the workarounds whether it worked.")
	}
	if err := p.config.Votes.Vote(v.R.Context(), v.tenant(), row.ID, way, worked == "yes", v.Now); err != nil {
		return err
	}
	return v.Redirect(v.Href("/issues/" + web.EscapeID(row.ID) + "/help"))
}

// holds reports whether people are told of a workaround.
func (v *view) holds(id string) (bool, error) {
	if slices.Contains(tocsin.TriageServices(), id) {
		return true, nil
	}
	own, err := v.pages.config.Help.Workarounds(v.R.Context(), v.tenant())
	return slices.ContainsFunc(own, func(w tocsin.Workaround) bool { return w.ID == id && w.Holds() }), err
}

// knownPage is everything that is known, and what the desk wrote itself.
type knownPage struct {
	web.Frame
	Rows    []knownService
	Lists   []knownList
	Own     []ownLine
	Form    *web.Form // nil for those who may not write
	Address string
	Edited  string // id of what the form takes the place of; "" for a new one
}

// A knownService is a row of the table of symptoms, and of that of limits.
type knownService struct {
	Name, Symptoms, Signs, First string
	Way                          knowledge.Way
	Edit, Reword                 string // addresses; "" for those who may not write
}

// An ownLine is a workaround of the desk.
type ownLine struct {
	knowledge.Way
	ServiceName    string
	Change         string // address of the form that changes it
	Waits, Approve bool   // for a second person; who may be the reader
	Edit           bool
}

// knowledge serves /knowledge.
func (p *Pages) knowledge(v *view) error { return v.showKnowledge(http.StatusOK, nil) }

func (v *view) showKnowledge(status int, problem error) error {
	b, lists, err := v.knownLists()
	if err != nil {
		return err
	}
	page := knownPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.knowledge")}), Lists: lists, Address: v.Href("/knowledge")}
	names := map[string]string{}
	for _, s := range b.Services {
		names[s.ID] = s.Name
	}
	own, err := v.pages.config.Help.Workarounds(v.R.Context(), v.tenant())
	if err != nil {
		return err
	}
	for _, s := range b.Services {
		row := knownService{Name: s.Name, Symptoms: b.Cell(s.Symptoms), Signs: b.Cell(s.Signs), First: b.Cell(s.First)}
		row.Way, _ = b.Shipped(s.ID, own)
		if v.Reads(access.WorkIncidents) {
			row.Edit, row.Reword = v.Href("/knowledge?edit="+s.ID+"#edit"), v.Href(passagePath("services/"+s.ID))
		}
		page.Rows = append(page.Rows, row)
	}
	writes, me := v.Reads(access.WorkIncidents), access.VisitorOf(v.R.Context()).User.ID
	for _, w := range own {
		if !w.Holds() && !writes {
			continue
		}
		page.Own = append(page.Own, ownLine{b.Way(w), names[w.Service], v.Href("/knowledge?edit=" + w.ID + "#edit"), !w.Holds(), !w.Holds() && w.CreatedBy != me && w.TenantID == v.tenant(), writes && w.TenantID == v.tenant()})
	}
	if writes {
		page.Form = v.ownForm(b, own)
		page.Edited = editing(v)
		if problem != nil && !v.Blame(page.Form, web.Renamed(problem, "text", "remedy")) {
			return problem
		}
	}
	return v.Render(status, "knowledge", page)
}

// editing is the id of what somebody edits: of a service for what is shipped.
func editing(v *view) string {
	if v.R.Method == http.MethodPost {
		return strings.ToLower(v.R.PostForm.Get("replaces"))
	}
	return strings.ToLower(v.R.URL.Query().Get("edit"))
}

// edited is what the form begins with: what somebody sent, or edits.
func (v *view) edited(b *knowledge.Book, own []tocsin.Workaround) url.Values {
	id := editing(v)
	if v.R.Method == http.MethodPost || id == "" {
		return v.R.PostForm
	}
	if way, ok := b.Shipped(id, own); ok {
		return url.Values{"service": {id}, "remedy": {way.Text()}, "limits": {way.Limits}}
	}
	for _, w := range own {
		if w.ID == id && w.TenantID == v.tenant() {
			return url.Values{"service": {w.Service}, "remedy": {w.Text}, "limits": {w.Limits}}
		}
	}
	return nil
}

// ownForm asks for a workaround of the desk's own, or for a better text of one.
func (v *view) ownForm(b *knowledge.Book, own []tocsin.Workaround) *web.Form {
	sent := v.edited(b, own)
	service := v.Field("service", "").Named(v.Text("help.service"))
	for _, s := range b.Services {
		service.Choices = append(service.Choices, web.Choice{Value: s.ID, Name: s.Name, On: sent.Get("service") == s.ID})
	}
	text := v.Field("remedy", sent.Get("remedy")).Named(v.Text("help.text")).Hinted(v.Text("help.text.hint"))
	limits := v.Field("limits", sent.Get("limits")).Named(v.Text("help.limits")).NotRequired()
	text.Lines, text.Max, limits.Max = true, 1000, 1000
	return &web.Form{Action: v.Href("/knowledge"), Submit: v.Text("help.add"), Fields: []web.Field{service, text, limits}}
}

// own serves POST /knowledge: a workaround is written, approved or withdrawn.
func (p *Pages) own(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	form, ctx := v.R.PostForm, v.R.Context()
	var err error
	switch id := strings.ToLower(form.Get("id")); form.Get("do") {
	case "approve":
		err = p.config.Help.ApproveWorkaround(ctx, v.tenant(), id, v.Now)
	case "end":
		err = p.config.Help.EndWorkaround(ctx, v.tenant(), id, v.Now)
	default:
		w := tocsin.Workaround{ID: tocsin.NewGUID(), TenantID: v.tenant(), Service: form.Get("service"), Language: v.Code, Text: form.Get("remedy"), Limits: form.Get("limits"), Replaces: form.Get("replaces"), CreatedAt: v.Now}
		w.Lowers = knowledge.LowersSecurity(w.Text + "\n" + w.Limits)
		if _, err = p.config.Help.AddWorkaround(ctx, w); err != nil {
			return v.showKnowledge(web.FormStatus(err), err)
		}
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.Href("/knowledge#own"))
}
