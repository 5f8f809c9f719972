package messages

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// handled is what is done about a message, as people read it.
type handled struct {
	tocsin.Handling
	Word string // for the state
}

// handlingView is the part of a message's page about what is done.
type handlingView struct {
	Handled handled
	Due     string    // the day that counts, "" for none
	Form    *web.Form // nil for those who may only read
	Saved   bool      // just now
}

func (v *view) handled(h tocsin.Handling) handled {
	h.Normalize()
	return handled{h, v.Text("handling." + string(h.State))}
}

// handledAs filters messages by what is done about them, and offers the
// filters. A filter that names nobody's messages shows none.
func (v *view) handledAs(page *messagesPage, rows []messageRow) ([]messageRow, error) {
	query := v.R.URL.Query()
	state := query.Get("state")
	page.States = v.handlingChoices(state, web.Choice{Value: "", Name: v.Text("handling.all"), On: state == ""})
	owner := query.Get("owner")
	var teams []tocsin.Party
	if owner == ownerMyTeams {
		var err error
		if teams, err = v.myTeams(); err != nil {
			return nil, err
		}
	}
	var owns func(messageRow) bool
	page.Owners, owns = v.ownerFilter(owner, teams, rows)
	return slices.DeleteFunc(rows, func(m messageRow) bool { return state != "" && string(m.Handled.State) != state || !owns(m) }), nil
}

// ownerMyTeams asks for messages that a team of the visitor owns.
const ownerMyTeams = "myteams"

// myTeams are the teams that the visitor is a member of.
func (v *view) myTeams() ([]tocsin.Party, error) {
	ids, err := v.pages.config.Handlings.TeamsOf(v.R.Context(), v.me().ID)
	list := make([]tocsin.Party, len(ids))
	for i, id := range ids {
		list[i] = tocsin.TeamParty(id)
	}
	return list, err
}

// ownerFilter offers the owners of messages, and tells whose are asked for: me,
// my teams, nobody, a party, or a name as links of older versions had it.
func (v *view) ownerFilter(asked string, teams []tocsin.Party, rows []messageRow) (choices []web.Choice, owns func(messageRow) bool) {
	owners := map[tocsin.Party]string{}
	for _, m := range rows {
		if p := m.Handled.Owner; !p.IsZero() {
			owners[p] = m.Handled.OwnerName
			if asked != "" && strings.EqualFold(m.Handled.OwnerName, asked) {
				asked = p.String()
			}
		}
	}
	me := v.me()
	for _, value := range []string{"", "me", ownerMyTeams, "nobody"} {
		choices = append(choices, web.Choice{Value: value, Name: v.Text("owner." + cmp.Or(value, "all")), On: value == asked})
	}
	wanted, ok := tocsin.ParseParty(asked)
	for _, p := range slices.SortedFunc(maps.Keys(owners), func(a, b tocsin.Party) int {
		return cmp.Or(cmp.Compare(strings.ToLower(owners[a]), strings.ToLower(owners[b])), cmp.Compare(a.String(), b.String()))
	}) {
		choices = append(choices, web.Choice{Value: p.String(), Name: owners[p], On: ok && p == wanted})
	}
	if !slices.ContainsFunc(choices, func(c web.Choice) bool { return c.On }) {
		choices = append(choices, web.Choice{Value: asked, Name: v.Text("owner.unknown"), On: true})
	}
	return choices, func(m messageRow) bool {
		switch owner := m.Handled.Owner; {
		case asked == "":
			return true
		case asked == "me":
			return owner == me && !me.IsZero()
		case asked == ownerMyTeams:
			return slices.Contains(teams, owner)
		case asked == "nobody":
			return owner.IsZero()
		default:
			return ok && owner == wanted
		}
	}
}

// me is the visitor as an owner.
func (v *view) me() tocsin.Party {
	return tocsin.UserParty(access.VisitorOf(v.R.Context()).User.ID)
}

// ownerField is a list of whom a message can be given to. Who owns it stays on
// it.
func (v *view) ownerField(h handled) (web.Field, error) {
	list, err := v.pages.config.Handlings.Parties(v.R.Context(), v.Snapshot.Tenant.ID)
	f := v.Field("owner", h.Owner.String()).Hinted(v.Text("field.owner.hint")).NotRequired()
	f.Choices = v.PartyChoices(list, tocsin.NamedParty{Party: h.Owner, Name: h.OwnerName}, v.Text("owner.nobody"))
	return f, err
}

