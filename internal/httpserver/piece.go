package httpserver

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"sync"

	"github.com/klauspost/compress/flate"
)

// A Piece is a part of bodies in compressed form. Pieces of one packer can stand
// behind one another in any order, so that a body of many is compressed without
// looking at what they say: each refers to nothing outside itself and ends on a
// whole byte. It is never changed.
type Piece struct {
	deflated []byte
	span
	behind int  // where in deflated what stands behind another part begins
	alone  span // of that
}

// A span is what a checksum needs to know of some bytes.
type span struct {
	sum   uint32 // CRC-32
	shift uint32 // what so many bytes do to the sum of those before them
	size  uint32 // modulo 2^32, as gzip writes it
}

// Size returns the number of bytes that the piece takes in memory, about.
func (p *Piece) Size() int { return len(p.deflated) + 64 }

// The ends of a gzip member: RFC 1952, section 2.3, and an empty last block of
// RFC 1951, section 3.2.6.
const (
	gzipHead = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
	gzipLast = "\x03\x00"
)

// deflating is a compressor with its memory.
type deflating struct {
	out bytes.Buffer
	to  *flate.Writer
}

// Piece compresses a part of bodies.
func (p *Packer) Piece(part []byte) *Piece {
	w, ok := p.pieces.Get().(*deflating)
	if !ok {
		w = &deflating{}
		w.to, _ = flate.NewWriter(&w.out, p.level) // a valid level
	}
	w.out.Reset()
	w.to.Reset(&w.out)
	_, _ = w.to.Write(part) // memory takes everything
	_ = w.to.Flush()
	made := &Piece{deflated: bytes.Clone(w.out.Bytes()), span: spanOf(part)}
	if w.out.Cap() <= largestBuffer {
		p.pieces.Put(w)
	}
	return made
}

// Stored returns a part of bodies as a piece that is not compressed, for a few
// bytes that change each time. It holds the bytes once more.
func Stored(part []byte) *Piece {
	made := &Piece{span: spanOf(part)}
	for len(part) > 0 {
		n := min(len(part), 1<<16-1)
		made.deflated = append(made.deflated, 0)
		made.deflated = binary.LittleEndian.AppendUint16(made.deflated, uint16(n))
		made.deflated = binary.LittleEndian.AppendUint16(made.deflated, ^uint16(n))
		made.deflated = append(made.deflated, part[:n]...)
		part = part[n:]
	}
	return made
}

// Behind returns the piece of one part followed by that of p.
func (p *Piece) Behind(first *Piece) *Piece {
	return &Piece{slices.Concat(first.deflated, p.deflated), first.then(p.span), len(first.deflated), p.span}
}

// Alone returns what [Piece.Behind] has put behind something, in the same memory.
func (p *Piece) Alone() *Piece { return &Piece{deflated: p.deflated[p.behind:], span: p.alone} }

// Join appends the gzip form of a body that consists of pieces.
func Join(to []byte, pieces ...*Piece) []byte {
	to = append(to, gzipHead...)
	all := span{shift: unmoved}
	for _, p := range pieces {
		to = append(to, p.deflated...)
		all.sum, all.size = times(p.shift, all.sum)^p.sum, all.size+p.size
	}
	to = append(to, gzipLast...)
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(to, all.sum), all.size)
}

func spanOf(b []byte) span {
	return span{crc32.ChecksumIEEE(b), shiftOf(uint64(len(b))), uint32(len(b))} //nolint:gosec // modulo 2^32
}

// then is the span of some bytes followed by others.
func (s span) then(next span) span {
	return span{times(next.shift, s.sum) ^ next.sum, times(next.shift, s.shift), s.size + next.size}
}

// A CRC is a polynomial over GF(2) modulo the one of CRC-32, its highest power in
// the lowest bit. Bytes that follow multiply it by x^8 each.
const unmoved = 1 << 31 // x^0

// times is the product of two polynomials.
func times(a, b uint32) (product uint32) {
	for bit := uint32(1 << 31); a != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
			a &^= bit
		}
		b = b>>1 ^ crc32.IEEE&-(b&1)
	}
	return product
}

// powers are x^(2^n).
var powers = sync.OnceValue(func() (list [64]uint32) { //nolint:gochecknoglobals // worked out once, never changed
	list[0] = 1 << 30
	for n := 1; n < len(list); n++ {
		list[n] = times(list[n-1], list[n-1])
	}
	return list
})

// shiftOf is x^(8n).
func shiftOf(n uint64) uint32 {
	list, shift := powers(), uint32(unmoved)
	for power := 3; n != 0 && power < len(list); power++ {
		if n&1 != 0 {
			shift = times(list[power], shift)
		}
		n >>= 1
	}
	return shift
}
