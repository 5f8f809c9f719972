package translate

import "strings"

// A nonterminal is a list of alternatives that a slot takes: entries of the
// book, or what a function reads.
type nonterminal struct {
	root node
	read func(m *matcher, at int) (option, bool) // nil for entries
	book *Book
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
	words  vocabulary
	grow   bool // words are added to the vocabulary
	text   string
	tokens [maxTokens]token
	count  int
	stop   bool // the text ends with a stop
	steps  int
}

// maxSteps bounds the search in one text, whatever it says.
const maxSteps = 4000

// match looks for the entry that is the whole text.
func (m *matcher) match(n *nonterminal) (*entry, []capture) {
	m.steps = 0
	var captures []capture
	e := m.walk(&n.root, 0, func(at int, _ *entry) bool { return at == m.count }, &captures)
	return e, captures
}

// walk follows the words from at on and returns the first entry that done
// accepts, longer words first.
func (m *matcher) walk(n *node, at int, done func(at int, e *entry) bool, captures *[]capture) *entry {
	if m.steps++; m.steps > maxSteps {
		return nil
	}
	if at < m.count {
		if to := n.next(m.tokens[at].word); to != nil {
			if e := m.walk(to, at+1, done, captures); e != nil {
				return e
			}
		}
		for _, s := range n.slots {
			for _, o := range m.options(s.name, at) {
				was := len(*captures)
				*captures = append(*captures, capture{s.name, o})
				if e := m.walk(s.to, o.to, done, captures); e != nil {
					return e
				}
				*captures = (*captures)[:was]
			}
		}
	}
	if n.entry != nil && m.written(n.entry, at) && done(at, n.entry) {
		return n.entry
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
func (m *matcher) options(name string, at int) []option {
	if m.steps > maxSteps {
		return nil
	}
	n := m.book.slots[name]
	if n == nil {
		return nil
	}
	if n.read != nil {
		if o, ok := n.read(m, at); ok {
			return []option{o}
		}
		return nil
	}
	if n.root.next(m.tokens[at].word) == nil && len(n.root.slots) == 0 {
		return nil
	}
	var list []option
	var captures []capture
	m.walk(&n.root, at, func(to int, e *entry) bool {
		list = append(list, option{to: to, entry: e, captures: append([]capture(nil), captures...)})
		return false
	}, &captures)
	return list
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

// add puts an alternative into the tree. The first of two alike stays.
func (n *nonterminal) add(b *Book, form string, e *entry) {
	m := &matcher{book: b, words: b.words, grow: true}
	at := &n.root
	for form != "" {
		literal, rest, found := strings.Cut(form, "{")
		if m.tokenise(literal); m.stop && found {
			m.count, m.stop = m.count+1, false
		}
		for _, t := range m.tokens[:m.count] {
			at = at.child(t.word)
		}
		form = ""
		if found {
			var name string
			name, form, _ = strings.Cut(rest, "}")
			at = at.slot(name)
		}
	}
	if at.entry == nil {
		at.entry = e
	}
}

func (n *node) child(word uint16) *node {
	if to := n.next(word); to != nil {
		return to
	}
	to := &node{}
	n.words = append(n.words, wordEdge{word, to})
	return to
}

func (n *node) slot(name string) *node {
	for _, s := range n.slots {
		if s.name == name {
			return s.to
		}
	}
	to := &node{}
	n.slots = append(n.slots, slotEdge{name, to})
	return to
}
