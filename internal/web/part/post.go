package part

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// PostView is one post on the time line, newest first.
type PostView struct {
	web.Look
	N          int
	At         *lang.Moment
	Type       string
	Paragraphs []Paragraph
	Lang       string      // of the translation beside it, "" without one
	Same       []Paragraph // as in the post before
	SameWords  string
	Gap        string // what became of the promise that this post answers
	Late       string
	New        string
	Place      string // where the post stands on its page, whatever posts come later
}

// Paragraph is one section of a post.
type Paragraph struct {
	Label string // in the reader's language, "" for text without one
	Lines []string
	// Target is the paragraph in the language Lang, line by line; nil without one.
	// The label is then as the provider wrote it, in LabelLang.
	Lang, LabelLang string
	Target          []BilingualRow
	List            bool       // whether the lines are points of a list
	Runs            []post.Run // what changed in it since the post before, word by word
	When            *writtenDate
}

// writtenDate is a date as the provider wrote it, by rule in the reader's form,
// with their own time beside it unless the date cannot be right.
type writtenDate struct {
	Text  string
	Local string
	Doubt string
}

// PostList is the posts of an issue, newest first.
type PostList struct {
	N    int
	HTML template.HTML
}

// PostList writes the posts of an issue, each beside the one before, and beside
// its translation in a language that is not "".
func (v *View) PostList(issue tocsin.Issue, read Reading, promises []post.Promise, versions []tocsin.Version, language string) (PostList, error) {
	var b strings.Builder
	made, err := v.translateSections(language, read.Posts)
	if err != nil {
		return PostList{}, err
	}
	for _, one := range v.posts(issue, read, promises, versions, made) {
		html, err := v.keptPart("post", one.says(), one)
		if err != nil {
			return PostList{}, err
		}
		b.WriteString(string(html))
	}
	return PostList{len(read.Posts), template.HTML(b.String())}, nil //nolint:gosec // the template has escaped it
}

// posts puts the posts of an issue in order, each beside the one before.
func (v *View) posts(issue tocsin.Issue, read Reading, promises []post.Promise, versions []tocsin.Version, made map[string]translate.Translation) []PostView {
	mark, posts := v.SeenAt(), read.Posts
	list := make([]PostView, len(posts))
	places := map[string]int{}
	for i := range posts {
		created := posts[i].CreatedAt
		view := PostView{Look: v.LookWhen(tocsin.Course{Class: issue.Classification, Status: statusOf(created, versions, issue.Status), StartAt: issue.StartAt, EndAt: issue.EndAt}, created), N: i + 1, At: v.Moment(created), Type: v.postType(issue.Posts[i].Type)}
		if view.At != nil {
			view.At.Ago = "" // which no post shows
		}
		if !mark.IsZero() && created.After(mark) {
			view.New = v.Text("new.since", "time", v.Stamp(mark.In(v.Zone)))
		}
		view.Place = placeOf(created, places)
		v.fillPost(&view, strings.TrimSpace(issue.Title), posts[i], read.changes[i], made)
		for _, p := range promises {
			if p.KeptBy == i && p.What == post.PromisedUpdate && p.State != post.StateDoubtful {
				view.Gap, view.Late = v.kept(p)
			}
		}
		list[len(posts)-1-i] = view
	}
	return list
}

func (v *View) postType(kind string) string {
	if kind == "quick" || kind == "strategic" {
		return v.Text("post." + kind)
	}
	return ""
}

// fillPost parts a post into what it says anew and what it repeats.
func (v *View) fillPost(view *PostView, title string, read post.Post, changes map[string]post.Change, made map[string]translate.Translation) {
	for _, s := range read.Sections {
		if s.Kind == post.KindTitle && strings.TrimSpace(s.Text) == title {
			continue // it heads the page
		}
		one := v.Paragraph(s)
		if t, ok := made[saidIn(s)]; ok {
			one.beside(v, s, t)
			view.Lang = t.Language
		}
		change := changes[s.Label+"\x00"+s.Text]
		if change.What == post.Same && s.Kind != post.KindNextUpdate {
			view.Same = append(view.Same, one)
			continue
		}
		if change.What == post.Changed && s.Date == nil && Alike(change.Runs) {
			one.Runs = change.Runs
		}
		view.Paragraphs = append(view.Paragraphs, one)
	}
	if len(view.Paragraphs) == 0 { // nothing new: show all of it
		view.Paragraphs, view.Same = view.Same, nil
	}
	if n := len(view.Same); n > 0 {
		view.SameWords = v.Text("post.same", "n", n)
	}
}

// Alike reports whether two texts have enough in common for their differences
// to be readable: more kept than not.
func Alike(runs []post.Run) bool {
	kept, other := 0, 0
	for _, run := range runs {
		if run.Op == post.Equal {
			kept += len(run.Text)
		} else {
			other += len(run.Text)
		}
	}
	return kept > other
}

// Paragraph returns a section of a post as a paragraph.
func (v *View) Paragraph(s post.Section) Paragraph {
	p := Paragraph{Lines: Lines(s.Text)}
	p.List = len(p.Lines) > 1 && !slices.ContainsFunc(p.Lines, func(line string) bool { return !strings.HasPrefix(line, "- ") })
	if p.List {
		for i, line := range p.Lines {
			p.Lines[i] = strings.TrimPrefix(line, "- ")
		}
	}
	if s.Kind != post.KindRest {
		p.Label = v.Text("section." + string(s.Kind))
	}
	if s.Date != nil && len(s.Text) < 160 {
		p.When = v.written(s.Date)
	}
	return p
}

// written prints a date by rule: never translated, never corrected.
func (v *View) written(d *post.Date) *writtenDate {
	if !d.Sound() {
		return &writtenDate{Text: d.Written, Doubt: v.Text("doubt." + string(d.Doubt))}
	}
	if d.WholeDay {
		return &writtenDate{Text: v.LongDate(d.At)}
	}
	w := &writtenDate{Text: v.LongTime(d.At) + " UTC"}
	if !v.IsUTC(d.At) {
		local := d.At.In(v.Zone)
		w.Local = v.HM(local)
		if !lang.SameDay(local, d.At) {
			w.Local = v.ShortDate(local) + " " + w.Local
		}
		w.Local = v.Text("date.local", "time", w.Local, "city", v.City())
	}
	return w
}

// Lines parts a text into its lines, without empty ones.
func Lines(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// PlacesOf lists where posts stand on the page of their issue, in their order: the
// fragment of an address.
func PlacesOf(posts []tocsin.Post) []string {
	list, taken := make([]string, len(posts)), map[string]int{}
	for i := range posts {
		list[i] = placeOf(posts[i].CreatedAt, taken)
	}
	return list
}

// placeOf is where a post stands on its page: a post has no id but its instant,
// and its number is another one when a post comes late. Posts of one second are
// counted.
func placeOf(created time.Time, taken map[string]int) string {
	place := "post-" + created.UTC().Format("20060102T150405Z")
	if taken[place]++; taken[place] > 1 {
		return fmt.Sprintf("%s-%d", place, taken[place])
	}
	return place
}

// anchor is the id of a post on its page.
func (p PostView) Anchor() string { return fmt.Sprintf("p%d", p.N) }

// statusOf is the status that came with a post: that of the first version
// which is not older than it.
func statusOf(created time.Time, versions []tocsin.Version, present tocsin.Status) tocsin.Status {
	for i := range versions {
		if !versions[i].At.Before(created) {
			return versions[i].Status
		}
	}
	return present
}
