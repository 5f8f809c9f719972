package fakegraph

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// legacyTime is how the legacy service writes instants: up to three fraction
// digits without trailing zeros. Source: recorded answers of 2020.
func legacyTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z")
}

// object keeps no order of members; clients of the legacy API need none.
type object = map[string]any

// legacy answers GET /api/v1.0/{tenant}/ServiceComms/{operation} in the form
// of the real service, which differs from its published reference. It sets no
// limit on requests.
func (s *Server) legacy(x *exchange, tenantName, operation string) {
	if !s.signIn(x) {
		s.send(x, legacyError(http.StatusUnauthorized, "AF10002.  The access token is not valid.", "Ask for a new token."))
		return
	}
	s.before(x)
	s.mu.Lock()
	s.requests[x.tenant.ID]++
	s.mu.Unlock()
	x.fault = s.takeFault(x.tenant.ID, x.r.URL.RequestURI(), 1)
	if tenant, ok := s.world.tenant(tenantName); !ok || tenant.ID != x.tenant.ID {
		s.send(x, legacyError(http.StatusForbidden, "AF20010.  The tenant is not the tenant of the token.", "Ask for your own tenant."))
		return
	}
	var rows []object
	switch operation {
	case "Services":
		rows = s.legacyServices(x)
	case "CurrentStatus":
		rows = s.legacyCurrent(x)
	case "HistoricalStatus":
		rows = s.legacyHistory(x)
	case "Messages":
		rows = s.legacyMessages(x)
	default:
		s.send(x, legacyError(http.StatusNotFound, "AF30010.  The operation does not exist.", "Check the address."))
		return
	}
	rows, err := legacySelect(x.r.URL.RawQuery, rows)
	if err != nil {
		s.send(x, legacyError(http.StatusBadRequest, "AF30004.  The filter is not valid.", upperFirst(err.Error())+"."))
		return
	}
	a := jsonAnswer(http.StatusOK, object{"value": rows})
	a.header.Set("OData-Version", "4.0")
	a.header.Set("Cache-Control", "no-cache")
	s.send(x, a)
}

func legacyError(status int, code, advice string) answer {
	a := jsonAnswer(status, object{"error": object{"code": code, "message": advice}})
	if status == http.StatusUnauthorized {
		a.header.Set("WWW-Authenticate", "Bearer")
	}
	return a
}

func (s *Server) legacyServices(x *exchange) []object {
	rows := []object{}
	for _, it := range s.world.items(x.tenant.ID, tocsin.KindService) {
		var service tocsin.Service
		if json.Unmarshal(it.body, &service) != nil {
			continue // put in raw
		}
		features := []object{}
		for _, f := range service.Features {
			features = append(features, object{"DisplayName": f.DisplayName, "Name": f.Name})
		}
		rows = append(rows, object{"Id": service.ID, "DisplayName": service.Name, "Features": features})
	}
	return rows
}

// legacyCurrent observes all services at the same instant, with seven fraction
// digits.
func (s *Server) legacyCurrent(x *exchange) []object {
	rows := []object{}
	issues := s.issues(x)
	for _, it := range s.world.items(x.tenant.ID, tocsin.KindOverview) {
		ids := []string{}
		for _, issue := range issues {
			if issue.ServiceID == it.id && !issue.Resolved {
				ids = append(ids, issue.ID)
			}
		}
		row := legacyStatus(it, it.facts.Status, ids)
		row["StatusTime"] = x.now.Format("2006-01-02T15:04:05.0000000Z")
		rows = append(rows, row)
	}
	return rows
}

