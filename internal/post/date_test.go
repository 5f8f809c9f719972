package post_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

func TestDates(t *testing.T) {
	t.Parallel()
	const (
		start  = "Start time: "
		update = "Next update by: "
	)
	tests := []struct {
		name, label, text string
		at                string // RFC 3339; "" when no date is found
		doubt             post.Doubt
		approximate, day  bool
	}{
		{name: "usual", label: start, text: "Monday, March 2, 2026, at 7:54 AM UTC", at: "2026-03-02T07:54:00Z"},
		{name: "afternoon", label: update, text: "Monday, March 2, 2026, at 6:10 PM UTC", at: "2026-03-02T18:10:00Z"},
		{name: "noon", label: update, text: "Monday, March 2, 2026, at 12:00 PM UTC", at: "2026-03-02T12:00:00Z"},
		{name: "midnight", label: update, text: "Tuesday, March 3, 2026, at 12:00 AM UTC", at: "2026-03-03T00:00:00Z"},
		{name: "approximate time", label: start, text: "Monday, March 2, 2026, at approximately 7:54 AM UTC", at: "2026-03-02T07:54:00Z", approximate: true},
		{name: "approximate date", label: start, text: "Approximately Monday, March 2, 2026 at 7:54 a.m. UTC.", at: "2026-03-02T07:54:00Z", approximate: true},
		{name: "within a sentence", label: start, text: "Impact began on Sunday, March 1, 2026, at 9 PM UTC, when a fuse blew.", at: "2026-03-01T21:00:00Z"},
		{name: "no weekday", label: start, text: "March 2, 2026, 7:54 AM (UTC)", at: "2026-03-02T07:54:00Z"},
		{name: "time first", label: start, text: "7:54 AM UTC on Monday, March 2, 2026", at: "2026-03-02T07:54:00Z"},
		{name: "24 hours", label: update, text: "Mon, Mar 2, 2026, 14:30 UTC", at: "2026-03-02T14:30:00Z"},
		{name: "both clocks", label: update, text: "Monday, March 2, 2026, at 15:07 PM UTC", at: "2026-03-02T15:07:00Z"},
		{name: "ordinal", label: update, text: "Wednesday, March 4th, 2026, by 10:00 AM UTC", at: "2026-03-04T10:00:00Z"},
		{name: "whole day", label: update, text: "Friday, March 6, 2026", at: "2026-03-06T00:00:00Z", day: true},
		{name: "ISO", label: update, text: "2026-03-02T11:00:00Z", at: "2026-03-02T11:00:00Z"},
		{name: "ISO with a blank", label: update, text: "2026-03-02 11:00 UTC", at: "2026-03-02T11:00:00Z"},
		{name: "another zone", label: update, text: "Monday, March 2, 2026, at 6:10 PM PST", at: "2026-03-02T18:10:00Z", doubt: post.DoubtZone},
		{name: "no zone", label: update, text: "Monday, March 2, 2026, at 6:10 PM", at: "2026-03-02T18:10:00Z", doubt: post.DoubtZone},
		{name: "wrong weekday", label: update, text: "Tuesday, March 2, 2026, at 6:10 PM UTC", at: "2026-03-02T18:10:00Z", doubt: post.DoubtWeekday},
		{name: "last year's year", label: update, text: "Monday, March 2, 2025, at 6:10 PM UTC", at: "2025-03-02T18:10:00Z", doubt: post.DoubtWeekday},
		{name: "wrong year without weekday", label: update, text: "March 2, 2025, at 6:10 PM UTC", at: "2025-03-02T18:10:00Z", doubt: post.DoubtFar},
		{name: "wrong month", label: update, text: "Tuesday, February 3, 2026, at 6:10 PM UTC", at: "2026-02-03T18:10:00Z", doubt: post.DoubtFar},
		{name: "far ahead", label: update, text: "Wednesday, December 2, 2026, at 6:10 PM UTC", at: "2026-12-02T18:10:00Z", doubt: post.DoubtFar},
		{name: "promised for the past", label: update, text: "Monday, March 2, 2026, at 8:00 AM UTC", at: "2026-03-02T08:00:00Z", doubt: post.DoubtPast},
		{name: "start in the future", label: start, text: "Friday, March 6, 2026, at 8:00 AM UTC", at: "2026-03-06T08:00:00Z", doubt: post.DoubtFar},
		{name: "long ago", label: start, text: "Monday, March 3, 2025, at 8:00 AM UTC", at: "2025-03-03T08:00:00Z"},
		{name: "no such day", label: start, text: "Monday, February 30, 2026, at 8:00 AM UTC"},
		{name: "no such hour", label: start, text: "Monday, March 2, 2026, at 25:00 UTC"},
		{name: "no date", label: update, text: "soon"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			kind := post.KindStartTime
			if test.label == update {
				kind = post.KindNextUpdate
			}
			got := read(test.label + test.text).Date(kind)
			if got == nil {
				if test.at != "" {
					t.Errorf("%q: no date, want %s", test.text, test.at)
				}
				return
			}
			if at := tocsin.FormatTime(got.At); at != test.at || got.Doubt != test.doubt || got.Approximate != test.approximate || got.WholeDay != test.day {
				t.Errorf("%q: %+v, want %s, doubt %q, approximate %v, whole day %v", test.text, got, test.at, test.doubt, test.approximate, test.day)
			}
			if got.Sound() != (test.doubt == "") {
				t.Errorf("%q: Sound() = %v with doubt %q", test.text, got.Sound(), got.Doubt)
			}
		})
	}
}

// TestDateKeepsWords: the words of the post are shown, not ours.
func TestDateKeepsWords(t *testing.T) {
	t.Parallel()
	got := read("Start time: Around Tuesday, March 2, 2026, at 7:54 AM UTC, for some.").Date(post.KindStartTime)
	if want := "Around Tuesday, March 2, 2026, at 7:54 AM UTC"; got == nil || got.Written != want {
		t.Errorf("Written = %+v, want %q", got, want)
	}
	// Without the time of the post, nothing is too far.
	old := post.Read(tocsin.Post{Content: "Next Update by: Tuesday, April 7, 2015, at 10:00 PM UTC "}).Date(post.KindNextUpdate)
	if !old.Sound() || !old.At.Equal(time.Date(2015, 4, 7, 22, 0, 0, 0, time.UTC)) {
		t.Errorf("date in a post of unknown time: %+v", old)
	}
}
