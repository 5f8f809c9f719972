package translation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Text is a segment with its key.
type Text struct {
	Key    Key
	Text   string
	InBook bool // the phrase book answers it: kept only where somebody wrote something better
}

// A Document is one of the archive, cut into segments.
type Document struct {
	Num      int64
	Ref      tocsin.Ref
	Private  bool      // a message about data privacy: it has no segments
	At       time.Time // when it was written
	Segments []Text
}

// Uncut returns those of some documents of the archive that were not put yet, in
// the order given, each once.
func (s *Store) Uncut(ctx context.Context, q store.Querier, documents []int64) ([]int64, error) {
	known := map[int64]bool{0: true}
	for part := range slices.Chunk(documents, store.MaxArgs) {
		rows, err := q.QueryContext(ctx, `SELECT document FROM cut_documents WHERE document IN (`+store.Placeholders(1, len(part))+`)`, store.Args(part)...)
		list, err := store.Collect(rows, err, scanNum)
		if err != nil {
			return nil, fmt.Errorf("find documents that are cut: %w", err)
		}
		for _, num := range list {
			known[num] = true
		}
	}
	var uncut []int64
	for _, num := range documents {
		if !known[num] {
			known[num] = true
			uncut = append(uncut, num)
		}
	}
	return uncut, nil
}

func scanNum(rows *sql.Rows) (num int64, err error) { return num, rows.Scan(&num) }

// PutDocuments keeps the segments of documents that were not put yet, and returns
// the keys of those that were kept before. What was kept of an item of which a
// document is private now is forgotten.
func (s *Store) PutDocuments(ctx context.Context, tx *store.Tx, documents []Document, now time.Time) (map[Key]bool, error) {
	if len(documents) == 0 {
		return nil, nil
	}
	nums, before, err := putSegments(ctx, tx, documents, now)
	if err != nil {
		return nil, fmt.Errorf("insert segments: %w", err)
	}
	return before, putCuts(ctx, tx, documents, nums, now)
}

// putCuts keeps which segments documents hold.
func putCuts(ctx context.Context, tx *store.Tx, documents []Document, nums map[Key]int64, now time.Time) error {
	var cut, places [][]any
	var private []int64
	for _, d := range documents {
		item, err := store.PutItem(ctx, tx, d.Ref.Kind, d.Ref.ID)
		if err != nil {
			return fmt.Errorf("insert item: %w", err)
		}
		cut = append(cut, []any{d.Num, item, d.Private, tocsin.Micros(d.At), tocsin.Micros(now)})
		if d.Private {
			private = append(private, item)
			continue
		}
		here := map[int64]bool{0: true} // what the phrase book answers and nobody wrote
		for _, segment := range d.Segments {
			if num := nums[segment.Key]; !here[num] {
				here[num] = true
				places = append(places, []any{num, d.Num})
			}
		}
	}
	if err := tx.Insert(ctx, `INSERT INTO cut_documents (document, item, private, at, cut_at) VALUES `, cut, ""); err != nil {
		return fmt.Errorf("insert documents that are cut: %w", err)
	}
	if err := tx.Insert(ctx, `INSERT INTO segment_documents (segment, document) VALUES `, places, ""); err != nil {
		return fmt.Errorf("insert places of segments: %w", err)
	}
	return forgetItems(ctx, tx, private)
}

