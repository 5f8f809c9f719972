package post

import (
	"strconv"
	"strings"

	"example.org/tocsin/internal/plaintext"
)

// A Form is how a block is laid out.
type Form string

// The forms of blocks.
const (
	FormParagraph Form = "paragraph"
	FormHeading   Form = "heading" // one that starts no section of its own
	FormItem      Form = "item"    // of a list
	FormRow       Form = "row"     // of a table
)

// A Block is one paragraph or line, list item, heading or table row of a
// section. Nothing in it is markup.
type Block struct {
	Form Form
	// Label is what stands in front of the text with a colon, without it: a
	// ring such as "General Availability (Worldwide)", "Note"; "" mostly.
	Label string
	// Text is what it says, without label and mark. Of a row it is all cells.
	Text string
	// Mark is the sign in front of an item: "-", "•" and the like as written,
	// "1." in a numbered list.
	Mark string
	// Depth is how many lists an item stands in; of a paragraph that goes on
	// with an item, the item's. 0 outside of lists.
	Depth int
	// Cells are the cells of a row, left to right. Merged cells count once.
	Cells []string
	// Row is the number of a row within its table, from 1.
	Row int
	// Header says that all cells of a row name columns.
	Header bool
	// At is where Text begins in the text of the section, in bytes.
	At int
	// Near says that it follows on the next line, without a blank one between.
	Near bool
	// Links are the links and images in Text, or in Cells.
	Links []Link
}

// A Link is a stretch of a block that leads somewhere, or an image.
type Link struct {
	Cell     int    // of a row: the index of the cell; else 0
	From, To int    // bytes of the text or cell, without the byte at To; equal for an image
	Address  string // as written: it may be relative, or no address at all
	Image    bool
	Alt      string // what the image shows, in words; "" mostly
}

// Blocks takes the section apart: its text piece by piece, in order. Of posts
// without markup the lines are told apart by their signs.
func (s Section) Blocks() []Block {
	r := blockReader{text: s.Text, base: s.from, marks: s.marks}
	r.begin()
	for at := 0; at < len(s.Text); {
		at = r.read(at)
	}
	return r.list
}

// blockReader reads the text of a section. Places are relative to it, in marks
// they are relative to the post.
type blockReader struct {
	text  string
	base  int
	marks []plaintext.Mark
	next  int    // the first mark that begins at or after the present line
	items []item // those that are open, innermost last
	list  []Block
}

// An item is one of a list that is open.
type item struct {
	to, level int
	mark      string // "" when it has had its text
}

// begin passes the marks that begin before the section, and takes down the items
// that are open there.
func (r *blockReader) begin() {
	for ; r.next < len(r.marks) && r.marks[r.next].From < r.base; r.next++ {
		if m := r.marks[r.next]; m.Form == plaintext.Item && m.To > r.base {
			r.items = append(r.items, item{m.To - r.base, m.Level, ""})
		}
	}
}

// read reads the line or row that begins at a place and returns where the next
// one begins.
func (r *blockReader) read(at int) int {
	for n := len(r.items); n > 0 && r.items[n-1].to <= at; n-- {
		r.items = r.items[:n-1]
	}
	to, ok := r.row(at)
	if !ok {
		to = len(r.text)
		if n := strings.IndexByte(r.text[at:], '\n'); n >= 0 {
			to = at + n
		}
		r.line(at, to)
	}
	for r.next < len(r.marks) && r.marks[r.next].From < r.base+to {
		r.next++
	}
	return r.after(to)
}

// after is where the next line begins.
func (r *blockReader) after(to int) int {
	for to < len(r.text) && (r.text[to] == '\n' || r.text[to] == ' ') {
		to++
	}
	return to
}

// near reports whether a line follows the one before without a blank one.
func (r *blockReader) near(at int) bool {
	return at > 1 && r.text[at-1] == '\n' && r.text[at-2] != '\n'
}

// line adds the block that a line makes.
func (r *blockReader) line(from, to int) {
	b := Block{Form: FormParagraph, Near: r.near(from)}
	at := from
	if m, ok := r.at(plaintext.Item, from); ok {
		r.items = append(r.items, item{m.To - r.base, m.Level, markOf(m)})
		at = from + len("-")
	}
	if n := len(r.items); n > 0 {
		b.Depth = r.items[n-1].level
		if b.Mark, r.items[n-1].mark = r.items[n-1].mark, ""; b.Mark != "" {
			b.Form = FormItem
		}
	}
	if b.Form != FormItem {
		if sign := listSign(r.text[from:to]); sign != "" {
			b.Form, b.Mark, at = FormItem, sign, from+len(sign)
			b.Depth++
		}
	}
	for at < to && r.text[at] == ' ' {
		at++
	}
	if at == to { // an item whose text begins on the next line
		if n := len(r.items); n > 0 && b.Form == FormItem {
			r.items[n-1].mark = b.Mark
		}
		return
	}
	if b.Form == FormParagraph && r.heads(from, to) {
		b.Form = FormHeading
	} else if n := r.labelled(at, to); n > 0 && strings.Trim(r.text[at+n:to], signsAround) != "" {
		b.Label = strings.Trim(r.text[at:at+n-1], signsAround)
		at += n
		for at < to && r.text[at] == ' ' {
			at++
		}
	} else if n > 0 && b.Form == FormParagraph {
		b.Form = FormHeading
	}
	b.Text, b.At = r.text[at:to], at
	b.Links = r.links(at, to)
	r.list = append(r.list, b)
}

