//go:build unix

package web_test

import (
	"context"
	"sync/atomic"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// counted is an archive that counts the queries that pages of issues make.
type counted struct {
	*storetest.Desk
	queries atomic.Int64
}

func (c *counted) Body(ctx context.Context, num int64) ([]byte, error) {
	c.queries.Add(1)
	return c.Desk.Body(ctx, num)
}

// BodyOf finds the document first.
func (c *counted) BodyOf(ctx context.Context, hash tocsin.Hash) ([]byte, error) {
	c.queries.Add(2)
	return c.Desk.BodyOf(ctx, hash)
}

func (c *counted) Versions(ctx context.Context, tenantID string, ref store.Ref) ([]tocsin.Version, error) {
	c.queries.Add(1)
	return c.Desk.Versions(ctx, tenantID, ref)
}

func (c *counted) States(ctx context.Context, tenantID string, kind tocsin.Kind, since int64) ([]store.State, error) {
	c.queries.Add(1)
	return c.Desk.States(ctx, tenantID, kind, since)
}

func (c *counted) Files(ctx context.Context, tenantID string, ref store.Ref) ([]tocsin.File, error) {
	c.queries.Add(1)
	return c.Desk.Files(ctx, tenantID, ref)
}

// The page of an issue reads its text, its versions and its files, however many
// versions there are: the status of each is beside it, not in its text.
func TestVersionsAreNotRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	long(d, 40)
	first := d.page("/issues/EX40") // it finds out what all pages of the tenant share
	d.reads.queries.Store(0)
	again := d.page("/issues/EX40")
	if n := d.reads.queries.Load(); n > 3 {
		t.Errorf("the page made %d queries", n)
	}
	if first != again {
		t.Error("the second page says something else than the first")
	}
	has(t, "page", again, "Service interruption", "Service degradation", "Restoring service")
}
