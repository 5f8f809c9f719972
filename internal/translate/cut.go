package translate

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/sentences"
)

// blanks are what a lead may consist of without a mark. Other blanks of
// Unicode are made plain before a text gets here, see post.Text; where one
// stays it belongs to a word.
const blanks = " \t\r\n"

// A cutter cuts one text.
type cutter struct {
	text   string
	labels *labelSet
	list   []Segment
	done   int // all before it is in the list
}

// emit appends text[from:to] as a segment, trimmed, unless nothing is left.
func (c *cutter) emit(kind SegmentKind, from, to int) {
	from = c.skip(from, to)
	to = from + len(strings.TrimRight(c.text[from:to], blanks))
	if from < to && !c.full() {
		c.append(kind, from, to)
	}
}

// full reports whether no more segments are cut.
func (c *cutter) full() bool { return len(c.list) >= maxSegments }

func (c *cutter) append(kind SegmentKind, from, to int) {
	if from == to {
		return
	}
	c.list = append(c.list, Segment{Kind: kind, Lead: c.text[c.done:from], Text: c.text[from:to]})
	c.done = to
}

// skip is the first place from from on that is no blank.
func (c *cutter) skip(from, to int) int {
	for from < to && strings.IndexByte(blanks, c.text[from]) >= 0 {
		from++
	}
	return from
}

// line cuts one line, or a row of a table cell by cell.
func (c *cutter) line(from, to int) {
	for n := strings.IndexByte(c.text[from:to], '\t'); n >= 0; n = strings.IndexByte(c.text[from:to], '\t') {
		c.cell(from, from+n)
		from += n + 1
	}
	c.cell(from, to)
}

// cell cuts what has a line, or a cell of one, to itself: its labels, and the
// sentences between them.
func (c *cutter) cell(from, to int) {
	from = c.skip(from, to)
	from += listMark(c.text[from:to])
	if c.headings(from, to) {
		return
	}
	start := from
	for _, l := range c.labels.find(c.text[start:to]) {
		c.sentences(from, start+l.from)
		c.emit(SegmentLabel, start+l.from, start+l.to)
		from = start + l.to
	}
	c.sentences(from, to)
}

// headings cuts a line that is nothing but headings: one, or those of the
// columns of a table. It reports false for any other line.
func (c *cutter) headings(from, to int) bool {
	line := strings.TrimRight(c.text[from:to], blanks)
	if len(line) == 0 || len(line) > maxLabel {
		return false
	}
	ends := c.labels.headings(line)
	start := from
	for _, end := range ends {
		c.emit(SegmentLabel, from, start+end)
		from = start + end
	}
	return len(ends) > 0
}

// sentences cuts what stands between labels: items of a list that lost its
// line ends, and sentences.
func (c *cutter) sentences(from, to int) {
	if before, _, found := strings.Cut(c.text[from:to], ": - "); found {
		colon := from + len(before) + 1
		c.plain(from, colon)
		for from = colon; from < to && !c.full(); {
			from += listMark(c.text[from+1:to]) + 1
			end := to
			if n := strings.Index(c.text[from:to], " - "); n >= 0 {
				end = from + n
			}
			c.plain(from, end)
			from = end
		}
		return
	}
	c.plain(from, to)
}

// plain cuts a run of sentences, by Unicode's rules and those of this package.
func (c *cutter) plain(from, to int) {
	it := sentences.FromString(c.text[from:to])
	begin := from
	for !c.full() && it.Next() {
		end := from + it.End()
		if end < to && (!apart(c.text[begin:end]) || joins(c.text[begin:end], c.text[end:to])) {
			continue
		}
		for n := glued(c.text[begin:end]); n > 0; n = glued(c.text[begin:end]) {
			c.emit(SegmentSentence, begin, begin+n)
			begin += n
		}
		c.emit(SegmentSentence, begin, end)
		begin = end
	}
	c.emit(SegmentSentence, begin, to)
}

// apart reports whether the end of a sentence is one: a blank follows it, or
// its stop is not of the Latin script. Addresses have others within.
func apart(sentence string) bool {
	last := sentence[len(sentence)-1]
	return last >= utf8.RuneSelf || strings.IndexByte(blanks, last) >= 0
}

// A joint is a rule by which a stop ends no sentence.
type joint struct {
	after   string                  // the last word of what stands before
	follows func(after string) bool // what has to follow; nil for anything
	example string                  // one sentence that it keeps whole, for tests
}

