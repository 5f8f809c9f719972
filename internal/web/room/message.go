package room

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	store "example.org/tocsin/internal/store/respond"
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
	Sent     string       // where it is sent; "" for those who may not
	Fields   map[string]string
	Edit     *tocsin.IncidentMessage // that is written anew; nil for a new one
	Channels []web.Choice
	Second   bool   // somebody else looks at it first
	Promised string // the promise that goes with it, as an instant
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
	of, typed := v.R.URL.Query().Get("of"), v.R.URL.Query().Get
	edited, err := v.edited(i, typed("edit"))
	if err == nil && edited != nil {
		if of = edited.Template; !v.R.URL.Query().Has("shown") { // else they have gone on
			typed = func(name string) string { return edited.Facts[name] }
		}
	}
	if err != nil {
		return err
	}
	return v.showMessage(http.StatusOK, i, of, typed, edited, nil)
}

// edited is the message that is written anew: one that its writer, or somebody after
// them, has not sent.
func (v *view) edited(i tocsin.Incident, number string) (*tocsin.IncidentMessage, error) {
	if number == "" {
		return nil, nil //nolint:nilnil // a new one
	}
	m, err := v.messageOf(i, number)
	return &m, err
}

// messageOf is a message of an incident by its number.
func (v *view) messageOf(i tocsin.Incident, number string) (tocsin.IncidentMessage, error) {
	list, err := v.pages.config.Messages.Said(v.R.Context(), i.N)
	if err != nil {
		return tocsin.IncidentMessage{}, err
	}
	at := slices.IndexFunc(list, func(m tocsin.IncidentMessage) bool { return strconv.FormatInt(m.N, 10) == number })
	if at < 0 {
		return tocsin.IncidentMessage{}, web.NothingHere()
	}
	return list[at], nil
}

func (v *view) showMessage(status int, i tocsin.Incident, of string, typed func(string) string, edited *tocsin.IncidentMessage, problem error) error {
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
		Of:    t.ID, Name: t.Name, Fields: map[string]string{}, Edit: edited, Second: v.pages.config.Approve(),
	}
	if !facts.since.IsZero() {
		page.Newest = v.Moment(facts.since)
	}
	for _, other := range v.book.Messages {
		page.Others = append(page.Others, link{other.Name, v.Href(path(i.N, "message?"+carried(other.ID, typed)))})
	}
	facts = facts.about(t.ID)
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
		if !v.Blame(&page.Form, v.worded(problem)) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	}
	if i.Open() && v.mayAll(access.Communicate, i) {
		page.Sent = v.Href(path(i.N, "sent"))
		before := edited
		if before == nil {
			if before, err = v.sentBefore(i); err != nil {
				return err
			}
		}
		page.Channels = v.channels(before)
		page.Promised = promised(t, facts)
	}
	return v.Render(status, "room-message", page)
}

// carried is the query of another message with what was typed for this one.
func carried(of string, typed func(string) string) string {
	q := url.Values{"of": {of}}
	for _, name := range fillable() {
		if text := typed(name); text != "" && name != "next" {
			q.Set(name, text)
		}
	}
	return q.Encode()
}

// channels are the channels to choose from: at first those of the message before are
// chosen.
func (v *view) channels(before *tocsin.IncidentMessage) (list []web.Choice) {
	chosen := v.R.PostForm["channels"]
	if v.R.PostForm == nil && before != nil {
		chosen = before.Channels
	}
	for _, c := range v.pages.config.Messages.Channels() {
		list = append(list, web.Choice{Value: c.Name, Name: v.Text("room.channel", "name", c.Name, "kind", c.Kind, "language", c.Language), On: slices.Contains(chosen, c.Name)})
	}
	return list
}

// promised is the promise of a message as an instant, "" where it makes none that is
// worked out from the runbook.
func promised(t respond.Template, f facts) string {
	if f.next.IsZero() || f.Values["next"] != "" || !t.Asks("next") {
		return ""
	}
	return f.next.UTC().Format(time.RFC3339)
}

// messageFields ask for what the message has slots for.
func (v *view) messageFields(t respond.Template, f facts, values map[string]string) (fields []web.Field) {
	for _, name := range fillable() {
		if !t.Asks(name) {
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
	stalls []stall
	zone   *time.Location
	now    time.Time
	due    time.Time // of the update that is to be sent, zero where that has passed
	next   time.Time // what the message promises
	since  time.Time // of the newest post
}

// about are the facts for a message: one that is no update itself promises the update
// that is to come, an update the one after it.
func (f facts) about(template string) facts {
	if tocsin.MessageStep(template) != tocsin.StepUpdates && !f.due.IsZero() {
		f.next = f.due
	}
	return f
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
			states = append(states, l.Text("room.stateis", "service", row.Name, "state", l.Text("room.state."+row.Now)))
		}
		if row.Now == "partial" || row.Now == "ko" {
			broken = append(broken, row.Name)
		}
		if row.Workaround != "" {
			helps = append(helps, l.Text("room.help", "service", row.Name, "help", row.Workaround))
		}
	}
	values["states"] = l.Join(states)
	values["risks"] = cmp.Or(values["risks"], risks(l, f.stalls))
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
	return v.factsOf(i, room)
}

// factsOf is facts of a room that was read.
func (v *view) factsOf(i tocsin.Incident, room store.Room) (facts, error) {
	var page roomPage
	v.matrix(&page, i, room.States)
	f := facts{Values: map[string]string{"id": strings.Join(i.Issues, ", ")}, states: page.Matrix, zone: v.zone(i), now: v.Now}
	var err error
	if f.stalls, err = v.stalls(i, room); err != nil {
		return facts{}, err
	}
	if f.Values["id"] == "" {
		f.Values["id"] = v.Text("room.number", "n", int(i.N))
	}
	plan := respond.CourseOf(i, room.Steps)
	if update, ok := plan.Current(tocsin.StepUpdates, v.Now); ok {
		f.Values["n"], f.next = v.Number(update.N), respond.Due(respond.Key{Step: tocsin.StepUpdates, N: update.N + 1}, i.T0(), f.zone)
		if update.Due.After(v.Now) {
			f.due = update.Due
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
	if row.Status == tocsin.StatusFalsePositive || row.LeftAt != 0 && !row.Course().Over(v.Now) {
		return nil // it no longer stands by what it said
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
