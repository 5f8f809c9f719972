package readmodel

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// naming is how the services of one tenant are and were called, by its own
// overviews and service lists. It is made with the services and never changed.
//
// An issue of Microsoft Graph names its service by the display name alone. The
// service that it is about is, in this order: the id that came with the issue,
// if one did; the service that bore the name when the issue was last modified;
// one that the program's own list knows by that name; an id made up of it. Of a
// name that several services have borne, the one counts that bore it then:
// before the first time that is known, who bore it first; after it was given
// up, who bore it last. Of several that bear it at once, one that is still
// listed goes first, then the one that the program's list names, then the
// smallest id. Names of the issue's own source go before those of others, and
// what the desk authors is filed as it says.
type naming struct {
	names map[string][]bearing // by [tocsin.NameKey], ascending by from and id
	ids   map[string]string    // the spelling of an id by its lower case
	print string               // equal for namings under which every name stands for the same id
}

// A bearing says that a service bore a name from an instant on, until another.
type bearing struct {
	id, source string
	from, to   Instant // to is the end of time while it is borne
	listed     bool
}

const endOfTime = Instant(math.MaxInt64)

// newNaming reads the names of services from all overviews that a tenant had,
// and from its service lists.
func newNaming(found map[string]*Service, rows []tocsin.Row) *naming {
	n := &naming{names: map[string][]bearing{}, ids: map[string]string{}}
	for id, s := range found {
		key := strings.ToLower(id)
		if other, ok := n.ids[key]; !ok || id < other {
			n.ids[key] = id
		}
		n.read(s)
	}
	for i := range rows {
		if r := &rows[i]; r.Kind == tocsin.KindService {
			n.add(r.Service, bearing{r.ID, r.Source, Instant(r.At), endOfTime, r.LeftAt == 0})
		}
	}
	for _, list := range n.names {
		slices.SortFunc(list, func(a, b bearing) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.id, b.id)) })
	}
	n.print = n.fingerprint()
	return n
}

// read adds the names that the overviews of a service had, one after the other.
func (n *naming) read(s *Service) {
	one := bearing{id: s.ID, source: s.Source, listed: s.LeftAt.IsZero()}
	name := ""
	for _, t := range s.Transitions {
		if t.Overview.Service == name {
			continue
		}
		at := InstantOf(t.At)
		if name != "" {
			one.to = at
			n.add(name, one)
		}
		name, one.from = t.Overview.Service, at
	}
	if name != "" {
		one.to = endOfTime
		n.add(name, one)
	}
}

// add notes that a service bore a name. What touches a bearing that is known
// makes it longer.
func (n *naming) add(name string, b bearing) {
	key := tocsin.NameKey(name)
	if key == "" || b.id == "" {
		return
	}
	for i := range n.names[key] {
		if known := &n.names[key][i]; known.id == b.id && b.from <= known.to && known.from <= b.to {
			known.from, known.to, known.listed = min(known.from, b.from), max(known.to, b.to), known.listed || b.listed
			return
		}
	}
	n.names[key] = append(n.names[key], b)
}

// equal reports whether both file every item under the same service.
func (n *naming) equal(other *naming) bool {
	return maps.EqualFunc(n.names, other.names, slices.Equal[[]bearing]) && maps.Equal(n.ids, other.ids)
}

// fingerprint names what every name stands for now.
func (n *naming) fingerprint() string {
	var list []string
	for key := range n.names {
		id, _ := n.bearer(key, "", now, "")
		list = append(list, key+"\x00"+id)
	}
	for _, id := range n.ids {
		list = append(list, id)
	}
	slices.Sort(list)
	return tocsin.HashOf([]byte(strings.Join(list, "\x01"))).String()
}

// now is after every instant at which something was modified.
const now = endOfTime - 1

// spelled is an id as the tenant's services spell it.
func (n *naming) spelled(id string) (spelling string, known bool) {
	spelling, known = n.ids[strings.ToLower(id)]
	if !known {
		spelling = id
	}
	return spelling, known
}

// service finds the id of the service that an item of a source is about: given
// is the id that its document holds, name the display name. depends tells that
// another instant might give another id.
func (n *naming) service(given, name, source string, at Instant) (id string, depends bool) {
	if source == tocsin.SourceOwn || name == "" {
		return given, false
	}
	if !tocsin.FromName(given, name) {
		id, _ = n.spelled(given)
		return id, false
	}
	return n.named(name, source, at)
}

// named finds the id that a display name stands for, by the name alone.
func (n *naming) named(name, source string, at Instant) (id string, depends bool) {
	listed, isListed := tocsin.ServiceIDOf(name)
	if id, depends = n.bearer(tocsin.NameKey(name), source, at, listed); id != "" {
		return id, depends
	}
	id, known := n.spelled(listed)
	if known || !isListed {
		return id, false
	}
	others := tocsin.ServiceNamesOf(listed)
	for _, other := range slices.Backward(others) {
		if found, depends := n.bearer(tocsin.NameKey(other), source, at, listed); found != "" {
			return found, depends
		}
	}
	return id, false
}

