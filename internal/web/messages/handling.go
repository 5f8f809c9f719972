package messages

import (
	"cmp"
	"errors"
	"net/http"
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
}

func (v *view) handled(h tocsin.Handling) handled {
	h.Normalize()
	return handled{h, v.Text("handling." + string(h.State))}
}

// handledAs filters messages by what is done about them, and offers the
// filters.
func (v *view) handledAs(page *messagesPage, rows []messageRow) []messageRow {
	query := v.R.URL.Query()
	state, owner := query.Get("state"), web.OneOf(query, "owner", "me", "nobody")
	page.States = v.handlingChoices(state, web.Choice{Value: "", Name: v.Text("handling.all"), On: state == ""})
	for _, value := range []string{"", "me", "nobody"} {
		page.Owners = append(page.Owners, web.Choice{Value: value, Name: v.Text("owner." + cmp.Or(value, "all")), On: value == owner})
	}
	me := v.me()
	return slices.DeleteFunc(rows, func(m messageRow) bool {
		return state != "" && string(m.Handled.State) != state || owner == "me" && m.Handled.Owner != me || owner == "nobody" && m.Handled.Owner != ""
	})
}

// me is the visitor's name as an owner.
func (v *view) me() string {
	return strings.TrimSpace(access.VisitorOf(v.R.Context()).User.Display)
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
	view := &handlingView{Handled: v.handled(all[id])}
	if line := v.DueOf(id, m, view.Handled.Handling); line != nil {
		view.Due = line.Date
	}
	if !v.Reads(access.ManageMessages) {
		return view, nil
	}
	state, owner, due := string(view.Handled.State), view.Handled.Owner, ""
	if !view.Handled.Due.IsZero() {
		due = view.Handled.Due.UTC().Format(time.DateOnly)
	}
	if problem != nil && v.R.PostForm.Has("state") {
		state, owner, due = v.R.PostFormValue("state"), v.R.PostFormValue("owner"), v.R.PostFormValue("due")
	}
	day := v.Field("due", due).Hinted(v.Text("field.due.hint", "date", v.providerDue(id, m))).NotRequired()
	day.Type = "date"
	progress := v.Field("state", state)
	progress.Choices = v.handlingChoices(state)
	view.Form = &web.Form{Action: v.Href("/messages/" + web.EscapeID(id) + "/handling"), Submit: v.Text("handling.save"), Fields: []web.Field{
		progress, v.Field("owner", owner).Hinted(v.Text("field.owner.hint")).NotRequired(), day,
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
		return v.showMessage(formStatus(err), err)
	}
	if v.R.PostForm.Has("back") {
		return v.Redirect(v.messagesHref("#" + row.ID))
	}
	return v.Redirect(v.SameTenant("/messages/" + web.EscapeID(row.ID) + "#handling"))
}

// formStatus is how a form is answered that cannot be taken as it is.
func formStatus(err error) int {
	if errors.Is(err, tocsin.ErrConflict) {
		return http.StatusConflict
	}
	return http.StatusBadRequest
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
		if h.Owner != "" && h.Owner != v.me() {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "owner", Message: v.Text("handling.taken", "owner", h.Owner)}
		}
		h.Owner = v.me()
		return nil
	}
	*h = tocsin.Handling{State: tocsin.HandlingState(v.R.PostFormValue("state")), Owner: v.R.PostFormValue("owner")}
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
