// Package qualify has what a desk knows when a call is judged: the issues of its
// tenant that go on or ended lately, whether the provider is heard at all, and
// what the staff report. Pages and the own API ask it, so that both find the same
// cause.
//
// It keeps nothing but the marks by which [Past] finds incidents of the past that
// are like a call; what weighs what is package triage's. Begin at [Read].
package qualify

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
)

// Reported is how far back reports of the staff, and beacons, count.
const Reported = time.Hour

// maxOver bounds the issues that were over lately and are held against a call.
const maxOver = 20

// model has the texts of issues.
type model interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// A Desk is what is known of a tenant at an instant. Many calls may be held
// against it.
type Desk struct {
	now    time.Time
	issues []triage.Candidate
	stale  bool
	heard  Heard
}

// Heard is what colleagues and pages inside say, by site and service.
type Heard struct {
	Reports []tocsin.ReportCount
	Beacons []tocsin.BeaconCount
}

// counts is the part of the store that counts both.
type counts interface {
	CountReports(ctx context.Context, tenantID string, since time.Time) ([]tocsin.ReportCount, error)
	CountBeacons(ctx context.Context, tenantID string, since time.Time) ([]tocsin.BeaconCount, error)
}

// Hear counts what was said of a tenant within [Reported].
func Hear(ctx context.Context, c counts, tenantID string, now time.Time) (h Heard, err error) {
	if h.Reports, err = c.CountReports(ctx, tenantID, now.Add(-Reported)); err != nil {
		return h, err
	}
	h.Beacons, err = c.CountBeacons(ctx, tenantID, now.Add(-Reported))
	return h, err
}

// Read returns what is known of a tenant, with what was heard.
func Read(ctx context.Context, m model, s *readmodel.Snapshot, heard Heard, now time.Time) (Desk, error) {
	d := Desk{now: now, stale: s.Stale || s.CheckedAt.IsZero(), heard: heard}
	judged, err := health.Judge(ctx, m, s, now)
	if err != nil {
		return d, err
	}
	for _, one := range judged.Open {
		d.issues = append(d.issues, candidate(one.Row, one.Content, time.Time{}))
	}
	for _, row := range over(s, now) {
		issue, err := m.Issue(ctx, row)
		if err != nil {
			return d, err
		}
		d.issues = append(d.issues, candidate(row, issue, row.EndAt.Time()))
	}
	return d, nil
}

// over lists the issues that ended lately, the last first.
func over(s *readmodel.Snapshot, now time.Time) []*readmodel.Row {
	since := readmodel.InstantOf(now.Add(-triage.Recent))
	var list []*readmodel.Row
	for _, row := range s.Issues {
		if row.EndAt >= since && !health.Open(row, now) && !health.Planned(row, now) && row.Class != "advisory" {
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

// Judged is a call with what the evidence says.
type Judged struct {
	triage.Facts
	triage.Verdict
	Match    triage.Match // the issue that the call is attached to
	Attached bool         // there is one
	Reasons  []string     // to open a ticket, by their ids in what is known
	Next     triage.Next
}

// Judge weighs the answers of a call.
func (d Desk) Judge(a tocsin.TriageAnswers) (j Judged, err error) {
	matches, err := triage.Compare(a, d.issues)
	if err != nil {
		return j, err
	}
	j.Facts = triage.Facts{Now: d.now, Matches: matches, Stale: d.stale, Reports: d.heard.Reports, Beacons: d.heard.Beacons}
	if j.Verdict, err = triage.Weigh(triage.Gather(a, j.Facts)); err != nil {
		return j, err
	}
	j.Match, j.Attached = j.Issue(a)
	j.Reasons = triage.Reasons(a, j.Verdict, j.Facts)
	j.Next = triage.NextOf(j.Verdict, j.Attached, j.Reasons)
	return j, nil
}

// Cause returns the cause as it is kept with a call.
func (d Desk) Cause(a tocsin.TriageAnswers) (string, error) {
	j, err := d.Judge(a)
	return string(j.Cause), err
}