// bearer is the service that bore a name at an instant, "" when none ever did.
func (n *naming) bearer(key, source string, at Instant, listed string) (id string, depends bool) {
	list := heard(n.names[key], source)
	if len(list) == 0 {
		return "", false
	}
	best := list[0]
	if !slices.ContainsFunc(list, func(b bearing) bool { return b.id != best.id }) {
		return best.id, false
	}
	for _, b := range list[1:] {
		if better(b, best, at, listed) {
			best = b
		}
	}
	return best.id, true
}

// heard are the bearings that count for an item of a source: those of the
// source itself, else those of all but the desk. What is asked for without a
// source may be the desk's as well.
func heard(list []bearing, source string) []bearing {
	if len(list) == 1 && (list[0].source == source || list[0].source != tocsin.SourceOwn || source == "") {
		return list
	}
	only := func(keep func(bearing) bool) (kept []bearing) {
		for _, b := range list {
			if keep(b) {
				kept = append(kept, b)
			}
		}
		return kept
	}
	if same := only(func(b bearing) bool { return b.source == source }); len(same) > 0 {
		return same
	}
	others := only(func(b bearing) bool { return b.source != tocsin.SourceOwn })
	if len(others) == 0 && source == "" {
		return list
	}
	return others
}

// better reports whether b rather than other is the service that bore a name
// at an instant.
func better(b, other bearing, at Instant, listed string) bool {
	holds := func(b bearing) bool { return b.from <= at && at < b.to }
	// How long the name was not borne at that instant: since it was given up,
	// or until it was first borne, which counts for less.
	off := func(b bearing) Instant {
		switch {
		case holds(b):
			return 0
		case b.to <= at:
			return at - b.to
		}
		return b.from - at
	}
	later := func(b bearing) bool { return b.from > at }
	if later(b) != later(other) {
		return later(other)
	}
	if a, c := off(b), off(other); a != c {
		return a < c
	}
	if b.listed != other.listed {
		return b.listed
	}
	if one, two := strings.EqualFold(b.id, listed), strings.EqualFold(other.id, listed); one != two {
		return one
	}
	return b.id < other.id
}

// ServiceID finds the workload id that a display name of any age stands for
// now in this tenant, for an item of a source or, with "", of any.
func (s *Snapshot) ServiceID(name, source string) string {
	id, _ := s.names().named(name, source, now)
	return id
}

// names is how the services are called; a snapshot that was not loaded knows
// none.
func (s *Snapshot) names() *naming {
	if s.naming == nil {
		return &naming{}
	}
	return s.naming
}

// Filed finds the workload id of the service that an item is about, as
// [Traits.ServiceID] has it, for an item that need not be among the rows.
func (s *Snapshot) Filed(f tocsin.Facts, source string) string {
	id, _ := s.names().service(f.ServiceID, f.Service, source, InstantOf(f.ModifiedAt))
	return id
}

// ServiceNamed finds a service by what people and programs call it: a present
// name, the id in any case, or a name that it had before.
func (s *Snapshot) ServiceNamed(key string) (*Service, bool) {
	folded := tocsin.NameKey(key)
	if folded == "" {
		return nil, false
	}
	for i := range s.Services {
		if service := &s.Services[i]; tocsin.NameKey(service.Listed()) == folded || tocsin.NameKey(service.Name) == folded {
			return service, true
		}
	}
	for i := range s.Services {
		if strings.EqualFold(s.Services[i].ID, strings.TrimSpace(key)) {
			return &s.Services[i], true
		}
	}
	return s.Service(s.ServiceID(key, ""))
}

// NamedServices returns the services of the tenant by id and display name.
func (s *Snapshot) NamedServices() []tocsin.Named {
	named := make([]tocsin.Named, len(s.Services))
	for i := range s.Services {
		named[i] = tocsin.Named{ID: s.Services[i].ID, Name: s.Services[i].Name}
	}
	return named
}

// SuiteID is the workload id under which the tenant's source files what hits
// its services as a whole.
func (s *Snapshot) SuiteID() string {
	names := tocsin.ServiceNamesOf(tocsin.SuiteID)
	return s.ServiceID(names[len(names)-1], "")
}

// Naming names what display names stand for in this tenant: what was written
// under one naming is right under an equal one.
func (s *Snapshot) Naming() string { return s.names().print }

// Listed is the name under which the source lists the service's status.
func (s *Service) Listed() string { return cmp.Or(s.Overview.Service, s.Name, s.ID) }

// places returns what cannot be read with the services that it is about as the
// tenant calls them.
func (n *naming) places(list []tocsin.Unreadable) []tocsin.Unreadable {
	list = slices.Clone(list)
	for i, u := range list {
		list[i].ServiceID, _ = n.service(u.ServiceID, u.Service, u.Source, InstantOf(u.SeenAt))
	}
	return list
}
