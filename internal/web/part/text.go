package part

import (
	"slices"
	"strconv"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// A Text is an issue or message as it is now, cut into lines beside their
// translation.
type Text struct {
	Ref    tocsin.Ref
	N      int // the version that holds
	Title  string
	Parts  []TextPart
	Posts  int // of an issue
	Chosen int // number of the post that is in it, from 1, the oldest; 0 for none
}

// A TextPart is a part of a text: its title, the impact, a post, a body.
type TextPart struct {
	Key   string // title, impact, post or body
	Lines []translate.Line
}

// Lines lists the lines of a text, each sentence once.
func (t *Text) Lines() (list []translate.Line) {
	seen := map[translate.Key]bool{}
	for _, p := range t.Parts {
		for _, line := range p.Lines {
			if !seen[line.Key] {
				seen[line.Key] = true
				list = append(list, line)
			}
		}
	}
	return list
}

// ReadText reads an issue or message of the tenant that is looked at in a
// language, with the post of an issue that the address names, the newest unless
// it does. It fails with [tocsin.ErrNotFound] for messages about data privacy and
// for what the desk's own team wrote, which nobody translates.
func (v *View) ReadText(kind tocsin.Kind, id, language string) (t Text, err error) {
	var row *readmodel.Row
	if kind == tocsin.KindMessage {
		row, _ = v.Snapshot.Message(id)
	} else {
		row, _ = v.Snapshot.Issue(id)
	}
	if row == nil || row.Private || row.Own() || v.parts.config.Translator == nil {
		return t, web.NothingHere()
	}
	t.Ref, t.N = tocsin.Ref{Kind: kind, ID: row.ID}, int(row.N)
	keys, texts, err := v.textsOf(&t, row)
	if err != nil {
		return t, err
	}
	made, err := v.Translate(language, texts...)
	for i := range made {
		t.Parts = append(t.Parts, TextPart{keys[i], made[i].Lines})
	}
	return t, err
}

// textsOf are the texts that are translated, with what they are.
func (v *View) textsOf(t *Text, row *readmodel.Row) (keys, texts []string, err error) {
	if t.Ref.Kind == tocsin.KindMessage {
		m, err := v.parts.config.Model.Message(v.R.Context(), row)
		t.Title = m.Title
		return []string{"title", "body"}, translate.MessageTexts(m), err
	}
	i, err := v.parts.config.Model.Issue(v.R.Context(), row)
	if err != nil {
		return nil, nil, err
	}
	all := translate.IssueTexts(i)
	t.Title, t.Posts = i.Title, len(i.Posts)
	keys, texts = []string{"title", "impact"}, slices.Clone(all[:2])
	if t.Posts > 0 {
		t.Chosen = t.Posts
		if n, err := strconv.Atoi(v.R.URL.Query().Get("post")); err == nil && n >= 1 && n <= t.Posts {
			t.Chosen = n
		}
		keys, texts = append(keys, "post"), append(texts, all[1+t.Chosen])
	}
	return keys, texts, nil
}
