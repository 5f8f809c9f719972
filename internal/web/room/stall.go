package room

import (
	"unicode/utf8"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/health"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A stall is what the services of an incident may hold up in one of its tenants.
type stall struct {
	written tocsin.BusinessMap
	names   *business.Directory
	state   map[string]tocsin.Severity
}

// stalls reads the maps of the tenants of an incident, with how its services are:
// as somebody found when they tried them, else as they are judged.
func (v *view) stalls(i tocsin.Incident, room store.Room) (list []stall, err error) {
	if v.pages.config.Carried.Maps == nil || !i.Open() {
		return nil, nil
	}
	tried := map[string]tocsin.Severity{}
	for _, s := range room.LastStates() {
		tried[s.Service] = map[string]tocsin.Severity{"partial": tocsin.SeverityDegraded, "ko": tocsin.SeverityInterruption}[s.State]
	}
	for _, id := range i.TenantIDs {
		if !access.VisitorOf(v.R.Context()).May(access.ReadMap, id) {
			continue
		}
		one, err := v.stallIn(id, i.Services, tried)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// stallIn reads the map of a tenant.
func (v *view) stallIn(tenantID string, services []string, tried map[string]tocsin.Severity) (stall, error) {
	ctx, one := v.R.Context(), stall{state: tried}
	snapshot, err := v.SnapshotOf(tenantID)
	if err != nil {
		return one, err
	}
	named := make([]business.Named, len(snapshot.Services))
	for n := range snapshot.Services {
		named[n] = business.Named{ID: snapshot.Services[n].ID, Name: snapshot.Services[n].Name}
	}
	if one.written, one.names, err = v.pages.config.Carried.Of(ctx, tenantID, named); err != nil || one.written.Empty() {
		return one, err
	}
	report, err := health.Judge(ctx, v.pages.config.Model, snapshot, v.Now)
	if err != nil {
		return one, err
	}
	one.state = map[string]tocsin.Severity{}
	for _, id := range services {
		if s, ok := report.Find(id); ok {
			one.state[id] = s.Severity
		}
	}
	for id, s := range tried {
		one.state[id] = s
	}
	return one, nil
}

// sentences word what may stall, each once.
func sentences(l web.Locale, list []stall) (words []string) {
	seen := map[string]bool{}
	for _, one := range list {
		if one.names == nil {
			continue
		}
		for _, s := range business.Sentences(l.Locale, &one.written, one.names, func(id string) tocsin.Severity { return one.state[id] }) {
			if !seen[s] {
				words = append(words, s)
			}
			seen[s] = true
		}
	}
	return words
}

// maxRisks is how many characters of such sentences a message is filled with.
const maxRisks = 900

// risks are such sentences as one, for a message.
func risks(l web.Locale, list []stall) (text string) {
	for _, s := range sentences(l, list) {
		longer := s
		if text != "" {
			longer = l.Text("room.risks.two", "one", text, "other", s)
		}
		if utf8.RuneCountInString(longer) > maxRisks {
			break
		}
		text = longer
	}
	return text
}
