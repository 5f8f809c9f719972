package fakegraph

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Tenant is an organisation that the upstream knows, with the one app that
// may sign in to it.
type Tenant struct {
	ID       string   // GUID
	Domains  []string // accepted in place of the GUID, as the real service does
	ClientID string
	Secret   string
}

// A World is what an upstream knows. It may be changed while it is served.
// The zero value is not ready: use [NewWorld].
type World struct {
	mu      sync.RWMutex
	tenants map[string]*tenantState // by lower-case GUID
}

type tenantState struct {
	tenant Tenant
	lists  map[tocsin.Kind][]*item // ascending by id
}

// An item is shared by all the tenants that it was put into, and never changed.
type item struct {
	id       string
	body     []byte
	facts    tocsin.Facts
	features []tocsin.FeatureStatus // of an overview; Graph has no place for them
}

// NewWorld is a world without tenants.
func NewWorld() *World {
	return &World{tenants: make(map[string]*tenantState)}
}

// AddTenant makes a tenant known, or changes its app and domains.
func (w *World) AddTenant(t Tenant) error {
	t.ID = strings.ToLower(t.ID)
	if !tocsin.IsGUID(t.ID) {
		return tocsin.Invalidf("id", "%q is not a GUID.", tocsin.Clip(t.ID, 64))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if known, ok := w.tenants[t.ID]; ok {
		known.tenant = t
		return nil
	}
	w.tenants[t.ID] = &tenantState{tenant: t, lists: make(map[tocsin.Kind][]*item)}
	return nil
}

// Put adds an item to the tenants, or replaces the one with the same id. The
// body is served as it is, except that an overview loses what Graph's form has
// no member for.
func (w *World) Put(kind tocsin.Kind, body []byte, tenantIDs ...string) error {
	if kind == tocsin.KindOverview {
		var overview tocsin.Overview
		if err := json.Unmarshal(body, &overview); err != nil {
			return tocsin.Invalidf("overview", "The overview is not valid: %v.", err)
		}
		return w.SetOverview(overview, tenantIDs...)
	}
	doc, err := tocsin.ReadDocument(kind, body)
	if err != nil {
		return fmt.Errorf("put %s: %w", kind, err)
	}
	return w.put(kind, &item{id: doc.ID, body: slices.Clone(body), facts: doc.Facts}, tenantIDs)
}

// PutRaw adds bytes that [World.Put] would refuse, to be served as they are.
func (w *World) PutRaw(kind tocsin.Kind, id string, body []byte, tenantIDs ...string) error {
	return w.put(kind, &item{id: id, body: slices.Clone(body)}, tenantIDs)
}

// SetOverview sets the status of a service, and of its features for the
// legacy API.
func (w *World) SetOverview(o tocsin.Overview, tenantIDs ...string) error {
	features := slices.Clone(o.Features)
	o.Features, o.IssueIDs = nil, nil
	doc, err := tocsin.NewDocument(o)
	if err != nil {
		return fmt.Errorf("set overview: %w", err)
	}
	return w.put(tocsin.KindOverview, &item{id: doc.ID, body: doc.Body, facts: doc.Facts, features: features}, tenantIDs)
}

// SetService names a service and its features for the legacy API.
func (w *World) SetService(s tocsin.Service, tenantIDs ...string) error {
	doc, err := tocsin.NewDocument(s)
	if err != nil {
		return fmt.Errorf("set service: %w", err)
	}
	return w.put(tocsin.KindService, &item{id: doc.ID, body: doc.Body, facts: doc.Facts}, tenantIDs)
}

func (w *World) put(kind tocsin.Kind, it *item, tenantIDs []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	states, err := w.states(tenantIDs)
	if err != nil {
		return err
	}
	for _, state := range states {
		list := state.lists[kind]
		at, found := slices.BinarySearchFunc(list, it.id, byID)
		if found {
			list[at] = it
			continue
		}
		state.lists[kind] = slices.Insert(list, at, it)
	}
	return nil
}

// Remove takes an item off the tenants' lists. An item that is not there is
// no error: the upstream's lists are only ever compared by what they hold.
func (w *World) Remove(kind tocsin.Kind, id string, tenantIDs ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	states, err := w.states(tenantIDs)
	if err != nil {
		return err
	}
	for _, state := range states {
		if at, found := slices.BinarySearchFunc(state.lists[kind], id, byID); found {
			state.lists[kind] = slices.Delete(state.lists[kind], at, at+1)
		}
	}
	return nil
}

// Bodies lists the items of one kind as they are stored, ascending by id,
// expired messages included.
func (w *World) Bodies(tenantID string, kind tocsin.Kind) [][]byte {
	items := w.items(tenantID, kind)
	bodies := make([][]byte, len(items))
	for n, it := range items {
		bodies[n] = slices.Clone(it.body)
	}
	return bodies
}

// TenantIDs lists the GUIDs of all tenants in ascending order.
func (w *World) TenantIDs() []string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	ids := make([]string, 0, len(w.tenants))
	for id := range w.tenants {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// states finds tenants by GUID; the caller holds the lock.
func (w *World) states(tenantIDs []string) ([]*tenantState, error) {
	states := make([]*tenantState, len(tenantIDs))
	for n, id := range tenantIDs {
		state, ok := w.tenants[strings.ToLower(id)]
		if !ok {
			return nil, tocsin.NotFoundf("The upstream knows no tenant %q.", tocsin.Clip(id, 64))
		}
		states[n] = state
	}
	return states, nil
}

// tenant finds a tenant by GUID or domain.
func (w *World) tenant(name string) (Tenant, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	name = strings.ToLower(name)
	if state, ok := w.tenants[name]; ok {
		return state.tenant, true
	}
	for _, state := range w.tenants {
		if slices.Contains(state.tenant.Domains, name) {
			return state.tenant, true
		}
	}
	return Tenant{}, false
}

func (w *World) items(tenantID string, kind tocsin.Kind) []*item {
	w.mu.RLock()
	defer w.mu.RUnlock()
	state, ok := w.tenants[strings.ToLower(tenantID)]
	if !ok {
		return nil
	}
	return slices.Clone(state.lists[kind])
}

// listed is what the upstream lists at an instant: a message is taken off the
// list when its end has come.
func (w *World) listed(tenantID string, kind tocsin.Kind, now time.Time) []*item {
	items := w.items(tenantID, kind)
	if kind != tocsin.KindMessage {
		return items
	}
	return slices.DeleteFunc(items, func(it *item) bool {
		return !it.facts.EndAt.IsZero() && !it.facts.EndAt.After(now)
	})
}

func byID(it *item, id string) int { return cmp.Compare(it.id, id) }
