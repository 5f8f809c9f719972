package archive

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

const versionColumns = `t.id, i.kind, i.id, v.n, d.hash, v.at, v.seen_at, v.source, v.chain, v.stated, d.status
	FROM versions v JOIN tenants t ON t.num = v.tenant JOIN items i ON i.num = v.item JOIN documents d ON d.num = v.document`

func scanVersion(rows *sql.Rows) (v tocsin.Version, err error) {
	var hash, chain []byte
	var at, seen int64
	err = rows.Scan(&v.TenantID, &v.Kind, &v.ID, &v.N, &hash, &at, &seen, &v.Source, &chain, &v.Stated, &v.Status)
	copy(v.Document[:], hash)
	copy(v.Chain[:], chain)
	v.At, v.SeenAt = tocsin.FromMicros(at), tocsin.FromMicros(seen)
	return v, err
}

// Versions lists the versions of one item of a tenant that count, first to
// last; see [Store.Repair]. It fails with [tocsin.ErrNotFound] when there are none.
func (s *Store) Versions(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.Version, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+versionColumns+` WHERE t.id = $1 AND i.kind = $2 AND i.id = $3 AND v.void = '' ORDER BY v.n`,
		tenantID, string(ref.Kind), ref.ID)
	list, err := store.Collect(rows, err, scanVersion)
	if err != nil {
		return nil, fmt.Errorf("list versions of %s: %w", ref.ID, s.db.Translate(err))
	}
	if len(list) == 0 {
		return nil, tocsin.NotFoundf("There is no %s %q.", ref.Kind, tocsin.Clip(ref.ID, 80))
	}
	return list, nil
}

// BodyUpTo reads the bytes of the last version of an item, of those that count,
// up to a number. It fails with [tocsin.ErrNotFound] when there is none.
func (s *Store) BodyUpTo(ctx context.Context, tenantID string, ref tocsin.Ref, n int) ([]byte, error) {
	var document int64
	err := s.db.Read().QueryRowContext(ctx, `SELECT v.document FROM versions v JOIN tenants t ON t.num = v.tenant JOIN items i ON i.num = v.item
		WHERE t.id = $1 AND i.kind = $2 AND i.id = $3 AND v.n <= $4 AND v.void = '' ORDER BY v.n DESC LIMIT 1`,
		tenantID, string(ref.Kind), ref.ID, n).Scan(&document)
	if err != nil {
		return nil, fmt.Errorf("find version %d of %s: %w", n, ref.ID, s.db.Translate(err))
	}
	return s.Body(ctx, document)
}

// BodyOf reads the bytes of a document by its hash.
func (s *Store) BodyOf(ctx context.Context, hash tocsin.Hash) ([]byte, error) {
	var num int64
	if err := s.db.Read().QueryRowContext(ctx, `SELECT num FROM documents WHERE hash = $1`, hash[:]).Scan(&num); err != nil {
		return nil, fmt.Errorf("read document %s: %w", hash, s.db.Translate(err))
	}
	return s.Body(ctx, num)
}

// statesOfKind reads items before versions: CROSS JOIN keeps SQLite to that.
const statesOfKind = `
	SELECT i.id, v.document, v.at, v.seen_at, d.status, v.source
	FROM items i CROSS JOIN tenants t CROSS JOIN members m CROSS JOIN documents c CROSS JOIN versions v CROSS JOIN documents d
	WHERE t.id = $1 AND i.kind = $2 AND m.tenant = t.num AND m.item = i.num AND c.num = m.document AND (c.end_at = 0 OR c.end_at >= $3)
	AND v.tenant = m.tenant AND v.item = m.item AND v.void = '' AND (v.stated OR v.n = m.n) AND d.num = v.document ORDER BY v.item, v.at, v.seen_at, v.n`

// States lists the versions of all items of one kind in a tenant, by item and
// time, without their texts and without those whose time nobody stated, unless
// they hold. since drops items that ended before it, in
// microseconds; 0 keeps all.
func (s *Store) States(ctx context.Context, tenantID string, kind tocsin.Kind, since int64) ([]tocsin.State, error) {
	rows, err := s.db.Read().QueryContext(ctx, statesOfKind, tenantID, string(kind), since)
	list, err := store.Collect(rows, err, scanState)
	if err != nil {
		return nil, fmt.Errorf("list states: %w", s.db.Translate(err))
	}
	return list, nil
}

