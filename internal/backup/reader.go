package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"example.org/tocsin/internal/tocsin"
)

// A Reader reads a backup. It is for one goroutine.
type Reader struct {
	Header Header
	Rows   int64 // read so far

	packed   *zstd.Decoder
	in       *bufio.Reader
	sum      hash.Hash
	unsummed []byte // what was read and is not in sum yet
	columns  int
	row      []any
	next     byte // the record that begins next, 0 for none read yet
	shown    func(table string, rows int64)
	table    string
}

// NewReader begins to read a backup with one of the identities. It fails with
// [tocsin.ErrForbidden] when it was made for none of them, and with
// [tocsin.ErrConflict] when it is none, or is damaged. The function shown is
// called after each row with the table and the number of rows so far; it may be
// nil.
func NewReader(r io.Reader, identities []age.Identity, shown func(table string, rows int64)) (*Reader, error) {
	plain, err := age.Decrypt(r, identities...)
	if err != nil {
		if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
			return nil, &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "The backup was made for another key or passphrase, or its head is damaged.", Cause: err}
		}
		return nil, &tocsin.Error{Kind: tocsin.ErrConflict, Message: "The file is no backup, or its head is damaged.", Cause: err}
	}
	packed, err := zstd.NewReader(plain, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("unpack backup: %w", err)
	}
	b := &Reader{packed: packed, in: bufio.NewReaderSize(packed, 64<<10), sum: sha256.New(), shown: shown}
	if err := b.head(); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Close frees what the reader holds.
func (b *Reader) Close() { b.packed.Close() }

func (b *Reader) head() error {
	begin := make([]byte, len(magic))
	if err := b.full(begin); err != nil {
		return err
	}
	if string(begin) != magic {
		return tocsin.Conflictf("The file is no backup of this program, or of a newer version of it.")
	}
	text, err := b.bytes(maxHeader)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &b.Header); err != nil {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Message: "The header of the backup cannot be read.", Cause: err}
	}
	return nil
}

// NextTable begins the next table. It fails with [io.EOF] after the last, when
// the whole file has been read and its checksum is right.
func (b *Reader) NextTable() (name string, columns []string, err error) {
	for b.next == 0 {
		if err := b.record(); err != nil {
			return "", nil, err
		}
		if b.next == recordRow {
			if _, err := b.NextRow(); err != nil {
				return "", nil, err
			}
		}
	}
	if b.next == recordEnd {
		return "", nil, b.end()
	}
	b.next = 0
	text, err := b.bytes(maxName)
	if err != nil {
		return "", nil, err
	}
	n, err := b.uvarint(maxColumns)
	if err != nil {
		return "", nil, err
	}
	columns = make([]string, n)
	for i := range columns {
		column, err := b.bytes(maxName)
		if err != nil {
			return "", nil, err
		}
		columns[i] = string(column)
	}
	b.table, b.columns, b.row = string(text), len(columns), make([]any, len(columns))
	return b.table, columns, nil
}

// record reads what begins next.
func (b *Reader) record() error {
	var kind [1]byte
	if _, err := io.ReadFull(b.in, kind[:]); err != nil {
		return b.broken(err)
	}
	switch b.next = kind[0]; b.next {
	case recordEnd:
		return nil
	case recordTable, recordRow:
		b.note(kind[:])
		return nil
	}
	return b.broken(fmt.Errorf("a record of the kind %d", b.next))
}

// NextRow returns a row of the table, good until the next call. It fails with
// [io.EOF] after the last.
func (b *Reader) NextRow() ([]any, error) {
	if b.next == 0 {
		if err := b.record(); err != nil {
			return nil, err
		}
	}
	if b.next != recordRow {
		return nil, io.EOF
	}
	b.next = 0
	for i := range b.row {
		v, err := b.value()
		if err != nil {
			return nil, err
		}
		b.row[i] = v
	}
	b.Rows++
	if b.shown != nil {
		b.shown(b.table, b.Rows)
	}
	return b.row, nil
}

func (b *Reader) value() (any, error) {
	var tag [1]byte
	if err := b.full(tag[:]); err != nil {
		return nil, err
	}
	switch tag[0] {
	case tagNull:
		return nil, nil //nolint:nilnil // NULL
	case tagInteger:
		n, err := binary.ReadVarint(byteReader{b})
		if err != nil {
			return nil, b.broken(err)
		}
		return n, nil
	case tagText:
		text, err := b.bytes(maxValue)
		return string(text), err
	case tagBytes:
		return b.bytes(maxValue)
	case tagFalse, tagTrue:
		return tag[0] == tagTrue, nil
	}
	return nil, b.broken(fmt.Errorf("a value of the kind %d", tag[0]))
}

// end checks what the file says of itself, and that nothing follows.
func (b *Reader) end() error {
	b.sum.Write(b.unsummed)
	want := b.sum.Sum(nil)
	b.unsummed = b.unsummed[:0]
	rows, err := b.uvarint(1 << 62)
	if err != nil {
		return err
	}
	got := make([]byte, sha256.Size)
	if err := b.full(got); err != nil {
		return err
	}
	if !bytes.Equal(got, want) || int64(rows) != b.Rows { //nolint:gosec // bounded
		return tocsin.Conflictf("The backup is damaged: its checksum is another.")
	}
	if _, err := b.in.ReadByte(); !errors.Is(err, io.EOF) {
		return b.broken(errors.Join(err, errors.New("more after its end")))
	}
	return io.EOF
}

// broken is what a file that ends or changes where it should not fails with.
func (b *Reader) broken(err error) error {
	what := "damaged"
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		what = "cut off"
	}
	return &tocsin.Error{Kind: tocsin.ErrConflict, Message: fmt.Sprintf("The backup is %s after %s.", what, tocsin.Count(int(b.Rows), "row", "rows")), Cause: err}
}

// bytes reads a length and as many bytes, in memory that grows with what is
// there.
func (b *Reader) bytes(most uint64) ([]byte, error) {
	n, err := b.uvarint(most)
	if err != nil {
		return nil, err
	}
	if n <= 1<<20 {
		text := make([]byte, n)
		return text, b.full(text)
	}
	var text bytes.Buffer
	if _, err := io.CopyN(&text, b.in, int64(n)); err != nil { //nolint:gosec // bounded
		return nil, b.broken(err)
	}
	b.note(text.Bytes())
	return text.Bytes(), nil
}

func (b *Reader) uvarint(most uint64) (uint64, error) {
	n, err := binary.ReadUvarint(byteReader{b})
	if err == nil && n > most {
		err = fmt.Errorf("a length of %d", n)
	}
	if err != nil {
		return 0, b.broken(err)
	}
	return n, nil
}

func (b *Reader) full(to []byte) error {
	if _, err := io.ReadFull(b.in, to); err != nil {
		return b.broken(err)
	}
	b.note(to)
	return nil
}

// note adds what was read to the checksum, many small pieces at once.
func (b *Reader) note(text []byte) {
	if b.unsummed = append(b.unsummed, text...); len(b.unsummed) >= 32<<10 {
		b.sum.Write(b.unsummed)
		if b.unsummed = b.unsummed[:0]; cap(b.unsummed) > 1<<20 {
			b.unsummed = nil
		}
	}
}

// byteReader reads single bytes.
type byteReader struct{ b *Reader }

func (r byteReader) ReadByte() (byte, error) {
	c, err := r.b.in.ReadByte()
	if err == nil {
		r.b.note([]byte{c})
	}
	return c, err
}
