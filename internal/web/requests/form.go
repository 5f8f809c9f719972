package requests

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
	"example.org/tocsin/internal/web"
)

// formPage asks for what a request needs.
type formPage struct {
	web.Frame
	Heading, Lead  string
	Form           web.Form
	F              map[string]web.Field
	Levels         []choice
	Proposed       string // which severity, and why
	Back           string
	Incident, Call int64
	Rev            int64
	Reasons        []reason
	Who            []string // may file it
	Categories     []support.Category
	Assessed       string
	Admins         []string
	About          []string
	Provider       bool // may be for the provider
	MaxMiB         int
}

// A choice is a severity with its sentences and examples.
type choice struct {
	level
	On                  bool
	Sentences, Examples []string
}

type reason struct {
	Text string
	Ours bool
}

// A beginning is what a form is filled in with.
type beginning struct {
	content tocsin.RequestContent
	call    *tocsin.Triage
	rev     int64 // of the request that is changed, 0 for a new one
	n       int64
	when    string // as it was typed
}

// begin serves /requests/new: from scratch, from a triage (call), an incident, an
// issue, or a report of the staff (service, at, issue).
func (p *Pages) begin(v *view) error {
	b, err := v.beginning(v.R.URL.Query())
	if err != nil {
		return err
	}
	return v.showForm(http.StatusOK, b, nil)
}

func (v *view) beginning(q url.Values) (b beginning, err error) {
	c := &b.content
	c.To, c.Kind, c.Severity = "desk", "technical", "C"
	if v.may(access.AskProvider) {
		c.To = "provider"
	}
	c.Region = tocsin.Clip(q.Get("region"), 100)
	if row, ok := v.Snapshot.Issue(strings.TrimSpace(q.Get("issue"))); ok { // what it does not know, a link does not name
		c.Issue = row.ID
	}
	if name := tocsin.Clip(q.Get("service"), 100); name != "" {
		c.Services = []string{name}
	}
	if at, ok := v.ReadTime(q.Get("at")); ok && !at.After(v.Now) {
		c.FirstSign = at
	}
	call, called := positive(q.Get("call"))
	if n, ok := positive(q.Get("incident")); ok {
		of, err := v.fromIncident(c, n)
		if err != nil {
			return b, err
		}
		if !called {
			call, called = of, of > 0
		}
	}
	if n := call; called {
		t, err := v.pages.config.Origins.Triage(v.R.Context(), v.tenant(), n)
		if err != nil {
			return b, err
		}
		b.call = &t
		v.fromCall(c, t)
	}
	return b, v.fromIssue(c)
}

func positive(text string) (n int64, ok bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0
}

// fromIncident fills in what an incident is about, and returns the number of the call
// from which it was opened, 0 for none. One that the visitor does not see is not there.
func (v *view) fromIncident(c *tocsin.RequestContent, n int64) (call int64, err error) {
	i, err := v.incident(n)
	if err != nil {
		return 0, err
	}
	c.Incident, c.Title, c.FirstSign = n, i.Title, i.T0()
	if len(i.Issues) > 0 && c.Issue == "" {
		c.Issue = i.Issues[0]
	}
	for _, id := range i.Services {
		c.Services = append(c.Services, v.serviceName(id))
	}
	return v.pages.config.Origins.CallOf(v.R.Context(), v.tenant(), i)
}

// incident reads an incident of which the visitor sees every tenant.
func (v *view) incident(n int64) (tocsin.Incident, error) {
	i, err := v.pages.config.Origins.Incident(v.R.Context(), n)
	if err != nil {
		return i, err
	}
	visitor := access.VisitorOf(v.R.Context())
	ours := false
	for _, id := range i.TenantIDs {
		if !visitor.May(access.WorkIncidents, id) {
			return i, tocsin.NotFoundf("There is no incident %d.", n)
		}
		ours = ours || id == v.tenant()
	}
	if !ours {
		return i, tocsin.NotFoundf("There is no incident %d.", n)
	}
	return i, nil
}

func (v *view) serviceName(id string) string {
	for _, s := range v.Snapshot.Services {
		if strings.EqualFold(s.ID, id) {
			return s.Name
		}
	}
	return id
}

