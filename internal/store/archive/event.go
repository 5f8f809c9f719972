package archive

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// PutEvents writes what changes tell. It fails with [tocsin.ErrConflict] when one
// of the changes has an event already: none is handled twice.
func (s *Store) PutEvents(ctx context.Context, tx *store.Tx, events []tocsin.Event) error {
	rows := make([][]any, len(events))
	for i, e := range events {
		rows[i] = []any{e.Seq, string(e.Status), string(e.Was), e.Posts, e.Edited, strings.Join(e.Members, "\n")}
	}
	if err := tx.Insert(ctx, `INSERT INTO events (seq, status, was, posts, edited, members) VALUES `, rows, ""); err != nil {
		return fmt.Errorf("insert events: %w", err)
	}
	return nil
}

// EventLog is the name of the consumer that writes the events.
const EventLog = "events"

// A Told is a change with what it tells.
type Told struct {
	tocsin.Event
	Read bool // false for a change that the event log has not come to: only the change is known
}

// LatestEvents lists what changes of a tenant tell, newest first. Changes that
// tell nothing, and silent ones, are left out. It reads no document.
func (s *Store) LatestEvents(ctx context.Context, tenantID string, q LatestQuery) ([]Told, error) {
	args := []any{tenantID, q.Limit, EventLog}
	condition := ""
	if len(q.Kinds) > 0 {
		condition += " AND i.kind IN (" + store.Placeholders(len(args)+1, len(q.Kinds)) + ")"
		for _, kind := range q.Kinds {
			args = append(args, string(kind))
		}
	}
	if !q.Private {
		condition += notPrivate
	}
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT c.seq, t.id, i.kind, i.id, c.n, c.what, c.silent, c.at,
			e.seq IS NOT NULL, COALESCE(e.status, ''), COALESCE(e.was, ''), COALESCE(e.posts, 0), COALESCE(e.edited, 0), COALESCE(e.members, '')
		FROM changes c JOIN tenants t ON t.num = c.tenant JOIN items i ON i.num = c.item LEFT JOIN events e ON e.seq = c.seq
		WHERE t.id = $1 AND NOT c.silent AND (e.seq IS NOT NULL OR c.seq > COALESCE((SELECT seq FROM consumers WHERE name = $3), 0))`+told+condition+`
		ORDER BY c.seq DESC LIMIT $2`, args...)
	list, err := store.Collect(rows, err, scanTold)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", s.db.Translate(err))
	}
	return list, nil
}

func scanTold(rows *sql.Rows) (e Told, err error) {
	var at int64
	var members string
	err = rows.Scan(&e.Seq, &e.TenantID, &e.Kind, &e.ID, &e.N, &e.What, &e.Silent, &at, &e.Read, &e.Status, &e.Was, &e.Posts, &e.Edited, &members)
	e.At = tocsin.FromMicros(at)
	if members != "" {
		e.Members = strings.Split(members, "\n")
	}
	return e, err
}
