// Package readmodel is the read side that both APIs and the pages are served
// from: one immutable [Snapshot] per tenant, swapped whole when a change has
// been stored. Texts stay in the store and are kept decoded for the items that
// are asked for.
package readmodel

import (
	"context"
	"errors"

	"example.org/tocsin/internal/tocsin"
)

// A Model holds the snapshots of all tenants.
type Model struct{}

// Snapshot is the present state of one tenant, by GUID. It fails with
// [tocsin.ErrNotFound] for a tenant that is not set up.
func (m *Model) Snapshot(ctx context.Context, tenantID string) (*Snapshot, error) {
	return nil, errors.New("not built yet")
}

// Issue reads the current text of an issue.
func (m *Model) Issue(ctx context.Context, row *Row) (tocsin.Issue, error) {
	return tocsin.Issue{}, errors.New("not built yet")
}

// Message reads the current text of a message.
func (m *Model) Message(ctx context.Context, row *Row) (tocsin.Message, error) {
	return tocsin.Message{}, errors.New("not built yet")
}
