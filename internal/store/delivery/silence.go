package delivery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// maxSilences is how many silences may hold or be planned at once: each is asked
// about each change.
const maxSilences = 200

const silenceColumns = `id, tenant, matchers, starts_at, ends_at, author_id, author, reason, created_at, ended_by FROM silences`

func scanSilence(rows *sql.Rows) (s tocsin.Silence, err error) {
	var starts, ends, created int64
	err = rows.Scan(&s.ID, &s.TenantID, &s.Matchers, &starts, &ends, &s.AuthorID, &s.Author, &s.Reason, &created, &s.EndedBy)
	s.StartsAt, s.EndsAt, s.CreatedAt = tocsin.FromMicros(starts), tocsin.FromMicros(ends), tocsin.FromMicros(created)
	return s, err
}

// Silences lists silences that end after an instant, those that end last first,
// at most 1,000.
func (s *Store) Silences(ctx context.Context, after time.Time) ([]tocsin.Silence, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+silenceColumns+` WHERE ends_at > $1 ORDER BY ends_at DESC, id LIMIT 1000`, tocsin.Micros(after))
	list, err := store.Collect(rows, err, scanSilence)
	if err != nil {
		return nil, fmt.Errorf("list silences: %w", s.db.Translate(err))
	}
	return list, nil
}

// ActiveSilences returns the silences that hold at an instant, as a transaction
// sees them, for whoever decides who hears of a change. One of a tenant asks for
// its label tenant as well.
func (s *Store) ActiveSilences(ctx context.Context, tx *store.Tx, at time.Time) ([]route.Silence, error) {
	return silencesAt(ctx, tx, at)
}

// SilencesAt is ActiveSilences outside of a transaction.
func (s *Store) SilencesAt(ctx context.Context, at time.Time) ([]route.Silence, error) {
	list, err := silencesAt(ctx, s.db.Read(), at)
	return list, s.db.Translate(err)
}

func silencesAt(ctx context.Context, q store.Querier, at time.Time) ([]route.Silence, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+silenceColumns+` WHERE ends_at > $1 AND starts_at <= $1 ORDER BY ends_at DESC, id`, tocsin.Micros(at))
	list, err := store.Collect(rows, err, scanSilence)
	if err != nil {
		return nil, fmt.Errorf("read silences: %w", err)
	}
	return routed(list), nil
}

// SilencesSince returns the silences that held at an instant or hold after it,
// those of [Store.Silences].
func (s *Store) SilencesSince(ctx context.Context, at time.Time) ([]route.Silence, error) {
	list, err := s.Silences(ctx, at)
	return routed(list), err
}

// routed are silences as routes read them.
func routed(list []tocsin.Silence) []route.Silence {
	active := make([]route.Silence, 0, len(list))
	for _, one := range list {
		matchers, err := matchersOf(one)
		if err != nil {
			continue // of a program that knew more: what cannot be read silences nothing
		}
		active = append(active, route.Silence{ID: one.ID, Matchers: matchers, Starts: one.StartsAt, Ends: one.EndsAt, Author: one.Author, Reason: one.Reason})
	}
	return active
}

// matchersOf reads what a silence is for.
func matchersOf(s tocsin.Silence) (route.Matchers, error) {
	matchers, err := route.ParseMatchers(s.Matchers)
	if err != nil {
		return nil, err
	}
	for _, m := range matchers {
		if known := route.EventLabels(); !slices.Contains(known, m.Name) {
			return nil, tocsin.Invalidf("", "There is no label %s%s", tocsin.Clip(m.Name, 40), tocsin.Meant(m.Name, known))
		}
	}
	if s.TenantID == "" {
		return matchers, nil
	}
	tenant, err := route.NewMatcher("tenant", route.Equal, s.TenantID)
	return append(matchers, tenant), err
}

