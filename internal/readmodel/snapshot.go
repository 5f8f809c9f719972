package readmodel

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// An Instant is a time as microseconds since 1970 UTC, 0 for none: a third of
// the size of a [time.Time].
type Instant int64

// InstantOf is t as an Instant.
func InstantOf(t time.Time) Instant { return Instant(tocsin.Micros(t)) }

// Time is i as a time; the zero time for none.
func (i Instant) Time() time.Time { return tocsin.FromMicros(int64(i)) }

// Traits are what many items have in common; each combination is kept once.
type Traits struct {
	Service    string // display name; of a message, names joined by new lines
	ServiceID  string // workload id, as the tenant calls its services; empty for messages
	Feature    string
	FeatureSet string // the feature group's display name
	Status     tocsin.Status
	Class      string // classification of an issue, category of a message
	Source     string // whose list it is on
	Private    bool   // a message about data privacy
	given      string // workload id that the document holds, which no tenant's names decide
}

// Own reports whether the desk authored the item.
func (t *Traits) Own() bool { return t.Source == tocsin.SourceOwn }

// A Row is one item of a tenant as lists are filtered and sorted by it. The
// text of the item stays in the store; see [Model.Issue] and [Model.Message].
type Row struct {
	*Traits
	ID         string
	Document   int64 // number of the document in the store
	StartAt    Instant
	EndAt      Instant // 0 when nobody said; it may be still to come
	ModifiedAt Instant
	LeftAt     Instant // when the upstream stopped listing it; 0 while listed
	N          int32   // number of the version that holds
	group      uint32  // in the index
}

// Course is what decides whether an issue is to come, goes on, or is over.
func (r *Row) Course() tocsin.Course {
	return tocsin.Course{Class: r.Class, Status: r.Status, StartAt: r.StartAt.Time(), EndAt: r.EndAt.Time()}
}

// Starts is when the item began, or was first heard of if nobody said when.
func (r *Row) Starts() Instant {
	if r.StartAt == 0 {
		return r.ModifiedAt
	}
	return r.StartAt
}

// Last is the last instant at which something about the item happened: the
// end of time while it is open.
func (r *Row) Last() Instant { return max(r.Ends(), r.StartAt, r.ModifiedAt) }

// Ends is when the item ended, the end of time while it is open.
func (r *Row) Ends() Instant {
	if r.EndAt == 0 {
		return math.MaxInt64
	}
	return r.EndAt
}

// A Service is one service of a tenant with its status now.
type Service struct {
	tocsin.Service                     // features known from the source, or from its issues
	Overview       tocsin.Overview     // the latest
	Since          time.Time           // from when on the latest status held
	ConfirmedAt    time.Time           // last time a complete poll of its source, an import, or the desk itself confirmed it
	Transitions    []tocsin.Transition // ascending by time; the last one is Overview
	Source         string              // whose list it is on
	LeftAt         time.Time           // when that source stopped listing its overview; zero while listed
	Stale          bool                // that source cannot be trusted to be current
	StaleSince     time.Time           // from when on; zero for a source that was never polled completely
}

// Own reports whether the desk speaks for the service itself: its status holds
// until the desk says otherwise.
func (s *Service) Own() bool { return s.Source == tocsin.SourceOwn }

// Worst is the worst of the overviews that held between from and to, the later
// of two that are equally bad. It reports false when the span ends before the
// first overview or begins after the last time that one was confirmed.
func (s *Service) Worst(from, to time.Time) (worst tocsin.Overview, found bool) {
	if from.After(s.ConfirmedAt) {
		return worst, false
	}
	for i, t := range s.Transitions {
		if !t.At.Before(to) {
			break
		}
		if i+1 < len(s.Transitions) && !s.Transitions[i+1].At.After(from) {
			continue // over before the span began
		}
		if !found || t.Overview.Status.Severity() >= worst.Status.Severity() {
			worst, found = t.Overview, true
		}
	}
	return worst, found
}

