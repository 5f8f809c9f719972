package translations

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// linePage is one line with all that is known of it.
type linePage struct {
	frame
	Source   string
	Said     []saidLine // what holds first
	Refused  *saidLine  // an engine's answer that failed a check
	Outdated bool
	Became   []post.Run // what the provider writes instead
	Next     string     // address of that line
	Stands   string
	Places   []placeLine
	Reports  []reportLine
	Close    web.Form
	Near     []nearLine
	Form     web.Form
	Rows     int // of the field
}

// saidLine is what somebody said.
type saidLine struct {
	Text, Mark, Why string
	At              *lang.Moment
	Withdraw        string // address, "" where it cannot be withdrawn
	Holds           bool
}

type placeLine struct {
	ID, Href, Words string
}

// reportLine is what a reader says.
type reportLine struct {
	Who                  string
	At                   *lang.Moment
	Line, Note, Proposal string
	Whole                bool
	Changed              bool // the line that they saw does not hold any more
	Take                 string
	ID, Href             string // the text, "" where it is not known
}

// nearLine is a proposal.
type nearLine struct {
	Runs         []post.Run // how its source differs
	To           string     // the language of Target
	Target, Mark string
	Take         string
	Share        int // per cent
}

// lineForm is what was sent for a line, and why it was not taken.
type lineForm struct {
	sent    bool
	text    string
	all     bool
	problem error
	closing error
}

// segment is the line of the address.
func (v *view) segment() (translation.Known, error) {
	num, err := strconv.ParseInt(v.R.PathValue("id"), 10, 64)
	if err != nil {
		return translation.Known{}, web.NothingHere()
	}
	list, err := v.pages.config.Memory.KnownLines(v.R.Context(), v.tenant(), v.to, []int64{num})
	if err == nil && len(list) == 0 {
		err = web.NothingHere()
	}
	if err != nil {
		return translation.Known{}, err
	}
	return list[0], nil
}

// linePath is the address of a line.
func (v *view) linePath(segment int64, more string, pairs ...string) string {
	return v.at("/lines/"+strconv.FormatInt(segment, 10)+more, pairs...)
}

// line serves GET /admin/translations/lines/{id}, and shows a form again.
func (p *Pages) line(v *view, sent lineForm) error {
	k, err := v.segment()
	if err != nil {
		return err
	}
	page := linePage{frame: v.frame("lines", web.Crumb{Name: v.Text("tr.line")}), Source: k.Source, Outdated: k.Outdated}
	page.Title = v.Text("tr.line.of", "text", tocsin.Clip(k.Source, 60))
	page.say(v, k)
	if err := page.place(v, k); err != nil {
		return err
	}
	if err := page.report(v, k); err != nil {
		return err
	}
	if err := page.propose(v, k); err != nil {
		return err
	}
	page.form(v, k, sent)
	status := http.StatusOK
	for _, one := range []struct {
		form *web.Form
		err  error
	}{{&page.Form, sent.problem}, {&page.Close, sent.closing}} {
		if one.err == nil {
			continue
		}
		if !v.Blame(one.form, one.err) {
			return one.err
		}
		status = web.FormStatus(one.err)
	}
	v.Title(&page.Frame, page.Form, page.Close)
	return v.Render(status, "tr-line", page)
}

// say lists what people and engines said.
func (page *linePage) say(v *view, k translation.Known) {
	add := func(said translation.Said, mark, scope string) {
		if said.Text == "" {
			return
		}
		line := saidLine{Text: said.Text, Mark: mark, At: v.Moment(said.At), Holds: len(page.Said) == 0}
		if scope != "" && (scope == "tenant" || v.forAll()) {
			line.Withdraw = v.linePath(k.Segment, "/withdraw", "for", scope)
		}
		page.Said = append(page.Said, line)
	}
	add(k.Own, v.Text("tr.own", "name", k.Own.By, "tenant", v.Snapshot.Tenant.Title()), "tenant")
	add(k.All, v.Text("tr.all", "name", k.All.By), "all")
	engine := k
	engine.Own, engine.All = translation.Said{}, translation.Said{}
	mark, _ := v.Origin(lineOf(engine))
	add(k.Engine, mark, "")
	if k.Refused.Text != "" || k.Reason != "" && len(page.Said) == 0 {
		why := ""
		if v.HasText("bi.reason." + k.Reason) {
			why = v.Text("bi.reason." + k.Reason)
		}
		page.Refused = &saidLine{Text: k.Refused.Text, Mark: k.Refused.By, Why: why}
	}
}

