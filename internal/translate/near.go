package translate

import (
	"cmp"
	"slices"
	"strings"
)

// Bounds of the search for near matches.
const (
	nearShare      = 0.75    // of the words must agree
	maxNearWords   = 200     // of one text; longer ones are nobody's neighbour
	maxNearTexts   = 200_000 // in one index
	maxNearPosting = 20_000  // entries looked at for one question
	maxCandidates  = 200     // texts compared for one question
)

// A NearIndex finds texts that nearly say the same. What it finds is a proposal
// for a person, never an answer: "may be" and "may have been" are 90 per cent
// alike. It never changes once it is made.
type NearIndex struct {
	ids   map[string]int32
	texts [][]int32 // words of each text, by number; nil for one that is too long
	where [][]int32 // texts of each word
}

// A NearMatch is a text that is much like another.
type NearMatch struct {
	Index int     // of the text in the list that the index was made of
	Share float64 // of its words that agree in their order, 0.75 to 1
}

// NewNearIndex makes an index of texts. Texts beyond the two hundred thousandth
// are not found.
func NewNearIndex(texts []string) *NearIndex {
	n := &NearIndex{ids: map[string]int32{}}
	for i, text := range texts[:min(len(texts), maxNearTexts)] {
		words := nearWords(text)
		if len(words) > maxNearWords {
			n.texts = append(n.texts, nil)
			continue
		}
		ids := make([]int32, len(words))
		for j, word := range words {
			id, ok := n.ids[word]
			if !ok {
				id = int32(len(n.where)) //nolint:gosec // as many as there are words
				n.ids[word], n.where = id, append(n.where, nil)
			}
			ids[j] = id
			if last := len(n.where[id]) - 1; last < 0 || n.where[id][last] != int32(i) { //nolint:gosec // bounded above
				n.where[id] = append(n.where[id], int32(i)) //nolint:gosec // bounded above
			}
		}
		n.texts = append(n.texts, ids)
	}
	return n
}

func nearWords(text string) []string { return strings.Fields(string(fold(nil, first(text, maxKey)))) }

// first is the beginning of a text, up to so many bytes.
func first(text string, n int) string { return text[:min(len(text), n)] }

// Find returns the texts that have at least three of four words in common with
// a text, in their order, best first, up to most of them.
func (n *NearIndex) Find(text string, most int) []NearMatch {
	words := nearWords(text)
	if len(words) == 0 || len(words) > maxNearWords {
		return nil
	}
	ids := make([]int32, len(words))
	for i, word := range words {
		id, ok := n.ids[word]
		if !ok {
			id = -1
		}
		ids[i] = id
	}
	var list []NearMatch
	for _, i := range n.candidates(ids) {
		other := n.texts[i]
		longest := max(len(ids), len(other))
		bound := int(float64(longest) * (1 - nearShare))
		if d := distance(ids, other, bound); d <= bound {
			list = append(list, NearMatch{int(i), 1 - float64(d)/float64(longest)})
		}
	}
	slices.SortFunc(list, func(a, b NearMatch) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Index, b.Index)) })
	return list[:min(len(list), most)]
}

// candidates are texts that may be near: as no more than a third of the words
// may be missing, one of the rarest third and one more must be there.
func (n *NearIndex) candidates(ids []int32) []int32 {
	rare := slices.DeleteFunc(slices.Clone(ids), func(id int32) bool { return id < 0 })
	unknown := len(ids) - len(rare)
	slices.SortFunc(rare, func(a, b int32) int {
		return cmp.Or(cmp.Compare(len(n.where[a]), len(n.where[b])), cmp.Compare(a, b))
	})
	needed := max(0, len(ids)/3+1-unknown)
	seen, looked := map[int32]int{}, 0
	for _, id := range rare[:min(len(rare), needed)] {
		for _, i := range n.where[id] {
			if looked++; looked > maxNearPosting {
				break
			}
			if m := len(n.texts[i]); float64(min(m, len(ids))) >= nearShare*float64(max(m, len(ids))) {
				seen[i]++
			}
		}
	}
	list := make([]int32, 0, len(seen))
	for i := range seen {
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b int32) int { return cmp.Or(cmp.Compare(seen[b], seen[a]), cmp.Compare(a, b)) })
	return list[:min(len(list), maxCandidates)]
}

// distance is how many words must be put in, left out or changed to make one
// text of another; more than bound once it is known to be.
func distance(a, b []int32, bound int) int {
	if len(a)-len(b) > bound || len(b)-len(a) > bound {
		return bound + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal, least := row[0], i+1
		row[0] = i + 1
		for j := range b {
			change := diagonal
			if a[i] != b[j] || a[i] < 0 {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
			least = min(least, row[j+1])
		}
		if least > bound {
			return bound + 1
		}
	}
	return row[len(b)]
}