func markOf(m plaintext.Mark) string {
	if m.N > 0 {
		return strconv.Itoa(m.N) + "."
	}
	return "-"
}

// at is the mark of a form that begins at a place.
func (r *blockReader) at(form plaintext.Form, at int) (plaintext.Mark, bool) {
	for i := r.next; i < len(r.marks) && r.marks[i].From == r.base+at; i++ {
		if r.marks[i].Form == form && r.marks[i].To > r.marks[i].From {
			return r.marks[i], true
		}
	}
	return plaintext.Mark{}, false
}

// within are the marks that begin between two places.
func (r *blockReader) within(from, to int) []plaintext.Mark {
	i := r.next
	for i < len(r.marks) && r.marks[i].From < r.base+from {
		i++
	}
	end := i
	for end < len(r.marks) && r.marks[end].From < r.base+to {
		end++
	}
	return r.marks[i:end]
}

// listSign is the sign with which a line of plain text says that it is an item.
func listSign(line string) string {
	for _, sign := range []string{"-", "–", "•", "*", "·"} {
		if strings.HasPrefix(line, sign+" ") {
			return sign
		}
	}
	n := 0
	for n < len(line) && n < 3 && line[n] >= '0' && line[n] <= '9' {
		n++
	}
	if n > 0 && n+1 < len(line) && (line[n] == '.' || line[n] == ')') && line[n+1] == ' ' {
		return line[:n+1]
	}
	return ""
}

// heads reports whether a line is a heading: as markup says, or as it is all in
// bold or in brackets and short.
func (r *blockReader) heads(from, to int) bool {
	line := strings.Trim(r.text[from:to], signsAround+":")
	if len(line) > maxLabel || line == "" || strings.HasSuffix(line, ".") || strings.HasSuffix(line, "!") {
		_, ok := r.at(plaintext.Heading, from)
		return ok
	}
	if line[0] == '[' && strings.IndexByte(line, ']') == len(line)-1 {
		return true
	}
	strong := 0
	for _, m := range r.within(from, to) {
		switch m.Form {
		case plaintext.Heading:
			return true
		case plaintext.Strong:
			strong += min(m.To, r.base+to) - m.From
		}
	}
	return strong > 0 && strong >= len(line)
}

// links are the links that begin between two places, and the images up to the
// second.
func (r *blockReader) links(from, to int) (list []Link) {
	if len(r.marks) == 0 {
		return nil
	}
	for _, m := range r.within(from, to+1) {
		if link, ok := r.link(m, from, to); ok {
			list = append(list, link)
		}
	}
	return list
}

// link is the link or image that a mark tells of in the text between two places.
func (r *blockReader) link(m plaintext.Mark, from, to int) (Link, bool) {
	link := Link{From: min(m.From-r.base, to) - from, To: min(m.To-r.base, to) - from, Address: m.Address, Alt: m.Alt, Image: m.Form == plaintext.Image}
	return link, link.From >= 0 && (link.Image || m.Form == plaintext.Link && link.To > link.From)
}

// row adds the table row that a place stands in and returns where it ends. One
// of a single cell with several lines only frames what it holds.
func (r *blockReader) row(at int) (int, bool) {
	m, ok := r.at(plaintext.Row, at)
	if !ok {
		return 0, false
	}
	to := min(m.To-r.base, len(r.text))
	b := Block{Form: FormRow, Text: r.text[at:to], At: at, Row: m.Level, Header: true, Near: r.near(at)}
	from, end := at, at // of the last cell; others within it are those of a table in it
	for _, m := range r.within(at, to+1) {
		switch {
		case (m.Form == plaintext.Cell || m.Form == plaintext.Header) && m.From-r.base >= end && m.From-r.base <= to:
			from = m.From - r.base
			end = max(from, min(m.To-r.base, to))
			b.Cells = append(b.Cells, r.text[from:end])
			b.Header = b.Header && m.Form == plaintext.Header
		case len(b.Cells) > 0:
			if link, ok := r.link(m, from, end); ok {
				link.Cell = len(b.Cells) - 1
				b.Links = append(b.Links, link)
			}
		}
	}
	if len(b.Cells) == 0 || len(b.Cells) == 1 && strings.Contains(b.Text, "\n") {
		return 0, false
	}
	r.list = append(r.list, b)
	return to, true
}
