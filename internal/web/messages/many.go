package messages

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// many is what can be done with several messages of the list at once.
type many struct {
	Owners   []web.Choice // nil for those who only read
	Handle   string       // addresses: what is done for everybody,
	Own      string       // and for oneself alone
	Back     string       // the query of the list
	Returns  bool         // these are put away, and can be taken back
	Problem  string
	Done     string // what was done just now, in words
	Undo     []string
	UndoHref string
}

// many offers what the visitor may do with several messages; nil for nothing.
func (v *view) many(away bool, problem string) (*many, error) {
	if v.reader() == "" {
		return nil, nil //nolint:nilnil // nothing to offer is no failure
	}
	m := &many{Own: v.Href("/messages/away"), Back: v.R.URL.RawQuery, Returns: away, Problem: problem}
	if v.SeesHandlings() && v.Reads(access.ManageMessages) {
		m.Handle = v.Href("/messages/handling")
		list, err := v.pages.config.Handlings.Parties(v.R.Context(), v.Snapshot.Tenant.ID)
		if err != nil {
			return nil, err
		}
		m.Owners = v.PartyChoices(list, tocsin.NamedParty{}, v.Text("owner.nobody"))
	}
	query := v.R.URL.Query()
	done, ids := query.Get("done"), strings.Split(query.Get("of"), ",")
	if !slices.Contains([]string{"own", "away", "away-me", "back"}, done) || query.Get("of") == "" || problem != "" {
		return m, nil
	}
	m.Done = v.Text("many.done."+done, "n", len(ids))
	switch {
	case done == "away" && m.Handle != "":
		m.Undo, m.UndoHref = ids, m.Handle
	case done == "away-me":
		m.Undo, m.UndoHref = ids, m.Own
	}
	return m, nil
}

// chosen are the messages that a form names, as the tenant writes their ids.
func (v *view) chosen() ([]string, error) {
	if err := v.R.ParseForm(); err != nil {
		return nil, tocsin.Invalidf("form", "The form cannot be read.")
	}
	var ids []string
	for _, id := range v.R.PostForm["id"] {
		row, ok := v.Snapshot.Message(id)
		if !ok {
			return nil, tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(id, 80))
		}
		ids = append(ids, row.ID)
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 {
		return nil, &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "messages", Message: v.Text("many.none")}
	}
	return ids, nil
}

// refusedMany shows the list again with what was wrong with a form on it.
func (v *view) refusedMany(err error) error {
	var problem *tocsin.Error
	if !errors.As(err, &problem) || !errors.Is(err, tocsin.ErrInvalid) && !errors.Is(err, tocsin.ErrConflict) {
		return err
	}
	query, parsed := url.ParseQuery(v.R.PostFormValue("back"))
	if parsed != nil {
		query = url.Values{}
	}
	if tenant := v.R.URL.Query().Get("tenant"); tenant != "" {
		query.Set("tenant", tenant)
	}
	v.R.URL.RawQuery = query.Encode()
	words := v.Problem(problem)
	if problem.Field == "reason" {
		words = v.Text("many.why")
	}
	return v.showMessages(web.FormStatus(err), words)
}

// doneMany leads back to the list, which says what was done and offers to undo
// it.
func (v *view) doneMany(done string, ids []string) error {
	query, err := url.ParseQuery(v.R.PostFormValue("back"))
	if err != nil {
		query = url.Values{}
	}
	query.Set("done", done)
	query.Set("of", strings.Join(ids, ","))
	v.R.PostForm.Set("back", query.Encode())
	return v.Redirect(v.messagesHref(""))
}

// handleMany serves POST /messages/handling: an owner for several messages, or
// several put away for everybody, or taken back.
func (p *Pages) handleMany(v *view) error {
	ids, err := v.chosen()
	if err != nil {
		return v.refusedMany(err)
	}
	form := v.R.PostForm
	do := form.Get("do")
	var change func(*tocsin.Handling) error
	switch do {
	case "own":
		owner, ok := tocsin.ParseParty(form.Get("owner"))
		if !ok {
			return v.refusedMany(tocsin.Invalidf("owner", "Choose a person or a team, or nobody."))
		}
		change = func(h *tocsin.Handling) error { h.Owner = owner; return nil }
	case "away":
		away := tocsin.Away{At: v.Now, By: v.me(), Reason: form.Get("reason")}
		change = func(h *tocsin.Handling) error { h.Away = away; return nil }
	case "back":
		change = func(h *tocsin.Handling) error { h.Away = tocsin.Away{}; return nil }
	default:
		return tocsin.Invalidf("do", "%q is none of own, away, back.", tocsin.Clip(do, 40))
	}
	if _, err := p.config.Handlings.ChangeHandlings(v.R.Context(), v.Snapshot.Tenant.ID, ids, v.Now, change); err != nil {
		return v.refusedMany(err)
	}
	return v.doneMany(do, ids)
}

// putAway serves POST /messages/away: several messages are put away for the
// visitor alone, with or without a reason, or taken back.
func (p *Pages) putAway(v *view) error {
	if v.reader() == "" {
		return &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "Sign in to keep marks."}
	}
	ids, err := v.chosen()
	if err != nil {
		return v.refusedMany(err)
	}
	back := v.R.PostForm.Get("do") == "back"
	err = p.config.Marks.SetViewpoints(v.R.Context(), v.Snapshot.Tenant.ID, v.reader(), ids, v.Now, func(w tocsin.Viewpoint) tocsin.Viewpoint {
		w.Archived, w.Reason = !back, strings.TrimSpace(v.R.PostForm.Get("reason"))
		return w
	})
	switch {
	case err != nil:
		return err
	case back:
		return v.doneMany("back", ids)
	}
	return v.doneMany("away-me", ids)
}

// setAsideForAll says that the desk put a message away.
func (m *messageRow) setAsideForAll(v *view) {
	if a := m.Handled.Away; a.Is() {
		m.putAway = true
		m.Away = v.Text("away.desk", "who", a.ByName, "date", v.ShortDate(a.At.In(v.Zone)), "reason", a.Reason)
	}
}

// setAside says that the reader put a message away for themselves.
func (m *messageRow) setAside(v *view, w tocsin.Viewpoint) {
	if !w.Archived || m.putAway {
		return
	}
	m.putAway = true
	if m.Away = v.Text("away.me"); w.Reason != "" {
		m.Away = v.Text("away.me.why", "reason", w.Reason)
	}
}