// fromCall fills in what a triage found out.
func (v *view) fromCall(c *tocsin.RequestContent, t tocsin.Triage) {
	a := t.Answers
	c.Call = t.N
	if a.Region != "" {
		c.Region = a.Region
	}
	if book, err := knowledge.In(v.Code); err == nil && len(c.Services) == 0 {
		for _, id := range a.Services {
			if s, ok := book.Service(id); ok {
				c.Services = append(c.Services, s.Name)
			}
		}
	}
	if a.Issue != "" && a.Issue != tocsin.NoIssue {
		c.Issue = a.Issue
	}
	if at, ok := a.Trace.Time(); ok {
		c.FirstSign = at
	} else if c.FirstSign.IsZero() {
		c.FirstSign = t.OpenedAt
	}
	c.Requester = a.Caller
	var codes, repro []string
	for _, one := range []string{a.Trace.HTTP, a.Trace.Correlation, a.Trace.Request, a.Trace.Meeting, a.Trace.SMTP} {
		if one != "" {
			codes = append(codes, one)
		}
	}
	for _, step := range tocsin.TriageSteps() {
		if text := a.Notes[step]; text != "" {
			repro = append(repro, text)
		}
	}
	c.Codes, c.Repro = strings.Join(codes, "\n"), tocsin.Clip(strings.Join(repro, "\n"), 4000)
	if s, ok := support.Propose(a); ok {
		c.Severity = s.Severity
	}
}

// fromIssue fills in what the provider says of the issue.
func (v *view) fromIssue(c *tocsin.RequestContent) error {
	row, ok := v.Snapshot.Issue(c.Issue)
	if !ok || c.Issue == "" {
		return nil
	}
	c.Issue = row.ID
	issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
	if err != nil {
		return err
	}
	if c.Title == "" {
		c.Title = tocsin.Clip(strings.TrimSpace(issue.Title), 200)
	}
	if len(c.Services) == 0 && issue.Service != "" {
		c.Services = []string{issue.Service}
	}
	return nil
}

func (v *view) showForm(status int, b beginning, problem error) error {
	c := b.content
	title := v.Text("request.new")
	crumbs := []web.Crumb{{Name: v.Text("nav.requests"), Href: v.Href("/requests")}}
	page := formPage{
		Incident: c.Incident, Call: c.Call, Rev: b.rev, Back: v.Href("/requests"), Categories: v.book.Categories, Assessed: v.book.Assessed, Admins: v.book.Admins, About: v.book.About,
		Provider: v.may(access.AskProvider), MaxMiB: tocsin.MaxRequestFile >> 20, F: map[string]web.Field{},
	}
	page.Form.Action, page.Lead = v.Href("/requests/new"), v.Text("request.new.lead", "tenant", v.Snapshot.Tenant.Title())
	if b.n > 0 {
		title = v.Text("request.edit")
		page.Form.Action, page.Back = v.at(b.n, "edit"), v.at(b.n, "")
	}
	if b.call != nil {
		page.Lead = v.Text("request.new.call", "n", int(b.call.N), "tenant", v.Snapshot.Tenant.Title())
	}
	page.Frame, page.Heading = v.Frame(append(crumbs, web.Crumb{Name: title})...), title
	page.Form.Fields = v.fields(b)
	if err := v.beside(&page, b); err != nil {
		return err
	}
	if problem != nil {
		v.Keep(page.Form.Fields)
		if !v.Blame(&page.Form, v.worded(problem)) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	}
	for _, f := range page.Form.Fields {
		page.F[f.ID] = f
	}
	for _, s := range v.book.Severities {
		one := choice{level: v.level(s.ID), On: s.ID == c.Severity, Examples: s.Examples}
		for _, sentence := range s.Sentences {
			one.Sentences = append(one.Sentences, sentence.Text)
		}
		page.Levels = append(page.Levels, one)
	}
	return v.Render(status, "request-new", page)
}

