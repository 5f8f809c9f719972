package tocsin

import (
	"strconv"
	"strings"
	"time"
)

// A RunningIncident is an incident with what its clocks are worked out from.
type RunningIncident struct {
	Incident
	Steps []IncidentStep // that ended: which one, when, and whether it was needed
	Told  []LateStep     // of which a change tells
}

// A LateStep is a step of a runbook that was not done by its due time.
type LateStep struct {
	Step  string
	N     int // of the updates, else 0
	DueAt time.Time
}

// StepOf reads the id of a step in changes, such as 12/updates/3.
func StepOf(id string) (incident int64, step string, n int) {
	number, rest, _ := strings.Cut(id, "/")
	incident, _ = strconv.ParseInt(number, 10, 64) // no number names nothing
	step, number, _ = strings.Cut(rest, "/")
	n, _ = strconv.Atoi(number)
	return incident, step, n
}
