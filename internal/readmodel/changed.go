package readmodel

import (
	"strconv"

	"example.org/tocsin/internal/tocsin"
)

// Changed returns a channel that is closed when a snapshot is renewed next.
func (m *Model) Changed() <-chan struct{} {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.changed
}

// Version names what pages of a tenant show: it is another text after every
// change and when its sources turn stale, current or unreadable in part. It is empty for a tenant
// that was not asked for yet.
func (m *Model) Version(tenantID string) string {
	s := m.loaded(tenantID)
	if s == nil {
		return ""
	}
	version := strconv.FormatInt(s.Seq, 10)
	if stale := s.Staleness(); stale != "" {
		version += "-stale-" + tocsin.HashOf([]byte(stale)).String()
	}
	if unread := s.unreadState(); unread != "" {
		version += "-unread-" + tocsin.HashOf([]byte(unread)).String()
	}
	return version
}
