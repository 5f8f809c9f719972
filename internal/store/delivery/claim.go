package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// An Endpoint is where deliveries go, and how it does.
type Endpoint struct {
	Num          int64
	Key          string
	Failures     int       // of the endpoint in a row
	FailingSince time.Time // zero for none
	RetryAt      time.Time // nothing is sent before
	Reason       string    // why the last attempt failed
	Detail       string
}

// A Claim is an endpoint that one process works on until the lease ends.
type Claim struct {
	Endpoint
	Epoch int64
}

const endpointColumns = `num, key, failures, failing_since, retry_at, reason, detail`

func scanClaim(rows *sql.Rows) (c Claim, err error) {
	var since, retry int64
	err = rows.Scan(&c.Num, &c.Key, &c.Failures, &since, &retry, &c.Reason, &c.Detail, &c.Epoch)
	c.FailingSince, c.RetryAt = tocsin.FromMicros(since), tocsin.FromMicros(retry)
	return c, err
}

// A Lane is some of the endpoints, which do not keep the others waiting.
type Lane struct {
	Failing  bool // those that have failed in a row, else those that have not
	Personal bool // those that stand for one subscriber each, else channels of the settings
}

// Claim takes up to limit endpoints of a lane of which something is due, those
// that have waited longest first, until now+lease. However many endpoints of other
// lanes wait, it looks at none of them.
func (s *Store) Claim(ctx context.Context, lane Lane, limit int, now time.Time, lease time.Duration) ([]Claim, error) {
	condition := "personal = 0 AND failures = 0"
	switch {
	case lane.Personal && lane.Failing:
		condition = "personal = 1 AND failures > 0"
	case lane.Personal:
		condition = "personal = 1 AND failures = 0"
	case lane.Failing:
		condition = "personal = 0 AND failures > 0"
	}
	order := "due_at"
	if lane.Failing {
		order = "retry_at"
	}
	const rest = `due_at <= $1 AND retry_at <= $1 AND lease_ends <= $1 AND `
	const due = `due_at > 0 AND ` + rest
	var some bool // a look costs less than a transaction
	if err := s.db.Read().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM delivery_endpoints WHERE `+due+condition+`)`, tocsin.Micros(now)).Scan(&some); err != nil || !some {
		return nil, s.db.Translate(err)
	}
	var claims []Claim
	// The condition is looked at again for those that were found, in a form for which
	// there is no index: else all that wait would be gone through, and not those alone.
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		rows, err := tx.QueryContext(ctx, `
			UPDATE delivery_endpoints SET epoch = epoch + 1, lease_ends = $2
			WHERE num IN (SELECT num FROM delivery_endpoints WHERE `+due+condition+` ORDER BY `+order+`, num LIMIT $3) AND +due_at > 0 AND `+rest+condition+`
			RETURNING `+endpointColumns+`, epoch`, tocsin.Micros(now), tocsin.Micros(now.Add(lease)), limit)
		claims, err = store.Collect(rows, err, scanClaim)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim endpoints: %w", err)
	}
	return claims, nil
}

// NextDue returns when something is due next that nobody works on, zero for
// nothing.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	const next = `SELECT min(CASE WHEN due_at > retry_at AND due_at > lease_ends THEN due_at WHEN retry_at > lease_ends THEN retry_at ELSE lease_ends END) AS at
		FROM delivery_endpoints WHERE due_at > 0 AND `
	err := s.db.Read().QueryRowContext(ctx, `SELECT min(at) FROM (`+next+`failures = 0 UNION ALL `+next+`failures > 0) AS lanes`).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("find when deliveries are due: %w", s.db.Translate(err))
	}
	if !at.Valid {
		return time.Time{}, nil
	}
	return tocsin.FromMicros(at.Int64), nil
}

// A Pending is a delivery that is due and has no batch yet.
type Pending struct {
	Endpoint int64
	Kind     string
	Group    string
	Via      int64
	Change   tocsin.Change
}

// A Batch is a message with an id for ever.
type Batch struct {
	Num      int64
	ID       string
	Endpoint int64
	Kind     string
	Group    string
	Thread   string
	State    State
	Attempts int // that were begun
	Repeats  int // of these, with one before them that may have arrived
	MadeAt   time.Time
	Letter   []byte // what it says
}

// Work is what is due of an endpoint.
type Work struct {
	Batches []Batch   // to be tried again, the oldest first
	Pending []Pending // in the order in which they are due; those of one group stand together
}

// Due returns what is due of claimed endpoints, by their numbers, at most limit
// deliveries of all. Of what exceeds that no group is cut in two, unless it is
// larger by itself.
func (s *Store) Due(ctx context.Context, claims []Claim, limit int, now time.Time) (map[int64]*Work, error) {
	found := make(map[int64]*Work, len(claims))
	var nums []int64
	for _, c := range claims {
		found[c.Num] = &Work{}
		nums = append(nums, c.Num)
	}
	for part := range slices.Chunk(nums, store.MaxArgs) {
		batches, err := s.openBatches(ctx, part, now)
		if err != nil {
			return nil, err
		}
		for _, b := range batches {
			found[b.Endpoint].Batches = append(found[b.Endpoint].Batches, b)
		}
		if limit <= 0 {
			break
		}
		pending, err := s.pending(ctx, part, limit, now)
		if err != nil {
			return nil, err
		}
		limit -= len(pending)
		for _, p := range pending {
			found[p.Endpoint].Pending = append(found[p.Endpoint].Pending, p)
		}
	}
	return found, nil
}

// openBatches are those of endpoints that are to be tried again by now, or that
// somebody began to send who is gone.
func (s *Store) openBatches(ctx context.Context, endpoints []int64, now time.Time) ([]Batch, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT num, id, endpoint, kind, group_key, thread, state, attempts, repeats, made_at, letter, part
		FROM delivery_batches
		WHERE endpoint IN (`+store.Placeholders(2, len(endpoints))+`) AND (state = 'sending' OR state = 'retry' AND due_at <= $1) AND state IN ('sending', 'retry')
		ORDER BY num`, append([]any{tocsin.Micros(now)}, store.Args(endpoints)...)...)
	var letters []letter
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (b Batch, err error) {
		var made int64
		var l letter
		err = rows.Scan(&b.Num, &b.ID, &b.Endpoint, &b.Kind, &b.Group, &b.Thread, &b.State, &b.Attempts, &b.Repeats, &made, &l.num, &l.part)
		b.MadeAt = tocsin.FromMicros(made)
		letters = append(letters, l)
		return b, err
	})
	if err == nil {
		err = s.readLetters(ctx, list, letters)
	}
	if err != nil {
		return nil, fmt.Errorf("read messages to be sent: %w", s.db.Translate(err))
	}
	return list, nil
}

