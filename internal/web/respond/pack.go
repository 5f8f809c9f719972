package respond

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// packed is a call as the evidence pack has it for programs.
type packed struct {
	Sheet      string               `json:"sheet"`
	Tenant     string               `json:"tenant"`
	OpenedAt   string               `json:"openedAt"`
	ChangedAt  string               `json:"changedAt"`
	Answers    tocsin.TriageAnswers `json:"answers"`
	Cause      triage.Cause         `json:"cause"`
	Confidence triage.Confidence    `json:"confidence,omitempty"`
	Why        triage.Why           `json:"why,omitempty"`
	Scores     map[triage.Cause]int `json:"scores"`
	Issue      string               `json:"issue,omitempty"`
	Reasons    []string             `json:"reasons,omitempty"`
	Evidence   []packedEvidence     `json:"evidence"`
}

type packedEvidence struct {
	Check   string         `json:"check"`
	Outcome triage.Outcome `json:"outcome"`
	Detail  string         `json:"detail,omitempty"`
	At      string         `json:"at,omitempty"`
	Origin  string         `json:"origin,omitempty"`
	For     triage.Cause   `json:"for"`
	Weight  int            `json:"weight"`
}

// pack serves /triage/{id}/pack: everything about a call as one file.
func (p *Pages) pack(v *view) error {
	t, err := v.asked()
	if err != nil {
		return err
	}
	j, err := v.judge(t.Answers)
	if err != nil {
		return err
	}
	attached, err := p.config.Extras.TriageFiles(v.R.Context(), v.tenant(), t.N)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := v.writePack(&body, t, j, attached); err != nil {
		return fmt.Errorf("write evidence pack: %w", err)
	}
	v.W.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="triage-%d.zip"`, t.N))
	v.Send(http.StatusOK, web.Content{Kind: "application/zip", Body: body.Bytes()})
	return nil
}

func (v *view) writePack(to io.Writer, t tocsin.Triage, j judged, attached []tocsin.TriageFile) error {
	z := zip.NewWriter(to)
	add := func(name string, body []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: t.ChangedAt})
		if err == nil {
			_, err = w.Write(body)
		}
		return err
	}
	data, err := json.MarshalIndent(v.packed(t, j), "", "  ")
	if err != nil {
		return err
	}
	if err := errors.Join(add("triage.json", data), add("triage.txt", []byte(v.sheet(t, j)))); err != nil {
		return err
	}
	for i, f := range attached {
		if err := add("files/"+part.SafeName(f.Name, i), f.Body); err != nil {
			return err
		}
	}
	return z.Close()
}

func (v *view) packed(t tocsin.Triage, j judged) packed {
	out := packed{
		Sheet: v.sheetOf(t), Tenant: v.tenant(), OpenedAt: tocsin.FormatTime(t.OpenedAt), ChangedAt: tocsin.FormatTime(t.ChangedAt), Answers: t.Answers,
		Cause: j.Cause, Confidence: j.Confidence, Why: j.Why, Scores: j.Scores, Reasons: j.Reasons, Evidence: []packedEvidence{},
	}
	if j.Attached {
		out.Issue = j.Match.ID
	}
	for _, w := range j.Evidence {
		e := packedEvidence{Check: w.Check, Outcome: w.Outcome, Detail: w.Detail, Origin: w.Origin, For: w.For, Weight: w.N}
		if !w.At.IsZero() {
			e.At = tocsin.FormatTime(w.At)
		}
		out.Evidence = append(out.Evidence, e)
	}
	return out
}

// sheet is a call as people read it, without markup.
func (v *view) sheet(t tocsin.Triage, j judged) string {
	var b strings.Builder
	heading, lead := v.heading(j)
	fmt.Fprintf(&b, "%s\n%s\n\n%s\n%s\n\n", v.sheetOf(t), v.callerOf(t), heading, lead)
	for _, line := range v.evidence(j) {
		fmt.Fprintf(&b, "%s\n  %s\n  %s\n  %s\n", line.Question, line.Answer, line.Meaning, line.Weight)
	}
	for _, f := range v.traces(t.Answers.Trace) {
		if f.Value != "" {
			fmt.Fprintf(&b, "%s\n  %s\n", f.Label, f.Value)
		}
	}
	for _, step := range tocsin.TriageSteps() {
		if text := t.Answers.Notes[step]; text != "" {
			fmt.Fprintf(&b, "\n%s\n  %s\n", v.Text("triage.question."+step), strings.ReplaceAll(text, "\n", "\n  "))
		}
	}
	return b.String()
}

// addFile serves POST /triage/{id}/file, a form with a file.
func (p *Pages) addFile(v *view) error {
	t, err := v.asked()
	if err != nil {
		return err
	}
	f, err := v.sentFile()
	if err == nil {
		err = p.config.Extras.AddTriageFile(v.R.Context(), v.tenant(), t.N, f)
	}
	if err != nil {
		if !errors.Is(err, tocsin.ErrInvalid) && !errors.Is(err, tocsin.ErrConflict) {
			return err
		}
		v.R.SetPathValue("name", "codes")
		return v.showStep(web.FormStatus(err), t, t.Answers, err)
	}
	return v.Redirect(v.at(t.N, "codes"))
}

// sentFile reads the file of a form.
func (v *view) sentFile() (f tocsin.TriageFile, err error) {
	none := tocsin.Invalidf("file", "The form has no file.")
	parts, err := v.R.MultipartReader()
	if err != nil {
		return f, none
	}
	for {
		one, err := parts.NextPart()
		if err != nil {
			return f, none
		}
		if one.FormName() != "file" || one.FileName() == "" {
			continue
		}
		body, err := io.ReadAll(io.LimitReader(one, tocsin.MaxTriageFile+1))
		if err != nil {
			return f, &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "file", Message: "The file cannot be read, or is too large.", Cause: err}
		}
		return tocsin.TriageFile{Name: one.FileName(), AddedAt: v.Now, Body: body}, nil
	}
}
