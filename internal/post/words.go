package post

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Op says what a run of words is in the step from one text to another.
type Op string

// The three kinds of runs.
const (
	Equal  Op = "equal"
	Insert Op = "insert"
	Delete Op = "delete"
)

// A Run is a piece of text that both sides have, or one of them.
type Run struct {
	Op   Op
	Text string
}

// Words is the difference of two plain texts word by word. The equal and
// inserted runs joined give the new text, the equal and deleted ones the old;
// where both change, the deletion comes first. Japanese and Chinese, which
// write no blanks between words, are cut where the script changes. For HTML,
// take [Text] first.
//
// The work is bounded: where two stretches differ too much, the whole of one
// is shown as replaced by the other.
func Words(before, after string) []Run {
	left := maxSteps
	return words(before, after, &left)
}

// words is [Words] within the steps that are left.
func words(before, after string, left *int) []Run {
	var runs runs
	lines := script(segments(before, splitLine), segments(after, splitLine), left)
	for i := 0; i < len(lines); i++ {
		switch {
		case lines[i].Op == Equal:
			runs.add(Equal, lines[i].Text)
		case lines[i].Op == Delete && i+1 < len(lines) && lines[i+1].Op == Insert:
			for _, run := range script(segments(lines[i].Text, splitWord), segments(lines[i+1].Text, splitWord), left) {
				runs.add(run.Op, run.Text)
			}
			i++
		default:
			runs.add(lines[i].Op, lines[i].Text)
		}
	}
	return runs.joined()
}

// segments cuts text with split, which gives the length of the first piece.
func segments(text string, split func(string) int) []string {
	list := make([]string, 0, len(text)/5+1)
	for text != "" {
		n := split(text)
		list = append(list, text[:n])
		text = text[n:]
	}
	return list
}

func splitLine(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

// splitWord is the length of the first word, run of blanks, or single sign.
func splitWord(text string) int {
	r, n := utf8.DecodeRuneInString(text)
	class := classOf(r)
	if class == classSign {
		return n
	}
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if next := classOf(r); next != class && !(class == classLetter && joins(r, text[n+size:])) {
			break
		}
		n += size
	}
	return n
}

// joins reports whether a sign stands within a word or number, as in "we’re",
// "3.5" and "sign-in".
func joins(r rune, rest string) bool {
	if r != '\'' && r != '’' && r != '.' && r != '-' && r != ':' && r != '_' && r != '/' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return classOf(next) == classLetter
}

type class int

const (
	classSign class = iota
	classBlank
	classLetter
	classHan
	classHiragana
	classKatakana
)

func classOf(r rune) class {
	switch {
	case r == utf8.RuneError:
		return classSign
	case r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'):
		return classLetter
	case unicode.IsSpace(r):
		return classBlank
	case unicode.Is(unicode.Han, r) || r == '々':
		return classHan
	case unicode.Is(unicode.Hiragana, r):
		return classHiragana
	case unicode.Is(unicode.Katakana, r) || r == 'ー':
		return classKatakana
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
		return classLetter
	}
	return classSign
}

// runs collects pieces and keeps deletions and insertions in order.
type runs struct {
	list                    []Run
	equal, deleted, entered strings.Builder // what comes next, in this order
}

func (r *runs) add(op Op, text string) {
	switch op {
	case Delete:
		r.deleted.WriteString(text)
	case Insert:
		r.entered.WriteString(text)
	case Equal:
		if r.deleted.Len()+r.entered.Len() > 0 {
			r.flush()
		}
		r.equal.WriteString(text)
	}
}

func (r *runs) flush() {
	r.end(Equal, &r.equal)
	r.end(Delete, &r.deleted)
	r.end(Insert, &r.entered)
}

// end makes a run of what was collected.
func (r *runs) end(op Op, text *strings.Builder) {
	if text.Len() > 0 {
		r.list = append(r.list, Run{op, text.String()})
		text.Reset()
	}
}

// joined are the runs, with blanks and signs between two changes taken as
// changed as well: single blanks that stayed make a difference hard to read.
func (r *runs) joined() []Run {
	r.flush()
	var out runs
	for i, run := range r.list {
		if run.Op == Equal && i > 0 && i+1 < len(r.list) && trivial(run.Text) {
			out.add(Delete, run.Text)
			out.add(Insert, run.Text)
			continue
		}
		out.add(run.Op, run.Text)
	}
	out.flush()
	return out.list
}

func trivial(text string) bool {
	if len(text) > 4 || strings.Contains(text, "\n") {
		return false
	}
	for _, r := range text {
		if c := classOf(r); c != classBlank && c != classSign {
			return false
		}
	}
	return true
}
