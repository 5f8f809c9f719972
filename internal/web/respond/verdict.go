package respond

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
	"example.org/tocsin/internal/web"
)

// sideVerdict is the verdict as far as it goes, beside a step.
type sideVerdict struct {
	Family, Glyph, Words string
	Scale                scale
	Lines                []evidenceLine
}

// An evidenceLine is one piece of evidence.
type evidenceLine struct {
	Question, Answer, Meaning, Weight string
	Icon                              string // for, or missing where it is open
	Href                              string // of an issue
}

// A scale shows how much speaks for which side.
type scale struct {
	Boxes         []box
	Local, Remote int
	Words         string
}

type box struct {
	X    int
	Full bool
}

// boxes is how many boxes a side of the scale has.
const boxes = 5

func (v *view) scale(j judged) scale {
	s := scale{Local: j.Local(), Remote: j.Remote()}
	s.Words = v.Text("triage.scale", "remote", s.Remote, "local", s.Local, "open", j.Left())
	for i := range boxes {
		s.Boxes = append(s.Boxes, box{164 + 30*i, i < s.Remote}, box{130 - 30*i, i < s.Local})
	}
	return s
}

// sign is the colour and glyph of a verdict.
func sign(j judged) (family, glyph string) {
	switch j.Cause {
	case triage.Provider:
		return "down", "down"
	case triage.Network, triage.Identity, triage.Client:
		return "degraded", "degraded"
	}
	return "neutral", "unknown"
}

func (v *view) side(j judged) sideVerdict {
	s := sideVerdict{Words: v.Text("triage.cause." + string(j.Cause)), Scale: v.scale(j)}
	s.Family, s.Glyph = sign(j)
	if j.Cause == triage.Provider {
		s.Family, s.Glyph = "watch", "watch"
	}
	s.Lines = v.evidence(j)
	return s
}

// evidence words the evidence, and what is still to be asked.
func (v *view) evidence(j judged) []evidenceLine {
	var list []evidenceLine
	asked := map[string]bool{}
	for _, w := range j.Evidence {
		asked[triage.CheckOf(w.Check)] = true
		list = append(list, v.evidenceLine(w, j))
	}
	for _, check := range []string{triage.CheckScope, triage.CheckServices, triage.CheckNetwork, triage.CheckCode} {
		if !asked[check] {
			list = append(list, evidenceLine{Question: v.Text("triage.ask." + check), Answer: v.Text("triage.open"), Meaning: v.Text("triage.open"), Icon: "missing", Weight: v.Text("triage.weight.none")})
		}
	}
	return list
}

func (v *view) evidenceLine(w triage.Weighed, j judged) evidenceLine {
	check, outcome := triage.CheckOf(w.Check), string(w.Outcome)
	line := evidenceLine{Question: v.Text("triage.ask." + check), Answer: outcome, Icon: "for", Weight: v.Text("triage.weight.none")}
	if !v.HasText("triage.ask." + check) {
		line.Question = w.Check
	}
	for _, key := range []string{"triage.is." + check + "." + outcome, "triage." + check + "." + outcome, "triage.result." + outcome, "triage.found." + outcome} {
		if v.HasText(key) {
			line.Answer = v.Text(key, "issue", j.Match.ID, "n", len(j.Match.Services), "detail", w.Detail)
			break
		}
	}
	if check == triage.CheckServices {
		if b, err := v.book(""); err == nil {
			line.Answer = v.Join(serviceNames(b, strings.Fields(w.Detail)))
		}
	}
	if check == triage.CheckIssue && j.Attached {
		line.Href = v.IssueHref(j.Match.ID)
	}
	line.Meaning = v.meaning(w, check, outcome)
	if check == triage.CheckIssue && j.Attached {
		line.Answer += v.readAt()
		if len(j.Match.Services) > 0 && j.Match.Open() {
			line.Meaning = v.Text("triage.shared", "n", len(j.Match.Services), "asked", j.Match.Asked)
		}
	}
	if w.N > 0 {
		line.Weight = v.Text("triage.weight", "cause", v.Text("triage.short."+string(w.For)), "n", w.N)
	}
	if w.Open {
		line.Icon = "missing"
	}
	return line
}