// putSegments keeps the segments of documents that are not kept yet. It returns
// the numbers of all that are kept then, and which were before.
func putSegments(ctx context.Context, tx *store.Tx, documents []Document, now time.Time) (nums map[Key]int64, before map[Key]bool, err error) {
	texts := map[Key]Text{}
	var keys []any
	for _, d := range documents {
		if d.Private {
			continue
		}
		for _, segment := range d.Segments {
			if _, ok := texts[segment.Key]; !ok {
				texts[segment.Key] = segment
				keys = append(keys, segment.Key[:])
			}
		}
	}
	if nums, err = segmentNums(ctx, tx, keys); err != nil {
		return nil, nil, err
	}
	before = make(map[Key]bool, len(nums))
	var fresh [][]any
	var missing []any
	for _, k := range keys {
		key := Key(k.([]byte))
		switch {
		case nums[key] != 0:
			before[key] = true
		case !texts[key].InBook:
			fresh = append(fresh, []any{k, clean(texts[key].Text), tocsin.Micros(now)})
			missing = append(missing, k)
		}
	}
	if len(fresh) == 0 {
		return nums, before, nil
	}
	if err := tx.Insert(ctx, `INSERT INTO segments (key, text, seen_at) VALUES `, fresh, ` ON CONFLICT (key) DO NOTHING`); err != nil {
		return nil, nil, err
	}
	added, err := segmentNums(ctx, tx, missing)
	for key, num := range added {
		nums[key] = num
	}
	return nums, before, err
}

func segmentNums(ctx context.Context, q store.Querier, keys []any) (map[Key]int64, error) {
	nums := map[Key]int64{}
	for part := range slices.Chunk(keys, store.MaxArgs) {
		rows, err := q.QueryContext(ctx, `SELECT num, key FROM segments WHERE key IN (`+store.Placeholders(1, len(part))+`)`, part...)
		_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
			var num int64
			var key []byte
			if err = rows.Scan(&num, &key); err == nil && len(key) == len(Key{}) {
				nums[Key(key)] = num
			}
			return none, err
		})
		if err != nil {
			return nil, err
		}
	}
	return nums, nil
}

// forgetItems forgets the segments of items that stand in no other one.
func forgetItems(ctx context.Context, tx *store.Tx, items []int64) error {
	for _, item := range items {
		rows, err := tx.QueryContext(ctx, `SELECT DISTINCT d.segment FROM segment_documents d JOIN cut_documents c ON c.document = d.document WHERE c.item = $1`, item)
		segments, err := store.Collect(rows, err, scanNum)
		if err != nil {
			return fmt.Errorf("find segments of a private message: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM segment_documents WHERE document IN (SELECT document FROM cut_documents WHERE item = $1)`, item); err != nil {
			return fmt.Errorf("forget segments of a private message: %w", err)
		}
		for part := range slices.Chunk(segments, store.MaxArgs) {
			for _, table := range []string{"translation_wants", "translation_reports", "memory", "segments"} {
				column := "segment"
				if table == "segments" {
					column = "num"
				}
				_, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE `+column+` IN (`+store.Placeholders(1, len(part))+`)
					AND NOT EXISTS (SELECT 1 FROM segment_documents d WHERE d.segment = `+table+`.`+column+`)`, store.Args(part)...)
				if err != nil {
					return fmt.Errorf("forget segments of a private message: %w", err)
				}
			}
		}
	}
	return nil
}

// A Reader is a tenant that has a document, as version n of its item.
type Reader struct {
	TenantID string
	Document int64
	N        int
	At       time.Time // since when
}

// PutReaders keeps which tenants have which documents, that were put before.
func (s *Store) PutReaders(ctx context.Context, tx *store.Tx, readers []Reader) error {
	type has struct{ document, tenant int64 }
	at := map[has]int{}
	var rows [][]any
	for _, r := range readers {
		tenant, err := s.db.TenantNum(ctx, tx, r.TenantID)
		if err != nil {
			return err
		}
		row := []any{r.Document, tenant, r.N, tocsin.Micros(r.At)}
		if i, twice := at[has{r.Document, tenant}]; twice {
			rows[i] = row
			continue
		}
		at[has{r.Document, tenant}] = len(rows)
		rows = append(rows, row)
	}
	err := tx.Insert(ctx, `INSERT INTO document_tenants (document, tenant, n, seen_at) VALUES `, rows,
		` ON CONFLICT (document, tenant) DO UPDATE SET n = excluded.n, seen_at = excluded.seen_at`)
	if err != nil {
		return fmt.Errorf("insert readers of documents: %w", err)
	}
	return nil
}
