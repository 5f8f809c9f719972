package delivery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// An Entry is one delivery as the ledger has it.
type Entry struct {
	Change    tocsin.Change
	Endpoint  string
	Kind      string
	Route     string
	Via       string // the endpoint that it was to go to first
	State     State
	Batch     string // id of the message, "" before there is one
	Attempts  int
	Repeats   int
	Reason    string // why it was not accepted, or is not sent
	Status    int
	Detail    string
	DueAt     time.Time // when it is sent or tried again, zero for never
	CreatedAt time.Time
	MadeAt    time.Time // when the message was fixed
	SettledAt time.Time // when the last attempt ended
}

// A Query says which deliveries are listed. What is not set filters nothing.
type Query struct {
	TenantIDs []string // nil for all; an empty list for none
	State     State
	Endpoint  string
	Batch     string
	Change    int64
	Item      tocsin.Ref // without a kind an issue or a message
	Reason    string     // why it was not accepted, or is not sent
	Before    int64      // changes with a smaller number, or
	After     string     // with this one, to endpoints whose keys come after
	Limit     int
}

// Cursor names the place of a delivery in a list that goes on after it.
func (e Entry) Cursor() string { return strconv.FormatInt(e.Change.Seq, 10) + "." + e.Endpoint }

// GoOn has a list begin after the delivery with a cursor. What is none changes
// nothing.
func (q *Query) GoOn(cursor string) {
	change, after, _ := strings.Cut(cursor, ".")
	if n, err := strconv.ParseInt(change, 10, 64); err == nil && n > 0 {
		q.Before, q.After = n, after
	}
}

const entryColumns = `d.change, t.id, i.kind, i.id, c.n, c.what, c.silent, c.at, e.key, d.kind, d.route, COALESCE(v.key, ''), d.cancelled, d.due_at, d.created_at,
	COALESCE(b.id, ''), COALESCE(b.state, ''), COALESCE(b.attempts, 0), COALESCE(b.repeats, 0), COALESCE(b.reason, ''), COALESCE(b.status, 0), COALESCE(b.detail, ''),
	COALESCE(b.due_at, 0), COALESCE(b.made_at, 0), COALESCE(b.settled_at, 0)
	FROM deliveries d JOIN changes c ON c.seq = d.change JOIN tenants t ON t.num = c.tenant JOIN items i ON i.num = c.item
	JOIN delivery_endpoints e ON e.num = d.endpoint LEFT JOIN delivery_endpoints v ON v.num = d.via LEFT JOIN delivery_batches b ON b.num = d.batch`

// ways returns the conditions of a query on how far deliveries are and why, each so
// that it is found by an index or is true of most, with the arguments that they
// share.
func (q Query) ways() (ways []string, args []any) {
	const (
		unsent    = "d.cancelled <> ''"
		attempted = "d.cancelled = '' AND d.batch > 0 AND d.batch IN (SELECT num FROM delivery_batches WHERE "
	)
	because, why := "", ""
	if q.Reason != "" {
		args = []any{q.Reason}
		because, why = " AND d.cancelled = $1", " AND b.reason = $1"
	}
	switch q.State {
	case "":
		if q.Reason == "" {
			return []string{"TRUE"}, nil
		}
		return []string{unsent + because, attempted + "reason <> '' AND reason = $1)"}, args
	case StatePending:
		if q.Reason == "" {
			return []string{"(d.change, d.endpoint) IN (SELECT change, endpoint FROM deliveries WHERE batch = 0 AND cancelled = '')"}, nil
		}
	case StateCancelled:
		return []string{unsent + because, attempted + "state = 'cancelled')" + why}, args
	case StateDead, StateInDoubt:
		return []string{attempted + "state IN ('dead', 'in_doubt')) AND b.state = '" + string(q.State) + "'" + why}, args
	case StateRetry, StateSending:
		return []string{attempted + "state IN ('sending', 'retry')) AND b.state = '" + string(q.State) + "'" + why}, args
	case StateSent:
		return []string{"d.cancelled = '' AND b.state = 'sent'" + why}, args
	}
	return []string{"FALSE"}, nil // what waits has no reason
}

