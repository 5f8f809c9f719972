package own

import (
	"errors"
	"strings"
	"time"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// Sizes of texts in characters, as the author checks them.
const (
	maxTitle   = 250
	maxImpact  = 2000
	maxContent = 30_000
)

// issueFields are the fields of the forms by what the author calls them.
func issueFields() map[string]string {
	return map[string]string{
		"service": "where", "feature": "where", "title": "headline", "impact": "harm", "classification": "sort", "status": "now",
		"startAt": "began", "endAt": "ended", "content": "words",
	}
}

// workFields are those of planned work.
func workFields() map[string]string {
	fields := issueFields()
	fields["startAt"], fields["endAt"] = "begins", "ends"
	return fields
}

// newIssue is the form that opens an issue.
func (v *view) newIssue() (*sheet, error) {
	where, err := v.whereField()
	if err != nil {
		return nil, err
	}
	began := v.instantField("began", time.Time{}).NotRequired()
	began.Hint = v.Text("field.began.hint") + v.Space() + began.Hint
	s := &sheet{
		Frame: v.Frame(v.home(), web.Crumb{Name: v.Text("write.issue")}), Heading: v.Text("write.issue"), Lead: v.Text("own.issue.lead"), Previews: true, fields: issueFields(),
		Form: web.Form{Action: v.With("", ""), Submit: v.Text("own.publish"), Fields: []web.Field{
			where, v.sortField("incident"), v.statusField(false, openStatuses()...), began,
			v.headline(""), v.harm(""), v.area("words", "", maxContent).Hinted(v.Text("field.words.hint")).NotRequired(),
		}},
	}
	s.write = func(act author.Act) (archive.Authored, error) {
		at, err := v.instant("began")
		if err != nil {
			return archive.Authored{}, err
		}
		service, feature, _ := strings.Cut(v.R.PostFormValue("where"), "/")
		return v.pages.config.Author.OpenIssue(v.R.Context(), act, author.IssueDraft{
			Service: service, Feature: feature, Title: v.R.PostFormValue("headline"), Classification: v.R.PostFormValue("sort"),
			Status: tocsin.Status(v.R.PostFormValue("now")), Impact: v.R.PostFormValue("harm"), StartAt: at, Post: first(v.R.PostFormValue("words")),
		})
	}
	s.to = v.written
	return s, nil
}

// newWork is the form that announces work.
func (v *view) newWork() (*sheet, error) {
	where, err := v.whereField()
	if err != nil {
		return nil, err
	}
	s := &sheet{
		Frame: v.Frame(v.home(), web.Crumb{Name: v.Text("own.work.new")}), Heading: v.Text("own.work.new"), Lead: v.Text("own.work.lead"), Previews: true, fields: workFields(),
		Form: web.Form{Action: v.With("", ""), Submit: v.Text("own.publish"), Fields: []web.Field{
			v.instantField("begins", time.Time{}), v.instantField("ends", time.Time{}), where,
			v.headline(""), v.harm(""), v.area("words", "", maxContent).Hinted(v.Text("field.words.hint")).NotRequired(),
		}},
	}
	s.write = func(act author.Act) (archive.Authored, error) {
		begins, problem := v.instant("begins")
		ends, other := v.instant("ends")
		if err := errors.Join(problem, other); err != nil {
			return archive.Authored{}, err
		}
		service, feature, _ := strings.Cut(v.R.PostFormValue("where"), "/")
		return v.pages.config.Author.PlanMaintenance(v.R.Context(), act, author.MaintenanceDraft{
			Service: service, Feature: feature, Title: v.R.PostFormValue("headline"), Impact: v.R.PostFormValue("harm"), StartAt: begins, EndAt: ends, Post: first(v.R.PostFormValue("words")),
		})
	}
	s.to = v.written
	return s, nil
}

// first is the first post with some content, or none.
func first(content string) author.PostDraft {
	if strings.TrimSpace(content) == "" {
		return author.PostDraft{}
	}
	return author.PostDraft{Content: content}
}

// written is the page of an issue that was written.
func (v *view) written(done archive.Authored) string {
	return v.There("/issues/" + web.EscapeID(done.ID))
}

// openStatuses are those with which an issue can be opened or go on.
func openStatuses() []tocsin.Status {
	return []tocsin.Status{
		tocsin.StatusInvestigating, tocsin.StatusDegradation, tocsin.StatusInterruption, tocsin.StatusRestoringService, tocsin.StatusVerifyingService,
		tocsin.StatusExtendedRecovery, tocsin.StatusInvestigationSuspended,
	}
}

// endStatuses are those that end an issue.
func endStatuses() []tocsin.Status {
	return []tocsin.Status{tocsin.StatusServiceRestored, tocsin.StatusFalsePositive, tocsin.StatusReviewPublished}
}

// statusField offers statuses, and where there is one already to leave it as it
// is.
func (v *view) statusField(there bool, list ...tocsin.Status) web.Field {
	f := v.Field("now", "")
	if there {
		f.Choices = []web.Choice{{Name: v.Text("own.same")}}
	}
	for _, s := range list {
		f.Choices = append(f.Choices, web.Choice{Value: string(s), Name: v.StatusWord(s)})
	}
	return f
}

func (v *view) sortField(chosen string) web.Field {
	f := v.Field("sort", "")
	for _, class := range []string{"incident", "advisory"} {
		f.Choices = append(f.Choices, web.Choice{Value: class, Name: v.ClassWord(class), On: class == chosen})
	}
	return f
}

func (v *view) headline(value string) web.Field {
	f := v.Field("headline", value).Hinted(v.Text("field.headline.hint"))
	f.Max = maxTitle
	return f
}

func (v *view) harm(value string) web.Field {
	return v.area("harm", value, maxImpact).Hinted(v.Text("field.harm.hint")).NotRequired()
}

// whereField offers the own services and their features. One that the address
// asks for is chosen. It fails where there is no service yet.
func (v *view) whereField() (web.Field, error) {
	services := v.services()
	if len(services) == 0 {
		return web.Field{}, &tocsin.Error{Kind: tocsin.ErrConflict, Message: v.Text("own.noservice")}
	}
	f := v.Field("where", "")
	for _, s := range services {
		f.Choices = append(f.Choices, web.Choice{Value: s.ID, Name: s.Name})
		for _, feature := range s.Features {
			f.Choices = append(f.Choices, web.Choice{Value: s.ID + "/" + feature.Name, Name: v.Text("own.feature", "service", s.Name, "feature", feature.DisplayName)})
		}
	}
	return f.Choose(v.R.URL.Query().Get("service")), nil
}
