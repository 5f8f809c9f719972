package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// ErrKeyReused is the cause of a conflict about an [Authoring] whose key was
// used for another request.
var ErrKeyReused = errors.New("key used for another request")

// An Authoring is one act of writing by somebody of the desk.
type Authoring struct {
	TenantID string
	By       string // who writes: the id of a client or person
	At       time.Time
	Key      string      // a repetition under the same key has no effect; "" for none
	Request  tocsin.Hash // of what is asked for, to tell a repetition from another request
	// Write says what is to be stored, the item that it is about first. It may
	// be called again when the transaction lost a race.
	Write func(ctx context.Context, d *Draft) ([]tocsin.Document, error)
}

// An Authored is what came of an [Authoring].
type Authored struct {
	tocsin.Held
	Repeated bool // the key was there already: nothing was written
	Changes  []tocsin.Change
}

// A Draft is the archive of one tenant while somebody writes to it: nobody else
// does until the end.
type Draft struct {
	store  *Store
	tx     *store.Tx
	tenant int64
}

// Author stores what somebody of the desk writes, by the rules of [Store.Record]:
// documents, versions in the tenant's chain and changes in one transaction. It
// fails with [tocsin.ErrConflict] for an item that another source lists.
func (s *Store) Author(ctx context.Context, a Authoring) (Authored, error) {
	var done Authored
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		done, err = s.author(ctx, tx, a)
		return err
	})
	if err != nil {
		return Authored{}, err // the author says what it was about
	}
	return done, nil
}

func (s *Store) author(ctx context.Context, tx *store.Tx, a Authoring) (Authored, error) {
	tenant, err := s.db.TenantNum(ctx, tx, a.TenantID)
	if err != nil {
		return Authored{}, err
	}
	// The row stays locked until the end: one author at a time.
	if _, err := tx.ExecContext(ctx, `UPDATE tenants SET versions = versions WHERE num = $1`, tenant); err != nil {
		return Authored{}, err
	}
	d := &Draft{store: s, tx: tx, tenant: tenant}
	if done, found, err := d.repeated(ctx, a); err != nil || found {
		return done, err
	}
	documents, err := a.Write(ctx, d)
	if err != nil {
		return Authored{}, err
	}
	record := Record{TenantID: a.TenantID, Source: tocsin.SourceOwn, SeenAt: a.At, Listed: true}
	for _, document := range documents {
		at, err := d.after(ctx, tocsin.Ref{Kind: document.Kind, ID: document.ID}, a.At)
		if err != nil {
			return Authored{}, err
		}
		record.Entries = append(record.Entries, Entry{Document: document, SeenAt: at})
	}
	var done Authored
	if done.Changes, err = s.record(ctx, tx, record); err != nil {
		return Authored{}, err
	}
	if done.Held, err = s.held(ctx, tx, tenant, tocsin.Ref{Kind: documents[0].Kind, ID: documents[0].ID}, 0); err != nil {
		return Authored{}, err
	}
	if err := d.sign(ctx, a, done); err != nil {
		return Authored{}, err
	}
	held := done.Held
	return done, tx.Audit(ctx, tocsin.AuditEntry{
		At: a.At, TenantID: a.TenantID, Action: "item.write", Object: string(held.Kind) + " " + held.ID, Detail: fmt.Sprintf("version %d by %s", held.N, a.By),
	})
}

// after is at, or the first instant after the state of an item that holds: a
// clock that went back must not hide what was just written.
func (d *Draft) after(ctx context.Context, ref tocsin.Ref, at time.Time) (time.Time, error) {
	held, err := d.Held(ctx, ref)
	switch {
	case errors.Is(err, tocsin.ErrNotFound):
		return at, nil
	case err != nil:
		return at, err
	case !held.Own():
		return at, tocsin.Conflictf("The %s %q belongs to the source %s.", ref.Kind, tocsin.Clip(ref.ID, 80), held.On)
	case at.After(held.At):
		return at, nil
	}
	return held.At.Add(time.Microsecond), nil
}

