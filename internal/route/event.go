package route

import "example.org/tocsin/internal/tocsin"

// EventLabels returns the names of the labels that an event may have:
//
//	tenant       id of the tenant; tenant_name its short name
//	group        groups of the tenant, several values
//	kind         issue, message, source, step or request
//	class        incident, advisory, message, planned, source, room or request
//	severity     one of the scale of severities
//	service      id of the workload; feature a part of it, several values
//	status       as the provider writes it
//	change       what changed, such as opened or resolved
//	tag          of messages, several values; category
//	region       regions that the newest post names, several values
//	issue        id of the issue or message, or of the issue that a request is about
//	incident     number of the incident of a step; step its name, such as announcement
//	request      number of a support request; to desk or provider; level its severity
func EventLabels() []string {
	return []string{"tenant", "tenant_name", "group", "kind", "class", "severity", "service", "feature", "status", "change", "tag", "category", "region", "issue", "incident", "step", "request", "to", "level"}
}

// EventValues returns all values of labels that have no others.
func EventValues() map[string][]string {
	var severities []string
	for _, s := range tocsin.Severities() {
		severities = append(severities, s.String())
	}
	return map[string][]string{
		"kind":     {"issue", "message", "source", "step", "request"},
		"class":    {"incident", "advisory", "message", "planned", "source", "room", "request"},
		"severity": severities,
		"step":     tocsin.IncidentSteps(),
		"to":       tocsin.RequestRecipients(),
		"level":    tocsin.RequestSeverities(),
		"change":   {"opened", "updated", "post", "status", "resolved", "left", "returned", "late", "stale", "heard", "review", "filed", "severity", "answered", "closed", "reopened"},
	}
}
