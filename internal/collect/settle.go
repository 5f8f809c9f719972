package collect

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// settlement is what all lists of an answer come to.
type settlement struct {
	entries   []archive.Entry
	left      []tocsin.Ref
	withheld  int
	watermark time.Time
	short     bool
	current   bool     // no list of health was lost
	failure   *Failure // why a list was lost; that which asks for the longest wait
	problem   *tocsin.Problem
}

func settle(diffs []difference) settlement {
	s := settlement{current: true}
	var doubts []string
	for _, d := range diffs {
		s.entries, s.left = append(s.entries, d.entries...), append(s.left, d.left...)
		s.withheld, doubts = s.withheld+d.withheld, append(doubts, d.doubts...)
		if d.watermark.After(s.watermark) {
			s.watermark = d.watermark
		}
		if lost := d.list.Lost; lost != nil {
			if s.failure == nil || lost.NotBefore.After(s.failure.NotBefore) {
				s.failure = lost
			}
			s.current = s.current && d.list.Kind != tocsin.KindOverview && d.list.Kind != tocsin.KindIssue
			s.problem = s.problem.And(tocsin.NewProblem(tocsin.ProblemLost, "kind", string(d.list.Kind)).And(lost.Problem).With(lost.Problem.Evidence))
		}
		if d.short != nil {
			s.short, s.problem = true, s.problem.And(d.short)
		}
	}
	s.problem = s.problem.And(doubted(doubts))
	return s
}

// missed is what short lists lack, by kind. A kind whose list did not arrive is
// left out unless over tells that no list is short any more.
func missed(diffs []difference, over bool) map[tocsin.Kind][]archive.Missing {
	byKind := map[tocsin.Kind][]archive.Missing{}
	for _, d := range diffs {
		if d.compared || over {
			byKind[d.list.Kind] = append(byKind[d.list.Kind], d.missed...)
		}
	}
	return byKind
}

// doubted says for the poll log what of new notices could not be read, nil when
// all could.
func doubted(doubts []string) *tocsin.Problem {
	if len(doubts) == 0 {
		return nil
	}
	return tocsin.NewProblem(tocsin.ProblemTimes, "n", strconv.Itoa(len(doubts)), "which", tocsin.Clip(doubts[0], 300))
}

// unread is all that cannot be read of a source after a poll: what was so
// before, and what its lists came to. What is as it was has no body.
func unread(before []tocsin.Unreadable, diffs []difference, now time.Time, full bool) []tocsin.Unreadable {
	list := []tocsin.Unreadable{}
	for _, kind := range []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindMessage} {
		var old []tocsin.Unreadable
		for _, u := range before {
			if u.Kind == kind {
				old = append(old, u)
			}
		}
		list = append(list, unreadOf(kind, old, diffs, now, full)...)
	}
	return list
}

// unreadOf is unread for one kind.
func unreadOf(kind tocsin.Kind, old []tocsin.Unreadable, diffs []difference, now time.Time, full bool) []tocsin.Unreadable {
	var fresh []tocsin.Unreadable
	lost, kept, listed := false, false, false
	for _, d := range diffs {
		if d.list.Kind != kind {
			continue
		}
		listed = true
		lost = lost || d.list.Lost != nil
		kept = kept || d.list.Unchanged || !d.list.Full && !full
		fresh = append(append(fresh, d.odd...), d.unknown...)
	}
	if lost {
		fresh = append(fresh, tocsin.Unreadable{Kind: kind, Reason: tocsin.UnreadableList})
	}
	for i := range fresh {
		fresh[i].SeenAt, fresh[i].Since = now, since(fresh[i], old, now)
	}
	if !lost && !kept && (listed || full) {
		return fresh
	}
	for _, u := range old {
		if u.Reason != tocsin.UnreadableList && !slices.ContainsFunc(fresh, u.SameAs) {
			fresh = append(fresh, u)
		}
	}
	return fresh
}

// since is from when on an element cannot be read. The place of one without an
// id moves from poll to poll.
func since(u tocsin.Unreadable, old []tocsin.Unreadable, now time.Time) time.Time {
	since := now
	for _, o := range old {
		if o.ID == u.ID && (o.Reason == tocsin.UnreadableList) == (u.Reason == tocsin.UnreadableList) && o.Since.Before(since) {
			since = o.Since
		}
	}
	return since
}

// elements counts what came and cannot be read.
func elements(list []tocsin.Unreadable) int {
	n := 0
	for _, u := range list {
		if u.Element() {
			n++
		}
	}
	return n
}

// namedUnread is how many elements a problem names.
const namedUnread = 5

// unreadProblem names what cannot be read, one problem for each kind.
func unreadProblem(list []tocsin.Unreadable) (problem *tocsin.Problem) {
	var names []string
	n := 0
	for i, u := range list {
		if u.Element() {
			if n++; len(names) < namedUnread {
				names = append(names, u.Name())
			}
		}
		if n == 0 || i+1 < len(list) && list[i+1].Kind == u.Kind {
			continue
		}
		if n > len(names) {
			names = append(names, "…")
		}
		problem = problem.And(tocsin.NewProblem(tocsin.ProblemItem, "kind", string(u.Kind), "n", strconv.Itoa(n), "names", strings.Join(names, ", ")))
		n, names = 0, nil
	}
	return problem
}
