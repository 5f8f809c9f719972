package web

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
)

// handlingPages lists where people say what they do about messages.
func (p *Pages) handlingPages() []Page {
	if p.config.Handlings == nil {
		return nil
	}
	return []Page{{"POST", "/messages/{id}/handling", access.ManageMessages, p.saveHandling, false}}
}

// handled is what is done about a message, as people read it.
type handled struct {
	tocsin.Handling
	Word string // for the state
}

// handlingView is the part of a message's page about what is done.
type handlingView struct {
	Handled handled
	Due     string // the day that counts, "" for none
	Form    *form  // nil for those who may only read
}

func (v *visit) handled(h tocsin.Handling) handled {
	h.Normalize()
	return handled{h, v.text("handling." + string(h.State))}
}

// handledAs filters messages by what is done about them, and offers the
// filters.
func (v *visit) handledAs(page *messagesPage, rows []messageRow) []messageRow {
	query := v.r.URL.Query()
	state, owner := query.Get("state"), on(query, "owner", "me", "nobody")
	page.States = v.handlingChoices(state, choice{"", v.text("handling.all"), state == ""})
	for _, value := range []string{"", "me", "nobody"} {
		page.Owners = append(page.Owners, choice{value, v.text("owner." + cmp.Or(value, "all")), value == owner})
	}
	me := v.me()
	return slices.DeleteFunc(rows, func(m messageRow) bool {
		return state != "" && string(m.Handled.State) != state || owner == "me" && m.Handled.Owner != me || owner == "nobody" && m.Handled.Owner != ""
	})
}

// me is the visitor's name as an owner.
func (v *visit) me() string {
	return strings.TrimSpace(access.VisitorOf(v.r.Context()).User.Display)
}

func (v *visit) handlingChoices(chosen string, list ...choice) []choice {
	for _, s := range tocsin.HandlingStates() {
		list = append(list, choice{string(s), v.text("handling." + string(s)), string(s) == chosen})
	}
	return list
}

// handlingView makes the part of a message's page about what is done. After a
// problem the form has what was sent.
func (v *visit) handlingView(id string, m tocsin.Message, problem error) (*handlingView, error) {
	if !v.seesHandlings() {
		return nil, nil //nolint:nilnil // nothing to show is no failure
	}
	all, err := v.handlings()
	if err != nil {
		return nil, err
	}
	view := &handlingView{Handled: v.handled(all[id])}
	if line := v.dueOf(id, m, view.Handled.Handling); line != nil {
		view.Due = line.Date
	}
	if !v.reads(access.ManageMessages) {
		return view, nil
	}
	state, owner, due := string(view.Handled.State), view.Handled.Owner, ""
	if !view.Handled.Due.IsZero() {
		due = view.Handled.Due.UTC().Format(time.DateOnly)
	}
	if problem != nil && v.r.PostForm.Has("state") {
		state, owner, due = v.r.PostFormValue("state"), v.r.PostFormValue("owner"), v.r.PostFormValue("due")
	}
	day := v.field("due", due).hinted(v.text("field.due.hint", "date", v.providerDue(id, m))).optional()
	day.Type = "date"
	progress := v.field("state", state)
	progress.Choices = v.handlingChoices(state)
	view.Form = &form{Action: v.href("/messages/" + escapeID(id) + "/handling"), Submit: v.text("handling.save"), Fields: []field{
		progress, v.field("owner", owner).hinted(v.text("field.owner.hint")).optional(), day,
	}}
	if problem != nil && !v.blame(view.Form, problem) {
		return nil, problem
	}
	return view, nil
}

// providerDue is the provider's date in words.
func (v *visit) providerDue(id string, m tocsin.Message) string {
	if line := v.dueOf(id, m, tocsin.Handling{}); line != nil {
		return line.Date
	}
	return v.text("due.none")
}

// saveHandling serves POST /messages/{id}/handling. The button take makes the
// visitor the owner.
func (p *Pages) saveHandling(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	row, ok := v.snapshot.Message(v.r.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.r.PathValue("id"), 80))
	}
	if _, err := p.config.Handlings.ChangeHandling(v.r.Context(), v.snapshot.Tenant.ID, row.ID, v.now, v.sentHandling); err != nil {
		return v.showMessage(formStatus(err), err)
	}
	if v.r.PostForm.Has("back") {
		return v.redirect(v.messagesHref("#" + row.ID))
	}
	return v.redirect(v.sameTenant("/messages/" + escapeID(row.ID) + "#handling"))
}

// formStatus is how a form is answered that cannot be taken as it is.
func formStatus(err error) int {
	if errors.Is(err, tocsin.ErrConflict) {
		return http.StatusConflict
	}
	return http.StatusBadRequest
}

// messagesHref is the list of messages as the visitor came from it.
func (v *visit) messagesHref(fragment string) string {
	path := "/messages"
	if query, err := url.ParseQuery(v.r.PostFormValue("back")); err == nil {
		query.Del("tenant")
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
	}
	return v.sameTenant(path + fragment)
}

// sentHandling applies the form. Whoever takes a message from the list sends
// nothing else: the rest stays, and nobody takes it from somebody else.
func (v *visit) sentHandling(h *tocsin.Handling) error {
	if v.r.PostForm.Has("take") && !v.r.PostForm.Has("state") {
		if h.Owner != "" && h.Owner != v.me() {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "owner", Message: v.text("handling.taken", "owner", h.Owner)}
		}
		h.Owner = v.me()
		return nil
	}
	*h = tocsin.Handling{State: tocsin.HandlingState(v.r.PostFormValue("state")), Owner: v.r.PostFormValue("owner")}
	if h.State == "" {
		return tocsin.Invalidf("state", "Choose one of the states.")
	}
	if v.r.PostForm.Has("take") {
		h.Owner = v.me()
	}
	if text := v.r.PostFormValue("due"); text != "" {
		due, err := time.Parse(time.DateOnly, text)
		if err != nil || due.IsZero() {
			return tocsin.Invalidf("due", "Write the day as 2026-03-10.")
		}
		h.Due = due
	}
	return nil
}
