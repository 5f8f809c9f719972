package tocsin

import "time"

// A Change is what happened to one item of one tenant: the outbox row that is
// written in the same transaction as the version and that everything
// downstream is driven by. Not every change makes a version: a source that turns
// stale and a promise that is late are changes too.
type Change struct {
	Seq      int64 // grows without gaps in the order of commits
	TenantID string
	Kind     Kind
	ID       string
	N        int // the version that holds after the change, 0 for what has none
	What     What
	Silent   bool      // stored by a first poll or an import: never announced
	At       time.Time // when the desk saw it
}

// What says in which way an item changed.
type What string

// The ways in which an item changes. Left means that a full poll no longer
// lists the item; its versions stay. Returned means that it is listed again.
// Stale and heard are of sources: no complete poll for two intervals, and the
// first one after that. Late is of issues: the next update that the newest post
// promised has not come in time.
const (
	WhatNew      What = "new"
	WhatUpdated  What = "updated"
	WhatLeft     What = "left"
	WhatReturned What = "returned"
	WhatStale    What = "stale"
	WhatHeard    What = "heard"
	WhatLate     What = "late" // of a step too: it was not done in time
	// WhatAcknowledged is of issues: somebody has taken it in hand. The log shows it;
	// nobody is sent anything.
	WhatAcknowledged What = "acknowledged"
	// Of incidents: one was opened or closed, a message about it was sent. Of their
	// steps: one was done, or is not needed; it is open again.
	WhatOpened   What = "opened"
	WhatClosed   What = "closed"
	WhatMessage  What = "message"
	WhatDone     What = "done"
	WhatReopened What = "reopened"
	// Of support requests, which are opened, closed and reopened too: one was filed with
	// the provider, the provider gave it a severity, somebody answered. N is the row of
	// the thread that says so.
	WhatFiled    What = "filed"
	WhatSeverity What = "severity"
	WhatAnswered What = "answered"
	// WhatNoted tells the program's own readers that a room has another entry, or the
	// thread of a request another row. Nobody is told of it.
	WhatNoted What = "noted"
	// WhatReworded tells the program's own readers that the text of an item is
	// written in another way and means the same. Nobody is told of it.
	WhatReworded What = "reworded"
	// WhatTranslated tells them that lines of an item read otherwise in some
	// language. Nobody is told of it either.
	WhatTranslated What = "translated"
	// WhatRepeat notes that some endpoints are told again of an issue that goes on.
	// Nothing has changed, and nobody else is told.
	WhatRepeat What = "repeat"
)

// Versioned reports whether the change made a version of its item.
func (w What) Versioned() bool { return w == WhatNew || w == WhatUpdated }

// Told reports whether the change is one that people and consumers are told of.
// The others are for what shows an item as it is now.
func (w What) Told() bool {
	return w != WhatReworded && w != WhatTranslated && w != WhatRepeat && w != WhatNoted
}
