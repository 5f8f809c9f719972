package archive

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Why a version counts for nothing.
const (
	VoidMadeUp     = "madeUp"     // of a service that was made of an issue or message
	VoidSaysNoNews = "saysNoNews" // it means what the version before it means
)

// A Flaw is what [Store.Repair] finds of one item.
type Flaw struct {
	tocsin.Ref
	// What is [VoidMadeUp] or [VoidSaysNoNews], or "untimed" for an item of which
	// a state without a time of its own outranks one that has a time.
	What     string
	Versions []int // that are set aside; none of an untimed state
	Holds    int   // the version that holds afterwards, 0 for none
}

// FlawUntimed is the flaw of an item whose state has no time of its own.
const FlawUntimed = "untimed"

// Repair finds what faults of older versions of the program have left in the
// archive of one tenant, and puts it right unless dry is set: services that
// were made of issues, states without a time that outrank those with one, and
// versions that say nothing new. Nothing is removed: versions are set aside,
// and count for nothing from then on. It happens in one transaction with an
// entry in the audit log, and a second time finds nothing.
func (s *Store) Repair(ctx context.Context, tenantID string, dry bool) ([]Flaw, error) {
	var flaws []Flaw
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		r := repair{recording: &recording{Record: Record{TenantID: tenantID}, store: s, tenant: tenant}, tx: tx}
		if err := r.lock(ctx, tx); err != nil {
			return err
		}
		if err := r.run(ctx); err != nil {
			return err
		}
		flaws = r.flaws
		switch {
		case dry:
			return errDry
		case len(flaws) == 0:
			return nil
		}
		sum, err := voidSum(ctx, tx, tenant)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{TenantID: tenantID, Action: "archive.repair", Object: tocsin.Count(len(flaws), "item", "items"), Detail: sum + " " + named(flaws)})
	})
	if err != nil && !errors.Is(err, errDry) {
		return nil, fmt.Errorf("repair tenant %s: %w", tenantID, err)
	}
	return flaws, nil
}

// maxNamed bounds the names of items in the audit log, in bytes; the sum before
// them covers all.
const maxNamed = 2000

func named(flaws []Flaw) string {
	list := make([]string, len(flaws))
	for i, f := range flaws {
		list[i] = f.What + " " + f.ID
		for _, n := range f.Versions {
			list[i] += fmt.Sprintf(" %d", n)
		}
	}
	return tocsin.Clip(strings.Join(list, ", "), maxNamed)
}

// repair is the state of one repair inside its transaction.
type repair struct {
	*recording
	tx    *store.Tx
	flaws []Flaw
}

// suspect is an item with all its versions that count.
type suspect struct {
	member
	ref      tocsin.Ref
	versions []storedVersion // by time, then in the order of storing
}

type storedVersion struct {
	heldVersion
	stated bool
}

func (r *repair) run(ctx context.Context) error {
	suspects, err := r.suspects(ctx)
	if err != nil {
		return err
	}
	for _, one := range suspects {
		if err := r.look(ctx, one); err != nil {
			return fmt.Errorf("repair %s: %w", one.ref.ID, err)
		}
	}
	if len(r.flaws) > 0 {
		if err := dropVoid(ctx, r.tx, r.tenant); err != nil {
			return fmt.Errorf("drop lines of the log: %w", err)
		}
	}
	return r.tellReaders(ctx)
}

// suspects are the items that may have a flaw: those with several versions, and
// those that are called services and have the id of a notice.
func (r *repair) suspects(ctx context.Context) ([]*suspect, error) {
	rows, err := r.tx.QueryContext(ctx, `
		SELECT m.item, m.n, m.document, m.source, m.shown, i.kind, i.id, v.n, v.at, v.stated, v.seen_at, d.num, d.core, d.rollout
		FROM members m JOIN items i ON i.num = m.item JOIN versions v ON v.tenant = m.tenant AND v.item = m.item JOIN documents d ON d.num = v.document
		WHERE m.tenant = $1 AND v.void = '' AND (m.versions > 1 OR i.kind IN ($2, $3)) ORDER BY i.kind, i.id, m.item, v.at, v.n`,
		r.tenant, string(tocsin.KindService), string(tocsin.KindOverview))
	var list []*suspect
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var one suspect
		var v storedVersion
		var core, rollout []byte
		err := rows.Scan(&one.item, &one.n, &one.document, &one.source, &one.shown, &one.ref.Kind, &one.ref.ID, &v.n, &v.at, &v.stated, &v.seenAt, &v.num, &core, &rollout)
		copy(v.meaning.Core[:], core)
		copy(v.meaning.Rollout[:], rollout)
		v.ref = one.ref
		if len(list) == 0 || list[len(list)-1].item != one.item {
			list = append(list, &one)
		}
		last := list[len(list)-1]
		last.versions = append(last.versions, v)
		return struct{}{}, err
	})
	return list, err
}

