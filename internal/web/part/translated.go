package part

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// translator puts texts of a tenant into other languages, at once and without
// asking anybody.
type translator interface {
	RenderAll(ctx context.Context, tenantID, language string, texts []string) ([]translate.Translation, error)
	ByBook(language, text string, reason translate.Reason) translate.Translation
}

// TranslationParameter is the parameter of an address that says in which
// language posts stand beside the original.
const TranslationParameter = "translation"

// noTranslation is its value for the original alone.
const noTranslation = "off"

// Translation returns the language in which posts stand beside the original, ""
// for none: that of the address, or else that of the reader. It fails with
// [tocsin.ErrInvalid] for a language that posts are not translated into.
func (v *View) Translation() (string, error) {
	if v.parts.config.Translator == nil {
		return "", nil
	}
	asked := v.R.URL.Query().Get(TranslationParameter)
	switch {
	case asked == noTranslation:
		return "", nil
	case asked == "" && slices.Contains(translate.Languages(), v.Code):
		return v.Code, nil
	case asked == "":
		return "", nil
	case !slices.Contains(translate.Languages(), asked):
		return "", tocsin.Invalidf(TranslationParameter, "Posts are not translated into %q: %s or %s.", tocsin.Clip(asked, 20), strings.Join(translate.Languages(), ", "), noTranslation)
	}
	return asked, nil
}

// Translates reports whether posts are translated into a language.
func (v *View) Translates(language string) bool {
	return v.parts.config.Translator != nil && slices.Contains(translate.Languages(), language)
}

// A TranslationLink is a choice of the switch above posts.
type TranslationLink struct {
	Name, Lang, Href string
	On               bool
}

// TranslationSwitch returns the choices of a language beside the original, nil
// where nothing is translated. language is the one that is chosen.
func (v *View) TranslationSwitch(language string) []TranslationLink {
	if v.parts.config.Translator == nil {
		return nil
	}
	own := v.Code
	if !slices.Contains(translate.Languages(), own) {
		own = ""
	}
	address := func(code string) string { // without a parameter for what is shown without one
		switch {
		case code == own:
			code = ""
		case code == "":
			code = noTranslation
		}
		return v.With(TranslationParameter, code)
	}
	links := []TranslationLink{{v.Text("bi.none"), "", address(""), language == ""}}
	for _, code := range translate.Languages() {
		links = append(links, TranslationLink{translate.OwnName(code), code, address(code), language == code})
	}
	return links
}

// Translate translates texts of the tenant that is looked at.
func (v *View) Translate(language string, texts ...string) ([]translate.Translation, error) {
	return v.parts.config.Translator.RenderAll(v.R.Context(), v.Snapshot.Tenant.ID, language, texts)
}

// TranslatePrivate translates a text of a message about data privacy by the
// phrase book alone.
func (v *View) TranslatePrivate(language, text string) translate.Translation {
	return v.parts.config.Translator.ByBook(language, text, translate.ReasonPrivate)
}

// TitleOf returns the title of an issue as lists show it, and its language where
// that is not the page's: as the provider wrote it, unless the phrase book has all
// of it in the language of the page.
func (v *View) TitleOf(row *readmodel.Row, title string) (text, language string) {
	return v.ownWords(row, title)
}

// ownWords returns a text of one line of an issue in the words of the page, and its
// language where that is another one.
func (v *View) ownWords(row *readmodel.Row, text string) (words, language string) {
	switch {
	case row.Own():
		return text, ""
	case !v.Translates(v.Code):
		return text, translate.Source
	}
	made := v.parts.config.Translator.ByBook(v.Code, text, translate.ReasonNoEngine)
	line := v.OneLine(made)
	if line == nil || slices.ContainsFunc(made.Lines, func(l translate.Line) bool { return l.Origin == translate.OriginOriginal }) {
		return text, translate.Source
	}
	return line.Words(), ""
}

// A TranslatedLine is a title in another language, nil for none.
type TranslatedLine struct {
	Lang   string
	Pieces []Piece
}

// Words returns a line without its marks, "" for none.
func (l *TranslatedLine) Words() string {
	if l == nil {
		return ""
	}
	var b strings.Builder
	for _, piece := range l.Pieces {
		b.WriteString(piece.Gap + piece.Text)
	}
	return strings.TrimSpace(b.String())
}

// OneLine returns a translation as one line, nil when nobody knows any of it.
func (v *View) OneLine(made translate.Translation) *TranslatedLine {
	if !made.Translated() {
		return nil
	}
	line := TranslatedLine{Lang: made.Language}
	for _, row := range v.Bilingual(made).Rows {
		line.Pieces = append(line.Pieces, row.Target...)
	}
	if len(line.Pieces) == 0 {
		return nil
	}
	return &line
}

// saidIn is the text of a section with its label, as it is translated.
func saidIn(s post.Section) string {
	if s.Label == "" {
		return s.Text
	}
	return s.Label + ": " + s.Text
}

// translateSections translates the sections of all posts with one query.
func (v *View) translateSections(language string, posts []post.Post) (map[string]translate.Translation, error) {
	if language == "" {
		return nil, nil
	}
	var texts []string
	made := map[string]translate.Translation{}
	for _, p := range posts {
		for _, s := range p.Sections {
			text := saidIn(s)
			if _, twice := made[text]; !twice {
				made[text] = translate.Translation{}
				texts = append(texts, text)
			}
		}
	}
	list, err := v.Translate(language, texts...)
	if err != nil {
		return nil, err
	}
	for i, text := range texts {
		made[text] = list[i]
	}
	return made, nil
}

// beside puts the translation of a section next to it as a paragraph, which then
// has the label that the provider wrote.
func (p *Paragraph) beside(v *View, s post.Section, made translate.Translation) {
	p.Lang, p.Target = made.Language, v.Bilingual(made).Rows
	if s.Label != "" {
		p.Label, p.LabelLang = s.Label, translate.Source
	}
}

func (s *said) rows(list []BilingualRow) {
	s.number(len(list))
	for _, row := range list {
		for _, half := range [][]Piece{row.Source, row.Target} {
			s.number(len(half))
			for _, piece := range half {
				s.flag(piece.Label)
				s.text(piece.Gap, piece.Text, piece.Href, piece.Lang, piece.Mark, piece.Why, piece.Class)
			}
		}
	}
}

// dates are days of months and their years, as languages with blanks write them.
func dates() (day, year *regexp.Regexp) {
	return regexp.MustCompile(`(\d(?:er|\.)?) (\p{L}{3,})`), regexp.MustCompile(`(\p{L}{3,}) (\d{4})\b`)
}

var dayOfMonth, yearOfMonth = dates() //nolint:gochecknoglobals // made once, never changed

// japaneseMonth is a month of a year without a day.
var japaneseMonth = regexp.MustCompile(`(\d{4})年(\d{1,2})月([^\d]|$)`)

// unbroken keeps the parts of dates in a text on one line.
func unbroken(text string) string {
	if !strings.ContainsAny(text, "0123456789") {
		return text
	}
	text = yearOfMonth.ReplaceAllString(dayOfMonth.ReplaceAllString(text, "$1\u00a0$2"), "$1\u00a0$2")
	return japaneseMonth.ReplaceAllString(text, "$1\u2060年\u2060$2\u2060月$3")
}
