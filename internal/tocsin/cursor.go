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
	Problem   string    // why the last try failed, "" after a success
	HandledAt time.Time // when Seq was last advanced, zero before
}

// A SkippedChange is a change that a consumer went past without handling it.
type SkippedChange struct {
	Consumer string
	Seq      int64
	Problem  string
	At       time.Time
}
