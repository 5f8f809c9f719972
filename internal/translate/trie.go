package translate

import (
	"encoding/binary"
	"slices"
	"strings"
)

// A nonterminal is a list of alternatives that a slot takes: entries of the
// book, or what a function reads.
type nonterminal struct {
	root  node
	read  func(m *matcher, at int) (option, bool) // nil for entries
	first func(m *matcher, at int) bool           // whether it is worth reading
	book  *Book
}

// A node is a place in the words of alternatives that begin alike.
type node struct {
	words []wordEdge
	slots []slotEdge
	entry *entry // the alternative that ends here
}

type wordEdge struct {
	word uint16
	to   *node
}

type slotEdge struct {
	name string
	of   *nonterminal
	to   *node
}

// An entry is one line of the book with its words in each language.
type entry struct {
	key    string
	target [languageCount]template
	forms  map[string]*[languageCount]template // of objects: d, a, dat
	exact  string                              // how it is written, where letter case counts
	line   *bookLine                           // of predicates and modals
	often  bool                                // of modals: with "intermittently"
	lower  bool                                // begins with a small letter, as dates do
	render func(b *Book, lang int, captures []capture) (string, bool)
}

// A capture is what stands in a slot.
type capture struct {
	name string
	option
}

// An option is one reading of a slot, up to the token at to.
type option struct {
	to       int
	entry    *entry
	captures []capture
	value    value
}

// A value is what a function read from a slot, such as a date.
type value interface {
	in(b *Book, lang int, slot string) string
}

// A matcher looks for one text in the book.
type matcher struct {
	book   *Book
	words  *vocabulary
	grow   bool // words are added to the vocabulary
	text   string
	tokens [maxTokens]token
	count  int
	stop   bool // the text ends with a stop
	taken  [8]capture
	steps  int
}

// maxSteps bounds the search in one text, whatever it says.
const maxSteps = 4000

// match looks for the entry that is the whole text. What its slots took is the
// matcher's, until the next text.
func (m *matcher) match(n *nonterminal) (*entry, []capture) {
	m.steps = 0
	captures := m.taken[:0]
	e := m.walk(&n.root, 0, nil, &captures)
	return e, captures
}

// walk follows the words from at on. Without a list it returns the first entry
// that ends with the text; with one it adds each entry that it meets, longer
// ones first, and returns nil.
func (m *matcher) walk(n *node, at int, list *[]option, captures *[]capture) *entry {
	if m.steps++; m.steps > maxSteps {
		return nil
	}
	if at < m.count {
		if to := n.next(m.word(at)); to != nil {
			if e := m.walk(to, at+1, list, captures); e != nil {
				return e
			}
		}
		for i := range n.slots {
			if e := m.through(&n.slots[i], at, list, captures); e != nil {
				return e
			}
		}
	}
	if n.entry == nil || !m.written(n.entry, at) {
		return nil
	}
	if list != nil {
		*list = append(*list, option{to: at, entry: n.entry, captures: slices.Clone(*captures)})
		return nil
	}
	if at == m.count {
		return n.entry
	}
	return nil
}

// through follows each reading of a slot.
func (m *matcher) through(s *slotEdge, at int, list *[]option, captures *[]capture) *entry {
	for _, o := range m.options(s.of, at) {
		was := len(*captures)
		*captures = append(*captures, capture{s.name, o})
		if e := m.walk(s.to, o.to, list, captures); e != nil {
			return e
		}
		*captures = (*captures)[:was]
	}
	return nil
}

// written reports whether an entry whose letter case counts is written so.
func (m *matcher) written(e *entry, to int) bool {
	return e.exact == "" || strings.HasSuffix(m.text[:m.tokens[to-1].to], e.exact)
}

// next is where a word leads, nil for nowhere.
func (n *node) next(word uint16) *node {
	if word == 0 {
		return nil
	}
	for i := range n.words {
		if n.words[i].word == word {
			return n.words[i].to
		}
	}
	return nil
}

