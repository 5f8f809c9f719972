package web

import (
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// staleSince is since when some source is not heard, in words, or "" while all
// data is current.
func (v *visit) staleSince() string {
	if !v.snapshot.Stale {
		return ""
	}
	return v.sinceWords(v.snapshot.StaleSince)
}

// sinceWords is an instant after "since"; the zero time is the start.
func (v *visit) sinceWords(t time.Time) string {
	if t.IsZero() {
		return v.text("stale.start")
	}
	return v.stamp(t.In(v.zone))
}

// staleTitle says since when nothing is known: about all services, or about
// those of the sources that it names.
func (v *visit) staleTitle() string {
	since := v.staleSince()
	switch {
	case since == "":
		return ""
	case v.neverHeard():
		return v.text("stale.never", "source", v.unheard())
	}
	for i := range v.snapshot.Services {
		if !v.snapshot.Services[i].Stale {
			return v.text("stale.part", "source", v.unheard(), "time", since)
		}
	}
	return v.text("stale.title", "time", since)
}

// neverHeard reports whether none of the sources that are stale was ever read.
func (v *visit) neverHeard() bool {
	read := func(s tocsin.SourceState) bool { return !s.LastOKAt.IsZero() }
	return v.snapshot.Stale && !slices.ContainsFunc(v.snapshot.Unheard(), read)
}

// unheard names the sources that are stale.
func (v *visit) unheard() string {
	var names []string
	for _, source := range v.snapshot.Unheard() {
		names = append(names, source.Name)
	}
	return v.join(names)
}

// staleReason says what the last attempts met: a short list looks different
// from no answer at all.
func (v *visit) staleReason() string {
	var reasons []string
	for _, source := range v.snapshot.Unheard() {
		switch {
		case source.Shorts > 0:
			reasons = append(reasons, v.text("stale.short", "source", source.Name))
		case source.Failures > 0:
			reasons = append(reasons, v.text("stale.failed", "source", source.Name, "n", source.Failures))
		default:
			reasons = append(reasons, v.text("stale.silent", "source", source.Name))
		}
	}
	return strings.Join(reasons, string(v.between()))
}

// unread reports whether nothing was ever read for a tenant.
func (v *visit) unread() bool { return len(v.snapshot.Services)+len(v.snapshot.Issues) == 0 }

// neverRead reports whether sources are to be read and none ever was.
func (v *visit) neverRead() bool {
	return v.snapshot.CheckedAt.IsZero() && (v.unread() || v.snapshot.Stale)
}

// unsure reports whether what is not listed may be open all the same: nothing
// was ever read, or some source is silent.
func (v *visit) unsure() bool { return v.unread() || v.snapshot.Stale }
