package probe

import (
	"slices"
	"strconv"
	"time"
)

// maxSkew is how far a clock may be off: tokens and tickets allow five minutes.
const maxSkew = 5 * time.Minute

// skewed judges the clock of the seat by the dates that answers bear. Only
// servers whose certificate passed are believed, and only where they agree.
func skewed(answers []*heard) Check {
	var sure, unsure []time.Duration
	for _, h := range answers {
		switch {
		case h == nil:
		case h.sure:
			sure = append(sure, h.ours.Sub(h.theirs))
		default:
			unsure = append(unsure, h.ours.Sub(h.theirs))
		}
	}
	if len(sure) == 0 && len(unsure) == 0 {
		return found(Unknown, "clock.none")
	}
	if len(sure) == 0 {
		return found(Unknown, "clock.unsure")
	}
	slices.Sort(sure)
	if sure[len(sure)-1]-sure[0] > maxSkew {
		return found(Unknown, "clock.split")
	}
	switch off := sure[len(sure)/2]; {
	case off > maxSkew:
		return found(Fail, "clock.fast", "span", wholeSeconds(off))
	case off < -maxSkew:
		return found(Fail, "clock.slow", "span", wholeSeconds(-off))
	}
	return found(Pass, "clock.ok")
}

func wholeSeconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }
