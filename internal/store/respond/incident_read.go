package respond

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Room is what is written down about an incident, but for its timeline.
type Room struct {
	Steps    []tocsin.IncidentStep
	Roles    []tocsin.IncidentRole  // also those that ended, oldest first
	States   []tocsin.IncidentState // oldest first
	Measures []tocsin.IncidentMeasure
	Checks   []tocsin.IncidentCheck
}

// Holders returns the roles that somebody has.
func (r Room) Holders() []tocsin.IncidentRole {
	return slices.DeleteFunc(slices.Clone(r.Roles), func(role tocsin.IncidentRole) bool { return !role.EndedAt.IsZero() })
}

// LastStates returns what was found of each service last, oldest first.
func (r Room) LastStates() (last []tocsin.IncidentState) {
	for n, s := range r.States {
		if !slices.ContainsFunc(r.States[n+1:], func(later tocsin.IncidentState) bool { return later.Service == s.Service }) {
			last = append(last, s)
		}
	}
	return last
}

// Unchecked returns those items of the recovery checklist that nobody has ticked.
func (r Room) Unchecked(items []string) []string {
	return slices.DeleteFunc(slices.Clone(items), func(item string) bool {
		return slices.ContainsFunc(r.Checks, func(c tocsin.IncidentCheck) bool { return c.Item == item })
	})
}

// IncidentRoom returns what is written down about an incident.
func (s *Store) IncidentRoom(ctx context.Context, n int64) (r Room, err error) {
	for _, read := range []func() error{
		func() error { r.Steps, err = s.steps(ctx, n); return err },
		func() error { r.Roles, err = s.roles(ctx, n); return err },
		func() error { r.States, err = s.states(ctx, n); return err },
		func() error { r.Measures, err = s.measures(ctx, n); return err },
		func() error { r.Checks, err = s.checks(ctx, n); return err },
	} {
		if err := read(); err != nil {
			return Room{}, fmt.Errorf("read incident: %w", s.db.Translate(err))
		}
	}
	return r, nil
}

// IncidentSteps returns the steps of an incident that ended, oldest first: what its
// clocks are worked out from.
func (s *Store) IncidentSteps(ctx context.Context, n int64) ([]tocsin.IncidentStep, error) {
	list, err := s.steps(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("read steps of incident: %w", s.db.Translate(err))
	}
	return list, nil
}

func (s *Store) steps(ctx context.Context, n int64) ([]tocsin.IncidentStep, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT step, num, needed, reason, at, by_name, written_at FROM incident_steps WHERE incident = $1 ORDER BY at, step, num`, n)
	return store.Collect(rows, err, func(rows *sql.Rows) (e tocsin.IncidentStep, err error) {
		err = rows.Scan(&e.Step, &e.N, &e.Needed, &e.Reason, instant{&e.At}, &e.By, instant{&e.WrittenAt})
		return e, err
	})
}

func (s *Store) roles(ctx context.Context, n int64) ([]tocsin.IncidentRole, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT role, name, given_at, given_by, ended_at FROM incident_roles WHERE incident = $1 ORDER BY place`, n)
	return store.Collect(rows, err, func(rows *sql.Rows) (r tocsin.IncidentRole, err error) {
		return r, rows.Scan(&r.Role, &r.Name, instant{&r.GivenAt}, &r.GivenBy, instant{&r.EndedAt})
	})
}

func (s *Store) states(ctx context.Context, n int64) ([]tocsin.IncidentState, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT service, state, workaround, at, by_name FROM incident_states WHERE incident = $1 ORDER BY place`, n)
	return store.Collect(rows, err, func(rows *sql.Rows) (x tocsin.IncidentState, err error) {
		err = rows.Scan(&x.Service, &x.State, &x.Workaround, instant{&x.At}, &x.By)
		return x, err
	})
}

func (s *Store) measures(ctx context.Context, n int64) ([]tocsin.IncidentMeasure, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT num, what, place, who, undo_by, added_at, added_by, ended_at, ended_by, kept, reason FROM incident_measures WHERE incident = $1 ORDER BY num`, n)
	return store.Collect(rows, err, func(rows *sql.Rows) (m tocsin.IncidentMeasure, err error) {
		err = rows.Scan(&m.N, &m.What, &m.Where, &m.Who, &m.UndoBy, instant{&m.AddedAt}, &m.AddedBy, instant{&m.EndedAt}, &m.EndedBy, &m.Kept, &m.Reason)
		return m, err
	})
}

func (s *Store) checks(ctx context.Context, n int64) ([]tocsin.IncidentCheck, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT item, needed, reason, at, by_name FROM incident_checks WHERE incident = $1 ORDER BY at, item`, n)
	return store.Collect(rows, err, func(rows *sql.Rows) (x tocsin.IncidentCheck, err error) {
		err = rows.Scan(&x.Item, &x.Needed, &x.Reason, instant{&x.At}, &x.By)
		return x, err
	})
}

// IncidentEntries lists rows of a timeline, those that were written last first, at
// most limit.
func (s *Store) IncidentEntries(ctx context.Context, n int64, limit int) ([]tocsin.IncidentEntry, error) {
	return s.EntriesAfter(ctx, n, 0, limit)
}

// LastEntry returns the number of the newest row of the timeline of an incident. It
// fails with [tocsin.ErrNotFound].
func (s *Store) LastEntry(ctx context.Context, n int64) (last int64, err error) {
	err = s.db.Read().QueryRowContext(ctx, `SELECT entries FROM incidents WHERE n = $1`, n).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		err = noIncident(n)
	}
	if err != nil {
		return 0, fmt.Errorf("read timeline: %w", s.db.Translate(err))
	}
	return last, nil
}

// EntriesAfter is [Store.IncidentEntries] of the rows with a number above one.
func (s *Store) EntriesAfter(ctx context.Context, n, after int64, limit int) ([]tocsin.IncidentEntry, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT num, kind, happened_at, written_at, by_name, subject, state, words, amends FROM incident_entries WHERE incident = $1 AND num > $2 ORDER BY num DESC LIMIT $3`, n, after, limit)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (e tocsin.IncidentEntry, err error) {
		err = rows.Scan(&e.N, &e.Kind, instant{&e.HappenedAt}, instant{&e.WrittenAt}, &e.By, &e.Subject, &e.State, &e.Text, &e.Amends)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read timeline: %w", s.db.Translate(err))
	}
	return list, nil
}

// instant scans microseconds into a time.
type instant struct{ to *time.Time }

// Scan implements [sql.Scanner].
func (i instant) Scan(value any) error {
	us, ok := value.(int64)
	if !ok {
		return fmt.Errorf("%T is no instant", value)
	}
	*i.to = tocsin.FromMicros(us)
	return nil
}

// IncidentsTold returns incidents by their numbers, with what they are about. What is
// not there is left out.
func (s *Store) IncidentsTold(ctx context.Context, ns []int64) (list []tocsin.Incident, err error) {
	for some := range slices.Chunk(ns, store.MaxArgs) {
		rows, err := s.db.Read().QueryContext(ctx, `SELECT `+incidentColumns+` WHERE n IN (`+store.Placeholders(1, len(some))+`) ORDER BY n`, store.Args(some)...)
		found, err := store.Collect(rows, err, scanIncident)
		if err == nil && len(found) > 0 {
			err = s.fill(ctx, found)
		}
		if err != nil {
			return nil, fmt.Errorf("read incidents: %w", s.db.Translate(err))
		}
		list = append(list, found...)
	}
	return list, nil
}
