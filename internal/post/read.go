package post

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/tocsin"
)

// A Section is one labelled part of a post.
type Section struct {
	Kind  Kind
	Label string // as written, such as "User Impact"; "" for [KindRest]
	Text  string // plain text; lines as in the post
	Date  *Date  // of a start time, end time, estimate or next update; nil when none is written
	Level int    // 2 for one that stands within the one before, such as "Who is affected"; else 1

	label, from int              // where label and text begin in the text of the post
	marks       []plaintext.Mark // of the whole post
}

// A Post is a post taken apart.
type Post struct {
	CreatedAt time.Time
	Sections  []Section // in the order of the text
	Final     bool      // it says that it is the last one
	Published Promised  // the report of which it says that it is there now, "" mostly

	text   string
	marks  []plaintext.Mark
	closes bool // it may hold closing sentences
}

// Read takes a post apart. It never fails: what has no label it knows is kept
// as [KindRest], so that the sections together hold all of the text; see
// [Post.Join].
func Read(post tocsin.Post) Post {
	text, marks := plaintext.Read(post.Content, post.ContentType)
	read := Post{CreatedAt: post.CreatedAt, text: text, marks: marks}
	read.hear(text)
	found := labels(text, marks)
	if len(found) == 0 {
		read.add(Section{Kind: KindRest}, 0, len(text))
		return read
	}
	read.Sections = make([]Section, 0, len(found)+2)
	read.add(Section{Kind: KindRest}, 0, len(strings.TrimRight(text[:found[0].from], " *_#•")))
	for i, l := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1].from
		}
		read.add(Section{Kind: l.kind, Label: l.words, label: l.at}, l.to, end)
	}
	return read
}

// Join puts the sections together again, with what stands between them: blanks,
// brackets, colons and other signs that say nothing. It gives [Text] of the post.
func (p Post) Join() string {
	var b strings.Builder
	b.Grow(len(p.text))
	at := 0
	for _, s := range p.Sections {
		if s.Label != "" {
			b.WriteString(p.text[at:s.label])
			b.WriteString(s.Label)
			at = s.label + len(s.Label)
		}
		b.WriteString(p.text[at:s.from])
		b.WriteString(s.Text)
		at = s.from + len(s.Text)
	}
	b.WriteString(p.text[at:])
	return b.String()
}

// hear takes down what a post says as a whole. Most posts lack the words that
// the slow patterns look for.
func (p *Post) hear(text string) {
	lower := asciiLower(text)
	end := strings.Contains(lower, "final update")
	report := strings.Contains(lower, "post-incident") || strings.Contains(lower, "post incident")
	p.closes = end || report || strings.Contains(lower, "quick update")
	p.Final = end && finalPattern.MatchString(text)
	if report {
		p.Published = publishedIn(text)
	}
}

// Find is the first section of a kind.
func (p Post) Find(kind Kind) (Section, bool) {
	i := slices.IndexFunc(p.Sections, func(s Section) bool { return s.Kind == kind })
	if i < 0 {
		return Section{}, false
	}
	return p.Sections[i], true
}

// Date is the date of the first section of a kind, nil when none is written.
func (p Post) Date(kind Kind) *Date {
	s, _ := p.Find(kind)
	return s.Date
}

var (
	// finalPattern finds the sentence that ends an issue, in both its forms.
	finalPattern = regexp.MustCompile(`(?i)\bthis is the final update (?:for|on) (?:the|this) (?:event|incident|issue)\b\.?|\bplease consider this service notification the final update on (?:the|this) (?:event|incident|issue)\b\.?`)
	// closingPattern finds where sentences begin that belong to no section
	// although they follow one: about the end, the review, the kind of post.
	closingPattern = regexp.MustCompile(`(?i)(?:` + finalPattern.String() + `|\bthis quick update is designed to\b|\b(?:we['’]ll|we will) (?:provide|publish) (?:a|an|the) (?:preliminary |final )?post[- ]incident re(?:port|view)\b|\ba (?:preliminary |final )?post[- ]incident re(?:port|view) will be\b)`)
)

// add appends the section that has the text between two places, and what
// closes the post as another.
func (p *Post) add(s Section, from, end int) {
	s.Level = s.Kind.Level()
	from, end = p.trim(from, end, " \t\n*_")
	to, closing := end, end
	if s.Kind != KindRest {
		if p.closes {
			to, closing = p.cutClosing(from, end)
		}
		text := p.text[from:to]
		if s.Kind == KindStartTime || s.Kind == KindEndTime || s.Kind == KindNextUpdate || s.Kind == KindEstimatedTime {
			s.Date = readDate(text, s.Kind, p.CreatedAt)
		}
		if n := strings.Index(text, "\n\n"); n >= 0 && n < 120 && s.Date != nil && s.Kind != KindEstimatedTime {
			to, closing = from+n, from+n
		}
	}
	p.keep(s, from, to)
	from, to = p.trim(closing, end, " \t\n")
	p.keep(Section{Kind: KindRest, Level: 1}, from, to)
}

// keep appends the section that has the text between two places.
func (p *Post) keep(s Section, from, to int) {
	if from < to || s.Kind != KindRest {
		s.Text, s.from, s.marks = p.text[from:to], from, p.marks
		p.Sections = append(p.Sections, s)
	}
}

// trim leaves out the signs at both ends of a stretch of the text.
func (p *Post) trim(from, to int, signs string) (int, int) {
	text := strings.TrimLeft(p.text[from:to], signs)
	from = to - len(text)
	return from, from + len(strings.TrimRight(text, signs))
}

// cutClosing cuts the closing sentences from the text between two places: where
// it ends without them, and where they begin. A sentence counts that starts a
// line or follows the end of another one; one in a list is an item like the
// others.
func (p *Post) cutClosing(from, to int) (end, closing int) {
	text := p.text[from:to]
	for _, at := range closingPattern.FindAllStringIndex(text, 16) {
		line := text[strings.LastIndexByte(text[:at[0]], '\n')+1 : at[0]]
		before := strings.TrimRight(line, " ")
		if before == "" || strings.HasSuffix(before, ".") && !isItem(line) {
			return from + len(strings.TrimRight(text[:at[0]], " \t\n-–•")), from + at[0]
		}
	}
	return to, to
}

func isItem(line string) bool {
	return strings.HasPrefix(line, "-") || strings.HasPrefix(line, "–") || strings.HasPrefix(line, "•")
}
