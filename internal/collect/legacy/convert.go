package legacy

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// wireService is an element of /Services, with the documented and the real
// form of its features.
type wireService struct {
	ID           string   `json:"Id"`
	DisplayName  string   `json:"DisplayName"`
	FeatureNames []string `json:"FeatureNames"`
	Features     []struct {
		Name        string `json:"Name"`
		DisplayName string `json:"DisplayName"`
	} `json:"Features"`
}

// Service reads an element of /Services.
func Service(raw []byte) (tocsin.Service, error) {
	var w wireService
	if err := json.Unmarshal(raw, &w); err != nil {
		return tocsin.Service{}, invalid("Service", err)
	}
	s := tocsin.Service{ID: w.ID, Name: cmp.Or(w.DisplayName, tocsin.ServiceNameOf(w.ID)), Features: []tocsin.Feature{}}
	for _, f := range w.Features {
		s.Features = append(s.Features, tocsin.Feature{Name: f.Name, DisplayName: f.DisplayName})
	}
	if len(s.Features) == 0 {
		for _, name := range w.FeatureNames {
			s.Features = append(s.Features, tocsin.Feature{DisplayName: name})
		}
	}
	return s, nil
}

// wireStatus is an element of /CurrentStatus and /HistoricalStatus.
type wireStatus struct {
	ID                  string          `json:"Id"`
	Workload            string          `json:"Workload"`
	WorkloadDisplayName string          `json:"WorkloadDisplayName"`
	Status              string          `json:"Status"`
	StatusDate          tocsin.WireTime `json:"StatusDate"`
	StatusTime          tocsin.WireTime `json:"StatusTime"`
	IncidentIDs         []string        `json:"IncidentIds"`
	FeatureStatus       []struct {
		Name        string `json:"FeatureName"`
		DisplayName string `json:"FeatureDisplayName"`
		Status      string `json:"FeatureServiceStatus"`
	} `json:"FeatureStatus"`
	Documented []struct {
		Name        string `json:"Feature"`
		DisplayName string `json:"FeatureGroupDisplayName"`
		Status      string `json:"FeatureStatus"`
	} `json:"FeatureGroupStatusCollection"`
}

// Overview reads an element of /CurrentStatus or /HistoricalStatus and the time
// from which the status held, zero when it gives none, with what of it cannot be
// read.
func Overview(raw []byte) (tocsin.Overview, time.Time, tocsin.Doubts, error) {
	var w wireStatus
	if err := json.Unmarshal(raw, &w); err != nil {
		return tocsin.Overview{}, time.Time{}, nil, invalid("WorkloadStatus", err)
	}
	id, name := workload(cmp.Or(w.Workload, w.ID), w.WorkloadDisplayName)
	o := tocsin.Overview{ServiceID: id, Service: name, Status: tocsin.ParseStatus(w.Status), IssueIDs: w.IncidentIDs}
	for _, f := range w.FeatureStatus {
		o.Features = append(o.Features, tocsin.FeatureStatus{Name: f.Name, DisplayName: f.DisplayName, Status: tocsin.ParseStatus(f.Status)})
	}
	if len(o.Features) == 0 {
		for _, f := range w.Documented {
			o.Features = append(o.Features, tocsin.FeatureStatus{Name: f.Name, DisplayName: f.DisplayName, Status: tocsin.ParseStatus(f.Status)})
		}
	}
	var doubts tocsin.Doubts
	doubts.Time("StatusTime", w.StatusTime, false)
	doubts.Time("StatusDate", w.StatusDate, false)
	at := w.StatusTime.Time
	if at.IsZero() {
		at = w.StatusDate.Time
	}
	return o, at, doubts, nil
}

// workload puts id and display name the right way round. The reference's own
// sample of a message has them swapped.
func workload(id, name string) (string, string) {
	known, isName := tocsin.ServiceIDOf(id)
	if isName && !strings.EqualFold(known, id) && strings.EqualFold(known, name) {
		return name, id
	}
	if id == "" && name != "" {
		id, _ = tocsin.ServiceIDOf(name)
	}
	return id, cmp.Or(name, tocsin.ServiceNameOf(id))
}

// wireMessage is an element of /Messages: an issue, planned maintenance or a
// message-center post.
type wireMessage struct {
	ID                  string          `json:"Id"`
	Title               string          `json:"Title"`
	StartTime           tocsin.WireTime `json:"StartTime"`
	EndTime             tocsin.WireTime `json:"EndTime"`
	LastUpdatedTime     tocsin.WireTime `json:"LastUpdatedTime"`
	Status              string          `json:"Status"`
	Workload            string          `json:"Workload"`
	WorkloadDisplayName string          `json:"WorkloadDisplayName"`
	Feature             string          `json:"Feature"`
	FeatureDisplayName  string          `json:"FeatureDisplayName"`
	Classification      string          `json:"Classification"`
	MessageType         string          `json:"MessageType"`
	ImpactDescription   string          `json:"ImpactDescription"`
	Severity            string          `json:"Severity"`
	Category            string          `json:"Category"`
	Tags                []string        `json:"MessageTagNames"`
	Affected            []string        `json:"AffectedWorkloadDisplayNames"`
	AffectedIDs         []string        `json:"AffectedWorkloadNames"`
	ActionRequiredBy    tocsin.WireTime `json:"ActionRequiredByDate"`
	IsMajorChange       bool            `json:"IsMajorChange"`
	ExternalLink        string          `json:"ExternalLink"`
	BlogLink            string          `json:"BlogLink"`
	HelpLink            string          `json:"HelpLink"`
	AdditionalDetails   []struct {
		Name, Value string
	} `json:"AdditionalDetails"`
	Messages []struct {
		PublishedTime tocsin.WireTime `json:"PublishedTime"`
		MessageText   string          `json:"MessageText"`
	} `json:"Messages"`
}

