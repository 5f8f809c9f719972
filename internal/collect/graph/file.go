package graph

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// Bounds of the files of one item.
const (
	maxAttachments = 50
	maxAttached    = 128 << 20 // bytes of all of them
)

// Fetch reads the review of an issue, or the attachments of a message.
func (s *Source) Fetch(ctx context.Context, ask collect.Ask, kind tocsin.Kind, id string) ([]collect.Fetched, error) {
	switch kind {
	case tocsin.KindIssue:
		return s.report(ctx, ask, id)
	case tocsin.KindMessage:
		return s.attachments(ctx, ask, id)
	}
	return nil, nil
}

func (s *Source) report(ctx context.Context, ask collect.Ask, id string) ([]collect.Fetched, error) {
	content, header, err := s.content(ctx, ask, s.root+"/issues/"+url.PathEscape(id)+"/incidentReport")
	if err != nil {
		return nil, err
	}
	f := tocsin.File{ID: tocsin.ReportID, Name: nameIn(header), ContentType: header.Get("Content-Type")}
	if f.Name == "" {
		f.Name = id + " review" + suffixOf(content)
	}
	if at, err := http.ParseTime(header.Get("Last-Modified")); err == nil {
		f.ModifiedAt = at.UTC()
	}
	return []collect.Fetched{{File: f, Content: content}}, nil
}

// nameIn is the file name that an answer suggests, or "".
func nameIn(header http.Header) string {
	_, params, err := mime.ParseMediaType(header.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return params["filename"]
}

// suffixOf tells the two forms in which reviews are published from others.
func suffixOf(content []byte) string {
	switch http.DetectContentType(content) {
	case "application/pdf":
		return ".pdf"
	case "application/zip":
		return ".docx"
	}
	return ""
}

// attachment is an entry of the list of attachments.
type attachment struct {
	ID                   string    `json:"id"`
	Name                 string    `json:"name"`
	ContentType          string    `json:"contentType"`
	LastModifiedDateTime time.Time `json:"lastModifiedDateTime"`
}

func (s *Source) attachments(ctx context.Context, ask collect.Ask, id string) ([]collect.Fetched, error) {
	target := s.root + "/messages/" + url.PathEscape(id) + "/attachments"
	answer, err := s.session.Get(ctx, ask, target, s.header)
	if err != nil {
		return nil, err
	}
	body, err := answer.Body()
	if err == nil {
		err = httpclient.CheckJSON(body)
	}
	var list struct {
		Value []attachment `json:"value"`
	}
	if err == nil {
		err = json.Unmarshal(body, &list)
	}
	if err != nil {
		return nil, filesDamaged(err)
	}
	if len(list.Value) > maxAttachments {
		return nil, &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemFilesMany)}
	}
	var fetched []collect.Fetched
	size := 0
	for _, a := range list.Value {
		content, _, err := s.content(ctx, ask, target+"/"+url.PathEscape(a.ID)+"/content")
		if err != nil {
			return nil, err
		}
		if size += len(content); size > maxAttached {
			return nil, &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemFilesLarge)}
		}
		fetched = append(fetched, collect.Fetched{Content: content, File: tocsin.File{
			ID: a.ID, Name: a.Name, ContentType: a.ContentType, ModifiedAt: a.LastModifiedDateTime.UTC(),
		}})
	}
	return fetched, nil
}

func filesDamaged(err error) *collect.Failure {
	return &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemAttachments), Cause: err}
}

// content reads a file as it is.
func (s *Source) content(ctx context.Context, ask collect.Ask, target string) ([]byte, http.Header, error) {
	answer, err := s.session.File(ctx, ask, target)
	if err != nil {
		return nil, nil, err
	}
	content, err := answer.Body()
	if err != nil {
		return nil, nil, filesDamaged(err)
	}
	return content, answer.Header, nil
}
