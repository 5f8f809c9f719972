package odata

import (
	"slices"
	"strings"
)

// WithoutIgnored returns a raw query without the parameters that the endpoint
// ignores: to both, [Endpoint.Parse] gives the same meaning, or both fail. It
// returns false where nothing is left out, and where it cannot tell without
// decoding what is.
func (e *Endpoint) WithoutIgnored(raw string) (rest string, ok bool) {
	if len(raw) > e.Limits.orDefault().Bytes {
		return raw, false
	}
	seen, left := uint(0), 0
	for piece := range strings.SplitSeq(raw, "&") {
		switch n := e.ignores(piece); {
		case n >= 0 && seen&(1<<n) != 0:
			return raw, false // given twice
		case n >= 0:
			seen |= 1 << n
		case e.unclear(piece):
			return raw, false
		default:
			left += len(piece) + 1
		}
	}
	if seen == 0 {
		return raw, false
	}
	text := strings.Builder{}
	text.Grow(left)
	for piece := range strings.SplitSeq(raw, "&") {
		if e.ignores(piece) >= 0 || piece == "" {
			continue
		}
		if text.Len() > 0 {
			text.WriteByte('&')
		}
		text.WriteString(piece)
	}
	return text.String(), true
}

// ignores is the number of the ignored parameter that a piece of a query is, if
// it says the same when it is decoded and encoded; else -1.
func (e *Endpoint) ignores(piece string) int {
	name, value, ok := strings.Cut(piece, "=")
	if _, alias := e.Aliases[name]; alias || !ok || !unreserved(value) {
		return -1
	}
	return slices.Index(e.Ignore, name)
}

// unclear reports whether a piece that is not left out may be an ignored
// parameter all the same: its name is not as it is spelled, but for the sign of a
// system option, or it has to be decoded.
func (e *Endpoint) unclear(piece string) bool {
	name, _, _ := strings.Cut(piece, "=")
	return strings.IndexByte(strings.TrimPrefix(name, "%24"), '%') >= 0 || slices.Contains(e.Ignore, name)
}

// unreserved reports whether text holds nothing that is encoded (RFC 3986, 2.3).
func unreserved(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
		default:
			return false
		}
	}
	return true
}

// Parts are the options as [Options.Link] encodes them, in the order in which
// they were given; those with the names in without are empty.
func (o *Options) Parts(without ...string) []string {
	parts := make([]string, len(o.given))
	for i, option := range o.given {
		if !slices.Contains(without, option.Name) {
			parts[i] = string(option.appendLink(nil))
		}
	}
	return parts
}

// Relink is the link of a raw query, from the parts of what
// [Endpoint.WithoutIgnored] left of it.
func (e *Endpoint) Relink(raw string, parts []string) string {
	link := make([]byte, 0, len(raw)+16)
	add := func(part string) {
		if part != "" && len(link) > 0 {
			link = append(link, '&')
		}
		link = append(link, part...)
	}
	for piece := range strings.SplitSeq(raw, "&") {
		switch {
		case piece == "":
		case e.ignores(piece) >= 0:
			add(piece)
		case len(parts) > 0:
			add(parts[0])
			parts = parts[1:]
		}
	}
	return string(link)
}
