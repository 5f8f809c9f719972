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

// A Consumer is how far a consumer is, beside what there is.
type Consumer struct {
	Cursor
	Last    int64           // number of the newest change
	Skipped []SkippedChange // newest first; those that were asked for
}

// Behind returns the number of changes that are still to be handled.
func (c Consumer) Behind() int64 { return max(0, c.Last-c.Seq) }

// Progress returns the share of the changes since Begin that were handled, from
// 0 to 1.
func (c Consumer) Progress() float64 {
	if c.Last <= c.Begin || c.Seq >= c.Last {
		return 1
	}
	return float64(max(0, c.Seq-c.Begin)) / float64(c.Last-c.Begin)
}

// A SkippedChange is a change that a consumer went past without handling it.
type SkippedChange struct {
	Consumer string
	Seq      int64
	Problem  *Problem
	At       time.Time
}
