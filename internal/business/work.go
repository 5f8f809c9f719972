package business

import (
	"cmp"
	"slices"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// A Hit is how a use or a process is while services are as they are.
type Hit struct {
	Name     string
	State    tocsin.Severity // interruption, degraded, unknown, recovering or ok
	Services []string        // ids of those that make it so, the worst first; none where it is well
}

// Touched reports whether a failure, or what is left of one, reaches it.
func (h Hit) Touched() bool { return h.State >= tocsin.SeverityRecovering }

// Work is how the uses and processes of a map are, in its order.
type Work struct{ Uses, Processes []Hit }

// Touched returns how many processes are touched.
func (w Work) Touched() (n int) {
	for _, p := range w.Processes {
		if p.Touched() {
			n++
		}
	}
	return n
}

// Working works out what a map says while services are as state says, by workload id.
// A use is as the worst of its services; what it can do without for a while slows it
// once that is down. A process is as the worst of its uses. An advisory, and announced
// work, hit nobody.
func Working(m *tocsin.BusinessMap, state func(service string) tocsin.Severity) Work {
	var w Work
	for _, u := range m.Uses {
		w.Uses = append(w.Uses, use(&u, state))
	}
	for _, p := range m.Processes {
		hit := Hit{Name: p.Name, State: tocsin.SeverityOK}
		of := map[string]tocsin.Severity{}
		for _, name := range p.Uses {
			if i := slices.IndexFunc(w.Uses, func(h Hit) bool { return h.Name == name }); i >= 0 {
				u := w.Uses[i]
				hit.State = max(hit.State, u.State)
				for _, id := range u.Services {
					of[id] = max(of[id], felt(state(id)))
				}
			}
		}
		hit.Services = worst(of)
		w.Processes = append(w.Processes, hit)
	}
	return w
}

// Edge returns how a service, in a state, hits a use.
func Edge(u *tocsin.MapUse, service string, state tocsin.Severity) tocsin.Severity {
	if slices.Contains(u.Services, service) {
		return felt(state)
	}
	if state == tocsin.SeverityInterruption {
		return tocsin.SeverityDegraded
	}
	return tocsin.SeverityOK
}

func use(u *tocsin.MapUse, state func(string) tocsin.Severity) Hit {
	hit, of := Hit{Name: u.Name, State: tocsin.SeverityOK}, map[string]tocsin.Severity{}
	for _, id := range slices.Concat(u.Services, u.Secondary) {
		if s := Edge(u, id, state(id)); s != tocsin.SeverityOK {
			hit.State, of[id] = max(hit.State, s), max(of[id], s)
		}
	}
	hit.Services = worst(of)
	return hit
}

// felt is what users feel of a state of a service.
func felt(s tocsin.Severity) tocsin.Severity {
	if s < tocsin.SeverityRecovering {
		return tocsin.SeverityOK
	}
	return s
}

// worst lists services, the worst first, those as bad by id.
func worst(of map[string]tocsin.Severity) (ids []string) {
	for id := range of {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
	return ids
}

// Stalling lists the processes that services which do not work may hold up, the worst
// first: what sentences are made of. Nothing is said of services in recovery and of
// those of which nobody knows.
func Stalling(m *tocsin.BusinessMap, state func(service string) tocsin.Severity) []Hit {
	broken := func(id string) tocsin.Severity {
		if s := state(id); s.Broken() {
			return s
		}
		return tocsin.SeverityOK
	}
	list := slices.DeleteFunc(Working(m, broken).Processes, func(h Hit) bool { return !h.State.Broken() })
	slices.SortStableFunc(list, func(a, b Hit) int { return cmp.Compare(b.State, a.State) })
	return list
}

// Seats counts the seats at the sites of what [Stalling] lists, by id of the site. It
// reports false where nobody can know: nothing in the map stalls, a process may be
// everywhere, or a site has no number or is gone.
func Seats(m *tocsin.BusinessMap, sites []tocsin.Site, state func(service string) tocsin.Severity) (map[string]int, bool) {
	of, hit := map[string]int{}, map[string]int{}
	for _, s := range sites {
		of[s.ID] = s.Seats
	}
	for _, one := range Stalling(m, state) {
		p, _ := m.Process(one.Name)
		if len(p.Sites) == 0 {
			return nil, false
		}
		for _, id := range p.Sites {
			if of[id] == 0 {
				return nil, false
			}
			hit[id] = of[id]
		}
	}
	return hit, len(hit) > 0
}

// Sentences word what [Stalling] lists, in a language.
func Sentences(l *lang.Locale, m *tocsin.BusinessMap, d *Directory, state func(service string) tocsin.Severity) (list []string) {
	for _, hit := range Stalling(m, state) {
		names := make([]string, len(hit.Services))
		for i, id := range hit.Services {
			names[i] = d.ServiceName(id)
		}
		p, _ := m.Process(hit.Name)
		list = append(list, l.Stalls(p.Name, p.Department, names))
	}
	return list
}
