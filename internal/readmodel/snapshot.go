package readmodel

import (
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Row is one item of a tenant as lists are filtered and sorted by it. The
// text of the item stays in the store; see [Model.Issue] and [Model.Message].
type Row struct {
	ID         string
	Document   int64 // key of the document in the store
	N          int   // version number
	Title      string
	Service    string // display name; of a message, names joined by new lines
	ServiceID  string // workload id; empty for messages
	Status     tocsin.Status
	Class      string    // classification of an issue, category of a message
	StartAt    time.Time // zero when not given
	EndAt      time.Time // zero while open
	ModifiedAt time.Time
	LeftAt     time.Time // when the upstream stopped listing it; zero while listed
}

// A Service is one service of a tenant with its status now.
type Service struct {
	tocsin.Service                     // features known from the source, or from its issues
	Overview       tocsin.Overview     // the latest
	Since          time.Time           // when the latest overview was first observed
	ConfirmedAt    time.Time           // last time a complete poll or an import confirmed it
	Transitions    []tocsin.Transition // ascending by time; the last one is Overview
}

// A Snapshot is everything about one tenant that answers are made of. It is
// never changed: a change makes a new snapshot.
type Snapshot struct {
	Tenant     tocsin.Tenant
	Seq        int64     // the last change it includes
	Services   []Service // by display name
	Issues     []*Row    // ascending by id
	Messages   []*Row    // ascending by id
	Stale      bool      // some source has not been polled completely for two intervals
	StaleSince time.Time // end of the last complete poll of the stalest source; zero for never
}

// Issue finds an issue by id, ignoring case.
func (s *Snapshot) Issue(id string) (*Row, bool) { return find(s.Issues, id) }

// Message finds a message by id, ignoring case.
func (s *Snapshot) Message(id string) (*Row, bool) { return find(s.Messages, id) }

func find(rows []*Row, id string) (*Row, bool) {
	for _, row := range rows {
		if strings.EqualFold(row.ID, id) {
			return row, true
		}
	}
	return nil, false
}
