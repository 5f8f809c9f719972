package subscriptions

import (
	"errors"
	"net/http"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// contactPage is the page that a letter to the emergency list leads to: by what
// somebody is reached, and a button that says that it is right.
type contactPage struct {
	web.Frame
	Mail, Phone string
	Answer      string // address of the form
	Gone        bool   // there is no such question, or no longer
	Over        web.EmptyView
	Done        string
}

// contact serves GET /contact/{token}. It changes nothing.
func (p *Pages) contact(v *view) error {
	c, err := p.config.Emergency.AskedContact(v.R.Context(), v.R.PathValue("token"), v.Now)
	if errors.Is(err, tocsin.ErrNotFound) {
		return v.asked(http.StatusNotFound, "")
	}
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "contact-one", contactPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("list.one")}), Mail: c.Mail, Phone: c.Phone, Answer: v.Href("/contact/" + v.R.PathValue("token")),
	})
}

// asked says that there is nothing to answer, or no longer.
func (v *view) asked(status int, done string) error {
	page := contactPage{Frame: v.Frame(web.Crumb{Name: v.Text("list.one")}), Gone: true, Done: done}
	if done == "" {
		page.Over = web.EmptyView{Title: v.Text("list.gone"), Text: v.Text("list.gone.text")}
	}
	return v.Render(status, "contact-one", page)
}

// confirm serves POST /contact/{token}: mail and telephone are right.
func (p *Pages) confirm(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	if v.R.PostForm.Get("do") != "confirm" {
		return tocsin.Invalidf("do", "The form does not say confirm.")
	}
	_, err := p.config.Emergency.ConfirmContact(tocsin.WithActor(v.R.Context(), actor(v)), v.R.PathValue("token"), v.Now)
	if errors.Is(err, tocsin.ErrNotFound) {
		return v.asked(http.StatusNotFound, "")
	}
	if err != nil {
		return err
	}
	return v.asked(http.StatusOK, v.Text("list.done"))
}
