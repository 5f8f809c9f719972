package publish

import (
	"cmp"
	"context"
	"slices"

	"example.org/tocsin/internal/tocsin"
)

// Editions returns the tenants that publish something, by name.
func (r *Reader) Editions(ctx context.Context) ([]Edition, error) {
	if _, err := r.find(ctx, ""); err != nil { // reads them again when it is time to
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Edition
	for key, e := range r.editions {
		if key == e.Tenant.ID && !e.Tenant.Disabled && e.Readership != tocsin.ForNobody {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b Edition) int { return cmp.Compare(a.Tenant.Name, b.Tenant.Name) })
	return list, nil
}
