package delivery

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Row is one delivery to be: a change that an endpoint is to hear of.
type Row struct {
	Change   int64
	Endpoint string // its key
	Kind     string // of the message that it goes into
	// Group is the same for what gathers in one message to the endpoint, at most
	// 64 bytes; "" for a message of its own.
	Group string
	Route string // who decided so, for people; at most 400 bytes are kept
	// Due returns when the delivery is sent that is the first to wait in its
	// group, from when the last message of the group was made, zero for never. Nil
	// is at once.
	Due func(last time.Time) time.Time
	// Cancelled says why it is not sent at all, such as muted; "" for what is.
	Cancelled string
	// Via is the key of the endpoint that it was to go to first; "" for this one.
	Via string
	// Again has the item told again when nothing of it was for a while.
	Again Again
}

// maxRoute bounds what is kept of who decided on a delivery, in bytes.
const maxRoute = 400

// Enqueue writes deliveries in the transaction of whoever decided on them. One
// that is there already is left as it is. now is when they were decided on.
func (s *Store) Enqueue(ctx context.Context, tx *store.Tx, list []Row, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	taken, err := takenInHand(ctx, tx, list)
	if err != nil {
		return err
	}
	nums, err := s.endpointNums(ctx, tx, list)
	if err != nil {
		return err
	}
	due := map[int64]int64{} // by endpoint, the earliest
	groups, err := groupsOf(ctx, tx, list, nums)
	if err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i, r := range list {
		endpoint, at := nums[r.Endpoint], tocsin.Micros(now)
		if r.Kind == KindEscalation && r.Cancelled == "" && taken[r.Change] {
			r.Cancelled = CancelledAcknowledged
		}
		if r.Cancelled == "" {
			at = r.dueAt(groups, endpoint, now)
			if due[endpoint] == 0 || at < due[endpoint] {
				due[endpoint] = at
			}
		}
		rows[i] = []any{r.Change, endpoint, r.Kind, r.Group, store.Clean(tocsin.Clip(r.Route, maxRoute)), at, 0, r.Cancelled, nums[r.Via], tocsin.Micros(now)}
	}
	if err := wakeEndpoints(ctx, tx, due); err != nil {
		return fmt.Errorf("enqueue deliveries: %w", err)
	}
	err = tx.Insert(ctx, `INSERT INTO deliveries (change, endpoint, kind, group_key, route, due_at, batch, cancelled, via, created_at) VALUES `, rows,
		` ON CONFLICT (change, endpoint) DO NOTHING`)
	if err == nil {
		err = s.again(ctx, tx, list, rows)
	}
	if err == nil {
		err = escalations(ctx, tx, list, rows)
	}
	if err != nil {
		return fmt.Errorf("enqueue deliveries: %w", err)
	}
	return nil
}

type groupOf struct {
	endpoint int64
	group    string
}

// A gathering is when what gathers in a group goes out.
type gathering struct {
	due  int64 // of what waits, 0 for nothing
	last int64 // when the last message of the group was made, 0 for never
}

// groupsOf finds what is known of the groups of rows. Thousands of endpoints that
// are to hear of one issue cost a few queries.
func groupsOf(ctx context.Context, tx *store.Tx, list []Row, nums map[string]int64) (map[groupOf]*gathering, error) {
	found := map[groupOf]*gathering{}
	endpoints := map[string][]int64{} // by group
	for _, r := range list {
		key := groupOf{nums[r.Endpoint], r.Group}
		if r.Group != "" && r.Cancelled == "" && found[key] == nil {
			found[key] = &gathering{}
			endpoints[r.Group] = append(endpoints[r.Group], key.endpoint)
		}
	}
	for group, all := range endpoints {
		for part := range slices.Chunk(all, store.MaxArgs) {
			in := store.Placeholders(2, len(part))
			rows, err := tx.QueryContext(ctx, `
				SELECT endpoint, min(due_at), 0 FROM deliveries WHERE endpoint IN (`+in+`) AND group_key = $1 AND batch = 0 AND cancelled = '' GROUP BY endpoint
				UNION ALL SELECT endpoint, 0, max(made_at) FROM delivery_batches WHERE endpoint IN (`+in+`) AND group_key = $1 AND group_key <> '' GROUP BY endpoint`,
				append([]any{group}, store.Args(part)...)...)
			_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
				var endpoint, due, last int64
				err = rows.Scan(&endpoint, &due, &last)
				one := found[groupOf{endpoint, group}]
				one.due, one.last = max(one.due, due), max(one.last, last)
				return none, err
			})
			if err != nil {
				return nil, fmt.Errorf("find groups of deliveries: %w", err)
			}
		}
	}
	return found, nil
}

// dueAt returns when a delivery is sent: with those of its group that wait, or
// when the row says.
func (r *Row) dueAt(groups map[groupOf]*gathering, endpoint int64, now time.Time) int64 {
	last := time.Time{}
	group := groups[groupOf{endpoint, r.Group}]
	switch {
	case group != nil && group.due != 0:
		return group.due
	case group != nil:
		last = tocsin.FromMicros(group.last)
	}
	at := tocsin.Micros(now)
	if r.Due != nil {
		at = tocsin.Micros(r.Due(last))
	}
	if group != nil {
		group.due = at
	}
	return at
}

// wakeEndpoints has endpoints looked at no later than when something of theirs is
// due. Rows are written after it: who gives an endpoint back locks it first and
// looks what is due then, and so misses none.
func wakeEndpoints(ctx context.Context, tx *store.Tx, due map[int64]int64) error {
	rows := make([][]any, 0, len(due))
	for _, endpoint := range slices.Sorted(maps.Keys(due)) {
		rows = append(rows, []any{endpoint, due[endpoint]})
	}
	_, err := tx.Update(ctx, `UPDATE delivery_endpoints SET due_at = CASE WHEN due_at > 0 AND due_at < column2 THEN due_at ELSE column2 END`,
		[]string{"BIGINT", "BIGINT"}, rows, `WHERE num = column1`)
	return err
}

