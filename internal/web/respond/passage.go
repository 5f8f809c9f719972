package respond

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A knownList is one of the lists of what is known.
type knownList struct {
	ID, Name string
	Items    []knownItem
}

// A knownItem is an entry of a list.
type knownItem struct {
	Title   string // "" for an entry that has none
	Texts   []string
	Version int    // 1 for what is shipped
	Edit    string // address; "" for those who may not write
	Label   string // of its link
}

// knownLists are the lists of what is known, but for that of services, as the desk
// edited them; with the book that they are of.
func (v *view) knownLists() (*knowledge.Book, []knownList, error) {
	shipped, err := knowledge.In(v.Code)
	if err != nil {
		return nil, nil, err
	}
	edits, err := v.pages.config.Edits.Edits(v.R.Context(), v.tenant())
	if err != nil {
		return nil, nil, err
	}
	versions := map[string]int{}
	for _, e := range edits {
		if e.Holds() && e.Language == v.Code {
			versions[e.Item] = e.Version
		}
	}
	b := shipped.With(edits).Of("")
	var lists []knownList
	for _, p := range b.Passages() {
		if p.List() == "services" {
			continue
		}
		if n := len(lists); n == 0 || lists[n-1].ID != p.List() {
			lists = append(lists, knownList{ID: p.List(), Name: v.Text("help." + p.List())})
		}
		item := knownItem{Version: versions[p.Item]}
		for _, f := range p.Fields {
			item.Texts = append(item.Texts, f.Text)
		}
		if len(item.Texts) > 1 {
			item.Title, item.Texts = item.Texts[0], item.Texts[1:]
		}
		if v.Reads(access.WorkIncidents) {
			item.Edit, item.Label = v.Href(passagePath(p.Item)), tocsin.Clip(p.Title(), maxTitle)
		}
		last := &lists[len(lists)-1]
		last.Items = append(last.Items, item)
	}
	own, err := v.templateLists(edits)
	return b, append(lists, own...), err
}

// passagePath is the path of the page on which a passage is edited.
func passagePath(item string) string { return "/knowledge/" + item }

// passagePage is a passage of what is known, to be put into other words.
type passagePage struct {
	web.Frame
	List     string
	Shipped  []passageField
	Form     web.Form
	Made     int // the version that the form is made from
	Versions []passageVersion
	Edited   bool // there is something to withdraw
	Known    []string
	Preview  preview
}

// A passageField is a text of a passage with its name.
type passageField struct {
	Name  string
	Lines []string
}

// A passageVersion is one version of a passage.
type passageVersion struct {
	Words, By, When, State string
	Fields                 []passageField
	Differs                []difference // from the version before it
	Approve                string       // its id, for a second person
}

// maxPassageVersions bounds the versions of a passage that are shown.
const maxPassageVersions = 20

// passage serves /knowledge/{list}/{id}.
func (p *Pages) passage(v *view) error {
	item := v.item()
	return v.showPassage(http.StatusOK, item, nil, nil)
}

// item is the passage that the address names.
func (v *view) item() string { return v.R.PathValue("list") + "/" + v.R.PathValue("id") }

func (v *view) showPassage(status int, item string, sent map[string]string, problem error) error {
	b, err := respond.Shelf(v.Code)
	if err != nil {
		return err
	}
	shipped, ok := b.Passage(item)
	if !ok {
		return web.NothingHere()
	}
	versions, err := v.pages.config.Edits.EditsOf(v.R.Context(), v.tenant(), item, v.Code, maxPassageVersions)
	if err != nil {
		return err
	}
	page := passagePage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.knowledge"), Href: v.Href("/knowledge")}, web.Crumb{Name: v.listName(shipped.List())}),
		List:  v.listName(shipped.List()), Shipped: v.passageFields(shipped, nil), Made: 1,
	}
	now := map[string]string{}
	for i, e := range versions {
		if i == 0 {
			page.Made = e.Version
		}
		if e.Holds() {
			now = e.Words
		}
		page.Edited = page.Edited || e.EndedAt.IsZero()
		page.Versions = append(page.Versions, v.passageVersion(shipped, e))
	}
	v.differ(page.Versions, shipped, versions)
	if sent == nil {
		sent = now
	} else if n, err := strconv.Atoi(v.R.PostForm.Get("version")); err == nil && n > 0 {
		page.Made = n
	}
	page.Form = v.passageForm(shipped, sent)
	page.Title = v.Text("passage.title", "name", tocsin.Clip(cmp.Or(b.Templates.Title(item), shipped.Title()), maxTitle))
	if problem != nil && !v.blamePassage(&page.Form, shipped, problem) {
		return problem
	}
	if isTemplate(item) {
		if err := v.asTemplate(&page, b.Templates, item, sent); err != nil {
			return err
		}
	}
	v.Title(&page.Frame, page.Form)
	return v.Render(status, "passage", page)
}

