package tocsin

import (
	"fmt"
	"strings"
	"time"
)

// An Unreadable is something that a source lists and that cannot be read, or
// that it should list and does not: nobody knows how it is. What was readable
// before stays served as it was.
type Unreadable struct {
	TenantID string
	Source   string
	Kind     Kind
	ID       string // the provider's id, "" when not even that can be read
	Position int    // place in its list from 1 on, of what has no id; 0 with an id and for a whole list
	// Service and ServiceID name the service that it is about as far as is
	// known: from itself, else from its last readable version.
	Service   string
	ServiceID string
	Reason    UnreadableReason
	Member    string    // the JSON member that is odd, such as "details.value", if one can be named
	Body      []byte    // as it came, up to [MaxUnreadable] bytes; lists leave it out
	Since     time.Time // start of the first poll that met it so
	SeenAt    time.Time // start of the last poll that took its bytes in
}

// MaxUnreadable is how much of an unreadable element is kept, in bytes. Real
// notices have up to 100 KB.
const MaxUnreadable = 1 << 20

// An UnreadableReason says why something cannot be read.
type UnreadableReason string

// The reasons. List stands for a whole list that did not arrive; Missing for
// what a list lacks that is too short to be believed.
const (
	UnreadableMember  UnreadableReason = "member"  // a member is not of its type
	UnreadableForm    UnreadableReason = "form"    // it is no object
	UnreadableID      UnreadableReason = "id"      // it has no usable id
	UnreadableText    UnreadableReason = "text"    // it is not UTF-8
	UnreadableSyntax  UnreadableReason = "syntax"  // it is no JSON, or JSON that decoders disagree about
	UnreadableList    UnreadableReason = "list"    // the whole list
	UnreadableMissing UnreadableReason = "missing" // a short list lacks it
)

// Counts reports whether u says of the service with that id and display name
// that nobody knows how it is. An element of the health lists whose service is
// not known may be about any service of its source. A message says nothing
// about health; a whole list is left to [SourceState.StaleSince], which has
// patience.
func (u Unreadable) Counts(serviceID, name string) bool {
	switch {
	case u.Kind == KindMessage || u.Reason == UnreadableList:
		return false
	case u.Kind == KindService && u.ID == "":
		return false // a service's name and parts, nothing of its health
	case u.ServiceID == "" && u.Service == "":
		return true
	}
	same := func(a, b string) bool {
		return a != "" && strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
	}
	// Some servers have the two the wrong way round.
	return same(u.ServiceID, serviceID) || same(u.Service, name) || same(u.ServiceID, name) || same(u.Service, serviceID)
}

// Name names the element for people: by its id or else its place, and by the
// member that is odd.
func (u Unreadable) Name() string {
	name := u.ID
	if name == "" {
		name = fmt.Sprintf("#%d", u.Position)
	}
	if u.Member != "" {
		name += " (" + u.Member + ")"
	}
	return name
}

// Element reports whether u stands for one element that came, and not for a
// list or for what a list lacks.
func (u Unreadable) Element() bool {
	return u.Reason != UnreadableList && u.Reason != UnreadableMissing
}

// SameAs reports whether u and other are the same element: the same id, or the
// same place in the list.
func (u Unreadable) SameAs(other Unreadable) bool {
	return u.Source == other.Source && u.Kind == other.Kind && u.ID == other.ID && u.Position == other.Position
}
