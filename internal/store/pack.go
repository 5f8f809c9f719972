package store

import (
	"context"
	"database/sql"
	"slices"
)

// maxUnpacked bounds the size of what [Store.Unpack] returns, in bytes.
const maxUnpacked = 64 << 20

// Pack compresses bytes that are stored and not searched (Zstandard, RFC 8878).
func (s *Store) Pack(body []byte) []byte { return s.encoder.EncodeAll(body, nil) }

// Unpack returns the bytes that [Store.Pack] was given, at most 64 MiB.
func (s *Store) Unpack(packed []byte) ([]byte, error) {
	return s.decoder.DecodeAll(packed, nil)
}

// Packed returns the bodies that rows of a table keep packed, by their numbers. One
// that there is not is not in it.
func (s *Store) Packed(ctx context.Context, q Querier, table string, nums []int64) (map[int64][]byte, error) {
	bodies := make(map[int64][]byte, len(nums))
	for part := range slices.Chunk(nums, MaxArgs) {
		rows, err := q.QueryContext(ctx, `SELECT num, body FROM `+table+` WHERE num IN (`+Placeholders(1, len(part))+`)`, Args(part)...)
		_, err = Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
			var num int64
			var packed []byte
			if err = rows.Scan(&num, &packed); err == nil {
				bodies[num], err = s.Unpack(packed)
			}
			return none, err
		})
		if err != nil {
			return nil, err
		}
	}
	return bodies, nil
}
