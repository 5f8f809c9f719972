package translations

import (
	"cmp"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// textPage is an issue or message line by line beside its translation, with a
// field for each line.
type textPage struct {
	frame
	ID, Heading, Open string // Open is the address of its page
	Posts             []web.NavLink
	Lines             []textLine
	Form              web.Form // what is wrong, and for whom lines are written; the fields are those of the lines
	Machine           int      // lines of an engine
	Scope             *web.Field
	Saved             int // of what was sent, although something is wrong
}

// textLine is a line with its field.
type textLine struct {
	web.Field
	Source, Mark, Why string
	Was               string // names the translation that the field was filled with
	Heading           bool   // a label or heading
	N                 int    // its place, from 1
	Break             string // words above it where another part begins
	Line              string // address of the line, "" where nothing is kept of it
	Near              []nearLine
	Rows              int
}

// textForm is what was sent for a text.
type textForm struct {
	sent     bool
	all      bool
	typed    map[string]string // by the id of the field
	problems map[string]error
	saved    int
}

// kind is what the address names.
func (v *view) kind() tocsin.Kind {
	if strings.Contains(v.Path, "/messages/") {
		return tocsin.KindMessage
	}
	return tocsin.KindIssue
}

// read reads the text of the address in the translation as it is now.
func (v *view) read() (part.Text, error) { return v.ReadText(v.kind(), v.R.PathValue("id"), v.to) }

// partName is what a part of a text is called.
func (v *view) partName(t part.Text, key string) string {
	if key == "post" {
		return v.Text("tr.part.post", "n", t.Chosen)
	}
	return v.Text("tr.part." + key)
}

// fieldOf is the id of the field of a line, wasOf names what it was filled with.
func fieldOf(line translate.Line) string { return "l-" + hex.EncodeToString(line.Key[:10]) }

func wasOf(target string) string {
	hash := tocsin.HashOf([]byte(target))
	return hex.EncodeToString(hash[:6])
}

// shownFor is what the field of a line is filled with.
func shownFor(line translate.Line) string {
	if line.Origin == translate.OriginOriginal {
		return ""
	}
	return line.Target
}

// text serves GET /admin/translations/issues/{id} and /messages/{id}, and shows a
// form again.
func (p *Pages) text(v *view, sent textForm) error {
	t, err := v.read()
	if err != nil {
		return err
	}
	title := cmp.Or(strings.TrimSpace(t.Title), t.Ref.ID)
	page := textPage{frame: v.frame("lines", web.Crumb{Name: t.Ref.ID}), ID: t.Ref.ID, Heading: title, Open: v.IssueHref(t.Ref.ID), Saved: sent.saved}
	page.Title = t.Ref.ID + " " + title
	if t.Ref.Kind == tocsin.KindMessage {
		page.Open = v.MessageHref(t.Ref.ID)
	}
	for n := t.Posts; n >= 1; n-- {
		page.Posts = append(page.Posts, web.NavLink{Name: v.Text("tr.part.post", "n", n), Href: v.at(strings.TrimPrefix(v.Path, root), "post", strconv.Itoa(n)), Current: n == t.Chosen})
	}
	if err := page.fill(v, t, sent); err != nil {
		return err
	}
	page.Form.Action, page.Form.Submit = v.at(strings.TrimPrefix(v.Path, root), "post", strconv.Itoa(t.Chosen)), v.Text("tr.save.lines")
	if v.forAll() {
		scope := v.scope(sent.all)
		page.Scope = &scope
	}
	status := http.StatusOK
	if wrong := slices.Collect(maps.Values(sent.problems)); len(wrong) > 0 {
		err := errors.Join(wrong...)
		if !v.Blame(&page.Form, err) {
			return err
		}
		status = web.FormStatus(err) // 409 where one of them is a conflict
	}
	for i := range page.Lines {
		page.Lines[i].Problem = page.Form.Fields[i].Problem
	}
	v.Title(&page.Frame, page.Form)
	return v.Render(status, "tr-text", page)
}

// fill makes the lines with their fields.
func (page *textPage) fill(v *view, t part.Text, sent textForm) error {
	known, near, err := v.about(t)
	if err != nil {
		return err
	}
	seen := map[translate.Key]bool{}
	for _, one := range t.Parts {
		name := v.partName(t, one.Key)
		for _, line := range one.Lines {
			if seen[line.Key] {
				continue
			}
			seen[line.Key] = true
			field := textLine{Source: line.Text, Was: wasOf(shownFor(line)), Heading: line.Kind == translate.SegmentLabel, N: len(page.Lines) + 1}
			field.Field = web.Field{ID: fieldOf(line), Label: v.Text("tr.field.n", "n", len(page.Lines)+1), Value: shownFor(line)}
			if text, ok := sent.typed[field.ID]; ok {
				field.Value = text
			}
			field.Mark, field.Why = v.Origin(line)
			field.Break, name = name, ""
			if k := known[translation.Key(line.Key)]; k.Segment != 0 {
				field.Line = v.linePath(k.Segment, "")
			}
			if line.Origin == translate.OriginEngine {
				page.Machine++
			}
			field.Near, field.Rows = near[line.Key], rowsOf(field.Value, line.Text)
			page.Lines = append(page.Lines, field)
			page.Form.Fields = append(page.Form.Fields, field.Field)
		}
	}
	return nil
}

// about is what is kept of the lines of a text, and what is proposed for those
// that nobody or only an engine translated.
func (v *view) about(t part.Text) (map[translation.Key]translation.Line, map[translate.Key][]nearLine, error) {
	var keys []translation.Key
	var open []translate.Line
	var texts []string
	for _, line := range t.Lines() {
		keys = append(keys, translation.Key(line.Key))
		if line.Origin == translate.OriginOriginal || line.Origin == translate.OriginEngine {
			open, texts = append(open, line), append(texts, line.Text)
		}
	}
	known, err := v.pages.config.Memory.Lines(v.R.Context(), v.tenant(), v.to, keys)
	if err != nil {
		return nil, nil, err
	}
	list, err := v.pages.config.Proposals.For(v.R.Context(), v.tenant(), v.to, texts, 1)
	if err != nil {
		return nil, nil, err
	}
	near := map[translate.Key][]nearLine{}
	for i, line := range open {
		near[line.Key] = v.near(line.Text, list[i], fieldOf(line))
	}
	return known, near, nil
}

// saveText serves POST of a text: each line that somebody changed becomes one of
// a person, and with "read" each line of an engine that they left as it was. What
// is wrong with one line keeps no other from being saved.
func (p *Pages) saveText(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	t, err := v.read()
	if err != nil {
		return err
	}
	sent := textForm{sent: true, all: v.R.PostFormValue("for") == "all", typed: map[string]string{}, problems: map[string]error{}}
	if sent.all && !v.forAll() {
		return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "A line for all tenants concerns the whole desk. Your roles allow lines of your tenants."}
	}
	lines := t.Lines()
	for _, line := range lines {
		if id := fieldOf(line); v.R.PostForm.Has(id) {
			sent.typed[id] = typed(v.R.PostFormValue(id))
		}
	}
	if take := v.R.PostFormValue("take"); take != "" {
		return p.takeNear(v, lines, take, sent)
	}
	var saved []translation.Key
	for _, line := range lines {
		text, wrong := v.changed(line, sent)
		if wrong != nil {
			sent.problems[fieldOf(line)] = wrong
			continue
		}
		if text == "" {
			continue
		}
		o := translation.Override{
			TenantID: v.tenant(), All: sent.all, Source: translation.Text{Key: translation.Key(line.Key), Text: line.Text}, Ref: t.Ref, Language: v.to, Text: text, Reviewer: v.reviewer(),
		}
		if err := p.config.Memory.Override(v.R.Context(), o, v.Now); err != nil {
			return err
		}
		saved = append(saved, translation.Key(line.Key))
		delete(sent.typed, fieldOf(line))
	}
	if sent.saved = len(saved); len(sent.problems) > 0 {
		return p.text(v, sent)
	}
	updates, err := v.updates(saved)
	if err != nil {
		return err
	}
	return v.Redirect(v.at(strings.TrimPrefix(v.Path, root), "post", strconv.Itoa(t.Chosen), "done", "saved", "n", strconv.Itoa(len(saved)), "updates", strconv.Itoa(updates)))
}

