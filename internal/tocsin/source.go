package tocsin

import "time"

// ProviderMicrosoft is who speaks through a source unless its settings name
// somebody else.
const ProviderMicrosoft = "Microsoft"

// A SourceState is what the desk knows about one source of one tenant: when it
// is due, who polls it now, and how healthy its polls are.
type SourceState struct {
	TenantID   string
	Name       string // unique within the tenant
	Provider   string // who speaks through it, "" for [ProviderMicrosoft]
	Interval   time.Duration
	DueAt      time.Time
	Epoch      int64     // grows with every claim; a write of an older epoch is refused
	LeasedAt   time.Time // zero when nobody polls
	LeaseEnds  time.Time
	LastOKAt   time.Time // end of the last poll that was complete
	LastFullAt time.Time // end of the last complete full pass
	Watermark  time.Time // newest lastModifiedDateTime seen by a complete poll
	Failures   int       // polls in a row that were not complete
	Shorts     int       // full polls in a row that were short
	Outcome    Outcome   // of the last poll
	Problem    *Problem  // why the last poll was not complete, or what it could not read
	Unreadable int       // what of it cannot be read, see [Unreadable]
	ToldStale  bool      // a change tells that it is stale
}

// Same reports whether s and other say the same.
func (s SourceState) Same(other SourceState) bool {
	a, b := s.Problem, other.Problem
	s.Problem, other.Problem = nil, nil
	return s == other && (a == b || a.Encode() == b.Encode())
}

// leastPatience is how old data may be at least before it counts as stale: a
// source that is polled every second, as in a fast demo, is not lost when the
// machine is busy for three.
const leastPatience = 30 * time.Second

// StaleSince tells since when the source's data cannot be trusted to be
// current: the end of the last complete poll once two intervals, and half a
// minute, have passed without another one. ok is false while the data is
// current, and for a source that was never polled the time is zero.
func (s SourceState) StaleSince(now time.Time) (since time.Time, stale bool) {
	if s.LastOKAt.IsZero() {
		return time.Time{}, s.Failures > 0
	}
	if now.Sub(s.LastOKAt) <= max(2*s.Interval, leastPatience) {
		return time.Time{}, false
	}
	return s.LastOKAt, true
}

// A Poll is one row of the poll log.
type Poll struct {
	TenantID   string
	Source     string
	Epoch      int64
	Full       bool
	StartedAt  time.Time
	FinishedAt time.Time // zero while running or when the process died
	Outcome    Outcome
	Requests   int // requests sent upstream
	Items      int // items listed by the answers
	New        int
	Updated    int
	Left       int
	Withheld   int      // items that it did not take off the list, since the list was too short to be believed
	Unreadable int      // elements that cannot be read
	Problem    *Problem // why it was not complete, or what it could not read
}

// An Outcome is how a poll ended.
type Outcome string

// The outcomes of polls. Short means that an implausible share of the items of
// a list was missing: what it lists is stored, what it lacks has not left.
// Partial means that some list did not arrive; the others are stored.
const (
	OutcomeRunning   Outcome = "running"
	OutcomeUnchanged Outcome = "unchanged"
	OutcomeChanged   Outcome = "changed"
	OutcomeShort     Outcome = "short"
	OutcomePartial   Outcome = "partial"
	OutcomeFailed    Outcome = "failed"
	OutcomeAbandoned Outcome = "abandoned" // the process died; found by the sweeper
)

// Complete reports whether the poll saw everything that it asked for.
func (o Outcome) Complete() bool { return o == OutcomeUnchanged || o == OutcomeChanged }
