package delivery

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"

	"example.org/tocsin/internal/store"
)

// A letter is where it stands what a message says.
type letter struct {
	num  int64 // of the row
	part int   // counts from 1 in a sheaf, 0 for a row of its own
}

// Bounds of a sheaf, which is what several messages say, compressed together: they
// have most of their words in common.
const (
	maxSheaf      = 64
	maxSheafBytes = 256 << 10
)

// keepLetters keeps what new batches say and returns in which letter each finds it.
// One that is written lately is not written again. A row has the number of the first
// batch that says something in it.
func (s *Store) keepLetters(ctx context.Context, tx *store.Tx, list []Batch) ([]letter, error) {
	hashes := make([][32]byte, len(list))
	known := map[[32]byte]letter{}
	var asked []int64
	for i, b := range list {
		hashes[i] = sha256.Sum256(b.Letter)
		if _, ok := known[hashes[i]]; ok {
			continue
		}
		if l, ok := s.letters.Get(hashes[i]); ok {
			known[hashes[i]] = l
			asked = append(asked, l.num)
		}
	}
	there, err := letterThere(ctx, tx, asked)
	if err != nil {
		return nil, err
	}
	found := make([]letter, len(list))
	var rows [][]any
	var sheaf []int // of list
	size := 0
	tie := func() {
		if len(sheaf) > 0 {
			rows = append(rows, s.tie(list, hashes, sheaf, known))
			there[list[sheaf[0]].Num] = true
		}
		sheaf, size = nil, 0
	}
	for i, b := range list {
		if l, ok := known[hashes[i]]; ok && (l == letter{} || there[l.num]) {
			continue
		}
		if known[hashes[i]] = (letter{}); len(sheaf) == maxSheaf || size+len(b.Letter) > maxSheafBytes {
			tie()
		}
		sheaf, size = append(sheaf, i), size+len(b.Letter)
	}
	tie()
	for i := range list {
		found[i] = known[hashes[i]]
	}
	tx.AfterCommit(func() {
		for hash, l := range known {
			s.letters.Put(hash, l, 0)
		}
	})
	return found, tx.Insert(ctx, `INSERT INTO delivery_letters (num, body) VALUES `, rows, "")
}

// tie makes the row of letters that are not written yet, and notes where each stands.
func (s *Store) tie(list []Batch, hashes [][32]byte, sheaf []int, known map[[32]byte]letter) []any {
	first := list[sheaf[0]]
	if len(sheaf) == 1 {
		known[hashes[sheaf[0]]] = letter{num: first.Num}
		return []any{first.Num, s.db.Pack(first.Letter)}
	}
	var whole []byte
	for k, i := range sheaf {
		known[hashes[i]] = letter{first.Num, k + 1}
		whole = binary.AppendUvarint(whole, uint64(len(list[i].Letter)))
		whole = append(whole, list[i].Letter...)
	}
	return []any{first.Num, s.db.Pack(whole)}
}

// errSheaf is of a sheaf that is not as it was written.
var errSheaf = errors.New("a sheaf of letters is damaged")

// partOf returns what a message says.
func (s *Store) partOf(packed []byte, part int) ([]byte, error) {
	whole, err := s.db.Unpack(packed)
	if err != nil || part == 0 {
		return whole, err
	}
	parts, err := untie(whole)
	if err != nil || part > len(parts) {
		return nil, errors.Join(err, errSheaf)
	}
	return parts[part-1], nil
}

// untie returns the letters of a sheaf.
func untie(whole []byte) (parts [][]byte, err error) {
	for len(whole) > 0 {
		size, n := binary.Uvarint(whole)
		if n <= 0 || size > uint64(len(whole)-n) {
			return nil, errSheaf
		}
		end := n + int(size) //nolint:gosec // at most the length
		parts = append(parts, whole[n:end:end])
		whole = whole[end:]
	}
	return parts, nil
}

// readLetters fills in what batches say, each from its letter.
func (s *Store) readLetters(ctx context.Context, list []Batch, letters []letter) error {
	nums := make([]int64, len(letters))
	for i, l := range letters {
		nums[i] = l.num
	}
	slices.Sort(nums)
	whole, err := s.db.Packed(ctx, s.db.Read(), "delivery_letters", slices.Compact(nums))
	if err != nil {
		return err
	}
	sheaves := map[int64][][]byte{}
	for i, l := range letters {
		if l.part == 0 {
			list[i].Letter = whole[l.num]
			continue
		}
		if sheaves[l.num] == nil {
			var err error
			if sheaves[l.num], err = untie(whole[l.num]); err != nil {
				return err
			}
		}
		if l.part > len(sheaves[l.num]) {
			return errSheaf
		}
		list[i].Letter = sheaves[l.num][l.part-1]
	}
	return nil
}

// letterThere says which letters there are still.
func letterThere(ctx context.Context, tx *store.Tx, nums []int64) (map[int64]bool, error) {
	there := make(map[int64]bool, len(nums))
	slices.Sort(nums)
	for part := range slices.Chunk(slices.Compact(nums), store.MaxArgs) {
		rows, err := tx.QueryContext(ctx, `SELECT num FROM delivery_letters WHERE num IN (`+store.Placeholders(1, len(part))+`)`, store.Args(part)...)
		_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
			var num int64
			err = rows.Scan(&num)
			there[num] = true
			return none, err
		})
		if err != nil {
			return nil, err
		}
	}
	return there, nil
}