// fields are those of the form, in their order.
func (v *view) fields(b beginning) []web.Field {
	c := b.content
	field := func(id, value string) web.Field { return v.field(id, value) }
	to := field("to", "")
	for _, id := range tocsin.RequestRecipients() {
		to.Choices = append(to.Choices, web.Choice{Value: id, Name: v.Text("request.to." + id), On: id == c.To})
	}
	kind, category := field("kind", ""), field("category", "").NotRequired()
	for _, one := range v.book.Kinds {
		kind.Choices = append(kind.Choices, web.Choice{Value: one.ID, Name: one.Text, On: one.ID == c.Kind})
	}
	category.Choices = []web.Choice{{Name: v.Text("request.category.none")}}
	for _, one := range v.book.Categories {
		category.Choices = append(category.Choices, web.Choice{Value: one.ID, Name: one.Name, On: one.ID == c.Category})
	}
	when := b.when
	if when == "" && !c.FirstSign.IsZero() {
		when = c.FirstSign.In(v.Zone).Format("2006-01-02 15:04")
	}
	repro, codes := field("repro", c.Repro).NotRequired(), field("codes", c.Codes).NotRequired().Hinted(v.Text("request.codes.hint"))
	repro.Lines, codes.Lines = true, true
	list := []web.Field{
		field("title", c.Title), field("severity", c.Severity), to, kind, category, field("services", strings.Join(c.Services, ", ")).NotRequired().Hinted(v.Text("request.services.hint")), field("region", c.Region).NotRequired(),
		field("when", when).NotRequired().Hinted(v.Text("request.when.hint", "city", v.City())), repro, codes,
		field("issue", c.Issue).NotRequired(), field("requester", c.Requester).NotRequired().Hinted(v.Text("request.requester.hint")), field("callBack", c.CallBack).NotRequired(),
	}
	list[12].Type = "tel"
	if !v.may(access.AskProvider) {
		return append(list[:2], list[3:]...)
	}
	for i := range list { // those that a request to the provider needs
		if slices.Contains(needed(), list[i].ID) {
			list[i].Optional = false
		}
	}
	return list
}

// needed are the fields without which a request to the provider is a draft.
func needed() []string { return support.Complete(tocsin.RequestContent{To: "provider"}) }

// beside is what stands beside the form: whether a ticket is needed, and who files
// it.
func (v *view) beside(page *formPage, b beginning) error {
	known, err := knowledge.In(v.Code)
	if err != nil {
		return err
	}
	var ours []string
	if b.call != nil {
		if s, ok := support.Propose(b.call.Answers); ok {
			sentence, decided := v.book.Why(s)
			page.Proposed = v.Text("request.proposed", "severity", s.Severity, "sentence", sentence, "decided", decided)
		}
		if b.call.Verdict == string(triage.Provider) && b.content.Issue == "" {
			ours = append(ours, "unlisted")
		}
	}
	for _, e := range known.Reasons {
		page.Reasons = append(page.Reasons, reason{e.Text, slices.Contains(ours, e.ID)})
	}
	speakers, err := v.speakers()
	for _, s := range speakers {
		page.Who = append(page.Who, s.Line())
	}
	return err
}

// maxParts bounds the parts of a form.
const maxParts = 60

// readForm reads a form with files into the request, part by part: nothing is
// written to a disk, and no file is read further than it may be long.
func (v *view) readForm() (files []tocsin.RequestFile, err error) {
	parts, err := v.R.MultipartReader()
	if err != nil {
		return nil, v.R.ParseForm() // a form without files
	}
	v.R.PostForm = url.Values{}
	unread := func(cause error) error {
		return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "file", Message: "The form cannot be read, or its files are too large.", Cause: cause}
	}
	for n := 0; ; n++ {
		one, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			v.R.Form = v.R.PostForm
			return files, nil
		}
		if err != nil || n >= maxParts {
			return nil, unread(err)
		}
		most := int64(64 << 10)
		if one.FileName() != "" {
			most = tocsin.MaxRequestFile
		}
		body, err := io.ReadAll(io.LimitReader(one, most+1))
		switch {
		case err != nil:
			return nil, unread(err)
		case one.FileName() != "" && len(body) > 0:
			files = append(files, tocsin.RequestFile{Name: one.FileName(), Body: body})
		case one.FileName() == "" && int64(len(body)) > most:
			return nil, unread(nil)
		case one.FileName() == "":
			v.R.PostForm.Add(one.FormName(), string(body))
		}
	}
}

