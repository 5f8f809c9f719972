package archive

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// putLogLines files events, whose numbers ascend, under what they are about.
func putLogLines(ctx context.Context, tx *store.Tx, seqs []int64) error {
	if len(seqs) == 0 {
		return nil
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT c.seq, c.tenant, i.kind, i.id, c.at, COALESCE(d.service, ''), COALESCE(d.service_id, '')
		FROM changes c JOIN items i ON i.num = c.item
		LEFT JOIN versions v ON v.tenant = c.tenant AND v.item = c.item AND v.n = c.n LEFT JOIN documents d ON d.num = v.document
		WHERE c.seq >= $1 AND c.seq <= $2`+told, seqs[0], seqs[len(seqs)-1])
	found, err := store.Collect(rows, err, func(rows *sql.Rows) ([][]any, error) {
		var seq, tenant, at int64
		var kind, id, name, serviceID string
		if err := rows.Scan(&seq, &tenant, &kind, &id, &at, &name, &serviceID); err != nil {
			return nil, err
		}
		if _, ok := slices.BinarySearch(seqs, seq); !ok {
			return nil, nil
		}
		if kind == string(tocsin.KindOverview) || kind == string(tocsin.KindService) {
			serviceID = id
		}
		var lines [][]any
		for _, key := range serviceKeys(append(strings.Split(name, "\n"), serviceID, "")) {
			lines = append(lines, []any{tenant, key, kind, at, seq})
		}
		return lines, nil
	})
	if err != nil {
		return err
	}
	return tx.Insert(ctx, `INSERT INTO log_lines (tenant, service, kind, at, seq) VALUES `, slices.Concat(found...), ` ON CONFLICT DO NOTHING`)
}

// serviceKeys are names and ids of services as lines of the log are filed under
// them, each once.
func serviceKeys(names []string) []string {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = tocsin.Clip(tocsin.NameKey(name), maxServiceKey)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// maxServiceKey bounds the keys of services, which an index holds, in bytes.
const maxServiceKey = 200

// logPlaces are the places of the newest changes that a query takes. Those of
// each kind and service lie together in the log, in order: of each, no more are
// read than can be among the newest of all.
func (s *Store) logPlaces(ctx context.Context, tenant int64, q LatestQuery) ([]Place, error) {
	b := q.bounds()
	places, err := s.unlogged(ctx, tenant, q, b)
	if err != nil {
		return nil, err
	}
	for _, service := range q.keys() {
		if len(places) >= q.Limit {
			b.since = max(b.since, tocsin.Micros(places[q.Limit-1].At))
		}
		query, args := q.linesOf(tenant, service, b)
		rows, err := s.db.Read().QueryContext(ctx, query, args...)
		found, err := store.Collect(rows, err, scanPlace)
		if err != nil {
			return nil, err
		}
		places = append(places, found...)
		slices.SortFunc(places, Place.compare)
		places = slices.Compact(places)
		places = places[:min(len(places), q.Limit)]
	}
	return places, nil
}

// linesOf is the query of the newest lines of each kind about a service, in one
// statement: to run one costs more than to read a few lines.
func (q LatestQuery) linesOf(tenant int64, service string, b bounds) (query string, args []any) {
	args = []any{tenant, service, b.since, b.until, b.at, b.seq, q.Limit}
	var parts []string
	for i, kind := range q.kinds() {
		part := `SELECT l.seq AS seq, l.at AS at FROM log_lines l WHERE l.tenant = $1 AND l.service = $2 AND l.kind = ` + store.Placeholders(len(args)+1, 1) + `
			AND l.at >= $3 AND l.at <= $4 AND (l.at < $5 OR l.seq < $6)`
		if kind == tocsin.KindMessage && !q.Private {
			part += ` AND EXISTS (SELECT 1 FROM changes c WHERE c.seq = l.seq` + notPrivate + `)`
		}
		parts = append(parts, `SELECT seq, at FROM (`+part+` ORDER BY l.at DESC, l.seq DESC LIMIT $7) k`+strconv.Itoa(i))
		args = append(args, string(kind))
	}
	return strings.Join(parts, ` UNION ALL `), args
}

// unlogged are the places of changes that the event log has not come to, newest
// first.
func (s *Store) unlogged(ctx context.Context, tenant int64, q LatestQuery, b bounds) ([]Place, error) {
	args := []any{tenant, EventLog, b.since, b.until, b.at, b.seq, q.Limit}
	kinds := q.kinds()
	for _, kind := range kinds {
		args = append(args, string(kind))
	}
	condition := told
	if !q.Private {
		condition += notPrivate
	}
	rows, err := s.db.Read().QueryContext(ctx, `SELECT c.seq, c.at FROM changes c JOIN items i ON i.num = c.item
		WHERE c.seq > COALESCE((SELECT seq FROM consumers WHERE name = $2), 0) AND c.tenant = $1 AND NOT c.silent
		AND c.at >= $3 AND c.at <= $4 AND (c.at < $5 OR c.seq < $6) AND i.kind IN (`+store.Placeholders(8, len(kinds))+`)`+condition+`
		ORDER BY c.at DESC, c.seq DESC LIMIT $7`, args...)
	return store.Collect(rows, err, scanPlace)
}

func scanPlace(rows *sql.Rows) (p Place, err error) {
	var at int64
	err = rows.Scan(&p.Seq, &at)
	p.At = tocsin.FromMicros(at)
	return p, err
}

// bounds are those of a query in microseconds: the first and the last instant,
// and the place that all lie behind.
type bounds struct{ since, until, at, seq int64 }

func (q LatestQuery) bounds() bounds {
	const forever = 1 << 62
	b := bounds{0, forever, forever, forever}
	if !q.Since.IsZero() {
		b.since = tocsin.Micros(q.Since)
	}
	if !q.Until.IsZero() {
		b.until = tocsin.Micros(q.Until) - 1
	}
	if q.Before != (Place{}) {
		b.at, b.seq = tocsin.Micros(q.Before.At), q.Before.Seq
		b.until = min(b.until, b.at)
	}
	return b
}

// keys are what the lines are filed under that a query takes.
func (q LatestQuery) keys() []string {
	if len(q.Services) == 0 {
		return []string{""}
	}
	return slices.DeleteFunc(serviceKeys(q.Services), func(key string) bool { return key == "" })
}

// kinds are those of the items that a query takes.
func (q LatestQuery) kinds() []tocsin.Kind {
	if len(q.Kinds) == 0 {
		return []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindMessage, tocsin.KindSource}
	}
	return q.Kinds
}

// dropVoid takes events out of the log whose versions count for nothing.
func dropVoid(ctx context.Context, tx *store.Tx, tenant int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM log_lines WHERE tenant = $1 AND seq IN (SELECT c.seq FROM versions v
		JOIN changes c ON c.tenant = v.tenant AND c.item = v.item AND c.n = v.n WHERE v.tenant = $1 AND v.void <> '')`, tenant)
	return err
}

