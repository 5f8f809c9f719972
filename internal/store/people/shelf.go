package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A shelf keeps one kind of things that belong to a tenant or to the whole
// desk, each with a GUID that never changes. Every change is in the audit log,
// in its transaction.
type shelf[T any] struct {
	noun                    string   // in errors
	added, altered, removed string   // actions in the audit log
	table                   string   // that the things are in
	columns                 []string // that are written, the first is the id
	order                   string   // in which things are listed
	taken                   error    // what is said when the like is there already
	place                   func(*T) place
	scan                    func(*sql.Rows) (T, error)
	values                  func(T) []any // of the columns
	// valid normalises a thing and finds what is wrong with it by itself.
	valid func(*T) error
	// refer finds what is wrong with what a thing names; was is the zero value of
	// a new one. What was named before may stay.
	refer func(ctx context.Context, q store.Querier, was, is T) error
	// words are what a thing is called in the audit log, and what is worth saying
	// of it: nothing personal.
	words func(ctx context.Context, q store.Querier, v T) (object, detail string, err error)
	// fill reads what is in other tables, keep writes it, clear removes it and
	// says what else that meant; each may be nil.
	fill  func(ctx context.Context, q store.Querier, list []T) error
	keep  func(ctx context.Context, tx *store.Tx, v T) error
	clear func(ctx context.Context, tx *store.Tx, v T) (detail string, err error)
}

// A place is where a thing stands, and what never changes of it.
type place struct {
	id, tenantID *string
	createdAt    *time.Time
}

// list reads things; where follows the table.
func (k shelf[T]) list(ctx context.Context, q store.Querier, where string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+strings.Join(k.columns, ", ")+` FROM `+k.table+` `+where+` ORDER BY `+k.order, args...)
	list, err := store.Collect(rows, err, k.scan)
	if err == nil && k.fill != nil {
		err = k.fill(ctx, q, list)
	}
	return list, err
}

// all lists everything on the shelf.
func (k shelf[T]) all(ctx context.Context, db *store.Store) ([]T, error) {
	list, err := k.list(ctx, db.Read(), "")
	if err != nil {
		return nil, fmt.Errorf("list %ss: %w", k.noun, db.Translate(err))
	}
	return list, nil
}

// one reads the thing of an id.
func (k shelf[T]) one(ctx context.Context, q store.Querier, id string) (T, error) {
	list, err := k.list(ctx, q, `WHERE id = $1`, strings.ToLower(id))
	if err == nil && len(list) == 0 {
		err = tocsin.NotFoundf("There is no such %s.", k.noun)
	}
	if err != nil {
		var none T
		return none, err
	}
	return list[0], nil
}

// add stores a new thing.
func (k shelf[T]) add(ctx context.Context, db *store.Store, v T) error {
	if err := k.valid(&v); err != nil {
		return err
	}
	err := db.InTx(ctx, func(tx *store.Tx) error { return k.insert(ctx, tx, db, v, *k.place(&v).createdAt) })
	return k.explain(err, "add")
}

// insert writes a new thing that is valid by itself.
func (k shelf[T]) insert(ctx context.Context, tx *store.Tx, db *store.Store, v T, now time.Time) error {
	var none T
	if err := errors.Join(checkTenant(ctx, tx, *k.place(&v).tenantID), k.refer(ctx, tx, none, v)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO `+k.table+` (`+strings.Join(k.columns, ", ")+`) VALUES (`+store.Placeholders(1, len(k.columns))+`)`, k.values(v)...)
	if err != nil {
		return k.collision(db, err)
	}
	return k.finish(ctx, tx, k.added, v, now)
}

// alter lets change alter the thing of an id, which nobody else does
// meanwhile. Its id, its tenant and its age stay as they are.
func (k shelf[T]) alter(ctx context.Context, db *store.Store, id string, now time.Time, change func(*T) error) (v T, err error) {
	err = db.InTx(ctx, func(tx *store.Tx) error {
		was, err := k.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		// Read again: what changes v may reach into slices that was shares.
		if v, err = k.one(ctx, tx, id); err != nil {
			return err
		}
		if err := change(&v); err != nil {
			return err
		}
		from, to := k.place(&was), k.place(&v)
		*to.id, *to.tenantID, *to.createdAt = *from.id, *from.tenantID, *from.createdAt
		if err := k.valid(&v); err != nil {
			return err
		}
		if err := k.refer(ctx, tx, was, v); err != nil {
			return err
		}
		sets := make([]string, len(k.columns)-1)
		for i, column := range k.columns[1:] {
			sets[i] = fmt.Sprintf("%s = $%d", column, i+2)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE `+k.table+` SET `+strings.Join(sets, ", ")+` WHERE id = $1`, k.values(v)...); err != nil {
			return k.collision(db, err)
		}
		return k.finish(ctx, tx, k.altered, v, now)
	})
	return v, k.explain(err, "change")
}

// lock reads the thing of an id and keeps it from being changed by others.
func (k shelf[T]) lock(ctx context.Context, tx *store.Tx, id string) (T, error) {
	if _, err := tx.ExecContext(ctx, `UPDATE `+k.table+` SET id = id WHERE id = $1`, strings.ToLower(id)); err != nil {
		var none T
		return none, err
	}
	return k.one(ctx, tx, id)
}

// finish writes what belongs to a thing elsewhere, and the audit entry.
func (k shelf[T]) finish(ctx context.Context, tx *store.Tx, action string, v T, now time.Time) error {
	if k.keep != nil {
		if err := k.keep(ctx, tx, v); err != nil {
			return err
		}
	}
	object, detail, err := k.words(ctx, tx, v)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: *k.place(&v).tenantID, Action: action, Object: object, Detail: detail})
}

// remove removes the thing of an id and what is about nothing else.
func (k shelf[T]) remove(ctx context.Context, db *store.Store, id string, now time.Time) error {
	err := db.InTx(ctx, func(tx *store.Tx) error {
		v, err := k.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		object, _, err := k.words(ctx, tx, v)
		if err != nil {
			return err
		}
		detail := ""
		if k.clear != nil {
			if detail, err = k.clear(ctx, tx, v); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+k.table+` WHERE id = $1`, *k.place(&v).id); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: *k.place(&v).tenantID, Action: k.removed, Object: object, Detail: detail})
	})
	return k.explain(err, "remove")
}

// collision is the error of a statement that writes a thing: what is there
// already is named in words of the noun.
func (k shelf[T]) collision(db *store.Store, err error) error {
	if errors.Is(db.Translate(err), tocsin.ErrConflict) {
		return k.taken
	}
	return err
}

// explain says what was done when something went wrong.
func (k shelf[T]) explain(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", doing, k.noun, err)
}

// checkTenant fails unless there is a tenant of that id, or the id is empty.
func checkTenant(ctx context.Context, q store.Querier, id string) error {
	var n int
	if err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM tenants WHERE id = $1`, id).Scan(&n); err != nil {
		return err
	}
	if id != "" && n == 0 {
		return tocsin.Invalidf("tenant", "There is no such tenant.")
	}
	return nil
}