// A Snapshot is everything about one tenant that answers are made of. It is
// never changed: a change makes a new snapshot.
type Snapshot struct {
	Tenant tocsin.Tenant
	Seq    int64 // the last change of this tenant that it includes
	// Translated is another number after each change of what the tenant's texts
	// are in other languages.
	Translated int64
	// QuietAfter is how long the operator lets advisories stay in the foreground
	// without news; 0 for the usual time.
	QuietAfter time.Duration
	Services   []Service // by display name
	// ServiceGeneration names this state of Services, but for when it was last
	// confirmed; no other list of this process has the same one.
	ServiceGeneration uint64
	Issues            []*Row    // ascending by id
	Messages          []*Row    // ascending by id, but for those about data privacy: see Whole
	IssueIndex        *Index    // of Issues
	MessageIndex      *Index    // of Messages
	Stale             bool      // some source has not been polled completely for two intervals
	StaleSince        time.Time // end of the last complete poll of the stalest source; zero for never
	CheckedAt         time.Time // end of the newest complete poll of any source; zero without sources
	naming            *naming
	sources           []tocsin.SourceState
	messages          *Index               // all of them
	whole             *Snapshot            // with all of them in Messages; nil when there are no others
	unheard           []tocsin.SourceState // those that are stale
	unreadable        []tocsin.Unreadable
	saved             bool  // a block is stored
	blockSeq          int64 // the last change of the desk that it includes
	pending           int   // rows that changed since
}

// Whole is the snapshot for those who may read messages about data privacy as
// well. Whatever does not ask for it never meets one.
func (s *Snapshot) Whole() *Snapshot {
	if s.whole == nil {
		return s
	}
	return s.whole
}

// complete makes what Whole gives of a snapshot that nobody else sees yet.
func (s *Snapshot) complete() {
	s.whole = nil
	if s.messages != s.MessageIndex {
		whole := *s
		whole.Messages, whole.MessageIndex = s.messages.rows, s.messages
		s.whole = &whole
	}
}

// hold makes x the issues or all messages of a snapshot that nobody else sees
// yet.
func (m *Model) hold(s *Snapshot, kind tocsin.Kind, x *Index) {
	if kind == tocsin.KindIssue {
		s.Issues, s.IssueIndex = x.rows, x
		return
	}
	s.messages = x
	private := func(r *Row) bool { return r.Private }
	if slices.ContainsFunc(x.rows, private) {
		x = m.index(slices.DeleteFunc(slices.Clone(x.rows), private))
	}
	s.Messages, s.MessageIndex = x.rows, x
}

// Issue finds an issue by id, ignoring case.
func (s *Snapshot) Issue(id string) (*Row, bool) { return find(s.Issues, id) }

// Message finds a message by id, ignoring case.
func (s *Snapshot) Message(id string) (*Row, bool) { return find(s.Messages, id) }

// Sources is the health of the tenant's sources.
func (s *Snapshot) Sources() []tocsin.SourceState { return s.sources }

// Unheard are the sources that are stale.
func (s *Snapshot) Unheard() []tocsin.SourceState { return s.unheard }

// Staleness names the sources that are stale and since when, "" while all are
// current.
func (s *Snapshot) Staleness() string {
	var b strings.Builder
	for _, source := range s.unheard {
		fmt.Fprintf(&b, "%q %d ", source.Name, InstantOf(source.LastOKAt))
	}
	return b.String()
}

// Provider is who speaks through a source, "" for the desk's own team.
func (s *Snapshot) Provider(source string) string {
	if source == tocsin.SourceOwn {
		return ""
	}
	for _, state := range s.sources {
		if state.Name == source && state.Provider != "" {
			return state.Provider
		}
	}
	return tocsin.ProviderMicrosoft
}

// Service finds a service by its workload id.
func (s *Snapshot) Service(id string) (*Service, bool) {
	for i := range s.Services {
		if s.Services[i].ID == id {
			return &s.Services[i], true
		}
	}
	return nil, false
}

func find(rows []*Row, id string) (*Row, bool) {
	for _, spelling := range []string{id, strings.ToUpper(id)} {
		if i, ok := search(rows, spelling); ok {
			return rows[i], true
		}
	}
	return nil, false
}

func search(rows []*Row, id string) (int, bool) {
	return slices.BinarySearchFunc(rows, id, func(r *Row, id string) int { return strings.Compare(r.ID, id) })
}
