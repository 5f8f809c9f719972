// Package business is about what the services of a tenant carry: it reads and
// writes maps of uses, processes and continuity sheets as YAML and as CSV, and
// works out which processes a failure hits.
//
// A file names services, teams and sites as people do: by name or by id. Each
// fault of a file has its line and its place, and all are told at once. What is
// kept is the store's: begin at [Read], [Write] and [Work].
package business

import (
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// A Directory has the names that a map may use in its tenant.
type Directory struct {
	Services []tocsin.Named // workload ids with display names
	Teams    []tocsin.NamedParty
	Sites    []tocsin.Site
}

// Service returns the id of the service of an id or a display name, in whatever
// letter case. Of two with one name there is none.
func (d *Directory) Service(text string) (id string, ok bool) {
	return find(d.Services, text, func(n tocsin.Named) tocsin.Named { return n })
}

// ServiceName returns the display name of a service, its id where it has none.
func (d *Directory) ServiceName(id string) string {
	for _, n := range d.Services {
		if strings.EqualFold(n.ID, id) && n.Name != "" {
			return n.Name
		}
	}
	return id
}

// Site returns the id of the site of an id or a name.
func (d *Directory) Site(text string) (id string, ok bool) {
	return find(d.Sites, text, func(s tocsin.Site) tocsin.Named { return tocsin.Named{ID: s.ID, Name: s.Name} })
}

// SiteNames returns the names of those sites that are there, and their seats
// together; 0 where those of one are not known.
func (d *Directory) SiteNames(ids []string) (names []string, seats int) {
	known := true
	for _, id := range ids {
		for _, s := range d.Sites {
			if s.ID == id {
				names, seats, known = append(names, s.Name), seats+s.Seats, known && s.Seats > 0
			}
		}
	}
	if !known {
		seats = 0
	}
	return names, seats
}

// Team returns the team of an id or a name. Nobody is the owner for "".
func (d *Directory) Team(text string) (tocsin.Party, bool) {
	if text == "" {
		return tocsin.Party{}, true
	}
	id, ok := find(d.Teams, text, func(p tocsin.NamedParty) tocsin.Named { return tocsin.Named{ID: p.ID, Name: p.Name} })
	if !ok {
		id, ok = find(d.Teams, text, func(p tocsin.NamedParty) tocsin.Named { return tocsin.Named{ID: p.String(), Name: p.Name} })
		id = strings.TrimPrefix(id, string(tocsin.PartyTeam)+":")
	}
	return tocsin.TeamParty(id), ok
}

// TeamName returns the name of a team, "" for one that is not there.
func (d *Directory) TeamName(p tocsin.Party) string {
	for _, t := range d.Teams {
		if t.Party == p {
			return t.Name
		}
	}
	return ""
}

// find returns the id of what a text names: by id, else by a name that only one has.
func find[T any](list []T, text string, of func(T) tocsin.Named) (string, bool) {
	var id string
	found := 0
	for _, one := range list {
		n := of(one)
		if strings.EqualFold(n.ID, text) {
			return n.ID, true
		}
		if strings.EqualFold(n.Name, text) && n.ID != id {
			id = n.ID
			found++
		}
	}
	return id, found == 1
}
