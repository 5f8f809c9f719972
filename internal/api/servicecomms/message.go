package servicecomms

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// The values of MessageType.
const (
	typeIncident    = "Incident"
	typeMessage     = "MessageCenter"
	typeMaintenance = "PlannedMaintenance"
)

// history is one element of Messages.
type messageHistory struct {
	MessageText   string
	PublishedTime any
}

// row is one message as filters see it: columns first, the text when a filter
// asks for it.
type row struct {
	api     *API
	ctx     context.Context
	of      *readmodel.Row
	message bool
	entity  object // once read
	failed  error
}

// Value gives filters the fields that they can use.
func (r *row) Value(prop int) odata.Value {
	switch prop % 200 {
	case propID:
		return odata.Text(r.of.ID)
	case propWorkload:
		return textValue(r.of.ServiceID)
	case propWorkloadName:
		return textValue(r.workloadName())
	case propStatus:
		return odata.Text(r.of.Status.Words())
	case propStart:
		return instantValue(r.of.StartAt)
	case propEnd:
		return instantValue(r.of.EndAt)
	case propUpdated:
		return instantValue(r.of.ModifiedAt)
	case propType:
		return odata.Text(r.messageType())
	case propClass:
		return odata.Text(r.class())
	case propFeature:
		return textValue(r.of.Feature)
	case propFeatureName:
		return textValue(r.of.FeatureSet)
	}
	return r.slow(prop)
}

// Len and Item serve collections, which filters cannot use here.
func (r *row) Len(int) int               { return 0 }
func (r *row) Item(int, int) odata.Value { return odata.Value{} }

// slow reads the text for a field that is no column.
func (r *row) slow(prop int) odata.Value {
	names := map[int]string{propTitle: "Title", propSeverity: "Severity", propCategory: "Category", propImpact: "ImpactDescription", propMajor: "IsMajorChange", propAction: "ActionRequiredByDate"}
	entity, err := r.read()
	if err != nil {
		return odata.Value{}
	}
	for _, m := range entity {
		if m.name != names[prop] {
			continue
		}
		switch v := m.value.(type) {
		case string:
			if at, ok := tocsin.ParseTime(v); ok && prop == propAction {
				return odata.Instant(at)
			}
			return odata.Text(v)
		case bool:
			return odata.Bool(v)
		}
	}
	return odata.Value{}
}

func textValue(s string) odata.Value {
	if s == "" {
		return odata.Value{}
	}
	return odata.Text(s)
}

func instantValue(i readmodel.Instant) odata.Value {
	if i == 0 {
		return odata.Value{}
	}
	return odata.Micros(int64(i))
}

func (r *row) workloadName() string {
	if r.message {
		return ""
	}
	return r.of.Service
}

func (r *row) messageType() string {
	switch {
	case r.message:
		return typeMessage
	case strings.EqualFold(r.of.Class, typeMaintenance):
		return typeMaintenance
	}
	return typeIncident
}

