package business

import (
	"context"

	"example.org/tocsin/internal/tocsin"
)

// maps is the part of the store that has business maps.
type maps interface {
	BusinessMap(ctx context.Context, tenantID string) (tocsin.BusinessMap, error)
}

// people is the part of the store that has whom maps name.
type people interface {
	Teams(ctx context.Context) ([]tocsin.Team, error)
	Sites(ctx context.Context) ([]tocsin.Site, error)
}

// A Library reads maps with the names that they use.
type Library struct {
	Maps   maps
	People people
}

// Of returns the map of a tenant with its directory, whose services the caller knows.
// Teams and sites of the tenant and of the whole desk are in it.
func (l Library) Of(ctx context.Context, tenantID string, services []tocsin.Named) (tocsin.BusinessMap, *Directory, error) {
	m, err := l.Maps.BusinessMap(ctx, tenantID)
	if err != nil {
		return m, nil, err
	}
	d, err := l.Directory(ctx, tenantID, services)
	return m, d, err
}

// Directory returns the names that a map of a tenant may use.
func (l Library) Directory(ctx context.Context, tenantID string, services []tocsin.Named) (*Directory, error) {
	d := &Directory{Services: services}
	teams, err := l.People.Teams(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		if tocsin.Serves(t.TenantID, tenantID) {
			d.Teams = append(d.Teams, tocsin.NamedParty{Party: tocsin.TeamParty(t.ID), Name: t.Name})
		}
	}
	sites, err := l.People.Sites(ctx)
	for _, s := range sites {
		if tocsin.Serves(s.TenantID, tenantID) {
			d.Sites = append(d.Sites, s)
		}
	}
	return d, err
}