// logChunk is how many events are filed in one transaction.
const logChunk = 2000

// filedLog notes that events have their lines, unless an older version of the
// program wrote some before them that have none.
func filedLog(ctx context.Context, tx *store.Tx, seqs []int64) error {
	if len(seqs) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE counters SET value = $1 WHERE name = 'log' AND value < $1 AND value >= (SELECT COALESCE(max(seq), 0) FROM events WHERE seq < $2)`,
		slices.Max(seqs), slices.Min(seqs))
	return err
}

// unfiledEvents reports whether events may have no lines in the log: those that
// an older version of the program wrote.
func (s *Store) unfiledEvents(ctx context.Context) (is bool, err error) {
	err = s.db.Read().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM events WHERE seq > (SELECT value FROM counters WHERE name = 'log'))`).Scan(&is)
	return is, err
}

// catchUpLog files the events that an older version of the program wrote.
// It is called while no other process is at it, and goes on where it was cut off.
func (s *Store) catchUpLog(ctx context.Context) error {
	for {
		var n int
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			rows, err := tx.QueryContext(ctx, `SELECT seq FROM events WHERE seq > (SELECT value FROM counters WHERE name = 'log') ORDER BY seq LIMIT $1`, logChunk)
			seqs, err := store.Collect(rows, err, func(rows *sql.Rows) (seq int64, err error) { return seq, rows.Scan(&seq) })
			if n = len(seqs); err != nil || n == 0 {
				return err
			}
			if err := putLogLines(ctx, tx, seqs); err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `UPDATE counters SET value = $1 WHERE name = 'log'`, seqs[n-1])
			return err
		})
		if err != nil || n < logChunk {
			return err
		}
	}
}