// where returns the condition of a query on anything else, and all arguments.
func (q Query) where(args []any) (string, []any) {
	var parts []string
	add := func(format string, value any) {
		args = append(args, value)
		parts = append(parts, fmt.Sprintf(format, len(args)))
	}
	if q.TenantIDs != nil {
		parts = append(parts, "t.id IN (NULL"+strings.Repeat(", ", min(1, len(q.TenantIDs)))+store.Placeholders(len(args)+1, len(q.TenantIDs))+")")
		for _, id := range q.TenantIDs {
			args = append(args, id)
		}
	}
	if q.Endpoint != "" {
		add("e.key = $%d", q.Endpoint)
	}
	if q.Batch != "" {
		add("b.id = $%d", q.Batch)
	}
	if q.Change != 0 {
		add("d.change = $%d", q.Change)
	}
	if q.Item.ID != "" {
		add("i.id = $%d", q.Item.ID)
		if q.Item.Kind == "" {
			parts = append(parts, "i.kind IN ('issue', 'message')")
		} else {
			add("i.kind = $%d", string(q.Item.Kind))
		}
	}
	if q.Before != 0 {
		args = append(args, q.Before, q.After)
		n := len(args)
		parts = append(parts, fmt.Sprintf("(d.change < $%d OR d.change = $%d AND $%d <> '' AND e.key > $%d)", n-1, n-1, n, n))
	}
	return strings.Join(append([]string{""}, parts...), " AND "), args
}

// Deliveries lists deliveries, those of the newest changes first.
func (s *Store) Deliveries(ctx context.Context, q Query) ([]Entry, error) {
	ways, args := q.ways()
	condition, args := q.where(args)
	args = append(args, q.Limit)
	for i, way := range ways {
		ways[i] = fmt.Sprintf(`SELECT * FROM (SELECT %s WHERE %s%s ORDER BY d.change DESC, e.key LIMIT $%d) AS way`, entryColumns, way, condition, len(args))
	}
	rows, err := s.db.Read().QueryContext(ctx, strings.Join(ways, " UNION ALL ")+fmt.Sprintf(` ORDER BY 1 DESC, 9 LIMIT $%d`, len(args)), args...)
	list, err := store.Collect(rows, err, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", s.db.Translate(err))
	}
	return list, nil
}

func scanEntry(rows *sql.Rows) (e Entry, err error) {
	var at, due, created, retry, made, settled int64
	var cancelled, state string
	c := &e.Change
	err = rows.Scan(&c.Seq, &c.TenantID, &c.Kind, &c.ID, &c.N, &c.What, &c.Silent, &at, &e.Endpoint, &e.Kind, &e.Route, &e.Via, &cancelled, &due, &created,
		&e.Batch, &state, &e.Attempts, &e.Repeats, &e.Reason, &e.Status, &e.Detail, &retry, &made, &settled)
	c.At, e.CreatedAt, e.MadeAt, e.SettledAt = tocsin.FromMicros(at), tocsin.FromMicros(created), tocsin.FromMicros(made), tocsin.FromMicros(settled)
	switch e.State = State(state); {
	case cancelled != "":
		e.State, e.Reason = StateCancelled, cancelled
	case e.Batch == "":
		e.State, e.DueAt = StatePending, tocsin.FromMicros(due)
	case e.State == StateRetry:
		e.DueAt = tocsin.FromMicros(retry)
	}
	return e, err
}

// Channels lists all endpoints that are channels and that something was ever to go
// to, by key. There may be very many others.
func (s *Store) Channels(ctx context.Context) ([]Endpoint, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+endpointColumns+`, epoch FROM delivery_endpoints WHERE key LIKE $1 ORDER BY key`, channelKey+"%")
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (Endpoint, error) {
		c, err := scanClaim(rows)
		return c.Endpoint, err
	})
	if err != nil {
		return nil, fmt.Errorf("list endpoints: %w", s.db.Translate(err))
	}
	return list, nil
}

// A Count is how many deliveries or messages of an endpoint are in a state that
// is not their last, or that somebody has to look at.
type Count struct {
	Endpoint string // its key; [AllSubscriptions] and [AllContacts] for all of these
	State    State
	Reason   string
	N        int
	Oldest   time.Time // when the oldest of them was decided on or made
}

