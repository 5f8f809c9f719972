package requests

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/respond"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// maxTurns is how many rows of the thread a page shows, the newest.
const maxTurns = 300

// requestPage is one request.
type requestPage struct {
	web.Frame
	Ref, Heading             string
	Level                    level
	State                    web.Look
	Due                      clock
	Turns                    []turn
	Details                  []detail
	Dossier                  []point
	Ready                    int
	Duties                   []duty
	Levels                   []stage
	Letters                  []level
	Raise                    string // text that asks for a raise
	RaiseLines, PackLines    []string
	Files                    []file
	Steps                    []support.Step
	Link, Phone, Open, Plan  string
	Who                      []string
	Missing                  []string     // fields, without the checks
	Speakers                 []web.Choice // for the provider
	Lacks, Unanswered        int          // what is missing in all, and checks of it
	Others                   []line
	Provider, Draft, Filed   bool
	Ended, Asks, Speaks      bool
	Copies, Surveyed         bool
	Solved                   string
	SurveyLink               string
	SurveyUntil              *lang.Moment
	SurveySaid               string
	Do, File, Attach, Edit   string
	Pack, PackText, PackBody string
	Form                     web.Form
	MaxMiB                   int
	CallBack                 string
}

// A turn is a row of the thread.
type turn struct {
	Kind        string // ours, theirs, sys
	By, Role    string
	Initial     string
	Time        *lang.Moment
	Text, Words string
	// Lang is the language of Text where it is not the reader's, Tongue its name;
	// Made is what is known to say it in the reader's.
	Lang, Tongue string
	Made         part.Bilingual
	Level        level
}

type detail struct {
	Name, Value, Href string
	At                *lang.Moment
	Late              bool
}

type point struct {
	Text, Missing string
	Ready         bool
}

type duty struct {
	ID, Text, Answer, Note string
	Answered, Done         bool
	By                     string
	At                     *lang.Moment
}

type stage struct {
	Level              level
	Name, Why, Decided string
	By                 string
	At                 *lang.Moment
}

type file struct {
	Name, Href, Size string
	Until            *lang.Moment
}

// request serves /requests/{n}.
func (p *Pages) request(v *view) error {
	r, err := v.asked()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, r.N, nil)
}

// show shows a request, with what is wrong with what was sent.
func (v *view) show(status int, n int64, problem error) error {
	c, ctx := v.pages.config, v.R.Context()
	r, err := c.Requests.Request(ctx, v.tenant(), n)
	if err != nil {
		return err
	}
	turns, err := c.Requests.RequestThread(ctx, v.tenant(), n, maxTurns)
	if err != nil {
		return err
	}
	files, err := c.Files.RequestFiles(ctx, v.tenant(), n)
	if err != nil {
		return err
	}
	terms := v.terms()
	page := requestPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.requests"), Href: v.Href("/requests")}, web.Crumb{Name: v.RequestRef(r)}), Ref: v.RequestRef(r), Heading: r.Content.Title, Level: v.level(r.Holds()), State: v.state(r),
		Due: v.clock(r, terms), Provider: r.ForProvider(), Draft: r.State == tocsin.RequestDraft, Filed: !r.Filing.At.IsZero(), Ended: !r.Open(), Asks: v.may(access.AskProvider), Surveyed: !r.Survey.At.IsZero(),
		Speakers: v.providers(),
		Do:       v.at(n, "work"), File: v.at(n, "filed"), Attach: v.at(n, "files"), MaxMiB: tocsin.MaxRequestFile >> 20, Copies: r.Content.Incident != 0, CallBack: r.Content.CallBack,
	}
	page.Title = v.Text("request.tab", "ref", page.Ref, "title", r.Content.Title)
	for _, t := range turns {
		one := v.turn(t)
		if t.Said() {
			if err := v.said(&one); err != nil {
				return err
			}
		}
		page.Turns = append(page.Turns, one)
	}
	if page.Ended {
		page.SurveyLink, page.SurveyUntil = v.surveyLink(r), v.Moment(r.EndedAt.Add(support.SurveyTerm))
	}
	if !page.Filed && !page.Ended {
		page.Edit = v.at(n, "edit")
	}
	if err := v.details(&page, r, turns); err != nil {
		return err
	}
	if err := v.check(&page, r, files, terms); err != nil {
		return err
	}
	if err := v.others(&page, r, terms); err != nil {
		return err
	}
	if problem != nil {
		page.Form.Fields = v.blamed()
		if !v.Blame(&page.Form, v.worded(problem)) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	} else if r.Open() {
		page.Refresh = 60
	}
	return v.Render(status, "request", page)
}

// blamed are the fields of the forms of the page, so that what is wrong is said of
// one by its name.
func (v *view) blamed() []web.Field {
	var list []web.Field
	for _, id := range []string{"text", "role", "case", "callBack", "at", "file", "solved", "rating"} {
		list = append(list, v.field(id, ""))
	}
	return list
}