// look finds the flaws of one item and puts them right.
func (r *repair) look(ctx context.Context, one *suspect) error {
	service := one.ref.Kind == tocsin.KindService || one.ref.Kind == tocsin.KindOverview
	if service && one.source != tocsin.SourceOwn && tocsin.SeemsNotice(one.ref.ID, tocsin.NoticeDigits) {
		return r.setAside(ctx, one, VoidMadeUp, one.versions, nil)
	}
	if !service {
		if best := one.best(); best != nil {
			r.flaws = append(r.flaws, Flaw{Ref: one.ref, What: FlawUntimed, Holds: best.n})
			if err := r.hold(ctx, one, best); err != nil {
				return err
			}
			if err := r.show(ctx, r.tx, &one.member, 0, 0, nil); err != nil {
				return err
			}
			if _, err := r.tx.ExecContext(ctx, `UPDATE members SET shown = 0, shown_at = 0, wording = $1 WHERE tenant = $2 AND item = $3`, []byte{}, r.tenant, one.item); err != nil {
				return err
			}
		}
	}
	empty, err := r.empty(ctx, one)
	if err != nil || len(empty) == 0 {
		return err
	}
	return r.setAside(ctx, one, VoidSaysNoNews, empty, one.before(empty))
}

// best is the version that should hold instead of one without a time of its
// own, nil when the right one does.
func (s *suspect) best() *storedVersion {
	var best *storedVersion
	for i := range s.versions {
		v := &s.versions[i]
		if v.n == s.n && v.stated {
			return nil
		}
		if v.stated {
			best = v // the last one is the newest
		}
	}
	return best
}

// empty are the versions that mean what the one before them means.
func (r *repair) empty(ctx context.Context, one *suspect) ([]storedVersion, error) {
	if len(one.versions) < 2 {
		return nil, nil
	}
	var list []storedVersion
	var last *tocsin.Meaning
	for i := range one.versions {
		v := &one.versions[i]
		if err := r.understand(ctx, r.tx, &v.stored); err != nil {
			return nil, err
		}
		if last != nil && last.Same(v.meaning) {
			list = append(list, *v)
			if v.meaning.Rollout != (tocsin.Hash{}) {
				last.Rollout = v.meaning.Rollout
			}
			continue
		}
		meaning := v.meaning
		if last != nil && meaning.Rollout == (tocsin.Hash{}) {
			meaning.Rollout = last.Rollout
		}
		last = &meaning
	}
	return list, nil
}

// before is the version that holds when some are set aside: the one that holds
// now, or the last one before it that counts.
func (s *suspect) before(empty []storedVersion) *storedVersion {
	var kept *storedVersion
	for i := range s.versions {
		v := &s.versions[i]
		if !slices.ContainsFunc(empty, func(e storedVersion) bool { return e.n == v.n }) {
			kept = v
		}
		if v.n == s.n {
			break
		}
	}
	return kept
}

// setAside lets versions count for nothing, and holds what is to hold then.
func (r *repair) setAside(ctx context.Context, one *suspect, why string, versions []storedVersion, holds *storedVersion) error {
	flaw := Flaw{Ref: one.ref, What: why}
	for _, v := range versions {
		flaw.Versions = append(flaw.Versions, v.n)
		if _, err := r.tx.ExecContext(ctx, `UPDATE versions SET void = $1 WHERE tenant = $2 AND item = $3 AND n = $4`, why, r.tenant, one.item, v.n); err != nil {
			return err
		}
	}
	slices.Sort(flaw.Versions)
	if holds == nil {
		r.flaws = append(r.flaws, flaw)
		_, err := r.tx.ExecContext(ctx, `UPDATE members SET n = 0 WHERE tenant = $1 AND item = $2`, r.tenant, one.item)
		return err
	}
	flaw.Holds = holds.n
	r.flaws = append(r.flaws, flaw)
	if holds.n == one.n {
		return nil
	}
	if err := r.keepText(ctx, one, holds); err != nil {
		return err
	}
	return r.hold(ctx, one, holds)
}