// legacyHistory has a row for each service and each of the last seven whole
// days, newest first. The status of a day is that of the issues open in it.
func (s *Server) legacyHistory(x *exchange) []object {
	const days = 7
	rows := []object{}
	issues := s.issues(x)
	midnight := x.now.Truncate(24 * time.Hour)
	for _, it := range s.world.items(x.tenant.ID, tocsin.KindOverview) {
		for day := 1; day <= days; day++ {
			start := midnight.AddDate(0, 0, -day)
			end := start.AddDate(0, 0, 1)
			status, ids := tocsin.StatusOperational, []string{}
			for _, issue := range issues {
				over := !issue.EndAt.IsZero() && !issue.EndAt.After(start)
				if issue.ServiceID != it.id || over || !issue.StartAt.Before(end) {
					continue
				}
				ids = append(ids, issue.ID)
				open := issue.EndAt.IsZero() || !issue.EndAt.Before(end)
				if open && !status.Broken() {
					status = tocsin.StatusDegradation
				} else if !open && status == tocsin.StatusOperational {
					status = tocsin.StatusServiceRestored
				}
			}
			row := legacyStatus(it, status, ids)
			row["StatusTime"] = start.Format(time.RFC3339)
			rows = append(rows, row)
		}
	}
	return rows
}

func legacyStatus(it *item, status tocsin.Status, ids []string) object {
	features := []object{}
	for _, f := range it.features {
		features = append(features, object{
			"FeatureDisplayName": f.DisplayName, "FeatureName": f.Name,
			"FeatureServiceStatus": f.Status.Legacy(), "FeatureServiceStatusDisplayName": f.Status.Words(),
		})
	}
	return object{
		"Id": it.id, "Workload": it.id, "WorkloadDisplayName": it.facts.Service,
		"Status": status.Legacy(), "StatusDisplayName": status.Words(),
		"IncidentIds": ids, "FeatureStatus": features,
	}
}

// issues decodes the tenant's issues as the upstream keeps them: posts are
// sorted on the way.
func (s *Server) issues(x *exchange) []tocsin.Issue {
	var issues []tocsin.Issue
	for _, it := range s.world.listed(x.tenant.ID, tocsin.KindIssue, x.now) {
		var issue tocsin.Issue
		if json.Unmarshal(it.body, &issue) == nil {
			issues = append(issues, issue)
		}
	}
	return issues
}

func (s *Server) legacyMessages(x *exchange) []object {
	rows := []object{}
	for _, issue := range s.issues(x) {
		rows = append(rows, legacyIssue(issue))
	}
	for _, it := range s.world.listed(x.tenant.ID, tocsin.KindMessage, x.now) {
		var message tocsin.Message
		if json.Unmarshal(s.noisy(x, it.body), &message) == nil {
			rows = append(rows, legacyMessage(message))
		}
	}
	return rows
}

func legacyIssue(i tocsin.Issue) object {
	texts := []object{}
	for _, p := range i.Posts {
		texts = append(texts, object{"MessageText": p.Content, "PublishedTime": legacyTime(p.CreatedAt)})
	}
	class, severity := "Incident", "Sev2"
	if i.Advisory() {
		class = "Advisory"
	} else if i.Status == tocsin.StatusInterruption {
		severity = "Sev1"
	}
	return object{
		"AffectedWorkloadDisplayNames": []string{}, "AffectedWorkloadNames": []string{},
		"Status": i.Status.Words(), "Workload": i.ServiceID, "WorkloadDisplayName": i.Service,
		"ActionType": nil, "AdditionalDetails": legacyDetails(i.Details),
		"AffectedTenantCount": 0, "AffectedUserCount": nil,
		"Classification": class, "EndTime": legacyTime(i.EndAt),
		"Feature": i.Feature, "FeatureDisplayName": i.FeatureGroup, "UserFunctionalImpact": "",
		"Id": i.ID, "ImpactDescription": i.Impact,
		"LastUpdatedTime": legacyTime(i.ModifiedAt), "StartTime": legacyTime(i.StartAt),
		"MessageType": "Incident", "Messages": texts, "PostIncidentDocumentUrl": nil,
		"Severity": severity, "TenantParams": []any{}, "Title": i.Title,
	}
}