// joints are the stops that Unicode's rules take for ends and that are none.
func joints() []joint {
	return []joint{
		{"a.m.", isZone, "It ended at 9:00 a.m. UTC on Monday."},
		{"p.m.", isZone, "It ended at 9:00 p.m. UTC on Monday."},
		{"e.g.", nil, "Use another client, e.g. Outlook on the web."},
		{"i.e.", nil, "Use the other one, i.e. Outlook on the web."},
		{"vs.", nil, "Compare Outlook vs. Teams."},
		{"approx.", nil, "It takes approx. 2 hours."},
		{"incl.", nil, "All apps incl. Word are affected."},
		{"No.", isNumber, "See build No. 4711 for details."},
		{"Inc.", isName, "Contoso Inc. Users are not affected by it."},
		{"Ltd.", isName, "Contoso Ltd. Users are not affected by it."},
		{"U.S.", isName, "The U.S. Government cloud is not affected."},
		{"U.K.", isName, "The U.K. South region is not affected."},
		{"Dr.", nil, "Ask Dr. Contoso."},
		{"St.", nil, "It is in St. Helena."},
	}
}

var jointsOnce = joints() //nolint:gochecknoglobals // made once, never changed

// joins reports whether what ends with before goes on with after.
func joins(before, after string) bool {
	before = strings.TrimRight(before, blanks)
	if !strings.HasSuffix(before, ".") {
		return false
	}
	word := before[strings.LastIndexAny(before, " \t(")+1:]
	for _, j := range jointsOnce {
		if j.after == word {
			return j.follows == nil || j.follows(strings.TrimLeft(after, blanks))
		}
	}
	return false
}

// isZone reports whether a text begins with a word in capitals.
func isZone(after string) bool {
	n := 0
	for n < len(after) && after[n] >= 'A' && after[n] <= 'Z' {
		n++
	}
	return n > 1 && n < 6
}

func isNumber(after string) bool { return after != "" && after[0] >= '0' && after[0] <= '9' }

// isName reports whether a text begins with a capital word that begins no
// sentence.
func isName(after string) bool {
	word := firstWord(after)
	return word != "" && after[0] >= 'A' && after[0] <= 'Z' && !starts(word)
}

// starters are words that begin a sentence and no name.
func starters() []string {
	return []string{
		"A", "Additionally", "Affected", "After", "All", "Although", "An", "Any", "As", "At", "Because", "Before", "During", "Engineers", "Following",
		"For", "However", "If", "Impact", "Impacted", "In", "It", "More", "No", "Once", "Our", "Please", "Some", "Starting", "The", "There", "These", "This",
		"To", "Until", "We", "When", "While", "With", "You", "Your",
	}
}

var startersOnce = func() map[string]bool { //nolint:gochecknoglobals // made once, never changed
	words := map[string]bool{}
	for _, w := range starters() {
		words[w] = true
	}
	return words
}()

func starts(word string) bool { return startersOnce[word] }

// firstWord is the letters that a text begins with.
func firstWord(text string) string {
	n := 0
	for n < len(text) && (text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z') {
		n++
	}
	return text[:n]
}

// glued is where a sentence ends that is glued to the next one ("policy.We
// have"), 0 when none does. The next must begin with a word that begins
// sentences, so that names such as Outlook.com and Microsoft.Graph stay whole.
func glued(text string) int {
	for at := 0; ; {
		n := strings.IndexAny(text[at:], ".!?")
		if n < 0 || at+n+2 >= len(text) {
			return 0
		}
		at += n + 1
		before, _ := utf8.DecodeLastRuneInString(text[:at-1])
		if c := text[at]; c < 'A' || c > 'Z' || !unicode.IsLetter(before) && before != ')' {
			continue
		}
		if word := firstWord(text[at:]); starts(word) && at+len(word) < len(text) && strings.IndexByte(" '", text[at+len(word)]) >= 0 || starts(word) && strings.HasPrefix(text[at+len(word):], "’") {
			return at
		}
	}
}

// listMark is how many bytes at the beginning of a line are the mark of a
// list, with the blanks behind it; 0 when it has none or nothing follows.
func listMark(line string) int {
	r, size := utf8.DecodeRuneInString(line)
	switch {
	case strings.ContainsRune("-–—*#", r):
		for size < len(line) && line[size] == line[0] && line[0] == '#' {
			size++
		}
	case strings.ContainsRune("•·▪◦●○", r):
		return blanksAt(line, size, 0)
	case r >= '0' && r <= '9':
		for size < len(line) && size < 3 && line[size] >= '0' && line[size] <= '9' {
			size++
		}
		if size >= len(line) || line[size] != '.' && line[size] != ')' {
			return 0
		}
		size++
	default:
		return 0
	}
	return blanksAt(line, size, 1)
}

// blanksAt is at with the blanks behind it, 0 when fewer than least are there
// or nothing follows them.
func blanksAt(line string, at, least int) int {
	end := at
	for end < len(line) && strings.IndexByte(blanks, line[end]) >= 0 {
		end++
	}
	if end-at < least || end == len(line) {
		return 0
	}
	return end
}
