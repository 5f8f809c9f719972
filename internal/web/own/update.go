package own

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// present is how something is that is changed.
type present struct {
	web.Look
	ID, Heading, Service, Href string
	Begins, Ends               *lang.Moment
}

// held finds an own issue by the id of the address.
func (v *view) held() (issue tocsin.Issue, held tocsin.Held, err error) {
	id := v.R.PathValue("id")
	if row, ok := v.Snapshot.Issue(id); ok { // in any case
		id = row.ID
	}
	held, err = v.heldAs(tocsin.KindIssue, id, &issue)
	return issue, held, err
}

// heldAs reads an own item, whatever kind it is of.
func (v *view) heldAs(kind tocsin.Kind, id string, into any) (tocsin.Held, error) {
	held, err := v.pages.config.Archive.Held(v.R.Context(), v.Snapshot.Tenant.ID, tocsin.Ref{Kind: kind, ID: id}, 0)
	if errors.Is(err, tocsin.ErrNotFound) || err == nil && !held.Own() {
		return held, web.NothingHere()
	}
	if err == nil {
		err = json.Unmarshal(held.Body, into)
	}
	if err != nil {
		return held, fmt.Errorf("read %s %s: %w", kind, id, err)
	}
	return held, nil
}

// about is the beginning of a form about an issue.
func (v *view) about(issue tocsin.Issue, held tocsin.Held, name string) *sheet {
	href := v.There("/issues/" + web.EscapeID(issue.ID))
	s := &sheet{
		Frame: v.Frame(v.home(), web.Crumb{Name: issue.ID, Href: href}, web.Crumb{Name: name}), Heading: name, Version: held.Tag(), Previews: true, held: held, fields: issueFields(),
		Now: &present{Look: v.LookWhen(issue.Course(), v.Now), ID: issue.ID, Heading: issue.Title, Service: issue.Service, Href: href, Begins: v.Moment(issue.StartAt), Ends: v.Moment(issue.EndAt)},
		to:  v.written,
	}
	if issue.Course().Maintenance() {
		s.fields = workFields()
	}
	s.Form = web.Form{Action: v.With("", ""), Submit: v.Text("own.publish")}
	return s
}

// update is the form that adds a post to an issue or to planned work, with the
// status from now on: it goes on, ends, or has begun again.
func (v *view) update() (*sheet, error) {
	issue, held, err := v.held()
	if err != nil {
		return nil, err
	}
	s := v.about(issue, held, v.Text("write.update"))
	s.Links = []web.NavLink{{Name: v.Text("own.edit"), Href: v.Href("/own/issues/" + web.EscapeID(issue.ID) + "/edit")}}
	s.Lead = v.Text("own.update.lead")
	states := v.statusField(true, slices.Concat(openStatuses(), endStatuses())...)
	if issue.Course().Maintenance() {
		s.Lead = v.Text("own.update.work")
		states = v.workField()
	}
	states.Optional = true
	ended := v.instantField("ended", time.Time{}).NotRequired()
	ended.Hint = v.Text("field.ended.hint") + v.Space() + ended.Hint
	s.fields["endAt"] = "ended"
	s.Form.Fields = []web.Field{states, ended, v.area("words", "", maxContent).Hinted(v.Text("field.words.hint")).NotRequired()}
	s.write = func(act author.Act) (archive.Authored, error) {
		at, err := v.instant("ended")
		if err != nil {
			return archive.Authored{}, err
		}
		return v.pages.config.Author.PostToIssue(v.R.Context(), act, issue.ID, author.PostDraft{
			Content: v.R.PostFormValue("words"), Status: tocsin.Status(v.R.PostFormValue("now")), EndAt: at,
		})
	}
	return s, nil
}

// workField offers what can become of planned work.
func (v *view) workField() web.Field {
	f := v.statusField(true)
	for _, one := range []struct {
		status tocsin.Status
		key    string
	}{
		{tocsin.StatusOperational, "unnoticed"},
		{tocsin.StatusDegradation, "degraded"},
		{tocsin.StatusInterruption, "down"},
		{tocsin.StatusServiceRestored, "done"},
		{tocsin.StatusFalsePositive, "off"},
	} {
		f.Choices = append(f.Choices, web.Choice{Value: string(one.status), Name: v.Text("own.work." + one.key)})
	}
	return f
}

// edit is the form that changes what an issue says about itself.
func (v *view) edit() (*sheet, error) {
	issue, held, err := v.held()
	if err != nil {
		return nil, err
	}
	s := v.about(issue, held, v.Text("own.edit"))
	s.Links = []web.NavLink{{Name: v.Text("write.update"), Href: v.Href("/own/issues/" + web.EscapeID(issue.ID))}}
	s.Lead = v.Text("own.edit.lead")
	work := issue.Course().Maintenance()
	if work {
		s.Form.Fields = []web.Field{v.instantField("begins", issue.StartAt), v.instantField("ends", issue.EndAt)}
	} else {
		s.Form.Fields = []web.Field{v.instantField("began", issue.StartAt), v.sortField(issue.Classification)}
	}
	s.Form.Fields = append(s.Form.Fields, v.headline(issue.Title), v.harm(issue.Impact))
	s.write = func(act author.Act) (archive.Authored, error) {
		change, err := v.changed(issue, work)
		if err != nil {
			return archive.Authored{}, err
		}
		return v.pages.config.Author.ChangeIssue(v.R.Context(), act, issue.ID, change)
	}
	return s, nil
}

// changed reads the form of [view.edit]. A time that was left as it is keeps its
// seconds.
func (v *view) changed(issue tocsin.Issue, work bool) (c author.IssueChange, err error) {
	when := func(id string, was time.Time) *time.Time {
		at, problem := v.instant(id)
		if err = errors.Join(err, problem); at.IsZero() && !work || at.Equal(was.Truncate(time.Minute)) {
			return nil
		}
		return &at
	}
	title, impact, class := v.R.PostFormValue("headline"), v.R.PostFormValue("harm"), v.R.PostFormValue("sort")
	c.Title, c.Impact = &title, &impact
	if work {
		c.StartAt, c.EndAt = when("begins", issue.StartAt), when("ends", issue.EndAt)
		return c, err
	}
	c.StartAt, c.Classification = when("began", issue.StartAt), &class
	return c, err
}

// changes is the page that shows what was written while a form was filled in,
// "" where its version is not known.
func (v *view) changes(s *sheet) string {
	before, _, _ := strings.Cut(v.R.PostFormValue("version"), "-")
	n, err := strconv.Atoi(before)
	if err != nil || n < 1 || n >= s.held.N || s.held.Kind != tocsin.KindIssue {
		return ""
	}
	return v.There(fmt.Sprintf("/issues/%s/compare/%d/%d", web.EscapeID(s.held.ID), n, s.held.N))
}
