package servicecomms

import (
	"context"
	"math"
	"time"
	"weak"

	"example.org/tocsin/internal/readmodel"
)

// A course is how long an answer stays the same while the snapshot does.
type course struct {
	ends     readmodel.Instant // the first instant at which it may be another one; 0 for none
	fleeting bool              // it depends on more than the snapshot and the clock
}

// until notes an instant to come at which the answer may change. One that has
// passed, and the end of time, change nothing.
func (c *course) until(at, now readmodel.Instant) {
	if at > now && at != math.MaxInt64 && (c.ends == 0 || at < c.ends) {
		c.ends = at
	}
}

// again is asked whether an answer would be the same; nil for one that is made
// anew each time, and for a request that does not look as if it came again.
func (x *exchange) again() func() bool {
	if x.course.fleeting || x.snapshot == nil {
		return nil
	}
	a, snapshot, made, ends := x.api, weak.Make(x.snapshot), readmodel.InstantOf(x.now), x.course.ends
	tenant := x.identity.TenantID
	return a.admission.Again(x.r, x.identity, a.now, func(ctx context.Context, now time.Time) bool {
		at := readmodel.InstantOf(now)
		if at < made || ends != 0 && at >= ends {
			return false
		}
		current, err := a.model.Snapshot(ctx, tenant)
		return err == nil && current == snapshot.Value()
	}, a.audiences...)
}