// options are the readings of a slot from at on, longest first.
func (m *matcher) options(n *nonterminal, at int) []option {
	if m.steps > maxSteps || at >= m.count || !n.begins(m, at) {
		return nil
	}
	if n.read != nil {
		if o, ok := n.read(m, at); ok {
			return []option{o}
		}
		return nil
	}
	var list []option
	var captures []capture
	m.walk(&n.root, at, &list, &captures)
	return list
}

// begins reports whether a reading may begin with the word at a place.
func (n *nonterminal) begins(m *matcher, at int) bool {
	if n.first != nil {
		return n.first(m, at)
	}
	if n.read != nil {
		return true
	}
	if n.root.next(m.word(at)) != nil {
		return true
	}
	for i := range n.root.slots {
		if n.root.slots[i].of.begins(m, at) {
			return true
		}
	}
	return false
}

// whole reports whether a text is one of the alternatives.
func (n *nonterminal) whole(text string) bool {
	if n == nil {
		return false
	}
	m := n.book.matcher()
	defer n.book.pool.Put(m)
	if !m.tokenise(text) {
		return false
	}
	e, _ := m.match(n)
	return e != nil
}

// add puts what a form stands for into the tree. The first of two alike stays.
func (n *nonterminal) add(b *Book, form string, e *entry) {
	m := &matcher{book: b, words: b.words, grow: true}
	ends := []*node{&n.root}
	for _, p := range pieces(form) {
		var next []*node
		for _, choice := range p.choices {
			for _, from := range ends {
				to := m.follow(from, choice, p.last)
				if !slices.Contains(next, to) {
					next = append(next, to)
				}
			}
		}
		if p.slot != "" {
			for i := range next {
				next[i] = next[i].slot(p.slot, b.slot(p.slot))
			}
		}
		ends = next
	}
	for _, end := range ends {
		if end.entry == nil && end != &n.root {
			end.entry = e
		}
	}
}

// follow adds words behind a node and returns where they end. The stop at the
// end of a form counts for nothing.
func (m *matcher) follow(from *node, words string, last bool) *node {
	if m.tokenise(words); m.stop && !last {
		m.count++
	}
	for at := range m.count {
		from = from.child(m.word(at))
	}
	return from
}

// share makes the parts of trees that are alike one, which makes them small.
func (b *Book) share() {
	s := sharing{nodes: map[string]*node{}, ids: map[*node]uint32{}, entries: map[*entry]uint32{}}
	for _, n := range b.slots {
		s.node(&n.root)
	}
}

type sharing struct {
	nodes   map[string]*node // by what stands in them
	ids     map[*node]uint32
	entries map[*entry]uint32
}

// node is the one node that stands for all that are like n.
func (s *sharing) node(n *node) *node {
	var key []byte
	if n.entry != nil {
		if s.entries[n.entry] == 0 {
			s.entries[n.entry] = uint32(len(s.entries) + 1) //nolint:gosec // a few thousand
		}
		key = binary.BigEndian.AppendUint32(key, s.entries[n.entry])
	}
	key = append(key, ':')
	for i := range n.words {
		n.words[i].to = s.node(n.words[i].to)
		key = binary.BigEndian.AppendUint16(key, n.words[i].word)
		key = binary.BigEndian.AppendUint32(key, s.ids[n.words[i].to])
	}
	for i := range n.slots {
		n.slots[i].to = s.node(n.slots[i].to)
		key = binary.BigEndian.AppendUint32(append(append(key, ':'), n.slots[i].name...), s.ids[n.slots[i].to])
	}
	n.words, n.slots = slices.Clip(n.words), slices.Clip(n.slots)
	if one := s.nodes[string(key)]; one != nil {
		return one
	}
	s.nodes[string(key)], s.ids[n] = n, uint32(len(s.ids)+1) //nolint:gosec // a few thousand
	return n
}

func (n *node) child(word uint16) *node {
	if to := n.next(word); to != nil {
		return to
	}
	to := &node{}
	n.words = append(n.words, wordEdge{word, to})
	return to
}

func (n *node) slot(name string, of *nonterminal) *node {
	for _, s := range n.slots {
		if s.name == name {
			return s.to
		}
	}
	to := &node{}
	n.slots = append(n.slots, slotEdge{name, of, to})
	return to
}
