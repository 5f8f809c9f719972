package tocsin

import "time"

// A Cursor says how far one consumer has followed the changes of the archive.
type Cursor struct {
	Name      string
	Seq       int64 // number of the last change that was handled
	Begin     int64 // number after which the consumer began
	Epoch     int64 // grows with each claim
	LeaseEnds time.Time
	Failures  int       // in a row, of the batch after Seq
	Problem   *Problem  // why the last try failed, nil after a success
	HandledAt time.Time // when Seq was last advanced, zero before
}

// Behind returns the number of changes that are still to be handled when the
// newest one has the number last.
func (c Cursor) Behind(last int64) int64 { return max(0, last-c.Seq) }

// Progress returns the share of the changes since Begin that were handled, from
// 0 to 1, when the newest one has the number last.
func (c Cursor) Progress(last int64) float64 {
	if last <= c.Begin || c.Seq >= last {
		return 1
	}
	return float64(max(0, c.Seq-c.Begin)) / float64(last-c.Begin)
}

// A SkippedChange is a change that a consumer went past without handling it.
type SkippedChange struct {
	Consumer string
	Seq      int64
	Problem  *Problem
	At       time.Time
}
