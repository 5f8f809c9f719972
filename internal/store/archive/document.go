package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// stored is what the store remembers of a document that it holds.
type stored struct {
	num, item  int64
	modifiedAt int64 // microseconds, 0 for none
	body       tocsin.Hash
	own        tocsin.Hash // its wording
	wording    tocsin.Hash // that of the bytes by which it was found
	meaning    tocsin.Meaning
	files      bool
	ref        tocsin.Ref
}

// unread reports whether an older version of the program stored the document
// and nobody has asked yet what it means.
func (d *stored) unread() bool { return d.meaning.Core == tocsin.Hash{} }

const storedColumns = `d.num, d.item, d.modified_at, d.hash, d.meaning, d.core, d.rollout, d.files, i.kind, i.id FROM documents d JOIN items i ON i.num = d.item`

func (d *stored) scan(scan func(...any) error) error {
	var hash, wording, core, rollout []byte
	err := scan(&d.num, &d.item, &d.modifiedAt, &hash, &wording, &core, &rollout, &d.files, &d.ref.Kind, &d.ref.ID)
	copy(d.body[:], hash)
	copy(d.own[:], wording)
	d.wording = d.own
	copy(d.meaning.Core[:], core)
	copy(d.meaning.Rollout[:], rollout)
	return err
}

// newKnown makes the memory of the numbers under which documents are kept, by
// the hash of their bytes, with so many in one of its two generations. Several
// hashes may lead to one document: bytes that differ in nothing but noise.
func newKnown(limit int) *cache.Cache[tocsin.Hash, stored] {
	return cache.New[tocsin.Hash, stored](cache.Bounds{Entries: limit})
}

// learn remembers the documents of entries that were committed: their numbers
// are good from then on, and anybody's after a rollback.
func (s *Store) learn(entries []Entry, docs []stored) {
	for i := range entries {
		if docs[i].num > 0 {
			s.known.Put(entries[i].Document.Hash, docs[i], 0)
		}
	}
}

// A Lookup is what the store knows about the bytes of a document.
type Lookup struct {
	Known      bool
	ID         string    // of the item that it is a state of
	ModifiedAt time.Time // the provider's own time of that state, if known
}

// Known looks documents up by the hashes of their bytes, so that the caller
// need not decode those that the store holds. The answer has the length and
// order of hashes.
func (s *Store) Known(ctx context.Context, hashes []tocsin.Hash) ([]Lookup, error) {
	answer := make([]Lookup, len(hashes))
	var missing []any
	at := map[tocsin.Hash][]int{}
	for i, hash := range hashes {
		if d, ok := s.known.Get(hash); ok {
			answer[i] = Lookup{true, d.ref.ID, tocsin.FromMicros(d.modifiedAt)}
			continue
		}
		if len(at[hash]) == 0 {
			missing = append(missing, hash[:])
		}
		at[hash] = append(at[hash], i)
	}
	for part := range slices.Chunk(missing, 500) {
		found, err := s.documentsByHash(ctx, s.db.Read(), part)
		if err != nil {
			return nil, fmt.Errorf("look up documents: %w", s.db.Translate(err))
		}
		for _, d := range found {
			s.known.Put(d.body, d, 0)
			for _, i := range at[d.body] {
				answer[i] = Lookup{true, d.ref.ID, tocsin.FromMicros(d.modifiedAt)}
			}
		}
	}
	return answer, nil
}

func (s *Store) documentsByHash(ctx context.Context, q store.Querier, hashes []any) ([]stored, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+storedColumns+` WHERE d.hash IN (`+store.Placeholders(1, len(hashes))+`)`, hashes...)
	return store.Collect(rows, err, func(rows *sql.Rows) (d stored, err error) { return d, d.scan(rows.Scan) })
}

