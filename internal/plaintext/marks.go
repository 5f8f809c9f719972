package plaintext

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A Form is what a stretch of a text was in the HTML that it came from.
type Form string

// The forms.
const (
	Strong  Form = "strong"  // bold, italic
	Heading Form = "heading" // of any level
	Item    Form = "item"    // of a list, with its "- " and the lists within
	Row     Form = "row"     // of a table
	Cell    Form = "cell"
	Header  Form = "header" // a cell that names a column or row
	Link    Form = "link"
	Image   Form = "image" // stands at a place and has no text
)

// A Mark says what a stretch of a text was in HTML.
type Mark struct {
	Form     Form
	From, To int // bytes of the text, without the byte at To
	// Level is the level of a heading, 1 to 6; of an item, how many lists it
	// stands in; of a row, its number within its table, from 1.
	Level   int
	N       int    // the number of an item of a numbered list, 0 in other lists
	Address string // of a link or image as written
	Alt     string // what an image shows
}

// Limits on what is remembered of markup; what exceeds them is text.
const (
	maxMarks = 50_000
	maxDepth = 250
	maxGap   = 200 // bytes that are looked at after an image
)

// Read is [Text] with what the HTML said of its parts: marks in the order in
// which they begin, those that enclose others first.
func Read(content, contentType string) (string, []Mark) {
	if content = bounded(content); !isMarkup(content, contentType) {
		return tidy(untabbed(content), nil), nil
	}
	w := walker{marks: &marker{strong: -1, link: -1, list: make([]Mark, 0, min(strings.Count(content, "<")/4+4, maxMarks))}}
	w.walk(content)
	w.marks.finish(w.out.Len())
	raw := w.out.String()
	if len(w.marks.list) == 0 {
		return tidy(raw, nil), nil
	}
	var kept places
	text := tidy(raw, &kept)
	return text, kept.settle(w.marks.list, raw, text)
}

// attributes are those of a tag that are remembered.
type attributes struct{ href, src, alt, start string }

// attributesOf reads the attributes of the tag that was just read.
func attributesOf(z *html.Tokenizer, more bool) (list attributes) {
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "href":
			list.href = string(value)
		case "src":
			list.src = string(value)
		case "alt":
			list.alt = string(value)
		case "start":
			list.start = string(value)
		}
	}
	return list
}

// marker collects marks while HTML is walked. Positions are those of the text
// before it is tidied. Lists, rows and cells that nobody closes end with what
// they stand in, as in a browser.
type marker struct {
	list         []Mark
	stack        []element
	strong, link int // the open mark, -1 for none
	depth        int // how many bold and italic elements are open
}

// An element is one that is open, with its mark, -1 for none.
type element struct {
	atom atom.Atom
	mark int
	n    int // of a numbered list, the next number; of a table, its rows so far
}

func (m *marker) add(mark Mark) int {
	if len(m.list) == maxMarks {
		return -1
	}
	m.list = append(m.list, mark)
	return len(m.list) - 1
}

func (m *marker) end(mark, at int) {
	if mark >= 0 {
		m.list[mark].To = at
	}
}

// open begins an element at a place; block says that it begins a line.
func (m *marker) open(a atom.Atom, at int, block bool, read func() attributes) {
	if block {
		m.breakLine(at)
	}
	switch a {
	case atom.B, atom.Strong, atom.I, atom.Em:
		if m.depth++; m.depth == 1 {
			m.strong = m.add(Mark{Form: Strong, From: at})
		}
	case atom.A:
		m.end(m.link, at)
		m.link = -1
		if address := read().href; address != "" {
			m.link = m.add(Mark{Form: Link, From: at, Address: address})
		}
	case atom.Img:
		image := read()
		m.add(Mark{Form: Image, From: at, To: at, Address: image.src, Alt: image.alt})
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		m.push(a, m.add(Mark{Form: Heading, From: at, Level: int(a.String()[1] - '0')}), 0)
	case atom.Ul:
		m.push(a, -1, 0)
	case atom.Ol:
		m.push(a, -1, firstNumber(read().start))
	default:
		m.openPart(a, at)
	}
}

