package requests

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// work serves POST /requests/{n}/work: what those take down who work on a request.
func (p *Pages) work(v *view) error {
	return v.act(func(r tocsin.Request) error {
		ctx, field := v.R.Context(), v.R.PostFormValue
		at, err := v.instant()
		if err != nil {
			return err
		}
		switch do := field("do"); do {
		case "ours", "theirs", "note":
			return p.config.Work.SayInRequest(ctx, v.tenant(), r.N, v.saying(do, at), v.Now)
		case "asked", "given":
			return p.config.Work.SetRequestSeverity(ctx, v.tenant(), r.N, tocsin.RequestSeverity{Stage: do, Severity: field("severity"), Why: field("text"), At: at}, v.Now)
		case "duty", "needless":
			d := tocsin.RequestDuty{Duty: field("duty"), Done: do == "duty", Note: field("text")}
			return web.Renamed(p.config.Work.AnswerDuty(ctx, v.tenant(), r.N, d, v.Now), "note-"+d.Duty, "text")
		case "end":
			return p.config.Ending.EndRequest(ctx, v.tenant(), r.N, field("text"), v.Now)
		case "reopen":
			return web.Renamed(p.config.Ending.ReopenRequest(ctx, v.tenant(), r.N, field("text"), v.Now), "reason", "text")
		case "survey":
			rating, _ := strconv.Atoi(field("rating")) // no number is none of five
			return p.config.Ending.AnswerSurvey(ctx, v.tenant(), r.N, tocsin.RequestSurvey{Solved: field("solved"), Rating: rating, Comment: field("text")}, v.Now)
		}
		return web.NothingHere()
	})
}

// saying is what the form of the thread has. Who said it is asked of the provider's
// words alone: for others the choice stands as it is.
func (v *view) saying(kind string, at time.Time) tocsin.RequestSaid {
	field := v.R.PostFormValue
	said := tocsin.RequestSaid{Kind: kind, Text: field("text"), Answers: field("waits") != "", At: at}
	if kind == "theirs" {
		said.Role = field("role")
	}
	return said
}

// filed serves POST /requests/{n}/filed: one of those who may speak with the
// provider says that they did.
func (p *Pages) filed(v *view) error {
	return v.act(func(r tocsin.Request) error {
		speakers, err := v.speakers()
		if err != nil {
			return err
		}
		user := access.VisitorOf(v.R.Context()).User
		if !support.MaySpeak(speakers, user.ID) {
			return tocsin.Invalidf("by", "%s", v.Text("request.bad.by"))
		}
		at, err := v.instant()
		if err != nil {
			return err
		}
		field := v.R.PostFormValue
		return p.config.Work.FileRequest(v.R.Context(), v.tenant(), r.N, tocsin.RequestFiling{At: at, By: user.Name, Channel: field("channel"), CallBack: field("callBack"), Case: field("case")}, v.Now)
	})
}

// instant reads the time of a form; nothing is the zero time.
func (v *view) instant() (at time.Time, err error) {
	text := strings.TrimSpace(v.R.PostFormValue("at"))
	if text == "" {
		return at, nil
	}
	at, ok := v.ReadTime(text)
	if !ok {
		err = tocsin.Invalidf("at", "%s", v.Text("request.bad.at"))
	}
	return at, err
}

// act does something with the request of the address and leads back to where it
// was done. What cannot be taken is shown there, with what is wrong.
func (v *view) act(do func(tocsin.Request) error) error {
	r, err := v.asked()
	if err != nil {
		return err
	}
	if err := do(r); err != nil {
		return v.show(web.FormStatus(err), r.N, err)
	}
	place := v.R.PostFormValue("place")
	if !slices.Contains([]string{"thread", "severities", "duties", "filing", "survey"}, place) {
		place = "main"
	}
	return v.Redirect(v.at(r.N, "") + "#" + place)
}

// attach serves POST /requests/{n}/files.
func (p *Pages) attach(v *view) error {
	r, err := v.asked()
	if err != nil {
		return err
	}
	files, err := v.readForm()
	if err == nil && len(files) == 0 {
		err = tocsin.Invalidf("file", "%s", v.Text("request.bad.file"))
	}
	if err != nil {
		return v.show(web.FormStatus(err), r.N, err)
	}
	return v.added(r, files)
}

