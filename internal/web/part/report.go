package part

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// reporter keeps what readers find bad.
type reporter interface {
	ReportLine(ctx context.Context, r translation.Report) error
}

// reportsPerMinute is how many translations somebody may report at once, and a
// minute.
const reportsPerMinute = 6

// A Reportable is a text beside its translation, of which a reader may find a line
// bad.
type Reportable struct {
	TenantID string
	Ref      tocsin.Ref
	N        int // the version that they read
	Language string
	Lines    []translate.Line
	Here     string // address of the form
	Back     string // address of the text
	// Stranger keeps nothing of who reports, whoever they are.
	Stranger bool
}

// A ReportForm asks which line is bad, and what would be better.
type ReportForm struct {
	web.Form
	Lang    string // of the translation
	Choices []ReportChoice
	Back    string
	Improve string // where the visitor may write lines themselves, "" for nowhere
	Sent    bool
}

// A ReportChoice is a line to choose.
type ReportChoice struct {
	ID, Value, Source, Target string // no Target for the whole text
	On                        bool
}

// lineKey names a line in forms.
func lineKey(line translate.Line) string { return hex.EncodeToString(line.Key[:10]) }

// wholeText is the choice of all lines.
const wholeText = "whole"

// choices are the lines that somebody or something translated, each once.
func (r Reportable) choices() (list []translate.Line) {
	seen := map[translate.Key]bool{}
	for _, line := range r.Lines {
		switch line.Origin {
		case translate.OriginOriginal, translate.OriginNames:
			continue
		}
		if line.Kind != translate.SegmentLabel && !seen[line.Key] {
			seen[line.Key] = true
			list = append(list, line)
		}
	}
	return list
}

// chosen is the line that a form names, the first one for the whole text; none
// for what is not one of them.
func (r Reportable) chosen(value string) []translate.Line {
	if value == wholeText && len(r.Lines) > 0 {
		return r.Lines[:1]
	}
	for _, line := range r.choices() {
		if lineKey(line) == value {
			return []translate.Line{line}
		}
	}
	return nil
}

// Reports reports whether readers may say that a translation is bad.
func (v *View) Reports() bool { return v.parts.config.Reports != nil }

// ReportForm returns the form about a text, with what was sent and why it was not
// taken when problem is set. It fails with [tocsin.ErrNotFound] where nothing is
// translated or nobody may report.
func (v *View) ReportForm(r Reportable, problem error) (ReportForm, error) {
	lines := r.choices()
	if !v.Reports() || len(r.Lines) == 0 {
		return ReportForm{}, web.NothingHere()
	}
	chosen := v.R.PostFormValue("line")
	if chosen == "" {
		chosen = v.R.URL.Query().Get("line")
	}
	form := ReportForm{Lang: r.Language, Back: r.Back, Sent: v.R.URL.Query().Get("sent") != ""}
	form.Choices = []ReportChoice{{ID: "line", Value: wholeText, On: chosen == wholeText}}
	for _, line := range lines {
		value := lineKey(line)
		form.Choices = append(form.Choices, ReportChoice{ID: "line-" + value, Value: value, Source: line.Text, Target: unbroken(line.Target), On: chosen == value})
	}
	note := web.Field{ID: "note", Label: v.Text("report.note"), Hint: v.Text("report.note.hint"), Value: v.R.PostFormValue("note"), Optional: true, Lines: true}
	better := web.Field{ID: "proposal", Label: v.Text("report.proposal"), Hint: v.Text("report.proposal.hint"), Value: v.R.PostFormValue("proposal"), Optional: true, Lines: true}
	form.Form = web.Form{Action: r.Here, Submit: v.Text("report.send"), Fields: []web.Field{{ID: "line", Label: v.Text("report.line")}, better, note}}
	if access.VisitorOf(v.R.Context()).May(access.ReviewTranslations, r.TenantID) {
		form.Improve = v.improveHref(r.Ref, r.Language)
	}
	if problem != nil && !v.Blame(&form.Form, problem) {
		return form, problem
	}
	return form, nil
}

// BesideLinks are what a reader can do about the translation beside a text.
type BesideLinks struct{ Report, Improve string } // addresses, "" for what they cannot

// BesideLinks returns them for an issue or message beside its translation in a
// language; none without one.
func (v *View) BesideLinks(ref tocsin.Ref, language string) (links BesideLinks) {
	if language == "" || !v.Reports() {
		return links
	}
	items := "/issues/"
	if ref.Kind == tocsin.KindMessage {
		items = "/messages/"
	}
	links.Report = v.Href(items + web.EscapeID(ref.ID) + "/report?to=" + language)
	if v.Reads(access.ReviewTranslations) {
		links.Improve = v.improveHref(ref, language)
	}
	return links
}

// improveHref returns the address at which people write the translation of an
// issue or message.
func (v *View) improveHref(ref tocsin.Ref, language string) string {
	path := "/admin/translations/issues/"
	if ref.Kind == tocsin.KindMessage {
		path = "/admin/translations/messages/"
	}
	return v.There(path + web.EscapeID(ref.ID) + "?to=" + language)
}

// TakeReport keeps what a reader sent about a text. What is theirs to put right is
// [tocsin.ErrInvalid] or [tocsin.ErrConflict]; somebody who sends many at once has
// to wait.
func (v *View) TakeReport(r Reportable) error {
	if !v.Reports() {
		return web.NothingHere()
	}
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	visitor := access.VisitorOf(v.R.Context())
	report := translation.Report{
		TenantID: r.TenantID, Ref: r.Ref, N: r.N, Language: r.Language, Note: v.R.PostFormValue("note"), Proposal: v.R.PostFormValue("proposal"), At: v.Now,
		Reporter: visitor.User.Display, Whole: v.R.PostFormValue("line") == wholeText,
	}
	if report.Reporter == "" || r.Stranger {
		report.Reporter = translation.Stranger + rand.Text()[:10]
	}
	for _, line := range r.chosen(v.R.PostFormValue("line")) {
		report.Key, report.Line = translation.Text{Key: translation.Key(line.Key), Text: line.Text}, line.Target
	}
	if report.Key.Text == "" {
		return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "line", Message: v.Text("report.bad.line")}
	}
	if err := v.patience(visitor, r.TenantID); err != nil {
		return err
	}
	return v.parts.config.Reports.ReportLine(v.R.Context(), report)
}

// patience refuses somebody who sends too much.
func (v *View) patience(visitor access.Visitor, tenantID string) error {
	sender := access.Identity{Issuer: "report", ClientID: visitor.User.ID, TenantID: tenantID}
	if !visitor.SignedIn() && v.parts.config.Network != nil {
		sender.ClientID = v.parts.config.Network(v.R)
	}
	if v.parts.flood.Admit(sender, v.Now) == 0 {
		return nil
	}
	v.W.Header().Set("Retry-After", "60")
	return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "flood", Message: v.Text("report.bad.flood")}
}

// ReportStatus returns the status of the answer to a report that was not taken.
func (v *View) ReportStatus(err error) int {
	for _, e := range web.Causes(err) {
		if e.Field == "flood" {
			return http.StatusTooManyRequests
		}
	}
	return web.FormStatus(err)
}