// place says where the line stands, or what stands in its place.
func (page *linePage) place(v *view, k translation.Known) error {
	memory := v.pages.config.Memory
	places, err := memory.Places(v.R.Context(), v.tenant(), k.Segment)
	if err != nil {
		return err
	}
	updates, err := memory.UpdatesOf(v.R.Context(), v.tenant(), []int64{k.Segment})
	if err != nil {
		return err
	}
	page.Stands = v.Text("tr.stands", "n", updates)
	for _, one := range places {
		page.Places = append(page.Places, placeLine{one.Ref.ID, v.textPath(one.Ref), v.Text("tr.versions", "n", one.Versions)})
	}
	if !k.Outdated {
		return nil
	}
	beside, err := memory.Beside(v.R.Context(), v.tenant(), k.Segment)
	if err != nil {
		return err
	}
	texts := make([]string, len(beside))
	for i, one := range beside {
		texts[i] = one.Text
	}
	became, ok := translate.Successor(k.Source, texts)
	if ok {
		page.Became = post.Words(k.Source, became)
		page.Next = v.linePath(beside[slices.Index(texts, became)].Segment, "")
	}
	return nil
}

// textPath is the address of an issue or message beside its translation.
func (v *view) textPath(ref tocsin.Ref) string {
	if ref.Kind == tocsin.KindMessage {
		return v.at("/messages/" + web.EscapeID(ref.ID))
	}
	return v.at("/issues/" + web.EscapeID(ref.ID))
}

// report lists what readers say.
func (page *linePage) report(v *view, k translation.Known) error {
	list, err := v.pages.config.Memory.ReportsOf(v.R.Context(), v.tenant(), k.Segment, v.to)
	if err != nil {
		return err
	}
	for i, r := range list {
		line := reportLine{Who: r.Reporter, At: v.Moment(r.At), Line: r.Line, Note: r.Note, Proposal: r.Proposal, Whole: r.Whole, Changed: r.Line != "" && r.Line != k.Holds().Text}
		if line.Who == "" || strings.HasPrefix(line.Who, translation.Stranger) {
			line.Who = v.Text("tr.reader")
		}
		if r.Proposal != "" {
			line.Take = "report:" + strconv.Itoa(i)
		}
		if r.Ref.ID != "" {
			line.ID, line.Href = r.Ref.ID, v.textPath(r.Ref)
		}
		page.Reports = append(page.Reports, line)
	}
	outcome := web.Field{ID: "outcome", Label: v.Text("field.outcome")}
	for _, one := range translation.Outcomes() {
		outcome.Choices = append(outcome.Choices, web.Choice{Value: string(one), Name: v.Text("tr.outcome." + string(one))})
	}
	page.Close = web.Form{Action: v.linePath(k.Segment, "/close"), Submit: v.Text("tr.close"), Fields: []web.Field{outcome}}
	return nil
}

// maxNear is how many near matches are proposed for a line.
const maxNear = 3

// propose lists what was said for lines that are nearly the same.
func (page *linePage) propose(v *view, k translation.Known) error {
	list, err := v.pages.config.Proposals.For(v.R.Context(), v.tenant(), v.to, []string{k.Source}, maxNear)
	if err != nil {
		return err
	}
	page.Near = v.near(k.Source, list[0], "near")
	return nil
}

// near are proposals as pages show them; take begins what their buttons send.
func (v *view) near(source string, list []translate.Proposal, take string) []nearLine {
	var lines []nearLine
	for i, one := range list {
		origin := translate.Line{Origin: translate.OriginEngine, By: one.By}
		if one.Human {
			origin = translate.Line{Origin: translate.OriginHuman}
		}
		mark, _ := v.Origin(origin)
		lines = append(lines, nearLine{Runs: post.Words(source, one.Source), To: v.to, Target: one.Target, Mark: mark, Take: fmt.Sprintf("%s:%d", take, i), Share: int(one.Share * 100)})
	}
	return lines
}

// form is the field of the line, with what was sent.
func (page *linePage) form(v *view, k translation.Known, sent lineForm) {
	text := k.Holds().Text
	if sent.sent {
		text = sent.text
	}
	page.Form = web.Form{Action: v.linePath(k.Segment, ""), Submit: v.Text("tr.save"), Fields: []web.Field{{ID: "line", Label: v.Text("tr.field", "language", page.ToName), Value: text, Lines: true}}}
	if v.forAll() {
		page.Form.Fields = append(page.Form.Fields, v.scope(sent.all))
	}
	page.Rows = rowsOf(text, k.Source)
}

// scope chooses for whom a line holds.
func (v *view) scope(all bool) web.Field {
	return web.Field{ID: "for", Label: v.Text("field.for"), Choices: []web.Choice{
		{Value: "tenant", Name: v.Text("tr.for.tenant", "tenant", v.Snapshot.Tenant.Title()), On: !all}, {Value: "all", Name: v.Text("tr.for.all"), On: all},
	}}
}

// rowsOf is how high a field is for texts.
func rowsOf(texts ...string) int {
	longest := 0
	for _, text := range texts {
		longest = max(longest, len(text))
	}
	return min(12, 1+longest/70)
}

// typed is a line as somebody typed it, on one line. Blanks that do not break are
// kept.
func typed(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }), " ")
}

