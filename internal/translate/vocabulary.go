package translate

// A vocabulary numbers the words of the book. It is a table with open places:
// a word is looked for a hundred thousand times for each time that one is added.
type vocabulary struct {
	table []place // a power of two, at most half full
	count int
}

type place struct {
	word   string
	number uint16 // 0 for an empty place
}

// hash is FNV-1a.
func hash(word []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range word {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

// number is the number of a word, which is in lower case; 0 for one that the
// book does not know.
func (v *vocabulary) number(word []byte) uint16 {
	if len(v.table) == 0 {
		return 0
	}
	mask := uint32(len(v.table) - 1) //nolint:gosec // a few thousand words
	for at := hash(word) & mask; ; at = (at + 1) & mask {
		if p := &v.table[at]; p.number == 0 || p.word == string(word) {
			return p.number
		}
	}
}

// add is the number of a word, which gets one when it has none.
func (v *vocabulary) add(word string) uint16 {
	if n := v.number([]byte(word)); n != 0 {
		return n
	}
	if 2*(v.count+1) > len(v.table) {
		v.grow()
	}
	v.count++
	v.put(place{word, uint16(v.count)}) //nolint:gosec // a few thousand words
	return uint16(v.count)              //nolint:gosec // a few thousand words
}

func (v *vocabulary) grow() {
	old := v.table
	v.table = make([]place, max(1024, 2*len(old)))
	for _, p := range old {
		if p.number != 0 {
			v.put(p)
		}
	}
}

func (v *vocabulary) put(p place) {
	mask := uint32(len(v.table) - 1) //nolint:gosec // a few thousand words
	at := hash([]byte(p.word)) & mask
	for v.table[at].number != 0 {
		at = (at + 1) & mask
	}
	v.table[at] = p
}
