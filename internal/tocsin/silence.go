package tocsin

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of silences.
const (
	MaxSilence      = 24 * time.Hour      // the longest one
	MaxSilenceAhead = 31 * 24 * time.Hour // how far ahead one may begin
	maxReason       = 300                 // characters
)

// A Silence keeps what fulfils its matchers from being told, for a while. It is
// kept when it is over.
type Silence struct {
	ID        string // GUID
	TenantID  string // it silences changes of this tenant alone; "" for all
	Matchers  string // conditions on labels, as routes write them, at least one
	StartsAt  time.Time
	EndsAt    time.Time // not included
	AuthorID  string    // user, "" for a program or the command line
	Author    string    // name of who made it, as it was then
	Reason    string    // one line
	CreatedAt time.Time
	EndedBy   string // name of who ended it before its time, "" for nobody
}

// Normalize lowers the case of ids and trims texts.
func (s *Silence) Normalize() {
	s.ID, s.TenantID = strings.ToLower(s.ID), strings.ToLower(s.TenantID)
	s.Matchers, s.Reason = strings.TrimSpace(s.Matchers), strings.TrimSpace(s.Reason)
	s.StartsAt, s.EndsAt = s.StartsAt.UTC().Truncate(time.Microsecond), s.EndsAt.UTC().Truncate(time.Microsecond)
}

// Validate reports every problem of a normalised silence that is made now, but
// for its matchers, which package route reads.
func (s Silence) Validate(now time.Time) error {
	problems := []error{checkGUID(s.ID), checkTenantID(s.TenantID)}
	if s.Matchers == "" {
		problems = append(problems, Invalidf("matchers", `Say what is silenced, such as service="Exchange".`))
	}
	if s.Reason == "" {
		problems = append(problems, Invalidf("reason", "Say why, for those who wonder why they hear nothing."))
	} else if n := utf8.RuneCountInString(s.Reason); n > maxReason || strings.ContainsFunc(s.Reason, func(r rune) bool { return r < ' ' }) {
		problems = append(problems, Invalidf("reason", "Use at most %d characters on one line.", maxReason))
	}
	switch {
	case !s.EndsAt.After(s.StartsAt):
		problems = append(problems, Invalidf("end", "It ends before it starts."))
	case !s.EndsAt.After(now):
		problems = append(problems, Invalidf("end", "It is over already."))
	case s.EndsAt.Sub(s.StartsAt) > MaxSilence:
		problems = append(problems, Invalidf("end", "A silence ends within 24 hours; make another one for the time after."))
	}
	if s.StartsAt.Sub(now) > MaxSilenceAhead {
		problems = append(problems, Invalidf("start", "It begins more than 31 days ahead."))
	}
	return errors.Join(problems...)
}

// Active reports whether the silence holds at an instant.
func (s Silence) Active(at time.Time) bool { return !at.Before(s.StartsAt) && at.Before(s.EndsAt) }
