package room

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// messagePage is a message that is written, beside how it reads.
type messagePage struct {
	web.Frame
	Of, Name string
	Others   []link       // messages, this one too
	Form     web.Form     // what fills the message; GET shows it anew
	Seen     []draft      // in each language of the pages, that of the page first
	Missing  []string     // names of what is to be filled in
	Newest   *lang.Moment // post of the provider; nil without any
	Sent     string       // where it is said to be sent; "" for those who may not
	Fields   map[string]string
}

// A draft is a message in a language.
type draft struct {
	Code, Name string
	Subject    []respond.Part
	Lines      [][]respond.Part
	Text       string // as it is copied
}

// fillable are the slots that people fill, in the order of the form. What is not
// among them comes from the room alone.
func fillable() []string {
	return []string{"symptoms", "services", "regions", "users", "risks", "eta", "workarounds", "next"}
}

// message serves /incidents/{n}/message.
func (p *Pages) message(v *view) error {
	i, err := v.asked()
	if err != nil {
		return err
	}
	return v.showMessage(http.StatusOK, i, v.R.URL.Query().Get("of"), v.R.URL.Query().Get, nil)
}

func (v *view) showMessage(status int, i tocsin.Incident, of string, typed func(string) string, problem error) error {
	facts, err := v.facts(i)
	if err != nil {
		return err
	}
	t, ok := v.book.Message(cmp.Or(of, "announcement"))
	if !ok {
		return web.NothingHere()
	}
	page := messagePage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.rooms"), Href: v.Href("/incidents")}, web.Crumb{Name: v.Text("room.number", "n", int(i.N)), Href: v.Href(path(i.N, ""))}, web.Crumb{Name: t.Name}),
		Of:    t.ID, Name: t.Name, Fields: map[string]string{},
	}
	if !facts.since.IsZero() {
		page.Newest = v.Moment(facts.since)
	}
	for _, other := range v.book.Messages {
		page.Others = append(page.Others, link{other.Name, v.Href(path(i.N, "message?of="+other.ID))})
	}
	facts.take(v.Locale, typed)
	filled := facts.in(v.Locale)
	for _, name := range fillable() {
		page.Fields[name] = filled[name]
	}
	if page.Seen, page.Missing, err = v.drafts(t.ID, facts); err != nil && problem == nil {
		problem = err
	}
	page.Form = web.Form{Action: v.Href(path(i.N, "message")), Submit: v.Text("room.preview"), Fields: v.messageFields(t, facts, filled)}
	if problem != nil {
		status = web.FormStatus(problem)
		if !v.Blame(&page.Form, problem) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	}
	if i.Open() && v.mayAll(access.Communicate, i) {
		page.Sent = v.Href(path(i.N, "sent"))
	}
	return v.Render(status, "room-message", page)
}

// messageFields ask for what the message has slots for.
func (v *view) messageFields(t respond.Template, f facts, values map[string]string) (fields []web.Field) {
	for _, name := range fillable() {
		if !slices.ContainsFunc(t.Lines, func(l respond.Line) bool { return strings.Contains(l.Text+l.Else, "{"+name+"}") }) {
			continue
		}
		field := v.Field(name, values[name]).Named(v.Text("room.slot." + name))
		field.Max = 1000
		if hint := "room.slot." + name + ".hint"; v.HasText(hint) {
			field.Hint = v.Text(hint, "zone", f.zone.String())
		}
		fields = append(fields, field)
	}
	return fields
}

// drafts fill the message in each language of the pages.
func (v *view) drafts(id string, f facts) (list []draft, missing []string, err error) {
	codes := append([]string{v.Code}, slices.DeleteFunc(lang.Languages(), func(code string) bool { return code == v.Code })...)
	for _, code := range codes {
		book, err := respond.In(code)
		if err != nil {
			return nil, nil, err
		}
		t, _ := book.Message(id)
		filled, err := t.Fill(respond.Facts{Values: f.in(v.InLanguage(code)), Said: f.said})
		if err != nil {
			return nil, nil, err
		}
		var text []string
		for _, line := range filled.Lines {
			text = append(text, respond.Text(line))
		}
		list = append(list, draft{Code: code, Name: v.InLanguage(code).Text("room.language"), Subject: filled.Lines[0], Lines: filled.Lines[1:], Text: strings.Join(text, "\n")})
		if code == v.Code {
			for _, name := range filled.Missing {
				missing = append(missing, v.Text("room.slot."+name))
			}
		}
	}
	return list, missing, nil
}

// facts are what a message is filled with.
type facts struct {
	Values map[string]string // by slot: what people wrote, and what is the same in every language
	said   []string
	states []matrixRow
	zone   *time.Location
	now    time.Time
	next   time.Time
	since  time.Time // of the newest post
}

