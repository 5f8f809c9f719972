package part

import (
	"encoding/binary"
	"html/template"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// Bounds of one of the two generations of what is kept.
const (
	keptBytes = 8 << 20
	maxRead   = 200 // issues
	maxNewest = 500 // newest posts, of which lists show what they promise
)

// keptKey names a part of a page by its template, its language and a hash of
// all that its model says: nothing that is kept can be out of date.
type keptKey struct {
	template, code string
	says           tocsin.Hash
}

func newKept() *cache.Cache[keptKey, template.HTML] {
	return cache.New[keptKey, template.HTML](cache.Bounds{Bytes: keptBytes})
}

// keptPart makes a part of a page, or takes it as it was made of an equal model.
// A function is called for the model when it is needed.
func (v *View) keptPart(name string, says said, model any) (template.HTML, error) {
	key := keptKey{name, v.Code, tocsin.HashOf(says)}
	if html, ok := v.parts.kept.Get(key); ok {
		return html, nil
	}
	if made, ok := model.(func() any); ok {
		model = made()
	}
	html, err := v.Partial(name, model)
	if err == nil {
		v.parts.kept.Put(key, html, len(html))
	}
	return html, err
}

// said is all that a model says, one thing after the other, so that two models
// that say different things differ in it.
type said []byte

func (s *said) number(n int) { *s = binary.AppendVarint(*s, int64(n)) }

func (s *said) flag(yes bool) {
	if yes {
		s.number(1)
	} else {
		s.number(0)
	}
}

func (s *said) text(texts ...string) {
	for _, text := range texts {
		s.number(len(text))
		*s = append(*s, text...)
	}
}

func (s *said) moment(m *lang.Moment) {
	if s.flag(m != nil); m != nil {
		s.text(m.ISO, m.Text, m.UTC, m.Title, m.Ago)
	}
}

func (s *said) look(l web.Look) {
	s.text(l.Family, l.Glyph, l.Words, l.Raw)
	s.number(int(l.Severity))
}

func (p *PostView) says() (s said) {
	s.look(p.Look)
	s.number(p.N)
	s.moment(p.At)
	s.text(p.Place, p.Lang, p.Type, p.SameWords, p.Gap, p.Late, p.New)
	s.paragraphs(p.Paragraphs)
	s.paragraphs(p.Same)
	return s
}

func (s *said) paragraphs(list []Paragraph) {
	s.number(len(list))
	for i := range list {
		p := &list[i]
		s.text(p.Lang, p.LabelLang)
		s.rows(p.Target)
		s.text(p.Label)
		s.number(len(p.Lines))
		s.text(p.Lines...)
		s.flag(p.List)
		s.number(len(p.Runs))
		for _, run := range p.Runs {
			s.text(string(run.Op), run.Text)
		}
		if s.flag(p.When != nil); p.When != nil {
			s.text(p.When.Text, p.When.Local, p.When.Doubt)
		}
	}
}

func (l *IssueLine) says() (s said) {
	s.look(l.Look)
	s.text(l.ID, l.Href, l.Title, l.TitleLang, l.Class, l.ClassWords, l.Service, l.New, l.Source)
	s.flag(l.Own)
	s.moment(l.Posted)
	if s.flag(l.Next != nil); l.Next != nil {
		s.moment(l.Next.At)
		s.text(l.Next.Words, l.Next.Tone)
	}
	return s
}

func (l *VersionLine) says() (s said) {
	s.number(l.N)
	s.moment(l.At)
	s.moment(l.Seen)
	s.text(l.Source, l.Compare)
	s.number(l.Before)
	return s
}

// A Reading is what the posts of an issue say, and what each says anew. It is
// shared: do not change it.
type Reading struct {
	Posts   []post.Post
	changes []map[string]post.Change // against the post before, by label and text
	// Workaround is what the newest post that speaks of one says that readers can do
	// meanwhile, sentence by sentence.
	Workaround []string
	Regions    []post.Region // of the newest post that names any
}

// ReadPosts reads the posts of an issue, once for each of its documents.
func (v *View) ReadPosts(row *readmodel.Row, issue tocsin.Issue) Reading {
	if read, ok := v.parts.read.Get(row.Document); ok {
		return read
	}
	read := ReadingOf(issue)
	v.parts.read.Put(row.Document, read, 0)
	return read
}

// newestPost reads the newest post of an issue that has posts, once for each of
// its documents.
func (v *View) newestPost(row *readmodel.Row, issue tocsin.Issue) post.Post {
	if one, ok := v.parts.newest.Get(row.Document); ok {
		return one
	}
	one := post.Read(issue.Posts[len(issue.Posts)-1])
	v.parts.newest.Put(row.Document, one, 0)
	return one
}

// ReadingOf reads the posts of an issue that may be stored nowhere.
func ReadingOf(issue tocsin.Issue) Reading {
	read := Reading{Posts: make([]post.Post, len(issue.Posts)), changes: make([]map[string]post.Change, len(issue.Posts))}
	var before post.Post
	for i, one := range issue.Posts {
		read.Posts[i], read.changes[i] = post.Read(one), map[string]post.Change{}
		for _, c := range post.Compare(before, read.Posts[i]) {
			if c.New != "" {
				read.changes[i][c.Label+"\x00"+c.New] = c
			}
		}
		before = read.Posts[i]
	}
	for i := len(read.Posts) - 1; i >= 0 && len(read.Workaround) == 0; i-- {
		for _, w := range read.Posts[i].Workarounds() {
			read.Workaround = append(read.Workaround, w.Text)
		}
	}
	for i := len(read.Posts) - 1; i >= 0 && len(read.Regions) == 0; i-- {
		read.Regions = read.Posts[i].Regions()
	}
	return read
}

func newRead() *cache.Cache[int64, Reading] {
	return cache.New[int64, Reading](cache.Bounds{Entries: maxRead})
}
