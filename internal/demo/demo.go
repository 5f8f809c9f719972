package demo

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/tocsin"
)

// The demo's tenants: a large one, a small one, and one whose upstream fails
// now and then.
const (
	Contoso   = "c0a70500-5a1e-4c0d-8e11-6d1e5a7b0001"
	Fabrikam  = "fab41ca0-7b2c-4d5e-9f10-2a3b4c5d0002"
	Northwind = "0042d311-88aa-4b6c-a1f3-90e4d7c20003"
)

// archiveSpan is how far back the archive goes.
const archiveSpan = 730 * 24 * time.Hour

// A Tenant is one of the demo's tenants with the app that the desk signs in to
// its upstream with.
type Tenant struct {
	tocsin.Tenant
	ClientID     string
	ClientSecret string // guards nothing: the upstream is part of the demo
}

// A Seen is a state of an item as a collector would have seen it at the time.
type Seen struct {
	At   time.Time
	Kind tocsin.Kind
	Body []byte
}

// A Demo is the archive up to its anchor.
type Demo struct {
	anchor   time.Time
	tenants  []Tenant
	issues   []story
	messages []notice
}

// New makes up the archive before anchor, which should be midnight UTC of the
// present day.
func New(anchor time.Time) *Demo {
	anchor = anchor.UTC()
	d := &Demo{anchor: anchor}
	created := anchor.Add(-archiveSpan)
	for _, t := range []struct{ id, name, display, domain, group string }{
		{Contoso, "contoso", "Contoso", "contoso.com", "headquarters"},
		{Fabrikam, "fabrikam", "Fabrikam", "fabrikam.com", "subsidiaries"},
		{Northwind, "northwind", "Northwind", "northwindtraders.com", "subsidiaries"},
	} {
		d.tenants = append(d.tenants, Tenant{
			Tenant: tocsin.Tenant{
				ID: t.id, Name: t.name, DisplayName: t.display, Domains: []string{t.domain}, Groups: []string{t.group},
				Shape: tocsin.ShapeBoth, CreatedAt: created,
			},
			ClientID:     t.id[:24] + "a99000000001",
			ClientSecret: "demo-secret-of-" + t.name,
		})
	}
	d.issues = tellStories(anchor)
	d.messages = writeNotices(anchor)
	return d
}

// Tenants lists the three tenants.
func (d *Demo) Tenants() []Tenant { return slices.Clone(d.tenants) }

// Services lists the services that a tenant uses, ascending by id.
func (d *Demo) Services(tenantID string) []tocsin.Service {
	var services []tocsin.Service
	for _, w := range workloadsOf(tenantID) {
		services = append(services, w.service())
	}
	return services
}

// workloadsOf is the part of the catalogue that a tenant uses.
func workloadsOf(tenantID string) []workload {
	return slices.DeleteFunc(workloads(), func(w workload) bool {
		switch tenantID {
		case Contoso:
			return false
		case Fabrikam:
			return !w.small
		case Northwind:
			return !w.middle
		}
		return true
	})
}

// History is every past state of everything in a tenant, in the order in which
// it came about.
func (d *Demo) History(tenantID string) []Seen {
	var history []Seen
	first := d.anchor.Add(-archiveSpan)
	for _, s := range d.Services(tenantID) {
		history = append(history, Seen{first, tocsin.KindService, encode(s)})
	}
	for _, t := range d.transitions(tenantID) {
		history = append(history, Seen{t.At, tocsin.KindOverview, encode(t.Overview)})
	}
	for _, s := range d.issues {
		if !slices.Contains(s.tenants, tenantID) {
			continue
		}
		for _, state := range s.states {
			history = append(history, Seen{state.ModifiedAt, tocsin.KindIssue, encode(state)})
		}
	}
	for _, m := range d.messages {
		if !slices.Contains(m.tenants, tenantID) {
			continue
		}
		for _, state := range m.states {
			history = append(history, Seen{state.ModifiedAt, tocsin.KindMessage, encode(state)})
		}
	}
	slices.SortStableFunc(history, func(a, b Seen) int { return a.At.Compare(b.At) })
	return history
}

