package subscriptions

import (
	"errors"
	"net/http"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// onePage is the page that the mails of a subscription lead to: what is told by
// it, why, and how it ends.
type onePage struct {
	web.Frame
	Line    line
	Answer  string // address of the form
	Pending bool
	Told    []toldLine // lately, the newest first
	Why     whyView
	Over    web.EmptyView
	Gone    bool // there is no such subscription, or no longer
	Done    string
}

type toldLine struct{ Item, At, State, Message, Why string }

// shown is how many deliveries the page of a subscription lists.
const shown = 20

// one serves GET /subscription/{token}. It changes nothing.
func (p *Pages) one(v *view) error {
	one, err := p.config.Ledger.Subscription(v.R.Context(), v.R.PathValue("token"))
	if errors.Is(err, tocsin.ErrNotFound) || err == nil && one.Token != v.R.PathValue("token") {
		return v.gone(http.StatusNotFound, "")
	}
	if err != nil {
		return err
	}
	return v.showOne(one)
}

// gone says that there is no such subscription, or no longer.
func (v *view) gone(status int, done string) error {
	page := onePage{Frame: v.Frame(web.Crumb{Name: v.Text("subs.one")}), Gone: true, Done: done, Over: web.EmptyView{Title: v.Text("subs.gone"), Text: v.Text("subs.gone.text")}}
	return v.Render(status, "subs-one", page)
}

func (v *view) showOne(one tocsin.Subscription) error {
	names, err := v.TenantNames()
	if err != nil {
		return err
	}
	s, err := v.SnapshotOf(one.TenantID)
	if err != nil {
		s = nil
	}
	page := onePage{Frame: v.Frame(web.Crumb{Name: v.Text("subs.one")}), Line: v.line(one, names[one.TenantID], s), Answer: v.Href("/subscription/" + one.Token), Pending: one.State == tocsin.SubscriptionPending}
	if done := v.R.URL.Query().Get("done"); done == "confirmed" || done == "resumed" {
		page.Done = v.Text("subs.done." + done)
	}
	list, err := v.pages.config.Ledger.Deliveries(v.R.Context(), delivery.Query{Endpoint: delivery.SubscriptionKey(one.ID), Limit: shown})
	if err != nil {
		return err
	}
	for _, e := range list {
		at := e.SettledAt
		if at.IsZero() {
			at = e.CreatedAt
		}
		page.Told = append(page.Told, toldLine{Item: e.Change.ID, At: v.Stamp(at.In(v.Zone)), State: v.Text("subs.told." + string(e.State)), Message: e.Batch, Why: v.With("q", e.Change.ID) + "#s-why"})
	}
	if page.Why, err = v.why(one, page.Line, s); err != nil {
		return err
	}
	return v.Render(http.StatusOK, "subs-one", page)
}

// answer serves POST /subscription/{token}: what the form of the page says, or the
// mail program by itself (RFC 8058).
func (p *Pages) answer(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	token, form := v.R.PathValue("token"), v.R.PostForm
	if one, err := p.config.Ledger.Subscription(v.R.Context(), token); err == nil && one.Token != token {
		return v.gone(http.StatusNotFound, "")
	}
	ctx := tocsin.WithActor(v.R.Context(), actor(v))
	var err error
	switch {
	case form.Get("List-Unsubscribe") == "One-Click", form.Get("do") == "leave":
		if _, err = p.config.Ledger.Unsubscribe(ctx, token, v.Now); err == nil || errors.Is(err, tocsin.ErrNotFound) {
			return v.gone(http.StatusOK, v.Text("subs.done.left"))
		}
	case form.Get("do") == "confirm":
		if _, err = p.config.Ledger.ConfirmSubscription(ctx, token, v.Now); err == nil {
			return v.Redirect(v.Href("/subscription/" + token + "?done=confirmed"))
		}
	case form.Get("do") == "resume":
		if _, err = p.config.Ledger.ResumeSubscription(ctx, token, v.Now); err == nil {
			return v.Redirect(v.Href("/subscription/" + token + "?done=resumed"))
		}
	default:
		return tocsin.Invalidf("do", "The form says neither confirm, resume nor leave.")
	}
	if errors.Is(err, tocsin.ErrNotFound) {
		return v.gone(http.StatusNotFound, "")
	}
	return err
}

// actor is who answers: a person who is signed in, or whoever reads the mails.
func actor(v *view) tocsin.Actor {
	a := tocsin.ActorOf(v.R.Context())
	if !access.VisitorOf(v.R.Context()).SignedIn() {
		a.Name = tocsin.Stranger
	}
	return a
}
