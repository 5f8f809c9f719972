package web

import (
	"time"

	"example.org/tocsin/internal/section"
	"example.org/tocsin/internal/tocsin"
)

// promiseView is when the provider said it would speak again, and whether it
// has kept its word.
type promiseView struct {
	At    *moment
	Words string // in 18 min, 42 min late
	Tone  string // late, soon
}

// soon is how long before it is due a promise is near.
const soon = 30 * time.Minute

// nextPromise is the promise of an open issue that is still to be kept. A date
// that cannot be right is none.
func (v *visit) nextPromise(issue tocsin.Issue) *promiseView {
	if !issue.Course().Ongoing(v.now) || len(issue.Posts) == 0 {
		return nil
	}
	for _, p := range section.Promises(issue.Posts[len(issue.Posts)-1:], v.now) {
		if p.What == section.PromisedUpdate && p.State != section.StateDoubtful {
			return v.promise(p)
		}
	}
	return nil
}

// promise is how a promise that is not yet kept is shown.
func (v *visit) promise(p section.Promise) *promiseView {
	view := &promiseView{At: v.moment(p.DueAt), Words: v.ago(p.DueAt)}
	switch {
	case p.State == section.StateOverdue:
		view.Tone, view.Words = "late", v.late(p.Late)
	case p.DueAt.Sub(v.now) < soon:
		view.Tone = "soon"
	}
	return view
}

// late says how late something is.
func (v *visit) late(d time.Duration) string {
	return v.text("late", "d", v.length(max(d, time.Minute)))
}

// kept says what became of the promise that a post answered: promised at 11:30,
// published at 11:31, one minute late.
func (v *visit) kept(p section.Promise) (words string, late string) {
	due, came := p.DueAt.In(v.zone), p.KeptAt.In(v.zone)
	dueText, cameText := v.hm(due), v.hm(came)
	if !sameDay(due, came) {
		dueText, cameText = v.shortDate(due)+" "+dueText, v.shortDate(came)+" "+cameText
	}
	words = v.text("promise.kept", "due", dueText, "came", cameText)
	if p.State == section.StateLate {
		return words, v.late(p.Late)
	}
	return words + " " + v.text("promise.ontime"), ""
}

// punctuality sums up an issue's promises: 2 of 3 on time.
func (v *visit) punctuality(promises []section.Promise) (value, note string) {
	var sum section.Punctuality
	sum.Count(promises)
	if sum.Given() == 0 {
		return "", ""
	}
	value = v.text("punctual", "kept", sum.Kept, "n", sum.Given())
	if sum.Late > 0 {
		worst := time.Duration(0)
		for _, p := range promises {
			if p.State == section.StateLate {
				worst = max(worst, p.Late)
			}
		}
		note = v.text("punctual.late", "n", sum.Late, "d", v.length(max(worst, time.Minute)))
	}
	if sum.Overdue > 0 {
		note = v.text("punctual.overdue", "n", sum.Overdue)
	}
	return value, note
}
