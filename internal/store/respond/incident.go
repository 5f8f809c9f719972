package respond

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// OpenIncident begins to handle issues or a failure of one's own, and returns the
// incident with its number. The first start of the draft is T0; an unset one is
// now. It fails with [tocsin.ErrInvalid] and every problem of the draft, and with
// [tocsin.ErrNotFound] for a tenant that is not there.
func (s *Store) OpenIncident(ctx context.Context, draft tocsin.Incident, now time.Time) (i tocsin.Incident, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		i, err = s.openIncident(ctx, tx, draft, "", now)
		return err
	})
	if err != nil {
		return tocsin.Incident{}, fmt.Errorf("open incident: %w", err)
	}
	return i, nil
}

// OpenIncidentOf is [Store.OpenIncident] for the verdict of a call, which is what the
// detection asks for: note notes it with the call in the same transaction. It fails with [tocsin.ErrConflict] when
// somebody changed the call meanwhile, and then no incident is opened.
func (s *Store) OpenIncidentOf(ctx context.Context, draft tocsin.Incident, c TriageChange, note func(*tocsin.Triage, tocsin.Incident) error) (i tocsin.Incident, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := s.changeTriage(ctx, tx, c, func(t *tocsin.Triage) (err error) {
			if i, err = s.openIncident(ctx, tx, draft, "", c.Now); err != nil {
				return err
			}
			err = alterIn(ctx, tx, i.N, false, c.Now, func(c *change) error {
				_, err := c.endStep(ctx, tocsin.IncidentStep{Step: tocsin.StepDetection, Needed: true, At: c.now})
				return err
			})
			return errors.Join(err, note(t, i))
		})
		return err
	})
	if err != nil {
		return tocsin.Incident{}, fmt.Errorf("open incident of a call: %w", err)
	}
	return i, nil
}

func (s *Store) openIncident(ctx context.Context, tx *store.Tx, draft tocsin.Incident, reach string, now time.Time) (i tocsin.Incident, err error) {
	now = now.UTC().Truncate(time.Microsecond)
	draft.Starts = []tocsin.IncidentStart{{T0: draft.T0().UTC().Truncate(time.Microsecond)}}
	if draft.T0().IsZero() {
		draft.Starts[0].T0 = now
	}
	draft.Normalize()
	if err := draft.Validate(now); err != nil {
		return i, err
	}
	by := store.Clean(tocsin.ActorOf(ctx).Name)
	i = draft
	n, err := tx.Next(ctx, "incidents")
	if err != nil {
		return i, err
	}
	i.N, i.OpenedAt, i.OpenedBy, i.ClosedAt, i.ClosedBy = n, now, by, time.Time{}, ""
	i.Starts = []tocsin.IncidentStart{{T0: i.T0(), Since: now, By: by}}
	_, err = tx.ExecContext(ctx, `INSERT INTO incidents (n, title, zone, entries, opened_at, opened_by, closed_at, closed_by) VALUES ($1, $2, $3, 0, $4, $5, 0, '')`,
		i.N, store.Clean(i.Title), i.Zone, tocsin.Micros(now), by)
	if err != nil {
		return i, err
	}
	for _, id := range i.TenantIDs {
		tenant, err := s.db.TenantNum(ctx, tx, id)
		if err != nil {
			return i, err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO incident_tenants (incident, tenant) VALUES ($1, $2)`, i.N, tenant); err != nil {
			return i, err
		}
	}
	if err := insertSubjects(ctx, tx, i); err != nil {
		return i, err
	}
	if err := insertStart(ctx, tx, i.N, 1, i.Starts[0]); err != nil {
		return i, err
	}
	c := &change{tx: tx, n: i.N, tenants: i.TenantIDs, by: by, now: now}
	for _, id := range i.TenantIDs {
		num, err := s.db.TenantNum(ctx, tx, id)
		if err != nil {
			return i, err
		}
		c.nums = append(c.nums, num)
	}
	if err := c.tell(ctx, "open", now, tocsin.IncidentEntry{Subject: strings.Join(i.Issues, " "), State: reach}); err != nil {
		return i, err
	}
	return i, c.qualified(ctx, i.T0())
}

func insertSubjects(ctx context.Context, tx *store.Tx, i tocsin.Incident) error {
	for kind, list := range map[string][]string{"issue": i.Issues, "service": i.Services} {
		for _, id := range list {
			if _, err := tx.ExecContext(ctx, `INSERT INTO incident_subjects (incident, kind, id) VALUES ($1, $2, $3)`, i.N, kind, store.Clean(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

func insertStart(ctx context.Context, tx *store.Tx, n int64, place int, start tocsin.IncidentStart) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO incident_starts (incident, place, t0, since, reason, by_name) VALUES ($1, $2, $3, $4, $5, $6)`,
		n, place, tocsin.Micros(start.T0), tocsin.Micros(start.Since), store.Clean(start.Reason), start.By)
	return err
}

// A change is one change of an incident, in the transaction that holds its row.
type change struct {
	tx      *store.Tx
	n       int64
	tenants []string
	nums    []int64 // of the tenants, in their order
	by      string
	now     time.Time
	closed  bool
	told    int64 // number of the change that was appended last for the first tenant
}

// alter lets do change an incident under the lock of its row. Where it is closed
// and the change is not one of those that are made afterwards, it fails with
// [tocsin.ErrConflict].
func (s *Store) alter(ctx context.Context, doing string, n int64, afterwards bool, now time.Time, do func(*change) error) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error { return alterIn(ctx, tx, n, afterwards, now, do) })
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// alterIn is alter in a transaction of its caller.
func alterIn(ctx context.Context, tx *store.Tx, n int64, afterwards bool, now time.Time, do func(*change) error) error {
	c := &change{tx: tx, n: n, by: store.Clean(tocsin.ActorOf(ctx).Name), now: now.UTC().Truncate(time.Microsecond)}
	var closedAt int64
	err := tx.QueryRowContext(ctx, `UPDATE incidents SET entries = entries WHERE n = $1 RETURNING closed_at`, n).Scan(&closedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return noIncident(n)
	}
	if err != nil {
		return err
	}
	c.closed = closedAt != 0
	if c.closed && !afterwards {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "closed", Message: "This incident is closed."}
	}
	rows, err := tx.QueryContext(ctx, `SELECT x.id, x.num FROM incident_tenants i JOIN tenants x ON x.num = i.tenant WHERE i.incident = $1 ORDER BY x.disabled, x.id`, n)
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var id string
		var num int64
		err = rows.Scan(&id, &num)
		c.tenants, c.nums = append(c.tenants, id), append(c.nums, num)
		return none, err
	})
	if err != nil {
		return err
	}
	return do(c)
}

