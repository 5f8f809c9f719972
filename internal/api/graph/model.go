package graph

import "example.org/tocsin/internal/odata"

// Property indexes of the entity types. Those of the base type come first, in
// the order in which Graph sends them; each entity goes on from there.
const (
	propStart = iota
	propEnd
	propModified
	propTitle
	propID
	propDetails
	propBase // number of properties of the base type
)

// Properties of an issue.
const (
	issueImpact = propBase + iota
	issueClass
	issueOrigin
	issueStatus
	issueService
	issueFeature
	issueFeatureGroup
	issueResolved
	issuePosts
	issueProps // number of properties
)

// Properties of a message. The last two are never part of an entity.
const (
	messageCategory = propBase + iota
	messageSeverity
	messageTags
	messageMajor
	messageActionBy
	messageServices
	messageHasAttachments
	messageViewpoint
	messageBody
	messageProps // number of properties that entities hold
	messageArchive
	messageAttachments
)

// Properties of an overview; its id has the index of every id.
const (
	overviewService = propBase + iota
	overviewStatus
	overviewIssues // never part of an entity: expanded
	overviewProps
)

// Properties of an attachment; its id has the index of every id.
const (
	fileContent     = 0
	fileType        = 1
	fileModified    = 2
	fileName        = 3
	fileSize        = propID + 1
	attachmentProps = fileSize + 1
)

// Properties of complex types, each type from 0.
const (
	bodyType    = 0
	bodyContent = 1
	pairName    = 0
	pairValue   = 1
	postCreated = 0
	postKind    = 1
	postBody    = 2
	viewArchive = 0
	viewFavor   = 1
	viewRead    = 2
)

// unknownMember stands for a value that the published enums do not have.
const unknownMember = "unknownFutureValue"

// The order of members on the wire, as in recorded answers.
func issueOrder() []int {
	return []int{
		propStart, propEnd, propModified, propTitle, propID, issueImpact, issueClass, issueOrigin, issueStatus,
		issueService, issueFeature, issueFeatureGroup, issueResolved, propDetails, issuePosts,
	}
}

func messageOrder() []int {
	return []int{
		propStart, propEnd, propModified, propTitle, propID, messageCategory, messageSeverity, messageTags, messageMajor,
		messageActionBy, messageServices, messageHasAttachments, messageViewpoint, propDetails, messageBody,
	}
}

func overviewOrder() []int { return []int{propID, overviewService, overviewStatus} }

// A schema is the entity model with the parts that requests refer to.
type schema struct {
	model      *odata.Model
	issue      *odata.Type
	message    *odata.Type
	overview   *odata.Type
	attachment *odata.Type
	container  *odata.Type
	admin      *odata.Type
	enums      enums
	listings   []*listing
}

type enums struct {
	status, class, origin, category, severity, post, body *odata.Enum
}

// newEnums takes names and numbers from the published metadata. Open enums
// take any other name too.
func newEnums(open bool) enums {
	enum := func(name string, first int64, members ...string) *odata.Enum {
		e := &odata.Enum{Name: name, Open: open}
		for i, member := range members {
			e.Members = append(e.Members, odata.Member{Name: member, Value: first + int64(i)})
		}
		return e
	}
	return enums{
		status: enum("serviceHealthStatus", 0, "serviceOperational", "investigating", "restoringService", "verifyingService",
			"serviceRestored", "postIncidentReviewPublished", "serviceDegradation", "serviceInterruption", "extendedRecovery",
			"falsePositive", "investigationSuspended", "resolved", "mitigatedExternal", "mitigated", "resolvedExternal",
			"confirmed", "reported", unknownMember),
		class:    enum("serviceHealthClassificationType", 1, "advisory", "incident", unknownMember),
		origin:   enum("serviceHealthOrigin", 1, "microsoft", "thirdParty", "customer", unknownMember),
		category: enum("serviceUpdateCategory", 1, "preventOrFixIssue", "planForChange", "stayInformed", unknownMember),
		severity: enum("serviceUpdateSeverity", 1, "normal", "high", "critical", unknownMember),
		post:     enum("postType", 0, "regular", "quick", "strategic", unknownMember),
		body:     enum("bodyType", 0, "text", "html"),
	}
}