// AddSilence begins a silence, by the actor of ctx. It fails with
// [tocsin.ErrInvalid] and every problem of it at once, with
// [tocsin.ErrConflict] when there are 200 that hold or are planned.
func (s *Store) AddSilence(ctx context.Context, one tocsin.Silence, now time.Time) (tocsin.Silence, error) {
	one.Normalize()
	actor := tocsin.ActorOf(ctx)
	one.AuthorID, one.Author, one.CreatedAt, one.EndedBy = actor.UserID, actor.Name, now.UTC(), ""
	problem := one.Validate(now)
	if one.Matchers != "" {
		matchers, err := matchersOf(one)
		if e, ok := errors.AsType[*tocsin.Error](err); ok {
			problem = errors.Join(problem, tocsin.Invalidf("matchers", "%s", e.Message))
		} else if one.Matchers = strings.Trim(matchers.String(), "{}"); one.TenantID != "" {
			one.Matchers = strings.Trim(matchers[:len(matchers)-1].String(), "{}")
		}
	}
	if problem != nil {
		return one, problem
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var tenants, held int
		if err := tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM tenants WHERE id = $1), (SELECT COUNT(*) FROM silences WHERE ends_at > $2)`,
			one.TenantID, tocsin.Micros(now)).Scan(&tenants, &held); err != nil {
			return err
		}
		switch {
		case one.TenantID != "" && tenants == 0:
			return tocsin.Invalidf("tenant", "There is no such tenant.")
		case held >= maxSilences:
			return tocsin.Conflictf("There are %d silences that hold or are planned: end one first.", held)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO silences (id, tenant, matchers, starts_at, ends_at, author_id, author, reason, created_at, ended_by)
			VALUES (`+store.Placeholders(1, 10)+`)`,
			one.ID, one.TenantID, store.Clean(one.Matchers), tocsin.Micros(one.StartsAt), tocsin.Micros(one.EndsAt), one.AuthorID, store.Clean(one.Author), store.Clean(one.Reason), tocsin.Micros(now), "")
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: one.TenantID, Action: "silence.add", Object: one.Matchers, Detail: spanOf(one) + ": " + one.Reason})
	})
	if err != nil {
		return one, fmt.Errorf("add silence: %w", s.db.Translate(err))
	}
	return one, nil
}

func spanOf(s tocsin.Silence) string {
	return s.StartsAt.Format(time.RFC3339) + " to " + s.EndsAt.Format(time.RFC3339)
}

// Silence returns the silence of an id. It fails with [tocsin.ErrNotFound].
func (s *Store) Silence(ctx context.Context, id string) (tocsin.Silence, error) {
	one, err := silence(ctx, s.db.Read(), id)
	return one, s.db.Translate(err)
}

func silence(ctx context.Context, q store.Querier, id string) (tocsin.Silence, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+silenceColumns+` WHERE id = $1`, strings.ToLower(id))
	list, err := store.Collect(rows, err, scanSilence)
	if err == nil && len(list) == 0 {
		err = tocsin.NotFoundf("There is no such silence.")
	}
	if err != nil {
		return tocsin.Silence{}, err
	}
	return list[0], nil
}

// EndSilence ends a silence before its time, by the actor of ctx; one that has
// not begun ends at its beginning. It fails with [tocsin.ErrNotFound], and with
// [tocsin.ErrConflict] when it is over.
func (s *Store) EndSilence(ctx context.Context, id string, now time.Time) (one tocsin.Silence, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE silences SET id = id WHERE id = $1`, strings.ToLower(id)); err != nil { // nobody else ends it meanwhile
			return err
		}
		if one, err = silence(ctx, tx, id); err != nil {
			return err
		}
		if !one.EndsAt.After(now) {
			return tocsin.Conflictf("The silence is over.")
		}
		planned := one.EndsAt
		if one.EndsAt = now.UTC(); one.StartsAt.After(now) {
			one.EndsAt = one.StartsAt
		}
		one.EndedBy = tocsin.ActorOf(ctx).Name
		if _, err := tx.ExecContext(ctx, `UPDATE silences SET ends_at = $2, ended_by = $3 WHERE id = $1`, one.ID, tocsin.Micros(one.EndsAt), store.Clean(one.EndedBy)); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: one.TenantID, Action: "silence.end", Object: one.Matchers, Detail: "before " + planned.Format(time.RFC3339)})
	})
	if err != nil {
		return one, fmt.Errorf("end silence: %w", s.db.Translate(err))
	}
	return one, nil
}
