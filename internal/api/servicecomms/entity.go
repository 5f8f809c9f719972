package servicecomms

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// common are the fields that every message has, in the order of the wire.
func (n *notice) common(a *announcement) object {
	return object{
		{"AffectedWorkloadDisplayNames", inWire, []string{}},
		{"AffectedWorkloadNames", inWire, []string{}},
		{"Status", inBoth, n.status()},
		{"Workload", inBoth, textOrNull(n.of.ServiceID)},
		{"WorkloadDisplayName", inBoth, textOrNull(n.workloadName())},
		{"ActionType", inWire, nil},
		{"AdditionalDetails", inWire, detailsOf(a.details)},
		{"AffectedTenantCount", inWire, 0},
		{"AffectedUserCount", inWire, nil},
		{"Classification", inWire, textOrNull(n.class())},
		{"EndTime", inBoth, a.times[1]},
		{"Feature", inBoth, textOrNull(n.of.Feature)},
		{"FeatureDisplayName", inBoth, textOrNull(n.of.FeatureSet)},
		{"UserFunctionalImpact", inWire, a.functional},
		{"Id", inBoth, n.of.ID},
		{"Name", inDocumented, n.of.ID},
		{"ImpactDescription", inWire, textOrNull(a.impact)},
		{"LastUpdatedTime", inBoth, a.times[2]},
		{"MessageType", inBoth, n.messageType()},
		{"Messages", inBoth, a.posts},
		{"PostIncidentDocumentUrl", inWire, nil},
		{"Severity", inWire, a.severity},
		{"StartTime", inBoth, a.times[0]},
		{"TenantParams", inWire, []string{}},
		{"Title", inBoth, textOrNull(a.title)},
	}
}

// announcement is what issues and posts have in common.
type announcement struct {
	title, impact, severity string
	functional              any
	times                   [3]any // start, end, last update
	details                 []tocsin.Detail
	posts                   []object
}

func detailsOf(details []tocsin.Detail) []object {
	list := []object{}
	for _, d := range details {
		list = append(list, object{{"Name", inBoth, d.Name}, {"Value", inBoth, d.Value}})
	}
	return list
}

// fromIssue maps an issue. Graph has no severity for it: clients that look at
// it want interruptions to stand out.
func (n *notice) fromIssue(i *tocsin.Issue) object {
	a := &announcement{
		title: i.Title, impact: i.Impact, severity: "Sev2", functional: "", times: [3]any{i.StartAt, i.EndAt, i.ModifiedAt},
		details: i.Details, posts: []object{},
	}
	if i.Classification == "incident" && i.Status == tocsin.StatusInterruption {
		a.severity = "Sev1"
	}
	for _, p := range i.Posts {
		a.posts = append(a.posts, object{{"MessageText", inBoth, p.Content}, {"PublishedTime", inBoth, p.CreatedAt}})
	}
	o := n.common(a)
	o.received(i.Legacy)
	return o
}

func (n *notice) fromMessage(m *tocsin.Message) object {
	published := m.StartAt
	if published.IsZero() {
		published = m.ModifiedAt
	}
	o := n.common(&announcement{
		title: m.Title, severity: capital(cmp.Or(m.Severity, "normal")), times: [3]any{m.StartAt, m.EndAt, m.ModifiedAt},
		details: m.Details, posts: []object{{{"MessageText", inBoth, m.Content}, {"PublishedTime", inBoth, published}}},
	})
	ids := []string{}
	for _, name := range m.Services {
		ids = append(ids, n.x.snapshot.ServiceID(name, n.of.Source))
	}
	o.set("AffectedWorkloadDisplayNames", append([]string{}, m.Services...))
	o.set("AffectedWorkloadNames", ids)
	o = append(o, object{
		{"ActionRequiredByDate", inWire, m.ActionRequiredBy},
		{"AnnouncementId", inWire, 0},
		{"Category", inWire, categoryWords(m.Category)},
		{"MessageTagNames", inWire, append([]string{}, m.Tags...)},
		{"ExternalLink", inWire, m.Detail("ExternalLink")},
		{"IsDismissed", inWire, false},
		{"IsRead", inWire, false},
		{"IsMajorChange", inWire, m.MajorChange},
		{"PreviewDuration", inWire, nil},
		{"AppliesTo", inWire, nil},
		{"MilestoneDate", inWire, m.StartAt},
		{"Milestone", inWire, ""},
		{"BlogLink", inWire, m.Detail("BlogLink")},
		{"HelpLink", inWire, m.Detail("HelpLink")},
		{"FlightName", inWire, nil},
		{"FeatureName", inWire, nil},
	}...)
	o.received(m.Legacy)
	return o
}

