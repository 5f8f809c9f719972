package feed

import (
	"bytes"
	"time"
)

// xmlWriter writes elements. Texts are escaped; nothing else can get in.
type xmlWriter struct{ b bytes.Buffer }

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// attribute is one of an element; one without a value is left out.
type attribute struct{ name, value string }

// open writes the start of an element.
func (w *xmlWriter) open(name string, attributes ...attribute) {
	w.start(name, attributes)
	w.b.WriteString(">\n")
}

// close writes the end of an element.
func (w *xmlWriter) close(name string) { w.b.WriteString("</" + name + ">\n") }

// text writes an element with a text, or nothing without one.
func (w *xmlWriter) text(name, value string, attributes ...attribute) {
	if value == "" {
		return
	}
	w.start(name, attributes)
	w.b.WriteByte('>')
	w.escape(value)
	w.close(name)
}

// empty writes an element without content.
func (w *xmlWriter) empty(name string, attributes ...attribute) {
	w.start(name, attributes)
	w.b.WriteString("/>\n")
}

func (w *xmlWriter) start(name string, attributes []attribute) {
	w.b.WriteString("<" + name)
	for _, a := range attributes {
		if a.value != "" {
			w.b.WriteString(" " + a.name + `="`)
			w.escape(oneLine(a.value))
			w.b.WriteByte('"')
		}
	}
}

// escape writes a text. Line ends stay as they are: readers that turn feeds into
// mail keep them so.
func (w *xmlWriter) escape(s string) {
	s = plain(s)
	from := 0
	for i := range len(s) {
		var mark string
		switch s[i] {
		case '&':
			mark = "&amp;"
		case '<':
			mark = "&lt;"
		case '>':
			mark = "&gt;" // "]]>" must not stand in a text
		case '"':
			mark = "&#34;"
		default:
			continue
		}
		w.b.WriteString(s[from:i])
		w.b.WriteString(mark)
		from = i + 1
	}
	w.b.WriteString(s[from:])
}

// stamp is an instant as Atom and JSON Feed write it (RFC 3339), to the second.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
