package odata

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMetadata(t *testing.T) {
	t.Parallel()
	m, _ := sampleModel(t)
	xml, json, err := m.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		golden string
		write  func() ([]byte, error)
	}{
		{"metadata.xml", func() ([]byte, error) { return xml, nil }},
		{"metadata.json", func() ([]byte, error) { return json, nil }},
		{"service.json", func() ([]byte, error) { return m.ServiceDocument("https://example.org/v1.0/$metadata") }},
	}
	for _, tt := range tests {
		got, err := tt.write()
		if err != nil {
			t.Errorf("%s: %v", tt.golden, err)
			continue
		}
		path := filepath.Join("testdata", tt.golden)
		if flag.Lookup("update").Value.String() == "true" {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.golden, diff)
		}
	}
}

// TestMain defines -update, which writes the goldens.
func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the files in testdata")
	os.Exit(m.Run())
}

func TestModelValidate(t *testing.T) {
	t.Parallel()
	entity := &Type{Name: "e", Key: []string{"id"}, Properties: []Property{{Name: "id", Kind: String}}}
	plain := &Type{Name: "c", Properties: []Property{{Name: "x", Kind: String}}}
	with := func(key []string, properties ...Property) *Model {
		return &Model{Namespace: "n", FoldNames: true, Types: []*Type{entity, plain, {Name: "t", Key: key, Properties: properties}}}
	}
	tests := []struct {
		model *Model
		want  string
	}{
		{&Model{}, "namespace"},
		{with(nil, Property{Name: "a", Kind: String}, Property{Name: "A", Index: 1, Kind: String}), "two properties"},
		{with(nil, Property{Name: "a", Kind: String}, Property{Name: "b", Kind: String}), "share index 0"},
		{with(nil, Property{Name: "a"}), "no type"},
		{with(nil, Property{Name: "a", Enum: &Enum{Name: "other"}}), "not in the model"},
		{with(nil, Property{Name: "a", Struct: &Type{Name: "other"}}), "not in the model"},
		{with(nil, Property{Name: "a", Struct: plain, Navigation: true}), "does not lead to an entity"},
		{with([]string{"id"}, Property{Name: "a", Kind: String}), "no key property"},
		{&Model{Namespace: "n", Types: []*Type{{Name: "t", Base: entity}}}, "base e is not in the model"},
	}
	for _, tt := range tests {
		if err := tt.model.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Validate: %v, want %q", err, tt.want)
		}
	}
	if err := with([]string{"a"}, Property{Name: "a", Kind: String}).Validate(); err != nil {
		t.Errorf("Validate: %v", err)
	}
}
