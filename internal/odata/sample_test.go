package odata

import (
	"testing"
	"time"
)

// The sample model is a small copy of what Microsoft Graph says about service
// announcements, with one property of each kind that filters meet.

const (
	propID = iota
	propTitle
	propStatus
	propResolved
	propMajor
	propStart
	propEnd
	propBody
	propServices
	propDetails
	propPosts
	propSeats
	propRatio
	propCode
	propDay
	propIssues
	propPlan
)

const (
	itemName = iota
	itemValue
	itemCreated
	itemTags
)

func sampleModel(tb testing.TB) (*Model, *Type) {
	tb.Helper()
	status := &Enum{Name: "serviceHealthStatus", Members: []Member{
		{"serviceOperational", 0}, {"investigating", 1}, {"serviceDegradation", 6}, {"resolved", 11},
	}}
	plan := &Enum{Name: "plan", Open: true, Members: []Member{{"stayInformed", 3}}}
	body := &Type{Name: "itemBody", Properties: []Property{
		{Index: 0, Name: "contentType", Kind: String},
		{Index: 1, Name: "content", Kind: String, Nullable: true},
	}}
	pair := &Type{Name: "keyValuePair", Properties: []Property{
		{Index: itemName, Name: "name", Kind: String},
		{Index: itemValue, Name: "value", Kind: String, Nullable: true},
	}}
	post := &Type{Name: "post", Properties: []Property{
		{Index: itemCreated, Name: "createdDateTime", Kind: DateTimeOffset},
		{Index: itemTags, Name: "tags", Kind: String, Collection: true},
	}}
	base := &Type{Name: "announcementBase", Abstract: true, Key: []string{"id"}, Properties: []Property{
		{Index: propID, Name: "id", Kind: String},
		{Index: propTitle, Name: "title", Kind: String, Nullable: true},
		{Index: propStart, Name: "startDateTime", Kind: DateTimeOffset},
		{Index: propEnd, Name: "endDateTime", Kind: DateTimeOffset, Nullable: true},
		{Index: propDetails, Name: "details", Struct: pair, Collection: true},
	}}
	issue := &Type{Name: "issue", Base: base, Properties: []Property{
		{Index: propStatus, Name: "status", Enum: status},
		{Index: propResolved, Name: "isResolved", Kind: Boolean},
		{Index: propMajor, Name: "isMajorChange", Kind: Boolean, Nullable: true},
		{Index: propBody, Name: "body", Struct: body, Nullable: true},
		{Index: propServices, Name: "services", Kind: String, Collection: true},
		{Index: propPosts, Name: "posts", Struct: post, Collection: true},
		{Index: propSeats, Name: "seats", Kind: Int32, Nullable: true},
		{Index: propRatio, Name: "ratio", Kind: Double, Nullable: true},
		{Index: propCode, Name: "code", Kind: String, Nullable: true, FoldCase: true},
		{Index: propDay, Name: "day", Kind: Date, Nullable: true},
		{Index: propPlan, Name: "plan", Enum: plan, Nullable: true},
	}}
	health := &Type{Name: "serviceHealth", Key: []string{"id"}, Properties: []Property{
		{Index: propID, Name: "id", Kind: String},
		{Index: propStatus, Name: "status", Enum: status},
		{Index: propIssues, Name: "issues", Struct: issue, Collection: true, Navigation: true},
	}}
	ids := Property{Name: "messageIds", Kind: String, Collection: true}
	m := &Model{
		Namespace: "microsoft.graph", Container: "GraphService", FoldNames: true,
		Types: []*Type{body, pair, post, base, issue, health},
		Enums: []*Enum{status, plan},
		Operations: []Operation{
			{Name: "markRead", Bound: true, Parameters: []Property{{Name: "bindingParameter", Struct: issue, Collection: true}, ids}, Result: &Property{Kind: Boolean}},
			{Name: "incidentReport", Function: true, Bound: true, Parameters: []Property{{Name: "bindingParameter", Struct: issue}}, Result: &Property{Kind: Stream, Nullable: true}},
		},
		Sets:       []Resource{{Name: "issues", Type: issue}, {Name: "healthOverviews", Type: health, NoKeys: true}},
		Singletons: []Resource{{Name: "overall", Type: health}},
	}
	if err := m.Validate(); err != nil {
		tb.Fatal(err)
	}
	return m, issue
}

