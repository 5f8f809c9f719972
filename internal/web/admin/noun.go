package admin

import (
	"context"
	"net/http"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A noun is one kind of things that belong to a tenant or to the whole desk:
// teams, sites, contacts, liaisons. Their pages differ in what a row and a form
// hold.
type noun[T any] struct {
	key, one string // in addresses and keys of texts: teams, team
	tenants  bool   // belong to tenants only, not to the whole desk
	columns  []string
	place    func(T) (id, tenantID string)
	row      func(*view, T, map[tocsin.Party]string) nounRow
	fields   func(*view, T, *parties) []web.Field
	read     func(*view, *T)        // what the form holds
	holds    func(T) []tocsin.Party // whom it names
	put      func(t *T, id, tenantID string, now time.Time)

	all    func(context.Context) ([]T, error)
	add    func(context.Context, T) error
	change func(context.Context, string, time.Time, func(*T) error) (T, error)
	remove func(context.Context, string, time.Time) error
}

// nounsPage lists the things of one place.
type nounsPage struct {
	adminFrame
	Heading, Lead, New, List string
	Places                   []web.Choice
	Columns                  []string
	Rows                     []nounRow
	Empty                    web.EmptyView
	Form                     web.Form
}

// nounRow is one of them.
type nounRow struct {
	Title, Href, Remove string
	Cells               []nounCell
	Confirm             string // address, "" where there is nothing to confirm
}

type nounCell struct {
	Label, Value string
	Dim          bool
}

// nounPage is one of them with its form.
type nounPage struct {
	adminFrame
	Heading, Where, Remove string
	Form                   web.Form
}

// parties are whom something can be given to in one place, and everybody's
// names.
type parties struct {
	list  []tocsin.NamedParty
	names map[tocsin.Party]string
}

// people are those of them who are persons.
func (p *parties) people() []tocsin.NamedParty {
	return slices.DeleteFunc(slices.Clone(p.list), func(n tocsin.NamedParty) bool { return n.Kind != tocsin.PartyUser })
}

// named is a party with its name.
func (p *parties) named(party tocsin.Party) tocsin.NamedParty {
	return tocsin.NamedParty{Party: party, Name: p.names[party]}
}

// with are the same parties with no names but theirs and those of some others,
// whom a form names already: nobody learns a name by sending an id.
func (p *parties) with(others []tocsin.Party) *parties {
	names := map[tocsin.Party]string{}
	for _, one := range p.list {
		names[one.Party] = one.Name
	}
	for _, one := range others {
		names[one] = p.names[one]
	}
	return &parties{p.list, names}
}

// theDesk is the whole desk in a query.
const theDesk = "desk"

// nounPages are the pages about a noun.
func nounPages[T any](page func(method, path string, needs access.Permission, handle func(*view) error) web.Page, of func(directory) noun[T], key string) []web.Page {
	at := "/admin/" + key
	to := func(method, path string, handle func(noun[T], *view) error) web.Page {
		return page(method, path, access.ManageTeams, func(v *view) error { return handle(of(v.pages.config.Admin), v) })
	}
	return []web.Page{
		to("GET", at, func(n noun[T], v *view) error { return n.list(v, http.StatusOK, nil) }),
		to("POST", at, noun[T].added),
		to("GET", at+"/{id}", func(n noun[T], v *view) error { return n.show(v, http.StatusOK, nil) }),
		to("POST", at+"/{id}", noun[T].changed),
		to("GET", at+"/{id}/remove", noun[T].ask),
		to("POST", at+"/{id}/remove", noun[T].removed),
	}
}

// places are the tenants, and the whole desk, whose things the visitor may
// change; the one that is asked for is on.
func (n noun[T]) places(v *view) ([]web.Choice, error) {
	tenants, err := v.administers(access.ManageTeams)
	if err != nil {
		return nil, err
	}
	var list []web.Choice
	for _, t := range tenants {
		list = append(list, web.Choice{Value: t.ID, Name: t.Title()})
	}
	if !n.tenants && access.VisitorOf(v.R.Context()).May(access.ManageTeams, "") {
		list = append(list, web.Choice{Value: theDesk, Name: v.Text("noun.desk")})
	}
	asked := v.R.URL.Query().Get("in")
	if asked == "" && v.Snapshot != nil {
		asked = v.Snapshot.Tenant.ID
	}
	at := slices.IndexFunc(list, func(c web.Choice) bool { return c.Value == asked })
	switch {
	case at >= 0:
		list[at].On = true
	case v.R.URL.Query().Has("in"):
		return nil, web.NothingHere()
	case len(list) > 0:
		list[0].On = true
	}
	return list, nil
}

// chosen is the tenant of the place that is on, "" for the whole desk.
func chosen(places []web.Choice) (tenantID, query string, ok bool) {
	for _, c := range places {
		if c.On && c.Value == theDesk {
			return "", "?in=" + theDesk, true
		}
		if c.On {
			return c.Value, "?in=" + c.Value, true
		}
	}
	return "", "", false
}

func (v *view) partiesIn(tenantID string) (*parties, error) {
	ctx, admin := v.R.Context(), v.pages.config.Admin
	list, err := admin.Parties(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	names, err := admin.PartyNames(ctx)
	return &parties{list, names}, err
}

// list shows the things of one place, and the form for a new one with what was
// wrong with it.
func (n noun[T]) list(v *view, status int, problem error) error {
	places, err := n.places(v)
	if err != nil {
		return err
	}
	text := func(what string) string { return v.Text("admin." + n.key + what) }
	page := nounsPage{
		adminFrame: v.adminFrame(n.key), Heading: text(""), Lead: text(".lead"), New: text(".new"), List: v.Href("/admin/" + n.key), Places: places,
		Empty: web.EmptyView{Title: text(".none"), Text: v.Text("noun.none")},
	}
	for _, key := range n.columns {
		page.Columns = append(page.Columns, v.Text(key))
	}
	tenantID, query, ok := chosen(places)
	if !ok {
		page.Empty.Text = v.Text("noun.nowhere")
		return v.Render(status, "admin-nouns", page)
	}
	known, err := v.partiesIn(tenantID)
	if err != nil {
		return err
	}
	if page.Rows, err = n.rows(v, tenantID, known); err != nil {
		return err
	}
	var fresh T
	if problem != nil {
		n.read(v, &fresh)
	}
	page.Form = web.Form{Action: v.Href("/admin/" + n.key + query), Submit: v.Text("noun.add"), Fields: n.fields(v, fresh, known.with(nil))}
	if problem != nil {
		v.Keep(page.Form.Fields)
		if !v.Blame(&page.Form, web.Renamed(problem, "name", "called")) {
			return problem
		}
	}
	v.Title(&page.Frame, page.Form)
	return v.Render(status, "admin-nouns", page)
}

// rows are the things of one place.
func (n noun[T]) rows(v *view, tenantID string, known *parties) ([]nounRow, error) {
	all, err := n.all(v.R.Context())
	var rows []nounRow
	for _, t := range all {
		id, owner := n.place(t)
		if owner != tenantID {
			continue
		}
		row := n.row(v, t, known.names)
		row.Href = v.Href("/admin/" + n.key + "/" + id)
		row.Remove = v.Href("/admin/" + n.key + "/" + id + "/remove")
		for i := range row.Cells {
			row.Cells[i].Label = v.Text(n.columns[i+1])
		}
		rows = append(rows, row)
	}
	return rows, err
}

// find is the thing of the address, unless it is of a place that is not the
// visitor's.
func (n noun[T]) find(v *view) (t T, err error) {
	all, err := n.all(v.R.Context())
	if err != nil {
		return t, err
	}
	visitor := access.VisitorOf(v.R.Context())
	for _, one := range all {
		if id, tenantID := n.place(one); id == v.R.PathValue("id") && visitor.May(access.ManageTeams, tenantID) {
			return one, nil
		}
	}
	return t, web.NothingHere()
}

// where is the place of a thing in a query.
func (n noun[T]) where(t T) string {
	if _, tenantID := n.place(t); tenantID != "" {
		return "?in=" + tenantID
	}
	return "?in=" + theDesk
}

// added serves POST /admin/NOUN.
func (n noun[T]) added(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	places, err := n.places(v)
	if err != nil {
		return err
	}
	tenantID, query, ok := chosen(places)
	if !ok {
		return web.NothingHere()
	}
	var t T
	n.read(v, &t)
	n.put(&t, tocsin.NewGUID(), tenantID, v.Now)
	if err := n.add(v.R.Context(), t); err != nil {
		return n.list(v, web.FormStatus(err), err)
	}
	return v.Redirect(v.Href("/admin/" + n.key + query + "&done=noun"))
}

// show shows one thing and the form that changes it.
func (n noun[T]) show(v *view, status int, problem error) error {
	t, err := n.find(v)
	if err != nil {
		return err
	}
	id, tenantID := n.place(t)
	known, err := v.partiesIn(tenantID)
	if err != nil {
		return err
	}
	title, at := n.row(v, t, known.names).Title, "/admin/"+n.key+"/"+id
	page := nounPage{
		adminFrame: v.adminFrame(n.key, web.Crumb{Name: title}), Heading: title, Where: v.Text("noun.desk"), Remove: v.Href(at + "/remove"),
	}
	if tenantID != "" {
		names, err := v.TenantNames()
		if err != nil {
			return err
		}
		page.Where = names[tenantID]
	}
	known = known.with(n.holds(t))
	if problem != nil {
		n.read(v, &t)
	}
	page.Form = web.Form{Action: v.Href(at), Submit: v.Text("noun.save"), Fields: n.fields(v, t, known)}
	if problem != nil {
		v.Keep(page.Form.Fields)
		if !v.Blame(&page.Form, web.Renamed(problem, "name", "called")) {
			return problem
		}
	}
	v.Title(&page.Frame, page.Form)
	return v.Render(status, "admin-noun", page)
}

// changed serves POST /admin/NOUN/{id}.
func (n noun[T]) changed(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	t, err := n.find(v)
	if err != nil {
		return err
	}
	id, _ := n.place(t)
	_, err = n.change(v.R.Context(), id, v.Now, func(t *T) error {
		n.read(v, t)
		return nil
	})
	if err != nil {
		return n.show(v, web.FormStatus(err), err)
	}
	return v.Redirect(v.Href("/admin/" + n.key + n.where(t) + "&done=noun"))
}

// ask serves GET /admin/NOUN/{id}/remove.
func (n noun[T]) ask(v *view) error {
	t, err := n.find(v)
	if err != nil {
		return err
	}
	names, err := v.pages.config.Admin.PartyNames(v.R.Context())
	if err != nil {
		return err
	}
	id, _ := n.place(t)
	title, back := n.row(v, t, names).Title, v.Href("/admin/"+n.key+"/"+id)
	return v.Ask(n.one, title, back, web.Question{
		Area: v.adminFrame(n.key, web.Crumb{Name: title, Href: back}, web.Crumb{Name: v.Text("remove")}).Area, To: v.Href(v.Path), Submit: v.Text("remove"),
	})
}

// removed serves POST /admin/NOUN/{id}/remove.
func (n noun[T]) removed(v *view) error {
	t, err := n.find(v)
	if err != nil {
		return err
	}
	id, _ := n.place(t)
	if err := n.remove(v.R.Context(), id, v.Now); err != nil {
		return err
	}
	return v.Redirect(v.Href("/admin/" + n.key + n.where(t) + "&done=removed"))
}
