package archive

import "strings"

// gramsOf returns a text with the same runs of three letters as a folded text,
// few of them more than once, and some that stand around line feeds, of which a
// folded text has none. An index of trigrams that keeps neither places nor
// numbers finds the text by it as well, and has less to read: people who write
// about one thing, post by post, repeat themselves.
func gramsOf(text string) string {
	var out strings.Builder
	out.Grow(len(text) / 2)
	seen := gramSet{slots: make([]uint64, 1024)}
	var window uint64 // the last three letters, of 21 bits each
	var starts [3]int // where they begin
	letters, written := 0, 0
	for at, letter := range text {
		window = (window<<21 | uint64(letter)) & (1<<63 - 1)
		starts[0], starts[1], starts[2] = starts[1], starts[2], at
		if letters++; letters < 3 || !seen.add(window) {
			continue
		}
		if starts[0] > written+maxGap {
			out.WriteByte('\n')
			written = starts[0]
		}
		end := at + widthAt(text, at)
		out.WriteString(text[written:end])
		written = end
	}
	return out.String()
}

// maxGap is how many bytes are written again rather than left out: a gap makes
// up to three trigrams of its own.
const maxGap = 8

// widthAt is how many bytes the letter at a place has, of valid UTF-8.
func widthAt(text string, at int) int {
	end := at + 1
	for end < len(text) && text[end]&0xc0 == 0x80 {
		end++
	}
	return end - at
}

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
