package own

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// preview is what readers would see of what is not published yet: on the page,
// and in a feed.
type preview struct {
	web.Look
	Class, ClassWords, ID, Service, Heading, Impact string
	Defs                                            []web.Definition
	Posts                                           part.PostList
	FeedTitle                                       string
	Feed                                            template.HTML
}

// preview shows an issue as it would be after what was tried. before is the text
// that holds now, nil for a new one.
func (v *view) preview(before []byte, tried archive.Authored) (*preview, error) {
	var issue tocsin.Issue
	if err := json.Unmarshal(tried.Body, &issue); err != nil {
		return nil, fmt.Errorf("read draft: %w", err)
	}
	p := &preview{
		Look: v.LookWhen(issue.Course(), v.Now), Class: issue.Classification, ClassWords: v.ClassWord(issue.Classification),
		ID: issue.ID, Service: issue.Service, Heading: issue.Title, Impact: issue.Impact,
	}
	for _, one := range []web.Definition{{Name: v.Text("own.from"), At: v.Moment(issue.StartAt)}, {Name: v.Text("own.until"), At: v.Moment(issue.EndAt)}} {
		if one.At != nil {
			p.Defs = append(p.Defs, one)
		}
	}
	versions, err := v.pages.config.Archive.Versions(v.R.Context(), v.Snapshot.Tenant.ID, tocsin.Ref{Kind: tocsin.KindIssue, ID: issue.ID})
	if err != nil && !errors.Is(err, tocsin.ErrNotFound) {
		return nil, err
	}
	versions = append(versions, tocsin.Version{At: issue.ModifiedAt, Status: issue.Status})
	if p.Posts, err = v.PostList(issue, part.ReadingOf(issue), nil, versions, ""); err != nil {
		return nil, err
	}
	p.FeedTitle, p.Feed, err = v.pages.config.Feeds.Draft(v.Request, before, tried.Body)
	return p, err
}
