package room

import (
	"net/http"
	"slices"
	"strconv"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// sent serves POST /incidents/{n}/sent: a message is sent as it is shown, through
// channels, or was sent by other means. The step of the runbook that it belongs to
// is done, and its words are kept.
func (p *Pages) sent(v *view) error {
	i, err := v.asked()
	if err != nil {
		return err
	}
	f, err := v.facts(i)
	if err != nil {
		return err
	}
	t, ok := v.book.Message(v.R.PostFormValue("of"))
	if !ok {
		return web.NothingHere()
	}
	f = f.About(t.ID)
	if err := f.Take(v.Code, v.R.PostFormValue); err != nil {
		return err
	}
	edited, err := v.edited(i, v.R.PostFormValue("edit"))
	if err != nil {
		return err
	}
	m, err := v.written(t, f)
	if !v.served(i) {
		err = nobodyLeft()
	}
	if err == nil {
		err = v.asRead(m.Words[0])
	}
	if err == nil {
		err = v.say(i, m)
	}
	if err != nil {
		return v.showMessage(web.FormStatus(err), i, t.ID, v.R.PostFormValue, edited, err)
	}
	p.wrote()
	return v.Redirect(v.there(i) + "#todo")
}

// written is the message of a form.
func (v *view) written(t respond.Template, f speech.Facts) (tocsin.IncidentMessage, error) {
	drafts, err := f.Drafts(t.ID, v.Code)
	if err != nil {
		return tocsin.IncidentMessage{}, err
	}
	m := f.Written(t, drafts)
	m.N, m.Revision = v.number("edit"), int(v.number("revision"))
	if v.R.PostFormValue("do") == "send" {
		m.Channels = slices.Compact(slices.Sorted(slices.Values(v.R.PostForm["channels"])))
	}
	if missing := drafts[0].Missing; len(missing) > 0 {
		names := make([]string, len(missing))
		for n, name := range missing {
			names[n] = v.Text("room.slot." + name)
		}
		return m, tocsin.Invalidf("missing", "%s", v.Text("room.missing", "names", v.Join(names)))
	}
	return m, nil
}

// say has a message sent. One for channels needs a channel.
func (v *view) say(i tocsin.Incident, m tocsin.IncidentMessage) error {
	if v.R.PostFormValue("do") == "send" && len(m.Channels) == 0 {
		return tocsin.Invalidf("channels", "%s", v.Text("room.channels.none"))
	}
	step, err := v.stepOf(i, m)
	if err != nil {
		return err
	}
	_, err = v.pages.config.Messages.Say(v.R.Context(), i.N, m, step, v.Now)
	return err
}

// stepOf is the step that is done when a message is sent now, none where it is done
// already: one more message does no harm.
func (v *view) stepOf(i tocsin.Incident, m tocsin.IncidentMessage) (tocsin.IncidentStep, error) {
	steps, err := v.pages.config.Runbook.IncidentSteps(v.R.Context(), i.N)
	if err != nil {
		return tocsin.IncidentStep{}, err
	}
	return respond.CourseOf(i, steps).MessageStep(m.Template, v.Now), nil
}

// saidPage is a message that was written.
type saidPage struct {
	web.Frame
	Name, Do string
	Said     said
	Words    []tocsin.IncidentWords
	Names    []string // of the languages of the words
	Judges   bool     // the visitor may approve it or return it
	Edit     string   // where it is written anew; "" for those who may not
	Back     string
	Form     web.Form
}

// said is a message in a list.
type said struct {
	N          int64
	Href, Name string
	State      string
	Look       web.Look
	By, Second string
	At         *lang.Moment
	Settled    *lang.Moment
	Reason     string
	Channels   []told
	Revision   int
}

// told is what became of a message in a channel.
type told struct {
	Name string
	Look web.Look
	Via  string
}

// said serves GET /incidents/{n}/messages/{m}.
func (p *Pages) said(v *view) error {
	i, err := v.asked()
	if err != nil {
		return err
	}
	return v.showSaid(http.StatusOK, i, nil)
}

func (v *view) showSaid(status int, i tocsin.Incident, problem error) error {
	m, err := v.messageOf(i, v.R.PathValue("m"))
	if err != nil {
		return err
	}
	one := v.saidOf(i, m)
	room := web.Crumb{Name: v.Text("room.number", "n", int(i.N)), Href: v.Href(path(i.N, ""))}
	page := saidPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.rooms"), Href: v.Href("/incidents")}, room, web.Crumb{Name: one.Name}),
		Name:  one.Name, Do: v.Href(path(i.N, "messages/"+strconv.FormatInt(m.N, 10))), Said: one, Words: m.Words, Back: room.Href,
	}
	for _, w := range m.Words {
		name := w.Language
		if slices.Contains(lang.Languages(), w.Language) {
			name = v.InLanguage(w.Language).Text("room.language")
		}
		page.Names = append(page.Names, name)
	}
	if i.Open() && m.State != tocsin.MessageSent && v.speaks(i) {
		actor := tocsin.ActorOf(v.R.Context())
		page.Judges = m.State == tocsin.MessageWaiting && (m.WriterID == "" || m.WriterID != actor.UserID) && m.WrittenBy != actor.Name
		page.Edit = v.Href(path(i.N, "message?edit="+strconv.FormatInt(m.N, 10)))
	}
	if problem != nil {
		if !v.Blame(&page.Form, v.worded(problem)) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	} else if m.State != tocsin.MessageSent || unsettled(m) {
		page.Refresh = 30
	}
	return v.Render(status, "room-said", page)
}

