package servicecomms

import "example.org/tocsin/internal/odata"

// namespace of the API's types, as its clients write enum literals.
const namespace = "Microsoft.Office365ServiceComms.ExposedContracts"

// Indexes of properties that filters can use. Collections and complex values
// are hidden from filters, as in the documented API.
const (
	propID = iota
	propWorkload
	propWorkloadName
	propStatus
	propStatusWords
	propStatusTime
	propStart
	propEnd
	propUpdated
	propType
	propTitle
	propClass
	propFeature
	propFeatureName
	propSeverity
	propCategory
	propImpact
	propMajor
	propAction
	propHidden // and above
)

// schema is the API's model with its entity types.
type schema struct {
	model                    *odata.Model
	service, status, message *odata.Type
}

func text(name string, index int) odata.Property {
	return odata.Property{Name: name, Index: index, Kind: odata.String, Nullable: true}
}

func instantProperty(name string, index int) odata.Property {
	return odata.Property{Name: name, Index: index, Kind: odata.DateTimeOffset, Nullable: true}
}

// hidden are properties that can be selected only.
func hidden(properties []odata.Property, kind odata.Kind, collection bool, names ...string) []odata.Property {
	for _, name := range names {
		properties = append(properties, odata.Property{Name: name, Index: propHidden + len(properties), Kind: kind, Collection: collection, Nullable: true, Hidden: true})
	}
	return properties
}

func complexType(name string, properties ...string) *odata.Type {
	t := &odata.Type{Name: name}
	for i, p := range properties {
		t.Properties = append(t.Properties, odata.Property{Name: p, Index: i, Kind: odata.String, Nullable: true})
	}
	return t
}

func collection(name string, of *odata.Type, n int) odata.Property {
	return odata.Property{Name: name, Index: propHidden + n, Struct: of, Collection: true, Hidden: true}
}

func newSchema() *schema {
	messageType := &odata.Enum{Name: "MessageType", Members: []odata.Member{{Name: "Incident", Value: 0}, {Name: "PlannedMaintenance", Value: 1}, {Name: "MessageCenter", Value: 2}}}
	feature := complexType("Feature", "DisplayName", "Name")
	featureStatus := complexType("FeatureStatus", "FeatureDisplayName", "FeatureName", "FeatureServiceStatus", "FeatureServiceStatusDisplayName")
	documented := complexType("FeatureGroupStatus", "Feature", "FeatureGroupDisplayName", "FeatureStatus")
	history := &odata.Type{Name: "MessageHistory", Properties: []odata.Property{instantProperty("PublishedTime", 0), text("MessageText", 1)}}
	detail := complexType("AdditionalDetail", "Name", "Value")
	s := &schema{}
	s.service = &odata.Type{Name: "Service", Key: []string{"Id"}, Properties: hidden([]odata.Property{
		text("Id", propID), text("DisplayName", propWorkloadName), collection("Features", feature, 50),
	}, odata.String, true, "FeatureNames")}
	s.status = &odata.Type{Name: "WorkloadStatus", Key: []string{"Id"}, Properties: hidden([]odata.Property{
		text("Id", propID), text("Workload", propWorkload), text("WorkloadDisplayName", propWorkloadName), text("Status", propStatus),
		text("StatusDisplayName", propStatusWords), instantProperty("StatusTime", propStatusTime), instantProperty("StatusDate", propStatusTime+100),
		collection("FeatureStatus", featureStatus, 51), collection("FeatureGroupStatusCollection", documented, 52),
	}, odata.String, true, "IncidentIds")}
	properties := []odata.Property{
		text("Id", propID), text("Name", propID+200), text("Workload", propWorkload), text("WorkloadDisplayName", propWorkloadName), text("Status", propStatus),
		instantProperty("StartTime", propStart), instantProperty("EndTime", propEnd), instantProperty("LastUpdatedTime", propUpdated),
		{Name: "MessageType", Index: propType, Enum: messageType}, text("Title", propTitle), text("Classification", propClass),
		text("Feature", propFeature), text("FeatureDisplayName", propFeatureName), text("Severity", propSeverity), text("Category", propCategory),
		text("ImpactDescription", propImpact), {Name: "IsMajorChange", Index: propMajor, Kind: odata.Boolean, Nullable: true},
		instantProperty("ActionRequiredByDate", propAction), collection("Messages", history, 53), collection("AdditionalDetails", detail, 54),
	}
	properties = hidden(properties, odata.String, true, "AffectedWorkloadDisplayNames", "AffectedWorkloadNames", "MessageTagNames", "TenantParams")
	properties = hidden(properties, odata.String, false, "ActionType", "UserFunctionalImpact", "PostIncidentDocumentUrl", "ExternalLink", "BlogLink", "HelpLink",
		"Milestone", "PreviewDuration", "AppliesTo", "FlightName", "FeatureName")
	properties = hidden(properties, odata.Int32, false, "AffectedTenantCount", "AffectedUserCount", "AnnouncementId")
	properties = hidden(properties, odata.Boolean, false, "IsDismissed", "IsRead")
	properties = hidden(properties, odata.DateTimeOffset, false, "MilestoneDate")
	s.message = &odata.Type{Name: "Message", Key: []string{"Id"}, Properties: properties}
	s.model = &odata.Model{
		Namespace: namespace, Container: "ServiceComms", Enums: []*odata.Enum{messageType},
		Types: []*odata.Type{s.service, s.status, s.message, feature, featureStatus, documented, history, detail},
		Sets:  []odata.Resource{{Name: "Services", Type: s.service}, {Name: "CurrentStatus", Type: s.status}, {Name: "HistoricalStatus", Type: s.status}, {Name: "Messages", Type: s.message}},
	}
	return s
}

// endpoints are the operations and the options that each offers.
func (s *schema) endpoints() map[string]*odata.Endpoint {
	ignore := []string{"api-version", "PublisherIdentifier", "client-request-id", "_"}
	workload := map[string]odata.Alias{"Workload": {Property: "Workload"}}
	historical := map[string]odata.Alias{"Workload": {Property: "Workload"}, "StatusTime": {Property: "StatusTime", Op: "ge"}}
	messages := map[string]odata.Alias{
		"Workload": {Property: "Workload"}, "ID": {Property: "Id"}, "Id": {Property: "Id"}, "MessageType": {Property: "MessageType"},
		"StartTime": {Property: "StartTime", Op: "ge"}, "EndTime": {Property: "EndTime", Op: "le"},
	}
	return map[string]*odata.Endpoint{
		"Services":         {Model: s.model, Type: s.service, Allow: []string{"$select", "$format"}, Ignore: ignore},
		"CurrentStatus":    {Model: s.model, Type: s.status, Allow: []string{"$filter", "$select", "$format"}, Ignore: ignore, Aliases: workload},
		"HistoricalStatus": {Model: s.model, Type: s.status, Allow: []string{"$filter", "$select", "$format"}, Ignore: ignore, Aliases: historical},
		"Messages":         {Model: s.model, Type: s.message, Allow: []string{"$filter", "$select", "$top", "$skip", "$count", "$format"}, Ignore: ignore, Aliases: messages},
	}
}
