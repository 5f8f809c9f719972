package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// A Writer makes a backup. It is for one goroutine.
type Writer struct {
	sealed io.WriteCloser
	packed *zstd.Encoder
	out    *bufio.Writer // into packed and sum
	sum    hash.Hash
	rows   int64
	record []byte
	shown  func(table string, rows int64) // may be nil
	table  string
}

// NewWriter begins a backup for recipients in w. The function shown is called
// after each row with the table and the number of rows so far; it may be nil.
func NewWriter(w io.Writer, h Header, recipients []age.Recipient, shown func(table string, rows int64)) (*Writer, error) {
	sealed, err := age.Encrypt(w, recipients...)
	if err != nil {
		return nil, fmt.Errorf("encrypt backup: %w", err)
	}
	packed, err := zstd.NewWriter(sealed, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, fmt.Errorf("compress backup: %w", err)
	}
	b := &Writer{sealed: sealed, packed: packed, sum: sha256.New(), shown: shown}
	b.out = bufio.NewWriterSize(io.MultiWriter(packed, b.sum), 64<<10)
	text, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("write header of backup: %w", err)
	}
	b.record = append(b.record, magic...)
	b.record = appendBytes(b.record, text)
	return b, b.flush()
}

// Table begins a table.
func (b *Writer) Table(name string, columns []string) error {
	b.table = name
	b.record = appendBytes(append(b.record, recordTable), name)
	b.record = binary.AppendUvarint(b.record, uint64(len(columns)))
	for _, c := range columns {
		b.record = appendBytes(b.record, c)
	}
	return b.flush()
}

// Row takes a row of the table.
func (b *Writer) Row(values []any) error {
	b.record = append(b.record, recordRow)
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b.record = append(b.record, tagNull)
		case int64:
			b.record = binary.AppendVarint(append(b.record, tagInteger), v)
		case string:
			b.record = appendBytes(append(b.record, tagText), v)
		case []byte:
			b.record = appendBytes(append(b.record, tagBytes), v)
		case bool:
			if v {
				b.record = append(b.record, tagTrue)
			} else {
				b.record = append(b.record, tagFalse)
			}
		default:
			return fmt.Errorf("write backup: a value of type %T", v)
		}
	}
	b.rows++
	if b.shown != nil {
		b.shown(b.table, b.rows)
	}
	return b.flush()
}

// Close ends the backup and returns the number of rows. Without it the file is
// not whole.
func (b *Writer) Close() (rows int64, err error) {
	if err := b.out.Flush(); err != nil {
		return 0, fmt.Errorf("end backup: %w", err)
	}
	b.record = binary.AppendUvarint(append(b.record, recordEnd), uint64(b.rows)) //nolint:gosec // never negative
	b.record = b.sum.Sum(b.record)
	if err := errors.Join(b.flush(), b.out.Flush(), b.packed.Close(), b.sealed.Close()); err != nil {
		return 0, fmt.Errorf("end backup: %w", err)
	}
	return b.rows, nil
}

// flush writes the record that was made.
func (b *Writer) flush() error {
	_, err := b.out.Write(b.record)
	if b.record = b.record[:0]; cap(b.record) > 1<<20 {
		b.record = nil
	}
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return nil
}

func appendBytes[T string | []byte](to []byte, text T) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}
