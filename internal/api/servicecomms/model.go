package servicecomms

import "example.org/tocsin/internal/odata"

// namespace of the API's types, as its clients write enum literals.
const namespace = "Microsoft.Office365ServiceComms.ExposedContracts"

// The entity types.
const (
	typeMessage       = "Message"
	typeMessageCenter = "MessageCenterMessage"
)

// Indexes of properties that are read from columns. Those of messages from
// propSlow on are read from the text, by name.
const (
	propID = iota
	propWorkload
	propWorkloadName
	propStatus
	propStatusWords
	propStatusTime
	propStatusDate
	propIncidents
	propStart
	propEnd
	propUpdated
	propType
	propClass
	propFeature
	propFeatureName
	propSlow
)

// schema is the API's model. Posts of the message center are a derived type;
// queries see the fields of both, so that no path needs a type name.
type schema struct {
	model                           *odata.Model
	service, status, message, posts *odata.Type
	slow                            []string // names of the properties from propSlow on
}

func text(name string, index int) odata.Property {
	return odata.Property{Name: name, Index: index, Kind: odata.String, Nullable: true}
}

func instant(name string, index int) odata.Property {
	return odata.Property{Name: name, Index: index, Kind: odata.DateTimeOffset, Nullable: true}
}

func complexType(name string, properties ...string) *odata.Type {
	t := &odata.Type{Name: name}
	for i, p := range properties {
		t.Properties = append(t.Properties, text(p, i))
	}
	return t
}

// objects is a collection of complex values: it can be selected only.
func objects(name string, of *odata.Type, n int) odata.Property {
	return odata.Property{Name: name, Index: propSlow + 1000 + n, Struct: of, Collection: true, Hidden: true}
}

// read makes properties that are read from the text.
func (s *schema) read(kind odata.Kind, collection bool, names ...string) []odata.Property {
	var list []odata.Property
	for _, name := range names {
		list = append(list, odata.Property{Name: name, Index: propSlow + len(s.slow), Kind: kind, Collection: collection, Nullable: !collection})
		s.slow = append(s.slow, name)
	}
	return list
}

func newSchema() *schema {
	s := &schema{}
	messageType := &odata.Enum{Name: "MessageType", Members: []odata.Member{{Name: typeIncident, Value: 0}, {Name: typeMaintenance, Value: 1}, {Name: typePost, Value: 2}}}
	feature := complexType("Feature", "DisplayName", "Name")
	featureStatus := complexType("FeatureStatus", "FeatureDisplayName", "FeatureName", "FeatureServiceStatus", "FeatureServiceStatusDisplayName")
	groupStatus := complexType("FeatureGroupStatus", "Feature", "FeatureGroupDisplayName", "FeatureStatus")
	history := &odata.Type{Name: "MessageHistory", Properties: []odata.Property{text("MessageText", 0), instant("PublishedTime", 1)}}
	detail := complexType("AdditionalDetail", "Name", "Value")
	key := odata.Property{Name: "Id", Index: propID, Kind: odata.String}
	s.service = &odata.Type{Name: "Service", Key: []string{"Id"}, Properties: []odata.Property{
		key, text("DisplayName", propWorkloadName), objects("Features", feature, 0),
		{Name: "FeatureNames", Index: propSlow + 1100, Kind: odata.String, Collection: true, Hidden: true},
	}}
	s.status = &odata.Type{Name: "WorkloadStatus", Key: []string{"Id"}, Properties: []odata.Property{
		key, text("Workload", propWorkload), text("WorkloadDisplayName", propWorkloadName), text("Status", propStatus),
		text("StatusDisplayName", propStatusWords), instant("StatusTime", propStatusTime), instant("StatusDate", propStatusDate),
		{Name: "IncidentIds", Index: propIncidents, Kind: odata.String, Collection: true},
		objects("FeatureStatus", featureStatus, 1), objects("FeatureGroupStatusCollection", groupStatus, 2),
	}}
	s.message = s.messageType(messageType, history, detail)
	s.posts = &odata.Type{Name: typeMessageCenter, Base: s.message, Properties: s.read(odata.String, false,
		"Category", "ExternalLink", "BlogLink", "HelpLink", "Milestone", "PreviewDuration", "AppliesTo", "FlightName", "FeatureName")}
	s.posts.Properties = append(s.posts.Properties, s.read(odata.String, true, "MessageTagNames")...)
	s.posts.Properties = append(s.posts.Properties, s.read(odata.Int32, false, "AnnouncementId")...)
	s.posts.Properties = append(s.posts.Properties, s.read(odata.Boolean, false, "IsDismissed", "IsRead", "IsMajorChange")...)
	s.posts.Properties = append(s.posts.Properties, s.read(odata.DateTimeOffset, false, "ActionRequiredByDate", "MilestoneDate")...)
	s.model = &odata.Model{
		Namespace: namespace, Container: "ServiceComms", Enums: []*odata.Enum{messageType},
		Types: []*odata.Type{s.service, s.status, s.message, s.posts, feature, featureStatus, groupStatus, history, detail},
		Sets:  []odata.Resource{{Name: "Services", Type: s.service}, {Name: "CurrentStatus", Type: s.status}, {Name: "HistoricalStatus", Type: s.status, NoKeys: true}, {Name: "Messages", Type: s.message}},
	}
	return s
}

