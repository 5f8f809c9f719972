package web

import (
	"errors"
	"net/http"
	"slices"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// A field is one input of a form.
type Field struct {
	ID, Label, Hint, Value, Problem string
	Type                            string // of the input; text when empty
	Auto                            string // autocomplete
	Optional                        bool
	Choices                         []Choice // makes it a list to choose from
	Ticks                           bool     // any number of them
	Codes                           bool     // the values of ticks are shown beside their names
	Lines                           bool     // several lines
	Code                            bool     // which are many, written for a program
	Max                             int      // characters; the usual number when 0
}

// Field returns an input whose label and hint are texts of a form.
func (v *Request) Field(id, value string) Field {
	return Field{ID: id, Label: v.Text("field." + id), Value: value, Auto: "off"}
}

// Secret returns an input for a password. It is never filled in.
func (v *Request) Secret(id, auto string) Field {
	return Field{ID: id, Label: v.Text("field." + id), Type: "password", Auto: auto}
}

// Wide reports whether the field takes a whole row: it holds a long text.
func (f Field) Wide() bool { return f.Lines || f.Max > 200 }

// Hinted returns the field with a hint below its label.
func (f Field) Hinted(hint string) Field {
	f.Hint = hint
	return f
}

// Named returns the field with another label than that of its id.
func (f Field) Named(label string) Field {
	f.Label = label
	return f
}

// NotRequired returns the field as one that may stay empty.
func (f Field) NotRequired() Field {
	f.Optional = true
	return f
}

// Choose chooses one of the choices, if it is one of them.
func (f Field) Choose(value string) Field {
	if !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == value }) {
		return f
	}
	for i := range f.Choices {
		f.Choices[i].On = f.Choices[i].Value == value
	}
	return f
}

// A form is fields, with what is wrong with them.
type Form struct {
	Action  string
	Fields  []Field
	Problem string // about the whole
	Submit  string
}

// A problem is one line of the summary above a form: what is wrong, and with
// which of its fields, none for the whole.
type problem struct{ Field, Label, Text string }

// Problems lists what is wrong, in the order of the fields.
func (f Form) Problems() []problem {
	var list []problem
	if f.Problem != "" {
		list = append(list, problem{Text: f.Problem})
	}
	for _, one := range f.Fields {
		if one.Problem != "" {
			list = append(list, problem{one.ID, one.Label, one.Problem})
		}
	}
	return list
}

// Whole returns what is wrong with the whole where no field has a problem of its
// own, "" elsewhere.
func (f Form) Whole() string {
	if len(f.Problems()) == 1 {
		return f.Problem
	}
	return ""
}

// Title says in the title of a page that one of its forms was refused.
func (v *Request) Title(page *Frame, forms ...Form) {
	for _, f := range forms {
		if len(f.Problems()) > 0 {
			page.Title = v.Text("problem", "title", page.Title)
			return
		}
	}
}

// FormStatus returns the status of the answer to a form that cannot be taken as
// it is.
func FormStatus(err error) int {
	if errors.Is(err, tocsin.ErrQuota) {
		return http.StatusRequestEntityTooLarge
	}
	if errors.Is(err, tocsin.ErrConflict) {
		return http.StatusConflict
	}
	return http.StatusBadRequest
}

// Blame marks the fields that an error names and reports whether it was the
// person's to put right; if not, the error is for the caller.
func (v *Request) Blame(f *Form, err error) bool {
	found := false
	for _, e := range Causes(err) {
		if !errors.Is(e.Kind, tocsin.ErrInvalid) && !errors.Is(e.Kind, tocsin.ErrConflict) {
			continue
		}
		found = true
		text := v.Problem(e)
		named := false
		for i := range f.Fields {
			if f.Fields[i].ID == e.Field {
				f.Fields[i].Problem, named = text, true
			}
		}
		if !named {
			f.Problem = text
		}
	}
	return found
}

// Renamed gives a field of an error the name that a form has for it, and returns the
// error.
func Renamed(err error, from, to string) error {
	for _, e := range Causes(err) {
		if e.Field == from {
			e.Field = to
		}
	}
	return err
}

// Problem returns what an error says, in the reader's language where the family of
// the page, the parts or the shell have a text on it: a field of that name of another
// family is another one.
func (v *Request) Problem(e *tocsin.Error) string {
	key := "bad." + e.Field
	if errors.Is(e.Kind, tocsin.ErrConflict) {
		key = "taken." + e.Field
	}
	if owner, owned := v.pages.problems[key]; v.HasText(key) && (!owned || owner == v.family) {
		return v.Text(key)
	}
	return e.Message
}

// problemsOf returns which family has which text on a problem of a field. Those of
// families without pages are for all.
func problemsOf(families []Family) (map[string]int, error) {
	owners := map[string]int{}
	for i, f := range families {
		if len(f.Pages) == 0 {
			continue
		}
		locale, err := lang.NewLocale(lang.Languages()[0], f.Files)
		if err != nil {
			return nil, err
		}
		for _, begin := range []string{"bad.", "taken."} {
			for _, key := range locale.KeysBelow(begin) {
				owners[begin+key] = i
			}
		}
	}
	return owners, nil
}

// Causes returns all explained errors that were joined in err.
func Causes(err error) []*tocsin.Error {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case *tocsin.Error:
		return []*tocsin.Error{e}
	case interface{ Unwrap() []error }:
		var list []*tocsin.Error
		for _, one := range e.Unwrap() {
			list = append(list, Causes(one)...)
		}
		return list
	case interface{ Unwrap() error }:
		return Causes(e.Unwrap())
	}
	return nil
}

// Keep leaves in the fields of a form what was sent, be it right or wrong.
func (v *Request) Keep(fields []Field) {
	for i, f := range fields {
		switch {
		case f.Ticks:
			for k := range f.Choices {
				f.Choices[k].On = slices.Contains(v.R.PostForm[f.ID], f.Choices[k].Value)
			}
		case !v.R.PostForm.Has(f.ID):
		case f.Choices != nil:
			fields[i] = f.Choose(v.R.PostFormValue(f.ID))
		default:
			fields[i].Value = v.R.PostFormValue(f.ID)
		}
	}
}
