package conformance

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// facts is what a schema says of what lies below a type, line by line: "type
// serviceHealth", "serviceHealth/status" and so on, each with its details.
func facts(s *csdlSchema, from string) map[string]string {
	found, todo := map[string]string{}, []string{from}
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if _, known := found["type "+name]; known || strings.HasPrefix(name, "Edm.") {
			continue
		}
		for _, e := range s.Enums {
			if e.Name == name {
				found["type "+name] = "enum"
				for _, m := range e.Members {
					found[name+"/"+m.Name] = m.Value
				}
			}
		}
		for kind, types := range map[string][]csdlType{"entity": s.Entities, "complex": s.Complex} {
			for _, t := range types {
				if t.Name == name {
					found["type "+name] = kind
					if t.Abstract {
						found["type "+name] = "abstract " + kind
					}
					todo = append(todo, s.below(t, found)...)
				}
			}
		}
	}
	return found
}

// below adds what a type has to facts, and returns the types that it leads to.
func (s *csdlSchema) below(t csdlType, found map[string]string) (types []string) {
	if t.Base != "" {
		found[t.Name+" base"] = s.bare(t.Base)
		types = append(types, s.bare(t.Base))
	}
	for _, k := range t.Key {
		found[t.Name+" key "+k.Name] = "yes"
	}
	members := func(list []csdlMember, kind string) {
		for _, p := range list {
			detail := kind + s.bare(p.Type)
			if p.Contains {
				detail += ", contained"
			}
			if p.Nullable == "false" {
				detail += ", never null"
			}
			found[t.Name+"/"+p.Name] = detail
			types = append(types, strings.TrimSuffix(strings.TrimPrefix(s.bare(p.Type), "Collection("), ")"))
		}
	}
	members(t.Properties, "")
	members(t.Navigations, "to ")
	for kind, calls := range map[string][]csdlCall{"function": s.Functions, "action": s.Actions} {
		for _, c := range calls {
			if !c.Bound || len(c.Parameters) == 0 {
				continue
			}
			bound := s.bare(c.Parameters[0].Type)
			if bound != t.Name && bound != "Collection("+t.Name+")" {
				continue
			}
			detail := bound
			for _, p := range c.Parameters[1:] {
				detail += ", " + p.Name + " " + s.bare(p.Type)
			}
			found[kind+" "+c.Name+" of "+t.Name] = detail + " -> " + s.bare(c.Result.Type)
		}
	}
	return types
}

// differences tells what theirs says and ours does not, or otherwise.
func differences(ours, theirs map[string]string) (list []string) {
	names := slices.Sorted(maps.Keys(ours))
	for name := range theirs {
		if _, known := ours[name]; !known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		mine, here := ours[name]
		published, there := theirs[name]
		switch {
		case !here:
			list = append(list, "missing: "+name+" ("+published+")")
		case !there:
			list = append(list, "extra: "+name+" ("+mine+")")
		case mine != published:
			list = append(list, "differs: "+name+" is "+mine+", published "+published)
		}
	}
	return list
}

// ourGraph is the schema that a desk publishes for Graph.
func ourGraph(t *testing.T, d *desk) *csdlSchema {
	t.Helper()
	return &readCSDL(t, []byte(d.ask(t, "", "GET", "/v1.0/$metadata", "").body)).Schemas[0]
}

// published finds the schema of a document that has serviceAnnouncement.
func published(t *testing.T, text []byte) *csdlSchema {
	t.Helper()
	document := readCSDL(t, text)
	for i, s := range document.Schemas {
		if slices.ContainsFunc(s.Entities, func(e csdlType) bool { return e.Name == "serviceAnnouncement" }) {
			return &document.Schemas[i]
		}
	}
	t.Fatal("the document has no serviceAnnouncement")
	return nil
}

