package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// AddTenant stores a new tenant. It fails with [tocsin.ErrInvalid] when t does
// not validate and with [tocsin.ErrConflict] when its id, name or one of its
// domains is taken.
func (s *Store) AddTenant(ctx context.Context, t tocsin.Tenant) error {
	defer s.tenantEdits.Add(1)
	t.Normalize()
	if err := t.Validate(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var num int64
		err := tx.QueryRowContext(ctx, `
			INSERT INTO tenants (id, name, labels, shape, disabled, created_at, chain, display_name, versions)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) RETURNING num`,
			t.ID, t.Name, strings.Join(t.Groups, " "), string(t.Shape), t.Disabled, tocsin.Micros(t.CreatedAt), make([]byte, 32), t.DisplayName).Scan(&num)
		if err != nil {
			return err
		}
		if err := addDomains(ctx, tx, num, t.Domains); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: t.CreatedAt, TenantID: t.ID, Action: "tenant.add", Object: t.Name, Detail: describeTenant(t)})
	})
	if err != nil {
		return fmt.Errorf("add tenant %s: %w", t.Name, s.whatIsTaken(ctx, t, true, err))
	}
	return nil
}

// whatIsTaken turns a conflict into one that names what another tenant has: the
// id of a new tenant, the name or a domain. Any other error is returned as it is.
func (s *Store) whatIsTaken(ctx context.Context, t tocsin.Tenant, added bool, err error) error {
	if !errors.Is(err, tocsin.ErrConflict) {
		return err
	}
	taken := &tocsin.Error{Kind: tocsin.ErrConflict, Field: "name", Message: fmt.Sprintf("There is a tenant named %q already.", t.Name), Cause: err}
	others, readErr := s.Tenants(ctx)
	for _, other := range others {
		switch {
		case other.ID == t.ID && added:
			taken.Field, taken.Message = "id", fmt.Sprintf("There is a tenant with the id %s already.", t.ID)
			return taken
		case other.ID == t.ID:
			continue
		case other.Name == t.Name:
			return taken
		}
		for _, domain := range t.Domains {
			if slices.Contains(other.Domains, domain) {
				taken.Field, taken.Message = "domain", fmt.Sprintf("Another tenant has the domain %s.", domain)
				return taken
			}
		}
	}
	return errors.Join(err, readErr)
}

func addDomains(ctx context.Context, q store.Querier, num int64, domains []string) error {
	for _, d := range domains {
		if _, err := q.ExecContext(ctx, `INSERT INTO tenant_domains (domain, tenant) VALUES ($1, $2)`, d, num); err != nil {
			return err
		}
	}
	return nil
}

