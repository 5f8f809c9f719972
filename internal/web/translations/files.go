package translations

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// filesPage gives and takes the translations of a tenant as files.
type filesPage struct {
	frame
	Whose, Export, File string
	Form                web.Form
	Took                string // what became of a file
}

// files serves GET /admin/translations/files, and shows a form again.
func (p *Pages) files(v *view, problem error) error {
	page := filesPage{frame: v.frame("files"), Whose: v.Snapshot.Tenant.Title(), Export: v.at("/export.tmx"), File: v.fileName()}
	page.Form = web.Form{Action: v.at("/files"), Submit: v.Text("tr.import"), Fields: []web.Field{v.Field("file", "").Hinted(v.Text("field.file.hint"))}}
	if query := v.R.URL.Query(); query.Get("done") == "imported" {
		page.Took = v.Text("tr.took", "units", number(query.Get("n")), "kept", number(query.Get("kept")), "unseen", number(query.Get("unseen")), "refused", number(query.Get("refused")))
	}
	status := http.StatusOK
	if problem != nil {
		if !v.Blame(&page.Form, problem) {
			return problem
		}
		status = web.FormStatus(problem)
	}
	v.Title(&page.Frame, page.Form)
	return v.Render(status, "tr-files", page)
}

func (v *view) fileName() string {
	return fmt.Sprintf("tocsin-%s-en-%s.tmx", v.Snapshot.Tenant.Name, v.to)
}

// exportFile serves POST /admin/translations/export.tmx?to=: it is a form, since
// the audit log says who took a file away.
func (p *Pages) exportFile(v *view) error {
	units, err := translate.Units(v.R.Context(), p.config.Memory, v.tenant(), v.to)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := translate.WriteTMX(&body, v.to, units); err != nil {
		return err
	}
	if err := p.config.Memory.Exported(v.R.Context(), v.tenant(), v.to, len(units), v.Now); err != nil {
		return err
	}
	v.W.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename=%q`, v.fileName()))
	v.Send(http.StatusOK, web.Content{Kind: "application/x-tmx+xml; charset=utf-8", Body: body.Bytes()})
	return nil
}

// importFile serves POST /admin/translations/files, a form with a file, which is
// read as it comes.
func (p *Pages) importFile(v *view) error {
	took, err := p.take(v)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		err = &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "file", Message: v.Text("tr.bad.file", "n", maxFile>>20)}
	case errors.Is(err, tocsin.ErrInvalid):
	case err != nil:
		return err
	}
	if err != nil {
		return p.files(v, err)
	}
	return v.Redirect(v.at("/files", "done", "imported", "n", strconv.Itoa(took.Units), "kept", strconv.Itoa(took.Kept), "unseen", strconv.Itoa(took.Unseen), "refused", strconv.Itoa(took.Refused)))
}

// take reads the file of a form.
func (p *Pages) take(v *view) (translate.Taken, error) {
	none := tocsin.Invalidf("file", "The form has no file.")
	parts, err := v.R.MultipartReader()
	if err != nil {
		return translate.Taken{}, none
	}
	for {
		one, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return translate.Taken{}, none
		}
		if err != nil {
			return translate.Taken{}, &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "file", Message: "The form cannot be read.", Cause: err}
		}
		if one.FormName() == "file" && one.FileName() != "" {
			o := translation.Override{TenantID: v.tenant(), Language: v.to, Reviewer: v.reviewer()}
			return translate.TakeTMX(v.R.Context(), p.config.Memory, o, one, v.Now)
		}
	}
}
