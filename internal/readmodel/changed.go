package readmodel

import (
	"strconv"
	"strings"

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
// that was not asked for yet. Of the topic of a room it names what is written down
// there.
func (m *Model) Version(tenantID string) string {
	if n, ok := strings.CutPrefix(tenantID, roomTopic); ok {
		return m.roomVersion(n)
	}
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

// roomTopic begins the topics of the rooms of incidents.
const roomTopic = "incident/"

// RoomTopic returns the topic of the room of an incident, for [Model.Version].
func RoomTopic(n int64) string { return roomTopic + strconv.FormatInt(n, 10) }

// roomVersion is the number of the last change of an incident that was seen, 0 for
// none since the program began.
func (m *Model) roomVersion(n string) string {
	number, _ := strconv.ParseInt(n, 10, 64) // no number names nothing
	m.mu.RLock()
	defer m.mu.RUnlock()
	return strconv.FormatInt(m.rooms[number], 10)
}

// noteRooms takes down changes of incidents, by the ids of their items, and tells
// whoever waits.
func (m *Model) noteRooms(changed map[string]int64) {
	if len(changed) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, seq := range changed {
		n, _, _ := tocsin.StepOf(id)
		m.rooms[n] = max(m.rooms[n], seq)
	}
	close(m.changed)
	m.changed = make(chan struct{})
}
