package dispatch

import (
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/notify"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/tocsin"
)

// Classes of what is neither an issue nor has a class of its own.
const (
	ClassMessage = "message"
	ClassPlanned = "planned"
	ClassSource  = "source"
	ClassRoom    = "room" // what is due in the room of an incident
)

// A Subject is what an item says of itself that decides who hears of it, in no
// language. It is shared: do not change it.
type Subject struct {
	Kind     tocsin.Kind
	ID       string
	Class    string // incident, advisory, planned, message, source, room, request, or what the provider sent
	Severity tocsin.Severity
	Status   tocsin.Status
	Services []notify.Service
	Feature  string
	Category string // of a message
	Tags     []string
	Private  bool // a message about data privacy: nobody is told of it here
	Open     bool // an issue that goes on

	incidentN, step string // of a step of a runbook
	request         *tocsin.Request

	// regions are those that the newest post names. To read it is dear, and few
	// routes ask.
	regions func() []string
}

// subjectOf reads a document in Graph's wire form. What cannot be read has the
// kind and the id alone.
func subjectOf(ref tocsin.Ref, body []byte, now time.Time) *Subject {
	s := &Subject{Kind: ref.Kind, ID: ref.ID}
	switch ref.Kind {
	case tocsin.KindIssue:
		var issue tocsin.Issue
		if len(body) > 0 && issue.UnmarshalJSON(body) == nil {
			s.ofIssue(issue, now)
		}
	case tocsin.KindMessage:
		s.Class = ClassMessage
		var message tocsin.Message
		if len(body) > 0 && message.UnmarshalJSON(body) == nil {
			s.ofMessage(message)
		}
	case tocsin.KindSource:
		s.Class = ClassSource
	case tocsin.KindStep:
		s.Class = ClassRoom
		incident, step, _ := strings.Cut(ref.ID, "/")
		s.ID, s.incidentN = "", incident
		s.step, _, _ = strings.Cut(step, "/")
	}
	return s
}

func (s *Subject) ofIssue(issue tocsin.Issue, now time.Time) {
	s.Class, s.Status, s.Feature, s.Severity = issue.Classification, issue.Status, issue.Feature, issue.Status.Severity()
	switch course := issue.Course(); {
	case course.Planned(now):
		s.Class = ClassPlanned
		s.Severity = tocsin.SeverityPlanned
	case issue.Advisory() && !issue.Status.Healthy():
		s.Severity = tocsin.SeverityAdvisory
	}
	s.Open = issue.Course().Ongoing(now)
	if issue.Service != "" || issue.ServiceID != "" {
		s.Services = []notify.Service{{ID: issue.ServiceID, Name: issue.Service}}
	}
	s.place(issue)
}

// Place has an issue that is open be where its document in Graph's wire form says,
// for those who ask for its label region.
func (s *Subject) Place(body []byte) {
	var issue tocsin.Issue
	if issue.UnmarshalJSON(body) == nil {
		s.place(issue)
	}
}

func (s *Subject) place(issue tocsin.Issue) {
	n := len(issue.Posts)
	if n == 0 {
		return
	}
	newest := issue.Posts[n-1]
	s.regions = sync.OnceValue(func() (names []string) {
		read := post.Read(newest)
		for _, region := range read.Regions() {
			names = append(names, region.Name)
		}
		return names
	})
}

func (s *Subject) ofMessage(message tocsin.Message) {
	s.Category, s.Tags, s.Private = message.Category, message.Tags, message.Private()
	for _, name := range message.Services {
		id, _ := tocsin.ServiceIDOf(name)
		s.Services = append(s.Services, notify.Service{ID: id, Name: name})
	}
}

// changeOf says in one word what matters most of what changed.
func changeOf(e tocsin.Event, s *Subject) string {
	switch e.What {
	case tocsin.WhatNew:
		return notify.ChangeOpened
	case tocsin.WhatLeft:
		return notify.ChangeLeft
	case tocsin.WhatReturned:
		return notify.ChangeReturned
	case tocsin.WhatLate:
		return notify.ChangeLate
	case tocsin.WhatStale:
		return notify.ChangeStale
	case tocsin.WhatHeard:
		return notify.ChangeHeard
	}
	switch {
	case e.Was != "" && e.Was.Settled() && s.Status == tocsin.StatusReviewPublished:
		return notify.ChangeReview
	case e.Was != "" && s.Status.Settled():
		return notify.ChangeResolved
	case e.Was != "":
		return notify.ChangeStatus
	case e.Posts > 0 || e.Edited > 0:
		return notify.ChangePost
	}
	return notify.ChangeUpdated
}

// LabelsOf returns the labels by which routes choose; change says what changed, ""
// for what only stands there. Regions are left out unless somebody asks for them.
func LabelsOf(s *Subject, tenant tocsin.Tenant, change string, regions bool) route.Labels {
	labels := []route.Label{
		{Name: "tenant", Value: tenant.ID},
		{Name: "tenant_name", Value: tenant.Name},
		{Name: "kind", Value: string(s.Kind)},
		{Name: "class", Value: s.Class},
		{Name: "feature", Value: s.Feature},
		{Name: "status", Value: string(s.Status)},
		{Name: "change", Value: change},
		{Name: "category", Value: s.Category},
		{Name: "issue", Value: s.ID},
	}
	if s.Kind == tocsin.KindIssue {
		labels = append(labels, route.Label{Name: "severity", Value: s.Severity.String()})
	}
	if s.Kind == tocsin.KindStep {
		labels = append(labels, route.Label{Name: "incident", Value: s.incidentN}, route.Label{Name: "step", Value: s.step})
	}
	if s.request != nil {
		labels = append(labels, labelsOfRequest(*s.request)...)
	}
	several := func(name string, values []string) {
		for _, value := range values {
			labels = append(labels, route.Label{Name: name, Value: value})
		}
	}
	several("group", tenant.Groups)
	several("tag", s.Tags)
	if regions && s.regions != nil {
		several("region", s.regions())
	}
	for _, service := range s.Services {
		labels = append(labels, route.Label{Name: "service", Value: service.ID})
	}
	return route.NewLabels(slices.Clip(labels)...)
}