// taken reads the content of the form.
func (v *view) taken(b *beginning) (files []tocsin.RequestFile, draft bool, err error) {
	if files, err = v.readForm(); err != nil {
		if v.R.PostForm == nil {
			v.R.PostForm = url.Values{}
		}
		return nil, false, err
	}
	form, c := v.R.PostForm, &b.content
	text := form.Get
	c.Title, c.Severity, c.To, c.Kind, c.Category, c.Region, c.Repro, c.Codes = text("title"), text("severity"), text("to"), text("kind"), text("category"), text("region"), text("repro"), text("codes")
	c.Issue, c.Requester, c.CallBack = text("issue"), text("requester"), text("callBack")
	c.Services = strings.FieldsFunc(text("services"), func(r rune) bool { return r == ',' || r == '\u3001' || r == '\n' })
	if !v.may(access.AskProvider) {
		c.To = "desk" // the other field is not in their form
	}
	if row, ok := v.Snapshot.Issue(strings.TrimSpace(c.Issue)); ok {
		c.Issue = row.ID
	}
	if n, ok := positive(text("incident")); ok {
		c.Incident = n
		if _, err := v.incident(n); err != nil {
			return nil, false, err
		}
	}
	b.when, draft = strings.TrimSpace(text("when")), form.Get("draft") != ""
	var problems []error
	if b.when != "" {
		at, ok := v.ReadTime(b.when)
		if c.FirstSign = at; !ok {
			problems = append(problems, tocsin.Invalidf("when", "%s", v.Text("request.bad.when")))
		}
	}
	c.Normalize()
	if !draft {
		for _, field := range support.Complete(*c) {
			if field != "when" || b.when == "" {
				problems = append(problems, tocsin.Invalidf(field, "%s", v.Text("request.bad."+field)))
			}
		}
	}
	return files, draft, errors.Join(append(problems, c.Validate(v.Now))...)
}

// open serves POST /requests/new.
func (p *Pages) open(v *view) error {
	var b beginning
	files, draft, err := v.taken(&b)
	if n, ok := positive(v.R.PostForm.Get("call")); ok {
		t, err := p.config.Origins.Triage(v.R.Context(), v.tenant(), n)
		if err != nil {
			return err
		}
		b.call, b.content.Call = &t, n
	}
	var r tocsin.Request
	if err == nil {
		d := store.RequestDraft{Content: b.content, Draft: draft}
		if b.call != nil {
			d.Duties = support.Answered(b.call.Answers)
			if s, ok := support.Propose(b.call.Answers); ok {
				d.Proposed = &s
			}
		}
		r, err = p.config.Requests.OpenRequest(v.R.Context(), v.tenant(), d, v.Now)
	}
	if err != nil {
		return v.showForm(web.FormStatus(err), b, err)
	}
	return v.added(r, files)
}

// added adds the files of a form and leads to the request.
func (v *view) added(r tocsin.Request, files []tocsin.RequestFile) error {
	for _, f := range files {
		if _, err := v.pages.config.Files.AddRequestFile(v.R.Context(), v.tenant(), r.N, f, v.Now); err != nil {
			return v.show(web.FormStatus(err), r.N, err)
		}
	}
	return v.Redirect(v.at(r.N, ""))
}

// edit serves /requests/{n}/edit.
func (p *Pages) edit(v *view) error {
	r, err := v.asked()
	if err != nil {
		return err
	}
	return v.showForm(http.StatusOK, beginning{content: r.Content, rev: r.Rev, n: r.N}, nil)
}

// change serves POST /requests/{n}/edit.
func (p *Pages) change(v *view) error {
	r, err := v.asked()
	if err != nil {
		return err
	}
	b := beginning{content: tocsin.RequestContent{Call: r.Content.Call, Incident: r.Content.Incident}, rev: r.Rev, n: r.N}
	files, draft, err := v.taken(&b)
	if err == nil {
		rev, _ := positive(v.R.PostForm.Get("rev")) // none is none that holds
		err = p.config.Requests.EditRequest(v.R.Context(), v.tenant(), r.N, rev, b.content, draft, v.Now)
	}
	if err != nil {
		return v.showForm(web.FormStatus(err), b, err)
	}
	return v.added(r, files)
}

// field is an input of the forms of the family.
func (v *view) field(id, value string) web.Field {
	return web.Field{ID: id, Label: v.Text("request.field." + id), Value: value, Auto: "off"}
}

// worded puts what is wrong into the words of the family, and returns it.
func (v *view) worded(problem error) error {
	for _, e := range web.Causes(problem) {
		key := "request.bad." + e.Field
		if errors.Is(e.Kind, tocsin.ErrConflict) {
			key = "request.taken." + e.Field
		}
		if v.HasText(key) {
			e.Message = v.Text(key)
		}
	}
	return problem
}
