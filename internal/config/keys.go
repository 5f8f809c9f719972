package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/tocsin"
)

// maxNesting bounds how deep settings nest, whatever aliases they use.
const maxNesting = 20

// A reading compares what somebody wrote with what the settings hold, so that
// every problem is told at once in the words of the file.
type reading struct{ problems []error }

func (r *reading) add(node *yaml.Node, at, format string, args ...any) {
	if at == "" {
		at = "config"
	}
	r.problems = append(r.problems, tocsin.Invalidf(at, "Line %d: %s", node.Line, fmt.Sprintf(format, args...)))
}

// value checks what stands at a key against the type that holds it.
func (r *reading) value(node *yaml.Node, t reflect.Type, at string, depth int) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node == nil || depth > maxNesting || node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return
	}
	if reads, ok := reflect.New(t).Interface().(yaml.Unmarshaler); ok {
		if err := reads.UnmarshalYAML(node); err != nil {
			r.problems = append(r.problems, tocsin.Invalidf(at, "Line %d: %v.", node.Line, err))
		}
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		r.keys(node, t, at, depth)
	case reflect.Slice:
		if r.is(node, yaml.SequenceNode, at, `a list stands here: begin each entry with "- "`) {
			for i, entry := range node.Content {
				r.value(entry, t.Elem(), fmt.Sprintf("%s[%d]", at, i), depth+1)
			}
		}
	case reflect.Map:
		if r.is(node, yaml.MappingNode, at, "keys stand here, each with a value") {
			for i := 0; i+1 < len(node.Content); i += 2 {
				r.value(node.Content[i+1], t.Elem(), at+"."+tocsin.Clip(node.Content[i].Value, 40), depth+1)
			}
		}
	default:
		r.single(node, t.Kind(), at)
	}
}

func (r *reading) is(node *yaml.Node, kind yaml.Kind, at, want string) bool {
	if node.Kind != kind {
		r.add(node, at, "%s.", want)
	}
	return node.Kind == kind
}

// single checks one value. A number or a yes may stand in quotes, or come from a
// variable.
func (r *reading) single(node *yaml.Node, kind reflect.Kind, at string) {
	if !r.is(node, yaml.ScalarNode, at, "one value stands here") {
		return
	}
	switch kind {
	case reflect.Bool:
		if _, err := strconv.ParseBool(strings.ToLower(node.Value)); err != nil {
			r.add(node, at, "%q is neither true nor false.", tocsin.Clip(node.Value, 40))
			return
		}
		node.Tag, node.Style, node.Value = "!!bool", 0, strings.ToLower(node.Value)
	case reflect.Int:
		if _, err := strconv.Atoi(node.Value); err != nil {
			r.add(node, at, "%q is no whole number.", tocsin.Clip(node.Value, 40))
			return
		}
		node.Tag, node.Style = "!!int", 0
	}
}

// keys checks the keys of a part of the settings.
func (r *reading) keys(node *yaml.Node, t reflect.Type, at string, depth int) {
	if !r.is(node, yaml.MappingNode, at, "keys stand here, each with a value") {
		return
	}
	fields, names := keysOf(t)
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		path := strings.TrimPrefix(at+"."+tocsin.Clip(key.Value, 40), ".")
		field, known := fields[key.Value]
		switch {
		case key.Tag == "!!merge":
			r.value(node.Content[i+1], t, at, depth+1)
			continue
		case !known:
			r.add(key, path, "there is no such key%s", tocsin.Meant(key.Value, names))
			continue
		case seen[key.Value] > 0:
			r.add(key, path, "the key is on line %d already.", seen[key.Value])
			continue
		}
		seen[key.Value] = key.Line
		r.value(node.Content[i+1], field, path, depth+1)
	}
}

// keysOf is the keys of a struct with their types, and in the order of the
// manual.
func keysOf(t reflect.Type) (fields map[string]reflect.Type, names []string) {
	fields = map[string]reflect.Type{}
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if option == "inline" {
			inner, more := keysOf(t.Field(i).Type)
			names = append(names, more...)
			for key, kind := range inner {
				fields[key] = kind
			}
			continue
		}
		fields[name], names = t.Field(i).Type, append(names, name)
	}
	return fields, names
}