// A sampleRow is one issue of the sample model.
type sampleRow struct {
	ID, Title          string
	HasTitle           bool
	Status, Plan, Code string // null if empty
	Resolved           bool
	Major              Value
	Start, End         time.Time
	Body               *sampleBody
	Services           []string
	Details            []samplePair
	Posts              []samplePost
	Seats, Ratio, Day  Value
}

func textOrNull(s string) Value {
	if s == "" {
		return Value{}
	}
	return Text(s)
}

func (r *sampleRow) Value(prop int) Value {
	switch prop {
	case propID:
		return Text(r.ID)
	case propTitle:
		if !r.HasTitle {
			return Value{}
		}
		return Text(r.Title)
	case propStatus:
		return textOrNull(r.Status)
	case propPlan:
		return textOrNull(r.Plan)
	case propCode:
		return textOrNull(r.Code)
	case propResolved:
		return Bool(r.Resolved)
	case propMajor:
		return r.Major
	case propStart:
		return Instant(r.Start)
	case propEnd:
		return Instant(r.End)
	case propBody:
		if r.Body != nil {
			return Object(r.Body)
		}
	case propSeats:
		return r.Seats
	case propRatio:
		return r.Ratio
	case propDay:
		return r.Day
	}
	return Value{}
}

func (r *sampleRow) Len(prop int) int {
	switch prop {
	case propServices:
		return len(r.Services)
	case propDetails:
		return len(r.Details)
	case propPosts:
		return len(r.Posts)
	}
	return 0
}

func (r *sampleRow) Item(prop, i int) Value {
	switch prop {
	case propServices:
		return Text(r.Services[i])
	case propDetails:
		return Object(&r.Details[i])
	case propPosts:
		return Object(&r.Posts[i])
	}
	return Value{}
}

type sampleBody struct{ Type, Content string }

func (b *sampleBody) Value(prop int) Value {
	if prop == 0 {
		return Text(b.Type)
	}
	return textOrNull(b.Content)
}
func (*sampleBody) Len(int) int         { return 0 }
func (*sampleBody) Item(int, int) Value { return Value{} }

type samplePair struct{ Name, Text string }

func (p *samplePair) Value(prop int) Value {
	if prop == itemName {
		return Text(p.Name)
	}
	return textOrNull(p.Text)
}
func (*samplePair) Len(int) int         { return 0 }
func (*samplePair) Item(int, int) Value { return Value{} }

type samplePost struct {
	Created time.Time
	Tags    []string
}

func (p *samplePost) Value(int) Value         { return Instant(p.Created) }
func (p *samplePost) Len(int) int             { return len(p.Tags) }
func (p *samplePost) Item(_ int, i int) Value { return Text(p.Tags[i]) }

// sampleNow is what now() gives in tests.
func sampleNow() time.Time { return time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC) }

// exampleRow is the row that the tests of single filters look at.
func exampleRow() *sampleRow {
	return &sampleRow{
		ID: "EX501107", Title: "Users can't open Copilot", HasTitle: true, Status: "serviceDegradation",
		Major: Bool(true), Start: time.Date(2026, 7, 1, 8, 30, 15, 684776900, time.UTC),
		Body:     &sampleBody{"html", "<p>Größere Störung: COPILOT</p>"},
		Services: []string{"Exchange Online", "Microsoft Teams"},
		Details:  []samplePair{{"RoadmapIds", "501107, 88"}, {"Platforms", ""}},
		Posts:    []samplePost{{Created: time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC), Tags: []string{"a"}}, {}, {}},
		Seats:    Int(25), Ratio: Float(-2.5), Code: "AbC", Day: Micros(time.Date(2026, 7, 8, 0, 0, 0, 0, time.UTC).UnixMicro()),
	}
}
