package post

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSaid bounds how far into a section sentences are looked for, in bytes.
const maxSaid = 16 << 10

// A Workaround is what readers can do until an issue is over.
type Workaround struct {
	Kind Kind // of the section that says it
	// Text is the sentence word for word, with the points of a list that it
	// announces as lines below it. It is the evidence.
	Text string
}

// Workarounds are the workarounds that a post says, in its order: the section
// of that name, and sentences in any other, such as "As a workaround, …". Those
// that are only looked for, or that do not exist, are none.
func (p Post) Workarounds() []Workaround {
	var list []Workaround
	for _, s := range p.Sections {
		text := first(s.Text, maxSaid)
		switch {
		case s.Kind == KindWorkaround && text != "" && !denied(asciiLower(text)):
			list = append(list, Workaround{s.Kind, text})
		case s.Kind == KindWorkaround || s.Kind == KindTitle || s.Date != nil:
		default:
			list = append(list, workaroundsIn(text, s.Kind)...)
		}
	}
	return list
}

func workaroundsIn(text string, kind Kind) []Workaround {
	var list []Workaround
	lower := asciiLower(text)
	for from := 0; from < len(text); {
		at := firstOf(lower[from:], "workaround", "work around", "in the meantime")
		if at < 0 {
			break
		}
		begin, end := sentence(text, from, from+at)
		if helps(lower[begin:end]) {
			if strings.HasSuffix(text[begin:end], ":") {
				end = afterItems(text, end)
			}
			list = append(list, Workaround{kind, text[begin:end]})
		}
		from = max(end, from+at+1)
	}
	return list
}

// helps reports whether a sentence with one of the words of workarounds, lower
// case, tells readers to do something.
func helps(says string) bool {
	if denied(says) {
		return false
	}
	if _, after, found := strings.Cut(says, "in the meantime"); found && !strings.Contains(says, "workaround") {
		after = strings.TrimLeft(after, ", ")
		return !strings.HasPrefix(after, "we") && firstOf(" "+after, " can ", " may ", " should ", " could ", " recommend", " use ") >= 0
	}
	return firstOf(says, "as a workaround", "as an immediate workaround", "as a temporary workaround", "as a potential workaround", "as a possible workaround", "workaround:", "workaround is to ", " can ", " may ", " should ", " could ",
		" recommend", " advise", " suggest", " using ", " use ", " try ", "to work around") >= 0
}

// denied reports whether a text, lower case, says of a workaround that it does
// not exist or not yet.
func denied(says string) bool {
	return firstOf(says, "no workaround", "no known workaround", "no available workaround", "not have a workaround", "isn't a workaround", "isn’t a workaround", "is not a workaround",
		"aren't any workaround", "aren’t any workaround", "any workaround", "potential workarounds", "possible workarounds", "if a workaround", "whether a workaround", "provide a workaround",
		"identify a workaround", "find a workaround", "develop a workaround", "investigating a workaround", "investigating workarounds", "exploring workaround", "explore workaround", "identifying a workaround",
		"looking for a workaround", "looking into a workaround", "determine a workaround", "working on a workaround", "workarounds are being", "workaround isn", "workaround is not", "workaround: none", "workaround: n/a") >= 0 ||
		says == "none" || says == "none." || strings.HasPrefix(says, "none at this time") || says == "n/a"
}

// firstOf is where the first of some words stands in a text, -1 for nowhere.
func firstOf(text string, words ...string) int {
	best := -1
	for _, word := range words {
		if i := strings.Index(text, word); i >= 0 && (best < 0 || i < best) {
			best = i
		}
	}
	return best
}

// asciiLower is a text of the same length with ASCII in lower case.
func asciiLower(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	from := 0
	for i := range len(text) {
		if c := text[i]; c >= 'A' && c <= 'Z' {
			b.WriteString(text[from:i])
			b.WriteByte(c | 0x20)
			from = i + 1
		}
	}
	b.WriteString(text[from:])
	return b.String()
}

// sentence is where the sentence begins and ends that holds a byte of a text.
// None begins before from.
func sentence(text string, from, at int) (begin, end int) {
	begin = from + strings.LastIndexByte(text[from:at], '\n') + 1
	end = len(text)
	if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
		end = at + n
	}
	for i := begin; i < end; {
		n := sentenceEnd(text[begin:end], i-begin)
		switch {
		case n == 0:
			i++
			continue
		case i+n <= at:
			begin = i + n
		default:
			end = i + n
		}
		i += n
	}
	line := text[begin:end]
	begin += len(line) - len(strings.TrimLeft(line, signsBefore))
	return begin, begin + len(strings.TrimRight(text[begin:end], signsAround))
}

// sentenceEnd is the length of the sign at a place of a line that ends a
// sentence, 0 for none. A stop that is glued to the next sentence counts, one
// in a number, an abbreviation or an address does not.
func sentenceEnd(line string, at int) int {
	if strings.HasPrefix(line[at:], "。") {
		return len("。")
	}
	c := line[at]
	if c != '.' && c != '!' && c != '?' {
		return 0
	}
	next, size := utf8.DecodeRuneInString(line[at+1:])
	before := tail(line[:at], 40)
	before = before[strings.LastIndexAny(before, " (")+1:]
	switch {
	case size == 0:
		return 1
	case c == '.' && (len(before) < 2 || before == "e.g" || before == "i.e" || before == "vs" || before == "approx" || strings.HasSuffix(before, ".S")):
		return 0
	case next == ' ':
		return 1
	case strings.ContainsRune(`"”’')`, next):
		return 1 + size
	case unicode.IsUpper(next) && before[len(before)-1] >= 'a' && before[len(before)-1] <= 'z' && !strings.ContainsAny(before, "./@"):
		return 1
	}
	return 0
}

// afterItems is where the list ends that follows a place of a text.
func afterItems(text string, at int) int {
	end := at
	for at < len(text) {
		begin := at + len(text[at:]) - len(strings.TrimLeft(text[at:], "\n"))
		to := len(text)
		if n := strings.IndexByte(text[begin:], '\n'); n >= 0 {
			to = begin + n
		}
		if listSign(text[begin:to]) == "" {
			break
		}
		at, end = to, to
	}
	return end
}