func (s *schema) messageType(messageType *odata.Enum, history, detail *odata.Type) *odata.Type {
	properties := []odata.Property{
		{Name: "Id", Index: propID, Kind: odata.String},
		text("Workload", propWorkload), text("WorkloadDisplayName", propWorkloadName),
		text("Status", propStatus), instant("StartTime", propStart), instant("EndTime", propEnd), instant("LastUpdatedTime", propUpdated),
		{Name: "MessageType", Index: propType, Enum: messageType},
		text("Classification", propClass),
		text("Feature", propFeature), text("FeatureDisplayName", propFeatureName),
		objects("Messages", history, 3), objects("AdditionalDetails", detail, 4),
		{Name: "TenantParams", Index: propSlow + 1101, Kind: odata.String, Collection: true, Hidden: true},
	}
	properties = append(properties, s.read(odata.String, false, "Name", "Title", "ImpactDescription", "Severity", "ActionType", "UserFunctionalImpact", "PostIncidentDocumentUrl")...)
	properties = append(properties, s.read(odata.String, true, "AffectedWorkloadDisplayNames", "AffectedWorkloadNames")...)
	properties = append(properties, s.read(odata.Int32, false, "AffectedTenantCount", "AffectedUserCount")...)
	return &odata.Type{Name: typeMessage, Key: []string{"Id"}, Properties: properties}
}

// ignored are parameters that clients add without meaning a query option.
func ignored() []string {
	return []string{"api-version", "PublisherIdentifier", "client-request-id", "_"}
}

// endpoints are the operations and the options that each offers. Bare names
// that the reference calls filters are conditions: that is what who writes
// them means.
func (s *schema) endpoints() map[string]*odata.Endpoint {
	ignore := ignored()
	workload := map[string]odata.Alias{"Workload": {Property: "Workload"}}
	day := map[string]odata.Alias{"Workload": {Property: "Workload"}, "StatusTime": {Property: "StatusTime", Op: "ge"}}
	message := map[string]odata.Alias{
		"Workload": {Property: "Workload"}, "ID": {Property: "Id"}, "Id": {Property: "Id"}, "MessageType": {Property: "MessageType"},
		"StartTime": {Property: "StartTime", Op: "ge"}, "EndTime": {Property: "EndTime", Op: "le"},
	}
	only := &odata.Endpoint{Model: s.model, Type: s.service, Allow: []string{"$format"}, Ignore: ignore}
	return map[string]*odata.Endpoint{
		opRoot: only, opMetadata: only, opShortcut: only,
		opServices:   {Model: s.model, Type: s.service, Allow: []string{"$select", "$format"}, Ignore: ignore},
		opCurrent:    {Model: s.model, Type: s.status, Allow: []string{"$filter", "$select", "$format"}, Ignore: ignore, Aliases: workload},
		opHistorical: {Model: s.model, Type: s.status, Allow: []string{"$filter", "$select", "$format"}, Ignore: ignore, Aliases: day},
		opMessages:   {Model: s.model, Type: s.posts, Allow: []string{"$filter", "$orderby", "$select", "$top", "$skip", "$count", "$format"}, Ignore: ignore, Aliases: message},
	}
}
