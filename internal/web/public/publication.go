package public

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/lang"
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
	Top            template.HTML // made before, "" to make it of the frame
	Bracket        string        // the status or category, as the provider writes it
	ID, Services   string
	Name           string // title, as the provider wrote it
	Translated     *part.BilingualRow
	Update         update
	N              int
	Facts          []factLine
	Change         change
	Posts          []saidPost
	Channels       template.HTML
	Earlier, Later string // addresses of the updates beside it
	Newest         string // "" on the newest
	Report         string // where readers say that the translation is bad, "" for nowhere
}

// factLine is a fact as it is shown.
type factLine struct {
	Name   string
	Text   string // in the reader's language
	Word   string // the same in the language of the translation, where the interface has another one
	Code   string // as the provider writes it, beside Text
	Source string // words of the provider
	Target *part.BilingualRow
	List   []string
	At     *lang.Moment
	Says   string // the words of the provider that List was read from
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
	of, err := v.updateAsked()
	if err != nil {
		return err
	}
	key := publicationKey{v.edition.Tenant.ID, v.Content, string(of.kind), of.id, of.n, of.newest, v.edition.Revision, v.Snapshot.Translated}
	content, err := v.Kept(key, func() ([]byte, error) {
		one, err := p.config.Press.Publication(v.R.Context(), v.edition, of.id, of.n)
		if err != nil {
			return nil, err
		}
		return v.writePublication(one)
	})
	if err != nil {
		return err
	}
	v.Lasts(v.sameEdition())
	v.send(content)
	return nil
}

// anUpdate names an update of an issue or message.
type anUpdate struct {
	kind      tocsin.Kind
	id        string
	n, newest int
}

// updateAsked is the update of the address.
func (v *view) updateAsked() (u anUpdate, err error) {
	u.kind, u.id, u.newest = v.published(v.R.PathValue("id"))
	u.n, err = strconv.Atoi(v.R.PathValue("n"))
	if err != nil || u.n < 1 || u.n > u.newest || strconv.Itoa(u.n) != v.R.PathValue("n") {
		return u, web.NothingHere()
	}
	return u, nil
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
	if err := page.surround(v); err != nil {
		return nil, err
	}
	halves, err := v.halves(one)
	if err != nil {
		return nil, err
	}
	page.Translated, page.Report = halves.line(one.Title), v.reportable(one)
	page.state(v, one, halves)
	page.Change = v.change(one)
	for _, said := range one.Posts {
		page.Posts = append(page.Posts, saidPost{v.Moment(said.CreatedAt), halves[said.Join()]})
	}
	if one.Previous > 0 {
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

// surround fills in what stands around the update.
func (page *publicationPage) surround(v *view) (err error) {
	title := "[" + page.Bracket + "] " + strings.Join([]string{page.ID, page.Services, page.Name}, " | ")
	if s := v.around; s != nil {
		page.Content, page.Sheet, page.Channels = v.Content, v.places.sheet(v.Content), s.where
		page.Top, err = s.top(v, title, page.ID, page.N)
		return err
	}
	page.Frame = v.frame(title, func(content string) string { return v.places.update(content, page.ID, page.N) })
	page.Channels, err = v.Partial("pub-channels", v.channels())
	return err
}

// state fills in the facts.
func (page *publicationPage) state(v *view, one *publish.Publication, halves halves) {
	book := translate.DefaultBook()
	for _, f := range one.Facts {
		line := factLine{Name: v.Text("fact." + string(f.Name)), At: v.Moment(f.At), List: f.List}
		switch f.Name {
		case publish.FactStatus:
			line.Text, line.Code = v.lookThen(one.Update).Words, f.Text
			if line.Text == v.LookOf(one.Class, one.Status).Words {
				line.Word = book.Status(v.Content, f.Text)
			}
		case publish.FactClassification:
			line.Text, line.Code, line.Word = v.ClassWord(f.Text), f.Text, book.Class(v.Content, f.Text)
		case publish.FactCategory, publish.FactSeverity:
			line.Text, line.Code, line.Word = v.CategoryWord(f.Text), f.Text, book.Class(v.Content, f.Text)
		case publish.FactRegions:
			line.Says = f.Text
		case publish.FactMajorChange:
			line.Text = v.Text("pub.yes")
		default:
			line.Source, line.Target = f.Text, halves.line(f.Text)
		}
		if v.Content == v.Code { // the interface has said it
			line.Word = ""
		}
		page.Facts = append(page.Facts, line)
	}
}

// translated reports whether what is shown has a half in another language.
func (v *view) translated() bool {
	return v.pages.config.Translations != nil && v.Content != translate.Source
}

// halves are the texts of a page beside their translations, by the text.
type halves map[string]part.Bilingual

// textsOf are the texts of an update that are translated.
func textsOf(one *publish.Publication) []string {
	texts := []string{one.Title}
	for _, f := range one.Facts {
		if f.Name == publish.FactUserImpact {
			texts = append(texts, f.Text)
		}
	}
	for _, said := range one.Posts {
		texts = append(texts, said.Join())
	}
	return texts
}

// halves translates all texts of an update at once. In the provider's language
// they stand alone.
func (v *view) halves(one *publish.Publication) (halves, error) {
	texts := textsOf(one)
	made := halves{}
	if !v.translated() {
		for _, text := range texts {
			made[text] = v.Bilingual(alone(text))
		}
		return made, nil
	}
	list, err := v.pages.config.Translations.RenderAll(v.R.Context(), v.edition.Tenant.ID, v.Content, texts)
	if err != nil {
		return nil, err
	}
	for i, text := range texts {
		made[text] = v.Bilingual(list[i])
	}
	return made, nil
}

// alone is a text in the provider's language, line by line.
func alone(text string) (t translate.Translation) {
	for _, s := range translate.Segments(text) {
		t.Lines = append(t.Lines, translate.Line{Segment: s})
	}
	return t
}

// line is a text of one line, nil where it is not translated.
func (h halves) line(text string) *part.BilingualRow {
	b, ok := h[text]
	if !ok || b.Language == "" || len(b.Rows) == 0 {
		return nil
	}
	row := b.Rows[0]
	for _, more := range b.Rows[1:] {
		row.Target = append(row.Target, more.Target...)
	}
	if !slices.ContainsFunc(row.Target, func(p part.Piece) bool { return p.Class != string(translate.OriginOriginal) }) {
		return nil // nobody has translated it: it would stand there twice
	}
	return &row
}