// pending are deliveries of endpoints that are due.
func (s *Store) pending(ctx context.Context, endpoints []int64, limit int, now time.Time) ([]Pending, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT `+pendingColumns+`
		WHERE d.endpoint IN (`+store.Placeholders(3, len(endpoints))+`) AND d.batch = 0 AND d.cancelled = '' AND d.due_at <= $1
		ORDER BY d.endpoint, d.due_at, d.group_key, d.change LIMIT $2`, append([]any{tocsin.Micros(now), limit + 1}, store.Args(endpoints)...)...)
	list, err := store.Collect(rows, err, scanPending)
	if err != nil {
		return nil, fmt.Errorf("read deliveries that are due: %w", s.db.Translate(err))
	}
	if len(list) <= limit {
		return list, nil
	}
	last := list[limit]
	same := func(p Pending) bool { return last.Group != "" && p.Endpoint == last.Endpoint && p.Group == last.Group }
	cut := limit
	for cut > 0 && same(list[cut-1]) {
		cut--
	}
	if cut == 0 {
		cut = limit
	}
	return list[:cut], nil
}

// pendingColumns are what scanPending reads, and where from.
const pendingColumns = `d.endpoint, d.kind, d.group_key, d.via, c.seq, t.id, i.kind, i.id, c.n, c.what, c.silent, c.at
	FROM deliveries d JOIN changes c ON c.seq = d.change JOIN tenants t ON t.num = c.tenant JOIN items i ON i.num = c.item`

func scanPending(rows *sql.Rows) (p Pending, err error) {
	var at int64
	c := &p.Change
	err = rows.Scan(&p.Endpoint, &p.Kind, &p.Group, &p.Via, &c.Seq, &c.TenantID, &c.Kind, &c.ID, &c.N, &c.What, &c.Silent, &at)
	c.At = tocsin.FromMicros(at)
	return p, err
}

// Told returns the deliveries that a batch was made of, in the order of their
// changes.
func (s *Store) Told(ctx context.Context, batch int64) ([]Pending, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT `+pendingColumns+`
		WHERE d.batch = $1 AND d.batch > 0 ORDER BY d.change`, batch)
	list, err := store.Collect(rows, err, scanPending)
	if err != nil {
		return nil, fmt.Errorf("read deliveries of a message: %w", s.db.Translate(err))
	}
	return list, nil
}