// categoryWords is a category as the API writes it: "Plan For Change".
func categoryWords(category string) string {
	switch category {
	case "planForChange":
		return "Plan For Change"
	case "stayInformed":
		return "Stay Informed"
	case "preventOrFixIssue":
		return "Prevent Or Fix Issues"
	}
	return capital(category)
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// received takes over what a legacy server said in fields that Graph's form
// has no member for. What is not of the type that typed clients expect stays
// out.
func (o object) received(legacy json.RawMessage) {
	var fields map[string]json.RawMessage
	if len(legacy) == 0 || json.Unmarshal(legacy, &fields) != nil {
		return
	}
	readers := map[string]func(json.RawMessage) (any, bool){}
	for _, name := range []string{
		"Name", "Severity", "UserFunctionalImpact", "ActionType", "Category", "PreviewDuration", "AppliesTo", "Milestone", "FlightName", "FeatureName",
		"ExternalLink", "BlogLink", "HelpLink",
	} {
		readers[name] = readAs[string]
	}
	for _, name := range []string{"AffectedTenantCount", "AffectedUserCount", "AnnouncementId"} {
		readers[name] = readAs[int]
	}
	for _, name := range []string{"IsDismissed", "IsRead"} {
		readers[name] = readAs[bool]
	}
	for _, name := range []string{"AffectedWorkloadNames", "AffectedWorkloadDisplayNames"} {
		readers[name] = readAs[[]string]
	}
	readers["MilestoneDate"], readers["AdditionalDetails"] = readTime, readDetails
	readers["TenantParams"], readers["PostIncidentDocumentUrl"] = readList, readLink
	for i := range o {
		raw, sent := fields[o[i].name]
		read := readers[o[i].name]
		if !sent || read == nil {
			continue
		}
		if value, ok := read(raw); ok {
			o[i].value = value
		}
	}
}

// readAs reads null or a value of a type.
func readAs[T any](raw json.RawMessage) (any, bool) {
	var v *T
	if json.Unmarshal(raw, &v) != nil {
		return nil, false
	}
	if v == nil {
		return nil, true
	}
	return *v, true
}

func readTime(raw json.RawMessage) (any, bool) {
	var at tocsin.WireTime
	if json.Unmarshal(raw, &at) != nil || at.IsZero() {
		return nil, true // none, or one that cannot be read
	}
	return at.Time, true
}

func readDetails(raw json.RawMessage) (any, bool) {
	var list []struct{ Name, Value string }
	if json.Unmarshal(raw, &list) != nil {
		return nil, false
	}
	details := make([]tocsin.Detail, len(list))
	for i, d := range list {
		details[i] = tocsin.Detail{Name: d.Name, Value: d.Value}
	}
	return detailsOf(details), true
}

// readList takes a list of anything as it is: no client we know reads more of
// TenantParams than that it is a list.
func readList(raw json.RawMessage) (any, bool) {
	var list []json.RawMessage
	var compact bytes.Buffer
	if json.Unmarshal(raw, &list) != nil || list == nil || json.Compact(&compact, raw) != nil {
		return nil, false
	}
	return json.RawMessage(compact.Bytes()), true
}

// readLink takes addresses of the web only: clients show them as links.
func readLink(raw json.RawMessage) (any, bool) {
	text, ok := readAs[string](raw)
	if text == nil {
		return nil, ok
	}
	link := text.(string)
	return link, strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")
}