// in are the values in a language: times, dates and states of services are worded
// in it, what people wrote stays.
func (f facts) in(l web.Locale) map[string]string {
	values, zone := maps.Clone(f.Values), f.zone
	values["date"] = l.Date(f.now.In(zone))
	if values["next"] == "" && !f.next.IsZero() {
		values["next"] = l.HM(f.next.In(zone))
	}
	if !f.since.IsZero() {
		values["since"] = l.HM(f.since.In(zone))
		if f.now.Sub(f.since) > 20*time.Hour {
			values["since"] = l.Full(f.since.In(zone))
		}
	}
	var states, broken, helps []string
	for _, row := range f.states {
		if row.Now != "" {
			states = append(states, row.Name+l.Space()+l.Text("room.state."+row.Now))
		}
		if row.Now == "partial" || row.Now == "ko" {
			broken = append(broken, row.Name)
		}
		if row.Workaround != "" {
			helps = append(helps, l.Text("room.help", "service", row.Name, "help", row.Workaround))
		}
	}
	values["states"] = l.Join(states)
	values["services"] = cmp.Or(values["services"], l.Join(broken))
	values["workarounds"] = cmp.Or(values["workarounds"], l.Join(helps))
	return values
}

// take takes what people typed, in the place of what was filled in for them. What
// they left as it was is worded in each language.
func (f facts) take(l web.Locale, typed func(string) string) {
	filled := f.in(l)
	for _, name := range fillable() {
		if text := strings.TrimSpace(typed(name)); text != "" && text != filled[name] {
			f.Values[name] = text
		}
	}
}

// facts gathers what the room and the provider say.
func (v *view) facts(i tocsin.Incident) (facts, error) {
	room, err := v.pages.config.Incidents.IncidentRoom(v.R.Context(), i.N)
	if err != nil {
		return facts{}, err
	}
	var page roomPage
	v.matrix(&page, i, room.States)
	f := facts{Values: map[string]string{"id": strings.Join(i.Issues, ", ")}, states: page.Matrix, zone: v.zone(i), now: v.Now}
	if f.Values["id"] == "" {
		f.Values["id"] = v.Text("room.number", "n", int(i.N))
	}
	plan := respond.CourseOf(i, room.Steps)
	if update, ok := plan.Current(tocsin.StepUpdates, v.Now); ok {
		f.Values["n"], f.next = v.Number(update.N), respond.Due(respond.Key{Step: tocsin.StepUpdates, N: update.N + 1}, i.T0(), f.zone)
		if update.Due.After(v.Now) && update.N == 1 {
			f.next = update.Due // nothing was sent yet: the first one comes
		}
	}
	for _, id := range i.Issues {
		if row, ok := v.Snapshot.Issue(id); ok {
			if err := v.hear(&f, row); err != nil {
				return facts{}, err
			}
		}
	}
	return f, nil
}

// hear takes down what the newest post of an issue says.
func (v *view) hear(f *facts, row *readmodel.Row) error {
	issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
	if err != nil || len(issue.Posts) == 0 {
		return err
	}
	newest := slices.MaxFunc(issue.Posts, func(a, b tocsin.Post) int { return a.CreatedAt.Compare(b.CreatedAt) })
	if newest.CreatedAt.After(f.since) {
		f.since = newest.CreatedAt
	}
	f.said = append(f.said, "trouble")
	switch {
	case row.Course().Over(v.Now):
		f.said = append(f.said, "end", "progress")
	case row.Status.Severity() == tocsin.SeverityRecovering:
		f.said = append(f.said, "progress")
	}
	for _, s := range post.Read(newest).Sections {
		if s.Kind == post.KindEstimatedTime && f.Values["eta"] == "" {
			f.Values["eta"] = s.Text
		}
	}
	return nil
}

// sent serves POST /incidents/{n}/sent: a message was sent as it is shown. The
// step of the runbook that it belongs to is done, and its words are kept.
func (p *Pages) sent(v *view) error {
	i, err := v.asked()
	if err != nil {
		return err
	}
	f, err := v.facts(i)
	if err != nil {
		return err
	}
	f.take(v.Locale, v.R.PostFormValue)
	t, ok := v.book.Message(v.R.PostFormValue("of"))
	if !ok {
		return web.NothingHere()
	}
	drafts, missing, err := v.drafts(t.ID, f)
	if err == nil && len(missing) > 0 {
		err = tocsin.Invalidf("missing", "%s", v.Text("room.missing", "names", v.Join(missing)))
	}
	if err == nil {
		err = p.keep(v, i, t, drafts[0])
	}
	if err != nil {
		return v.showMessage(web.FormStatus(err), i, t.ID, v.R.PostFormValue, err)
	}
	return v.Redirect(v.There(path(i.N, "")) + "#timeline")
}

// stepOf is the step of the runbook that is done when a message is sent.
func stepOf(message string) string {
	switch message {
	case "announcement", "short-alert":
		return tocsin.StepAnnouncement
	case "managers", "hourly":
		return tocsin.StepUpdates
	case "closure", "short-closure":
		return tocsin.StepClosure
	}
	return ""
}

// keep writes a message into the timeline as it was sent, and ticks its step.
func (p *Pages) keep(v *view, i tocsin.Incident, t respond.Template, d draft) error {
	steps, err := p.config.Runbook.IncidentSteps(v.R.Context(), i.N)
	if err != nil {
		return err
	}
	var step tocsin.IncidentStep // none where it is done: one more message does no harm
	if current, open := respond.CourseOf(i, steps).Current(stepOf(t.ID), v.Now); open {
		step = tocsin.IncidentStep{Step: current.Step, N: current.N, Needed: true}
	}
	return p.config.Timeline.AddMessage(v.R.Context(), i.N, t.Name, d.Text, step, v.Now)
}