// Outstanding counts what waits, is tried again, is dead or in doubt, by endpoint, state
// and reason: deliveries of what waits, messages of all else. Subscriptions
// and contacts, which may be very many, are counted together.
func (s *Store) Outstanding(ctx context.Context) ([]Count, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT CASE WHEN key LIKE $1 THEN $2 WHEN key LIKE $3 THEN $4 ELSE key END AS endpoint, state, reason, CAST(sum(n) AS BIGINT), min(oldest) FROM (
			SELECT e.key, 'pending' AS state, '' AS reason, count(*) AS n, min(d.created_at) AS oldest FROM deliveries d JOIN delivery_endpoints e ON e.num = d.endpoint WHERE d.batch = 0 AND d.cancelled = '' GROUP BY e.key
			UNION ALL SELECT e.key, b.state, b.reason, count(*), min(b.made_at) FROM delivery_batches b JOIN delivery_endpoints e ON e.num = b.endpoint
				WHERE b.state IN ('sending', 'retry') GROUP BY e.key, b.state, b.reason
			UNION ALL SELECT e.key, b.state, b.reason, count(*), min(b.made_at) FROM delivery_batches b JOIN delivery_endpoints e ON e.num = b.endpoint
				WHERE b.state IN ('dead', 'in_doubt') GROUP BY e.key, b.state, b.reason
		) AS counted GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, subscriptionKey+"%", AllSubscriptions, contactKey+"%", AllContacts)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (c Count, err error) {
		var oldest int64
		err = rows.Scan(&c.Endpoint, &c.State, &c.Reason, &c.N, &oldest)
		c.Oldest = tocsin.FromMicros(oldest)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", s.db.Translate(err))
	}
	return list, nil
}

// A Failure is an attempt that did not end well.
type Failure struct {
	Attempt int
	At      time.Time
	Reason  string
	Status  int
	Detail  string
}

// A Message is what was or is to be sent at once, with all that is kept of it.
type Message struct {
	Batch
	Endpoint  string // its key
	Reason    string
	Status    int
	Detail    string
	DueAt     time.Time
	SettledAt time.Time
	Failures  []Failure // of its attempts, the oldest first
}

// Message returns a message by its id. It fails with [tocsin.ErrNotFound] when
// there is none.
func (s *Store) Message(ctx context.Context, id string) (m Message, err error) {
	var made, due, settled int64
	var part int
	var body []byte
	err = s.db.Read().QueryRowContext(ctx, `
		SELECT b.num, b.id, b.endpoint, e.key, b.kind, b.group_key, b.thread, b.state, b.attempts, b.repeats, b.made_at, b.due_at, b.settled_at, b.reason, b.status, b.detail, b.part, l.body
		FROM delivery_batches b JOIN delivery_endpoints e ON e.num = b.endpoint JOIN delivery_letters l ON l.num = b.letter WHERE b.id = $1`, id).Scan(
		&m.Num, &m.ID, &m.Batch.Endpoint, &m.Endpoint, &m.Kind, &m.Group, &m.Thread, &m.State, &m.Attempts, &m.Repeats, &made, &due, &settled, &m.Reason, &m.Status, &m.Detail, &part, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return m, tocsin.NotFoundf("There is no message %q.", tocsin.Clip(id, 64))
	}
	if err == nil {
		m.Letter, err = s.partOf(body, part)
	}
	if err != nil {
		return m, fmt.Errorf("read message: %w", s.db.Translate(err))
	}
	m.MadeAt, m.DueAt, m.SettledAt = tocsin.FromMicros(made), tocsin.FromMicros(due), tocsin.FromMicros(settled)
	rows, err := s.db.Read().QueryContext(ctx, `SELECT attempt, at, reason, status, detail FROM delivery_failures WHERE batch = $1 ORDER BY attempt`, m.Num)
	m.Failures, err = store.Collect(rows, err, func(rows *sql.Rows) (f Failure, err error) {
		var at int64
		err = rows.Scan(&f.Attempt, &at, &f.Reason, &f.Status, &f.Detail)
		f.At = tocsin.FromMicros(at)
		return f, err
	})
	if err != nil {
		return m, fmt.Errorf("read failures of a message: %w", s.db.Translate(err))
	}
	return m, nil
}