// repeated finds what came of an earlier request with the same key.
func (d *Draft) repeated(ctx context.Context, a Authoring) (done Authored, found bool, err error) {
	if a.Key == "" {
		return done, false, nil
	}
	var request []byte
	var ref tocsin.Ref
	var n int
	err = d.tx.QueryRowContext(ctx, `SELECT i.kind, i.id, a.n, a.request FROM authorings a JOIN items i ON i.num = a.item
		WHERE a.tenant = $1 AND a.author = $2 AND a.request_key = $3`, d.tenant, a.By, a.Key).Scan(&ref.Kind, &ref.ID, &n, &request)
	if errors.Is(err, sql.ErrNoRows) {
		return done, false, nil
	}
	if err != nil {
		return done, false, err
	}
	if string(request) != string(a.Request[:]) {
		return done, false, &tocsin.Error{
			Kind: tocsin.ErrConflict, Field: "Idempotency-Key", Message: "The key was used for another request.", Cause: ErrKeyReused,
		}
	}
	done.Repeated = true
	done.Held, err = d.store.held(ctx, d.tx, d.tenant, ref, n)
	return done, true, err
}

// sign notes who wrote.
func (d *Draft) sign(ctx context.Context, a Authoring, done Authored) error {
	_, err := d.tx.ExecContext(ctx, `INSERT INTO authorings (tenant, item, n, author, request_key, request, at)
		SELECT CAST($1 AS BIGINT), num, CAST($2 AS BIGINT), $3, $4, $5, CAST($6 AS BIGINT) FROM items WHERE kind = $7 AND id = $8`,
		d.tenant, done.N, a.By, a.Key, a.Request[:], tocsin.Micros(a.At), string(done.Kind), done.ID)
	return err
}

// firstOwn is the first number of an own id: four digits look like an id.
const firstOwn = 1001

// NextID takes the next free id for an issue or message of the tenant. Numbers
// are never used twice; a draft that is given up may leave a gap.
func (d *Draft) NextID(ctx context.Context) (string, error) {
	for {
		var number int64
		err := d.tx.QueryRowContext(ctx, `INSERT INTO counters (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`,
			fmt.Sprintf("own %d", d.tenant), firstOwn).Scan(&number)
		if err != nil {
			return "", err
		}
		id, taken := tocsin.OwnID(number), 0
		err = d.tx.QueryRowContext(ctx, `SELECT count(*) FROM members m JOIN items i ON i.num = m.item WHERE m.tenant = $1 AND i.id = $2`,
			d.tenant, id).Scan(&taken)
		if err != nil {
			return "", err
		}
		if taken == 0 {
			return id, nil
		}
	}
}

// Held is the version of an item that holds now. It fails with
// [tocsin.ErrNotFound] when the tenant has none.
func (d *Draft) Held(ctx context.Context, ref tocsin.Ref) (tocsin.Held, error) {
	return d.store.held(ctx, d.tx, d.tenant, ref, 0)
}

// OwnIssues lists the texts of the own issues about a service that are
// not over at at.
func (d *Draft) OwnIssues(ctx context.Context, serviceID string, at time.Time) ([][]byte, error) {
	rows, err := d.tx.QueryContext(ctx, `SELECT d.body FROM members m JOIN items i ON i.num = m.item JOIN documents d ON d.num = m.document
		WHERE m.tenant = $1 AND m.source = $2 AND i.kind = $3 AND d.service_id = $4 AND `+fmt.Sprintf(openAt(), 5)+` ORDER BY i.id`,
		d.tenant, tocsin.SourceOwn, string(tocsin.KindIssue), serviceID, tocsin.Micros(at))
	return store.Collect(rows, err, func(rows *sql.Rows) ([]byte, error) {
		var packed []byte
		if err := rows.Scan(&packed); err != nil {
			return nil, err
		}
		return d.store.db.Unpack(packed)
	})
}