// Populate puts the present state of the tenants into an upstream.
func (d *Demo) Populate(w *fakegraph.World) error {
	for _, t := range d.tenants {
		err := w.AddTenant(fakegraph.Tenant{ID: t.ID, Domains: t.Domains, ClientID: t.ClientID, Secret: t.ClientSecret})
		if err != nil {
			return fmt.Errorf("populate %s: %w", t.Name, err)
		}
		for _, s := range d.Services(t.ID) {
			if err := w.SetService(s, t.ID); err != nil {
				return fmt.Errorf("populate %s: %w", t.Name, err)
			}
			if err := w.SetOverview(d.overviewAt(t.ID, s, d.anchor), t.ID); err != nil {
				return fmt.Errorf("populate %s: %w", t.Name, err)
			}
		}
	}
	for _, s := range d.issues {
		if err := w.Put(tocsin.KindIssue, encode(s.states[len(s.states)-1]), s.tenants...); err != nil {
			return fmt.Errorf("populate: %w", err)
		}
	}
	for _, m := range d.messages {
		if err := w.Put(tocsin.KindMessage, encode(m.states[len(m.states)-1]), m.tenants...); err != nil {
			return fmt.Errorf("populate: %w", err)
		}
	}
	return nil
}

// Faults are what goes wrong with Northwind's upstream, now and then.
func (d *Demo) Faults() []fakegraph.Fault {
	return []fakegraph.Fault{
		{Kind: fakegraph.FaultAnswer, Tenant: Northwind, PathContains: "serviceAnnouncement", Chance: 0.10, Status: 503, RetryAfter: "20"},
		{Kind: fakegraph.FaultTruncatedGzip, Tenant: Northwind, PathContains: "messages", Chance: 0.05},
		{Kind: fakegraph.FaultReset, Tenant: Northwind, PathContains: "issues", Chance: 0.05},
	}
}

// transitions are the changes of status of a tenant's services, each with the
// status from then on, ascending by time.
func (d *Demo) transitions(tenantID string) []tocsin.Transition {
	first := d.anchor.Add(-archiveSpan)
	var list []tocsin.Transition
	for _, service := range d.Services(tenantID) {
		times := []time.Time{first}
		for _, s := range d.issues {
			if s.serviceID != service.ID || !slices.Contains(s.tenants, tenantID) {
				continue
			}
			for _, state := range s.states {
				times = append(times, state.ModifiedAt)
			}
		}
		slices.SortFunc(times, time.Time.Compare)
		last := tocsin.Status("")
		for _, at := range times {
			now := d.overviewAt(tenantID, service, at)
			if now.Status == last {
				continue
			}
			last, now.Features = now.Status, nil // as Graph shows it
			list = append(list, tocsin.Transition{At: at, Overview: now})
		}
	}
	slices.SortStableFunc(list, func(a, b tocsin.Transition) int { return a.At.Compare(b.At) })
	return list
}

// overviewAt is the status of a service at an instant: that of the worst of
// its open issues.
func (d *Demo) overviewAt(tenantID string, service tocsin.Service, at time.Time) tocsin.Overview {
	o := tocsin.Overview{ServiceID: service.ID, Service: service.Name, Status: tocsin.StatusOperational}
	features := make(map[string]tocsin.Status)
	for _, s := range d.issues {
		if s.serviceID != service.ID || !slices.Contains(s.tenants, tenantID) {
			continue
		}
		state, ok := s.at(at)
		if !ok || state.Resolved {
			continue
		}
		o.Status = worse(o.Status, state.Status)
		features[state.Feature] = worse(cmp.Or(features[state.Feature], tocsin.StatusOperational), state.Status)
	}
	for _, f := range service.Features {
		o.Features = append(o.Features, tocsin.FeatureStatus{
			Name: f.Name, DisplayName: f.DisplayName,
			Status: cmp.Or(features[f.DisplayName], tocsin.StatusOperational),
		})
	}
	return o
}

// worse picks the status that a service shows when two issues are open.
func worse(a, b tocsin.Status) tocsin.Status {
	order := []tocsin.Status{
		tocsin.StatusOperational, tocsin.StatusInvestigationSuspended, tocsin.StatusInvestigating, tocsin.StatusVerifyingService,
		tocsin.StatusRestoringService, tocsin.StatusExtendedRecovery, tocsin.StatusDegradation, tocsin.StatusInterruption,
	}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// encode is the wire form of a document that this package made.
func encode(v any) []byte {
	doc, err := tocsin.NewDocument(v)
	if err != nil {
		// Not reachable with the demo's own texts; the tests read every body.
		return nil
	}
	return doc.Body
}