// Retry has messages sent again that are dead, in doubt or wait for their next
// attempt: the one with an id, or with an empty one all dead ones of an endpoint.
// It returns how many there are. It fails with [tocsin.ErrNotFound] when there is
// no such message, and with [tocsin.ErrConflict] for one that was accepted or is
// being sent.
func (s *Store) Retry(ctx context.Context, id, endpoint string, now time.Time) (n int, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		condition, arg := `state = 'dead' AND endpoint = (SELECT num FROM delivery_endpoints WHERE key = $2)`, endpoint
		if id != "" {
			condition, arg = `state IN ('dead', 'in_doubt', 'retry') AND id = $2`, id
		}
		rows, err := tx.QueryContext(ctx, `
			UPDATE delivery_batches SET state = 'retry', due_at = $1, repeats = repeats + CASE WHEN state = 'in_doubt' THEN 1 ELSE 0 END WHERE `+condition+` RETURNING endpoint`,
			tocsin.Micros(now), arg)
		endpoints, err := store.Collect(rows, err, func(rows *sql.Rows) (num int64, err error) { return num, rows.Scan(&num) })
		if err != nil {
			return err
		}
		if n = len(endpoints); n == 0 {
			return notToRetry(ctx, tx, id, endpoint)
		}
		_, err = tx.ExecContext(ctx, `UPDATE delivery_endpoints SET retry_at = 0, due_at = CASE WHEN due_at > 0 AND due_at < $1 THEN due_at ELSE CAST($1 AS BIGINT) END WHERE num = $2`,
			tocsin.Micros(now), endpoints[0])
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, Action: "delivery.retry", Object: arg, Detail: tocsin.Count(n, "message", "messages")})
	})
	if err != nil {
		return 0, fmt.Errorf("retry deliveries: %w", err)
	}
	return n, nil
}

// notToRetry says why nothing is there to be sent again.
func notToRetry(ctx context.Context, tx *store.Tx, id, endpoint string) error {
	if id == "" {
		return tocsin.NotFoundf("There is no dead letter to %q.", tocsin.Clip(endpoint, 80))
	}
	var state string
	err := tx.QueryRowContext(ctx, `SELECT state FROM delivery_batches WHERE id = $1`, id).Scan(&state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return tocsin.NotFoundf("There is no message %q.", tocsin.Clip(id, 64))
	case err != nil:
		return err
	}
	return tocsin.Conflictf("The message is in the state %s: it is not sent again.", state)
}

// Sweep forgets what ended before keep: deliveries, messages and their words, at
// most some thousands at once. It returns how many deliveries there were.
func (s *Store) Sweep(ctx context.Context, keep time.Time) (n int64, err error) {
	const most = 5000
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `
			DELETE FROM deliveries WHERE (change, endpoint) IN (
				SELECT d.change, d.endpoint FROM deliveries d LEFT JOIN delivery_batches b ON b.num = d.batch
				WHERE d.created_at < $1 AND (d.cancelled <> '' OR b.state IN ('sent', 'dead', 'in_doubt', 'cancelled') AND b.settled_at < $1) ORDER BY d.change LIMIT $2)`,
			tocsin.Micros(keep), most)
		if err != nil {
			return err
		}
		if n, err = result.RowsAffected(); err != nil {
			return err
		}
		for _, statement := range []string{
			`DELETE FROM delivery_failures WHERE batch IN (SELECT num FROM delivery_batches b WHERE b.settled_at < $1 AND b.state NOT IN ('sending', 'retry') AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.batch = b.num AND d.batch > 0))`,
			`DELETE FROM delivery_batches WHERE settled_at < $1 AND state NOT IN ('sending', 'retry') AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.batch = delivery_batches.num AND d.batch > 0)`,
			`DELETE FROM delivery_escalations WHERE CAST($1 AS BIGINT) > 0 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.change = delivery_escalations.change AND d.endpoint = delivery_escalations.endpoint)`,
			`DELETE FROM delivery_canaries WHERE asked_at < $1`,
			`DELETE FROM delivery_letters WHERE CAST($1 AS BIGINT) > 0 AND NOT EXISTS (SELECT 1 FROM delivery_batches b WHERE b.letter = delivery_letters.num)`,
		} {
			if _, err := tx.ExecContext(ctx, statement, tocsin.Micros(keep)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("forget deliveries: %w", err)
	}
	return n, nil
}
