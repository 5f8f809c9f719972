package post

// A Difference says what became of one section, or one member of a document,
// from one state to the next.
type Difference string

// The differences.
const (
	Same    Difference = "same"
	Added   Difference = "added"
	Removed Difference = "removed"
	Changed Difference = "changed"
)

// A Change is a section of two posts side by side.
type Change struct {
	Kind  Kind
	Label string // as the newer post writes it, if it has the section
	What  Difference
	Old   string // its text before; "" when added
	New   string // its text now; "" when removed
	Runs  []Run  // from Old to New, word by word; nil unless changed
}

// Compare sets two posts side by side: every section of either, in the order
// of the newer post, removed ones after the section that they followed. Those
// that are the same are listed too. Between two versions of one post it shows
// what was rewritten, between two posts what is new.
// The work is bounded as that of [Words] is.
func Compare(old, newer Post) []Change {
	before, after := keyed(old.Sections), keyed(newer.Sections)
	place := make(map[key]int, len(after)) // in the newer post
	for i, s := range after {
		place[s.key] = i
	}
	was := make(map[key]Section, len(before))
	gone := map[int][]Change{} // by the place that they follow
	behind := -1
	for _, s := range before {
		was[s.key] = s.Section
		if i, ok := place[s.key]; ok {
			behind = i
			continue
		}
		gone[behind] = append(gone[behind], Change{Kind: s.Kind, Label: s.Label, What: Removed, Old: s.Text})
	}
	list := gone[-1]
	left := maxSteps // for all sections together
	for i, s := range after {
		past, ok := was[s.key]
		list = append(append(list, sideBySide(past, ok, s.Section, &left)), gone[i]...)
	}
	return list
}

func sideBySide(past Section, had bool, now Section, left *int) Change {
	change := Change{Kind: now.Kind, Label: now.Label, What: Added, New: now.Text}
	switch {
	case !had:
	case past.Text == now.Text:
		change.What, change.Old = Same, past.Text
	default:
		change.What, change.Old, change.Runs = Changed, past.Text, words(past.Text, now.Text, left)
	}
	return change
}

// A key tells sections of one kind apart by their order.
type key struct {
	kind Kind
	n    int
}

type keyedSection struct {
	key
	Section
}

// keyed gives sections their keys. Current and final status are the same part
// at different times, as are the causes.
func keyed(sections []Section) []keyedSection {
	counts := map[Kind]int{}
	list := make([]keyedSection, len(sections))
	for i, s := range sections {
		kind := s.Kind
		switch kind {
		case KindFinalStatus:
			kind = KindCurrentStatus
		case KindPreliminaryRootCause:
			kind = KindRootCause
		}
		list[i] = keyedSection{key{kind, counts[kind]}, s}
		counts[kind]++
	}
	return list
}
