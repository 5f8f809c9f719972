package web

import (
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// StaleSince returns since when some source is not heard, in words, or "" while
// all data is current.
func (v *Request) StaleSince() string {
	if !v.Snapshot.Stale {
		return ""
	}
	return v.SinceWords(v.Snapshot.StaleSince)
}

// SinceWords returns an instant after "since"; the zero time is the start.
func (v *Request) SinceWords(t time.Time) string {
	if t.IsZero() {
		return v.Text("stale.start")
	}
	return v.Stamp(t.In(v.Zone))
}

// StaleTitle says since when nothing is known: about all services, or about
// those of the sources that it names.
func (v *Request) StaleTitle() string {
	since := v.StaleSince()
	switch {
	case since == "":
		return ""
	case v.NeverHeard():
		return v.Text("stale.never", "source", v.Unheard())
	}
	for i := range v.Snapshot.Services {
		if !v.Snapshot.Services[i].Stale {
			return v.Text("stale.part", "source", v.Unheard(), "time", since)
		}
	}
	return v.Text("stale.title", "time", since)
}

// NeverHeard reports whether none of the sources that are stale was ever read.
func (v *Request) NeverHeard() bool {
	read := func(s tocsin.SourceState) bool { return !s.LastOKAt.IsZero() }
	return v.Snapshot.Stale && !slices.ContainsFunc(v.Snapshot.Unheard(), read)
}

// Unheard names the sources that are stale.
func (v *Request) Unheard() string {
	var names []string
	for _, source := range v.Snapshot.Unheard() {
		names = append(names, source.Name)
	}
	return v.Join(names)
}

// StaleReason says what the last attempts met: a short list looks different
// from no answer at all.
func (v *Request) StaleReason() string {
	var reasons []string
	for _, source := range v.Snapshot.Unheard() {
		switch {
		case source.Shorts > 0:
			reasons = append(reasons, v.Text("stale.short", "source", source.Name))
		case source.Failures > 0:
			reasons = append(reasons, v.Text("stale.failed", "source", source.Name, "n", source.Failures))
		default:
			reasons = append(reasons, v.Text("stale.silent", "source", source.Name))
		}
	}
	return strings.Join(reasons, v.Space())
}

// Unread reports whether nothing was ever read for a tenant.
func (v *Request) Unread() bool { return len(v.Snapshot.Services)+len(v.Snapshot.Issues) == 0 }

// NeverRead reports whether sources are to be read and none ever was.
func (v *Request) NeverRead() bool {
	return v.Snapshot.CheckedAt.IsZero() && (v.Unread() || v.Snapshot.Stale)
}

// Unsure reports whether what is not listed may be open all the same: nothing
// was ever read, or some source is silent.
func (v *Request) Unsure() bool { return v.Unread() || v.Snapshot.Stale }
