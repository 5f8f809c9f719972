package translate

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/post"
)

// maxLabel bounds a label, in bytes with its brackets.
const maxLabel = 96

// maxLabels bounds the labels of one line. Posts on one line have up to twelve.
const maxLabels = 100

// A labelSet knows the labels and headings of posts by their words: letter
// case, brackets, colons and other signs make no difference.
type labelSet struct {
	known map[string]string // words → key in the book
	leads *nonterminal      // "General Availability (Worldwide, GCC)", "Updated March 2, 2026"
}

// A found label stands in line[from:to], with brackets and colon.
type found struct{ from, to int }

// appendWords appends the letters and digits of a label in lower case, with
// single blanks for anything else between.
func appendWords(dst []byte, label string) []byte {
	was := len(dst)
	gap := false
	for _, r := range label {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = true
			continue
		}
		if gap && len(dst) > was {
			dst = append(dst, ' ')
		}
		gap = false
		if r < utf8.RuneSelf {
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			dst = append(dst, byte(r))
			continue
		}
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
	}
	return dst
}

// key is the key of a label, "" when it is none.
func (l *labelSet) key(label string) string {
	if len(label) > maxLabel {
		return ""
	}
	var buf [maxLabel * 2]byte
	words := appendWords(buf[:0], label)
	if key := l.known[string(words)]; key != "" || len(words) < 8 {
		return key
	}
	if kind, ok := post.HeadingKind(label); ok {
		return keyOfKind(kind)
	}
	return ""
}

// keyOfKind is the heading of the book for a kind of section, whatever its
// spelling, "" for none.
func keyOfKind(kind post.Kind) string {
	switch kind {
	case post.KindSchedule:
		return "mc.rollout_schedule"
	case post.KindOrganization:
		return "mc.impact_org"
	case post.KindCompliance:
		return "mc.compliance"
	case post.KindWhoIsAffected:
		return "mc.who"
	case post.KindPlatforms:
		return "mc.platforms"
	case post.KindWhatWillHappen:
		return "mc.what"
	default:
		return ""
	}
}

// is reports whether words are a label or the name of a ring.
func (l *labelSet) is(label string) bool {
	return l.key(label) != "" || l.leads.whole(strings.Trim(label, "[]: ")) || isRing(label)
}

// isRing reports whether a label is that of a ring, also of one that the book
// has no words for.
func isRing(label string) bool {
	label = strings.Trim(label, "[]:*_ ")
	name, rest, found := strings.Cut(label, " (")
	if !found || !strings.HasSuffix(rest, ")") || strings.ContainsAny(rest[:len(rest)-1], "().!?") {
		return post.IsRing(label)
	}
	switch name {
	case "General Availability", "Public Preview", "Private Preview", "Targeted Release", "Standard Release":
		return true
	}
	return post.IsRing(label)
}

// find is the labels of a line that have a colon, in order.
func (l *labelSet) find(line string) []found {
	var list []found
	for at := 0; at < len(line) && len(list) < maxLabels; {
		n, size := ender(line[at:])
		if n < 0 {
			break
		}
		after := 0
		if len(list) > 0 {
			after = list[len(list)-1].to
		}
		if from, ok := l.endingAt(line, after, at+n); ok {
			list = append(list, found{from, closed(line, at+n)})
		}
		at += n + size
	}
	return list
}

// ender is where the first colon or closing bracket of a text stands and how
// many bytes it has, -1 without one.
func ender(text string) (at, size int) {
	for i := range len(text) {
		switch c := text[i]; {
		case c == ':' || c == ']':
			return i, 1
		case c == 0xef && strings.HasPrefix(text[i:], "："):
			return i, len("：")
		}
	}
	return -1, 0
}

// closed is where the label ends whose colon or bracket stands at at.
func closed(line string, at int) int {
	for at < len(line) {
		r, size := utf8.DecodeRuneInString(line[at:])
		if !strings.ContainsRune(":：]*_", r) {
			break
		}
		at += size
	}
	return at
}

// endingAt is where the longest label begins that ends in front of the colon
// or bracket at end, and not before after.
func (l *labelSet) endingAt(line string, after, end int) (from int, ok bool) {
	lead := strings.TrimRight(line[:end], " *_?")
	if len(lead) == 0 || end-len(lead) > 4 {
		return 0, false
	}
	if r, _ := utf8.DecodeLastRuneInString(lead); !unicode.IsLetter(r) && r != ')' && !endsDated(lead) {
		return 0, false
	}
	bracket := line[end] == ']'
	least := max(after, len(lead)-maxLabel)
	for i := least; i < len(lead); i++ {
		if !begins(line, i, bracket) || !l.is(lead[i:]) {
			continue
		}
		return i, true
	}
	return 0, false
}

// endsDated reports whether a text ends as "Updated March 2, 2026" does.
func endsDated(lead string) bool {
	return len(lead) > 4 && digits(lead[len(lead)-4:], 4, 4) && strings.Contains(lead[max(0, len(lead)-30):], "pdate")
}

// begins reports whether a label may begin at a place of a line: any at its
// beginning; within a line, since line ends are lost at times, one with a
// capital letter after white space or glued to a lower-case letter, a stop or
// "UTC". A bracket that ends a label must have begun it.
func begins(line string, at int, bracket bool) bool {
	c := line[at]
	if bracket {
		return c == '['
	}
	if at <= 8 && strings.Trim(line[:at], " *_#") == "" {
		return strings.IndexByte(" *_#", c) < 0
	}
	if c == '[' && at+1 < len(line) {
		c = line[at+1]
	}
	if c < 'A' || c > 'Z' {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(line[:at])
	one := singleWord(line[at:])
	switch {
	case unicode.IsSpace(before):
		return !one || endsSentence(line[:at])
	case one:
		return false
	case unicode.IsLower(before) || strings.ContainsRune(".!?)”", before):
		return true
	}
	return strings.HasSuffix(line[:at], "UTC")
}

// singleWord reports whether a label has one word only. Such words stand in
// front of a colon in many sentences.
func singleWord(text string) bool {
	word := firstWord(text)
	return len(word) < len(text) && strings.IndexByte(":*_", text[len(word)]) >= 0
}

// endsSentence reports whether a text ends with a stop, or with the zone of a
// time.
func endsSentence(text string) bool {
	text = strings.TrimRight(text, " ")
	return text == "" || strings.IndexByte(".!?", text[len(text)-1]) >= 0 || strings.HasSuffix(text, "UTC")
}

// headings is where the headings end that a whole line consists of: one, or
// the heads of the columns of a table. It is nil when the line has other words.
func (l *labelSet) headings(line string) []int {
	switch last := line[len(line)-1]; {
	case last == '.':
		return nil
	case l.is(line):
		return []int{len(line)}
	case last == ':':
		return nil
	}
	var ends []int
	for from := 0; from < len(line); {
		end := l.prefix(line, from)
		if end == 0 {
			return nil
		}
		ends = append(ends, end)
		from = end
	}
	return ends
}

// prefix is where the longest label ends that begins at from with a capital
// and ends with a word, 0 without one.
func (l *labelSet) prefix(line string, from int) int {
	for from < len(line) && line[from] == ' ' {
		from++
	}
	if from == len(line) || line[from] < 'A' || line[from] > 'Z' {
		return 0
	}
	for end := len(line); end > from; end = strings.LastIndexByte(line[:end], ' ') {
		if end < len(line) && (line[end+1] < 'A' || line[end+1] > 'Z') {
			continue
		}
		if l.key(line[from:end]) != "" {
			return end
		}
	}
	return 0
}
