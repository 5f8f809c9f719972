package readmodel

import (
	"slices"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Unlisted returns a service that no list names, by the id, the name and the
// source of an issue about it, with whether that source is current. Of a service that was listed once its past is known
// as well, until its source stopped listing it.
func (s *Snapshot) Unlisted(id, name, source string) *Service {
	one := &Service{Service: tocsin.Service{ID: id, Name: name}, Source: source}
	if old, ok := s.Service(id); ok {
		*one = *old
		one.Overview, one.Since, one.ConfirmedAt = tocsin.Overview{}, old.LeftAt, old.LeftAt
		one.Source = source
	}
	one.StaleSince, one.Stale = s.staleSince(one.Source)
	if len(s.unreadable) > 0 {
		one.doubt(s.names().places(s.unreadable))
	}
	return one
}

// staleSince reports since when a source is not current, if it is not: one that
// is polled no more is stale once another one is, and a file always.
func (s *Snapshot) staleSince(source string) (since time.Time, stale bool) {
	named := func(state tocsin.SourceState) bool { return state.Name == source }
	if i := slices.IndexFunc(s.unheard, named); i >= 0 {
		return s.unheard[i].LastOKAt, true
	}
	polled := slices.ContainsFunc(s.sources, named)
	return time.Time{}, source != tocsin.SourceOwn && !polled && (len(s.sources) > 0 || source == tocsin.SourceImport)
}