// PutTenant adds t, or brings the tenant of the same id to t's name, domains,
// groups, shape and state. Only what changes something is in the audit log:
// settings files are put at every start.
func (s *Store) PutTenant(ctx context.Context, t tocsin.Tenant) error {
	defer s.tenantEdits.Add(1)
	t.Normalize()
	if err := t.Validate(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		before, err := s.oneTenant(ctx, tx, t.ID)
		if err == nil && sameTenant(before.Tenant, t) {
			return nil
		}
		if err != nil && !errors.Is(err, tocsin.ErrNotFound) {
			return err
		}
		if err := tx.Audit(ctx, tocsin.AuditEntry{At: t.CreatedAt, TenantID: t.ID, Action: "tenant.put", Object: t.Name, Detail: describeTenant(t)}); err != nil {
			return err
		}
		var num int64
		err = tx.QueryRowContext(ctx, `
			INSERT INTO tenants (id, name, labels, shape, disabled, created_at, chain, display_name, versions)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, labels = excluded.labels, shape = excluded.shape, disabled = excluded.disabled,
				display_name = excluded.display_name
			RETURNING num`,
			t.ID, t.Name, strings.Join(t.Groups, " "), string(t.Shape), t.Disabled, tocsin.Micros(t.CreatedAt), make([]byte, 32), t.DisplayName).Scan(&num)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM tenant_domains WHERE tenant = $1`, num); err != nil {
			return err
		}
		return addDomains(ctx, tx, num, t.Domains)
	})
	if err != nil {
		return fmt.Errorf("put tenant %s: %w", t.Name, s.whatIsTaken(ctx, t, false, err))
	}
	return nil
}

// ChangeTenant lets change alter the tenant with that GUID and stores the
// outcome. The tenant is locked meanwhile; its id and age stay as they are.
func (s *Store) ChangeTenant(ctx context.Context, id string, change func(*tocsin.Tenant) error) (tocsin.Tenant, error) {
	defer s.tenantEdits.Add(1)
	var changed tocsin.Tenant
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		rows, err := tx.QueryContext(ctx, `UPDATE tenants SET versions = versions WHERE id = $1 RETURNING `+tenantColumns, id)
		list, err := store.Collect(rows, err, scanTenant)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return tocsin.NotFoundf("There is no tenant %q.", tocsin.Clip(id, 80))
		}
		t := list[0]
		rows, err = tx.QueryContext(ctx, `SELECT domain FROM tenant_domains WHERE tenant = $1 ORDER BY domain`, t.num)
		if t.Domains, err = store.Collect(rows, err, func(rows *sql.Rows) (d string, err error) { return d, rows.Scan(&d) }); err != nil {
			return err
		}
		changed = t.Tenant
		if err := change(&changed); err != nil {
			return err
		}
		changed.ID, changed.CreatedAt = t.ID, t.CreatedAt
		changed.Normalize()
		if err := changed.Validate(); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE tenants SET name = $1, labels = $2, shape = $3, disabled = $4, display_name = $5 WHERE num = $6`,
			changed.Name, strings.Join(changed.Groups, " "), string(changed.Shape), changed.Disabled, changed.DisplayName, t.num); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM tenant_domains WHERE tenant = $1`, t.num); err != nil {
			return err
		}
		if err := addDomains(ctx, tx, t.num, changed.Domains); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{TenantID: t.ID, Action: "tenant.change", Object: changed.Name, Detail: describeTenant(changed)})
	})
	if err != nil {
		return tocsin.Tenant{}, fmt.Errorf("change tenant: %w", s.whatIsTaken(ctx, changed, false, err))
	}
	return changed, nil
}

// describeTenant is what settings say, for the audit log.
func describeTenant(t tocsin.Tenant) string {
	state := ""
	if t.Disabled {
		state = ", disabled"
	}
	return strings.Join(t.Domains, " ") + state
}

// sameTenant compares what settings say.
func sameTenant(a, b tocsin.Tenant) bool {
	return a.Name == b.Name && a.DisplayName == b.DisplayName && a.Shape == b.Shape && a.Disabled == b.Disabled && slices.Equal(a.Domains, b.Domains) && slices.Equal(a.Groups, b.Groups)
}

const tenantColumns = `num, id, name, display_name, labels, shape, disabled, created_at`

func scanTenant(rows *sql.Rows) (numbered, error) {
	var t numbered
	var labels, shape string
	var created int64
	if err := rows.Scan(&t.num, &t.ID, &t.Name, &t.DisplayName, &labels, &shape, &t.Disabled, &created); err != nil {
		return t, err
	}
	t.Groups, t.Shape, t.CreatedAt = strings.Fields(labels), tocsin.Shape(shape), tocsin.FromMicros(created)
	return t, nil
}

type numbered struct {
	tocsin.Tenant
	num int64
}

// TenantEdits grows after each change of a tenant by this process: who keeps
// what [Store.Tenants] said knows by it that there is something new, and has
// to look again now and then for what other processes change.
func (s *Store) TenantEdits() uint64 { return s.tenantEdits.Load() }

// Tenants lists all tenants by name.
func (s *Store) Tenants(ctx context.Context) ([]tocsin.Tenant, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+tenantColumns+` FROM tenants ORDER BY name`)
	list, err := store.Collect(rows, err, scanTenant)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", s.db.Translate(err))
	}
	domains, err := s.domains(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", err)
	}
	tenants := make([]tocsin.Tenant, len(list))
	for i, t := range list {
		t.Domains = domains[t.num]
		tenants[i] = t.Tenant
	}
	return tenants, nil
}

func (s *Store) domains(ctx context.Context) (map[int64][]string, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT tenant, domain FROM tenant_domains ORDER BY domain`)
	if err != nil {
		return nil, s.db.Translate(err)
	}
	defer rows.Close()
	domains := map[int64][]string{}
	for rows.Next() {
		var num int64
		var domain string
		if err := rows.Scan(&num, &domain); err != nil {
			return nil, err
		}
		domains[num] = append(domains[num], domain)
	}
	return domains, rows.Err()
}

// Tenant finds a tenant by GUID, verified domain or name, in any case. It
// fails with [tocsin.ErrNotFound] when there is none.
func (s *Store) Tenant(ctx context.Context, ref string) (tocsin.Tenant, error) {
	t, err := s.oneTenant(ctx, s.db.Read(), ref)
	return t.Tenant, err
}

func (s *Store) oneTenant(ctx context.Context, q store.Querier, ref string) (numbered, error) {
	key := strings.ToLower(strings.TrimSpace(ref))
	rows, err := q.QueryContext(ctx, `
		SELECT `+tenantColumns+` FROM tenants
		WHERE id = $1 OR name = $1 OR num = (SELECT tenant FROM tenant_domains WHERE domain = $1)
		ORDER BY CASE WHEN id = $1 THEN 0 WHEN name = $1 THEN 2 ELSE 1 END LIMIT 1`, key)
	list, err := store.Collect(rows, err, scanTenant)
	if err != nil {
		return numbered{}, fmt.Errorf("find tenant: %w", s.db.Translate(err))
	}
	if len(list) == 0 {
		return numbered{}, tocsin.NotFoundf("There is no tenant %q.", tocsin.Clip(ref, 80))
	}
	t := list[0]
	rows, err = q.QueryContext(ctx, `SELECT domain FROM tenant_domains WHERE tenant = $1 ORDER BY domain`, t.num)
	t.Domains, err = store.Collect(rows, err, func(rows *sql.Rows) (d string, err error) { return d, rows.Scan(&d) })
	if err != nil {
		return numbered{}, fmt.Errorf("find tenant: %w", s.db.Translate(err))
	}
	return t, nil
}
