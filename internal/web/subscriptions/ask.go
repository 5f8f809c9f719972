package subscriptions

import (
	"net/http"
	"slices"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// askPage takes the address of a stranger.
type askPage struct {
	web.Frame
	Sent   bool
	Of     string       // title of the tenant
	Offers []web.Choice // to choose from, where there are several
	Form   web.Form
}

// open finds the tenant that strangers may subscribe to by its name or its id,
// the only one for "". It fails with [tocsin.ErrNotFound].
func (v *view) open(name string) (tocsin.Tenant, []tocsin.Tenant, error) {
	list, err := v.pages.config.Open(v.R.Context())
	if err != nil {
		return tocsin.Tenant{}, nil, err
	}
	i := slices.IndexFunc(list, func(t tocsin.Tenant) bool { return t.Name == name || t.ID == name })
	switch {
	case len(list) == 0, i < 0 && name != "":
		return tocsin.Tenant{}, nil, web.NothingHere()
	case i >= 0:
		return list[i], list, nil
	case len(list) == 1:
		return list[0], list, nil
	}
	return tocsin.Tenant{}, list, nil
}

// ask serves GET /subscribe?tenant=.
func (p *Pages) ask(v *view) error { return v.showAsk(http.StatusOK, nil) }

func (v *view) showAsk(status int, problem error) error {
	tenant, list, err := v.open(v.R.URL.Query().Get("tenant"))
	if err != nil {
		return err
	}
	page := askPage{Frame: v.Frame(web.Crumb{Name: v.Text("subs.ask")}), Sent: v.R.URL.Query().Get("sent") != "", Of: tenant.Title()}
	here := web.PrefixOf(v.Code) + "/subscribe?tenant="
	if tenant.ID == "" {
		for _, t := range list {
			page.Offers = append(page.Offers, web.Choice{Value: here + t.Name, Name: t.Title()})
		}
		return v.Render(status, "subs-ask", page)
	}
	s, err := v.SnapshotOf(tenant.ID)
	if err != nil {
		return err
	}
	page.Form = web.Form{Action: here + tenant.Name, Submit: v.Text("subs.ask.send"), Fields: v.form(s, tocsin.SubscriptionClasses(), nil, nil)}
	if problem != nil {
		v.Keep(page.Form.Fields)
		if !v.Blame(&page.Form, problem) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	}
	return v.Render(status, "subs-ask", page)
}

// take serves POST /subscribe?tenant=. What it answers is the same whether an
// address is known or not.
func (p *Pages) take(v *view) error {
	tenant, _, err := v.open(v.R.URL.Query().Get("tenant"))
	if err == nil && tenant.ID == "" {
		err = web.NothingHere()
	}
	if err != nil {
		return err
	}
	one, err := v.sent()
	if err != nil {
		return err
	}
	if p.flood.Admit(access.Identity{Issuer: "subscribe", ClientID: p.config.Network(v.R), TenantID: tenant.ID}, v.Now) > 0 {
		v.W.Header().Set("Retry-After", "60")
		return v.showAsk(http.StatusTooManyRequests, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "flood", Message: "Wait a minute."})
	}
	ctx := tocsin.WithActor(v.R.Context(), actor(v))
	if _, err := p.config.Ledger.Subscribe(ctx, one, tenant, v.Now); err != nil {
		return v.showAsk(web.FormStatus(err), err)
	}
	return v.Redirect(web.PrefixOf(v.Code) + "/subscribe?sent=1&tenant=" + tenant.Name)
}