// changed is the text that was typed for a line, "" for one to leave alone.
func (v *view) changed(line translate.Line, sent textForm) (string, error) {
	id := fieldOf(line)
	text, ok := sent.typed[id]
	now := shownFor(line)
	switch was := v.R.PostFormValue("was-" + id); {
	case !ok:
		return "", nil
	case text == typed(now) && line.Origin == translate.OriginEngine && v.R.PostFormValue("read") != "":
		return text, nil
	case text == typed(now):
		return "", nil
	case was != wasOf(now) && wasOf(text) == was: // they changed nothing, somebody else did
		delete(sent.typed, id)
		return "", nil
	case was != wasOf(now):
		return "", &tocsin.Error{Kind: tocsin.ErrConflict, Field: id, Message: v.Text("tr.bad.meanwhile", "text", tocsin.Clip(now, 200))}
	}
	return text, v.check(id, line.Text, text)
}

// takeNear shows a text again with a proposal in the field of its line.
func (p *Pages) takeNear(v *view, lines []translate.Line, take string, sent textForm) error {
	field, _, _ := strings.Cut(take, ":")
	for _, line := range lines {
		if fieldOf(line) != field {
			continue
		}
		list, err := p.config.Proposals.For(v.R.Context(), v.tenant(), v.to, []string{line.Text}, 1)
		if err != nil {
			return err
		}
		if len(list[0]) > 0 {
			sent.typed[field] = list[0][0].Target
		}
	}
	return p.text(v, sent)
}

// updates counts the texts that hold one of some lines.
func (v *view) updates(keys []translation.Key) (int, error) {
	known, err := v.pages.config.Memory.Lines(v.R.Context(), v.tenant(), v.to, keys)
	if err != nil {
		return 0, err
	}
	var segments []int64
	for _, line := range known {
		segments = append(segments, line.Segment)
	}
	return v.pages.config.Memory.UpdatesOf(v.R.Context(), v.tenant(), segments)
}
