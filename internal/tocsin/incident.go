package tocsin

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// An Incident is how the desk handles one or more issues, or a failure of its
// own, in one or more tenants: on pages it is the room. Whoever works in it is
// named as they were called then.
type Incident struct {
	N         int64 // 1, 2, 3 … on the desk
	Title     string
	TenantIDs []string
	Issues    []string        // ids of the provider's issues; none for a failure of one's own
	Services  []string        // workload ids that the matrix begins with
	Zone      string          // in which days of the calendar are counted, such as Europe/Paris
	Starts    []IncidentStart // oldest first; the last one holds
	OpenedAt  time.Time
	OpenedBy  string
	ClosedAt  time.Time // zero while it goes on
	ClosedBy  string
}

// T0 returns the instant from which due times count.
func (i Incident) T0() time.Time {
	if len(i.Starts) == 0 {
		return time.Time{}
	}
	return i.Starts[len(i.Starts)-1].T0
}

// Open reports whether the incident goes on.
func (i Incident) Open() bool { return i.ClosedAt.IsZero() }

// An IncidentOpening is that a rule of the settings takes an issue of a tenant for one
// about which an incident is opened.
type IncidentOpening struct {
	TenantID  string
	Issue     string // id
	Rule      string // name
	Service   string // workload id; "" where the issue names none
	StartedAt time.Time
	Reach     string // how many the issue hits, where the rule asks: "seats 120" at sites of the tenant, "users 400" as the provider counts, "unknown"; "" where it does not ask
}

// An IncidentStart is the instant from which due times count, and since when, why
// and by whom it is held to be the one.
type IncidentStart struct {
	T0     time.Time
	Since  time.Time
	Reason string // "" for the first
	By     string
}

// An IncidentStep is a step of the runbook that ended: it was done, or is not
// needed for a reason.
type IncidentStep struct {
	Step      string // of [IncidentSteps]
	N         int    // of the updates, from 1; else 0
	Needed    bool   // it was done
	Reason    string
	At        time.Time // when it happened
	By        string
	WrittenAt time.Time
}

// An IncidentRole is somebody who has a part in an incident until it is closed or
// somebody else takes it over.
type IncidentRole struct {
	Role    string // of [IncidentRoles]
	Name    string
	GivenAt time.Time
	GivenBy string
	EndedAt time.Time // zero for whoever has it
}

// An IncidentEntry is a row of the timeline. It has two clocks, and is never
// changed: another one, which names it, says what is right.
type IncidentEntry struct {
	N          int64
	Kind       string    // open, issue, issue-end, step, reopen, late, role, state, note, decision, message, measure, measure-end, check, start, request, amend, message-wait, message-return or close
	HappenedAt time.Time // as whoever wrote it says
	WrittenAt  time.Time
	By         string
	Subject    string // what it is about: a step, a role, a service, the number of a measure
	State      string // what became of it: done, ko, a name
	Text       string // in the words of whoever wrote it
	Amends     int64  // number of the entry that this one puts right, 0 for none
}

// An IncidentState is how a service worked when somebody tried it.
type IncidentState struct {
	Service    string // workload id
	State      string // ok, partial or ko
	Workaround string
	At         time.Time
	By         string
}

// An IncidentMeasure is something that was changed for the time being, and has to
// be undone or to be kept on purpose.
type IncidentMeasure struct {
	N       int64
	What    string
	Where   string
	Who     string // did it
	UndoBy  string // who undoes it, or how
	AddedAt time.Time
	AddedBy string
	EndedAt time.Time // zero while it holds
	EndedBy string
	Kept    bool   // it stays, on purpose
	Reason  string // of that
}

// Open reports whether the measure has to be dealt with.
func (m IncidentMeasure) Open() bool { return m.EndedAt.IsZero() }

// An IncidentCheck is an item of the recovery checklist that somebody ticked, or
// said not to be needed.
type IncidentCheck struct {
	Item   string // list and item, such as exchange/queues
	Needed bool   // it was checked
	Reason string
	At     time.Time
	By     string
}