// class is the Classification: message-center posts are advisories there.
func (r *row) class() string {
	if r.message {
		return "Advisory"
	}
	return capital(r.of.Class)
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// active reports whether the message belongs into an answer without a time
// filter: not over, or over, begun or updated since an instant.
func (r *row) active(since, now readmodel.Instant) bool {
	return r.of.EndAt == 0 || r.of.EndAt > now || r.of.EndAt >= since || r.of.StartAt >= since || r.of.ModifiedAt >= since
}

// read makes the entity.
func (r *row) read() (object, error) {
	if r.entity != nil || r.failed != nil {
		return r.entity, r.failed
	}
	if r.message {
		m, err := r.api.model.Message(r.ctx, r.of)
		r.entity, r.failed = r.fromMessage(&m), err
	} else {
		i, err := r.api.model.Issue(r.ctx, r.of)
		r.entity, r.failed = r.fromIssue(&i), err
	}
	return r.entity, r.failed
}

// common are the fields that every message has, in the order of the wire.
func (r *row) common(title, impact, severity string, details []tocsin.Detail, posts []messageHistory) object {
	return object{
		{"AffectedWorkloadDisplayNames", inWire, []string{}},
		{"AffectedWorkloadNames", inWire, []string{}},
		{"Status", inBoth, r.of.Status.Words()},
		{"Workload", inBoth, textOrNull(r.of.ServiceID)},
		{"WorkloadDisplayName", inBoth, textOrNull(r.workloadName())},
		{"ActionType", inWire, nil},
		{"AdditionalDetails", inWire, detailsOf(details)},
		{"AffectedTenantCount", inWire, 0},
		{"AffectedUserCount", inWire, nil},
		{"Classification", inWire, r.class()},
		{"EndTime", inBoth, timeOrNull(r.of.EndAt.Time())},
		{"Feature", inBoth, textOrNull(r.of.Feature)},
		{"FeatureDisplayName", inBoth, textOrNull(r.of.FeatureSet)},
		{"UserFunctionalImpact", inWire, ""},
		{"Id", inBoth, r.of.ID},
		{"Name", inDocumented, r.of.ID},
		{"ImpactDescription", inWire, textOrNull(impact)},
		{"LastUpdatedTime", inBoth, timeOrNull(r.of.ModifiedAt.Time())},
		{"MessageType", inBoth, r.messageType()},
		{"Messages", inBoth, posts},
		{"PostIncidentDocumentUrl", inWire, nil},
		{"Severity", inWire, severity},
		{"StartTime", inBoth, timeOrNull(r.of.StartAt.Time())},
		{"TenantParams", inWire, []string{}},
		{"Title", inBoth, textOrNull(title)},
	}
}

func detailsOf(details []tocsin.Detail) []struct{ Name, Value string } {
	list := []struct{ Name, Value string }{}
	for _, d := range details {
		list = append(list, struct{ Name, Value string }{d.Name, d.Value})
	}
	return list
}

func (r *row) fromIssue(i *tocsin.Issue) object {
	posts := []messageHistory{}
	for _, p := range i.Posts {
		posts = append(posts, messageHistory{p.Content, timeOrNull(p.CreatedAt)})
	}
	severity := "Sev2"
	if i.Classification == "incident" && i.Status == tocsin.StatusInterruption {
		severity = "Sev1"
	}
	o := r.common(i.Title, i.Impact, severity, i.Details, posts)
	o.set("StartTime", timeOrNull(i.StartAt))
	o.set("EndTime", timeOrNull(i.EndAt))
	o.set("LastUpdatedTime", timeOrNull(i.ModifiedAt))
	o.received(i.Legacy)
	return o
}

func (r *row) fromMessage(m *tocsin.Message) object {
	published := m.StartAt
	if published.IsZero() {
		published = m.ModifiedAt
	}
	o := r.common(m.Title, "", capital(cmp.Or(m.Severity, "normal")), m.Details, []messageHistory{{m.Content, timeOrNull(published)}})
	names, ids := []string{}, []string{}
	for _, name := range m.Services {
		id, _ := tocsin.ServiceIDOf(name)
		names, ids = append(names, name), append(ids, id)
	}
	o.set("AffectedWorkloadDisplayNames", names)
	o.set("AffectedWorkloadNames", ids)
	o.set("Status", "")
	o.set("UserFunctionalImpact", nil)
	o.set("StartTime", timeOrNull(m.StartAt))
	o.set("EndTime", timeOrNull(m.EndAt))
	o.set("LastUpdatedTime", timeOrNull(m.ModifiedAt))
	o = append(o, object{
		{"ActionRequiredByDate", inWire, timeOrNull(m.ActionRequiredBy)},
		{"AnnouncementId", inWire, 0},
		{"Category", inWire, categoryWords(m.Category)},
		{"MessageTagNames", inWire, listNotNull(m.Tags)},
		{"ExternalLink", inWire, m.Detail("ExternalLink")},
		{"IsDismissed", inWire, false},
		{"IsRead", inWire, false},
		{"IsMajorChange", inWire, m.MajorChange},
		{"PreviewDuration", inWire, nil},
		{"AppliesTo", inWire, nil},
		{"MilestoneDate", inWire, timeOrNull(m.StartAt)},
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

func (o object) set(name string, value any) {
	for i := range o {
		if o[i].name == name {
			o[i].value = value
		}
	}
}

// received takes over what a legacy server said in fields that the archive's
// own form has no place for.
func (o object) received(legacy json.RawMessage) {
	if len(legacy) == 0 {
		return
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(legacy, &fields) != nil {
		return
	}
	for _, name := range []string{
		"Name", "Severity", "AffectedTenantCount", "AffectedUserCount", "UserFunctionalImpact", "ActionType", "TenantParams", "PostIncidentDocumentUrl",
		"AdditionalDetails", "Classification", "AnnouncementId", "Category", "PreviewDuration", "AppliesTo", "MilestoneDate", "Milestone", "FlightName",
		"FeatureName", "AffectedWorkloadNames", "AffectedWorkloadDisplayNames",
	} {
		if value, ok := fields[name]; ok {
			o.set(name, value)
		}
	}
}

// window is how far back an answer without a time filter reaches.
const window = 7 * day

// select picks the rows that a request wants, ascending by id: issues and
// posts merged, as one list.
func (a *API) selectRows(ctx context.Context, snapshot *readmodel.Snapshot, filter *odata.Filter, now time.Time) ([]*row, error) {
	since, at := readmodel.InstantOf(now.Add(-window)), readmodel.InstantOf(now)
	everything := filter.Mentions("StartTime") || filter.Mentions("EndTime") || filter.Mentions("LastUpdatedTime") || filter.Mentions("Id")
	var list []*row
	scratch := &row{api: a, ctx: ctx}
	take := func(of *readmodel.Row, message bool) {
		*scratch = row{api: a, ctx: ctx, of: of, message: message}
		if (everything || scratch.active(since, at)) && filter.Match(scratch) {
			kept := *scratch
			list = append(list, &kept)
		}
	}
	i, m := 0, 0
	for i < len(snapshot.Issues) || m < len(snapshot.Messages) {
		if m == len(snapshot.Messages) || i < len(snapshot.Issues) && snapshot.Issues[i].ID <= snapshot.Messages[m].ID {
			take(snapshot.Issues[i], false)
			i++
		} else {
			take(snapshot.Messages[m], true)
			m++
		}
		if scratch.failed != nil {
			return nil, scratch.failed
		}
	}
	return list, nil
}