// keepText goes on to show the text of the version that holds now, which is the
// newest.
func (r *repair) keepText(ctx context.Context, one *suspect, holds *storedVersion) error {
	if one.shown != 0 || one.document == holds.num {
		return nil
	}
	err := r.tx.QueryRowContext(ctx, `INSERT INTO wordings (tenant, item, hash, body, superseded)
		SELECT CAST($1 AS BIGINT), item, hash, body, 0 FROM documents WHERE num = $2 RETURNING num`, r.tenant, one.document).Scan(&one.shown)
	if err != nil {
		return err
	}
	_, err = r.tx.ExecContext(ctx, `UPDATE members SET shown = $1, wording = (SELECT meaning FROM documents WHERE num = $2),
		shown_at = (SELECT seen_at FROM versions v WHERE v.tenant = $3 AND v.item = $4 AND v.n = $5) WHERE tenant = $3 AND item = $4`,
		one.shown, one.document, r.tenant, one.item, one.n)
	return err
}

// hold lets another version hold, and moves the index of texts along.
func (r *repair) hold(ctx context.Context, one *suspect, v *storedVersion) error {
	was := one.document
	one.n, one.document = v.n, v.num
	if _, err := r.tx.ExecContext(ctx, `UPDATE members SET n = $1, document = $2 WHERE tenant = $3 AND item = $4`, v.n, v.num, r.tenant, one.item); err != nil {
		return err
	}
	if !searched(one.ref.Kind) || was == v.num {
		return nil
	}
	if err := r.store.putTexts(ctx, r.tx, map[int64]tocsin.Kind{v.num: one.ref.Kind}, nil); err != nil {
		return err
	}
	return r.store.dropTexts(ctx, r.tx, []any{was})
}

// tellReaders writes a change for each item, of which only the program's own
// readers hear.
func (r *repair) tellReaders(ctx context.Context) error {
	if len(r.flaws) == 0 {
		return nil
	}
	for _, f := range r.flaws {
		var item int64
		if err := r.tx.QueryRowContext(ctx, `SELECT num FROM items WHERE kind = $1 AND id = $2`, string(f.Kind), f.ID).Scan(&item); err != nil {
			return err
		}
		r.changes = append(r.changes, store.ItemChange{Item: item, Change: tocsin.Change{N: f.Holds, What: tocsin.WhatReworded, Silent: true}})
	}
	return r.tx.Append(ctx, r.tenant, r.changes)
}

// voidSum is a hash of which versions of a tenant count for nothing, and why.
func voidSum(ctx context.Context, q store.Querier, tenant int64) (string, error) {
	rows, err := q.QueryContext(ctx, `SELECT i.kind, i.id, v.n, v.void FROM versions v JOIN items i ON i.num = v.item WHERE v.tenant = $1 AND v.void <> ''`, tenant)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (line string, err error) {
		var kind, id, void string
		var n int
		err = rows.Scan(&kind, &id, &n, &void)
		return fmt.Sprintf("%s\x00%s\x00%d\x00%s\n", kind, id, n, void), err
	})
	if err != nil || len(list) == 0 {
		return "", err
	}
	slices.SortFunc(list, cmp.Compare[string])
	sum := sha256.Sum256([]byte(strings.Join(list, "")))
	return hex.EncodeToString(sum[:]), nil
}

// checkVoid holds the versions that count for nothing against what the audit
// log says of the last repair: none was set aside without a word.
func (s *Store) checkVoid(ctx context.Context, tenantID string) (problem string, err error) {
	tenant, err := s.db.TenantNum(ctx, s.db.Read(), tenantID)
	if err != nil {
		return "", err
	}
	sum, err := voidSum(ctx, s.db.Read(), tenant)
	if err != nil || sum == "" {
		return "", err
	}
	entries, err := s.db.Audit(ctx, store.AuditQuery{Action: "archive.repair", TenantID: tenantID, Limit: 1})
	if err != nil {
		return "", err
	}
	if len(entries) == 0 || !strings.HasPrefix(entries[0].Detail, sum) {
		return "Versions count for nothing that the audit log does not name.", nil
	}
	return "", nil
}