// providers are those who speak for the provider, as the form of the thread offers them.
func (v *view) providers() []web.Choice {
	list := []web.Choice{{Name: v.Text("request.by.none")}}
	for _, id := range tocsin.ProviderRoles() {
		list = append(list, web.Choice{Value: id, Name: v.Text("request.by." + id), On: v.R.PostFormValue("role") == id})
	}
	return list
}

// turn words a row of the thread.
func (v *view) turn(t tocsin.RequestTurn) turn {
	one := turn{Kind: "sys", By: t.By, Time: v.Moment(t.At), Text: t.Text}
	first, _ := utf8.DecodeRuneInString(strings.ToUpper(t.By))
	switch t.Kind {
	case "ours", "note", "reply":
		one.Kind, one.Role, one.Initial = t.Kind, v.Text("request.said."+t.Kind), string(first)
		return one
	case "theirs":
		one.Kind, one.Role, one.Initial = "theirs", v.Text("request.said.theirs", "name", t.By), "M"
		if slices.Contains(tocsin.ProviderRoles(), t.Subject) {
			one.Role = v.Text("request.by."+t.Subject) + " · " + one.Role
		}
		return one
	}
	subject, state, key := t.Subject, t.State, "request.happened."+t.Kind
	switch t.Kind {
	case "severity":
		one.Level = v.level(t.State)
		key += "." + t.Subject
	case "duty":
		subject = v.dutyText(t.Subject)
		key += "." + t.State
	case "filed":
		state, one.Text = v.Text("request.channel."+t.State), v.Text("request.case", "case", t.Text)
	case "survey":
		if state = v.Text("request.solved." + t.State); t.Subject == "0" {
			key += ".unrated"
		}
	case "change":
		if t.State == tocsin.RequestDraft {
			key += ".draft"
		}
	case "open":
		if t.Subject != "" {
			key += ".issue"
		}
	}
	if one.By == tocsin.Stranger { // by the link of the survey
		one.By = v.Text("request.asker")
	}
	one.Words = v.Text(key, "subject", subject, "state", state, "name", t.By)
	return one
}

func (v *view) dutyText(id string) string {
	for _, one := range v.book.Duties.Items {
		if one.ID == id {
			return one.Text
		}
	}
	return id
}

// details are the figures beside the thread.
func (v *view) details(page *requestPage, r tocsin.Request, turns []tocsin.RequestTurn) error {
	c := r.Content
	add := func(key, value string) {
		if value != "" {
			page.Details = append(page.Details, detail{Name: v.Text("request.detail." + key), Value: value})
		}
	}
	moment := func(key string, at *lang.Moment) {
		if at != nil {
			page.Details = append(page.Details, detail{Name: v.Text("request.detail." + key), At: at})
		}
	}
	if c.Issue != "" {
		one := detail{Name: v.Text("request.detail.issue"), Value: c.Issue}
		if _, ok := v.Snapshot.Issue(c.Issue); ok {
			one.Href = v.IssueHref(c.Issue)
		}
		page.Details = append(page.Details, one)
	}
	add("case", r.Filing.Case)
	add("services", v.Join(c.Services))
	add("region", c.Region)
	moment("when", v.Moment(c.FirstSign))
	kind := v.book.Kind(c.Kind)
	if c.Category != "" {
		kind = v.Join([]string{kind, v.book.Category(c.Category)})
	}
	add("kind", kind)
	add("requester", c.Requester)
	add("openedby", r.OpenedBy)
	moment("opened", v.Moment(r.OpenedAt))
	if page.Filed {
		moment("filed", v.Moment(r.Filing.At))
		add("filedby", r.Filing.By)
		add("channel", v.Text("request.channel."+r.Filing.Channel))
		if at := slices.IndexFunc(turns, func(t tocsin.RequestTurn) bool { return t.Kind == "theirs" && !t.At.Before(r.Filing.At) }); at >= 0 {
			add("first", v.Length(turns[at].At.Sub(r.Filing.At)))
		}
	}
	if r.Filing.CallBack != "" {
		add("callback", r.Filing.CallBack)
	} else {
		add("callback", c.CallBack)
	}
	if c.Call != 0 {
		page.Details = append(page.Details, detail{Name: v.Text("request.detail.call"), Value: strconv.FormatInt(c.Call, 10), Href: v.Href("/triage/" + strconv.FormatInt(c.Call, 10))})
	}
	return v.runbook(page, c.Incident)
}

