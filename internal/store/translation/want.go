package translation

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

// A Want is a segment that an engine is to be asked for.
type Want struct {
	Segment  int64
	Language string
	Text     string
	Since    time.Time // when it was first wanted
	Tries    int       // how often engines were asked and did not answer
	Epoch    int64     // of the claim
}

// wanted inserts wants for segments that no engine and no person has answered
// for all tenants. $1 is the language, $2 the time; a condition follows.
const wanted = `
	INSERT INTO translation_wants (language, segment, state, at, since, due_at, epoch, tries, reason, engine, answer)
	SELECT CAST($1 AS TEXT), p.segment, 'open', max(c.at), CAST($2 AS BIGINT), CAST($2 AS BIGINT), 0, 0, '', '', ''
	FROM segment_documents p JOIN cut_documents c ON c.document = p.document
	WHERE NOT EXISTS (SELECT 1 FROM memory m WHERE m.segment = p.segment AND m.language = $1 AND m.tenant = 0)`

const wantedAgain = ` GROUP BY p.segment ON CONFLICT (language, segment) DO UPDATE SET at = CASE WHEN translation_wants.at < excluded.at THEN excluded.at ELSE translation_wants.at END`

// Want has an engine asked for the segments of documents that nobody has answered
// yet.
func (s *Store) Want(ctx context.Context, tx *store.Tx, language string, documents []int64, now time.Time) error {
	for part := range slices.Chunk(documents, store.MaxArgs) {
		_, err := tx.ExecContext(ctx, wanted+` AND p.document IN (`+store.Placeholders(3, len(part))+`)`+wantedAgain,
			append([]any{language, tocsin.Micros(now)}, store.Args(part)...)...)
		if err != nil {
			return fmt.Errorf("want segments: %w", err)
		}
	}
	return nil
}

// WantAll has an engine asked for all segments that nobody has answered yet and
// that some tenant has seen beside those of a list: what was archived before the
// language got an engine.
func (s *Store) WantAll(ctx context.Context, language string, without []string, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		off, err := s.tenantNums(ctx, tx, without)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, wanted+` AND `+othersHaveSeen("p.segment", off)+wantedAgain, language, tocsin.Micros(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("want segments in %s: %w", language, err)
	}
	return nil
}

// tenantNums are the numbers of tenants by their ids; those that do not exist
// are left out.
func (s *Store) tenantNums(ctx context.Context, q store.Querier, ids []string) ([]int64, error) {
	var nums []int64
	for _, id := range ids {
		num, err := s.db.TenantNum(ctx, q, id)
		if errors.Is(err, tocsin.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		nums = append(nums, num)
	}
	return nums, nil
}

// othersHaveSeen is a condition: that some tenant beside those of a list has a
// document that holds a segment.
func othersHaveSeen(segment string, without []int64) string {
	condition := `EXISTS (SELECT 1 FROM segment_documents q JOIN document_tenants r ON r.document = q.document WHERE q.segment = ` + segment
	for i, num := range without {
		if i == 0 {
			condition += ` AND r.tenant NOT IN (`
		} else {
			condition += `, `
		}
		condition += fmt.Sprint(num)
	}
	if len(without) > 0 {
		condition += `)`
	}
	return condition + `)`
}

// ClaimWants takes up to limit wants of a language that are due, those of the
// newest documents first, until now+lease: whoever dies with them leaves them to
// the next. A segment that only tenants of a list have seen is not among them.
func (s *Store) ClaimWants(ctx context.Context, language string, without []string, limit int, now time.Time, lease time.Duration) ([]Want, error) {
	var wants []Want
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		off, err := s.tenantNums(ctx, tx, without)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `
			SELECT w.segment, s.text, w.since, w.tries, w.epoch FROM translation_wants w JOIN segments s ON s.num = w.segment
			WHERE w.language = $1 AND w.state = 'open' AND w.due_at <= $2 AND `+othersHaveSeen("w.segment", off)+`
			ORDER BY w.at DESC, w.segment LIMIT $3`, language, tocsin.Micros(now), limit)
		wants, err = store.Collect(rows, err, func(rows *sql.Rows) (w Want, err error) {
			var since int64
			w.Language = language
			err = rows.Scan(&w.Segment, &w.Text, &since, &w.Tries, &w.Epoch)
			w.Since = tocsin.FromMicros(since)
			return w, err
		})
		if err != nil || len(wants) == 0 {
			return err
		}
		return takeWants(ctx, tx, language, &wants, now, lease)
	})
	if err != nil {
		return nil, fmt.Errorf("claim wants in %s: %w", language, err)
	}
	return wants, nil
}

