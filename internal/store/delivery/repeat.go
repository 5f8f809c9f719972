package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// An Again says that what a delivery tells is told again after a while, unless it
// is over by then or there is something new to tell. The zero value is never.
type Again struct {
	Every    time.Duration
	Route    string // id of the route
	TenantID string
	Ref      tocsin.Ref
}

// A Repeat is an issue that an endpoint may have to be told of again.
type Repeat struct {
	Endpoint string // its key
	Failing  bool   // the endpoint does not take messages
	TenantID string
	Ref      tocsin.Ref
	Route    string // id of the route that it was told through
	DueAt    time.Time

	endpoint, tenant, item int64
	n                      int
}

// A Decision is what follows of a [Repeat]: it is told, or not now, or never again.
type Decision struct {
	Repeat
	Tell bool
	Row  Row       // what is told; its change is made
	Next time.Time // when it is looked at again, zero for never
}

// again notes when items are told again, in the transaction of their deliveries.
func (s *Store) again(ctx context.Context, tx *store.Tx, list []Row, written [][]any) error {
	type key struct {
		endpoint any
		tenant   string
		ref      tocsin.Ref
	}
	at := map[key]int{}
	var rows [][]any
	for i, r := range list {
		if r.Again.Every <= 0 || r.Cancelled != "" {
			continue
		}
		endpoint, due := written[i][1], written[i][5].(int64)
		one := key{endpoint, r.Again.TenantID, r.Again.Ref}
		row := []any{r.Change, endpoint, store.Clean(r.Again.Route), due + r.Again.Every.Microseconds()}
		if k, ok := at[one]; ok {
			rows[k] = row
			continue
		}
		at[one] = len(rows)
		rows = append(rows, row)
	}
	_, err := tx.Update(ctx, `INSERT INTO delivery_repeats (endpoint, tenant, item, n, route, due_at) SELECT v.column2, c.tenant, c.item, c.n, v.column3, v.column4`,
		[]string{"BIGINT", "BIGINT", "TEXT", "BIGINT"}, rows,
		`JOIN changes c ON c.seq = v.column1 WHERE c.seq > 0 ON CONFLICT (endpoint, tenant, item) DO UPDATE SET n = excluded.n, route = excluded.route, due_at = excluded.due_at`)
	return err
}

// Repeats lists what is to be told again by now, what has waited longest first.
func (s *Store) Repeats(ctx context.Context, now time.Time, limit int) ([]Repeat, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT e.key, e.failures > 0, t.id, i.kind, i.id, r.route, r.due_at, r.endpoint, r.tenant, r.item, r.n
		FROM delivery_repeats r JOIN delivery_endpoints e ON e.num = r.endpoint JOIN tenants t ON t.num = r.tenant JOIN items i ON i.num = r.item
		WHERE r.due_at <= $1 ORDER BY r.due_at, r.endpoint, r.tenant, r.item LIMIT $2`, tocsin.Micros(now), limit)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (r Repeat, err error) {
		var due int64
		err = rows.Scan(&r.Endpoint, &r.Failing, &r.TenantID, &r.Ref.Kind, &r.Ref.ID, &r.Route, &due, &r.endpoint, &r.tenant, &r.item, &r.n)
		r.DueAt = tocsin.FromMicros(due)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("find what is told again: %w", s.db.Translate(err))
	}
	return list, nil
}

// TellAgain writes what follows of repeats, in one transaction: deliveries of what is
// told again, each issue of a tenant by one change for all endpoints. What another
// process has decided meanwhile, or what there is news of, is left alone. It
// returns how many deliveries there are.
func (s *Store) TellAgain(ctx context.Context, list []Decision, now time.Time) (n int, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		type of struct{ tenant, item int64 }
		var told []Decision
		var changes []store.ItemChange
		at := map[of]int{}
		for _, d := range list {
			moved, err := move(ctx, tx, d)
			if err != nil {
				return err
			}
			if !moved || !d.Tell {
				continue
			}
			told = append(told, d)
			k, ok := at[of{d.tenant, d.item}]
			if !ok {
				k = len(changes)
				at[of{d.tenant, d.item}] = k
				changes = append(changes, store.ItemChange{Tenant: d.tenant, Item: d.item, Change: tocsin.Change{N: d.n, What: tocsin.WhatRepeat, At: now}})
			}
			changes[k].N = max(changes[k].N, d.n)
		}
		if err := tx.AppendAll(ctx, changes); err != nil {
			return err
		}
		rows := make([]Row, len(told))
		for i, d := range told {
			rows[i] = d.Row
			rows[i].Change, rows[i].Endpoint = changes[at[of{d.tenant, d.item}]].Seq, d.Endpoint
		}
		n = len(rows)
		return s.Enqueue(ctx, tx, rows, now)
	})
	if err != nil {
		return 0, fmt.Errorf("tell again: %w", err)
	}
	return n, nil
}

// move sets when a repeat is looked at next, and reports whether it still stood
// where it was found.
func move(ctx context.Context, tx *store.Tx, d Decision) (bool, error) {
	const which = ` WHERE endpoint = $1 AND tenant = $2 AND item = $3 AND due_at = $4`
	args := []any{d.endpoint, d.tenant, d.item, tocsin.Micros(d.DueAt)}
	if d.Next.IsZero() {
		return store.Changed(tx.ExecContext(ctx, `DELETE FROM delivery_repeats`+which, args...))
	}
	return store.Changed(tx.ExecContext(ctx, `UPDATE delivery_repeats SET due_at = $5`+which, append(args, tocsin.Micros(d.Next))...))
}
