package health

import (
	"math"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// NextAt returns when the clock alone can next change what is said of a
// snapshot after now: an issue begins, ends, has been without news for
// [QuietAfter], or is work that nobody has called done for [tocsin.OverrunFor]. It is far in the future where nothing is to come. A snapshot
// says by itself that a source is silent.
func NextAt(s *readmodel.Snapshot, now time.Time) time.Time {
	next := now.AddDate(100, 0, 0)
	if s.IssueIndex == nil {
		return next
	}
	at := readmodel.InstantOf(now)
	quiet := readmodel.InstantOf(now.Add(-quietAfter(s)))
	overrun := readmodel.Span{From: readmodel.InstantOf(now.Add(-tocsin.OverrunFor)) + 1, To: math.MaxInt64}
	for _, group := range s.IssueIndex.Groups() {
		for _, by := range []readmodel.Order{readmodel.ByStart, readmodel.ByEnd, readmodel.ByModified} {
			if rows := group.Between(by, readmodel.Span{From: at + 1, To: math.MaxInt64}); len(rows) > 0 {
				next = earlier(next, by.Key(rows[0]).Time())
			}
		}
		if (tocsin.Course{Class: group.Class}).Maintenance() {
			if rows := group.Between(readmodel.ByEnd, overrun); len(rows) > 0 {
				next = earlier(next, readmodel.ByEnd.Key(rows[0]).Time().Add(tocsin.OverrunFor))
			}
		}
		if rows := group.Between(readmodel.ByModified, readmodel.Span{From: quiet, To: math.MaxInt64}); len(rows) > 0 {
			ends := rows[0].ModifiedAt.Time().Add(quietAfter(s))
			if !ends.After(now) {
				ends = now.Add(time.Nanosecond) // it is no longer than that, and longer next
			}
			next = earlier(next, ends)
		}
	}
	return next
}