// takeWants claims wants, and drops those that another process took meanwhile.
func takeWants(ctx context.Context, tx *store.Tx, language string, wants *[]Want, now time.Time, lease time.Duration) error {
	args := []any{tocsin.Micros(now.Add(lease)), language, tocsin.Micros(now)}
	for _, w := range *wants {
		args = append(args, w.Segment)
	}
	rows, err := tx.QueryContext(ctx, `
		UPDATE translation_wants SET epoch = epoch + 1, due_at = $1 WHERE language = $2 AND state = 'open' AND due_at <= $3
		AND segment IN (`+store.Placeholders(4, len(*wants))+`) RETURNING segment`, args...)
	taken, err := store.Collect(rows, err, scanNum)
	if err != nil {
		return err
	}
	*wants = slices.DeleteFunc(*wants, func(w Want) bool { return !slices.Contains(taken, w.Segment) })
	for i := range *wants {
		(*wants)[i].Epoch++
	}
	return nil
}

// A Settlement is what came of a want.
type Settlement struct {
	Want
	Text   string // the translation, "" for none
	Engine string // who said so, or whose answer failed a check
	Model  string
	Reason string    // why there is no translation
	Answer string    // what failed a check
	Retry  time.Time // when to ask again; zero to leave the original for good
	Drop   bool      // no engine has to be asked: the want is forgotten
}

// Settle keeps what came of claimed wants and tells the tenants that have seen
// the segments, in one transaction. What belongs to a claim that has passed to
// another process is left out.
func (s *Store) Settle(ctx context.Context, language string, settled []Settlement, glossary int64, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var changed []int64
		for _, one := range settled {
			mine, err := s.settle(ctx, tx, language, one, glossary, now)
			if err != nil {
				return err
			}
			if mine && (one.Text != "" || one.Retry.IsZero() || one.Tries == 0) {
				changed = append(changed, one.Segment)
			}
		}
		if len(changed) == 0 {
			return nil
		}
		return s.tell(ctx, tx, language, changed, 0, now)
	})
	if err != nil {
		return fmt.Errorf("keep answers in %s: %w", language, err)
	}
	return nil
}

// settle keeps what came of one want, and reports whether it was still claimed and
// readers are to hear of it now. Of what takes the place of another line, as after
// a change of the glossary, they hear by [Store.TellReplaced].
func (s *Store) settle(ctx context.Context, tx *store.Tx, language string, one Settlement, glossary int64, now time.Time) (bool, error) {
	const mine = ` WHERE language = $1 AND segment = $2 AND epoch = $3 AND state = 'open'`
	args := []any{language, one.Segment, one.Epoch}
	if one.Text == "" && !one.Drop {
		state, due := "closed", int64(0)
		if !one.Retry.IsZero() {
			state, due = "open", tocsin.Micros(one.Retry)
		}
		result, err := tx.ExecContext(ctx, `UPDATE translation_wants SET state = $4, due_at = $5, tries = tries + 1, reason = $6, engine = $7, answer = $8`+mine,
			append(args, state, due, one.Reason, store.Clean(one.Engine), clean(one.Answer))...)
		return store.Changed(result, err)
	}
	replaces, err := holdsEngine(ctx, tx, language, one.Segment)
	if err != nil {
		return false, err
	}
	end := `DELETE FROM translation_wants`
	if replaces && !one.Drop {
		end = `UPDATE translation_wants SET state = 'untold'`
	}
	result, err := tx.ExecContext(ctx, end+mine, args...)
	if moved, err := store.Changed(result, err); err != nil || !moved || one.Drop {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO memory (segment, language, class, tenant, text, engine, model, glossary, reviewer, created_at)
		VALUES ($1, $2, 'engine', 0, $3, $4, $5, $6, '', $7)
		ON CONFLICT (segment, language, class, tenant) DO UPDATE SET text = excluded.text, engine = excluded.engine, model = excluded.model,
			glossary = excluded.glossary, created_at = excluded.created_at`,
		one.Segment, language, clean(one.Text), store.Clean(one.Engine), store.Clean(one.Model), glossary, tocsin.Micros(now))
	return !replaces, err
}

// holdsEngine reports whether an engine has said something for a segment.
func holdsEngine(ctx context.Context, tx *store.Tx, language string, segment int64) (bool, error) {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM memory WHERE segment = $1 AND language = $2 AND class = 'engine' AND tenant = 0`, segment, language).Scan(&n)
	return n > 0, err
}

