package room

import (
	"net/http"
	"slices"
	"strings"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// handoverPage is what whoever takes over has to know, on one printed page.
type handoverPage struct {
	web.Frame
	Heading   string
	Of        string
	Hit       string
	T0        *lang.Moment
	Since     string
	Matrix    []matrixRow
	Tally     string
	Stalls    []string
	Due       []clock // what is still to be done, what is due first at first
	Roles     []role
	Measures  []measure // open ones
	Decisions []entry   // the newest
	Words     []word
	Unchecked int
	Back      string
}

// A word is the newest post of an issue.
type word struct {
	ID, Href string
	At       *lang.Moment
	Text     part.Bilingual // as the provider wrote it, beside it in the reader's language
}

// Bounds of the sheet, so that it stays one page.
const (
	maxDecisions = 5
	maxDue       = 6
	maxSections  = 4
	maxWordBytes = 600
)

// handover serves /incidents/{n}/handover.
func (p *Pages) handover(v *view) error {
	i, err := v.asked()
	if err != nil {
		return err
	}
	room, err := p.config.Incidents.IncidentRoom(v.R.Context(), i.N)
	if err != nil {
		return err
	}
	names, err := v.TenantNames()
	if err != nil {
		return err
	}
	var whole roomPage
	v.fill(&whole, i, room)
	said, err := v.spoken(i)
	if err != nil {
		return err
	}
	v.speeches(&whole, i, room.Steps, said)
	page := handoverPage{
		Frame:   v.Frame(web.Crumb{Name: v.Text("nav.rooms"), Href: v.Href("/incidents")}, web.Crumb{Name: v.Text("room.number", "n", int(i.N)), Href: v.Href(path(i.N, ""))}, web.Crumb{Name: v.Text("room.handover")}),
		Heading: i.Title, Of: v.Text("room.number", "n", int(i.N)), Hit: v.tenants(i, names), T0: v.Moment(i.T0()), Since: whole.Since, Matrix: whole.Matrix, Tally: whole.Tally, Roles: whole.Roles, Unchecked: whole.Unchecked, Back: v.Href(path(i.N, "")),
	}
	page.Title = v.Text("room.handover.tab", "n", int(i.N))
	for _, m := range whole.Measures {
		if m.Open {
			page.Measures = append(page.Measures, m)
		}
	}
	page.Due = v.due(i, room)
	if len(whole.Clocks) > 0 && strings.HasPrefix(whole.Clocks[0].Key, tocsin.StepPromise) {
		page.Due = append([]clock{whole.Clocks[0]}, page.Due...)
	}
	list, err := v.desk().Stalls(v.R.Context(), i, room, v.asks(i))
	if err != nil {
		return err
	}
	page.Stalls = speech.Sentences(v.Locale.Locale, list)
	if page.Decisions, err = v.decisions(i); err != nil {
		return err
	}
	if page.Words, err = v.words(i); err != nil {
		return err
	}
	return v.Render(http.StatusOK, "room-handover", page)
}

// due are the steps that are not done.
func (v *view) due(i tocsin.Incident, room store.Room) (list []clock) {
	for _, c := range respond.CourseOf(i, room.Steps).Plan(v.Now) {
		if c.Open() {
			list = append(list, v.clock(c, i))
		}
	}
	return list[:min(len(list), maxDue)]
}

// decisions are the newest entries of the timeline that are decisions.
func (v *view) decisions(i tocsin.Incident) (list []entry, err error) {
	entries, err := v.pages.config.Incidents.IncidentEntries(v.R.Context(), i.N, maxEntries)
	for _, e := range v.entries(slices.DeleteFunc(entries, func(e tocsin.IncidentEntry) bool { return e.Kind != "decision" && e.Amends == 0 })) {
		if e.Icon == "flag" && len(list) < maxDecisions {
			list = append(list, e)
		}
	}
	return list, err
}

// words are the newest posts of the issues of an incident.
func (v *view) words(i tocsin.Incident) (list []word, err error) {
	for _, id := range i.Issues {
		row, ok := v.issue(i, id)
		if !ok {
			continue
		}
		issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
		if err != nil {
			return nil, err
		}
		one := word{ID: id, Href: v.IssueHref(id)}
		if len(issue.Posts) > 0 {
			newest := slices.MaxFunc(issue.Posts, func(a, b tocsin.Post) int { return a.CreatedAt.Compare(b.CreatedAt) })
			one.At = v.Moment(newest.CreatedAt)
			if one.Text, err = v.beside(row, newest); err != nil {
				return nil, err
			}
		}
		list = append(list, one)
	}
	return list, nil
}

// beside is the beginning of a post, in the language of the page beside the original
// as posts are everywhere: by book and memory, each line with who made it.
func (v *view) beside(row *readmodel.Row, newest tocsin.Post) (part.Bilingual, error) {
	var texts []string
	for _, s := range post.Read(newest).Sections {
		if text := strings.TrimSpace(s.Text); text != "" && s.Kind != post.KindTitle && len(texts) < maxSections {
			texts = append(texts, begins(text))
		}
	}
	language, view := v.Code, v.pages.config.Parts.View(v.Request)
	if len(texts) == 0 || row.Own() || !view.Translates(language) {
		return part.Plain(strings.Join(texts, "\n")), nil
	}
	made, err := view.Translate(language, texts...)
	all := part.Bilingual{Language: language}
	for _, one := range made {
		all.Rows = append(all.Rows, view.Bilingual(one).Rows...)
	}
	return all, err
}

// begins is a text up to a bound, whole sentences of it where it has some: one that is
// cut is in no memory.
func begins(text string) string {
	if len(text) <= maxWordBytes {
		return text
	}
	if end := max(strings.LastIndex(text[:maxWordBytes], ". ")+1, strings.LastIndex(text[:maxWordBytes], "\n")); end > 0 {
		return strings.TrimSpace(text[:end]) + "\n…"
	}
	return tocsin.Clip(text, maxWordBytes)
}
