package status

import (
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// An answer is what the page of an issue says first: what a caller asks.
type answer struct {
	Says     []saying // impact, workaround, what follows
	Since    *lang.Moment
	For      string // how long it has lasted; "" once it is over
	Next     *part.Promise
	NoNext   bool // it goes on, and nobody says when there will be news
	Heading  *heading
	Hit      []part.ServiceLine // services that the posts name, while it is open
	Features string
	Regions  []string
	Evidence []string // the sentences that name them, where Scope does not
	Reach    string   // in how many tenants it is seen
	Scope    *saying
}

// A saying is what the provider says about one thing, beside its translation.
type saying struct {
	Label   string
	Said    []string // line by line, as written
	Own     bool     // in the language of the desk's own team
	Lang    string   // of Target
	Target  []part.BilingualRow
	Nothing string // in place of words, where there are none
}

// A heading says whether an issue gets better or worse.
type heading struct {
	web.Look
	Note string
}

// answer answers about an issue that the visitor's tenants see as in page.Seen.
func (page *issuePage) answer(v *view, t told, row *readmodel.Row, versions []tocsin.Version) {
	open := health.Open(row, v.Now)
	a := &page.Answer
	a.Says = append(a.Says, t.say(v, "section.userImpact", t.impact, v.Text("answer.impact.none")))
	if open || len(t.workaround) > 0 {
		a.Says = append(a.Says, t.say(v, "section.workaround", strings.Join(t.workaround, "\n"), v.Text("answer.workaround.none")))
	}
	if t.follows != "" {
		a.Says = append(a.Says, t.say(v, "section."+string(t.followsKind), t.follows, ""))
	}
	if t.scope != "" {
		scope := t.say(v, "section.scopeOfImpact", t.scope, "")
		a.Scope = &scope
	}
	if since := health.Since(row, v.Now); open {
		if a.Since = v.Moment(since); a.Since != nil {
			a.For = v.Length(v.Now.Sub(since))
		}
		a.Next = v.NextPromise(row, t.issue)
		a.NoNext = a.Next == nil
	}
	if !row.Course().Maintenance() {
		a.Heading = v.heading(health.DevelopmentOf(versions, row.Course().Over(v.Now)))
	}
	a.Features = v.Join(slices.Compact(slices.DeleteFunc([]string{t.issue.FeatureGroup, t.issue.Feature}, func(s string) bool { return s == "" })))
	a.Regions, a.Evidence, a.Reach = t.regions, t.evidence, page.reach(v, "")
}

// heading words where an issue is heading, nil where nothing is known of it.
func (v *view) heading(d health.Development) *heading {
	if d.Since.IsZero() {
		return nil
	}
	h := heading{Look: v.trendLook(d.Trend)}
	since := v.Stamp(d.Since.In(v.Zone))
	if h.Note = v.Text("trend.since", "time", since); d.From != "" {
		h.Note = v.Text("trend.from", "time", since, "status", v.Look(d.From).Words)
	}
	return &h
}

func (v *view) trendLook(t health.Trend) web.Look {
	switch t {
	case health.TrendBetter:
		return web.Look{Family: "recovering", Glyph: "recovering", Words: v.Text("trend.better")}
	case health.TrendWorse:
		return web.Look{Family: "down", Glyph: "degraded", Words: v.Text("trend.worse")}
	case health.TrendSteady:
		return web.Look{Family: "neutral", Glyph: "pause", Words: v.Text("trend.steady")}
	case health.TrendOver:
		return web.Look{Family: "restored", Glyph: "restored", Words: v.Text("trend.over")}
	case health.TrendUnclear:
	}
	return web.Look{Family: "neutral", Glyph: "unknown", Words: v.Text("trend.unclear")}
}

// told is what an issue and its posts say to those who are affected.
type told struct {
	issue       tocsin.Issue
	own         bool
	title       string
	impact      string
	workaround  []string
	follows     string // what happens next, in the section followsKind
	followsKind post.Kind
	scope       string
	regions     []string
	evidence    []string                         // the sentences that name regions, word for word
	language    string                           // that made is in, "" for none
	made        map[string]translate.Translation // by text
}

// tell reads an issue for those who are affected: of each thing what the newest
// post says that speaks of it.
func tell(issue tocsin.Issue, row *readmodel.Row, read part.Reading, now time.Time) told {
	t := told{issue: issue, own: row.Own(), title: strings.TrimSpace(issue.Title), workaround: read.Workaround}
	t.impact, _ = newest(read.Posts, post.KindUserImpact, post.KindCustomerImpact, post.KindUserExperience)
	if t.impact == "" {
		t.impact = strings.TrimSpace(issue.Impact)
	}
	if t.impact == "" {
		t.impact = t.title
	}
	kinds := []post.Kind{post.KindNextSteps, post.KindCurrentStatus}
	if row.Course().Over(now) {
		kinds = []post.Kind{post.KindNextSteps, post.KindFinalStatus, post.KindRootCause, post.KindPreliminaryRootCause}
	}
	if n := len(read.Posts); n > 0 {
		for _, kind := range kinds {
			if t.follows, t.followsKind = newest(read.Posts[n-1:], kind); t.follows != "" {
				break
			}
		}
	}
	t.scope, _ = newest(read.Posts, post.KindScope)
	for _, region := range read.Regions {
		t.regions = append(t.regions, region.Name)
		if !slices.Contains(t.evidence, region.Text) && !strings.Contains(t.scope, region.Text) {
			t.evidence = append(t.evidence, region.Text)
		}
	}
	return t
}

// inFull is an instant for those who read it on another day and elsewhere.
func (v *view) inFull(t time.Time) string { return v.Full(t.In(v.Zone)) + "\u00a0" + v.City() }

// newest is the text of the first of some kinds of sections in the newest post
// that has it.
func newest(posts []post.Post, kinds ...post.Kind) (string, post.Kind) {
	for _, one := range slices.Backward(posts) {
		for _, kind := range kinds {
			if s, ok := one.Find(kind); ok && strings.TrimSpace(s.Text) != "" {
				return strings.TrimSpace(s.Text), kind
			}
		}
	}
	return "", ""
}

// texts are what is to be translated, each once.
func (t *told) texts() []string {
	list := []string{t.title, t.impact, strings.Join(t.workaround, "\n"), t.follows, t.scope}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(text string) bool { return text == "" })
}

// in is the same in a language; what the desk's own team writes stays as it is.
func (t told) in(v *view, language string) (told, error) {
	if language == "" || t.own || language == t.language {
		return t, nil
	}
	texts := t.texts()
	made, err := v.Translate(language, texts...)
	if err != nil {
		return t, err
	}
	t.language, t.made = language, make(map[string]translate.Translation, len(texts))
	for i, text := range texts {
		t.made[text] = made[i]
	}
	return t, nil
}

// say puts a text beside its translation, where somebody knows any of it.
func (t *told) say(v *view, key, text, nothing string) saying {
	s := saying{Label: v.Text(key), Said: part.Lines(text), Own: t.own}
	if len(s.Said) == 0 {
		s.Nothing = nothing
		return s
	}
	if made, ok := t.made[text]; ok && made.Translated() {
		s.Lang, s.Target = made.Language, v.Bilingual(made).Rows
	}
	return s
}
