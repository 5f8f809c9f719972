package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A story is an issue with all its states, one for each post.
type story struct {
	serviceID string
	tenants   []string
	states    []tocsin.Issue
}

// at is the state that held at an instant.
func (s story) at(t time.Time) (tocsin.Issue, bool) {
	for _, state := range slices.Backward(s.states) {
		if !state.ModifiedAt.After(t) {
			return state, true
		}
	}
	return tocsin.Issue{}, false
}

// An outcome is how an issue ends, if it has.
type outcome int

const (
	restored outcome = iota
	reviewed         // restored, with a review some days later
	extended         // a recovery of weeks, then restored
	falseAlarm
	suspended // waiting for somebody's data, then restored
	openBroken
	openRestoring
	openInvestigating
	openExtended
)

func (o outcome) open() bool { return o >= openBroken }

// A plot is what a story is told from.
type plot struct {
	scenario scenario
	variant  int
	outcome  outcome
	posts    int
	start    time.Time     // of the problem
	length   time.Duration // until its end, or until the last post
}

// seed makes the demo the one that it is.
const seed = 821132

// tellStories makes up the issues of the two years before anchor, ascending by
// start.
func tellStories(anchor time.Time) []story {
	random := rand.New(rand.NewPCG(seed, 1))
	plots := plan(anchor, random)
	stories := make([]story, 0, len(plots))
	for n, p := range plots {
		// Ids grow with time, all below that of the live incident.
		id := 621000 + int(p.start.Sub(anchor.Add(-archiveSpan))/time.Hour)*11 + n%11
		stories = append(stories, tell(p, id, n, anchor, rand.New(rand.NewPCG(seed, uint64(id)))))
	}
	return stories
}

// A cast names the plots that are told to the present day: what is open now,
// and what ended in the last week. Times count back from the anchor.
type cast struct {
	service, feature string
	variant          int
	outcome          outcome
	posts            int
	before, length   time.Duration
}

func leads() []cast {
	const minute, hour, day = time.Minute, time.Hour, 24 * time.Hour
	return []cast{
		{"DynamicsCRM", "email", 1, openExtended, 9, 41*day - 7*hour - 25*minute, 39 * day},
		{"OneDriveForBusiness", "sync", 0, openExtended, 7, 26*day - 12*hour - 50*minute, 24 * day},
		{"OSDPPlatform", "admincenter", 1, restored, 5, 7*day - 6*hour - 10*minute, 9 * hour},
		{"Intune", "policy", 1, restored, 6, 6*day - 13*hour - 35*minute, 30 * hour},
		{"MicrosoftFlow", "runs", 2, restored, 7, 5*day - 8*hour - 15*minute, 8 * hour},
		{"O365Client", "activation", 1, falseAlarm, 3, 4*day - 10*hour - 40*minute, 20 * hour},
		{"SharePoint", "sites", 0, restored, 9, 3*day - 9*hour - 5*minute, 7 * hour},
		{"Forms", "results", 0, restored, 4, 2*day - 5*hour - 55*minute, 16 * hour},
		{"PowerBIcom", "refresh", 1, openRestoring, 6, 31*hour - 20*minute, 29 * hour},
		{"microsoftteams", "calling", 1, openBroken, 5, 9*hour - 25*minute, 8 * hour},
		{"Exchange", "calendar", 2, openInvestigating, 2, 5*hour - 10*minute, 4 * hour},
	}
}

// plan spreads all variants of all scenarios over the two years.
func plan(anchor time.Time, random *rand.Rand) []plot {
	scenarios := allScenarios()
	var plots, last []plot
	for _, s := range scenarios {
		for variant := range s.x {
			p := plot{scenario: s, variant: variant}
			at := slices.IndexFunc(leads(), func(c cast) bool {
				return c.service == s.service && c.feature == s.feature && c.variant == variant
			})
			if at < 0 {
				plots = append(plots, p)
				continue
			}
			c := leads()[at]
			p.outcome, p.posts, p.start, p.length = c.outcome, c.posts, anchor.Add(-c.before), c.length
			last = append(last, p)
		}
	}
	random.Shuffle(len(plots), func(i, j int) { plots[i], plots[j] = plots[j], plots[i] })
	const quiet = 55 * 24 * time.Hour // leaves room for the longest recovery
	step := (archiveSpan - quiet) / time.Duration(len(plots))
	for n := range plots {
		plots[n].start = anchor.Add(-archiveSpan + time.Duration(n)*step + time.Duration(random.Int64N(int64(step))))
		plots[n].draw(random)
	}
	plots = append(plots, last...)
	slices.SortFunc(plots, func(a, b plot) int { return a.start.Compare(b.start) })
	return plots
}

// draw decides how an old issue went.
func (p *plot) draw(random *rand.Rand) {
	between := func(low, high int) int { return low + random.IntN(high-low+1) }
	hours := func(low, high int) time.Duration { return time.Duration(between(low*60, high*60)) * time.Minute }
	chance := random.IntN(100)
	switch {
	case p.scenario.incident && chance < 40:
		p.outcome, p.posts, p.length = reviewed, between(7, 14), hours(3, 11)
	case p.scenario.incident && chance < 92:
		p.outcome, p.posts, p.length = restored, between(4, 10), hours(2, 14)
	case p.scenario.incident:
		p.outcome, p.posts, p.length = falseAlarm, between(2, 3), hours(1, 4)
	case chance < 55:
		p.outcome, p.posts, p.length = restored, between(3, 7), hours(9, 90)
	case chance < 75:
		p.outcome, p.posts, p.length = extended, between(6, 12), hours(14*24, 45*24)
	case chance < 90:
		p.outcome, p.posts, p.length = falseAlarm, between(2, 4), hours(4, 40)
	default:
		p.outcome, p.posts, p.length = suspended, between(3, 5), hours(72, 240)
	}
}