// statesOfItem is statesOfKind for one item.
const statesOfItem = `
	SELECT i.id, v.document, v.at, v.seen_at, d.status, v.source
	FROM items i CROSS JOIN tenants t CROSS JOIN members m CROSS JOIN versions v CROSS JOIN documents d
	WHERE t.id = $1 AND i.kind = $2 AND i.id = $3 AND m.tenant = t.num AND m.item = i.num
	AND v.tenant = m.tenant AND v.item = m.item AND v.void = '' AND (v.stated OR v.n = m.n) AND d.num = v.document ORDER BY v.at, v.seen_at, v.n`

// StatesOf lists the versions of one item in a tenant as [Store.States] lists
// those of a kind; none for an item that the tenant does not have.
func (s *Store) StatesOf(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.State, error) {
	rows, err := s.db.Read().QueryContext(ctx, statesOfItem, tenantID, string(ref.Kind), ref.ID)
	list, err := store.Collect(rows, err, scanState)
	if err != nil {
		return nil, fmt.Errorf("list states of %s: %w", ref.ID, s.db.Translate(err))
	}
	return list, nil
}

func scanState(rows *sql.Rows) (st tocsin.State, err error) {
	return st, rows.Scan(&st.ID, &st.Document, &st.At, &st.SeenAt, &st.Status, &st.Source)
}

// A Verification is what [Store.Verify] found out about one tenant.
type Verification struct {
	TenantID  string
	Versions  int
	Documents int
	Head      tocsin.Hash // publish it elsewhere to notice a truncated archive later
	// Problem names the first version that does not fit, "" when all do.
	Problem string
}

// Verify recomputes the hash chain of a tenant's versions in the order of
// their changes, and the hash of each document that they point to.
func (s *Store) Verify(ctx context.Context, tenantID string) (Verification, error) {
	result := Verification{TenantID: tenantID}
	var head []byte
	var length int
	err := s.db.Read().QueryRowContext(ctx, `SELECT chain, versions FROM tenants WHERE id = $1`, tenantID).Scan(&head, &length)
	if err != nil {
		return result, fmt.Errorf("verify tenant: %w", s.db.Translate(err))
	}
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+versionColumns+`
		JOIN changes c ON c.tenant = v.tenant AND c.item = v.item AND c.n = v.n AND c.what IN ('new', 'updated')
		WHERE t.id = $1 ORDER BY c.seq`, tenantID)
	versions, err := store.Collect(rows, err, scanVersion)
	if err != nil {
		return result, fmt.Errorf("verify tenant: %w", s.db.Translate(err))
	}
	if result.Problem = checkChain(versions, &result.Head); result.Problem != "" {
		return result, nil
	}
	result.Versions = len(versions)
	if string(result.Head[:]) != string(head) || length != len(versions) {
		result.Problem = fmt.Sprintf("The chain ends after %s, but the tenant's row says %d with another head: the newest were removed or altered.", tocsin.Count(len(versions), "version", "versions"), length)
		return result, nil
	}
	if result.Problem, err = s.checkVoid(ctx, tenantID); result.Problem != "" || err != nil {
		return result, err
	}
	result.Documents, result.Problem, err = s.checkDocuments(ctx, versions)
	return result, err
}

func checkChain(versions []tocsin.Version, head *tocsin.Hash) string {
	for i, v := range versions {
		if v.Link(*head) != v.Chain {
			return fmt.Sprintf("Version %d of %s %s, number %d in the chain, does not fit the one before it.", v.N, v.Kind, v.ID, i+1)
		}
		*head = v.Chain
	}
	return ""
}

func (s *Store) checkDocuments(ctx context.Context, versions []tocsin.Version) (checked int, problem string, err error) {
	done := map[tocsin.Hash]bool{}
	for _, v := range versions {
		if done[v.Document] {
			continue
		}
		done[v.Document] = true
		body, err := s.BodyOf(ctx, v.Document)
		if err != nil && ctx.Err() != nil {
			return checked, "", err
		}
		if err != nil || tocsin.HashOf(body) != v.Document {
			return checked, fmt.Sprintf("The text of version %d of %s %s is not the one that was stored.", v.N, v.Kind, v.ID), nil
		}
		checked++
	}
	return checked, "", nil
}