// blamePassage marks the fields that an error names: each has one rule.
func (v *view) blamePassage(form *web.Form, p knowledge.Passage, problem error) bool {
	if !v.Blame(form, problem) {
		return false
	}
	for i := range form.Fields {
		if form.Fields[i].Problem != "" {
			form.Fields[i].Problem = v.Text("passage.bad", "n", max(p.Fields[i].Lines, 1))
		}
	}
	return true
}

// listName is how people call a list.
func (v *view) listName(list string) string {
	if list == "services" {
		return v.Text("help.symptoms")
	}
	if list == respond.ListRunbook || list == respond.ListMessages {
		return v.Text("passage.list." + list)
	}
	return v.Text("help." + list)
}

// passageFields are the texts of a passage, in the words of an edit where it has any.
func (v *view) passageFields(p knowledge.Passage, words map[string]string) (list []passageField) {
	for _, f := range p.Fields {
		text := f.Text
		if edited, ok := words[f.Name]; ok {
			text = edited
		}
		list = append(list, passageField{v.passageLabel(f.Name), strings.Split(text, "\n")})
	}
	return list
}

func (v *view) passageVersion(p knowledge.Passage, e tocsin.Edit) passageVersion {
	one := passageVersion{Words: v.Text("help.version", "n", e.Version), By: e.Author, When: v.Date(e.CreatedAt.In(v.Zone)) + v.Space() + v.HM(e.CreatedAt.In(v.Zone)), Fields: v.passageFields(p, e.Words)}
	switch {
	case e.Waits():
		one.State = v.Text("help.waits")
		if e.CreatedBy != access.VisitorOf(v.R.Context()).User.ID {
			one.Approve = e.ID
		}
	case e.Holds():
		one.State = v.Text("passage.holds")
	default:
		one.State = v.Text("passage.over")
	}
	return one
}

// Bounds of a passage, in characters: of a text, and of its name in titles.
const (
	maxPassage = 1000
	maxTitle   = 80
)

func (v *view) passageForm(p knowledge.Passage, words map[string]string) web.Form {
	form := web.Form{Action: v.Href(passagePath(p.Item)), Submit: v.Text("passage.save")}
	for _, f := range p.Fields {
		text := f.Text
		if edited, ok := words[f.Name]; ok {
			text = edited
		}
		field := web.Field{ID: f.Name, Label: v.passageLabel(f.Name), Value: text, Auto: "off", Lines: true, Max: maxPassage}
		if f.Lines > 0 {
			field = field.Hinted(v.Text("passage.lines", "n", f.Lines))
		}
		form.Fields = append(form.Fields, field)
	}
	return form
}

// word serves POST /knowledge/{list}/{id}: a passage is put into other words, those
// of somebody else are approved, or what is shipped is to hold again.
func (p *Pages) word(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	item, form, ctx := v.item(), v.R.PostForm, v.R.Context()
	var err error
	switch form.Get("do") {
	case "approve":
		err = p.config.Edits.ApproveEdit(ctx, v.tenant(), strings.ToLower(form.Get("id")), v.Now)
	case "withdraw":
		err = p.config.Edits.WithdrawEdits(ctx, v.tenant(), item, v.Code, v.Now)
	default:
		b, inErr := respond.Shelf(v.Code)
		if inErr != nil {
			return inErr
		}
		e, made := v.sentEdit(b, item)
		if err = b.Check(e); form.Get("do") == "preview" {
			if err == nil {
				return v.showPassage(http.StatusOK, item, e.Words, nil)
			}
		} else if err == nil {
			_, err = p.config.Edits.AddEdit(ctx, e, made)
		}
		if err != nil {
			return v.showPassage(web.FormStatus(err), item, e.Words, err)
		}
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.Href(passagePath(item)))
}

// sentEdit is what a form says, and the version that it was made from.
func (v *view) sentEdit(b respond.Library, item string) (e tocsin.Edit, made int) {
	form := v.R.PostForm
	e = tocsin.Edit{ID: tocsin.NewGUID(), TenantID: v.tenant(), Item: item, Language: v.Code, Words: map[string]string{}, CreatedAt: v.Now}
	if p, ok := b.Passage(item); ok {
		for _, f := range p.Fields {
			e.Words[f.Name] = form.Get(f.Name)
			if isTemplate(item) { // each text is one line
				e.Words[f.Name] = strings.Join(strings.Fields(e.Words[f.Name]), " ")
			}
		}
	}
	e.Normalize()
	e.Lowers = knowledge.LowersSecurity(knowledge.All(e))
	made, err := strconv.Atoi(form.Get("version"))
	if err != nil {
		made = 1
	}
	return e, made
}