// newSchema is the model of the published metadata. With open set, enums take
// names that are not in it, for clients that ask for unknown members.
func newSchema(open bool) *schema {
	s := &schema{enums: newEnums(open)}
	e := s.enums
	entity := &odata.Type{Name: "entity", Abstract: true, Key: []string{"id"}, Properties: []odata.Property{
		{Index: propID, Name: "id", Kind: odata.String},
	}}
	body := &odata.Type{Name: "itemBody", Properties: []odata.Property{
		{Index: bodyContent, Name: "content", Kind: odata.String, Nullable: true},
		{Index: bodyType, Name: "contentType", Enum: e.body, Nullable: true},
	}}
	pair := &odata.Type{Name: "keyValuePair", Properties: []odata.Property{
		{Index: pairName, Name: "name", Kind: odata.String},
		{Index: pairValue, Name: "value", Kind: odata.String, Nullable: true},
	}}
	base := &odata.Type{Name: "serviceAnnouncementBase", Base: entity, Abstract: true, Properties: []odata.Property{
		{Index: propDetails, Name: "details", Struct: pair, Collection: true, Nullable: true},
		{Index: propEnd, Name: "endDateTime", Kind: odata.DateTimeOffset, Nullable: true},
		{Index: propModified, Name: "lastModifiedDateTime", Kind: odata.DateTimeOffset},
		{Index: propStart, Name: "startDateTime", Kind: odata.DateTimeOffset},
		{Index: propTitle, Name: "title", Kind: odata.String},
	}}
	post := &odata.Type{Name: "serviceHealthIssuePost", Properties: []odata.Property{
		{Index: postCreated, Name: "createdDateTime", Kind: odata.DateTimeOffset},
		{Index: postBody, Name: "description", Struct: body, Nullable: true},
		{Index: postKind, Name: "postType", Enum: e.post, Nullable: true},
	}}
	s.issue = issueType(base, post, e)
	view := viewpointType()
	s.attachment = attachmentType(entity)
	s.message = messageType(base, body, view, s.attachment, e)
	s.overview = &odata.Type{Name: "serviceHealth", Base: entity, Properties: []odata.Property{
		{Index: overviewService, Name: "service", Kind: odata.String},
		{Index: overviewStatus, Name: "status", Enum: e.status},
		{Index: overviewIssues, Name: "issues", Struct: s.issue, Collection: true, Navigation: true, Contained: true, Hidden: true},
	}}
	s.container = &odata.Type{Name: container, Base: entity, Properties: []odata.Property{
		{Index: 1, Name: "healthOverviews", Struct: s.overview, Collection: true, Navigation: true, Contained: true},
		{Index: 2, Name: "issues", Struct: s.issue, Collection: true, Navigation: true, Contained: true},
		{Index: 3, Name: "messages", Struct: s.message, Collection: true, Navigation: true, Contained: true},
	}}
	s.admin = &odata.Type{Name: "admin", Base: entity, Properties: []odata.Property{
		{Index: 1, Name: container, Struct: s.container, Navigation: true, Nullable: true, Contained: true},
	}}
	s.model = &odata.Model{
		Namespace: "microsoft.graph", Container: "GraphService", FoldNames: true,
		Types:      []*odata.Type{entity, body, pair, base, s.overview, s.issue, post, s.message, view, s.attachment, s.container, s.admin},
		Enums:      []*odata.Enum{e.body, e.status, e.class, e.origin, e.category, e.severity, e.post},
		Operations: s.operations(),
		Singletons: []odata.Resource{{Name: "admin", Type: s.admin}},
	}
	s.listings = []*listing{
		newListing(s, listOverviews, s.overview, overviewOrder(), true),
		newListing(s, listIssues, s.issue, issueOrder(), false),
		newListing(s, listMessages, s.message, messageOrder(), true),
	}
	return s
}