// readAt says when the provider's posts were read last, "" where nothing reads them.
func (v *view) readAt() string {
	if v.Snapshot.CheckedAt.IsZero() {
		return ""
	}
	return v.Text("triage.read", "time", v.HM(v.Snapshot.CheckedAt.In(v.Zone)))
}

// meaning is what a piece of evidence says.
func (v *view) meaning(w triage.Weighed, check, outcome string) string {
	if key := "triage.means." + check + "." + outcome; v.HasText(key) {
		return v.Text(key)
	}
	if w.Open {
		return v.Text("triage.open")
	}
	return v.Text("triage.for." + string(w.For))
}

// verdictPage is what a call came to.
type verdictPage struct {
	web.Frame
	Family, Glyph     string
	When, Heading     string
	Lead              string
	Scale             scale
	Evidence          []evidenceLine
	Sheet             string
	Say               say
	Reasons           []string
	OpenChecks        []string
	Matches           []matchLine
	Similar           []matchLine
	Calls             []callLine
	Impact            string // what colleagues report, "" for too little
	CallsN            int
	Pack, Go, Link    string // addresses
	Close             string
	Issue, Attach     string // what the call is held for; what it can be attached to
	CallerLink, Until string // once, after it was made
	Closed            bool
	Ask               *knowledge.Question
	Acts              []actButton
	Done              []string // what was done with the verdict
	Loose             int      // similar calls that can be attached as well
	Alike             string   // address
}

// A matchLine is an issue beside a call.
type matchLine struct {
	ID, Href, Title, Words string
	Family, Glyph          string
	Dim                    bool
	Note                   string   // what they have in common, or why not
	Helped                 []string // then
}

// say is what to tell the caller.
type say struct {
	Lead  string
	Items []string
	Foot  string
}

// Text is all of it, for copying.
func (s say) Text() string {
	lines := []string{s.Lead}
	for _, item := range s.Items {
		lines = append(lines, "- "+item)
	}
	return strings.Join(append(lines, s.Foot), "\n")
}

// verdict serves /triage/{id}.
func (p *Pages) verdict(v *view) error {
	t, err := v.asked()
	if err != nil {
		return err
	}
	return v.showVerdict(t, "", time.Time{})
}

func (v *view) showVerdict(t tocsin.Triage, link string, until time.Time) error {
	j, err := v.judge(t.Answers)
	if err != nil {
		return err
	}
	b, err := v.book(j.Match.ID)
	if err != nil {
		return err
	}
	page := verdictPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.triage"), Href: v.Href("/triage")}, web.Crumb{Name: v.sheetOf(t)}), Sheet: v.sheetOf(t),
		Scale: v.scale(j), Evidence: v.evidence(j), Pack: v.at(t.N, "pack"), Link: v.at(t.N, "link"), Close: v.at(t.N, "close"), Closed: !t.ClosedAt.IsZero(), CallerLink: link,
	}
	page.Family, page.Glyph = sign(j)
	page.When = v.Text("triage.when", "call", v.callerOf(t), "n", len(j.Evidence)-j.Left(), "all", len(page.Evidence))
	page.Heading, page.Lead = v.heading(j)
	page.Title = v.Text("triage.verdict.title", "heading", page.Heading)
	if j.Attached {
		page.Issue = j.Match.ID
		if j.Cause == triage.Provider {
			page.Attach = j.Match.ID
		}
	}
	if page.Say, err = v.say(t, j, b); err != nil {
		return err
	}
	page.Done, page.Alike = v.done(t), v.at(t.N, "alike")
	if !page.Closed {
		page.Acts = v.acts(t, j)
	}
	v.explain(&page, t, j, b)
	if link != "" {
		page.Until = v.HM(until.In(v.Zone))
	}
	if err := v.beside(&page, t, j, b); err != nil {
		return err
	}
	return v.Render(http.StatusOK, "triage-verdict", page)
}

