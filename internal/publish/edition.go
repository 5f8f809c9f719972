package publish

import (
	"cmp"
	"context"
	"slices"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// Asked finds the edition that a visitor asks for by the name or id of its
// tenant, or for "" the only one that they may read. It fails with
// [tocsin.ErrNotFound], in the words of [Reader.Edition], for what they may not
// read, and with [tocsin.ErrInvalid] where there are several to choose from.
func (r *Reader) Asked(ctx context.Context, visitor access.Visitor, tenant string) (Edition, error) {
	if tenant != "" {
		e, err := r.Edition(ctx, tenant)
		if err == nil && !e.readBy(visitor) {
			return Edition{}, nothing()
		}
		return e, err
	}
	list, err := r.editionsOf(ctx, visitor)
	if err != nil {
		return Edition{}, err
	}
	switch len(list) {
	case 0:
		return Edition{}, nothing()
	case 1:
		return list[0], nil
	}
	return Edition{}, tocsin.Invalidf("tenant", "Several tenants are published: name one, as ?tenant=%s.", list[0].Tenant.Name)
}

// readBy reports whether a visitor may read the edition: everybody an open one,
// any other those who read the tenant's health at the desk.
func (e Edition) readBy(visitor access.Visitor) bool {
	return e.Open() || visitor.May(access.ReadHealth, e.Tenant.ID)
}

// editionsOf returns the editions that a visitor may read, by name.
func (r *Reader) editionsOf(ctx context.Context, visitor access.Visitor) ([]Edition, error) {
	if _, err := r.find(ctx, ""); err != nil { // reads them again when it is time to
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Edition
	for key, e := range r.editions {
		if key == e.Tenant.ID && !e.Tenant.Disabled && e.Readership != tocsin.ForNobody && e.readBy(visitor) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b Edition) int { return cmp.Compare(a.Tenant.Name, b.Tenant.Name) })
	return list, nil
}
