package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A teller writes the posts of one issue.
type teller struct {
	plot
	service string
	region  string
	cause   cause
	anchor  time.Time
	end     time.Time // zero while open
	stages  []tocsin.Status
	times   []time.Time // of the posts
	picks   []int       // which phrase each post uses
	slip    bool        // one promise of this issue is written with a wrong weekday
	begun   time.Time   // when the last post says that the problem began
}

func newTeller(p plot, w workload, anchor time.Time, random *rand.Rand) *teller {
	regions := []string{"North America", "Europe", "Asia-Pacific", "the United Kingdom", "Japan", "Australia", "South America", "Canada"}
	t := &teller{
		plot: p, service: tocsin.ServiceNameOf(w.id), anchor: anchor,
		region: regions[random.IntN(len(regions))],
		cause:  p.scenario.causes[(p.variant+random.IntN(2))%len(p.scenario.causes)],
		slip:   random.IntN(25) == 0,
	}
	t.start = p.start.Truncate(time.Minute)
	t.stages = p.stages()
	first := t.start.Add(time.Duration(12+random.IntN(28)) * time.Minute)
	over := t.start.Add(p.length)
	if !p.outcome.open() {
		t.end = over.Truncate(time.Minute)
	}
	last := len(t.stages) - 1
	if p.outcome == reviewed {
		last--
	}
	span := over.Sub(first)
	for k := range t.stages {
		at := first
		switch {
		case k > last:
			// One report in three comes later than was promised.
			at = over.Add(time.Duration(3+7*(random.IntN(3)/2))*24*time.Hour + time.Duration(random.IntN(600))*time.Minute)
		case k == last && !p.outcome.open():
			at = over.Add(time.Duration(8+random.IntN(30)) * time.Minute)
		case k > 0:
			// Posts come close together at first and further apart later.
			share := float64(k*k+2*k) / float64(last*last+2*last)
			at = first.Add(time.Duration(share * float64(span) * (0.97 + 0.03*random.Float64())))
			at = maxTime(at, t.times[k-1].Add(7*time.Minute))
		}
		t.times = append(t.times, at.Truncate(time.Second).Add(time.Duration(random.IntN(100))*10*time.Millisecond))
		t.picks = append(t.picks, random.IntN(1000))
	}
	// As with real issues, the last post of some knows of an earlier start than
	// the one that was declared.
	t.begun = t.start
	if random.IntN(5) == 0 {
		t.begun = t.start.Add(-time.Duration(20+random.IntN(180)) * time.Minute)
	}
	return t
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (t *teller) fill(text string) string {
	return fillIn(text, "x", t.scenario.x[t.variant], "region", t.region, "part", t.scenario.part,
		"Part", strings.ToUpper(t.scenario.part[:1])+t.scenario.part[1:],
		"service", t.service, "fix", t.cause.fix, "Fix", strings.ToUpper(t.cause.fix[:1])+t.cause.fix[1:])
}

// over reports whether the post at k is written after the problem has ended.
func (t *teller) over(k int) bool { return t.stages[k].Healthy() }

// title keeps the present tense in about half of the issues that are over, as
// real ones do.
func (t *teller) title(k int) string {
	if t.over(k) && t.variant == 1 {
		return t.fill(t.scenario.who + " may have " + t.scenario.then)
	}
	return t.fill(t.scenario.who + " may " + t.scenario.now)
}

func (t *teller) impact(k int) string {
	if t.over(k) {
		return t.fill(t.scenario.who + " may have " + t.scenario.then + ".")
	}
	return t.fill(t.scenario.who + " may " + t.scenario.now + ".")
}

// post writes the post at k.
func (t *teller) post(k int) tocsin.Post {
	post := tocsin.Post{CreatedAt: t.times[k], Type: "regular", ContentType: "html"}
	switch {
	case t.stages[k] == tocsin.StatusReviewPublished:
		post.Content = labelled("Title", t.title(k), "User impact", t.impact(k),
			"Final status", "A post-incident report has been published.") +
			"\n\nThis is the final update for the event."
	case t.over(k):
		post.Content = t.final(k)
	case k > 2 && k%5 == 4 && t.stages[k].Broken():
		post.Type = "quick"
		post.Content = labelled("Title", t.title(k), "User impact", t.impact(k), "Current status", t.status(k)) +
			"\n\nThis quick update is designed to give the latest information on this issue."
	default:
		if k == 3 && t.scenario.incident {
			post.Type = "strategic"
		}
		post.Content = t.update(k)
	}
	return post
}

// update is a post that is not the last one. The first post knows little and
// promises the next one within some minutes.
func (t *teller) update(k int) string {
	if k == 0 {
		return labelled("Title", t.title(k), "User impact", t.impact(k), "Current status", t.status(k))
	}
	pairs := []string{"Title", t.title(k), "User impact", t.impact(k)}
	if k > 1 || t.picks[k]%2 == 0 {
		pairs = append(pairs, "More info", strings.TrimSpace(t.fill(t.scenario.info+" "+t.scenario.way)))
	}
	pairs = append(pairs, "Current status", t.status(k),
		"Scope of impact", t.fill("This affects "+t.scenario.scope+"."),
		"Start time", stamp(t.start))
	switch {
	case !t.causeKnown(k):
	case t.stages[k].Broken() && k < len(t.stages)-2:
		pairs = append(pairs, "Preliminary root cause", t.cause.why+".")
	default:
		pairs = append(pairs, "Root cause", t.cause.why+".")
	}
	promise := t.promise(k)
	if t.stages[k] == tocsin.StatusRestoringService && t.picks[k]%3 == 0 {
		pairs = append(pairs, "Estimated time to resolve", "We expect the service to be back by "+stamp(promise.Add(2*time.Hour))+".")
	}
	text := stamp(promise)
	if t.slip && k == 2 { // real posts have such slips: never trust the weekday
		text = promise.AddDate(0, 0, 1).Format("Monday") + text[strings.Index(text, ","):]
	}
	return labelled(append(pairs, "Next update by", text)...)
}

// causeKnown tells whether the post at k names the cause: from the third on,
// unless nobody is looking for it any more.
func (t *teller) causeKnown(k int) bool {
	s := t.stages[k]
	return k >= 2 && s != tocsin.StatusInvestigating && s != tocsin.StatusInvestigationSuspended
}

// promise is when the post at k says the next one will come. One promise in
// seven is broken.
func (t *teller) promise(k int) time.Time {
	const half = 30 * time.Minute
	if k == len(t.stages)-1 { // of an open issue: some hours into the present day
		return t.anchor.Add(time.Duration(9+t.picks[k]%10) * time.Hour)
	}
	next := t.times[k+1]
	if t.picks[k]%7 == 3 {
		return maxTime(t.times[k].Add(half), next.Add(-40*time.Minute)).Truncate(half)
	}
	return next.Add(half).Truncate(half)
}

// final is the post that ends an issue.
func (t *teller) final(k int) string {
	pairs := []string{"Title", t.title(k), "User impact", t.impact(k)}
	if t.outcome == falseAlarm {
		pairs = append(pairs, "Final status", t.fill(pick(falseAlarmPhrases(), t.picks[k])))
		return labelled(append(pairs, "Scope of impact", t.fill("This would have affected "+t.scenario.scope+"."),
			"Start time", stamp(t.begun), "End time", stamp(t.end))...) + "\n\nThis is the final update for the event."
	}
	pairs = append(pairs, "More info", t.fill(t.scenario.info),
		"Final status", t.fill(pick(restoredPhrases(), t.picks[k])),
		"Scope of impact", t.fill("This affected "+t.scenario.scope+"."),
		"Start time", stamp(t.begun), "End time", stamp(t.end),
		"Root cause", t.cause.why+".",
		"Next steps", "\n- "+t.cause.next+".")
	text := labelled(pairs...)
	if t.outcome == reviewed {
		text += "\n- We will publish a post-incident report within five business days."
		return text + "\n\nThis is the final update on this incident."
	}
	return text + "\n\nThis is the final update for the event."
}

// status is the section that says where things stand.
func (t *teller) status(k int) string {
	choose := func(phrases []string) string {
		done := min(95, 15+70*k/len(t.stages)+t.picks[k]%10)
		return fillIn(t.fill(pick(phrases, t.picks[k])), "done", fmt.Sprint(done))
	}
	switch t.stages[k] {
	case tocsin.StatusInvestigating:
		if k == 0 {
			minutes := []string{"30", "60", "30", "90"}[t.picks[k]%4]
			return choose(openingPhrases()) + " We will provide an update within " + minutes + " minutes."
		}
		return choose(searchingPhrases())
	case tocsin.StatusRestoringService:
		return choose(restoringPhrases())
	case tocsin.StatusVerifyingService:
		return choose(verifyingPhrases())
	case tocsin.StatusExtendedRecovery:
		return choose(extendedPhrases())
	case tocsin.StatusInvestigationSuspended:
		return choose(suspendedPhrases())
	}
	switch {
	case !t.causeKnown(k):
		return choose(confirmedPhrases())
	case k == 2:
		return choose(foundPhrases())
	}
	return choose(fixingPhrases())
}

// labelled joins pairs of label and text to a post.
func labelled(pairs ...string) string {
	var b strings.Builder
	for n := 0; n < len(pairs); n += 2 {
		if n > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(pairs[n])
		b.WriteString(":")
		if !strings.HasPrefix(pairs[n+1], "\n") {
			b.WriteString(" ")
		}
		b.WriteString(pairs[n+1])
	}
	return b.String()
}

// stamp writes an instant as posts do.
func stamp(t time.Time) string { return t.UTC().Format("Monday, January 2, 2006, at 3:04 PM UTC") }

func pick(phrases []string, n int) string { return phrases[n%len(phrases)] }
