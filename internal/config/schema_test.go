package config_test

import (
	"encoding/json"
	"testing"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/config"
)

// The schema knows the keys of the settings, and no others.
func TestSchemaKnowsTheKeys(t *testing.T) {
	t.Parallel()
	text, err := yaml.Marshal(config.Default())
	if err != nil {
		t.Fatal(err)
	}
	var settings map[string]any
	if err := yaml.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(config.Schema())
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(body, &schema); err != nil {
		t.Fatal(err)
	}
	known(t, "", settings, schema)
	tenants := schema["properties"].(map[string]any)["tenants"].(map[string]any)["items"].(map[string]any)["properties"].(map[string]any)
	for _, key := range []string{"tenantId", "clientId", "sources", "every"} { // some stand in another struct
		if tenants[key] == nil {
			t.Errorf("tenants[] has no %s", key)
		}
	}
	routes := schema["$defs"].(map[string]any)["spec"].(map[string]any)["properties"].(map[string]any)
	if routes["group_by"] == nil || routes["routes"].(map[string]any)["items"].(map[string]any)["$ref"] != "#/$defs/spec" {
		t.Errorf("routes hold routes: %v", routes["routes"])
	}
	if _, ok := tenants["tenantID"]; ok {
		t.Error("tenants[] has tenantID")
	}
}

func known(t *testing.T, at string, settings, schema map[string]any) {
	t.Helper()
	properties, _ := schema["properties"].(map[string]any)
	if schema["additionalProperties"] != false {
		t.Errorf("%s: other keys are let in", at)
	}
	for key, value := range settings {
		part, ok := properties[key].(map[string]any)
		if !ok {
			t.Errorf("%s.%s is not in the schema", at, key)
			continue
		}
		if inner, ok := value.(map[string]any); ok && len(inner) > 0 && part["properties"] != nil {
			known(t, at+"."+key, inner, part)
		}
	}
}
