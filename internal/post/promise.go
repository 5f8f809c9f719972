package post

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Promise is something that a post says will follow, and what became of it.
type Promise struct {
	What    Promised
	Post    int       // index of the post that made it, in order of time
	MadeAt  time.Time // when that post was published
	Written string    // the words of the promise
	DueAt   time.Time // zero when the words give no instant
	// Approximate says that DueAt is no more than our reading of the words: a
	// whole day, business days, "approximately".
	Approximate bool
	Doubt       Doubt // why nothing may be concluded from it, "" mostly
	State       State
	KeptAt      time.Time     // when the post came that it was about; zero before
	KeptBy      int           // index of that post, -1 before
	Late        time.Duration // of the post that kept it, or until now; 0 when in time
}

// Promised says what a promise is about.
type Promised string

// What posts promise: the next update, and the reports after an incident.
const (
	PromisedUpdate            Promised = "update"
	PromisedPreliminaryReport Promised = "preliminaryReport"
	PromisedReport            Promised = "report"
)

// A State is what has become of a promise.
type State string

// The states of promises.
const (
	StatePending  State = "pending"  // there is time yet
	StateKept     State = "kept"     // in time
	StateLate     State = "late"     // kept, but late
	StateOverdue  State = "overdue"  // nothing came, and the time is over
	StateDoubtful State = "doubtful" // the date cannot be right: never alarm on it
)

// grace is how long after its instant a promise counts as kept in time: posts
// write dates to the minute.
const grace = time.Minute

