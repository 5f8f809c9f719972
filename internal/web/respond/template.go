package respond

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A preview is a message as it reads with facts of a room, or with made-up ones.
type preview struct {
	From   []web.Choice // rooms, and made-up facts
	Drafts []previewed
}

// A previewed message is in a language.
type previewed struct {
	Code, Name string
	Lines      [][]respond.Part
}

// A difference is a text that a version changed.
type difference struct{ Name, Was, Is string }

// isTemplate reports whether a passage is one of the runbook or of a message.
func isTemplate(item string) bool { return respond.EditedIncident(tocsin.Edit{Item: item}) }

// templateLists are the runbook and the messages, as the desk edited them, for those who
// work in incidents.
func (v *view) templateLists(edits []tocsin.Edit) (lists []knownList, err error) {
	if !v.Reads(access.WorkIncidents) {
		return nil, nil
	}
	shipped, err := respond.In(v.Code)
	if err != nil {
		return nil, err
	}
	b := shipped.With(edits)
	for _, p := range b.Passages() {
		if n := len(lists); n == 0 || lists[n-1].ID != p.List() {
			lists = append(lists, knownList{ID: p.List(), Name: v.listName(p.List())})
		}
		item := knownItem{Title: b.Title(p.Item), Version: versionOf(edits, p.Item, v.Code), Edit: v.Href(passagePath(p.Item)), Label: b.Title(p.Item)}
		for _, f := range p.Fields {
			item.Texts = append(item.Texts, f.Text)
		}
		last := &lists[len(lists)-1]
		last.Items = append(last.Items, item)
	}
	return lists, nil
}

// versionOf is the version of a passage that holds, 0 for what is shipped.
func versionOf(edits []tocsin.Edit, item, language string) (n int) {
	for _, e := range edits {
		if e.Item == item && e.Language == language && e.Holds() {
			n = max(n, e.Version)
		}
	}
	return n
}

// passageLabel is how people call a field of a passage: those of messages are numbered.
func (v *view) passageLabel(name string) string {
	for _, kind := range []string{"line", "else"} {
		if n, err := strconv.Atoi(strings.TrimPrefix(name, kind)); err == nil {
			if kind == "line" && n == 1 {
				return v.Text("passage.subject")
			}
			return v.Text("passage."+kind, "n", n)
		}
	}
	return v.Text("passage." + name)
}

// differ says of each version what it changed.
func (v *view) differ(list []passageVersion, shipped knowledge.Passage, versions []tocsin.Edit) {
	for i := range list {
		for _, f := range shipped.Fields {
			was, is := f.Text, versions[i].Words[f.Name]
			if i+1 < len(versions) {
				was = versions[i+1].Words[f.Name]
			}
			if was != is {
				list[i].Differs = append(list[i].Differs, difference{v.passageLabel(f.Name), was, is})
			}
		}
	}
}

// asTemplate shows a passage as one of the runbook or of a message: what it may hold,
// where what is wrong with it is, and how it reads.
func (v *view) asTemplate(page *passagePage, b *respond.Book, item string, sent map[string]string) error {
	page.List += " · " + b.Title(item)
	page.Known = respond.Slots()
	if list, _, _ := strings.Cut(item, "/"); list == respond.ListRunbook {
		page.Known = []string{"id"}
	}
	words := map[string]string{}
	for i := range page.Form.Fields {
		field := &page.Form.Fields[i]
		words[field.ID], field.Max = field.Value, maxPassage
		if slices.ContainsFunc(page.Form.Fields, func(f web.Field) bool {
			return f.ID == strings.Replace(field.ID, "line", "else", 1) && f.ID != field.ID
		}) {
			field.Hint = v.Text("passage.claims")
		}
	}
	e := tocsin.Edit{Item: item, Language: v.Code, Version: 2, Words: words}
	if v.R.PostForm != nil && sent != nil {
		v.blameTemplate(&page.Form, b.Faults(e))
	}
	if list, id, _ := strings.Cut(item, "/"); list == respond.ListMessages {
		return v.preview(page, id, e)
	}
	return nil
}

// blameTemplate says at each field what is wrong with it, and where.
func (v *view) blameTemplate(form *web.Form, faults []respond.Fault) {
	for i := range form.Fields {
		var problems []string
		for _, f := range faults {
			if f.Field == form.Fields[i].ID {
				problems = append(problems, v.Text("passage.fault."+f.Code, "name", f.Name, "line", f.Line, "column", f.Column, "known", f.Placeholders()))
			}
		}
		form.Fields[i].Problem = strings.Join(problems, v.Space())
	}
}

// preview fills the message in each language, in that of the page with the words of
// the form while nothing is wrong with them.
func (v *view) preview(page *passagePage, id string, e tocsin.Edit) error {
	chosen := v.R.PostFormValue("room")
	facts, err := v.previewFacts(page, chosen)
	if err != nil {
		return err
	}
	edits, err := v.pages.config.Edits.Edits(v.R.Context(), v.tenant())
	if err != nil {
		return err
	}
	e.Version = 1 << 30 // before what is stored
	for _, code := range append([]string{v.Code}, slices.DeleteFunc(lang.Languages(), func(code string) bool { return code == v.Code })...) {
		b, err := respond.In(code)
		if err != nil {
			return err
		}
		t, _ := b.With(append(slices.Clone(edits), e)).Message(id)
		d, err := facts.Draft(t, code)
		if err != nil {
			return err
		}
		page.Preview.Drafts = append(page.Preview.Drafts, previewed{code, v.InLanguage(code).Text("passage.language"), d.Lines})
	}
	return nil
}

// maxRooms is how many rooms there are to choose from.
const maxRooms = 20

// previewFacts are the facts that somebody chose: of a room of the tenant, or made up.
func (v *view) previewFacts(page *passagePage, chosen string) (speech.Facts, error) {
	asked := speech.Asked{Tenant: v.Snapshot, Of: v.SnapshotOf, Now: v.Now, ReadMap: func(id string) bool {
		return access.VisitorOf(v.R.Context()).May(access.ReadMap, id)
	}}
	facts := v.pages.config.Speech.Sample(asked, v.Zone, chosen == "said")
	for _, one := range []string{"sample", "said"} {
		page.Preview.From = append(page.Preview.From, web.Choice{Value: one, Name: v.Text("passage.from." + one), On: one == chosen})
	}
	own := func(ids []string) bool { return slices.Equal(ids, []string{v.tenant()}) }
	list, err := v.pages.config.Rooms.Incidents(v.R.Context(), store.IncidentsQuery{Limit: maxRooms, Sees: own})
	if err != nil {
		return facts, err
	}
	for _, i := range list {
		value := strconv.FormatInt(i.N, 10)
		page.Preview.From = append(page.Preview.From, web.Choice{Value: value, Name: v.Text("passage.from.room", "n", int(i.N)), On: value == chosen})
		if value == chosen {
			if facts, err = v.pages.config.Speech.Gather(v.R.Context(), i, asked, v.Zone); err != nil && !errors.Is(err, tocsin.ErrNotFound) {
				return facts, err
			}
		}
	}
	return facts, nil
}