// runbook adds when the runbook of the incident has the request filed, for those
// who see the incident.
func (v *view) runbook(page *requestPage, n int64) error {
	if n == 0 {
		return nil
	}
	i, err := v.incident(n)
	if err != nil {
		return nil //nolint:nilerr // it is not theirs to see
	}
	steps, err := v.pages.config.Origins.IncidentSteps(v.R.Context(), n)
	if err != nil {
		return err
	}
	page.Details = append(page.Details, detail{Name: v.Text("request.detail.room"), Value: i.Title, Href: v.Href("/incidents/" + strconv.FormatInt(n, 10))})
	for _, step := range respond.CourseOf(i, steps).Plan(v.Now) {
		if step.Step != tocsin.StepEscalation {
			continue
		}
		one := detail{Name: v.Text("request.detail.runbook"), At: v.Moment(step.Due), Late: step.Late > 0}
		if one.Late {
			one.Value = v.Text("request.late", "time", v.Length(step.Late))
		}
		page.Details = append(page.Details, one)
	}
	return nil
}

// check words what is prepared, what is missing, and how the request is filed.
func (v *view) check(page *requestPage, r tocsin.Request, files []tocsin.RequestFile, terms tocsin.SupportTerms) error {
	for _, f := range files {
		kilobytes := (int(f.Size) + 1023) / 1024
		page.Files = append(page.Files, file{f.Name, v.at(r.N, "files/"+strconv.FormatInt(f.Place, 10)), v.Text("file.size", "size", v.Number(kilobytes)), v.Moment(f.AddedAt.Add(v.pages.config.Keep))})
	}
	for _, id := range tocsin.RequestSeverities() {
		page.Letters = append(page.Letters, v.level(id))
	}
	for _, s := range r.Severities {
		one := stage{Level: v.level(s.Severity), Name: v.Text("request.stage." + s.Stage), Why: s.Why, By: s.By, At: v.Moment(s.At)}
		if s.Stage == "proposed" {
			one.Why, one.Decided = v.book.Why(s)
		}
		page.Levels = append(page.Levels, one)
	}
	if !page.Provider {
		return nil
	}
	if support.CanRaise(r) {
		page.Raise = v.book.RaiseText(r, v.Zone)
		page.RaiseLines = linesOf(page.Raise)
	}
	known, err := knowledge.In(v.Code)
	if err != nil {
		return err
	}
	known = known.Of(r.Content.Issue)
	for _, p := range support.Check(r.Content, len(files)) {
		e, _ := known.Entry(known.Prepare, p.ID)
		one := point{Text: e.Text, Ready: p.Ready()}
		if one.Ready {
			page.Ready++
		}
		var missing []string
		for _, field := range p.Missing {
			missing = append(missing, v.book.Field(field))
		}
		one.Missing = v.Join(missing)
		page.Dossier = append(page.Dossier, one)
	}
	for _, item := range v.book.Duties.Items {
		one := duty{ID: item.ID, Text: item.Text}
		if d, ok := r.Duty(item.ID); ok {
			one.Answered, one.Done, one.Note, one.By, one.At = true, d.Done, d.Note, d.By, v.Moment(d.At)
		}
		page.Duties = append(page.Duties, one)
	}
	for _, field := range support.Missing(r, len(files)) {
		page.Lacks++
		if strings.HasPrefix(field, "duty-") { // they stand above
			page.Unanswered++
			continue
		}
		page.Missing = append(page.Missing, v.book.Field(field))
	}
	return v.filing(page, r, files, terms)
}

// filing words how the request comes to the provider.
func (v *view) filing(page *requestPage, r tocsin.Request, files []tocsin.RequestFile, terms tocsin.SupportTerms) error {
	d, err := v.dossier(r, files, terms)
	if err != nil {
		return err
	}
	speakers, err := v.speakers()
	if err != nil {
		return err
	}
	page.Speaks = support.MaySpeak(speakers, access.VisitorOf(v.R.Context()).User.ID)
	page.Steps, page.Link, page.Phone, page.Open, page.Plan, page.Who = v.book.Steps, d.Link, terms.Phone, terms.Open, terms.Plan, d.Speaks
	page.Pack, page.PackText, page.PackBody = v.at(r.N, "pack"), v.at(r.N, "pack.txt"), v.book.Pack(d)
	page.PackLines = linesOf(page.PackBody)
	return nil
}

// linesOf are the lines of a text that are not empty.
func linesOf(text string) []string {
	var list []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// others lists requests that go on about the same issue or in the same incident.
func (v *view) others(page *requestPage, r tocsin.Request, terms tocsin.SupportTerms) error {
	if r.Content.Issue == "" && r.Content.Incident == 0 {
		return nil
	}
	q := store.RequestsQuery{TenantID: v.tenant(), Open: true, Issue: r.Content.Issue, Limit: 20}
	if r.Content.Incident != 0 {
		q.Issue, q.Incident = "", r.Content.Incident
	}
	list, err := v.pages.config.Requests.Requests(v.R.Context(), q)
	for _, one := range list {
		if one.N != r.N && v.sees(one) {
			page.Others = append(page.Others, v.line(one, terms))
		}
	}
	return err
}