// maxTold bounds how many replaced lines are told of in one transaction.
const maxTold = 20_000

// TellReplaced tells the tenants of lines that took the place of others and of
// which nobody has heard yet: one change for each tenant, whatever their number,
// so that a glossary may change while people read. It returns how many lines
// there were.
func (s *Store) TellReplaced(ctx context.Context, language string, now time.Time) (n int, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		rows, err := tx.QueryContext(ctx, fmt.Sprintf(`SELECT segment FROM translation_wants WHERE language = $1 AND state = 'untold' LIMIT %d`, maxTold), language)
		segments, err := store.Collect(rows, err, scanNum)
		if n = len(segments); err != nil || n == 0 {
			return err
		}
		for part := range slices.Chunk(segments, store.MaxArgs) {
			_, err := tx.ExecContext(ctx, `DELETE FROM translation_wants WHERE language = $1 AND state = 'untold' AND segment IN (`+store.Placeholders(2, len(part))+`)`, append([]any{language}, store.Args(part)...)...)
			if err != nil {
				return err
			}
		}
		return s.tellSince(ctx, tx, language, segments, 0, now.AddDate(100, 0, 0), now)
	})
	if err != nil {
		return 0, fmt.Errorf("tell of replaced lines in %s: %w", language, err)
	}
	return n, nil
}

// A Pending says what an update still waits for in one language.
type Pending struct {
	Known bool      // false before its text was cut
	Lines int       // that an engine is to be asked for
	Since time.Time // when the first of them was wanted; zero without any
}

// Pending returns what version n of an item of a tenant waits for in a language.
func (s *Store) Pending(ctx context.Context, tenantID string, ref tocsin.Ref, n int, language string) (Pending, error) {
	var p Pending
	var since sql.NullInt64
	var known int
	err := s.db.Read().QueryRowContext(ctx, `
		SELECT count(DISTINCT c.document), count(DISTINCT w.segment), min(w.since)
		FROM document_tenants r JOIN tenants t ON t.num = r.tenant JOIN cut_documents c ON c.document = r.document JOIN items i ON i.num = c.item
		LEFT JOIN segment_documents p ON p.document = r.document LEFT JOIN translation_wants w ON w.segment = p.segment AND w.language = $1 AND w.state = 'open'
		WHERE t.id = $2 AND i.kind = $3 AND i.id = $4 AND r.n = $5`, language, tenantID, string(ref.Kind), ref.ID, n).Scan(&known, &p.Lines, &since)
	if err != nil {
		return p, fmt.Errorf("ask what %s waits for: %w", ref.ID, s.db.Translate(err))
	}
	p.Known = known > 0
	if since.Valid {
		p.Since = tocsin.FromMicros(since.Int64)
	}
	return p, nil
}

// OpenWants counts what engines are still to be asked, by language.
func (s *Store) OpenWants(ctx context.Context) (map[string]int, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT language, count(*) FROM translation_wants WHERE state = 'open' GROUP BY language`)
	counts := map[string]int{}
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var language string
		var n int
		err = rows.Scan(&language, &n)
		counts[language] = n
		return none, err
	})
	if err != nil {
		return nil, fmt.Errorf("count wants: %w", s.db.Translate(err))
	}
	return counts, nil
}
