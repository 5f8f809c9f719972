package tocsin

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A scanner reads JSON of a form that is known into fields, in one pass. It gives
// up on whatever is not plainly of that form, so that encoding/json reads it in
// its place: what it reads, that reads in the same way.
type scanner struct {
	data []byte
	at   int
	odd  bool // it has given up
}

// giveUp ends the scan.
func (s *scanner) giveUp() {
	s.odd, s.at = true, len(s.data)
}

// next is the next byte that is no blank, 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.data); s.at++ {
		if c := s.data[s.at]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
	}
	return 0
}

// take passes over one byte and reports whether it is the next one.
func (s *scanner) take(c byte) bool {
	if s.next() != c {
		return false
	}
	s.at++
	return true
}

// word passes over a word such as null and reports whether it is next.
func (s *scanner) word(word string) bool {
	if s.next(); !bytes.HasPrefix(s.data[s.at:], []byte(word)) {
		return false
	}
	s.at += len(word)
	return true
}

// quoted passes over a text and returns it with its quotes, and whether something
// in it is escaped. It is nil when something else is next.
func (s *scanner) quoted() (raw []byte, escaped bool) {
	if s.next() != '"' {
		s.giveUp()
		return nil, false
	}
	for i := s.at + 1; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			raw = s.data[s.at : i+1]
			s.at = i + 1
			return raw, escaped
		case c < ' ':
			s.giveUp()
			return nil, false
		case c == '\\':
			escaped = true
			if i++; i == len(s.data) || strings.IndexByte(`"\/bfnrtu`, s.data[i]) < 0 {
				s.giveUp()
				return nil, false
			}
		}
	}
	s.giveUp()
	return nil, false
}

// text reads a text, or null, which changes nothing.
func (s *scanner) text(to *string) {
	if s.next() == 'n' {
		if !s.word("null") {
			s.giveUp()
		}
		return
	}
	raw, escaped := s.quoted()
	if raw == nil {
		return
	}
	if escaped {
		d := decoder{rest: string(raw)}
		if *to = d.text(); d.bad {
			s.giveUp()
		}
		return
	}
	if raw = raw[1 : len(raw)-1]; len(raw) > 0 {
		if *to = common[string(raw)]; *to == "" {
			*to = string(raw)
		}
	}
}

// common are words of the provider that many notices have.
var common = func() map[string]string { //nolint:gochecknoglobals // never changed
	words := map[string]string{}
	for _, one := range []string{"incident", "advisory", "microsoft", "regular", "quick", "strategic", "html", "text", "Exchange", "Exchange Online", "SharePoint Online", "Microsoft Teams"} {
		words[one] = one
	}
	for _, f := range statusTable {
		words[string(f.status)] = string(f.status)
	}
	return words
}()

// instant reads a text as a time, or null. It gives up on any other form.
func (s *scanner) instant(to *WireTime) {
	var text string
	if s.text(&text); !s.odd {
		to.read(text)
	}
}

// truth reads true, false or null.
func (s *scanner) truth(to **bool) {
	value := s.next() == 't'
	switch {
	case s.word("null"):
	case s.word("true"), s.word("false"):
		*to = &value
	default:
		s.giveUp()
	}
}

// object reads an object, or null, by what is to be done at each member, which is
// told the name and returns which one it is; 0 for one that it does not know. It
// gives up on those, and on one that comes twice.
func (s *scanner) object(member func(name []byte) uint) {
	if s.next() == 'n' {
		if !s.word("null") {
			s.giveUp()
		}
		return
	}
	if !s.take('{') {
		s.giveUp()
		return
	}
	if s.take('}') {
		return
	}
	var seen uint
	for !s.odd {
		name, escaped := s.quoted()
		if name == nil || escaped || !s.take(':') {
			s.giveUp()
			return
		}
		which := member(name[1 : len(name)-1])
		if which == 0 || seen&which != 0 {
			s.giveUp()
			return
		}
		seen |= which
		if s.take('}') {
			return
		}
		if !s.take(',') {
			s.giveUp()
		}
	}
}

// scanList reads a list, or null, of what element reads.
func scanList[T any](s *scanner, to *[]T, element func(*T)) {
	if s.next() == 'n' {
		if !s.word("null") {
			s.giveUp()
		}
		return
	}
	if !s.take('[') {
		s.giveUp()
		return
	}
	*to = []T{}
	if s.take(']') {
		return
	}
	for !s.odd {
		var one T
		element(&one)
		*to = append(*to, one)
		if s.take(']') {
			return
		}
		if !s.take(',') {
			s.giveUp()
		}
	}
}

// scan reads an issue in the form in which the provider and the archive write it.
// It reports false for anything else, and w is of no use then.
func (w *wireIssue) scan(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	s := &scanner{data: data}
	if s.next() != '{' {
		return false
	}
	s.object(func(name []byte) uint { return w.member(s, name) })
	return !s.odd && s.next() == 0 && s.at == len(s.data)
}

// member reads one member of an issue.
func (w *wireIssue) member(s *scanner, name []byte) uint {
	if to, which := w.textOf(name); to != nil {
		s.text(to)
		return which
	}
	switch string(name) {
	case "startDateTime":
		s.instant(&w.StartDateTime)
		return 1 << 10
	case "endDateTime":
		s.instant(&w.EndDateTime)
		return 1 << 11
	case "lastModifiedDateTime":
		s.instant(&w.LastModifiedDateTime)
		return 1 << 12
	case "isResolved":
		s.truth(&w.IsResolved)
		return 1 << 13
	case "details":
		scanList(s, &w.Details, func(d *Detail) { s.object(func(name []byte) uint { return d.member(s, name) }) })
		return 1 << 14
	case "posts":
		scanList(s, &w.Posts, func(p *wirePost) { s.object(func(name []byte) uint { return p.member(s, name) }) })
		return 1 << 15
	}
	return 0
}

// textOf returns the member of a name that is a text, nil for another one.
func (w *wireIssue) textOf(name []byte) (to *string, which uint) {
	switch string(name) {
	case "title":
		return &w.Title, 1 << 0
	case "id":
		return &w.ID, 1 << 1
	case "impactDescription":
		return &w.ImpactDescription, 1 << 2
	case "classification":
		return &w.Classification, 1 << 3
	case "origin":
		return &w.Origin, 1 << 4
	case "status":
		return &w.Status, 1 << 5
	case "service":
		return &w.Service, 1 << 6
	case "feature":
		return &w.Feature, 1 << 7
	case "featureGroup":
		return &w.FeatureGroup, 1 << 8
	case "@tocsin.serviceId":
		return &w.ServiceID, 1 << 9
	}
	return nil, 0
}

func (d *Detail) member(s *scanner, name []byte) uint {
	switch string(name) {
	case "name":
		s.text(&d.Name)
		return 1
	case "value":
		s.text(&d.Value)
		return 2
	}
	return 0
}

func (p *wirePost) member(s *scanner, name []byte) uint {
	switch string(name) {
	case "createdDateTime":
		s.instant(&p.CreatedDateTime)
		return 1
	case "postType":
		s.text(&p.PostType)
		return 2
	case "description":
		s.object(func(name []byte) uint { return p.Description.member(s, name) })
		return 4
	}
	return 0
}

func (b *itemBody) member(s *scanner, name []byte) uint {
	switch string(name) {
	case "contentType":
		s.text(&b.ContentType)
		return 1
	case "content":
		s.text(&b.Content)
		return 2
	}
	return 0
}
