package tocsin

import (
	"errors"
	"strings"
	"time"
)

// A Beacon is what a page inside says by itself: whether a service worked for whoever
// was at it. It names nobody and no machine, and is kept as a count alone.
type Beacon struct {
	TenantID string
	Service  string // of [TriageServices]
	Site     string // id of a [Site], "" when not said
	Failed   bool   // it did not work
	At       time.Time
}

// beaconSkew is how far the time of a beacon may be from that of the desk: a clock
// that is further off says nothing about now.
const beaconSkew = time.Hour

// Validate reports every problem of a beacon that is received now.
func (b Beacon) Validate(now time.Time) error {
	problems := []error{oneOf("service", b.Service, TriageServices())}
	if b.Service == "" {
		problems = append(problems, Invalidf("service", "Name the service: one of %s.", strings.Join(TriageServices(), ", ")))
	}
	if b.Site != "" && !IsGUID(b.Site) {
		problems = append(problems, Invalidf("site", "There is no such site."))
	}
	if b.At.Sub(now).Abs() > beaconSkew {
		problems = append(problems, Invalidf("time", "The time is more than an hour off that of the desk."))
	}
	return errors.Join(problems...)
}

// A BeaconCount is how many beacons came in a span.
type BeaconCount struct {
	Site    string // "" for those without one
	Service string
	Fine    int
	Failed  int
}
