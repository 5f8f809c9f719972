package readmodel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// Unreadable is what nobody can read of the tenant's sources, without bodies,
// by source, kind, id and position. Do not change it.
func (s *Snapshot) Unreadable() []tocsin.Unreadable { return s.unreadable }

// UnreadableItem tells whether an item is listed in a form that cannot be
// read, so that its last readable version is served.
func (s *Snapshot) UnreadableItem(kind tocsin.Kind, id string) (tocsin.Unreadable, bool) {
	for _, u := range s.unreadable {
		if u.Kind == kind && u.ID != "" && strings.EqualFold(u.ID, id) {
			return u, true
		}
	}
	return tocsin.Unreadable{}, false
}

// readUnreadable brings what cannot be read up to date with the states of the
// sources. It asks the store only when some source has, or had, something.
func (m *Model) readUnreadable(ctx context.Context, s *Snapshot, sources []tocsin.SourceState) error {
	some := slices.ContainsFunc(sources, func(state tocsin.SourceState) bool { return state.Unreadable > 0 })
	if !some {
		s.unreadable = nil
		return nil
	}
	if slices.EqualFunc(s.sources, sources, tocsin.SourceState.Same) {
		return nil
	}
	list, err := m.archive.Unreadable(ctx, s.Tenant.ID)
	if err != nil {
		return err
	}
	// That of a source that is not polled any more has no successor.
	s.unreadable = slices.DeleteFunc(list, func(u tocsin.Unreadable) bool {
		return !slices.ContainsFunc(sources, func(state tocsin.SourceState) bool { return state.Name == u.Source })
	})
	return nil
}

// unreadState names what cannot be read and since when, "" for nothing.
func (s *Snapshot) unreadState() string {
	var b strings.Builder
	for _, u := range s.unreadable {
		fmt.Fprintf(&b, "%q %s %q %d %q %d ", u.Source, u.Kind, u.ID, u.Position, u.Reason, InstantOf(u.Since))
	}
	return b.String()
}

// doubt makes a service unknown about which its source says something that
// nobody can read. What it was until then stays confirmed, and bad news stand.
func (s *Service) doubt(list []tocsin.Unreadable) {
	for _, u := range list {
		if u.Source != s.Source || !u.Counts(s.ID, s.Name) {
			continue
		}
		if !s.Stale || u.Since.Before(s.StaleSince) {
			s.Stale, s.StaleSince = true, u.Since
		}
		if held := later(s.Since, u.Since); s.Overview.Status.Healthy() && held.Before(s.ConfirmedAt) {
			s.ConfirmedAt = held
		}
	}
}
