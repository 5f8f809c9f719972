package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
)

// streams tells open pages that something changed.
type streams interface {
	// Serve opens a stream of events about a tenant; may is asked from time to
	// time whether the reader may still have it.
	Serve(w http.ResponseWriter, r *http.Request, tenantID string, may func(context.Context) bool) error
}

// versions names what pages of a tenant show.
type versions interface {
	Version(tenantID string) string
}

// eventsPath is where pages listen, in no language: events have no text.
const eventsPath = "/events"

// events serves the stream that an open page listens to.
func (p *Pages) events(w http.ResponseWriter, r *http.Request) error {
	seen, err := p.visible(r)
	if err != nil {
		return err
	}
	if len(seen.tenants) == 0 || p.config.Streams == nil {
		return httpserver.Errorf(http.StatusNotFound, "There is nothing here.")
	}
	tenant, err := pick(seen.tenants, r.URL.Query().Get("tenant"))
	if err != nil {
		return err
	}
	return p.config.Streams.Serve(w, r, tenant.ID, func(ctx context.Context) bool { return p.stillSees(r.WithContext(ctx), tenant.ID) })
}

// Listen serves a stream of events about a topic to the sender of the request, as
// long as they may look at some tenants.
func (v *Request) Listen(topic string, tenantIDs []string) error {
	if v.pages.config.Streams == nil {
		return NothingHere()
	}
	return v.pages.config.Streams.Serve(v.W, v.R, topic, func(ctx context.Context) bool {
		return !slices.ContainsFunc(tenantIDs, func(id string) bool { return !v.pages.stillSees(v.R.WithContext(ctx), id) })
	})
}

// EventsAt is the address at which a page listens for what comes after the state of a
// topic that it shows, given the path of the stream; "" where nobody tells.
func (v *Request) EventsAt(path, topic string) string {
	versions, ok := v.pages.config.Model.(versions)
	if !ok || v.pages.config.Streams == nil {
		return ""
	}
	return v.Href(path + "?seen=" + url.QueryEscape(versions.Version(topic)))
}

// eventsOf is the address at which a page about a tenant listens for
// what comes after the state that it shows, "" where nobody tells.
func (v *Request) eventsOf() string {
	versions, ok := v.pages.config.Model.(versions)
	if !ok || v.pages.config.Streams == nil {
		return ""
	}
	id := v.Snapshot.Tenant.ID
	return eventsPath + "?" + url.Values{"tenant": {v.Snapshot.Tenant.Name}, "seen": {versions.Version(id)}}.Encode()
}

// stillSees asks again whether the sender of a request may look at a tenant:
// the session may have ended, or the role been taken away.
func (p *Pages) stillSees(r *http.Request, tenantID string) bool {
	if p.config.Door == nil {
		return true
	}
	r, err := p.config.Door.Admit(r, access.ReadMessages)
	return err == nil && access.VisitorOf(r.Context()).Sees(tenantID)
}