// The steps of the runbook.
const (
	StepDetection    = "detection"
	StepAnnouncement = "announcement"
	StepEscalation   = "escalation"
	StepUpdates      = "updates" // one each hour, numbered from 1
	StepClosure      = "closure"
	StepReview       = "review"
)

// IncidentSteps lists the steps of the runbook in their order.
func IncidentSteps() []string {
	return []string{StepDetection, StepAnnouncement, StepEscalation, StepUpdates, StepClosure, StepReview}
}

// IncidentRoles lists the parts that people have in an incident.
func IncidentRoles() []string {
	return []string{"manager", "comms", "scribe", "liaison", "support"}
}

// IncidentStates lists how a service can work.
func IncidentStates() []string { return []string{"ok", "partial", "ko"} }

// Bounds of incidents.
const (
	maxIncidentParts = 50   // tenants, issues or services
	maxIncidentLine  = 200  // characters
	maxIncidentText  = 4000 // characters
	// incidentAhead is how far ahead of the clock something may have happened.
	incidentAhead = 5 * time.Minute
	// incidentBack is how far back something may have happened.
	incidentBack = 366 * 24 * time.Hour
)

// Normalize trims texts, and sorts and folds lists.
func (i *Incident) Normalize() {
	i.Title, i.Zone = strings.TrimSpace(i.Title), strings.TrimSpace(i.Zone)
	i.TenantIDs, i.Issues, i.Services = sortedSet(i.TenantIDs), sortedSet(i.Issues), sortedSet(i.Services)
}

// Validate reports every problem of a normalised incident that is opened now.
func (i Incident) Validate(now time.Time) error {
	problems := []error{IncidentLine("title", i.Title, true), IncidentInstant("t0", i.T0(), now)}
	for field, list := range map[string][]string{"tenant": i.TenantIDs, "issue": i.Issues, "service": i.Services} {
		if len(list) > maxIncidentParts {
			problems = append(problems, Invalidf(field, "Name at most %d.", maxIncidentParts))
		}
		for _, id := range list {
			if id == "" || !oneLine(id) {
				problems = append(problems, Invalidf(field, "%q is no id.", Clip(id, 40)))
			}
		}
	}
	if len(i.TenantIDs) == 0 {
		problems = append(problems, Invalidf("tenant", "Name a tenant."))
	}
	if _, ok := ParseZone(i.Zone); !ok || i.Zone == "" {
		problems = append(problems, Invalidf("zone", "%q is no time zone, such as Europe/Paris.", Clip(i.Zone, 40)))
	}
	return errors.Join(problems...)
}

// IncidentLine reports what is wrong with a text of one line.
func IncidentLine(field, text string, required bool) error {
	switch {
	case required && strings.TrimSpace(text) == "":
		return Invalidf(field, "Write something here.")
	case !lines(text, maxIncidentLine) || strings.Contains(text, "\n"):
		return Invalidf(field, "Use at most %d characters on one line.", maxIncidentLine)
	}
	return nil
}

// IncidentText reports what is wrong with a text of several lines.
func IncidentText(field, text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return Invalidf(field, "Write something here.")
	case !lines(text, maxIncidentText):
		return Invalidf(field, "Use at most %d characters, without control characters.", maxIncidentText)
	}
	return nil
}

// IncidentInstant reports whether something can have happened at an instant.
func IncidentInstant(field string, at, now time.Time) error {
	switch {
	case at.After(now.Add(incidentAhead)):
		return Invalidf(field, "That is still to come.")
	case at.Before(now.Add(-incidentBack)):
		return Invalidf(field, "That is more than a year ago.")
	}
	return nil
}

// OneOfIncident reports whether a value is one of a list, which may not be empty.
func OneOfIncident(field, value string, list []string) error {
	if !slices.Contains(list, value) {
		return Invalidf(field, "%q is none of %s.", Clip(value, 40), strings.Join(list, ", "))
	}
	return nil
}