// check says what is wrong with a line that a person wrote, about the field of an
// id.
func (v *view) check(id, source, target string) error {
	wrong := func(message string) error {
		return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: id, Message: message}
	}
	if target == "" {
		return wrong(v.Text("tr.bad.empty"))
	}
	if len(target) > 8000 {
		return wrong(v.Text("tr.bad.long"))
	}
	terms, err := v.pages.config.Memory.Terms(v.R.Context())
	if err != nil {
		return err
	}
	var keep, wants []string
	for _, t := range terms {
		if t.Language == "" {
			keep = append(keep, t.Source)
		}
	}
	for _, m := range v.pages.book.Missing(source, target, v.to, keep...) {
		wants = append(wants, v.Text("tr.quoted", "text", m.Want))
	}
	if len(wants) > 0 {
		return wrong(v.Text("tr.bad.missing", "list", v.Join(wants)))
	}
	return nil
}

// saveLine serves POST /admin/translations/lines/{id}.
func (p *Pages) saveLine(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	k, err := v.segment()
	if err != nil {
		return err
	}
	sent := lineForm{sent: true, text: typed(v.R.PostFormValue("line")), all: v.R.PostFormValue("for") == "all"}
	if take := v.R.PostFormValue("take"); take != "" {
		if sent.text, err = p.taken(v, k, take, sent.text); err != nil {
			return err
		}
		return p.line(v, sent)
	}
	if sent.all && !v.forAll() {
		return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "A line for all tenants concerns the whole desk. Your roles allow lines of your tenants."}
	}
	if sent.problem = v.check("line", k.Source, sent.text); sent.problem != nil {
		return p.line(v, sent)
	}
	o := translation.Override{TenantID: v.tenant(), All: sent.all, Segment: k.Segment, Language: v.to, Text: sent.text, Reviewer: v.reviewer()}
	if err := p.config.Memory.Override(v.R.Context(), o, v.Now); err != nil {
		return err
	}
	updates, err := p.config.Memory.UpdatesOf(v.R.Context(), v.tenant(), []int64{k.Segment})
	if err != nil {
		return err
	}
	return v.Redirect(v.linePath(k.Segment, "", "done", "saved", "n", "1", "updates", strconv.Itoa(updates)))
}

// taken is the text of a proposal, by the value of its button; what was typed for
// one that is not there any more.
func (p *Pages) taken(v *view, k translation.Known, take, text string) (string, error) {
	what, index, _ := strings.Cut(take, ":")
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 {
		return text, nil
	}
	if what == "report" {
		list, err := p.config.Memory.ReportsOf(v.R.Context(), v.tenant(), k.Segment, v.to)
		if err == nil && i < len(list) {
			text = typed(list[i].Proposal)
		}
		return text, err
	}
	list, err := p.config.Proposals.For(v.R.Context(), v.tenant(), v.to, []string{k.Source}, maxNear)
	if err == nil && i < len(list[0]) {
		text = list[0][i].Target
	}
	return text, err
}

// closeReport serves POST /admin/translations/lines/{id}/close.
func (p *Pages) closeReport(v *view) error {
	k, err := v.segment()
	if err != nil {
		return err
	}
	outcome := translation.Outcome(v.R.PostFormValue("outcome"))
	if !slices.Contains(translation.Outcomes(), outcome) {
		return p.line(v, lineForm{closing: tocsin.Invalidf("outcome", "Say what was done.")})
	}
	if err := p.config.Memory.CloseReport(v.R.Context(), v.tenant(), k.Segment, v.to, outcome, v.Now); err != nil {
		return err
	}
	return v.Redirect(v.at("", "show", string(translation.Reported), "done", "closed"))
}

// withdrawn is the line that an address withdraws.
func (v *view) withdrawn() (translation.Override, string, error) {
	k, err := v.segment()
	if err != nil {
		return translation.Override{}, "", err
	}
	o := translation.Override{TenantID: v.tenant(), Segment: k.Segment, Language: v.to, All: v.R.FormValue("for") == "all"}
	said := k.Own.Text
	if o.All {
		said = k.All.Text
	}
	if said == "" || o.All && !v.forAll() {
		return o, "", web.NothingHere()
	}
	return o, said, nil
}

// askWithdraw serves GET /admin/translations/lines/{id}/withdraw?for=.
func (p *Pages) askWithdraw(v *view) error {
	o, said, err := v.withdrawn()
	if err != nil {
		return err
	}
	back, scope := v.linePath(o.Segment, ""), "tenant"
	if o.All {
		scope = "all"
	}
	f := v.frame("lines", web.Crumb{Name: v.Text("tr.line"), Href: back}, web.Crumb{Name: v.Text("tr.withdraw")})
	return v.Ask("translation", tocsin.Clip(said, 80), back, web.Question{Area: f.Area, To: v.linePath(o.Segment, "/withdraw"), Field: "for", Value: scope, Submit: v.Text("tr.withdraw")})
}

// withdraw serves POST /admin/translations/lines/{id}/withdraw.
func (p *Pages) withdraw(v *view) error {
	o, _, err := v.withdrawn()
	if err != nil {
		return err
	}
	if err := p.config.Memory.Withdraw(v.R.Context(), o, v.Now); err != nil {
		return err
	}
	return v.Redirect(v.linePath(o.Segment, "", "done", "withdrawn"))
}
