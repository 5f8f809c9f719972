package web

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/tocsin"
)

// silences is the part of the store about what is not told for a while.
type silences interface {
	Silences(ctx context.Context, after time.Time) ([]tocsin.Silence, error)
}

// silencesFor is how long what is known of silences is shown before the store is
// asked again: a banner may come and go so much later than the silence.
const silencesFor = 5 * time.Second

// silenced remembers the silences that hold or are planned.
type silenced struct {
	mu     sync.Mutex
	readAt time.Time
	list   []silence
}

// A silence is one with whom it names, read once.
type silence struct {
	tocsin.Silence
	named route.Matchers // of tenants, by id, name or group; empty for none of them
	known bool           // whether the matchers can be read
}

func newSilence(s tocsin.Silence) silence {
	matchers, err := route.ParseMatchers(s.Matchers)
	named := slices.DeleteFunc(matchers, func(m route.Matcher) bool { return !strings.HasPrefix(m.Name, "tenant") && m.Name != "group" })
	return silence{s, named, err == nil}
}

// at returns the silences that hold at an instant. Whoever comes when they were
// not read for a while reads them, the others get what was known; what cannot be
// read now is what it was.
func (s *silenced) at(ctx context.Context, from silences, now time.Time) (active []silence) {
	if from == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := now.Sub(s.readAt); age < 0 || age >= silencesFor {
		s.readAt = now
		if list, err := from.Silences(ctx, now); err == nil {
			s.list = s.list[:0:0]
			for _, one := range list {
				s.list = append(s.list, newSilence(one))
			}
		}
	}
	for _, one := range s.list {
		if one.Active(now) {
			active = append(active, one)
		}
	}
	return active
}

// forget has the store asked next time.
func (s *silenced) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readAt = time.Time{}
}

// SilencesChanged has the next page read what is silenced anew.
func (v *Request) SilencesChanged() { v.pages.silenced.forget() }

// A silenceNotice says that changes are not told at the moment.
type silenceNotice struct {
	Title, Text string
	Href        string // where silences are ended, "" for who may not
}

// silences returns a notice for each silence that holds and may concern the
// tenant that is looked at.
func (v *Request) silences() (notices []silenceNotice) {
	for _, s := range v.pages.silenced.at(v.R.Context(), v.pages.config.Silences, v.Now) {
		if !s.concerns(v.Snapshot.Tenant) {
			continue
		}
		n := silenceNotice{
			Title: v.Text("silence.title", "time", v.Stamp(s.EndsAt.In(v.Zone))),
			Text:  v.Text("silence.text", "matchers", s.Matchers, "reason", s.Reason, "name", s.Author),
		}
		if access.VisitorOf(v.R.Context()).May(access.ManageChannels, s.TenantID) {
			n.Href = v.Href("/admin/silences")
		}
		notices = append(notices, n)
	}
	return notices
}

// concerns reports whether a silence may keep back changes of a tenant. One that
// names others, by id, name or group, is none of its readers' business.
func (s silence) concerns(t tocsin.Tenant) bool {
	if s.TenantID != "" {
		return s.TenantID == t.ID
	}
	labels := []route.Label{{Name: "tenant", Value: t.ID}, {Name: "tenant_name", Value: t.Name}}
	for _, group := range t.Groups {
		labels = append(labels, route.Label{Name: "group", Value: group})
	}
	return s.known && s.named.Match(route.NewLabels(labels...))
}