// heading is the verdict in one sentence, and what it means.
func (v *view) heading(j judged) (heading, lead string) {
	key := "triage.verdict." + string(j.Cause)
	switch {
	case j.Cause == triage.Provider && j.Attached && len(j.Reasons) == 0:
		key += ".issue"
	case j.Cause == triage.Provider && j.Attached:
		key += ".more"
	case j.Cause == triage.UnknownCause:
		key += "." + string(j.Why)
	}
	lead = v.Text(key + ".lead")
	if j.Cause != triage.UnknownCause {
		lead = v.Text("triage.confidence", "lead", lead, "sure", v.Text("triage.sure."+string(j.Confidence)))
	}
	return v.Text(key, "issue", j.Match.ID), lead
}

// explain adds the reasons for a ticket, and what is open.
func (v *view) explain(page *verdictPage, t tocsin.Triage, j judged, b *knowledge.Book) {
	for _, id := range j.Reasons {
		if e, ok := b.Entry(b.Reasons, id); ok {
			page.Reasons = append(page.Reasons, e.Text)
		}
	}
	for _, check := range j.Open {
		page.OpenChecks = append(page.OpenChecks, v.Text("triage.ask."+check))
	}
	page.Go = v.at(t.N, firstOpen(j))
	if j.Cause == triage.Provider && !j.Attached {
		if q, ok := b.Answer("unlisted"); ok {
			page.Ask = &q
		}
	}
}

// firstOpen is the step at which a call goes on.
func firstOpen(j judged) string {
	for _, check := range j.Open {
		switch check {
		case triage.CheckNetwork, triage.CheckOtherNetwork, triage.CheckNoProxy:
			return "environment"
		case triage.CheckOtherClient, triage.CheckAccount, triage.CheckOutlook:
			return "clients"
		}
	}
	return "scope"
}

// say words what to tell the caller.
func (v *view) say(t tocsin.Triage, j judged, b *knowledge.Book) (s say, err error) {
	s = say{Lead: v.Text("triage.words." + string(j.Cause)), Foot: v.Text("triage.words.foot")}
	if j.Cause == triage.Provider && j.Attached {
		s.Lead = v.Text("triage.words.issue", "issue", j.Match.ID)
	}
	if j.Cause != triage.Provider {
		return s, nil
	}
	own, err := v.pages.config.Help.Workarounds(v.R.Context(), v.tenant())
	if err != nil {
		return s, err
	}
	for _, id := range t.Answers.Services {
		one, ok := b.Service(id)
		if !ok {
			continue
		}
		s.Items = append(s.Items, one.Say)
		for _, w := range b.Ways(id, own) {
			if w.Own {
				s.Items = append(s.Items, v.Text("labelled", "label", one.Name)+v.Space()+w.Told())
			}
		}
	}
	return s, v.sayNext(&s, j)
}

// sayNext adds when the provider's next word comes.
func (v *view) sayNext(s *say, j judged) error {
	row, ok := v.Snapshot.Issue(j.Match.ID)
	if !j.Attached || !ok {
		return nil
	}
	issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
	if err != nil {
		return err
	}
	if next := v.NextPromise(row, issue); next != nil && next.Due.After(v.Now) {
		s.Foot += v.Space() + v.Text("triage.words.next", "time", v.HM(next.Due.In(v.Zone)))
	}
	return nil
}

// close serves POST /triage/{id}/close: the call is attached to the issue of its
// verdict, and ends; or goes on again.
func (p *Pages) close(v *view) error {
	t, err := v.asked()
	if err != nil {
		return err
	}
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	d, err := v.desk()
	if err != nil {
		return err
	}
	_, err = p.config.Calls.ChangeTriage(v.R.Context(), respond.TriageChange{TenantID: v.tenant(), N: t.N, Rev: t.Rev, Now: v.Now}, func(t *tocsin.Triage) error {
		if v.R.PostForm.Get("do") == "reopen" {
			t.ClosedAt = time.Time{}
			return nil
		}
		j, err := d.Judge(t.Answers)
		if err != nil {
			return err
		}
		if j.Attached && j.Cause == triage.Provider && t.Answers.Issue == "" {
			t.Answers.Issue = j.Match.ID
			v.noted(t, "give", j.Match.ID)
		}
		t.Verdict, t.ClosedAt = string(j.Cause), v.Now
		return nil
	})
	if err != nil {
		return fmt.Errorf("close call: %w", err)
	}
	return v.Redirect(v.at(t.N, ""))
}