// Held is one version of an item of a tenant with its text: number n, or for 0
// the one that holds. It fails with [tocsin.ErrNotFound] when there is none.
func (s *Store) Held(ctx context.Context, tenantID string, ref tocsin.Ref, n int) (tocsin.Held, error) {
	tenant, err := s.db.TenantNum(ctx, s.db.Read(), tenantID)
	if err == nil {
		var held tocsin.Held
		if held, err = s.held(ctx, s.db.Read(), tenant, ref, n); err == nil {
			return held, nil
		}
	}
	return tocsin.Held{}, fmt.Errorf("read %s: %w", ref.Kind, s.db.Translate(err))
}

func (s *Store) held(ctx context.Context, q store.Querier, tenant int64, ref tocsin.Ref, n int) (held tocsin.Held, err error) {
	rows, err := q.QueryContext(ctx, `SELECT t.id, i.kind, i.id, v.n, COALESCE(w.hash, d.hash), v.at, v.seen_at, v.source, v.chain, v.stated, COALESCE(w.body, d.body), m.source
		FROM members m JOIN items i ON i.num = m.item JOIN tenants t ON t.num = m.tenant
		JOIN versions v ON v.tenant = m.tenant AND v.item = m.item AND v.n = CASE WHEN CAST($4 AS BIGINT) = 0 THEN m.n ELSE CAST($4 AS BIGINT) END
		JOIN documents d ON d.num = v.document LEFT JOIN wordings w ON w.num = m.shown AND CAST($4 AS BIGINT) = 0
		WHERE m.tenant = $1 AND i.kind = $2 AND i.id = $3`, tenant, string(ref.Kind), ref.ID, n)
	list, err := store.Collect(rows, err, s.scanHeld)
	if err != nil {
		return held, err
	}
	if len(list) == 0 {
		return held, tocsin.NotFoundf("There is no %s %q.", ref.Kind, tocsin.Clip(ref.ID, 80))
	}
	return list[0], nil
}

func (s *Store) scanHeld(rows *sql.Rows) (h tocsin.Held, err error) {
	var hash, chain, packed []byte
	var at, seen int64
	if err := rows.Scan(&h.TenantID, &h.Kind, &h.ID, &h.N, &hash, &at, &seen, &h.Source, &chain, &h.Stated, &packed, &h.On); err != nil {
		return h, err
	}
	copy(h.Document[:], hash)
	copy(h.Chain[:], chain)
	h.At, h.SeenAt = tocsin.FromMicros(at), tocsin.FromMicros(seen)
	h.Body, err = s.db.Unpack(packed)
	return h, err
}

// Authors tells who of the desk wrote the versions of an item, by number.
func (s *Store) Authors(ctx context.Context, tenantID string, ref tocsin.Ref) (map[int]string, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT a.n, a.author FROM authorings a JOIN items i ON i.num = a.item JOIN tenants t ON t.num = a.tenant
		WHERE t.id = $1 AND i.kind = $2 AND i.id = $3 ORDER BY a.num DESC`, tenantID, string(ref.Kind), ref.ID)
	type signed struct {
		n  int
		by string
	}
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (a signed, err error) { return a, rows.Scan(&a.n, &a.by) })
	if err != nil {
		return nil, fmt.Errorf("list authors: %w", s.db.Translate(err))
	}
	authors := make(map[int]string, len(list))
	for _, a := range list {
		authors[a.n] = a.by // the first who wrote it
	}
	return authors, nil
}

// ServiceNames lists the services of the tenant, whoever named them.
func (d *Draft) ServiceNames(ctx context.Context) ([]tocsin.Service, error) {
	rows, err := d.tx.QueryContext(ctx, `SELECT i.id, d.title FROM members m JOIN items i ON i.num = m.item JOIN documents d ON d.num = m.document
		WHERE m.tenant = $1 AND m.n > 0 AND i.kind IN ($2, $3) ORDER BY i.id, i.kind`, d.tenant, string(tocsin.KindService), string(tocsin.KindOverview))
	return store.Collect(rows, err, func(rows *sql.Rows) (v tocsin.Service, err error) { return v, rows.Scan(&v.ID, &v.Name) })
}