// draftDocument finds a document, or drafts one that is not stored yet: its
// number is 0. Bytes that differ from those of a stored document in nothing but
// noise lead to that document.
func (s *Store) draftDocument(ctx context.Context, q store.Querier, doc tocsin.Document) (stored, error) {
	if d, ok := s.known.Get(doc.Hash); ok {
		return d, nil
	}
	if err := complete(&doc, doc.Kind); err != nil {
		return stored{}, err
	}
	d, err := s.findDocument(ctx, q, doc)
	if err == nil && d.unread() && d.own == doc.Wording {
		d.meaning = doc.Meaning
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return d, err
	}
	item, err := store.PutItem(ctx, q, doc.Kind, doc.ID)
	return stored{
		item: item, modifiedAt: tocsin.Micros(doc.Facts.ModifiedAt), body: doc.Hash, own: doc.Wording, wording: doc.Wording, meaning: doc.Meaning,
		files: doc.Facts.Files, ref: tocsin.Ref{Kind: doc.Kind, ID: doc.ID},
	}, err
}

// complete reads a document of which only the bytes were handed over, because
// the store knew it a moment ago.
func complete(doc *tocsin.Document, kind tocsin.Kind) (err error) {
	if doc.ID == "" && len(doc.Body) > 0 {
		*doc, err = tocsin.ReadDocument(kind, doc.Body)
	}
	return err
}

// putDocument stores the bytes of an entry as a document, unless they are in
// one already.
func (s *Store) putDocument(ctx context.Context, q store.Querier, d stored, doc tocsin.Document) (stored, error) {
	if d.num > 0 && d.own == d.wording {
		return d, nil
	}
	if err := complete(&doc, d.ref.Kind); err != nil {
		return d, err
	}
	f := doc.Facts
	_, err := q.ExecContext(ctx, `
		INSERT INTO documents (item, hash, meaning, core, rollout, body, size, title, service, service_id, feature, feature_set, status, class, start_at, end_at, modified_at, files, private)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT DO NOTHING`,
		d.item, doc.Hash[:], doc.Wording[:], doc.Meaning.Core[:], rolloutOf(doc.Meaning), s.db.Pack(doc.Body), len(doc.Body),
		store.Clean(f.Title), store.Clean(f.Service), store.Clean(f.ServiceID), store.Clean(f.Feature), store.Clean(f.FeatureSet), store.Clean(string(f.Status)), store.Clean(f.Class),
		tocsin.Micros(f.StartAt), tocsin.Micros(f.EndAt), tocsin.Micros(f.ModifiedAt), f.Files, f.Private)
	if err != nil {
		return d, err
	}
	return s.findDocument(ctx, q, doc)
}

func (s *Store) findDocument(ctx context.Context, q store.Querier, doc tocsin.Document) (d stored, err error) {
	return d, d.scan(q.QueryRowContext(ctx, `SELECT `+storedColumns+` WHERE d.hash = $1 OR d.meaning = $2 LIMIT 1`, doc.Hash[:], doc.Wording[:]).Scan)
}

// notNil is bytes as a column takes them that may not be null.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// rolloutOf is the roll-out of a meaning as it is stored, empty without one.
func rolloutOf(m tocsin.Meaning) []byte {
	if m.Rollout == (tocsin.Hash{}) {
		return []byte{}
	}
	return m.Rollout[:]
}

// Body reads the bytes of a document by its number, or of a newer wording by
// its negative number, as in [tocsin.Row]. It fails with
// [tocsin.ErrNotFound] when there is none.
func (s *Store) Body(ctx context.Context, num int64) ([]byte, error) {
	body, err := s.bodyOf(ctx, s.db.Read(), num)
	if err != nil {
		return nil, fmt.Errorf("read document %d: %w", num, s.db.Translate(err))
	}
	return body, nil
}

func (s *Store) bodyOf(ctx context.Context, q store.Querier, num int64) ([]byte, error) {
	var packed []byte
	query := `SELECT body FROM documents WHERE num = $1`
	if num < 0 {
		query, num = `SELECT body FROM wordings WHERE num = $1`, -num
	}
	if err := q.QueryRowContext(ctx, query, num).Scan(&packed); err != nil {
		return nil, err
	}
	body, err := s.db.Unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("unpack document %d: %w", num, err)
	}
	return body, nil
}
