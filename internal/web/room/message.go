package room

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
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
	Second   bool // somebody else looks at it first
}

// A draft is a message in a language.
type draft struct {
	Code, Name string
	Subject    []respond.Part
	Lines      [][]respond.Part
	Text       string // as it is copied
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
	list, err := v.spoken(i)
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
	if !facts.Since.IsZero() {
		page.Newest = v.Moment(facts.Since)
	}
	for _, other := range v.book.Messages {
		page.Others = append(page.Others, link{other.Name, v.Href(path(i.N, "message?"+carried(other.ID, typed)))})
	}
	facts = facts.About(t.ID)
	if err := facts.Take(v.Code, typed); err != nil {
		return err
	}
	filled, err := facts.In(v.Code)
	if err != nil {
		return err
	}
	for _, name := range speech.Fillable() {
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
	if i.Open() && v.speaks(i) {
		page.Sent = v.Href(path(i.N, "sent"))
		before := edited
		if before == nil {
			said, err := v.spoken(i)
			if err != nil {
				return err
			}
			before = newestSent(said)
		}
		page.Channels = v.channels(before)
	}
	return v.Render(status, "room-message", page)
}

// carried is the query of another message with what was typed for this one.
func carried(of string, typed func(string) string) string {
	q := url.Values{"of": {of}}
	for _, name := range speech.Fillable() {
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

// messageFields ask for what the message has slots for.
func (v *view) messageFields(t respond.Template, f speech.Facts, values map[string]string) (fields []web.Field) {
	for _, name := range speech.Fillable() {
		if !t.Asks(name) {
			continue
		}
		field := v.Field(name, values[name]).Named(v.Text("room.slot." + name))
		field.Max = 1000
		if hint := "room.slot." + name + ".hint"; v.HasText(hint) {
			field.Hint = v.Text(hint, "zone", f.Zone.String())
		}
		fields = append(fields, field)
	}
	return fields
}

// drafts fill the message in each language of the pages.
func (v *view) drafts(id string, f speech.Facts) (list []draft, missing []string, err error) {
	drafts, err := f.Drafts(id, v.Code)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range drafts {
		list = append(list, draft{Code: d.Code, Name: v.InLanguage(d.Code).Text("room.language"), Subject: d.Lines[0], Lines: d.Lines[1:], Text: d.Words().Text()})
	}
	for _, name := range drafts[0].Missing {
		missing = append(missing, v.Text("room.slot."+name))
	}
	return list, missing, nil
}

// facts gathers what the room and the provider say.
func (v *view) facts(i tocsin.Incident) (speech.Facts, error) {
	f, err := v.desk().Gather(v.R.Context(), i, v.asks(i), v.Zone)
	if err == nil {
		v.book, err = f.Book(v.Code)
	}
	return f, err
}

// desk is where messages have their facts from.
func (v *view) desk() speech.Desk {
	c := v.pages.config
	return speech.Desk{Model: c.Model, Rooms: c.Incidents, Edits: c.Edits, Carried: c.Carried, Base: c.Base}
}

// asks says who asks for facts of an incident. Of tenants that are no longer served
// there are none.
func (v *view) asks(i tocsin.Incident) speech.Asked {
	tenant := v.Snapshot
	if tenant == nil || !v.served(i) {
		tenant = new(readmodel.Snapshot)
	}
	return speech.Asked{Tenant: tenant, Of: v.SnapshotOf, Now: v.Now, ReadMap: func(id string) bool {
		return v.sees(id) && access.VisitorOf(v.R.Context()).May(access.ReadMap, id)
	}}
}
