package httpserver

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

// Bodies of pieces in any order are what a gzip reader makes of them, the one of
// the standard library and the program.
func TestJoinedPiecesAreTheBody(t *testing.T) {
	t.Parallel()
	packer, random := NewPacker(5), rand.New(rand.NewPCG(1, 2))
	letters := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abcde\x00\xff"[random.IntN(7)]
		}
		return b
	}
	parts := [][]byte{nil, []byte(","), []byte(strings.Repeat("the same words ", 5000)), letters(70000), letters(1), letters(3000)}
	for _, at := range []int{0, 1, 3, 17, 60} {
		var want []byte
		var pieces []*Piece
		for range at {
			part := parts[random.IntN(len(parts))]
			one := packer.Piece(part)
			switch random.IntN(3) {
			case 0:
				one = Stored(part)
			case 1:
				first := parts[random.IntN(len(parts))]
				if one = one.Behind(packer.Piece(first)); random.IntN(2) == 0 {
					one = one.Alone()
				} else {
					want = append(want, first...)
				}
			}
			want, pieces = append(want, part...), append(pieces, one)
		}
		packed := Join(nil, pieces...)
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d pieces: %v, %d bytes in place of %d", at, err, len(got), len(want))
		}
		program, err := exec.LookPath("gzip")
		if err != nil {
			continue
		}
		cmd := exec.CommandContext(t.Context(), program, "-dc")
		cmd.Stdin = bytes.NewReader(packed)
		if out, err := cmd.Output(); err != nil || !bytes.Equal(out, want) {
			t.Errorf("gzip, %d pieces: %v, %d bytes in place of %d", at, err, len(out), len(want))
		}
	}
}

// Join costs what its pieces cost to copy, and little for each.
func BenchmarkJoin(b *testing.B) {
	packer := NewPacker(5)
	body := []byte(strings.Repeat("A sentence of a post that is about as long as others are. ", 50))
	pieces := make([]*Piece, 100)
	for i := range pieces {
		pieces[i] = packer.Piece(body)
	}
	var to []byte
	b.Run("pieces", func(b *testing.B) {
		for b.Loop() {
			to = Join(to[:0], pieces...)
		}
	})
	whole := bytes.Repeat(body, len(pieces))
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			to = packer.Pack(whole)
		}
	})
}