// Promises lists what the posts of one issue promise, in the order of posts,
// and judges each by the post that followed it or, without one, by now. A post
// that says it is the last one promises no update, whatever date it bears.
func Promises(posts []tocsin.Post, now time.Time) []Promise {
	read := make([]Post, len(posts))
	for i, post := range posts {
		read[i] = Read(post)
	}
	slices.SortStableFunc(read, func(a, b Post) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return PromisesOf(read, now)
}

// PromisesOf is [Promises] for posts that were read already, ascending by time.
func PromisesOf(posts []Post, now time.Time) []Promise {
	var list []Promise
	for i := range posts {
		for _, p := range posts[i].promises() {
			p.Post, p.KeptBy = i, -1
			p.judge(posts, now)
			list = append(list, p)
		}
	}
	return list
}

// A Punctuality counts promises. Doubtful ones are not in it.
type Punctuality struct {
	Kept, Late, Overdue, Pending int
}

// Given is how many promises have come to a verdict.
func (p Punctuality) Given() int { return p.Kept + p.Late + p.Overdue }

// Count adds promises of updates to the tally.
func (p *Punctuality) Count(promises []Promise) {
	for _, one := range promises {
		if one.What != PromisedUpdate {
			continue
		}
		switch one.State {
		case StateKept:
			p.Kept++
		case StateLate:
			p.Late++
		case StateOverdue:
			p.Overdue++
		case StatePending:
			p.Pending++
		case StateDoubtful:
		}
	}
}

var (
	relativePattern = regexp.MustCompile(`(?i)\b(?:update|information|details?)\b[^.\n]{0,60}?\b(?:within|in)\s+(?:approximately\s+)?(?:the\s+next\s+)?([a-z]+|\d{1,3})\s+(minute|hour|business day|day)s?\b`)
	reportPattern   = regexp.MustCompile(`(?i)\b(preliminary\s+|final\s+)?post[- ]incident\s+re(?:port|view)\b[^.\n]{0,120}?\bwithin\s+([a-z]+|\d{1,2})\s+(business day|day)s?\b`)
	publishedReport = regexp.MustCompile(`(?i)(\bpreliminary\s+)?\bpost[- ]incident\s+re(?:port|view)\b[^.\n]{0,40}?\b(?:has been|have been|was|is|is now)\s+(?:published|available|posted)\b`)
)

// maxPromiseText bounds how far into a section a promise is looked for, in
// bytes.
const maxPromiseText = 4000

// promises are what one post promises, not judged yet.
func (p Post) promises() []Promise {
	var list []Promise
	if update, ok := p.nextUpdate(); ok && !p.Final {
		list = append(list, update)
	}
	for _, s := range p.Sections {
		if !p.closes {
			break // speaks of no report
		}
		for _, at := range reportPattern.FindAllStringSubmatch(first(s.Text, maxPromiseText), 4) {
			report := Promise{What: PromisedReport, MadeAt: p.CreatedAt, Written: at[0], Approximate: true}
			if strings.HasPrefix(strings.ToLower(at[1]), "preliminary") {
				report.What = PromisedPreliminaryReport
			}
			n, ok := number(at[2])
			if !ok || p.CreatedAt.IsZero() {
				continue
			}
			report.DueAt = after(p.CreatedAt, n, at[3])
			list = append(list, report)
		}
	}
	return list
}

// nextUpdate is when the next post is promised: by a date, or within a span of
// time from this post on.
func (p Post) nextUpdate() (Promise, bool) {
	promise := Promise{What: PromisedUpdate, MadeAt: p.CreatedAt}
	if s, ok := p.Find(KindNextUpdate); ok {
		promise.Written = first(s.Text, 200)
		if s.Date == nil {
			n, unit, found := span(s.Text)
			if !found || p.CreatedAt.IsZero() {
				return promise, false
			}
			promise.DueAt = after(p.CreatedAt, n, unit)
			return promise, true
		}
		promise.Written, promise.DueAt, promise.Doubt = s.Date.Written, s.Date.At, s.Date.Doubt
		promise.Approximate = s.Date.Approximate || s.Date.WholeDay
		if s.Date.WholeDay {
			promise.DueAt = s.Date.end()
		}
		return promise, true
	}
	for _, s := range p.Sections {
		if s.Kind != KindCurrentStatus && s.Kind != KindRest && s.Kind != KindScope {
			continue
		}
		text := first(s.Text, maxPromiseText)
		if !strings.Contains(text, "within") && !strings.Contains(text, " in ") {
			continue
		}
		at := relativePattern.FindStringSubmatch(text)
		if at == nil || p.CreatedAt.IsZero() {
			continue
		}
		n, ok := number(at[1])
		if !ok {
			continue
		}
		promise.Written, promise.DueAt = at[0], after(p.CreatedAt, n, strings.ToLower(at[2]))
		promise.Approximate = strings.Contains(strings.ToLower(at[0]), "approximately") || strings.HasSuffix(strings.ToLower(at[2]), "day")
		return promise, true
	}
	return promise, false
}

var spanPattern = regexp.MustCompile(`(?i)\b([a-z]+|\d{1,3})\s+(minute|hour|business day|day)s?\b`)

// span is a length of time as it is written, such as "2 hours".
func span(text string) (n int, unit string, ok bool) {
	at := spanPattern.FindStringSubmatch(first(text, 200))
	if at == nil {
		return 0, "", false
	}
	n, ok = number(at[1])
	return n, strings.ToLower(at[2]), ok
}

// number reads a count as posts write it.
func number(word string) (int, bool) {
	words := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if i := slices.Index(words, strings.ToLower(word)); i > 0 {
		return i, true
	}
	n, err := strconv.Atoi(word)
	return n, err == nil && n > 0 && n < 1000
}

// after is n units after t. Business days are Monday to Friday, in UTC, at the
// hour of t.
func after(t time.Time, n int, unit string) time.Time {
	switch strings.ToLower(unit) {
	case "minute":
		return t.Add(time.Duration(n) * time.Minute)
	case "hour":
		return t.Add(time.Duration(n) * time.Hour)
	case "day":
		return t.AddDate(0, 0, n)
	}
	for t = t.UTC(); n > 0; {
		t = t.AddDate(0, 0, 1)
		if day := t.Weekday(); day != time.Saturday && day != time.Sunday {
			n--
		}
	}
	return t
}

// judge finds the post that keeps the promise and decides what has become of
// it.
func (p *Promise) judge(posts []Post, now time.Time) {
	for i := p.Post + 1; i < len(posts); i++ {
		if posts[i].CreatedAt.After(p.MadeAt) && p.keptBy(posts[i]) {
			p.KeptBy, p.KeptAt = i, posts[i].CreatedAt
			break
		}
	}
	p.Judge(now)
}

// Judge decides anew what has become of the promise: by the post that kept it
// or, before there is one, by now.
func (p *Promise) Judge(now time.Time) {
	end := now
	if p.KeptBy >= 0 {
		end = p.KeptAt
	}
	p.Late = 0
	if over := end.Sub(p.DueAt); over >= grace && !p.DueAt.IsZero() {
		p.Late = over
	}
	switch {
	case p.Doubt != "" || p.DueAt.IsZero():
		p.State, p.Late = StateDoubtful, 0
	case p.KeptBy >= 0 && p.Late > 0:
		p.State = StateLate
	case p.KeptBy >= 0:
		p.State = StateKept
	case p.Late > 0:
		p.State = StateOverdue
	default:
		p.State = StatePending
	}
}

// keptBy reports whether a later post is what was promised. Any post keeps the
// promise of an update; a report must be said to be there, and a final one
// stands for the preliminary as well.
func (p *Promise) keptBy(later Post) bool {
	if p.What == PromisedUpdate {
		return true
	}
	return later.Published == p.What || later.Published == PromisedReport
}

// publishedIn is the report that a post says is there now, "" for none.
func publishedIn(text string) Promised {
	switch at := publishedReport.FindStringSubmatch(text); {
	case at == nil:
		return ""
	case at[1] != "":
		return PromisedPreliminaryReport
	}
	return PromisedReport
}
