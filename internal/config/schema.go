package config

import (
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Schema returns the JSON Schema (draft 2020-12) of the settings file, for
// editors that complete keys and mark those that do not exist. What keys mean
// together is for [Check] alone.
func Schema() map[string]any {
	w := schemas{within: map[reflect.Type]bool{}, named: map[string]any{}}
	s := w.of(reflect.TypeFor[Config]())
	s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", "Settings of Tocsin (tocsin.yaml)"
	s["$defs"] = w.named
	return s
}

// schemas writes schemas; those of structs that hold themselves, such as routes,
// are named.
type schemas struct {
	within map[reflect.Type]bool // what is being written: true once it was met in itself
	named  map[string]any
}

// of returns the schema of what a type reads. "${NAME}" may stand in the
// place of each single value.
func (w schemas) of(t reflect.Type) map[string]any {
	if reads, ok := reflect.New(t).Interface().(yaml.Unmarshaler); ok {
		if _, duration := reads.(*Duration); duration {
			return map[string]any{"type": "string", "examples": []string{"3m", "90s"}}
		}
		return map[string]any{} // of several forms
	}
	switch t.Kind() {
	case reflect.Struct:
		return w.ofStruct(t)
	case reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": w.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": w.of(t.Elem())}
	case reflect.Bool:
		return single("boolean")
	case reflect.Int, reflect.Int64:
		return single("integer")
	}
	return single("string", "number", "boolean")
}

func (w schemas) ofStruct(t reflect.Type) map[string]any {
	name := strings.ToLower(t.Name())
	reference := map[string]any{"$ref": "#/$defs/" + name}
	if _, met := w.within[t]; met {
		w.within[t] = true
		return reference
	}
	w.within[t] = false
	fields, _ := keysOf(t)
	properties := map[string]any{}
	for name, field := range fields {
		properties[name] = w.of(field)
	}
	schema := map[string]any{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
	recursive := w.within[t]
	delete(w.within, t)
	if !recursive {
		return schema
	}
	w.named[name] = schema
	return reference
}

// single is one value of a type, empty, or in a text.
func single(types ...string) map[string]any {
	all := append(slices.Clone(types), "null")
	if !strings.Contains(strings.Join(all, " "), "string") {
		all = append(all, "string")
	}
	return map[string]any{"type": all}
}