func strs(rows *sql.Rows, err error) ([]string, error) {
	return store.Collect(rows, err, func(rows *sql.Rows) (text string, err error) { return text, rows.Scan(&text) })
}

// tell writes a row of the timeline, one of the audit log, and a change for each
// tenant. Words of people are in the timeline alone.
func (c *change) tell(ctx context.Context, kind string, happened time.Time, e tocsin.IncidentEntry) error {
	var num int64
	if err := c.tx.QueryRowContext(ctx, `UPDATE incidents SET entries = entries + 1 WHERE n = $1 RETURNING entries`, c.n).Scan(&num); err != nil {
		return err
	}
	_, err := c.tx.ExecContext(ctx, `INSERT INTO incident_entries (incident, num, kind, happened_at, written_at, by_name, subject, state, words, amends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		c.n, num, kind, tocsin.Micros(happened), tocsin.Micros(c.now), c.by, store.Clean(e.Subject), store.Clean(e.State), store.Clean(e.Text), e.Amends)
	if err != nil {
		return err
	}
	audit := tocsin.AuditEntry{At: c.now, Action: "incident." + kind, Object: "incident " + strconv.FormatInt(c.n, 10), Detail: strings.TrimSpace(e.Subject + " " + e.State)}
	if len(c.tenants) == 1 {
		audit.TenantID = c.tenants[0]
	}
	if err := c.tx.Audit(ctx, audit); err != nil {
		return err
	}
	return c.append(ctx, kind, e.Subject)
}

// append appends the change of an entry for each tenant.
func (c *change) append(ctx context.Context, kind, subject string) error {
	out := tocsin.Change{Kind: tocsin.KindIncident, ID: strconv.FormatInt(c.n, 10), What: tocsin.WhatNoted, At: c.now}
	switch kind {
	case "open":
		out.What = tocsin.WhatOpened
	case "close":
		out.What = tocsin.WhatClosed
	case "message":
		out.What = tocsin.WhatMessage
	case "late":
		out.Kind, out.ID, out.What = tocsin.KindStep, out.ID+"/"+subject, tocsin.WhatLate
	case "step":
		out.Kind, out.ID, out.What = tocsin.KindStep, out.ID+"/"+subject, tocsin.WhatDone
	case "reopen":
		out.Kind, out.ID, out.What = tocsin.KindStep, out.ID+"/"+subject, tocsin.WhatReopened
	}
	for i, tenant := range c.nums {
		seq, err := c.tx.Number(ctx, tenant, out)
		if err != nil {
			return err
		}
		if i == 0 {
			c.told = seq
		}
	}
	return nil
}

// when checks when something happened; zero is now.
func (c *change) when(at time.Time) (time.Time, error) {
	if at.IsZero() {
		return c.now, nil
	}
	return at.UTC().Truncate(time.Microsecond), tocsin.IncidentInstant("at", at, c.now)
}

// An IncidentsQuery asks for incidents.
type IncidentsQuery struct {
	Open  bool   // those alone that go on
	Issue string // those alone that are about an issue
	Limit int
	// Sees says whose incidents are listed: those of whose tenants it holds. nil is
	// for all.
	Sees func(tenantIDs []string) bool
}

// Incidents lists incidents, newest first.
func (s *Store) Incidents(ctx context.Context, q IncidentsQuery) ([]tocsin.Incident, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+incidentColumns+`
		WHERE ($1 = '' OR EXISTS (SELECT 1 FROM incident_subjects j WHERE j.incident = n AND j.kind = 'issue' AND j.id = $1)) AND (NOT $2 OR closed_at = 0)
		ORDER BY n DESC LIMIT 10000`, q.Issue, q.Open)
	all, err := store.Collect(rows, err, scanIncident)
	var list []tocsin.Incident
	for part := range slices.Chunk(all, min(max(1, q.Limit), store.MaxArgs)) {
		if len(list) >= q.Limit {
			break
		}
		if err = s.fill(ctx, part); err != nil {
			break
		}
		for _, i := range part {
			if q.Sees == nil || q.Sees(i.TenantIDs) {
				list = append(list, i)
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", s.db.Translate(err))
	}
	return list[:min(len(list), max(0, q.Limit))], nil
}

const incidentColumns = `n, title, zone, opened_at, opened_by, closed_at, closed_by FROM incidents`

func scanIncident(rows *sql.Rows) (i tocsin.Incident, err error) {
	err = rows.Scan(&i.N, &i.Title, &i.Zone, instant{&i.OpenedAt}, &i.OpenedBy, instant{&i.ClosedAt}, &i.ClosedBy)
	return i, err
}

func noIncident(n int64) error { return tocsin.NotFoundf("There is no incident %d.", n) }

// Incident returns an incident by its number. It fails with [tocsin.ErrNotFound].
func (s *Store) Incident(ctx context.Context, n int64) (tocsin.Incident, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+incidentColumns+` WHERE n = $1`, n)
	i, err := store.One(rows, err, scanIncident, noIncident(n))
	list := []tocsin.Incident{i}
	if err == nil {
		err = s.fill(ctx, list)
	}
	if err != nil {
		return tocsin.Incident{}, fmt.Errorf("read incident: %w", s.db.Translate(err))
	}
	return list[0], nil
}

// fill reads what incidents are about, and their starts: of [store.MaxArgs] at most.
func (s *Store) fill(ctx context.Context, list []tocsin.Incident) error {
	numbers, at := make([]any, len(list)), map[int64]*tocsin.Incident{}
	for n := range list {
		numbers[n], at[list[n].N] = list[n].N, &list[n]
	}
	in := ` IN (` + store.Placeholders(1, len(list)) + `) `
	read := func(query string, scan func(*sql.Rows) error) error {
		rows, err := s.db.Read().QueryContext(ctx, query, numbers...)
		_, err = store.Collect(rows, err, func(rows *sql.Rows) (struct{}, error) { return struct{}{}, scan(rows) })
		return err
	}
	var n int64
	var id, kind string
	err := read(`SELECT i.incident, x.id FROM incident_tenants i JOIN tenants x ON x.num = i.tenant WHERE i.incident`+in+`ORDER BY x.id`, func(rows *sql.Rows) error {
		err := rows.Scan(&n, &id)
		if err == nil {
			at[n].TenantIDs = append(at[n].TenantIDs, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = read(`SELECT incident, kind, id FROM incident_subjects WHERE incident`+in+`ORDER BY id`, func(rows *sql.Rows) error {
		err := rows.Scan(&n, &kind, &id)
		switch {
		case err != nil:
		case kind == "issue":
			at[n].Issues = append(at[n].Issues, id)
		default:
			at[n].Services = append(at[n].Services, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	return read(`SELECT incident, t0, since, reason, by_name FROM incident_starts WHERE incident`+in+`ORDER BY place`, func(rows *sql.Rows) error {
		var start tocsin.IncidentStart
		err := rows.Scan(&n, instant{&start.T0}, instant{&start.Since}, &start.Reason, &start.By)
		if err == nil {
			at[n].Starts = append(at[n].Starts, start)
		}
		return err
	})
}
