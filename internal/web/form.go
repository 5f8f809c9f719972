package web

import (
	"errors"
	"slices"

	"example.org/tocsin/internal/tocsin"
)

// A field is one input of a form.
type field struct {
	ID, Label, Hint, Value, Problem string
	Type                            string // of the input; text when empty
	Auto                            string // autocomplete
	Optional                        bool
	Choices                         []choice // makes it a list to choose from
	Ticks                           bool     // any number of them
}

// field is an input whose label and hint are texts of a form.
func (v *visit) field(id, value string) field {
	return field{ID: id, Label: v.text("field." + id), Value: value, Auto: "off"}
}

// secret is an input for a password. It is never filled in.
func (v *visit) secret(id, auto string) field {
	return field{ID: id, Label: v.text("field." + id), Type: "password", Auto: auto}
}

func (f field) hinted(hint string) field {
	f.Hint = hint
	return f
}

func (f field) named(label string) field {
	f.Label = label
	return f
}

func (f field) optional() field {
	f.Optional = true
	return f
}

// choose chooses one of the choices, if it is one of them.
func (f field) choose(value string) field {
	if !slices.ContainsFunc(f.Choices, func(c choice) bool { return c.Value == value }) {
		return f
	}
	for i := range f.Choices {
		f.Choices[i].On = f.Choices[i].Value == value
	}
	return f
}

// A form is fields, with what is wrong with them.
type form struct {
	Action  string
	Fields  []field
	Problem string // about the whole
	Submit  string
}

// A problem is one line of the summary above a form: what is wrong, and with
// which of its fields, none for the whole.
type problem struct{ Field, Label, Text string }

// Problems lists what is wrong, in the order of the fields.
func (f form) Problems() []problem {
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

// Whole is what is wrong with the whole where no field has a problem of its
// own, "" elsewhere.
func (f form) Whole() string {
	if len(f.Problems()) == 1 {
		return f.Problem
	}
	return ""
}

// title says in the title of a page that one of its forms was refused.
func (v *visit) title(page *frame, forms ...form) {
	for _, f := range forms {
		if len(f.Problems()) > 0 {
			page.Title = v.text("problem", "title", page.Title)
			return
		}
	}
}

// blame marks the fields that an error names and reports whether it was the
// person's to put right; if not, the error is for the caller.
func (v *visit) blame(f *form, err error) bool {
	found := false
	for _, e := range causes(err) {
		if !errors.Is(e.Kind, tocsin.ErrInvalid) && !errors.Is(e.Kind, tocsin.ErrConflict) {
			continue
		}
		found = true
		text := v.problem(e)
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

// problem is what an error says, in the reader's language where it has a text
// of its own.
func (v *visit) problem(e *tocsin.Error) string {
	key := "bad." + e.Field
	if errors.Is(e.Kind, tocsin.ErrConflict) {
		key = "taken." + e.Field
	}
	if v.has(key) {
		return v.text(key)
	}
	return e.Message
}

// causes are all explained errors that were joined in err.
func causes(err error) []*tocsin.Error {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case *tocsin.Error:
		return []*tocsin.Error{e}
	case interface{ Unwrap() []error }:
		var list []*tocsin.Error
		for _, one := range e.Unwrap() {
			list = append(list, causes(one)...)
		}
		return list
	case interface{ Unwrap() error }:
		return causes(e.Unwrap())
	}
	return nil
}
