package part

import (
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A Promise is when the provider said it would speak again, and whether it has
// kept its word.
type Promise struct {
	Due   time.Time
	At    *lang.Moment // the same for readers
	Words string       // in 18 min, 42 min late
	Tone  string       // late, soon
}

// soon is how long before it is due a promise is near.
const soon = 30 * time.Minute

// NextPromise returns the promise of an open issue that is still to be kept. A
// date that cannot be right is none.
func (v *View) NextPromise(row *readmodel.Row, issue tocsin.Issue) *Promise {
	if !issue.Course().Ongoing(v.Now) || len(issue.Posts) == 0 {
		return nil
	}
	for _, p := range post.PromisesOf([]post.Post{v.newestPost(row, issue)}, v.Now) {
		if p.What == post.PromisedUpdate && p.State != post.StateDoubtful {
			return v.promise(p)
		}
	}
	return nil
}

// promise is how a promise that is not yet kept is shown.
func (v *View) promise(p post.Promise) *Promise {
	view := &Promise{Due: p.DueAt, At: v.Moment(p.DueAt), Words: v.Ago(p.DueAt)}
	switch {
	case v.Absolute: // what was late when it was written may be kept when it is read
	case p.State == post.StateOverdue:
		view.Tone, view.Words = "late", v.late(p.Late)
	case p.DueAt.Sub(v.Now) < soon:
		view.Tone = "soon"
	}
	return view
}

// late says how late something is.
func (v *View) late(d time.Duration) string {
	return v.Text("late", "d", v.Length(max(d, time.Minute)))
}

// kept says what became of the promise that a post answered: promised at 11:30,
// published at 11:31, one minute late.
func (v *View) kept(p post.Promise) (words string, late string) {
	due, came := p.DueAt.In(v.Zone), p.KeptAt.In(v.Zone)
	dueText, cameText := v.HM(due), v.HM(came)
	if !lang.SameDay(due, came) {
		dueText, cameText = v.ShortDate(due)+" "+dueText, v.ShortDate(came)+" "+cameText
	}
	words = v.Text("promise.kept", "due", dueText, "came", cameText)
	if p.State == post.StateLate {
		return words, v.late(p.Late)
	}
	return words + " " + v.Text("promise.ontime"), ""
}

// Punctuality sums up an issue's promises: 2 of 3 on time.
func (v *View) Punctuality(promises []post.Promise) (value, note string) {
	var sum post.Punctuality
	sum.Count(promises)
	if sum.Given() == 0 {
		return "", ""
	}
	value = v.Text("punctual", "kept", sum.Kept, "n", sum.Given())
	if sum.Late > 0 {
		worst := time.Duration(0)
		for _, p := range promises {
			if p.State == post.StateLate {
				worst = max(worst, p.Late)
			}
		}
		note = v.Text("punctual.late", "n", sum.Late, "d", v.Length(max(worst, time.Minute)))
	}
	if sum.Overdue > 0 {
		note = v.Text("punctual.overdue", "n", sum.Overdue)
	}
	return value, note
}