func issueType(base, post *odata.Type, e enums) *odata.Type {
	return &odata.Type{Name: "serviceHealthIssue", Base: base, Properties: []odata.Property{
		{Index: issueClass, Name: "classification", Enum: e.class},
		{Index: issueFeature, Name: "feature", Kind: odata.String, Nullable: true},
		{Index: issueFeatureGroup, Name: "featureGroup", Kind: odata.String, Nullable: true},
		{Index: issueImpact, Name: "impactDescription", Kind: odata.String},
		{Index: issueResolved, Name: "isResolved", Kind: odata.Boolean},
		{Index: issueOrigin, Name: "origin", Enum: e.origin},
		{Index: issuePosts, Name: "posts", Struct: post, Collection: true},
		{Index: issueService, Name: "service", Kind: odata.String},
		{Index: issueStatus, Name: "status", Enum: e.status},
	}}
}

func messageType(base, body, view, attachment *odata.Type, e enums) *odata.Type {
	return &odata.Type{Name: "serviceUpdateMessage", Base: base, Properties: []odata.Property{
		{Index: messageActionBy, Name: "actionRequiredByDateTime", Kind: odata.DateTimeOffset, Nullable: true},
		{Index: messageArchive, Name: "attachmentsArchive", Kind: odata.Stream, Nullable: true},
		{Index: messageBody, Name: "body", Struct: body},
		{Index: messageCategory, Name: "category", Enum: e.category},
		{Index: messageHasAttachments, Name: "hasAttachments", Kind: odata.Boolean},
		{Index: messageMajor, Name: "isMajorChange", Kind: odata.Boolean, Nullable: true},
		{Index: messageServices, Name: "services", Kind: odata.String, Collection: true, Nullable: true},
		{Index: messageSeverity, Name: "severity", Enum: e.severity},
		{Index: messageTags, Name: "tags", Kind: odata.String, Collection: true, Nullable: true},
		{Index: messageViewpoint, Name: "viewPoint", Struct: view, Nullable: true},
		{Index: messageAttachments, Name: "attachments", Struct: attachment, Collection: true, Navigation: true, Contained: true, Hidden: true},
	}}
}

func viewpointType() *odata.Type {
	return &odata.Type{Name: "serviceUpdateMessageViewpoint", Properties: []odata.Property{
		{Index: viewArchive, Name: "isArchived", Kind: odata.Boolean, Nullable: true},
		{Index: viewFavor, Name: "isFavorited", Kind: odata.Boolean, Nullable: true},
		{Index: viewRead, Name: "isRead", Kind: odata.Boolean, Nullable: true},
	}}
}

func attachmentType(entity *odata.Type) *odata.Type {
	return &odata.Type{Name: "serviceAnnouncementAttachment", Base: entity, Properties: []odata.Property{
		{Index: fileContent, Name: "content", Kind: odata.Stream, Nullable: true},
		{Index: fileType, Name: "contentType", Kind: odata.String, Nullable: true},
		{Index: fileModified, Name: "lastModifiedDateTime", Kind: odata.DateTimeOffset, Nullable: true},
		{Index: fileName, Name: "name", Kind: odata.String, Nullable: true},
		{Index: fileSize, Name: "size", Kind: odata.Int32},
	}}
}

func (s *schema) operations() []odata.Operation {
	list := []odata.Operation{{
		Name: "incidentReport", Function: true, Bound: true,
		Parameters: []odata.Property{{Name: "bindingParameter", Struct: s.issue}},
		Result:     &odata.Property{Kind: odata.Stream, Nullable: true},
	}}
	for _, name := range []string{"archive", "favorite", "markRead", "markUnread", "unarchive", "unfavorite"} {
		list = append(list, odata.Operation{
			Name: name, Bound: true,
			Parameters: []odata.Property{
				{Name: "bindingParameter", Struct: s.message, Collection: true},
				{Name: "messageIds", Kind: odata.String, Collection: true},
			},
			Result: &odata.Property{Kind: odata.Boolean},
		})
	}
	return list
}