// unsettled reports whether a channel is still to take a message.
func unsettled(m tocsin.IncidentMessage) bool {
	return slices.ContainsFunc(m.Deliveries, func(d tocsin.IncidentDelivery) bool {
		return slices.Contains([]string{"pending", "sending", "retry"}, d.State)
	})
}

// second serves POST /incidents/{n}/messages/{m}: somebody approves what another one
// wrote, or gives it back.
func (p *Pages) second(v *view) error {
	i, err := v.asked()
	if err != nil {
		return err
	}
	m, err := v.messageOf(i, v.R.PathValue("m"))
	if err != nil {
		return err
	}
	m.Revision = int(v.number("revision")) // as they have read it
	switch v.R.PostFormValue("do") {
	case "approve":
		var step tocsin.IncidentStep
		if !v.served(i) {
			err = nobodyLeft()
		} else if step, err = v.stepOf(i, m); err == nil {
			_, err = p.config.Messages.Approve(v.R.Context(), i.N, m, step, v.Now)
		}
	case "return":
		err = p.config.Messages.Return(v.R.Context(), i.N, m, v.R.PostFormValue("text"), v.Now)
	default:
		return web.NothingHere()
	}
	if err != nil {
		return v.showSaid(web.FormStatus(err), i, err)
	}
	p.wrote()
	return v.Redirect(v.there(i) + "#comms")
}

// saidOf words a message.
func (v *view) saidOf(i tocsin.Incident, m tocsin.IncidentMessage) said {
	look := map[string][2]string{tocsin.MessageWaiting: {"unknown", "neutral"}, tocsin.MessageReturned: {"degraded", "degraded"}, tocsin.MessageSent: {"restored", "neutral"}}[m.State]
	one := said{N: m.N, Href: v.Href(path(i.N, "messages/"+strconv.FormatInt(m.N, 10))), Name: m.Name, State: m.State, By: m.WrittenBy, At: v.Moment(m.WrittenAt), Reason: m.Reason, Revision: m.Revision}
	if t, ok := v.book.Message(m.Template); ok { // in the language of whoever reads
		one.Name = t.Name
	}
	words := "room.message." + m.State
	if m.State == tocsin.MessageSent && len(m.Channels) == 0 {
		words += ".outside"
	}
	one.Look = web.Look{Glyph: look[0], Family: look[1], Words: v.Text(words)}
	if !m.SettledAt.IsZero() {
		one.Settled = v.Moment(m.SettledAt)
		if m.SettledBy != m.WrittenBy {
			one.Second = m.SettledBy
		}
	}
	for _, d := range m.Deliveries {
		family := map[string][2]string{"sent": {"ok", "ok"}, "dead": {"down", "down"}, "in_doubt": {"degraded", "degraded"}, "retry": {"degraded", "degraded"}, "cancelled": {"slash", "neutral"}}[d.State]
		if family[0] == "" {
			family = [2]string{"unknown", "neutral"}
		}
		one.Channels = append(one.Channels, told{d.Channel, web.Look{Glyph: family[0], Family: family[1], Words: v.Text("room.delivery."+d.State, "n", d.Attempts)}, d.Via})
	}
	if m.State != tocsin.MessageSent {
		for _, name := range m.Channels {
			one.Channels = append(one.Channels, told{Name: name})
		}
	}
	return one
}
