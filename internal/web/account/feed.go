package account

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// feedsPage is the private addresses of somebody's feeds.
type feedsPage struct {
	web.Frame
	Done      string
	Of        string         // name of the address that was just made
	Made      []feedMade     // its addresses, which are shown once
	Addresses []feedLine     // those that hold
	Form      web.Form       // makes another one
	Empty     *web.EmptyView // instead of Addresses
}

// feedMade is a private address for one kind of program.
type feedMade struct{ ID, Label, Value string }

type feedLine struct{ Label, Tenant, Added, Used, Remove string }

// feeds serves GET /account/feeds.
func (p *Pages) feeds(v *view) error { return v.showFeeds(http.StatusOK, nil, "", "") }

// showFeeds shows the private addresses, and once the one with a secret that was
// just made.
func (v *view) showFeeds(status int, problem error, secret, label string) error {
	v.W.Header().Set("Cache-Control", "no-store")
	page := feedsPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("account"), Href: v.Href("/account")}, web.Crumb{Name: v.Text("feeds")}),
		Empty: &web.EmptyView{Title: v.Text("feeds.none"), Text: v.Text("feeds.none.text")},
	}
	if v.R.URL.Query().Get("done") == "removed" {
		page.Done = v.Text("feeds.done.removed")
	}
	if secret != "" {
		page.Of, page.Made = label, v.feedsMade(secret)
	}
	list, err := v.pages.config.People.FeedAddresses(v.R.Context(), access.VisitorOf(v.R.Context()).User.ID)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, t := range v.Tenants {
		names[t.ID] = t.Title()
	}
	for _, a := range list {
		line := feedLine{Label: a.Label, Tenant: names[a.TenantID], Added: v.Stamp(a.CreatedAt.In(v.Zone)), Used: v.Text("never"), Remove: v.Href("/account/feeds/remove?id=" + a.ID)}
		if !a.UsedAt.IsZero() {
			line.Used = v.Stamp(a.UsedAt.In(v.Zone))
		}
		if line.Tenant == "" {
			line.Tenant = v.Text("feeds.lost")
		}
		page.Addresses = append(page.Addresses, line)
	}
	page.Form = v.feedForm()
	if problem != nil {
		page.Form.Fields[0].Value, page.Form.Fields[1] = v.R.PostFormValue("called"), page.Form.Fields[1].Choose(v.R.PostFormValue("of"))
		if !v.Blame(&page.Form, web.Renamed(problem, "label", "called")) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	}
	return v.Render(status, "account-feeds", page)
}

// feedForm is the form that makes a private address.
func (v *view) feedForm() web.Form {
	tenant := web.Field{ID: "of", Label: v.Text("feeds.of")}
	for i, t := range v.Tenants {
		tenant.Choices = append(tenant.Choices, web.Choice{Value: t.ID, Name: t.Title(), On: i == 0})
	}
	return web.Form{Action: v.Href("/account/feeds"), Submit: v.Text("feeds.add"), Fields: []web.Field{v.Field("called", "").Named(v.Text("feeds.label")).Hinted(v.Text("feeds.label.hint")), tenant}}
}

// feedsMade are the addresses that a secret opens.
func (v *view) feedsMade(secret string) (list []feedMade) {
	base := v.Address()
	if base == "" {
		base = "http://" + v.R.Host
	}
	language := ""
	if prefix := web.PrefixOf(v.Code); prefix != "" {
		language = "?" + url.Values{"lang": {v.Code}}.Encode()
	}
	for _, kind := range []struct{ text, file string }{{"feeds.rss", "feed.xml"}, {"feeds.atom", "atom.xml"}, {"feeds.json", "feed.json"}, {"feeds.calendar", "calendar.ics"}} {
		list = append(list, feedMade{kind.text, v.Text(kind.text), base + "/feeds/" + secret + "/" + kind.file + language})
	}
	return list
}

// addFeed serves POST /account/feeds: the addresses are shown once.
func (p *Pages) addFeed(v *view) error {
	tenant, label := v.R.PostFormValue("of"), v.R.PostFormValue("called")
	if !slices.ContainsFunc(v.Tenants, func(t tocsin.Tenant) bool { return t.ID == tenant }) {
		return v.showFeeds(http.StatusBadRequest, tocsin.Invalidf("of", "Choose one of the tenants."), "", "")
	}
	secret, err := p.config.Door.NewFeedAddress(v.R.Context(), tenant, label)
	if errors.Is(err, tocsin.ErrConflict) {
		err = &tocsin.Error{Kind: tocsin.ErrConflict, Field: "feeds", Message: "Revoke one first.", Cause: err}
	}
	if err != nil {
		return v.showFeeds(web.FormStatus(err), err, "", "")
	}
	return v.showFeeds(http.StatusOK, nil, secret, label)
}

// askRemoveFeed serves GET /account/feeds/remove?id=.
func (p *Pages) askRemoveFeed(v *view) error {
	list, err := p.config.People.FeedAddresses(v.R.Context(), access.VisitorOf(v.R.Context()).User.ID)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.ID == v.R.URL.Query().Get("id") {
			return v.Ask("feed", a.Label, v.Href("/account/feeds"), web.Question{
				Area: web.Area{Frame: v.Frame(web.Crumb{Name: v.Text("account"), Href: v.Href("/account")}, web.Crumb{Name: v.Text("feeds"), Href: v.Href("/account/feeds")}, web.Crumb{Name: v.Text("feeds.revoke")})},
				To:   v.Href("/account/feeds/remove"), Field: "id", Value: a.ID, Submit: v.Text("feeds.revoke"),
			})
		}
	}
	return web.NothingHere()
}

// removeFeed serves POST /account/feeds/remove.
func (p *Pages) removeFeed(v *view) error {
	if err := p.config.People.RemoveFeedAddress(v.R.Context(), access.VisitorOf(v.R.Context()).User.ID, v.R.PostFormValue("id"), v.Now); err != nil {
		return err
	}
	return v.Redirect(v.Href("/account/feeds?done=removed"))
}
