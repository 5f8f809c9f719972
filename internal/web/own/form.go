package own

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A sheet is a form about something that the team writes.
type sheet struct {
	web.Frame
	Heading, Lead string
	Form          web.Form
	Key           string // names this form, so that sending it twice writes once
	Version       string // tag of the version that it was filled in for, "" for something new
	Now           *present
	Meanwhile     string // address that shows what changed while the form was filled in
	Preview       *preview
	Previews      bool // whether there is something to look at before it is published
	Links         []web.NavLink

	held   tocsin.Held       // what is changed, zero for something new
	fields map[string]string // fields by what the author calls them, where that is another name
	write  func(act author.Act) (archive.Authored, error)
	to     func(done archive.Authored) string // the page that shows what was written
}

// open serves a form that is yet to be sent.
func (v *view) open(form func(*view) (*sheet, error)) error {
	s, err := form(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, s)
}

// send serves a form that was sent: to look at what it would say, or to publish
// it.
func (v *view) send(form func(*view) (*sheet, error)) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	s, err := form(v)
	if err != nil {
		return err
	}
	v.Keep(s.Form.Fields)
	act := author.Act{
		TenantID: v.Snapshot.Tenant.ID, By: access.VisitorOf(v.R.Context()).User.ID, IfMatch: v.R.PostFormValue("version"),
		Key: v.R.PostFormValue("key"), Try: s.Previews && v.R.PostFormValue("do") != "publish",
	}
	if s.Version != "" && act.IfMatch == "" {
		act.IfMatch = "none" // a form that says nothing about what it was filled in for changes nothing
	}
	if act.Try {
		act.Key = ""
	}
	done, err := s.write(act)
	if err != nil {
		return v.refuse(s, err)
	}
	if !act.Try {
		return v.Redirect(s.to(done))
	}
	s.Key, s.Version = v.R.PostFormValue("key"), act.IfMatch
	if s.Preview, err = v.preview(s.held.Body, done); err != nil {
		return err
	}
	return v.show(http.StatusOK, s)
}

// refuse shows a form with what was wrong. Where something else was written
// meanwhile, the form is for that version from now on, and says so.
func (v *view) refuse(s *sheet, problem error) error {
	if errors.Is(problem, author.ErrChanged) {
		s.Form.Problem = v.Text("own.meanwhile")
		s.Meanwhile = v.changes(s)
		return v.show(http.StatusConflict, s)
	}
	s.Version = v.R.PostFormValue("version")
	if !v.Blame(&s.Form, renamed(problem, s.fields)) {
		return problem
	}
	return v.show(web.FormStatus(problem), s)
}

func (v *view) show(status int, s *sheet) error {
	if s.Key == "" {
		s.Key = tocsin.NewGUID()
	}
	s.Title = s.Heading
	v.Title(&s.Frame, s.Form)
	return v.Render(status, "own-form", s)
}

// renamed gives the fields of a problem the names that they have in the form.
func renamed(err error, fields map[string]string) error {
	var list []error
	for _, one := range web.Causes(err) {
		other := *one
		other.Field = strings.TrimPrefix(other.Field, "post.")
		if name, ok := fields[other.Field]; ok {
			other.Field = name
		}
		if strings.HasPrefix(other.Field, "features") {
			other.Field = "parts"
		}
		list = append(list, &other)
	}
	if list == nil {
		return err
	}
	return errors.Join(list...)
}

// local is how browsers write an instant that was chosen, without a zone.
const local = "2006-01-02T15:04"

// instantField asks for an instant in the zone of the reader.
func (v *view) instantField(id string, at time.Time) web.Field {
	f := v.Field(id, "").Hinted(v.Text("own.zone", "city", v.City()))
	f.Type = "datetime-local"
	if !at.IsZero() {
		f.Value = at.In(v.Zone).Format(local)
	}
	return f
}

// instant reads what such a field holds, the zero time when it is empty. It
// fails with [tocsin.ErrInvalid] for what is none.
func (v *view) instant(id string) (time.Time, error) {
	text := strings.TrimSpace(v.R.PostFormValue(id))
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{local, "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(form, text, v.Zone); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, tocsin.Invalidf(id, "%q is no date with a time, such as 2026-03-02T14:30.", tocsin.Clip(text, 40))
}

// area is a text of several lines.
func (v *view) area(id, value string, most int) web.Field {
	f := v.Field(id, value)
	f.Lines, f.Max = true, most
	return f
}
