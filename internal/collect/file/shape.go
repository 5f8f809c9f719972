package file

import "strings"

// A form is what stands in a member.
type form uint8

const (
	formAny form = iota // whatever it is, as it is
	formText
	formFlag
	formTime // anything: what is no time is doubted, not refused
	formList
	formObject
	formDropped // what only the tools add
)

// A field is a member that is known.
type field struct {
	name string // as it is on the wire
	form form
	of   *shape // of an object or of the elements of a list; nil for texts
}

// A shape is what an object can hold, by name in small letters.
type shape struct {
	fields map[string]field
}

// shaped makes a shape of lines of "form: name name".
func shaped(fields ...field) *shape {
	s := &shape{fields: make(map[string]field, len(fields))}
	for _, f := range fields {
		s.fields[strings.ToLower(f.name)] = f
	}
	return s
}

// all makes a field of one form for each name.
func all(of form, names string) (fields []field) {
	for name := range strings.FieldsSeq(names) {
		fields = append(fields, field{name: name, form: of})
	}
	return fields
}

func join(groups ...[]field) (fields []field) {
	for _, g := range groups {
		fields = append(fields, g...)
	}
	return fields
}

func one(name string, f form, of *shape) []field { return []field{{name, f, of}} }

// An entity is a kind of object as one of the APIs has it.
type entity uint8

const (
	graphMessage entity = iota
	graphIssue
	graphOverview
	legacyMessage
	legacyStatus
	legacyService
	entities // how many there are
)

// A catalogue knows the shapes of all entities and which of them has a member.
type catalogue struct {
	shapes [entities]*shape
	having map[string]uint8 // by name in small letters, a bit for each entity
	marks  map[string]uint8 // members that tell what an object is
}

// newCatalogue writes down the two APIs as published: serviceUpdateMessage,
// serviceHealthIssue and serviceHealth of Graph, Message, WorkloadStatus and
// Service of the Service Communications API.
func newCatalogue() *catalogue {
	c := &catalogue{having: map[string]uint8{}, marks: map[string]uint8{}}
	detail := shaped(all(formText, "name value")...)
	body := shaped(all(formText, "contentType content")...)
	post := shaped(join(all(formTime, "createdDateTime"), all(formText, "postType"), one("description", formObject, body))...)
	base := join(all(formText, "id title"), all(formTime, "startDateTime endDateTime lastModifiedDateTime"), one("details", formList, detail))
	c.shapes[graphIssue] = shaped(join(base,
		all(formText, "impactDescription classification origin status service feature featureGroup"), all(formFlag, "isResolved"), one("posts", formList, post))...)
	c.shapes[graphMessage] = shaped(join(base,
		all(formText, "category severity"), all(formFlag, "isMajorChange hasAttachments"), all(formTime, "actionRequiredByDateTime"),
		all(formList, "tags services"), all(formAny, "viewPoint"), all(formDropped, "attachments attachmentsArchive"), one("body", formObject, body))...)
	c.shapes[graphOverview] = shaped(join(all(formText, "id service status"), all(formAny, "issues"))...)
	legacyPost := shaped(join(all(formTime, "PublishedTime"), all(formText, "MessageText"))...)
	pair := shaped(all(formText, "Name Value")...)
	c.shapes[legacyMessage] = shaped(join(
		all(formText, "Id Name Title Status Workload WorkloadDisplayName Feature FeatureDisplayName Classification MessageType ImpactDescription Severity Category"),
		all(formText, "ExternalLink BlogLink HelpLink"), all(formTime, "StartTime EndTime LastUpdatedTime ActionRequiredByDate MilestoneDate"), all(formFlag, "IsMajorChange"),
		all(formList, "MessageTagNames AffectedWorkloadDisplayNames AffectedWorkloadNames"), one("AdditionalDetails", formList, pair), one("Messages", formList, legacyPost),
		all(formAny, "ActionType AffectedTenantCount AffectedUserCount UserFunctionalImpact PostIncidentDocumentUrl TenantParams AnnouncementId IsDismissed IsRead"),
		all(formAny, "PreviewDuration AppliesTo Milestone FlightName FeatureName"))...)
	feature := shaped(all(formText, "FeatureName FeatureDisplayName FeatureServiceStatus FeatureServiceStatusDisplayName")...)
	group := shaped(all(formText, "Feature FeatureGroupDisplayName FeatureStatus")...)
	c.shapes[legacyStatus] = shaped(join(all(formText, "Id Workload WorkloadDisplayName Status StatusDisplayName"), all(formTime, "StatusDate StatusTime"),
		all(formList, "IncidentIds"), one("FeatureStatus", formList, feature), one("FeatureGroupStatusCollection", formList, group))...)
	named := shaped(all(formText, "Name DisplayName")...)
	c.shapes[legacyService] = shaped(join(all(formText, "Id DisplayName"), all(formList, "FeatureNames"), one("Features", formList, named))...)
	c.index()
	return c
}

func (c *catalogue) index() {
	for e, s := range c.shapes {
		for name := range s.fields {
			c.having[name] |= 1 << e
		}
	}
	for e, names := range [entities]string{
		graphMessage: "body category services actionrequiredbydatetime", graphIssue: "posts classification isresolved impactdescription",
		graphOverview: "service", legacyMessage: "messages messagetype lastupdatedtime",
		legacyStatus:  "workload workloaddisplayname statustime statusdate incidentids featurestatus featuregroupstatuscollection",
		legacyService: "displayname featurenames features",
	} {
		for name := range strings.FieldsSeq(names) {
			c.marks[name] |= 1 << e
		}
	}
}

// needed are members without which something was lost: a tool or a selection
// left it out.
func (e entity) needed() string {
	switch e {
	case graphMessage:
		return "body"
	case graphIssue:
		return "posts"
	case graphOverview, legacyStatus:
		return "status"
	case legacyMessage, legacyService, entities:
	}
	return ""
}

// ofService reports whether e is a service or the status of one.
func (e entity) ofService() bool {
	return e == graphOverview || e == legacyStatus || e == legacyService
}

// legacy reports whether e is of the Service Communications API.
func (e entity) legacy() bool { return e >= legacyMessage }

// what is the entity in words.
func (e entity) what() string {
	return [...]string{"a message", "an issue", "a status", "a message of the legacy API", "a status of the legacy API", "a service", ""}[e]
}
