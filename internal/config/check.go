package config

import (
	"cmp"
	"errors"
	"reflect"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// Check returns every problem of the settings at once: of the file at path, as
// [Load] reads it, of the environment, and of what they say together. Variables
// are given as NAME=VALUE; one that is nearly called like a setting is a problem.
// What follows from a problem that is told already is left out.
func Check(path string, getenv func(string) string, environ []string) (Config, []*tocsin.Error) {
	c, err := load(path, getenv, true)
	problems := problemsIn(err)
	for _, name := range environ {
		name, _, _ = strings.Cut(name, "=")
		if meant := misspelt(name); meant != "" {
			problems = append(problems, &tocsin.Error{Kind: tocsin.ErrInvalid, Field: name, Message: "There is no such setting; did you mean " + meant + "?"})
		}
	}
	told := map[string]bool{}
	for _, one := range problems {
		told[one.Field] = true
	}
	for _, one := range problemsIn(c.Validate()) {
		if !covered(one.Field, told) {
			problems = append(problems, one)
		}
	}
	return c, problems
}

// Problems takes apart what is wrong with settings, one problem each; none for
// nil.
func Problems(err error) []*tocsin.Error { return problemsIn(err) }

// covered reports whether a problem is at a place of which one was told, or
// inside of it. An unknown key tells of its neighbours: it may be one of them
// that was misspelt.
func covered(field string, told map[string]bool) bool {
	for at := range told {
		if field == at || strings.HasPrefix(field, at+".") || strings.HasPrefix(field, at+"[") {
			return true
		}
		parent, _, nested := cutLast(at)
		if neighbour, _, _ := cutLast(field); nested && strings.Contains(parent, "[") && (parent == neighbour || parent == field) {
			return true
		}
	}
	return false
}

// cutLast parts the last name of a key from what it stands in.
func cutLast(key string) (parent, name string, nested bool) {
	i := strings.LastIndexByte(key, '.')
	if i < 0 {
		return "", key, false
	}
	return key[:i], key[i+1:], true
}

// problemsIn are the problems that an error is made of.
func problemsIn(err error) []*tocsin.Error {
	if err == nil {
		return nil
	}
	if one, ok := err.(*tocsin.Error); ok { //nolint:errorlint // which unwraps into several as well
		return []*tocsin.Error{one}
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var list []*tocsin.Error
		for _, one := range many.Unwrap() {
			list = append(list, problemsIn(one)...)
		}
		return list
	}
	if one, ok := errors.AsType[*tocsin.Error](err); ok {
		return []*tocsin.Error{one}
	}
	return []*tocsin.Error{{Kind: tocsin.ErrInvalid, Field: "config", Message: err.Error()}}
}

// placed returns problems of a noun as problems of the key that it stands under.
// keys names members that the settings call otherwise.
func placed(key string, err error, keys map[string]string) (problems []error) {
	for _, one := range problemsIn(err) {
		at := *one
		at.Field = key + "." + cmp.Or(keys[one.Field], one.Field)
		problems = append(problems, &at)
	}
	return problems
}

// misspelt returns the setting that a variable is nearly called like, "" for a
// variable that is one or is like none.
func misspelt(name string) string {
	if !strings.HasPrefix(name, "TOCSIN_") {
		return ""
	}
	names := variables(reflect.TypeFor[Config](), "TOCSIN", []string{"TOCSIN_CONFIG", "TOCSIN_MASTER_KEY"})
	meant := tocsin.Closest(name, names)
	if meant == name {
		return ""
	}
	return meant
}

// variables are the names of the variables that take effect.
func variables(t reflect.Type, prefix string, names []string) []string {
	for i := range t.NumField() {
		field := t.Field(i)
		name := variableOf(prefix, field)
		if field.Type.Kind() == reflect.Struct {
			names = variables(field.Type, name, names)
			continue
		}
		names = append(names, name)
	}
	return names
}