// endpointNums returns the numbers of the endpoints of rows, and makes those
// known that are not.
func (s *Store) endpointNums(ctx context.Context, tx *store.Tx, list []Row) (map[string]int64, error) {
	nums := map[string]int64{"": 0}
	var missing []string
	s.mu.Lock()
	for _, r := range list {
		for _, key := range []string{r.Endpoint, r.Via} {
			if num, ok := s.endpoints[key]; ok {
				nums[key] = num
			} else if _, seen := nums[key]; !seen {
				nums[key] = -1
				missing = append(missing, key)
			}
		}
	}
	s.mu.Unlock()
	if len(missing) == 0 {
		return nums, nil
	}
	slices.Sort(missing)
	rows := make([][]any, len(missing))
	for i, key := range missing {
		personal := 0
		if isPersonal(key) {
			personal = 1
		}
		rows[i] = []any{key, personal, 0, 0, 0, 0, 0, 0, "", ""}
	}
	err := tx.Insert(ctx, `INSERT INTO delivery_endpoints (key, personal, due_at, retry_at, lease_ends, epoch, failures, failing_since, reason, detail) VALUES `, rows,
		` ON CONFLICT (key) DO NOTHING`)
	if err != nil {
		return nil, fmt.Errorf("insert endpoints: %w", err)
	}
	fresh := map[string]int64{}
	for part := range slices.Chunk(missing, store.MaxArgs) {
		found, err := tx.QueryContext(ctx, `SELECT key, num FROM delivery_endpoints WHERE key IN (`+store.Placeholders(1, len(part))+`)`, store.Args(part)...)
		_, err = store.Collect(found, err, func(rows *sql.Rows) (none struct{}, err error) {
			var key string
			var num int64
			err = rows.Scan(&key, &num)
			nums[key], fresh[key] = num, num
			return none, err
		})
		if err != nil {
			return nil, fmt.Errorf("find endpoints: %w", err)
		}
	}
	tx.AfterCommit(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		maps.Copy(s.endpoints, fresh)
	})
	return nums, nil
}

// Cancel keeps what waits for an endpoint from being sent, in the transaction of
// what ended it: deliveries without a batch, and batches that are to be tried
// again. What is being sent is not stopped. It returns how many there were.
func (s *Store) Cancel(ctx context.Context, tx *store.Tx, endpoint, reason string, now time.Time) (int64, error) {
	var n int64
	for _, statement := range []string{
		`UPDATE deliveries SET cancelled = $2 WHERE batch = 0 AND cancelled = '' AND endpoint = (SELECT num FROM delivery_endpoints WHERE key = $1) AND CAST($3 AS BIGINT) >= 0`,
		`UPDATE delivery_batches SET state = 'cancelled', reason = $2, settled_at = CAST($3 AS BIGINT) WHERE state = 'retry' AND endpoint = (SELECT num FROM delivery_endpoints WHERE key = $1)`,
	} {
		result, err := tx.ExecContext(ctx, statement, endpoint, cmp.Or(reason, "ended"), tocsin.Micros(now))
		if err != nil {
			return 0, fmt.Errorf("cancel deliveries: %w", err)
		}
		moved, err := result.RowsAffected()
		if err != nil {
			return 0, err
		}
		n += moved
	}
	return n, nil
}

// Drop is [Store.Cancel] by the program itself, of an endpoint that the settings
// have no longer.
func (s *Store) Drop(ctx context.Context, endpoint, reason string, now time.Time) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := s.Cancel(ctx, tx, endpoint, reason, now)
		return err
	})
}

// CancelledRestored is why deliveries are not sent that waited when a backup was
// made: whether they were since is not known.
const CancelledRestored = "restored"

// Restored settles what waited or was under way in a desk that was put back:
// what waits is cancelled, what was being sent is in doubt, and nothing is due. It
// returns how many deliveries and messages were cancelled, and how many messages
// are in doubt.
func (s *Store) Restored(ctx context.Context, tx *store.Tx, now time.Time) (cancelled, inDoubt int64, err error) {
	for _, one := range []struct {
		statement string
		args      []any
		n         *int64
	}{
		{`UPDATE deliveries SET cancelled = $1 WHERE batch = 0 AND cancelled = ''`, []any{CancelledRestored}, &cancelled},
		{`UPDATE delivery_batches SET state = 'cancelled', reason = $1, settled_at = $2 WHERE state = 'retry'`, []any{CancelledRestored, tocsin.Micros(now)}, &cancelled},
		{`UPDATE delivery_batches SET state = 'in_doubt', reason = $1, settled_at = $2 WHERE state = 'sending'`, []any{CancelledRestored, tocsin.Micros(now)}, &inDoubt},
		{`UPDATE delivery_endpoints SET due_at = 0, lease_ends = 0, epoch = epoch + 1`, nil, nil},
		{`UPDATE delivery_canaries SET asked_at = 0 WHERE confirmed_at = 0`, nil, nil}, // nobody is waited for
	} {
		result, err := tx.ExecContext(ctx, one.statement, one.args...)
		if err != nil {
			return 0, 0, fmt.Errorf("settle deliveries: %w", err)
		}
		if one.n == nil {
			continue
		}
		moved, err := result.RowsAffected()
		if err != nil {
			return 0, 0, fmt.Errorf("settle deliveries: %w", err)
		}
		*one.n += moved
	}
	return cancelled, inDoubt, nil
}
