package archive

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Pair are the numbers of an item's documents after a change and before it, 0
// for none.
type Pair struct {
	Before, After int64
	Source        string // of the version after the change
	// Late says that the change was found by the first complete poll after its
	// source had not been heard for more than an hour, or of the time between a
	// backup and the first poll after it was put back: it may be old, and may have
	// been told before.
	Late bool
}

// OldNews is how old a change may be to be told as news. What is older, since
// the desk was off or a source was not heard, is told as late.
const OldNews = time.Hour

// Documents returns the documents of the versions that hold after and before
// each change of a batch, which has its changes in the order of their numbers.
// A change that made no version has the document that held then as both.
func (s *Store) Documents(ctx context.Context, tx *store.Tx, batch []tocsin.Change) ([]Pair, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT c.seq, COALESCE(p.document, 0), COALESCE(v.document, 0), COALESCE(v.source, ''), COALESCE((
			SELECT g.until >= c.at AND (g.until - g.since > $3 OR g.since < r.value AND c.at >= r.value)
			FROM gaps g WHERE g.tenant = c.tenant AND g.source = v.source AND g.since < c.at ORDER BY g.since DESC LIMIT 1), FALSE)
		FROM changes c
		LEFT JOIN counters r ON r.name = 'restored'
		LEFT JOIN versions v ON v.tenant = c.tenant AND v.item = c.item AND v.n = c.n
		LEFT JOIN versions p ON p.tenant = c.tenant AND p.item = c.item AND p.n = c.n - 1
		WHERE c.seq >= $1 AND c.seq <= $2 ORDER BY c.seq`, batch[0].Seq, batch[len(batch)-1].Seq, OldNews.Microseconds())
	found := make(map[int64]Pair, len(batch))
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var seq int64
		var pair Pair
		err = rows.Scan(&seq, &pair.Before, &pair.After, &pair.Source, &pair.Late)
		found[seq] = pair
		return none, err
	})
	if err != nil {
		return nil, fmt.Errorf("find documents of changes: %w", err)
	}
	pairs := make([]Pair, len(batch))
	for i, change := range batch {
		pairs[i] = found[change.Seq]
	}
	return pairs, nil
}

// DocumentBody reads the bytes of a document by its number, as a transaction
// sees it.
func (s *Store) DocumentBody(ctx context.Context, tx *store.Tx, document int64) ([]byte, error) {
	body, err := s.bodyOf(ctx, tx, document)
	if err != nil {
		return nil, fmt.Errorf("read document %d: %w", document, err)
	}
	return body, nil
}

// DocumentBodies is [Store.DocumentBody] for many documents, by their numbers.
// One that there is not is not in it.
func (s *Store) DocumentBodies(ctx context.Context, tx *store.Tx, documents []int64) (map[int64][]byte, error) {
	return s.bodiesOf(ctx, tx, documents)
}

// Bodies is [Store.Body] of many documents, by their numbers. One that there is
// not is not in it.
func (s *Store) Bodies(ctx context.Context, documents []int64) (map[int64][]byte, error) {
	bodies, err := s.bodiesOf(ctx, s.db.Read(), documents)
	return bodies, s.db.Translate(err)
}

func (s *Store) bodiesOf(ctx context.Context, q store.Querier, documents []int64) (map[int64][]byte, error) {
	bodies, err := s.db.Packed(ctx, q, "documents", documents)
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	return bodies, nil
}