func legacyMessage(m tocsin.Message) object {
	words := map[string]string{
		"stayInformed": "Stay Informed", "planForChange": "Plan For Change", "preventOrFixIssue": "Prevent Or Fix Issues",
	}
	ids := []string{}
	for _, name := range m.Services {
		id, _ := tocsin.ServiceIDOf(name)
		ids = append(ids, id)
	}
	return object{
		"AffectedWorkloadDisplayNames": m.Services, "AffectedWorkloadNames": ids,
		"Status": "", "Workload": nil, "WorkloadDisplayName": nil,
		"ActionType": "Awareness", "AdditionalDetails": legacyDetails(m.Details),
		"AffectedTenantCount": 0, "AffectedUserCount": nil,
		"Classification": "Advisory", "EndTime": legacyTime(m.EndAt),
		"Feature": nil, "FeatureDisplayName": nil, "UserFunctionalImpact": nil,
		"Id": m.ID, "ImpactDescription": nil,
		"LastUpdatedTime": legacyTime(m.ModifiedAt), "StartTime": legacyTime(m.StartAt),
		"MessageType": "MessageCenter",
		"Messages":    []object{{"MessageText": m.Content, "PublishedTime": legacyTime(m.StartAt)}},
		"Severity":    upperFirst(cmp.Or(m.Severity, "normal")), "TenantParams": []any{}, "Title": m.Title,
		"PostIncidentDocumentUrl": nil,
		"ActionRequiredByDate":    legacyTime(m.ActionRequiredBy), "MilestoneDate": legacyTime(m.StartAt),
		"AnnouncementId": 0, "Category": cmp.Or(words[m.Category], m.Category), "MessageTagNames": m.Tags,
		"ExternalLink": m.Detail("ExternalLink"), "BlogLink": m.Detail("BlogLink"), "HelpLink": m.Detail("HelpLink"),
		"Milestone": "", "IsDismissed": false, "IsRead": false, "IsMajorChange": m.MajorChange,
		"PreviewDuration": nil, "AppliesTo": nil, "FlightName": nil, "FeatureName": nil,
	}
}

func legacyDetails(details []tocsin.Detail) []object {
	rows := []object{}
	for _, d := range details {
		rows = append(rows, object{"Name": d.Name, "Value": d.Value})
	}
	return rows
}

// legacyTerm is one comparison of a filter. The value may be an enum literal
// with its namespace in front.
var legacyTerm = regexp.MustCompile(`^([A-Za-z]+) (eq|ge|gt|le|lt) (?:[A-Za-z0-9.]*'([^']*)'|([0-9TZ:.+-]+))$`)

// legacySelect applies $filter (comparisons joined by "and"), $top and $skip.
// Other options change nothing, which the real service was blamed for.
func legacySelect(raw string, rows []object) ([]object, error) {
	options, err := splitQuery(raw)
	if err != nil {
		return nil, err
	}
	top, skip := len(rows), 0
	for _, o := range options {
		switch {
		case o.raw == o.known: // no value
		case o.known == "filter":
			for _, term := range strings.Split(o.value, " and ") {
				if rows, err = legacyFilter(strings.TrimSpace(term), rows); err != nil {
					return nil, err
				}
			}
		case o.known == "top":
			top, err = readCount(o.known, o.value)
		case o.known == "skip":
			skip, err = readCount(o.known, o.value)
		}
		if err != nil {
			return nil, err
		}
	}
	rows = rows[min(skip, len(rows)):]
	return rows[:min(top, len(rows))], nil
}

func legacyFilter(term string, rows []object) ([]object, error) {
	parts := legacyTerm.FindStringSubmatch(term)
	if parts == nil {
		return nil, fmt.Errorf("the filter '%s' cannot be read", tocsin.Clip(term, 100))
	}
	name, operator, text := parts[1], parts[2], parts[3]+parts[4]
	if len(rows) > 0 {
		if _, ok := rows[0][name]; !ok {
			return nil, fmt.Errorf("could not find a property named '%s'", tocsin.Clip(name, 64))
		}
	}
	return slices.DeleteFunc(rows, func(row object) bool {
		value, _ := row[name].(string)
		order := cmp.Compare(value, text)
		if want, ok := tocsin.ParseTime(text); ok {
			at, known := tocsin.ParseTime(value)
			if !known {
				return true // null compares with nothing
			}
			order = at.Compare(want)
		}
		switch operator {
		case "eq":
			return order != 0
		case "ge":
			return order < 0
		case "gt":
			return order <= 0
		case "le":
			return order > 0
		default:
			return order >= 0
		}
	}), nil
}