func (v *view) handlingChoices(chosen string, list ...web.Choice) []web.Choice {
	for _, s := range tocsin.HandlingStates() {
		list = append(list, web.Choice{Value: string(s), Name: v.Text("handling." + string(s)), On: string(s) == chosen})
	}
	return list
}

// handlingView makes the part of a message's page about what is done. After a
// problem the form has what was sent.
func (v *view) handlingView(id string, m tocsin.Message, problem error) (*handlingView, error) {
	if !v.SeesHandlings() {
		return nil, nil //nolint:nilnil // nothing to show is no failure
	}
	all, err := v.Handlings()
	if err != nil {
		return nil, err
	}
	view := &handlingView{Handled: v.handled(all[id]), Saved: v.R.URL.Query().Get("done") == "saved"}
	if line := v.DueOf(id, m, view.Handled.Handling); line != nil {
		view.Due = line.Date
	}
	if !v.Reads(access.ManageMessages) {
		return view, nil
	}
	state, due := string(view.Handled.State), ""
	if !view.Handled.Due.IsZero() {
		due = view.Handled.Due.UTC().Format(time.DateOnly)
	}
	owner, err := v.ownerField(view.Handled)
	if err != nil {
		return nil, err
	}
	if problem != nil && v.R.PostForm.Has("state") {
		state, due = v.R.PostFormValue("state"), v.R.PostFormValue("due")
		owner = owner.Choose(v.R.PostFormValue("owner"))
	}
	day := v.Field("due", due).Hinted(v.Text("field.due.hint", "date", v.providerDue(id, m))).NotRequired()
	day.Type = "date"
	progress := v.Field("state", state)
	progress.Choices = v.handlingChoices(state)
	view.Form = &web.Form{Action: v.Href("/messages/" + web.EscapeID(id) + "/handling"), Submit: v.Text("handling.save"), Fields: []web.Field{
		progress, owner, day,
	}}
	if problem != nil && !v.Blame(view.Form, problem) {
		return nil, problem
	}
	return view, nil
}

// providerDue is the provider's date in words.
func (v *view) providerDue(id string, m tocsin.Message) string {
	if line := v.DueOf(id, m, tocsin.Handling{}); line != nil {
		return line.Date
	}
	return v.Text("due.none")
}

// saveHandling serves POST /messages/{id}/handling. The button take makes the
// visitor the owner.
func (p *Pages) saveHandling(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	row, ok := v.Snapshot.Message(v.R.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.R.PathValue("id"), 80))
	}
	if _, err := p.config.Handlings.ChangeHandling(v.R.Context(), v.Snapshot.Tenant.ID, row.ID, v.Now, v.sentHandling); err != nil {
		return v.showMessage(web.FormStatus(err), err)
	}
	if v.R.PostForm.Has("back") {
		return v.Redirect(v.messagesHref("#" + row.ID))
	}
	return v.Redirect(v.SameTenant("/messages/" + web.EscapeID(row.ID) + "?done=saved#handling"))
}

// messagesHref is the list of messages as the visitor came from it.
func (v *view) messagesHref(fragment string) string {
	path := "/messages"
	if query, err := url.ParseQuery(v.R.PostFormValue("back")); err == nil {
		query.Del("tenant")
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
	}
	return v.SameTenant(path + fragment)
}

// sentHandling applies the form. Whoever takes a message from the list sends
// nothing else: the rest stays, and nobody takes it from somebody else.
func (v *view) sentHandling(h *tocsin.Handling) error {
	if v.R.PostForm.Has("take") && !v.R.PostForm.Has("state") {
		if !h.Owner.IsZero() && h.Owner != v.me() {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "owner", Message: v.Text("handling.taken", "owner", h.OwnerName)}
		}
		h.Owner = v.me()
		return nil
	}
	owner, ok := tocsin.ParseParty(v.R.PostFormValue("owner"))
	if !ok {
		return tocsin.Invalidf("owner", "Choose a person or a team, or nobody.")
	}
	*h = tocsin.Handling{State: tocsin.HandlingState(v.R.PostFormValue("state")), Owner: owner, Away: h.Away}
	if h.State == "" {
		return tocsin.Invalidf("state", "Choose one of the states.")
	}
	if v.R.PostForm.Has("take") {
		h.Owner = v.me()
	}
	if text := v.R.PostFormValue("due"); text != "" {
		due, err := time.Parse(time.DateOnly, text)
		if err != nil || due.IsZero() {
			return tocsin.Invalidf("due", "Write the day as 2026-03-10.")
		}
		h.Due = due
	}
	return nil
}
