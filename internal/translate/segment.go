package translate

import "strings"

// A Segment is one piece of a text in the provider's English: a label, a
// heading, a sentence, an item of a list, a cell of a table. The texts of all
// segments of a post with their leads give the post back.
type Segment struct {
	Kind SegmentKind
	Lead string // what stands in front of it: blanks, line ends, the mark of a list
	Text string // its words; never empty
}

// A SegmentKind says what a segment is in its post.
type SegmentKind string

// The kinds of segments.
const (
	SegmentLabel    SegmentKind = "label"    // "User impact:", a heading of a message
	SegmentSentence SegmentKind = "sentence" // a sentence, an item or a cell of a table
)

// maxSegments bounds the segments of a text. What follows is one more segment,
// so that nothing is lost. Real posts have up to two hundred.
const maxSegments = 20_000

// Segments cuts the plain text of a post (see post.Text) into segments: by
// lines, labels, marks of lists and sentences. [Join] gives the text back but
// for the blanks at its end; a text of nothing but blanks has no segments.
func Segments(text string) []Segment {
	text = strings.TrimRight(text, blanks)
	c := cutter{text: text, labels: &DefaultBook().labels, list: make([]Segment, 0, 4+len(text)/80)}
	for at := 0; at < len(text) && !c.full(); {
		end := len(text)
		if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
			end = at + n
		}
		c.line(at, end)
		at = end + 1
	}
	if c.full() {
		c.append(SegmentSentence, c.skip(c.done, len(text)), len(text))
	}
	return c.list
}

// Join is the text that segments were cut from.
func Join(segments []Segment) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(s.Lead)
		b.WriteString(s.Text)
	}
	return b.String()
}
