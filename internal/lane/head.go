package lane

import (
	"bytes"
	"strings"
)

// Bounds of what the lane takes; beyond them, the library decides.
const (
	maxHead   = 8 << 10 // bytes of a request
	maxFields = 48      // lines of its header
)

// A verdict says whose a request is.
type verdict int

const (
	unsure verdict = iota // more bytes have to come
	ours
	theirs
)

// A head is what the lane understood of a request. Its parts point into the
// bytes that it was read from.
type head struct {
	method, target, path, query []byte // the query is without its question mark
	asked                       bool   // there is a question mark
	escaped                     bool   // the path has a percent sign
	marked                      bool   // the path has a byte that [url.URL] would escape
	block                       []byte // the lines of the header, each with its end
	size                        int    // of all of the head, in bytes
}

// scan reads a request line from the beginning of what a connection sent, and
// finds where the head ends. It takes `GET` or `HEAD`, a path as RFC 3986 has
// it, and HTTP/1.1, each in one spelling.
func (h *head) scan(b []byte) verdict {
	if !begins(b) {
		return theirs
	}
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 || end+4 > maxHead {
		if len(b) >= maxHead || end >= 0 || !h.goesOn(b) {
			return theirs
		}
		return unsure
	}
	h.size = end + 4
	if !h.line(b[:end+2]) {
		return theirs
	}
	return ours
}

// line reads the request line of lines that have all their ends.
func (h *head) line(lines []byte) bool {
	line, block, _ := bytes.Cut(lines, []byte("\r\n"))
	h.block = block
	space := bytes.IndexByte(line, ' ')
	h.method = line[:space]
	target, ok := bytes.CutSuffix(line[space+1:], []byte(" HTTP/1.1"))
	return ok && h.split(target)
}

// goesOn reports whether the lines of b that have an end leave it open whose
// the request is: the library answers a bad one without waiting for the others.
func (h *head) goesOn(b []byte) bool {
	lines := b[:bytes.LastIndexByte(b, '\n')+1]
	if len(lines) == 0 {
		return true
	}
	if !bytes.HasSuffix(lines, []byte("\r\n")) || !h.line(lines) {
		return false
	}
	var room [maxFields]field
	_, ok := fields(h.block, room[:0])
	return ok
}

// begins reports whether b is the beginning of a request that the lane may
// take, as far as it goes.
func begins(b []byte) bool {
	for _, first := range []string{"GET /", "HEAD /"} {
		if n := min(len(b), len(first)); string(b[:n]) == first[:n] {
			return true
		}
	}
	return false
}

// split takes a target apart. One that begins with two slashes, or has bytes
// that RFC 3986 does not allow, is not for the lane.
func (h *head) split(target []byte) bool {
	if len(target) > 1 && target[1] == '/' {
		return false
	}
	h.target, h.path, h.query, h.asked, h.escaped, h.marked = target, target, nil, false, false, false
	for i, c := range target {
		switch kind := kinds[c]; {
		case kind&inTarget == 0:
			return false
		case c == '?' && !h.asked:
			h.path, h.query, h.asked = target[:i], target[i+1:], true
		case h.asked:
		case c == '%':
			h.escaped = true
		case kind&isMark != 0:
			h.marked = true
		}
	}
	return true
}

// A field is one line of a header.
type field struct{ name, value []byte }

// fields reads the lines of a header into list, and reports false for one that
// the lane does not understand: a line that goes on, an end that is not CRLF, a
// byte that RFC 9110 does not allow or leaves open.
func fields(block []byte, list []field) ([]field, bool) {
	for len(block) > 0 {
		end := bytes.IndexByte(block, '\n')
		if end < 1 || block[end-1] != '\r' || len(list) == maxFields {
			return nil, false
		}
		line := block[:end-1]
		block = block[end+1:]
		colon := bytes.IndexByte(line, ':')
		if colon < 1 {
			return nil, false
		}
		for _, c := range line[:colon] {
			if kinds[c]&inName == 0 {
				return nil, false
			}
		}
		for _, c := range line[colon+1:] {
			if kinds[c]&inValue == 0 {
				return nil, false
			}
		}
		list = append(list, field{line[:colon], bytes.Trim(line[colon+1:], " \t")})
	}
	return list, true
}

// What a byte may stand in.
const (
	inTarget = 1 << iota // a path or query, RFC 3986: pchar, "/", "?"
	inName               // the name of a field, RFC 9110: token
	inValue              // the value of a field: visible ASCII, space and tab
	inHost               // a host and port
	isMark               // a path as it is, where [url.URL] would escape it
)

// kinds tells of each byte what it may stand in.
var kinds = func() (table [256]byte) {
	for c := range 256 {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		is := func(set string) bool { return c < 0x80 && (letter || strings.IndexByte(set, byte(c)) >= 0) }
		for kind, ok := range map[byte]bool{
			inTarget: is("-._~!$&'()*+,;=:@/?%"),
			inName:   is("!#$%&'*+-.^_`|~"),
			inValue:  c >= ' ' && c < 0x7f || c == '\t',
			inHost:   is("-._:[]"),
			isMark:   c < 0x80 && strings.IndexByte("!'()*", byte(c)) >= 0,
		} {
			if ok {
				table[c] |= kind
			}
		}
	}
	return table
}()
