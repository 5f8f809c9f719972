package subscriptions

import (
	"errors"
	"net/http"

	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// questionPage is a page that the link of a message leads to, which is good once: what
// is asked, and a button that confirms it.
type questionPage struct {
	web.Frame
	Head      string
	Question  string // "" when there is none, or no longer
	Text      string
	Facts     []questionFact
	Yes, Hint string
	Answer    string // address of the form
	Over      web.EmptyView
	Done      string
}

type questionFact struct{ Name, Value string }

// A question is what a message asks whoever has its link.
type question struct {
	path       string       // of its page, before the token
	over, done questionPage // when there is nothing to confirm, and after it was
	// look fills in what is asked. It changes nothing.
	look func(v *view, token string, page *questionPage) error
	// confirm notes the answer.
	confirm func(v *view, token string) error
}

// contact asks the people of the emergency list whether mail and telephone are right.
func (v *view) contact() question {
	title := v.Text("list.one")
	return question{
		path: "/contact/",
		over: questionPage{Head: title, Over: web.EmptyView{Title: v.Text("list.gone"), Text: v.Text("list.gone.text")}},
		done: questionPage{Head: title, Done: v.Text("list.done")},
		look: func(v *view, token string, page *questionPage) error {
			c, err := v.pages.config.Emergency.AskedContact(v.R.Context(), token, v.Now)
			*page = questionPage{Head: title, Question: v.Text("list.question"), Text: v.Text("list.text"), Yes: v.Text("list.confirm"), Hint: v.Text("list.wrong")}
			if c.Mail != "" {
				page.Facts = append(page.Facts, questionFact{v.Text("list.mail"), c.Mail})
			}
			if c.Phone != "" {
				page.Facts = append(page.Facts, questionFact{v.Text("list.phone"), c.Phone})
			}
			return err
		},
		confirm: func(v *view, token string) error {
			_, err := v.pages.config.Emergency.ConfirmContact(tocsin.WithActor(v.R.Context(), actor(v)), token, v.Now)
			return err
		},
	}
}

// canary asks whoever has the daily test of a channel whether they have read it.
func (v *view) canary() question {
	title := v.Text("canary.one")
	return question{
		path: "/canary/",
		over: questionPage{Head: title, Over: web.EmptyView{Title: v.Text("list.gone"), Text: v.Text("canary.gone.text")}},
		done: questionPage{Head: title, Done: v.Text("canary.done")},
		look: func(v *view, token string, page *questionPage) error {
			c, err := v.pages.config.Ledger.AskedCanary(v.R.Context(), token, v.Now)
			*page = questionPage{
				Head: title, Question: v.Text("canary.question"), Text: v.Text("canary.text"), Yes: v.Text("canary.confirm"), Hint: v.Text("canary.hint"),
				Facts: []questionFact{{v.Text("canary.channel"), delivery.ChannelName(c.Endpoint)}, {v.Text("canary.sent"), v.Full(c.AskedAt.In(v.Zone))}},
			}
			return err
		},
		confirm: func(v *view, token string) error {
			_, err := v.pages.config.Ledger.ConfirmCanary(tocsin.WithActor(v.R.Context(), actor(v)), token, v.Now)
			return err
		},
	}
}

// asking serves GET of the page of a question. It changes nothing.
func asking(of func(*view) question) func(*view) error {
	return func(v *view) error {
		q, token := of(v), v.R.PathValue("token")
		var page questionPage
		err := q.look(v, token, &page)
		if errors.Is(err, tocsin.ErrNotFound) {
			return v.question(http.StatusNotFound, q.over)
		}
		if err != nil {
			return err
		}
		page.Answer = v.Href(q.path + token)
		return v.question(http.StatusOK, page)
	}
}

// answering serves POST of the page of a question: what it asks is so.
func answering(of func(*view) question) func(*view) error {
	return func(v *view) error {
		if err := v.R.ParseForm(); err != nil {
			return tocsin.Invalidf("form", "The form cannot be read.")
		}
		if v.R.PostForm.Get("do") != "confirm" {
			return tocsin.Invalidf("do", "The form does not say confirm.")
		}
		q := of(v)
		err := q.confirm(v, v.R.PathValue("token"))
		if errors.Is(err, tocsin.ErrNotFound) {
			return v.question(http.StatusNotFound, q.over)
		}
		if err != nil {
			return err
		}
		return v.question(http.StatusOK, q.done)
	}
}

func (v *view) question(status int, page questionPage) error {
	page.Frame = v.Frame(web.Crumb{Name: page.Head})
	return v.Render(status, "question-one", page)
}
