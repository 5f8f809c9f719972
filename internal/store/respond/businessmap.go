package respond

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

const mapColumns = `x.id, m.version, m.at, m.by_name, m.content FROM business_maps m JOIN tenants x ON x.num = m.tenant`

func scanMap(rows *sql.Rows) (m tocsin.BusinessMap, err error) {
	var content string
	if err = rows.Scan(&m.TenantID, &m.Version, instant{&m.At}, &m.By, &content); err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(content), &m)
}

// BusinessMap returns what the services of a tenant carry, as it was written last; an
// empty one with version 0 where nobody wrote anything.
func (s *Store) BusinessMap(ctx context.Context, tenantID string) (tocsin.BusinessMap, error) {
	m, err := lastMap(ctx, s.db.Read(), tenantID)
	if err != nil {
		return m, fmt.Errorf("read business map: %w", s.db.Translate(err))
	}
	return m, nil
}

func lastMap(ctx context.Context, q store.Querier, tenantID string) (tocsin.BusinessMap, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+mapColumns+` WHERE x.id = $1 ORDER BY m.version DESC LIMIT 1`, tenantID)
	list, err := store.Collect(rows, err, scanMap)
	if err != nil || len(list) == 0 {
		return tocsin.BusinessMap{TenantID: tenantID}, err
	}
	return list[0], nil
}

// BusinessMaps lists the versions of the map of a tenant, the newest first, at most
// limit.
func (s *Store) BusinessMaps(ctx context.Context, tenantID string, limit int) ([]tocsin.BusinessMap, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+mapColumns+` WHERE x.id = $1 ORDER BY m.version DESC LIMIT $2`, tenantID, limit)
	list, err := store.Collect(rows, err, scanMap)
	if err != nil {
		return nil, fmt.Errorf("list business maps: %w", s.db.Translate(err))
	}
	return list, nil
}

// PutBusinessMap writes the map of a tenant as its next version, by the actor of ctx,
// and returns it. was is the version that it was written from. It fails with
// [tocsin.ErrConflict] when there is a newer one, with [tocsin.ErrInvalid] and every
// problem of the map, and with [tocsin.ErrNotFound] for a tenant that is not there.
// One that says the same as the last version is none. Whether teams, sites and
// services are there is the caller's to check.
func (s *Store) PutBusinessMap(ctx context.Context, m tocsin.BusinessMap, was int64, now time.Time) (tocsin.BusinessMap, error) {
	now = now.UTC().Truncate(time.Microsecond)
	m = m.Clone()
	m.Normalize()
	if err := m.Validate(now); err != nil {
		return m, err
	}
	content, err := json.Marshal(m)
	if err != nil {
		return m, fmt.Errorf("write business map: %w", err)
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, m.TenantID)
		if err != nil {
			return err
		}
		last, err := lastMap(ctx, tx, m.TenantID)
		if err != nil {
			return err
		}
		if last.Version != was {
			return changedMap()
		}
		same, err := json.Marshal(last)
		if err != nil {
			return err
		}
		if last.Version > 0 && string(same) == string(content) {
			m = last
			return nil
		}
		m.Version, m.At, m.By = was+1, now, store.Clean(tocsin.ActorOf(ctx).Name)
		result, err := tx.ExecContext(ctx, `INSERT INTO business_maps (tenant, version, at, by_name, content) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			tenant, m.Version, tocsin.Micros(now), m.By, store.Clean(string(content)))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return cmp.Or(err, changedMap())
		}
		detail := fmt.Sprintf("version %d: %s, %s, %s", m.Version, tocsin.Count(len(m.Processes), "process", "processes"), tocsin.Count(len(m.Uses), "use", "uses"), tocsin.Count(len(m.Sheets), "sheet", "sheets"))
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: m.TenantID, Action: "map.write", Object: "business map", Detail: detail})
	})
	if err != nil {
		return m, fmt.Errorf("write business map: %w", err)
	}
	return m, nil
}

func changedMap() error {
	return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "map", Message: "Somebody changed the map meanwhile. Look at it again."}
}