// The values of MessageType that change what a message is.
const (
	typeMessageCenter = "MessageCenter"
	typeMaintenance   = "PlannedMaintenance"
)

// Message reads an element of /Messages: a [tocsin.Message] for a
// message-center post, else a [tocsin.Issue]. Without a MessageType the id
// decides.
func Message(raw []byte) (any, error) {
	var w wireMessage
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, invalid("Message", err)
	}
	if strings.EqualFold(w.MessageType, typeMessageCenter) || w.MessageType == "" && strings.HasPrefix(w.ID, "MC") {
		return w.message(raw), nil
	}
	return w.issue(raw), nil
}

// doubts are the times that cannot be read or that every message has.
func (w wireMessage) doubts() (d tocsin.Doubts) {
	d.Time("StartTime", w.StartTime, true)
	d.Time("EndTime", w.EndTime, false)
	d.Time("LastUpdatedTime", w.LastUpdatedTime, true)
	d.Time("ActionRequiredByDate", w.ActionRequiredBy, false)
	for _, p := range w.Messages {
		d.Time("PublishedTime of a message", p.PublishedTime, true)
	}
	return d
}

func (w wireMessage) details() []tocsin.Detail {
	list := []tocsin.Detail{}
	for _, d := range w.AdditionalDetails {
		list = append(list, tocsin.Detail{Name: d.Name, Value: d.Value})
	}
	for _, link := range []tocsin.Detail{{Name: "ExternalLink", Value: w.ExternalLink}, {Name: "BlogLink", Value: w.BlogLink}, {Name: "HelpLink", Value: w.HelpLink}} {
		if link.Value != "" {
			list = append(list, link)
		}
	}
	return list
}

func (w wireMessage) issue(raw []byte) tocsin.Issue {
	id, name := workload(w.Workload, w.WorkloadDisplayName)
	issue := tocsin.Issue{
		ID: w.ID, Title: w.Title, Service: name, ServiceID: id, Feature: w.Feature, FeatureGroup: w.FeatureDisplayName,
		Classification: w.class(), Origin: "microsoft", Status: tocsin.ParseStatus(w.Status),
		Impact: w.ImpactDescription, StartAt: w.StartTime.Time, EndAt: w.EndTime.Time, ModifiedAt: w.LastUpdatedTime.Time,
		Details: w.details(), Posts: []tocsin.Post{}, Legacy: raw, Doubts: w.doubts(),
	}
	issue.Resolved = !issue.EndAt.IsZero() // whoever shows it asks [tocsin.Course] and the clock
	for _, p := range w.Messages {
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: p.PublishedTime.Time, Type: "regular", ContentType: contentType(p.MessageText), Content: p.MessageText})
	}
	return issue
}

// class is the classification of an issue. What was planned is neither incident
// nor advisory, whatever it is called.
func (w wireMessage) class() string {
	if strings.EqualFold(w.MessageType, typeMaintenance) {
		return tocsin.ClassMaintenance
	}
	return strings.ToLower(cmp.Or(w.Classification, "incident"))
}

// contentType tells texts with tags from plain ones, whose line ends a reader
// must keep: the API has no member for it, and sends plain text on issues.
func contentType(text string) string {
	last := strings.LastIndexByte(text, '>')
	for i := 0; i < last; i++ {
		if text[i] != '<' {
			continue
		}
		name := strings.TrimPrefix(text[i+1:], "/")
		if c := name[0] | 0x20; c >= 'a' && c <= 'z' { // name holds '>' at least
			return "html"
		}
	}
	return "text"
}

func (w wireMessage) message(raw []byte) tocsin.Message {
	m := tocsin.Message{
		ID: w.ID, Title: w.Title, Services: w.services(), Category: camel(w.Category), Severity: strings.ToLower(w.Severity), Tags: w.Tags,
		MajorChange: w.IsMajorChange, ActionRequiredBy: w.ActionRequiredBy.Time, StartAt: w.StartTime.Time, EndAt: w.EndTime.Time,
		ModifiedAt: w.LastUpdatedTime.Time, Details: w.details(), Legacy: raw, Doubts: w.doubts(),
	}
	newest := time.Time{}
	for _, p := range w.Messages { // the order on the wire is not that of time
		if published := p.PublishedTime.Time; m.Content == "" || !published.Before(newest) {
			m.Content, newest = p.MessageText, published
		}
	}
	m.ContentType = contentType(m.Content)
	return m
}

// services are the names of what a message is about.
func (w wireMessage) services() []string {
	if len(w.Affected) > 0 {
		return w.Affected
	}
	var list []string
	for _, id := range w.AffectedIDs {
		list = append(list, tocsin.ServiceNameOf(id))
	}
	if _, name := workload(w.Workload, w.WorkloadDisplayName); len(list) == 0 && name != "" {
		list = append(list, name)
	}
	return list
}

// camel turns a category in words into Graph's spelling: "Plan For Change"
// into "planForChange".
func camel(words string) string {
	joined := strings.ReplaceAll(words, " ", "")
	if joined == "" {
		return ""
	}
	if joined == "PreventOrFixIssues" {
		joined = "PreventOrFixIssue"
	}
	return strings.ToLower(joined[:1]) + joined[1:]
}

func invalid(what string, err error) error {
	return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: what, Message: "It is not in the form of the Service Communications API.", Cause: err}
}
