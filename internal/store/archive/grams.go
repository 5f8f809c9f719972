package archive

import "unicode/utf8"

// grams finds the runs of three letters of one text after the other. Those of
// ASCII are bits in a field, others are in a set.
type grams struct {
	ascii   []uint64
	touched []uint32 // places in ascii that are not 0
	others  gramSet
}

func newGrams() *grams {
	return &grams{ascii: make([]uint64, 1<<21/64), others: gramSet{slots: make([]uint64, 64)}}
}

// add reports whether a run was not there yet: three letters of 21 bits each.
func (g *grams) add(window uint64) bool {
	if window&notASCII != 0 {
		return g.others.add(window)
	}
	n := window>>28&(0x7f<<14) | window>>14&(0x7f<<7) | window&0x7f
	word, bit := &g.ascii[n/64], uint64(1)<<(n%64)
	if *word&bit != 0 {
		return false
	}
	if *word == 0 {
		g.touched = append(g.touched, uint32(n/64))
	}
	*word |= bit
	return true
}

// notASCII are the bits that three letters of ASCII do not have.
const notASCII = 1<<63 - 1 - (0x7f<<42 | 0x7f<<21 | 0x7f)

// of returns a text with the same runs of three letters as a folded text,
// few of them more than once, and some that stand around line feeds, of which a
// folded text has none. An index of trigrams that keeps neither places nor
// numbers finds the text by it as well, and has less to read: people who write
// about one thing, post by post, repeat themselves.
func (g *grams) of(text string) string {
	g.forget()
	out := make([]byte, 0, len(text)/2)
	var window uint64 // the last three letters, of 21 bits each
	first, second := 0, 0
	letters, written := 0, 0
	for at, letter := range text {
		window = (window<<21 | uint64(letter)) & (1<<63 - 1)
		start := first // of the window
		first, second = second, at
		if letters++; letters < 3 || !g.add(window) {
			continue
		}
		if start > written+maxGap {
			out = append(out, '\n')
			written = start
		}
		end := at + utf8.RuneLen(letter)
		out = append(out, text[written:end]...)
		written = end
	}
	return string(out)
}

func (g *grams) forget() {
	for _, at := range g.touched {
		g.ascii[at] = 0
	}
	g.touched = g.touched[:0]
	clear(g.others.slots)
	g.others.used = 0
}

// maxGap is how many bytes are written again rather than left out: a gap makes
// up to three trigrams of its own.
const maxGap = 8

// A gramSet holds numbers above 0; its length is a power of two.
type gramSet struct {
	slots []uint64
	used  int
}

// add reports whether a number was not there yet.
func (s *gramSet) add(n uint64) bool {
	if 2*s.used >= len(s.slots) {
		s.grow()
	}
	slot := s.find(n)
	if *slot == n {
		return false
	}
	*slot = n
	s.used++
	return true
}

// find returns the slot that holds a number, or the one that is free for it.
func (s *gramSet) find(n uint64) *uint64 {
	mask := uint64(len(s.slots) - 1)
	for i := n * 0x9e3779b97f4a7c15 >> 32 & mask; ; i = (i + 1) & mask {
		if s.slots[i] == n || s.slots[i] == 0 {
			return &s.slots[i]
		}
	}
}

func (s *gramSet) grow() {
	before := s.slots
	s.slots = make([]uint64, 2*len(before))
	for _, n := range before {
		if n != 0 {
			*s.find(n) = n
		}
	}
}
