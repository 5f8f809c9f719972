package archive

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// EventLog is the name of the consumer that writes the events.
const EventLog = "events"

// PutEvents writes what changes tell, and where that stands in the log. It fails
// with [tocsin.ErrConflict] when one of the changes has an event already: none is
// handled twice.
func (s *Store) PutEvents(ctx context.Context, tx *store.Tx, events []tocsin.Event) error {
	rows, seqs := make([][]any, len(events)), make([]int64, len(events))
	for i, e := range events {
		rows[i] = []any{e.Seq, string(e.Status), string(e.Was), e.Posts, e.Edited, strings.Join(e.Members, "\n")}
		seqs[i] = e.Seq
	}
	if err := tx.Insert(ctx, `INSERT INTO events (seq, status, was, posts, edited, members) VALUES `, rows, ""); err != nil {
		return fmt.Errorf("insert events: %w", err)
	}
	if err := putLogLines(ctx, tx, seqs); err != nil {
		return fmt.Errorf("insert lines of the log: %w", err)
	}
	if err := filedLog(ctx, tx, seqs); err != nil {
		return fmt.Errorf("note lines of the log: %w", err)
	}
	return nil
}

// A Told is a change with what it tells.
type Told struct {
	tocsin.Event
	Read bool // false for a change that the event log has not come to: only the change is known
}

// A LatestQuery says which changes are told.
type LatestQuery struct {
	Kinds   []tocsin.Kind // of items; all when empty
	Private bool          // also of messages about data privacy
	// Services are names and ids of services, of which a change concerns one; all
	// changes when empty. What the event log has not come to is told whatever it
	// concerns.
	Services []string
	Since    time.Time // the first instant, zero for no bound
	Until    time.Time // the instant after the last, zero for no bound
	Before   Place     // changes that are older than what stands there; zero for the newest
	Limit    int       // of changes
}

// A Place is where a change stands in the log.
type Place struct {
	At  time.Time
	Seq int64
}

// compare orders places as the log does: the newest first.
func (p Place) compare(other Place) int {
	return cmp.Or(other.At.Compare(p.At), cmp.Compare(other.Seq, p.Seq))
}

// LatestEvents lists what changes of a tenant tell, newest first. Changes that
// tell nothing, and silent ones, are left out. It reads no document.
func (s *Store) LatestEvents(ctx context.Context, tenantID string, q LatestQuery) ([]Told, error) {
	list, err := s.latestEvents(ctx, tenantID, q)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", s.db.Translate(err))
	}
	return list, nil
}

func (s *Store) latestEvents(ctx context.Context, tenantID string, q LatestQuery) ([]Told, error) {
	tenant, err := s.db.TenantNum(ctx, s.db.Read(), tenantID)
	if err != nil {
		return nil, err
	}
	places, err := s.logPlaces(ctx, tenant, q)
	if err != nil {
		return nil, err
	}
	list := make([]Told, 0, len(places))
	for part := range slices.Chunk(places, 500) {
		seqs := make([]any, len(part))
		for i, p := range part {
			seqs[i] = p.Seq
		}
		rows, err := s.db.Read().QueryContext(ctx, `
			SELECT c.seq, t.id, i.kind, i.id, c.n, c.what, c.silent, c.at,
				e.seq IS NOT NULL, COALESCE(e.status, ''), COALESCE(e.was, ''), COALESCE(e.posts, 0), COALESCE(e.edited, 0), COALESCE(e.members, '')
			FROM changes c JOIN tenants t ON t.num = c.tenant JOIN items i ON i.num = c.item LEFT JOIN events e ON e.seq = c.seq
			WHERE c.seq IN (`+store.Placeholders(1, len(seqs))+`)`, seqs...)
		found, err := store.Collect(rows, err, scanTold)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	slices.SortFunc(list, func(a, b Told) int { return Place{a.At, a.Seq}.compare(Place{b.At, b.Seq}) })
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