// file serves /requests/{n}/files/{file}: it is sent for saving, whatever it is.
func (p *Pages) file(v *view) error {
	r, err := v.asked()
	if err != nil {
		return err
	}
	place, ok := positive(v.R.PathValue("file"))
	if !ok {
		return tocsin.NotFoundf("There is no such file.")
	}
	f, err := p.config.Files.RequestFile(v.R.Context(), v.tenant(), r.N, place)
	if err != nil {
		return err
	}
	httpserver.SaveAs(v.W.Header(), f.Name)
	v.Send(http.StatusOK, web.Content{Kind: "application/octet-stream", Body: f.Body})
	return nil
}

// dossier is what the pack is written from.
func (v *view) dossier(r tocsin.Request, files []tocsin.RequestFile, terms tocsin.SupportTerms) (d support.Dossier, err error) {
	tenant := v.Snapshot.Tenant
	d = support.Dossier{Request: r, Files: files, Terms: terms, Tenant: tenant.Title() + " (" + tenant.ID + ")", Link: v.Cloud(false).RequestsLink(), Zone: v.Zone}
	speakers, err := v.speakers()
	for _, s := range speakers {
		d.Speaks = append(d.Speaks, s.Line())
	}
	return d, err
}

// packed reads the dossier of the request of the address, which is for the
// provider.
func (v *view) packed() (d support.Dossier, err error) {
	r, err := v.asked()
	if err == nil && !r.ForProvider() {
		err = web.NothingHere()
	}
	if err != nil {
		return d, err
	}
	files, err := v.pages.config.Files.RequestFiles(v.R.Context(), v.tenant(), r.N)
	if err != nil {
		return d, err
	}
	return v.dossier(r, files, v.terms())
}

// packText serves /requests/{n}/pack.txt: the pack as text.
func (p *Pages) packText(v *view) error {
	d, err := v.packed()
	if err != nil {
		return err
	}
	httpserver.SaveAs(v.W.Header(), fmt.Sprintf("request-%d.txt", d.Request.N))
	v.Send(http.StatusOK, web.Content{Kind: "text/plain; charset=utf-8", Body: []byte(v.book.Pack(d))})
	return nil
}

// packedRequest is a request as the pack has it for programs.
type packedRequest struct {
	Number  int64                 `json:"number"`
	Tenant  string                `json:"tenantId"`
	Content tocsin.RequestContent `json:"content"`
	Missing []string              `json:"missing"`
	Files   []string              `json:"files"`
}

// pack serves /requests/{n}/pack: text, data and files as one archive.
func (p *Pages) pack(v *view) error {
	d, err := v.packed()
	if err != nil {
		return err
	}
	var body bytes.Buffer
	z := zip.NewWriter(&body)
	add := func(name string, content []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: d.Request.OpenedAt})
		if err == nil {
			_, err = w.Write(content)
		}
		return err
	}
	out := packedRequest{Number: d.Request.N, Tenant: v.tenant(), Content: d.Request.Content, Missing: append([]string{}, support.Missing(d.Request, len(d.Files))...), Files: []string{}}
	for i, f := range d.Files {
		name := "files/" + part.SafeName(f.Name, i)
		whole, err := p.config.Files.RequestFile(v.R.Context(), v.tenant(), d.Request.N, f.Place)
		if err != nil {
			return err
		}
		if err := add(name, whole.Body); err != nil {
			return err
		}
		out.Files = append(out.Files, name)
	}
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	if err := errors.Join(add("request.json", data), add("request.txt", []byte(v.book.Pack(d))), z.Close()); err != nil {
		return fmt.Errorf("write pack: %w", err)
	}
	httpserver.SaveAs(v.W.Header(), fmt.Sprintf("request-%d.zip", d.Request.N))
	v.Send(http.StatusOK, web.Content{Kind: "application/zip", Body: body.Bytes()})
	return nil
}
