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
	s := schemaOf(reflect.TypeFor[Config]())
	s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", "Settings of Tocsin (tocsin.yaml)"
	return s
}

// schemaOf returns the schema of what a type reads. "${NAME}" may stand in the
// place of each single value.
func schemaOf(t reflect.Type) map[string]any {
	if reads, ok := reflect.New(t).Interface().(yaml.Unmarshaler); ok {
		if _, duration := reads.(*Duration); duration {
			return map[string]any{"type": "string", "examples": []string{"3m", "90s"}}
		}
		return map[string]any{} // of several forms
	}
	switch t.Kind() {
	case reflect.Struct:
		fields, _ := keysOf(t)
		properties := map[string]any{}
		for name, field := range fields {
			properties[name] = schemaOf(field)
		}
		return map[string]any{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
	case reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": schemaOf(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": schemaOf(t.Elem())}
	case reflect.Bool:
		return single("boolean")
	case reflect.Int, reflect.Int64:
		return single("integer")
	}
	return single("string", "number", "boolean")
}

// single is one value of a type, empty, or in a text.
func single(types ...string) map[string]any {
	all := append(slices.Clone(types), "null")
	if !strings.Contains(strings.Join(all, " "), "string") {
		all = append(all, "string")
	}
	return map[string]any{"type": all}
}
