package tocsin

// An Event is what a change tells a reader, in no language: which parts of the
// item are others than before, and the state of the item at that moment. Texts
// are made from it where it is shown.
type Event struct {
	Change
	Status  Status   // after the change; "" for items that have none
	Was     Status   // before it, "" when it was the same or there was none
	Posts   int      // that are new
	Edited  int      // posts that were there before with another text
	Members []string // names of the other members that differ, those that matter most first
}

// Empty reports whether an update tells nothing that a reader is told.
func (e Event) Empty() bool {
	return e.What == WhatUpdated && e.Posts == 0 && e.Edited == 0 && e.Was == "" && len(e.Members) == 0
}
