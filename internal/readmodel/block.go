package readmodel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/klauspost/compress/zstd"

	"example.org/tocsin/internal/tocsin"
)

// A block is the rows of a list in a compact form, written column by column:
// reading a million issues back takes a tenth of what asking the tables for
// them takes. It is an aid and never the truth: one that cannot be read, or is
// of another format, counts as absent.
const (
	blockFormat = 3
	blockRows   = 1 << 15 // in one part
)

var errBlock = errors.New("block of rows is damaged")

// packRows encodes rows, which are ascending by id, in parts.
func packRows(rows []*Row) ([][]byte, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, fmt.Errorf("pack rows: %w", err)
	}
	defer encoder.Close() //nolint:errcheck // there is no stream to end
	var parts [][]byte
	for len(rows) > 0 {
		n := min(len(rows), blockRows)
		parts = append(parts, encoder.EncodeAll(packPart(rows[:n]), nil))
		rows = rows[n:]
	}
	return parts, nil
}

func packPart(rows []*Row) []byte {
	to := []byte{blockFormat}
	to = binary.AppendUvarint(to, uint64(len(rows)))
	numbers, traits := map[*Traits]int{}, []*Traits(nil)
	for _, r := range rows {
		if _, ok := numbers[r.Traits]; !ok {
			numbers[r.Traits] = len(traits)
			traits = append(traits, r.Traits)
		}
	}
	to = binary.AppendUvarint(to, uint64(len(traits)))
	for _, t := range traits {
		for _, text := range []string{t.Service, t.given, t.Feature, t.FeatureSet, string(t.Status), t.Class, t.Source} {
			to = append(binary.AppendUvarint(to, uint64(len(text))), text...)
		}
		to = binary.AppendUvarint(to, uint64(flag(t.Private)))
	}
	var ids strings.Builder
	for _, r := range rows {
		ids.WriteString(r.ID)
	}
	to = append(binary.AppendUvarint(to, uint64(ids.Len())), ids.String()...)
	for _, column := range columns() {
		previous := int64(0)
		for _, r := range rows {
			value := column.get(r, numbers)
			to = binary.AppendVarint(to, value-previous)
			if column.rising {
				previous = value
			}
		}
	}
	return to
}

func flag(set bool) int {
	if set {
		return 1
	}
	return 0
}

// A column is one number of each row. Rising ones are kept as differences from
// the row before; instants are kept relative to the start.
type column struct {
	rising bool
	get    func(r *Row, numbers map[*Traits]int) int64
	set    func(r *Row, value int64, p *part)
}

func columns() []column {
	since := func(at Instant, r *Row) int64 {
		if at == 0 {
			return 0
		}
		return int64(at-r.StartAt)<<1 | 1
	}
	after := func(value int64, r *Row) Instant {
		if value == 0 {
			return 0
		}
		return r.StartAt + Instant(value>>1)
	}
	return []column{
		{get: func(r *Row, _ map[*Traits]int) int64 { return int64(len(r.ID)) }, set: func(r *Row, v int64, p *part) { r.ID = p.id(v) }},
		{get: func(r *Row, n map[*Traits]int) int64 { return int64(n[r.Traits]) }, set: func(r *Row, v int64, p *part) { r.Traits = p.trait(v) }},
		{get: func(r *Row, _ map[*Traits]int) int64 { return int64(r.N) }, set: func(r *Row, v int64, _ *part) { r.N = int32(v) }},
		{rising: true, get: func(r *Row, _ map[*Traits]int) int64 { return r.Document }, set: func(r *Row, v int64, _ *part) { r.Document = v }},
		{rising: true, get: func(r *Row, _ map[*Traits]int) int64 { return int64(r.StartAt) }, set: func(r *Row, v int64, _ *part) { r.StartAt = Instant(v) }},
		{get: func(r *Row, _ map[*Traits]int) int64 { return since(r.EndAt, r) }, set: func(r *Row, v int64, _ *part) { r.EndAt = after(v, r) }},
		{get: func(r *Row, _ map[*Traits]int) int64 { return since(r.ModifiedAt, r) }, set: func(r *Row, v int64, _ *part) { r.ModifiedAt = after(v, r) }},
		{get: func(r *Row, _ map[*Traits]int) int64 { return since(r.LeftAt, r) }, set: func(r *Row, v int64, _ *part) { r.LeftAt = after(v, r) }},
	}
}

