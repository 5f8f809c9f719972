package web

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// A readingMark is until when a person has seen what changed in a tenant.
type readingMark struct {
	tenant string // "" for visitors whose browser keeps it
	at     time.Time
	moves  uint64 // of all marks by this process, before it was read
}

// readMark reads the mark of a person. Strangers have theirs in a cookie.
func (v *Request) readMark() (err error) {
	user := access.VisitorOf(v.R.Context()).User
	v.mark.moves = v.pages.moves.Load()
	if user.ID == "" || v.pages.config.Readers == nil {
		return nil
	}
	v.mark.tenant = v.Snapshot.Tenant.ID
	v.mark.at, err = v.pages.config.Readers.ReadingMark(v.R.Context(), v.mark.tenant, user.ID)
	return err
}

// MarkCookie returns the name of the cookie in which the browser of a stranger
// keeps the reading mark of the tenant, in seconds since 1970 UTC; "" for a
// person, whose mark the desk keeps.
func (v *Request) MarkCookie() string {
	if v.mark.tenant != "" {
		return ""
	}
	return "seen-" + v.Snapshot.Tenant.ID[:8]
}

// MoveMark notes that the reader has seen what changed in the tenant until an
// instant, now at the latest.
func (v *Request) MoveMark(to time.Time) error {
	if to.After(v.Now) {
		to = v.Now
	}
	if v.mark.tenant == "" {
		v.SetCookie(v.MarkCookie(), strconv.FormatInt(to.Unix(), 10), CookieLife)
		return nil
	}
	defer v.pages.moves.Add(1)
	return v.pages.config.Readers.MoveReadingMark(v.R.Context(), v.Snapshot.Tenant.ID, access.VisitorOf(v.R.Context()).User.ID, to)
}

// SeenAt returns when the reader last looked, zero for the first time.
func (v *Request) SeenAt() time.Time {
	switch {
	case v.alike:
		return time.Time{}
	case v.mark.tenant == v.Snapshot.Tenant.ID:
		return v.mark.at
	case v.mark.tenant != "": // another tenant beside the one that they look at
		return time.Time{}
	}
	cookie, err := v.R.Cookie(v.MarkCookie())
	if err != nil {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(cookie.Value, 10, 64)
	if err != nil || seconds <= 0 || seconds > v.Now.Unix() {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// Mine are the services that concern the reader.
type Mine struct {
	IDs []string // ascending
	On  bool     // the address asks for what concerns them alone
	All string   // the same page about all services
	Own string   // and about theirs, "" for who follows none
	Set string   // where they choose
}

// Mine returns the services that concern the reader, none for strangers.
func (v *Request) Mine() (m Mine, err error) {
	user := access.VisitorOf(v.R.Context()).User
	m.On = v.R.URL.Query().Get("mine") == "1"
	if user.ID == "" || v.pages.config.Readers == nil {
		if m.On { // nobody takes all services for theirs
			err = &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "Sign in to see your services."}
		}
		return m, err
	}
	if m.IDs, err = v.pages.config.Readers.FollowedServices(v.R.Context(), v.Snapshot.Tenant.ID, user.ID); err != nil {
		return m, err
	}
	m.Set, m.All = v.Href("/preferences#services"), v.With("mine", "")
	if len(m.IDs) > 0 {
		m.Own = v.With("mine", "1")
	}
	return m, nil
}

// Language is the language that the reader wants pages in: the one that they
// chose, in this browser or for all, or the first of those that the browser
// asks for that there are pages in; "" where nobody says.
func (v *Request) Language() string {
	return v.pages.languageFor(v.R)
}

func (p *Pages) languageFor(r *http.Request) string {
	chosen := access.VisitorOf(r.Context()).User.Reading.Language
	if cookie, err := r.Cookie(LanguageCookie); err == nil {
		chosen = cmp.Or(chosen, cookie.Value)
	}
	if _, ok := p.locales[chosen]; ok {
		return chosen
	}
	return p.accepted(r.Header.Get("Accept-Language"))
}

// SameOrigin refuses a form that another site sent.
func SameOrigin(r *http.Request) error {
	if http.NewCrossOriginProtection().Check(r) != nil {
		return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "This form was sent from another site."}
	}
	return nil
}
