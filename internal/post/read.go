package post

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Section is one labelled part of a post.
type Section struct {
	Kind  Kind
	Label string // as written, such as "User Impact"; "" for [KindRest]
	Text  string // plain text; lines as in the post
	Date  *Date  // of a start time, end time, estimate or next update; nil when none is written
}

// A Post is a post taken apart.
type Post struct {
	CreatedAt time.Time
	Sections  []Section // in the order of the text
	Final     bool      // it says that it is the last one
	Published Promised  // the report of which it says that it is there now, "" mostly
	closes    bool      // it may hold closing sentences
}

// Read takes a post apart. It never fails: what has no label it knows is kept
// as [KindRest], so that the sections together hold all of the text.
func Read(post tocsin.Post) Post {
	text := Text(post.Content, post.ContentType)
	read := Post{CreatedAt: post.CreatedAt}
	read.hear(text)
	found := marks(text)
	if len(found) == 0 {
		read.add(Section{Kind: KindRest}, text)
		return read
	}
	read.add(Section{Kind: KindRest}, strings.TrimRight(text[:found[0].from], " *_#•"))
	for i, m := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1].from
		}
		read.add(Section{Kind: m.kind, Label: m.label}, text[m.to:end])
	}
	return read
}

// hear takes down what a post says as a whole. Most posts lack the words that
// the slow patterns look for.
func (p *Post) hear(text string) {
	lower := strings.ToLower(text)
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

// add appends a section with its text, and what closes the post as another.
func (p *Post) add(s Section, text string) {
	text = strings.Trim(text, " \t\n*_")
	closing := ""
	if s.Kind != KindRest {
		if p.closes {
			text, closing = cutClosing(text)
		}
		if s.Kind == KindStartTime || s.Kind == KindEndTime || s.Kind == KindNextUpdate || s.Kind == KindEstimatedTime {
			s.Date = readDate(text, s.Kind, p.CreatedAt)
		}
		if before, after, more := strings.Cut(text, "\n\n"); more && s.Date != nil && s.Kind != KindEstimatedTime && len(before) < 120 {
			text, closing = before, strings.TrimSpace(after+"\n\n"+closing)
		}
	}
	if s.Text = text; text != "" || s.Kind != KindRest {
		p.Sections = append(p.Sections, s)
	}
	if closing != "" {
		p.Sections = append(p.Sections, Section{Kind: KindRest, Text: closing})
	}
}

// cutClosing cuts the closing sentences from the text of a section. A sentence
// counts that starts a line or follows the end of another one; one in a list
// is an item like the others.
func cutClosing(text string) (kept, closing string) {
	for _, at := range closingPattern.FindAllStringIndex(text, 16) {
		line := text[strings.LastIndexByte(text[:at[0]], '\n')+1 : at[0]]
		before := strings.TrimRight(line, " ")
		if before == "" || strings.HasSuffix(before, ".") && !isItem(line) {
			return strings.TrimRight(text[:at[0]], " \t\n-–•"), strings.TrimSpace(text[at[0]:])
		}
	}
	return text, ""
}

func isItem(line string) bool {
	return strings.HasPrefix(line, "-") || strings.HasPrefix(line, "–") || strings.HasPrefix(line, "•")
}