// A part is one part of a block while it is read. What does not fit makes it
// bad instead of failing at once.
type part struct {
	rest   []byte
	ids    string
	traits []*Traits
	bad    bool
}

// unpackRows reads rows back from the parts of a block.
func unpackRows(parts [][]byte, shared sharing) ([]*Row, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPart))
	if err != nil {
		return nil, fmt.Errorf("unpack rows: %w", err)
	}
	defer decoder.Close()
	rows := make([]*Row, 0, len(parts)*blockRows)
	var plain []byte
	for _, packed := range parts {
		if plain, err = decoder.DecodeAll(packed, plain[:0]); err != nil {
			return nil, fmt.Errorf("unpack rows: %w", err)
		}
		p := part{rest: plain}
		if rows = p.read(rows, shared); p.bad {
			return nil, errBlock
		}
	}
	for i := 1; i < len(rows); i++ {
		if rows[i-1].ID >= rows[i].ID {
			return nil, errBlock
		}
	}
	return rows, nil
}

// maxPart bounds the decoded size of a part, in bytes.
const maxPart = 64 << 20

func (p *part) read(rows []*Row, shared sharing) []*Row {
	if len(p.rest) == 0 || p.rest[0] != blockFormat {
		p.bad = true
		return rows
	}
	p.rest = p.rest[1:]
	n, traits := p.size(blockRows), p.size(blockRows)
	depending := map[*Traits]Traits{} // whose service the instant decides, as they are kept
	for range traits {
		t := Traits{
			Service: p.text(), ServiceID: p.text(), Feature: p.text(), FeatureSet: p.text(), Status: tocsin.Status(p.text()), Class: p.text(),
			Source: p.text(), Private: p.size(1) == 1,
		}
		p.traits = append(p.traits, shared.of(t, 0))
		if filed := p.traits[len(p.traits)-1]; shared.filed[t] == nil {
			depending[filed] = t
		}
	}
	p.ids = p.text()
	slab := make([]Row, n)
	for _, column := range columns() {
		previous := int64(0)
		for i := range slab {
			value := p.number() + previous
			if column.rising {
				previous = value
			}
			column.set(&slab[i], value, p)
		}
	}
	for i := range slab {
		row := &slab[i]
		if raw, ok := depending[row.Traits]; ok {
			row.Traits = shared.of(raw, row.ModifiedAt)
		}
		rows = append(rows, row)
	}
	p.bad = p.bad || len(p.rest) > 0 || p.ids != ""
	return rows
}

func (p *part) number() int64 {
	v, n := binary.Varint(p.rest)
	if n <= 0 {
		p.bad = true
		return 0
	}
	p.rest = p.rest[n:]
	return v
}

// size reads a length that is at most limit.
func (p *part) size(limit int) int {
	v, n := binary.Uvarint(p.rest)
	if n <= 0 || v > uint64(limit) {
		p.bad = true
		return 0
	}
	p.rest = p.rest[n:]
	return int(v)
}

func (p *part) text() string {
	n := p.size(len(p.rest))
	if n > len(p.rest) {
		p.bad = true
		return ""
	}
	text := string(p.rest[:n])
	p.rest = p.rest[n:]
	return text
}

// id takes the next n bytes of all ids, which share one piece of memory.
func (p *part) id(n int64) string {
	if n <= 0 || n > int64(len(p.ids)) {
		p.bad = true
		return ""
	}
	id := p.ids[:n]
	p.ids = p.ids[n:]
	return id
}

func (p *part) trait(n int64) *Traits {
	if n < 0 || n >= int64(len(p.traits)) {
		p.bad = true
		return &Traits{}
	}
	return p.traits[n]
}
