package tocsin

import (
	"encoding/json"
	"slices"
	"time"
)

// An Issue is a provider's service-health issue. Its JSON form is Graph's
// serviceHealthIssue as it is on the wire, tolerant on input.
type Issue struct {
	ID             string
	Title          string
	Service        string // display name, such as "Exchange Online"
	ServiceID      string // workload id, such as "Exchange": what the provider gave, else a guess from the name; see [FromName]
	Feature        string
	FeatureGroup   string
	Classification string // "incident", "advisory", or what the provider sent
	Origin         string // "microsoft", "thirdParty", "customer"
	Status         Status
	Impact         string
	Resolved       bool
	StartAt        time.Time
	EndAt          time.Time // zero while open
	ModifiedAt     time.Time
	Details        []Detail
	Posts          []Post // ascending by CreatedAt
	// Legacy is the object of the legacy API that this issue was read from,
	// nil for issues from Graph. It holds what Graph has no member for.
	Legacy json.RawMessage
	// Doubts are what could not be read. They are not written.
	Doubts Doubts
}

// A Post is one update of an issue. It has no id upstream: its identity is
// issue, created time, type and content.
type Post struct {
	CreatedAt   time.Time
	Type        string // "regular", "quick", "strategic"
	ContentType string // "html" or "text"
	Content     string
}

// A Detail is a named value of an issue or message, such as RoadmapIds.
type Detail struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Facts are what lists of issues are filtered by.
func (i Issue) Facts() Facts {
	return Facts{
		Title: i.Title, Service: i.Service, ServiceID: i.ServiceID,
		Feature: i.Feature, FeatureSet: i.FeatureGroup, Status: i.Status,
		Class: i.Classification, StartAt: i.StartAt, EndAt: i.EndAt, ModifiedAt: i.ModifiedAt,
		Files: i.Status == StatusReviewPublished,
	}
}

// Advisory reports whether the issue is an advisory: it says something about
// the service without users being cut off from it.
func (i Issue) Advisory() bool { return i.Classification == "advisory" }

// itemBody is Graph's itemBody.
type itemBody struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

// wireBase is Graph's serviceAnnouncementBase in the order of the wire.
type wireBase struct {
	StartDateTime        WireTime `json:"startDateTime"`
	EndDateTime          WireTime `json:"endDateTime"`
	LastModifiedDateTime WireTime `json:"lastModifiedDateTime"`
	Title                string   `json:"title"`
	ID                   string   `json:"id"`
}

// base notes what is doubtful about the times that all notices have. Of a
// notice of the legacy API, whoever converted it has noted what it lacks.
func (d *Doubts) base(w wireBase, legacy json.RawMessage) {
	d.Time("startDateTime", w.StartDateTime, legacy == nil)
	d.Time("endDateTime", w.EndDateTime, false)
	d.Time("lastModifiedDateTime", w.LastModifiedDateTime, legacy == nil)
}

type wireIssue struct {
	wireBase
	ImpactDescription string          `json:"impactDescription"`
	Classification    string          `json:"classification"`
	Origin            string          `json:"origin"`
	Status            string          `json:"status"`
	Service           string          `json:"service"`
	Feature           string          `json:"feature"`
	FeatureGroup      string          `json:"featureGroup"`
	IsResolved        *bool           `json:"isResolved"`
	Details           []Detail        `json:"details"`
	Posts             []wirePost      `json:"posts"`
	ServiceID         string          `json:"@tocsin.serviceId,omitempty"`
	Legacy            json.RawMessage `json:"@tocsin.legacy,omitempty"`
}

type wirePost struct {
	CreatedDateTime WireTime `json:"createdDateTime"`
	PostType        string   `json:"postType"`
	Description     itemBody `json:"description"`
}

// MarshalJSON writes the issue in Graph's wire form.
func (i Issue) MarshalJSON() ([]byte, error) {
	wire := wireIssue{
		wireBase:          wireBase{wireTimeOf(i.StartAt), wireTimeOf(i.EndAt), wireTimeOf(i.ModifiedAt), i.Title, i.ID},
		ImpactDescription: i.Impact, Classification: i.Classification, Origin: i.Origin, Status: string(i.Status),
		Service: i.Service, Feature: i.Feature, FeatureGroup: i.FeatureGroup, IsResolved: &i.Resolved,
		Details: emptyNotNil(i.Details), Posts: make([]wirePost, len(i.Posts)), Legacy: i.Legacy,
	}
	if impliedID(i.Service) != i.ServiceID {
		wire.ServiceID = i.ServiceID
	}
	for n, p := range i.Posts {
		wire.Posts[n] = wirePost{wireTimeOf(p.CreatedAt), p.Type, itemBody{p.ContentType, p.Content}}
	}
	return json.Marshal(wire)
}

// UnmarshalJSON reads Graph's wire form. Enum values are taken in any of their
// spellings, unknown ones are kept; posts are put in ascending order; an
// instant that cannot be read is the zero time and noted in Doubts.
func (i *Issue) UnmarshalJSON(data []byte) error {
	var wire wireIssue
	if !wire.scan(data) {
		wire = wireIssue{}
		if err := json.Unmarshal(data, &wire); err != nil {
			return err
		}
	}
	*i = Issue{
		ID: wire.ID, Title: wire.Title, Service: wire.Service, ServiceID: wire.ServiceID,
		Feature: wire.Feature, FeatureGroup: wire.FeatureGroup,
		Classification: lowerFirst(wire.Classification), Origin: lowerFirst(wire.Origin),
		Status: ParseStatus(wire.Status), Impact: wire.ImpactDescription,
		StartAt: wire.StartDateTime.Time, EndAt: wire.EndDateTime.Time, ModifiedAt: wire.LastModifiedDateTime.Time,
		Details: wire.Details, Posts: make([]Post, len(wire.Posts)), Legacy: wire.Legacy,
	}
	if i.ServiceID == "" {
		i.ServiceID, _ = ServiceIDOf(i.Service)
	}
	i.Resolved = !i.EndAt.IsZero()
	if wire.IsResolved != nil {
		i.Resolved = *wire.IsResolved
	}
	i.Doubts.base(wire.wireBase, wire.Legacy)
	for n, p := range wire.Posts {
		i.Doubts.Time("createdDateTime of a post", p.CreatedDateTime, wire.Legacy == nil)
		i.Posts[n] = Post{p.CreatedDateTime.Time, lowerFirst(p.PostType), lowerFirst(p.Description.ContentType), p.Description.Content}
	}
	slices.SortStableFunc(i.Posts, func(a, b Post) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return nil
}
