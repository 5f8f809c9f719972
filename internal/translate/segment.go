package translate

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