// stages is the status of each post. The first post of an issue investigates.
func (p plot) stages() []tocsin.Status {
	broken := tocsin.StatusDegradation
	list := []tocsin.Status{tocsin.StatusInvestigating}
	fill := func(status tocsin.Status, keep int) {
		for len(list) < p.posts-keep {
			list = append(list, status)
		}
	}
	switch p.outcome {
	case restored:
		fill(broken, 1)
		if p.posts >= 5 {
			list[p.posts-2] = tocsin.StatusRestoringService
		}
		list = append(list, tocsin.StatusServiceRestored)
	case reviewed:
		list = append(list, tocsin.StatusInterruption, tocsin.StatusInterruption)
		fill(broken, 4)
		list = append(list, tocsin.StatusRestoringService, tocsin.StatusVerifyingService, tocsin.StatusServiceRestored, tocsin.StatusReviewPublished)
	case extended:
		list = append(list, broken, broken)
		fill(tocsin.StatusExtendedRecovery, 1)
		list = append(list, tocsin.StatusServiceRestored)
	case falseAlarm:
		fill(tocsin.StatusInvestigating, 1)
		list = append(list, tocsin.StatusFalsePositive)
	case suspended:
		fill(tocsin.StatusInvestigationSuspended, 1)
		list = append(list, tocsin.StatusServiceRestored)
	case openBroken:
		fill(broken, 0)
	case openRestoring:
		fill(broken, 1)
		list = append(list, tocsin.StatusRestoringService)
	case openInvestigating:
		fill(tocsin.StatusInvestigating, 0)
	case openExtended:
		list = append(list, broken)
		fill(tocsin.StatusExtendedRecovery, 0)
	}
	return list
}

// tell writes the states of one story; n counts the stories.
func tell(p plot, id, n int, anchor time.Time, random *rand.Rand) story {
	at := slices.IndexFunc(workloads(), func(w workload) bool { return w.id == p.scenario.service })
	w := workloads()[at]
	t := newTeller(p, w, anchor, random)
	s := story{serviceID: w.id, tenants: audience(p, w, n)}
	base := tocsin.Issue{
		ID:      fmt.Sprintf("%s%d", w.prefix, id),
		Service: tocsin.ServiceNameOf(w.id), ServiceID: w.id,
		Feature: w.feature(p.scenario.feature), FeatureGroup: w.feature(p.scenario.feature),
		Classification: "advisory", Origin: "microsoft", StartAt: t.start,
	}
	if p.scenario.incident {
		base.Classification = "incident"
	}
	if n%19 == 7 && p.outcome == falseAlarm {
		base.Origin = "thirdParty"
	}
	var posts []tocsin.Post
	for k, status := range t.stages {
		post := t.post(k)
		posts = append(posts, post)
		state := base
		state.Status, state.Title, state.Impact = status, t.title(k), t.impact(k)
		state.ModifiedAt = post.CreatedAt
		if status.Healthy() {
			state.EndAt, state.Resolved = t.end, true
		}
		state.Posts = slices.Clone(posts)
		s.states = append(s.states, state)
	}
	if n%12 == 5 && len(posts) > 4 {
		disorder(&s)
	}
	return s
}

// disorder makes an issue like some real ones: one post comes after the post
// that was written later, and lists are not in the order of time.
func disorder(s *story) {
	k := len(s.states) / 2
	early, late := &s.states[k], &s.states[k+1]
	posts := late.Posts
	// What was seen first is the later post; the earlier one follows.
	early.Posts = slices.Delete(slices.Clone(posts), k, k+1)
	early.Status, early.Title, early.Impact = late.Status, late.Title, late.Impact
	early.EndAt, early.Resolved = late.EndAt, late.Resolved
	early.ModifiedAt = posts[k+1].CreatedAt
	late.ModifiedAt = early.ModifiedAt.Add(3 * time.Minute)
	for n := k + 1; n < len(s.states); n++ {
		list := slices.Clone(s.states[n].Posts)
		list[k], list[k+1] = list[k+1], list[k]
		s.states[n].Posts = list
	}
}

// audience decides which tenants see an issue: most are seen in the large
// tenant, about a third in each of the others.
func audience(p plot, w workload, n int) []string {
	var tenants []string
	if n%17 != 3 || p.outcome.open() {
		tenants = append(tenants, Contoso)
	}
	if w.small && (n%5 < 3 || len(tenants) == 0) {
		tenants = append(tenants, Fabrikam)
	}
	if w.middle && (n%5 > 2 || len(tenants) == 0) {
		tenants = append(tenants, Northwind)
	}
	if len(tenants) == 0 {
		tenants = append(tenants, Contoso)
	}
	return tenants
}

// fillIn replaces the slots of a text: pairs of name and value.
func fillIn(text string, pairs ...string) string {
	for n := 0; n < len(pairs); n += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[n]+"}", pairs[n+1])
	}
	return text
}