// TestSchemaCanary compares our model with the $metadata of Microsoft Graph in
// the file that TOCSIN_TEST_GRAPH_METADATA names: each type below
// serviceAnnouncement, each member, number, key, function and action.
func TestSchemaCanary(t *testing.T) {
	t.Parallel()
	path := os.Getenv("TOCSIN_TEST_GRAPH_METADATA")
	if path == "" {
		t.Skip("TOCSIN_TEST_GRAPH_METADATA names no copy of the $metadata of Microsoft Graph")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ours := facts(ourGraph(t, start(t)), "serviceAnnouncement")
	for _, difference := range differences(ours, facts(published(t, text), "serviceAnnouncement")) {
		t.Error(difference)
	}
	t.Logf("%d facts compared", len(ours))
}

// The canary sings about each kind of change, in a document that is written as
// Graph's is: with an alias, and with more than one schema.
func TestCanarySings(t *testing.T) {
	t.Parallel()
	d := start(t)
	got := d.ask(t, "", "GET", "/v1.0/$metadata", "")
	const head = `<Schema Namespace="microsoft.graph" `
	same := strings.NewReplacer(head, `<Schema Namespace="microsoft.graph.other"><EntityType Name="x"/></Schema><Schema Namespace="microsoft.graph" Alias="graph" `, `"microsoft.graph.`, `"graph.`, "(microsoft.graph.", "(graph.").Replace(got.body)
	ours := facts(ourGraph(t, d), "serviceAnnouncement")
	if list := differences(ours, facts(published(t, []byte(same)), "serviceAnnouncement")); len(list) > 0 || len(ours) < 100 {
		t.Errorf("the same model differs in %d facts: %v", len(ours), list)
	}
	for _, tt := range []struct{ from, to, want string }{
		{`<Property Name="isResolved" Type="Edm.Boolean" Nullable="false"/>`, ``, "extra: serviceHealthIssue/isResolved (Edm.Boolean, never null)"},
		{`<Property Name="isResolved" Type="Edm.Boolean" Nullable="false"/>`, `<Property Name="isResolved" Type="Edm.Boolean"/>`, "differs: serviceHealthIssue/isResolved is Edm.Boolean, never null, published Edm.Boolean"},
		{`<Property Name="feature" Type="Edm.String"/>`, `<Property Name="feature" Type="Edm.String"/><Property Name="region" Type="Edm.String"/>`, "missing: serviceHealthIssue/region (Edm.String)"},
		{`<Property Name="size" Type="Edm.Int32"`, `<Property Name="size" Type="Edm.Int64"`, "differs: serviceAnnouncementAttachment/size is Edm.Int32, never null, published Edm.Int64, never null"},
		{`<Member Name="confirmed" Value="15"/>`, `<Member Name="confirmed" Value="25"/>`, "differs: serviceHealthStatus/confirmed is 15, published 25"},
		{`<Member Name="confirmed" Value="15"/>`, `<Member Name="confirmed" Value="15"/><Member Name="drill" Value="18"/>`, "missing: serviceHealthStatus/drill (18)"},
		{`<Property Name="value" Type="Edm.String"/>`, `<Property Name="value" Type="graph.answer"/>`, "differs: keyValuePair/value is Edm.String, published answer"},
		{`<ComplexType Name="keyValuePair">`, `<ComplexType Name="answer"/><ComplexType Name="keyValuePair"><Property Name="more" Type="Collection(graph.answer)"/>`, "missing: type answer (complex)"},
		{`<Action Name="favorite" `, `<Action Name="star" `, "missing: action star of serviceUpdateMessage (Collection(serviceUpdateMessage), messageIds Collection(Edm.String) -> Edm.Boolean)"},
		{`<EntityType Name="serviceHealth" BaseType="graph.entity">`, `<EntityType Name="serviceHealth">`, "extra: serviceHealth base (entity)"},
	} {
		if !strings.Contains(same, tt.from) {
			t.Errorf("the document has no %s", tt.from)
			continue
		}
		changed := strings.Replace(same, tt.from, tt.to, 1)
		if list := differences(ours, facts(published(t, []byte(changed)), "serviceAnnouncement")); !slices.Contains(list, tt.want) {
			t.Errorf("%s instead of %s: %v, want %s", tt.to, tt.from, list, tt.want)
		}
	}
}
