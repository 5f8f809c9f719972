package respond

import (
	"context"
	"errors"
	"time"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
)

// archive has every version of the provider's issues.
type archive interface {
	Versions(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.Version, error)
}

// sightAge is how long ago an issue may have been seen for the first time so that
// an incident is taken to have begun then.
const sightAge = 24 * time.Hour

// FirstSight returns when the desk saw the first of the issues of an incident in
// one of its tenants, and now where it knows none of them, or for more than a day.
func FirstSight(ctx context.Context, a archive, i tocsin.Incident, now time.Time) (time.Time, error) {
	first := now
	for _, tenant := range i.TenantIDs {
		for _, id := range i.Issues {
			versions, err := a.Versions(ctx, tenant, tocsin.Ref{Kind: tocsin.KindIssue, ID: id})
			if err != nil && !errors.Is(err, tocsin.ErrNotFound) {
				return now, err
			}
			for _, v := range versions {
				if seen := v.SeenAt; seen.Before(first) && now.Sub(seen) < sightAge {
					first = seen
				}
			}
		}
	}
	return first, nil
}

// Asked returns the checklists that are asked before an incident is closed, by the
// workload ids of the services that failed.
func (b *Book) Asked(services []string) []Checklist {
	var known []string
	for _, service := range services {
		known = append(known, knowledge.ServicesOf(service)...)
	}
	return b.RecoveryOf(known)
}

// AskedItems returns the names of the items of [Book.Asked], such as
// exchange/queues. They are the same in every language.
func AskedItems(services []string) (items []string, err error) {
	book, err := In("en")
	if err != nil {
		return nil, err
	}
	for _, list := range book.Asked(services) {
		for _, item := range list.Items {
			items = append(items, list.ItemName(item))
		}
	}
	return items, nil
}

// ItemName returns the name of an item of the list, by which it is ticked.
func (c Checklist) ItemName(item Item) string { return c.ID + "/" + item.ID }