// firstNumber is the number with which a list begins.
func firstNumber(start string) int {
	n, err := strconv.Atoi(start)
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

// openPart begins an item, a table, or a part of one. It ends the one before.
func (m *marker) openPart(a atom.Atom, at int) {
	switch a {
	case atom.Li:
		m.pop(at, isList, atom.Li)
		m.push(a, m.add(m.item(at)), 0)
	case atom.Table:
		m.push(a, -1, 0)
	case atom.Tr:
		m.pop(at, isTable, atom.Tr)
		row := 1
		if n := len(m.stack); n > 0 && m.stack[n-1].atom == atom.Table {
			m.stack[n-1].n++
			row = m.stack[n-1].n
		}
		m.push(a, m.add(Mark{Form: Row, From: at, Level: row}), 0)
	case atom.Td:
		m.pop(at, isTable, atom.Td, atom.Th)
		m.push(a, m.add(Mark{Form: Cell, From: at}), 0)
	case atom.Th:
		m.pop(at, isTable, atom.Td, atom.Th)
		m.push(a, m.add(Mark{Form: Header, From: at}), 0)
	}
}

// item is an item of the list that is open.
func (m *marker) item(at int) Mark {
	item := Mark{Form: Item, From: at}
	for i := len(m.stack) - 1; i >= 0 && !isTable(m.stack[i].atom); i-- {
		list := &m.stack[i]
		if !isList(list.atom) {
			continue
		}
		if item.Level++; item.Level == 1 && list.atom == atom.Ol {
			item.N = list.n
			list.n++
		}
	}
	item.Level = max(item.Level, 1)
	return item
}

func isList(a atom.Atom) bool  { return a == atom.Ul || a == atom.Ol || isTable(a) }
func isTable(a atom.Atom) bool { return a == atom.Table }
func isNone(atom.Atom) bool    { return false }

// close ends an element and what stands open in it.
func (m *marker) close(a atom.Atom, at int, block bool) {
	if block {
		m.breakLine(at)
	}
	switch a {
	case atom.B, atom.Strong, atom.I, atom.Em:
		if m.depth = max(m.depth-1, 0); m.depth == 0 {
			m.end(m.strong, at)
			m.strong = -1
		}
	case atom.A:
		m.end(m.link, at)
		m.link = -1
	case atom.Li:
		m.pop(at, isList, a)
	case atom.Table:
		m.pop(at, isNone, a)
	case atom.Ul, atom.Ol, atom.Tr, atom.Td, atom.Th, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		m.pop(at, isTable, a)
	}
}

// breakLine parts bold texts and links that go on beyond their line.
func (m *marker) breakLine(at int) {
	if m.strong >= 0 {
		m.end(m.strong, at)
		m.strong = m.add(Mark{Form: Strong, From: at})
	}
	if m.link >= 0 {
		m.end(m.link, at)
		m.link = m.add(Mark{Form: Link, From: at, Address: m.list[m.link].Address})
	}
}

func (m *marker) push(a atom.Atom, mark, n int) {
	if len(m.stack) < maxDepth {
		m.stack = append(m.stack, element{a, mark, n})
		return
	}
	m.end(mark, m.list[max(mark, 0)].From) // nobody will
}

// pop ends the innermost element of some kinds and what stands open in it,
// unless one stands in between that bounds the search.
func (m *marker) pop(at int, bound func(atom.Atom) bool, kinds ...atom.Atom) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		open := m.stack[i].atom
		for _, kind := range kinds {
			if open != kind {
				continue
			}
			for _, e := range m.stack[i:] {
				m.end(e.mark, at)
			}
			m.stack = m.stack[:i]
			return
		}
		if bound(open) {
			return
		}
	}
}

// finish ends what is open at the end of the text.
func (m *marker) finish(at int) {
	for _, e := range m.stack {
		m.end(e.mark, at)
	}
	m.end(m.strong, at)
	m.end(m.link, at)
}

// places says where pieces of a text came to stand when it was tidied.
type places struct{ list []place }

// A place is a piece of width bytes that takes size bytes now. Both are equal,
// unless it is a single sign.
type place struct{ was, width, is, size int }

// at is where a byte of the piece stands, the first one for those before it.
func (p place) at(was int) int {
	switch n := was - p.was; {
	case n >= p.width:
		return p.is + p.size
	case n > 0 && p.width == p.size:
		return p.is + n
	}
	return p.is
}

// add remembers a piece. What goes on as the one before is one with it.
func (p *places) add(was, width, is, size int) {
	if n := len(p.list); n > 0 && width == size {
		if last := &p.list[n-1]; last.was+last.width == was && last.is+last.size == is && last.width == last.size {
			last.width += width
			last.size += size
			return
		}
	}
	p.list = append(p.list, place{was, width, is, size})
}

// settle gives marks their places in the tidied text. Those that came to hold
// nothing are dropped, but for cells and images.
func (p *places) settle(list []Mark, raw, text string) []Mark {
	settled, last := list[:0], 0
	cell := 0 // where the cell ends that a mark stands in
	for _, m := range list {
		if m.Form == Cell || m.Form == Header {
			cell = m.To
		}
		from, to := p.span(m.From, m.To, len(text))
		for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) {
			from-- // markup stood within the bytes of one sign
		}
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to++
		}
		for from < to && (text[from] == ' ' || text[from] == '\n') {
			from++
		}
		for to > from && (text[to-1] == ' ' || text[to-1] == '\n') {
			to--
		}
		switch {
		case from < to:
		case m.Form == Image && !p.brokenAfter(m.From, cell, raw):
			to = from
		case m.Form == Image || m.Form == Cell || m.Form == Header:
			from = p.before(m.From)
			to = from
		default:
			continue
		}
		m.From = max(from, last)
		m.To = max(to, m.From)
		last = m.From
		settled = append(settled, m)
	}
	return settled
}

// brokenAfter reports whether a line, or the cell, ends between a place and the
// next text.
func (p *places) brokenAfter(at, cell int, raw string) bool {
	end := len(raw)
	if i := p.from(at); i < len(p.list) {
		end = max(at, p.list[i].was)
	}
	return at <= cell && cell <= end || strings.Contains(raw[at:min(end, at+maxGap)], "\n")
}

// from is the first piece that goes beyond a place.
func (p *places) from(at int) int {
	return sort.Search(len(p.list), func(i int) bool { return p.list[i].was+p.list[i].width > at })
}

// before is where the text in front of a place came to end.
func (p *places) before(at int) int {
	i := sort.Search(len(p.list), func(i int) bool { return p.list[i].was >= at }) - 1
	if i < 0 {
		return 0
	}
	return p.list[i].at(at)
}

// span is where a stretch came to stand. The text has size bytes now.
func (p *places) span(from, to, size int) (int, int) {
	i := p.from(from)
	if i == len(p.list) {
		return size, size
	}
	begin := p.list[i].at(from)
	return begin, max(begin, p.before(to))
}
