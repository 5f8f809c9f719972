package tocsin

import "time"

// A Change is what happened to one item of one tenant: the outbox row that is
// written in the same transaction as the version and that everything
// downstream is driven by.
type Change struct {
	Seq      int64 // grows without gaps in the order of commits
	TenantID string
	Kind     Kind
	ID       string
	N        int // the version that holds after the change
	What     What
	Silent   bool      // stored by a first poll or an import: never announced
	At       time.Time // when the desk saw it
}

// What says in which way an item changed.
type What string

// The ways in which an item changes. Left means that a full poll no longer
// lists the item; its versions stay. Returned means that it is listed again.
const (
	WhatNew      What = "new"
	WhatUpdated  What = "updated"
	WhatLeft     What = "left"
	WhatReturned What = "returned"
)
