package subscriptions

import (
	"net/http"
	"slices"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// minePage is what a person is told.
type minePage struct {
	web.Frame
	Done  string
	Rows  []line
	Of    string   // title of the tenant that the form is about, "" for none
	Form  web.Form // asks for another one
	Empty web.EmptyView
}

// user is who is signed in.
func (v *view) user() tocsin.User { return access.VisitorOf(v.R.Context()).User }

// mine serves GET /account/subscriptions.
func (p *Pages) mine(v *view) error { return v.showMine(http.StatusOK, nil) }

func (v *view) crumbs(more ...web.Crumb) []web.Crumb {
	return append([]web.Crumb{{Name: v.Text("subs.account"), Href: v.Href("/account")}, {Name: v.Text("subs")}}, more...)
}

func (v *view) showMine(status int, problem error) error {
	page := minePage{Frame: v.Frame(v.crumbs()...), Empty: web.EmptyView{Title: v.Text("subs.none"), Text: v.Text("subs.none.text")}}
	if done := v.R.URL.Query().Get("done"); done == "asked" || done == "added" || done == "ended" {
		page.Done = v.Text("subs.done." + done)
	}
	list, err := v.pages.config.Ledger.Subscriptions(v.R.Context(), v.user().ID)
	if err != nil {
		return err
	}
	for _, one := range list {
		tenant := one.TenantID
		if i := slices.IndexFunc(v.Tenants, func(t tocsin.Tenant) bool { return t.ID == one.TenantID }); i >= 0 {
			tenant = v.Tenants[i].Title()
		}
		s, err := v.SnapshotOf(one.TenantID)
		if err != nil {
			s = nil
		}
		page.Rows = append(page.Rows, v.line(one, tenant, s))
	}
	if v.Snapshot != nil {
		if err := v.offer(&page); err != nil {
			return err
		}
	}
	if problem != nil {
		v.Keep(page.Form.Fields)
		if !v.Blame(&page.Form, problem) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	}
	return v.Render(status, "subs-mine", page)
}

// offer puts the form about the tenant that is looked at on the page, with the
// services that the reader follows.
func (v *view) offer(page *minePage) error {
	visitor := access.VisitorOf(v.R.Context())
	var classes, channels []string
	for _, class := range tocsin.SubscriptionClasses() {
		if visitor.May(access.Reads(class), v.Snapshot.Tenant.ID) {
			classes = append(classes, class)
		}
	}
	if visitor.May(access.ManageChannels, v.Snapshot.Tenant.ID) {
		channels = v.pages.config.Channels()
	}
	followed, err := v.Mine()
	if err != nil {
		return err
	}
	page.Of = v.Snapshot.Tenant.Title()
	page.Form = web.Form{Action: v.Href("/account/subscriptions"), Submit: v.Text("subs.add"), Fields: v.form(v.Snapshot, classes, channels, followed.IDs)}
	return nil
}

// add serves POST /account/subscriptions: for the tenant of the address.
func (p *Pages) add(v *view) error {
	if v.Snapshot == nil {
		return web.NothingHere()
	}
	one, err := v.sent()
	if err != nil {
		return err
	}
	visitor := access.VisitorOf(v.R.Context())
	one.UserID, one.TenantID, one.Channel = visitor.User.ID, v.Snapshot.Tenant.ID, v.R.PostFormValue("channel")
	if one.Channel != "" {
		one.Address = ""
	}
	for _, class := range one.Classes {
		if slices.Contains(tocsin.SubscriptionClasses(), class) && !visitor.May(access.Reads(class), one.TenantID) || one.Channel != "" && !visitor.May(access.ManageChannels, one.TenantID) {
			return v.showMine(http.StatusBadRequest, tocsin.Invalidf("classes", "You may not read that."))
		}
	}
	if one, err = p.config.Ledger.Subscribe(v.R.Context(), one, v.Snapshot.Tenant, v.Now); err != nil {
		return v.showMine(web.FormStatus(err), err)
	}
	done := "asked"
	if one.State == tocsin.SubscriptionActive {
		done = "added"
	}
	return v.Redirect(v.Href("/account/subscriptions?done=" + done))
}

// own finds a subscription of the reader by its id.
func (v *view) own(id string) (tocsin.Subscription, error) {
	one, err := v.pages.config.Ledger.Subscription(v.R.Context(), id)
	if err == nil && (one.UserID != v.user().ID || one.ID != id) {
		err = web.NothingHere()
	}
	return one, err
}

// askEnd serves GET /account/subscriptions/end?id=.
func (p *Pages) askEnd(v *view) error {
	one, err := v.own(v.R.URL.Query().Get("id"))
	if err != nil {
		return err
	}
	return v.Ask("subscription", v.line(one, "", nil).What, v.Href("/account/subscriptions"), web.Question{
		Area: web.Area{Frame: v.Frame(v.crumbs(web.Crumb{Name: v.Text("subs.end")})...)}, To: v.Href("/account/subscriptions/end"), Field: "id", Value: one.ID, Submit: v.Text("subs.end"),
	})
}

// end serves POST /account/subscriptions/end.
func (p *Pages) end(v *view) error {
	one, err := v.own(v.R.PostFormValue("id"))
	if err != nil {
		return err
	}
	if _, err := p.config.Ledger.Unsubscribe(v.R.Context(), one.ID, v.Now); err != nil {
		return err
	}
	return v.Redirect(v.Href("/account/subscriptions?done=ended"))
}
