package public

import (
	"strconv"
	"strings"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// publicationPage is one update: [status] ID | services | title, the facts, what
// changed, the words of the provider and beside them the translation.
type publicationPage struct {
	Frame
	Bracket        string // the status or category, as the provider writes it
	ID, Services   string
	Name           string // title, as the provider wrote it
	Translated     *part.BilingualRow
	Update         update
	N              int
	Facts          []factLine
	Change         change
	Posts          []saidPost
	Channels       channels
	Earlier, Later string // addresses of the updates beside it
	Newest         string // "" on the newest
}

// factLine is a fact as it is shown.
type factLine struct {
	Name   string
	Text   string // in the reader's language
	Code   string // as the provider writes it, beside Text
	Source string // words of the provider
	Target *part.BilingualRow
	List   []string
	At     *lang.Moment
}

// saidPost is a post of the provider.
type saidPost struct {
	At   *lang.Moment
	Text part.Bilingual
}

// publicationKey is all that the page of an update depends on.
type publicationKey struct {
	tenant, content, kind string
	id                    string
	n, newest             int
	edition               tocsin.Hash // what the tenant is called and chose
	translated            int64       // names the state of the translations
}

// publication serves /status/{tenant}/{id}/{n}.
func (p *Pages) publication(v *view) error {
	kind, id, newest := v.published(v.R.PathValue("id"))
	n, err := strconv.Atoi(v.R.PathValue("n"))
	if err != nil || n < 1 || n > newest || strconv.Itoa(n) != v.R.PathValue("n") {
		return web.NothingHere()
	}
	key := publicationKey{v.edition.Tenant.ID, v.Content, string(kind), id, n, newest, v.edition.Revision, v.Snapshot.Translated}
	content, err := v.Kept(key, func() ([]byte, error) {
		one, err := p.config.Press.Publication(v.R.Context(), v.edition, id, n)
		if err != nil {
			return nil, err
		}
		return v.writePublication(one)
	})
	if err != nil {
		return err
	}
	v.send(content)
	return nil
}

// published finds the issue or message with an id, in any case, and the number
// of its newest update; 0 when there is none.
func (v *view) published(id string) (kind tocsin.Kind, exact string, newest int) {
	if row, ok := v.Snapshot.Issue(id); ok {
		return tocsin.KindIssue, row.ID, int(row.N)
	}
	if row, ok := v.Snapshot.Message(id); ok {
		return tocsin.KindMessage, row.ID, int(row.N)
	}
	return "", "", 0
}

// writePublication makes the page of an update.
func (v *view) writePublication(one *publish.Publication) ([]byte, error) {
	page := publicationPage{ID: one.ID, N: one.N, Name: one.Title, Services: strings.Join(one.Services, ", "), Bracket: one.Class, Update: v.update(one.Update)}
	if one.Kind == tocsin.KindIssue {
		page.Bracket = string(one.Status)
	}
	page.Frame = v.frame("["+page.Bracket+"] "+strings.Join([]string{page.ID, page.Services, page.Name}, " | "), func(content string) string {
		return v.places.update(content, one.ID, one.N)
	})
	var err error
	if page.Translated, err = v.line(one.Title); err != nil {
		return nil, err
	}
	if err := page.state(v, one); err != nil {
		return nil, err
	}
	page.Change = v.change(one)
	for _, said := range one.Posts {
		text, err := v.said(said)
		if err != nil {
			return nil, err
		}
		page.Posts = append(page.Posts, saidPost{v.Moment(said.CreatedAt), text})
	}
	if page.Channels = v.channels(); one.Previous > 0 {
		page.Earlier = v.places.update(v.Content, one.ID, one.Previous)
	}
	if one.Next > 0 {
		page.Later = v.places.update(v.Content, one.ID, one.Next)
	}
	if !one.Last() {
		page.Newest = v.places.update(v.Content, one.ID, one.Newest)
	}
	return v.Execute("publication", page)
}

// state fills in the facts.
func (page *publicationPage) state(v *view, one *publish.Publication) error {
	for _, f := range one.Facts {
		line := factLine{Name: v.Text("fact." + string(f.Name)), At: v.Moment(f.At), List: f.List}
		switch f.Name {
		case publish.FactStatus:
			line.Text, line.Code = v.LookOf(one.Class, tocsin.Status(f.Text)).Words, f.Text
		case publish.FactClassification:
			line.Text, line.Code = v.ClassWord(f.Text), f.Text
		case publish.FactCategory, publish.FactSeverity:
			line.Text, line.Code = v.CategoryWord(f.Text), f.Text
		case publish.FactMajorChange:
			line.Text = v.Text("pub.yes")
		default:
			line.Source = f.Text
			target, err := v.line(f.Text)
			if err != nil {
				return err
			}
			line.Target = target
		}
		page.Facts = append(page.Facts, line)
	}
	return nil
}

// translated reports whether the page has a half in another language.
func (v *view) translated() bool {
	return v.pages.config.Translations != nil && v.Content != translate.Source
}

// render translates a text.
func (v *view) render(text string) (part.Bilingual, error) {
	t, err := v.pages.config.Translations.Render(v.R.Context(), v.edition.Tenant.ID, v.Content, text)
	if err != nil {
		return part.Bilingual{}, err
	}
	return v.Bilingual(t), nil
}

// line translates a text of one line, nil where nothing is translated.
func (v *view) line(text string) (*part.BilingualRow, error) {
	if !v.translated() || text == "" {
		return nil, nil //nolint:nilnil // there is no translation
	}
	b, err := v.render(text)
	if err != nil || len(b.Rows) == 0 {
		return nil, err
	}
	row := b.Rows[0]
	for _, more := range b.Rows[1:] {
		row.Target = append(row.Target, more.Target...)
	}
	return &row, nil
}

// said is a post beside its translation, or alone.
func (v *view) said(p post.Post) (part.Bilingual, error) {
	if v.translated() {
		return v.render(textOf(p))
	}
	var b part.Bilingual
	for _, s := range p.Sections {
		rows := part.Plain(s.Text).Rows
		if s.Label != "" {
			label := part.Piece{Text: s.Label + ": ", Label: true}
			if len(rows) == 0 {
				rows = []part.BilingualRow{{}}
			}
			rows[0].Source = append([]part.Piece{label}, rows[0].Source...)
		}
		b.Rows = append(b.Rows, rows...)
	}
	return b, nil
}

// textOf is a post in one text again.
func textOf(p post.Post) string {
	var parts []string
	for _, s := range p.Sections {
		text := s.Text
		if s.Label != "" {
			text = s.Label + ": " + s.Text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n\n")
}
