// Package synonym knows which words mean the same to those who look for
// something: what people call services and their parts (OWA, ExO, "sign-in"),
// in English, French and Japanese. One table has them all; see table.json, where
// an equals sign stands before what counts only as a word of its own.
package synonym

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"example.org/tocsin/internal/plaintext"
)

// A Query is what somebody typed, as it is looked for: a text has a word for
// each of the terms.
type Query struct {
	Terms []Term
	// LeftOut are words that only ask, such as "is" and "down": nothing is looked
	// for because of them, unless nothing else was typed.
	LeftOut []string
}

// A Term is one word or phrase of a query.
type Term struct {
	Typed    string           // folded, see [plaintext.Fold]
	Words    []plaintext.Term // of which one is enough; what was typed comes first
	Alike    []string         // the others, the English ones first
	Services []string         // ids of workloads that are meant, such as Exchange
}

// Names reports whether a term means a service by its workload id.
func (t Term) Names(service string) bool {
	return slices.ContainsFunc(t.Services, func(id string) bool { return strings.EqualFold(id, service) })
}

// Words returns what is looked for, term by term.
func (q Query) Words() [][]plaintext.Term {
	words := make([][]plaintext.Term, len(q.Terms))
	for i := range q.Terms {
		words[i] = q.Terms[i].Words
	}
	return words
}

// longest is how many words a phrase of the table has at most.
const longest = 6

// Read reads what somebody typed. What stands between quotation marks is looked
// for as it is.
func Read(text string) Query {
	var q Query
	text = plaintext.Fold(text)
	parts := strings.Split(text, `"`)
	if len(parts)%2 == 0 { // a mark without another
		parts = []string{text}
	}
	for i, part := range parts {
		switch part = strings.TrimSpace(part); {
		case part == "":
		case i%2 == 1:
			q.add(Term{Typed: part, Words: plaintext.Literal(part)})
		default:
			q.read(strings.Fields(part))
		}
	}
	if len(q.Terms) == 0 {
		for _, word := range q.LeftOut {
			q.add(Term{Typed: word, Words: plaintext.Literal(word)})
		}
		q.LeftOut = nil
	}
	return q
}

// read reads words, the longest phrase of the table first.
func (q *Query) read(words []string) {
	for len(words) > 0 {
		n := min(longest, len(words))
		var found *entry
		for ; n > 0 && found == nil; n-- {
			found = known().byKey[keyOf(strings.Join(words[:n], " "))]
		}
		if found != nil {
			q.add(found.term(bare(strings.Join(words[:n+1], " "))))
			words = words[n+1:]
			continue
		}
		q.readWord(words[0])
		words = words[1:]
	}
}

// readWord reads a word that no phrase begins with.
func (q *Query) readWord(word string) {
	typed := bare(word)
	switch within := entriesIn(typed); {
	case known().asked[keyOf(word)]:
		if !slices.Contains(q.LeftOut, typed) {
			q.LeftOut = append(q.LeftOut, typed)
		}
	case len(within) > 0:
		for _, one := range within {
			q.add(one.term(typed))
		}
	default:
		q.add(Term{Typed: typed, Words: plaintext.Literal(typed)})
	}
}

// add adds a term that is not there yet.
func (q *Query) add(t Term) {
	if !slices.ContainsFunc(q.Terms, func(other Term) bool { return slices.Equal(other.Words, t.Words) }) {
		q.Terms = append(q.Terms, t)
	}
}

// An entry is words that mean the same.
type entry struct {
	Services []string `json:"services"`
	Words    []string `json:"words"`
}

// term is what is looked for where somebody typed a word of the entry, or a
// longer one that has it within. Of the others those count that the index of
// texts helps to find and that no other one finds.
func (e *entry) term(typed string) Term {
	first := plaintext.Term{Text: typed}
	t := Term{Typed: typed, Services: e.Services}
	var others []plaintext.Term
	for _, listed := range e.Words {
		text, whole := strings.CutPrefix(listed, "=")
		word := plaintext.Term{Text: plaintext.Fold(text), Whole: whole}
		switch {
		case word.Text == typed:
			first.Whole = whole
		case utf8.RuneCountInString(word.Text) >= 3 || Japanese(typed):
			others = append(others, word)
		}
	}
	all := append([]plaintext.Term{first}, others...)
	t.Words = all[:1:1]
	for _, word := range others {
		if !slices.ContainsFunc(all, func(other plaintext.Term) bool {
			return other != word && !other.Whole && strings.Contains(word.Text, other.Text)
		}) {
			t.Words, t.Alike = append(t.Words, word), append(t.Alike, word.Text)
		}
	}
	return t
}

// entriesIn are the entries of which a word holds a word, the longest first:
// Japanese has no blanks. Nothing is looked for within words of other scripts.
func entriesIn(word string) []*entry {
	if !Japanese(word) {
		return nil
	}
	rest := []byte(keyOf(word))
	var found []*entry
	for _, key := range known().keys {
		at := plaintext.Term{Text: key, Whole: !Japanese(key)}.At(string(rest), 0)
		if at < 0 || utf8.RuneCountInString(key) < 2 {
			continue
		}
		for i := range len(key) {
			rest[at+i] = ' '
		}
		if one := known().byKey[key]; !slices.Contains(found, one) {
			found = append(found, one)
		}
	}
	return found
}

// Japanese reports whether a word has Japanese letters.
func Japanese(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) })
}

// bare is a word without the signs of a sentence around it.
func bare(word string) string {
	if cut := strings.Trim(word, `?!.,;:()[]"…。、？！「」`); cut != "" {
		return cut
	}
	return word
}

// keyOf is a word as words are compared: without accents, hyphens and articles.
func keyOf(word string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(bare(plaintext.Fold(word))) {
		switch {
		case r >= 0x300 && r <= 0x36f: // an accent
		case r == '-':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	key := norm.NFC.String(b.String())
	if article, rest, ok := strings.Cut(key, "'"); ok && len(rest) > 2 && slices.Contains([]string{"l", "d", "s", "n", "qu", "j"}, article) {
		return rest
	}
	return key
}

//go:embed table.json
var tableFile []byte

//go:embed asked.json
var askedFile []byte

// A table is what the files hold.
type table struct {
	byKey map[string]*entry
	keys  []string // the longest first
	asked map[string]bool
}

// known is the table, read once.
var known = sync.OnceValue(func() *table { //nolint:gochecknoglobals // made once, never changed
	t := &table{byKey: map[string]*entry{}, asked: map[string]bool{}}
	var entries []entry
	var asked []string
	if err := json.Unmarshal(tableFile, &entries); err != nil {
		panic("synonym: table.json: " + err.Error())
	}
	if err := json.Unmarshal(askedFile, &asked); err != nil {
		panic("synonym: asked.json: " + err.Error())
	}
	for i := range entries {
		for _, word := range entries[i].Words {
			key := keyOf(strings.TrimPrefix(word, "="))
			if t.byKey[key] == nil {
				t.byKey[key] = &entries[i]
				t.keys = append(t.keys, key)
			}
		}
	}
	slices.SortStableFunc(t.keys, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	for _, word := range asked {
		t.asked[keyOf(word)] = true
	}
	return t
})
