package respond

import (
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
)

const (
	// maxOver bounds the issues that were over lately and are held against a call.
	maxOver = 20
	// reported is how far back reports count.
	reported = time.Hour
	// counted is for how long counts of reports are remembered.
	counted = 5 * time.Second
)

// A desk is what is known when a call is judged: it is read once for a request.
type desk struct {
	now     time.Time
	issues  []triage.Candidate
	stale   bool
	reports []tocsin.ReportCount
}

// desk reads what is known of the tenant that is looked at.
func (v *view) desk() (d desk, err error) {
	d = desk{now: v.Now, stale: v.Snapshot.Stale || v.Snapshot.CheckedAt.IsZero()}
	judged, err := v.Judge()
	if err != nil {
		return d, err
	}
	for _, one := range judged.Open {
		d.issues = append(d.issues, candidate(one.Row, one.Content, time.Time{}))
	}
	for _, row := range v.over() {
		issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
		if err != nil {
			return d, err
		}
		d.issues = append(d.issues, candidate(row, issue, row.EndAt.Time()))
	}
	d.reports, err = v.counts()
	return d, err
}

// over lists the issues that ended lately, the last first.
func (v *view) over() []*readmodel.Row {
	since := readmodel.InstantOf(v.Now.Add(-triage.Recent))
	var list []*readmodel.Row
	for _, row := range v.Snapshot.Issues {
		if row.EndAt >= since && !health.Open(row, v.Now) && !health.Planned(row, v.Now) && row.Class != "advisory" {
			list = append(list, row)
		}
	}
	slices.SortFunc(list, func(a, b *readmodel.Row) int { return b.EndAt.Time().Compare(a.EndAt.Time()) })
	return list[:min(len(list), maxOver)]
}

// candidate is an issue as it is held against a call.
func candidate(row *readmodel.Row, issue tocsin.Issue, over time.Time) triage.Candidate {
	text := []string{issue.Impact}
	for _, p := range issue.Posts {
		text = append(text, plaintext.Text(p.Content, p.ContentType))
	}
	return triage.Candidate{
		ID: row.ID, Title: issue.Title, Service: row.ServiceID, Text: strings.Join(text, "\n"), Advisory: row.Class == "advisory", StartAt: row.Starts().Time(), RestoredAt: over,
	}
}

// counts are the reports of the last hour.
func (v *view) counts() ([]tocsin.ReportCount, error) {
	key := v.countKey()
	if list, ok := v.pages.counts.Get(key); ok {
		return list, nil
	}
	list, err := v.pages.config.Reports.CountReports(v.R.Context(), v.tenant(), v.Now.Add(-reported))
	if err == nil {
		v.pages.counts.Put(key, list, 0)
	}
	return list, err
}

// countKey names the counts of now.
func (v *view) countKey() countKey { return countKey{v.tenant(), v.Now.UnixNano() / int64(counted)} }

// judged is a call with what the evidence says.
type judged struct {
	triage.Facts
	triage.Verdict
	Match    triage.Match
	Attached bool
	Reasons  []string
	Next     triage.Next
}

// judge weighs the answers of a call.
func (d desk) judge(a tocsin.TriageAnswers) (j judged, err error) {
	matches, err := triage.Compare(a, d.issues)
	if err != nil {
		return j, err
	}
	j.Facts = triage.Facts{Now: d.now, Matches: matches, Stale: d.stale, Reports: d.reports}
	if j.Verdict, err = triage.Weigh(triage.Gather(a, j.Facts)); err != nil {
		return j, err
	}
	j.Match, j.Attached = j.Issue(a)
	j.Reasons = triage.Reasons(a, j.Verdict, j.Facts)
	j.Next = triage.NextOf(j.Verdict, j.Attached, j.Reasons)
	return j, nil
}

// judge weighs the answers of a call by what is known now.
func (v *view) judge(a tocsin.TriageAnswers) (judged, error) {
	d, err := v.desk()
	if err != nil {
		return judged{}, err
	}
	return d.judge(a)
}

// cause is the cause as it is kept with a call.
func (d desk) cause(a tocsin.TriageAnswers) (string, error) {
	j, err := d.judge(a)
	return string(j.Cause), err
}
