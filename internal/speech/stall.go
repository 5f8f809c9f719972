package speech

import (
	"context"
	"unicode/utf8"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/lang"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// A Stall is what the services of an incident may hold up in one of its tenants.
type Stall struct {
	tenantID string
	written  tocsin.BusinessMap
	names    *business.Directory
	state    map[string]tocsin.Severity
}

// Stalls reads the maps of the tenants of an incident, with how its services are: as
// somebody found when they tried them, else as they are judged.
func (d Desk) Stalls(ctx context.Context, i tocsin.Incident, room store.Room, a Asked) (list []Stall, err error) {
	if d.Carried.Maps == nil || !i.Open() {
		return nil, nil
	}
	found := map[string]tocsin.Severity{}
	for _, s := range room.LastStates() {
		found[s.Service] = map[string]tocsin.Severity{"partial": tocsin.SeverityDegraded, "ko": tocsin.SeverityInterruption}[s.State]
	}
	for _, id := range i.TenantIDs {
		if !a.ReadMap(id) {
			continue
		}
		one, err := d.stallIn(ctx, id, i.Services, found, a)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// Stalls are what the services of the incident may hold up.
func (f Facts) Stalls() []Stall { return f.stalls }

// stallIn reads the map of a tenant.
func (d Desk) stallIn(ctx context.Context, tenantID string, services []string, found map[string]tocsin.Severity, a Asked) (Stall, error) {
	one := Stall{tenantID: tenantID, state: found}
	snapshot, err := a.Of(tenantID)
	if err != nil {
		return one, err
	}
	if one.written, one.names, err = d.Carried.Of(ctx, tenantID, snapshot.NamedServices()); err != nil || one.written.Empty() {
		return one, err
	}
	report, err := health.Judge(ctx, d.Model, snapshot, a.Now)
	if err != nil {
		return one, err
	}
	one.state = map[string]tocsin.Severity{}
	for _, id := range services {
		if s, ok := report.Find(id); ok {
			one.state[id] = s.Severity
		}
	}
	for id, s := range found {
		one.state[id] = s
	}
	return one, nil
}

// Sentences word what may stall, each once.
func Sentences(l *lang.Locale, list []Stall) (words []string) {
	seen := map[string]bool{}
	for _, one := range list {
		if one.names == nil {
			continue
		}
		for _, s := range business.Sentences(l, &one.written, one.names, func(id string) tocsin.Severity { return one.state[id] }) {
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
func risks(l *lang.Locale, list []Stall) (text string) {
	for _, s := range Sentences(l, list) {
		longer := s
		if text != "" {
			longer = l.Text("speech.two", "one", text, "other", s)
		}
		if utf8.RuneCountInString(longer) > maxRisks {
			break
		}
		text = longer
	}
	return text
}
