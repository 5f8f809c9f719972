package messages

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"example.org/tocsin/internal/post"
)

// maxHeading bounds the text of a line that may be a heading, in bytes.
const maxHeading = 100

// head makes headings of the lines of a body that are headings to people only:
// those in bold or in brackets. What stands within a section is one level
// below the section, once there is one.
func head(body *html.Node) {
	sections := false
	var walk func(parent *html.Node)
	walk = func(parent *html.Node) {
		for node := parent.FirstChild; node != nil; node = node.NextSibling {
			switch node.DataAtom {
			case atom.H3:
				sections = true
			case atom.P, atom.Div, atom.B, atom.Strong:
				inline := node.DataAtom == atom.B || node.DataAtom == atom.Strong
				words, level := headingIn(node, inline)
				if level == 0 && !inline {
					walk(node)
				}
				if level == 0 || inline && (parent.DataAtom == atom.P || !alone(node)) {
					continue
				}
				asHeading(node, words, level == 2 && sections)
				sections = true
			}
		}
	}
	walk(body)
}

// asHeading turns a line into a heading with some words.
func asHeading(node *html.Node, words string, below bool) {
	node.DataAtom, node.Data, node.Attr = atom.H3, "h3", nil
	if below {
		node.DataAtom, node.Data = atom.H4, "h4"
	}
	for node.FirstChild != nil {
		node.RemoveChild(node.FirstChild)
	}
	node.AppendChild(&html.Node{Type: html.TextNode, Data: words})
	if next := beside(node, false); next != nil && next.DataAtom == atom.Br {
		node.Parent.RemoveChild(next)
	}
}

// alone reports whether a node in bold is all of its line.
func alone(node *html.Node) bool {
	for _, backwards := range []bool{true, false} {
		if next := beside(node, backwards); next != nil {
			switch next.DataAtom {
			case atom.Br, atom.P, atom.Div, atom.Ul, atom.Ol, atom.Table, atom.H3, atom.H4, atom.Hr, atom.Blockquote, atom.Pre:
			default:
				return false
			}
		}
	}
	return true
}

// beside is the next node before or after one, but for blanks; nil for none.
func beside(node *html.Node, backwards bool) *html.Node {
	for {
		if backwards {
			node = node.PrevSibling
		} else {
			node = node.NextSibling
		}
		if node == nil || node.Type != html.TextNode || strings.TrimSpace(node.Data) != "" {
			return node
		}
	}
}

// headingIn is the words of a line that is a heading, and its level: 1 for those
// of the provider's forms, 2 for what stands within them and for any other, 0 for
// no heading.
func headingIn(node *html.Node, strong bool) (words string, level int) {
	var l line
	if !l.read(node, strong) {
		return "", 0
	}
	text := strings.TrimSpace(l.text.String())
	bracketed := strings.HasPrefix(text, "[") && strings.HasSuffix(strings.TrimRight(text, ": "), "]")
	if text == "" || l.plain && !bracketed {
		return "", 0
	}
	words = strings.Trim(text, "[]: \u00a0")
	kind, known := post.HeadingKind(text)
	switch {
	case known:
		return words, kind.Level()
	case words == "" || strings.ContainsAny(words[len(words)-1:], ".!,;"):
		return "", 0
	}
	return words, 2
}

// A line is the text of an element without blocks in it.
type line struct {
	text  strings.Builder
	plain bool // some of it is not in bold or italics
	ended bool // a line break followed it
}

// read collects the text below a node. It reports false when that is more than
// the words of one line.
func (l *line) read(parent *html.Node, strong bool) bool {
	for node := parent.FirstChild; node != nil; node = node.NextSibling {
		switch {
		case node.Type == html.TextNode:
			if l.ended && strings.TrimSpace(node.Data) != "" {
				return false
			}
			l.plain = l.plain || !strong && strings.Trim(node.Data, " \n\t\u00a0:") != ""
			if l.text.WriteString(node.Data); l.text.Len() > maxHeading {
				return false
			}
		case node.DataAtom == atom.B || node.DataAtom == atom.Strong || node.DataAtom == atom.I || node.DataAtom == atom.Em:
			if !l.read(node, true) {
				return false
			}
		case node.DataAtom == atom.Span || node.DataAtom == atom.U:
			if !l.read(node, strong) {
				return false
			}
		case node.DataAtom == atom.Br:
			l.ended = strings.TrimSpace(l.text.String()) != ""
		default:
			return false
		}
	}
	return true
}
