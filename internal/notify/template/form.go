package template

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// A Form is the request that a service wants, with placeholders in its texts, such
// as {heading}; two opening braces stand for one.
type Form struct {
	Address string            `yaml:"address"` // where the service is for everybody; "" when each has its own
	Path    string            `yaml:"path"`    // below the address, with placeholders
	Header  map[string]string `yaml:"header"`  // beside Content-Type
	Body    any               `yaml:"body"`    // of JSON; strings in it have placeholders
	// Escape is how texts of others are escaped: markdown, or "" for none.
	Escape string `yaml:"escape"`
	Limit  int    `yaml:"limit"` // characters of {text}; 4000 when 0
	// Clip bounds other values, in characters.
	Clip map[string]int `yaml:"clip"`
	// Each is item where there is a request for each item, "" where there is one
	// for a message.
	Each   string `yaml:"each"`
	Ended  *Ended `yaml:"ended"`  // what is sent for an item that has ended; nil for the same
	OK     *OK    `yaml:"ok"`     // what a success says; nil when its status says it
	Secret bool   `yaml:"secret"` // whether a secret is needed
	Target bool   `yaml:"target"` // whether a target is needed
	// Values are what severities are called, by the name of a placeholder of
	// their own and the name of the severity.
	Values map[string]map[string]any `yaml:"values"`
}

// Ended is the request for an item that has ended.
type Ended struct {
	Path string `yaml:"path"` // that of the form when empty
	Body any    `yaml:"body"`
}

// OK is what a member of the answer is when the message was taken.
type OK struct {
	Member string `yaml:"member"`
	Value  any    `yaml:"value"`
}

//go:embed forms.yaml
var formsFile []byte

var forms = sync.OnceValue(func() map[string]*Form { //nolint:gochecknoglobals // read once
	read := map[string]*Form{}
	if err := yaml.Unmarshal(formsFile, &read); err != nil {
		panic(fmt.Sprintf("forms.yaml: %v", err))
	}
	return read
})

// Kinds lists the services whose form is known.
func Kinds() []string { return slices.Sorted(maps.Keys(forms())) }

// Of returns the form of a service, and whether it is known.
func Of(kind string) (Form, bool) {
	f, ok := forms()[kind]
	if !ok {
		return Form{}, false
	}
	return *f, true
}

// Names lists the placeholders that every form may have.
func Names() []string {
	return []string{
		"at", "change", "class", "heading", "id", "key", "language", "link", "link_label", "message_id", "repeated", "secret", "services", "status",
		"target", "tenants", "text", "thread", "title",
	}
}

// placeholder finds a name in braces, and two braces that stand for one.
var placeholder = regexp.MustCompile(`\{\{|\{[^{}]*\}|\{`)

// Check reports all that is wrong with a form, each in a sentence: a placeholder
// that nobody knows, a brace that is open, a name of a severity that is none.
func (f *Form) Check() error {
	var problems []error
	check := func(where, text string) {
		for _, found := range placeholder.FindAllString(text, -1) {
			name := strings.Trim(found, "{}")
			if found == "{{" || slices.Contains(Names(), name) || f.Values[name] != nil {
				continue
			}
			problems = append(problems, fmt.Errorf("%s: %s is no placeholder; there are %s", where, found, strings.Join(f.names(), ", ")))
		}
	}
	check("path", f.Path)
	for _, name := range slices.Sorted(maps.Keys(f.Header)) {
		check("header "+name, f.Header[name])
		if strings.ContainsAny(f.Header[name]+name, "\r\n") {
			problems = append(problems, fmt.Errorf("header %q: it has a line break", name))
		}
	}
	walk(f.Body, func(text string) { check("body", text) })
	if f.Ended != nil {
		check("ended.path", f.Ended.Path)
		walk(f.Ended.Body, func(text string) { check("ended.body", text) })
	}
	if f.Escape != "" && f.Escape != "markdown" {
		problems = append(problems, fmt.Errorf("escape: %q is neither markdown nor empty", f.Escape))
	}
	if f.Each != "" && f.Each != "item" {
		problems = append(problems, fmt.Errorf("each: %q is neither item nor empty", f.Each))
	}
	return errors.Join(problems...)
}

func (f *Form) names() []string {
	return slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(f.Values)), Names()...)))
}

// walk calls visit with each text of a body.
func walk(body any, visit func(string)) {
	switch v := body.(type) {
	case string:
		visit(v)
	case []any:
		for _, one := range v {
			walk(one, visit)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(v[name], visit)
		}
	}
}

// fill is a body with the values in the place of their names.
func fill(body any, values map[string]any) any {
	switch v := body.(type) {
	case string:
		if value, ok := values[strings.Trim(v, "{}")]; ok && strings.HasPrefix(v, "{") && strings.HasSuffix(v, "}") && strings.Count(v, "{") == 1 {
			return value // alone, it keeps its type
		}
		return put(v, values)
	case []any:
		list := make([]any, len(v))
		for i, one := range v {
			list[i] = fill(one, values)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, one := range v {
			if one = fill(one, values); one != "" { // what is not known is left out
				object[name] = one
			}
		}
		return object
	}
	return body
}

// put is a text with the values in the place of their names. A value is put in
// as it is: what looks like a placeholder in it is none.
func put(text string, values map[string]any) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		if found == "{{" {
			return "{"
		}
		if value, ok := values[strings.Trim(found, "{}")]; ok {
			return fmt.Sprint(value)
		}
		return found
	})
}
