package odata

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"slices"
	"strconv"
)

// The elements of CSDL XML 4.0, in the order in which they are written.
type (
	edmxXML struct {
		XMLName  xml.Name  `xml:"edmx:Edmx"`
		Version  string    `xml:"Version,attr"`
		EdmxNS   string    `xml:"xmlns:edmx,attr"`
		Refs     []refXML  `xml:"edmx:Reference"`
		Services schemaXML `xml:"edmx:DataServices>Schema"`
	}
	refXML struct {
		URI     string     `xml:"Uri,attr"`
		Include includeXML `xml:"edmx:Include"`
	}
	includeXML struct {
		Namespace string `xml:"Namespace,attr"`
	}
	schemaXML struct {
		Namespace string         `xml:"Namespace,attr"`
		NS        string         `xml:"xmlns,attr"`
		Enums     []enumXML      `xml:"EnumType"`
		Types     []typeXML      `xml:""`
		Actions   []operationXML `xml:""`
		Container *containerXML  `xml:"EntityContainer"`
	}
	enumXML struct {
		Name    string      `xml:"Name,attr"`
		Flags   bool        `xml:"IsFlags,attr,omitempty"`
		Members []memberXML `xml:"Member"`
	}
	memberXML struct {
		Name  string `xml:"Name,attr"`
		Value int64  `xml:"Value,attr"`
	}
	typeXML struct {
		XMLName    xml.Name
		Name       string        `xml:"Name,attr"`
		Base       string        `xml:"BaseType,attr,omitempty"`
		Abstract   bool          `xml:"Abstract,attr,omitempty"`
		Key        *keyXML       `xml:"Key"`
		Properties []propertyXML `xml:""`
	}
	keyXML struct {
		Refs []nameXML `xml:"PropertyRef"`
	}
	nameXML struct {
		Name string `xml:"Name,attr"`
	}
	propertyXML struct {
		XMLName   xml.Name
		Name      string `xml:"Name,attr,omitempty"`
		Type      string `xml:"Type,attr"`
		Nullable  string `xml:"Nullable,attr,omitempty"`
		Precision int    `xml:"Precision,attr,omitempty"`
		Contains  bool   `xml:"ContainsTarget,attr,omitempty"`
	}
	operationXML struct {
		XMLName    xml.Name
		Name       string        `xml:"Name,attr"`
		Bound      bool          `xml:"IsBound,attr,omitempty"`
		Parameters []propertyXML `xml:""`
		Result     *propertyXML  `xml:""`
	}
	containerXML struct {
		Name       string        `xml:"Name,attr"`
		Sets       []resourceXML `xml:"EntitySet"`
		Singletons []resourceXML `xml:"Singleton"`
	}
	resourceXML struct {
		Name       string       `xml:"Name,attr"`
		EntityType string       `xml:"EntityType,attr,omitempty"` // of an entity set
		Type       string       `xml:"Type,attr,omitempty"`       // of a singleton
		Bindings   []bindingXML `xml:"NavigationPropertyBinding"`
		Notes      []noteXML    `xml:"Annotation"`
	}
	noteXML struct {
		Term string `xml:"Term,attr"`
		Bool bool   `xml:"Bool,attr"`
	}
	bindingXML struct {
		Path   string `xml:"Path,attr"`
		Target string `xml:"Target,attr"`
	}
)

// The vocabulary that says what may be asked of an entity set.
const (
	capabilities    = "Org.OData.Capabilities.V1"
	capabilitiesURI = "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/" + capabilities
	indexable       = capabilities + ".IndexableByKey"
)

// annotated reports whether a set needs the vocabulary.
func (m *Model) annotated() bool {
	return slices.ContainsFunc(m.Sets, func(r Resource) bool { return r.NoKeys })
}

// Metadata writes `$metadata` in both of its forms.
func (m *Model) Metadata() (xml, json []byte, err error) {
	if xml, err = m.metadataXML(); err != nil {
		return nil, nil, err
	}
	json, err = m.metadataJSON()
	return xml, json, err
}

// metadataXML writes `$metadata` as CSDL XML 4.0.
func (m *Model) metadataXML() ([]byte, error) {
	schema := schemaXML{Namespace: m.Namespace, NS: "http://docs.oasis-open.org/odata/ns/edm"}
	for _, e := range m.Enums {
		members := make([]memberXML, len(e.Members))
		for i, member := range e.Members {
			members[i] = memberXML(member)
		}
		schema.Enums = append(schema.Enums, enumXML{e.Name, e.Flags, members})
	}
	for _, t := range m.Types {
		schema.Types = append(schema.Types, m.typeXML(t))
	}
	for i := range m.Operations {
		schema.Actions = append(schema.Actions, m.operationXML(&m.Operations[i]))
	}
	if m.Container != "" {
		schema.Container = &containerXML{Name: m.Container}
		for _, set := range m.Sets {
			x := resourceXML{Name: set.Name, EntityType: m.qualified(set.Type.Name), Bindings: m.bindings(set.Type)}
			if set.NoKeys {
				x.Notes = []noteXML{{indexable, false}}
			}
			schema.Container.Sets = append(schema.Container.Sets, x)
		}
		for _, single := range m.Singletons {
			schema.Container.Singletons = append(schema.Container.Singletons,
				resourceXML{Name: single.Name, Type: m.qualified(single.Type.Name), Bindings: m.bindings(single.Type)})
		}
	}
	var text bytes.Buffer
	text.WriteString(xml.Header)
	encoder := xml.NewEncoder(&text)
	encoder.Indent("", "  ")
	document := edmxXML{Version: "4.0", EdmxNS: "http://docs.oasis-open.org/odata/ns/edmx", Services: schema}
	if m.annotated() {
		document.Refs = []refXML{{capabilitiesURI + ".xml", includeXML{capabilities}}}
	}
	err := encoder.Encode(document)
	text.WriteByte('\n')
	return regexp.MustCompile(`></[\w:]+>`).ReplaceAll(text.Bytes(), []byte("/>")), err
}

func element(name string) xml.Name { return xml.Name{Local: name} }

func (m *Model) typeXML(t *Type) typeXML {
	x := typeXML{XMLName: element("ComplexType"), Name: t.Name, Abstract: t.Abstract}
	if t.entity() {
		x.XMLName = element("EntityType")
	}
	if t.Base != nil {
		x.Base = m.qualified(t.Base.Name)
	}
	if len(t.Key) > 0 {
		x.Key = &keyXML{}
		for _, name := range t.Key {
			x.Key.Refs = append(x.Key.Refs, nameXML{name})
		}
	}
	for i := range t.Properties {
		name := "Property"
		if t.Properties[i].Navigation {
			name = "NavigationProperty"
		}
		x.Properties = append(x.Properties, m.propertyXML(name, &t.Properties[i]))
	}
	return x
}

// propertyXML writes a property, a parameter or a result.
func (m *Model) propertyXML(name string, p *Property) propertyXML {
	x := propertyXML{XMLName: element(name), Name: p.Name, Type: m.typeName(p), Contains: p.Contained, Precision: p.precision()}
	if p.Collection {
		x.Type = "Collection(" + x.Type + ")"
	}
	if !p.Nullable && !(p.Collection && p.Struct != nil && p.Struct.entity()) {
		x.Nullable = strconv.FormatBool(false)
	}
	return x
}

func (m *Model) operationXML(o *Operation) operationXML {
	x := operationXML{XMLName: element("Action"), Name: o.Name, Bound: o.Bound}
	if o.Function {
		x.XMLName = element("Function")
	}
	for i := range o.Parameters {
		x.Parameters = append(x.Parameters, m.propertyXML("Parameter", &o.Parameters[i]))
	}
	if o.Result != nil {
		result := m.propertyXML("ReturnType", o.Result)
		x.Result = &result
	}
	return x
}

// typeName is the qualified type of p, of one item if it is a collection.
func (m *Model) typeName(p *Property) string {
	switch {
	case p.Enum != nil:
		return m.qualified(p.Enum.Name)
	case p.Struct != nil:
		return m.qualified(p.Struct.Name)
	}
	return p.Kind.String()
}

// precision is the number of fraction digits that a temporal value may have.
func (p *Property) precision() int {
	switch p.Kind {
	case DateTimeOffset, TimeOfDay, Duration:
		return 7
	}
	return 0
}

// bindings tells for each navigation property of t which set it leads to, if
// there is one set of that type.
func (m *Model) bindings(t *Type) []bindingXML {
	var list []bindingXML
	for ; t != nil; t = t.Base {
		for i := range t.Properties {
			p := &t.Properties[i]
			if !p.Navigation || p.Contained {
				continue
			}
			for _, set := range m.Sets {
				if set.Type == p.Struct {
					list = append(list, bindingXML{p.Name, set.Name})
					break
				}
			}
		}
	}
	return list
}

// metadataJSON writes `$metadata` as CSDL JSON 4.01.
func (m *Model) metadataJSON() ([]byte, error) {
	schema := map[string]any{}
	for _, e := range m.Enums {
		object := map[string]any{"$Kind": "EnumType"}
		if e.Flags {
			object["$IsFlags"] = true
		}
		for _, member := range e.Members {
			object[member.Name] = member.Value
		}
		schema[e.Name] = object
	}
	for _, t := range m.Types {
		schema[t.Name] = m.typeJSON(t)
	}
	for i := range m.Operations {
		o := &m.Operations[i]
		overloads, _ := schema[o.Name].([]any)
		schema[o.Name] = append(overloads, m.operationJSON(o))
	}
	document := map[string]any{"$Version": "4.01", m.Namespace: schema}
	if m.annotated() {
		document["$Reference"] = map[string]any{
			capabilitiesURI + ".json": map[string]any{"$Include": []any{map[string]any{"$Namespace": capabilities}}},
		}
	}
	if m.Container != "" {
		document["$EntityContainer"] = m.qualified(m.Container)
		container := map[string]any{"$Kind": "EntityContainer"}
		for _, set := range m.Sets {
			container[set.Name] = m.resourceJSON(set, true)
		}
		for _, single := range m.Singletons {
			container[single.Name] = m.resourceJSON(single, false)
		}
		schema[m.Container] = container
	}
	return marshal(document)
}

func (m *Model) typeJSON(t *Type) map[string]any {
	object := map[string]any{"$Kind": "ComplexType"}
	if t.entity() {
		object["$Kind"] = "EntityType"
	}
	if t.Base != nil {
		object["$BaseType"] = m.qualified(t.Base.Name)
	}
	if t.Abstract {
		object["$Abstract"] = true
	}
	if len(t.Key) > 0 {
		object["$Key"] = t.Key
	}
	for i := range t.Properties {
		object[t.Properties[i].Name] = m.propertyJSON(&t.Properties[i])
	}
	return object
}

// propertyJSON leaves out what is the default: Edm.String, single, not null.
func (m *Model) propertyJSON(p *Property) map[string]any {
	object := map[string]any{}
	if p.Navigation {
		object["$Kind"] = "NavigationProperty"
	}
	if name := m.typeName(p); name != String.String() {
		object["$Type"] = name
	}
	if p.Collection {
		object["$Collection"] = true
	}
	if p.Nullable {
		object["$Nullable"] = true
	}
	if p.Contained {
		object["$ContainsTarget"] = true
	}
	if precision := p.precision(); precision > 0 {
		object["$Precision"] = precision
	}
	return object
}

func (m *Model) operationJSON(o *Operation) map[string]any {
	object := map[string]any{"$Kind": "Action"}
	if o.Function {
		object["$Kind"] = "Function"
	}
	if o.Bound {
		object["$IsBound"] = true
	}
	var parameters []any
	for i := range o.Parameters {
		parameter := m.propertyJSON(&o.Parameters[i])
		parameter["$Name"] = o.Parameters[i].Name
		parameters = append(parameters, parameter)
	}
	if len(parameters) > 0 {
		object["$Parameter"] = parameters
	}
	if o.Result != nil {
		object["$ReturnType"] = m.propertyJSON(o.Result)
	}
	return object
}

func (m *Model) resourceJSON(r Resource, set bool) map[string]any {
	object := map[string]any{"$Type": m.qualified(r.Type.Name)}
	if set {
		object["$Collection"] = true
	}
	if r.NoKeys {
		object["@"+indexable] = false
	}
	if bindings := m.bindings(r.Type); len(bindings) > 0 {
		targets := map[string]string{}
		for _, binding := range bindings {
			targets[binding.Path] = binding.Target
		}
		object["$NavigationPropertyBinding"] = targets
	}
	return object
}

// ServiceDocument lists the entity sets and singletons. The context is the URL
// of `$metadata`; without it, as for [MetadataNone], it is left out.
func (m *Model) ServiceDocument(context string) ([]byte, error) {
	type entry struct {
		Name string `json:"name"`
		Kind string `json:"kind"`
		URL  string `json:"url"`
	}
	document := struct {
		Context string  `json:"@odata.context,omitempty"`
		Value   []entry `json:"value"`
	}{Context: context, Value: []entry{}}
	for _, set := range m.Sets {
		document.Value = append(document.Value, entry{set.Name, "EntitySet", set.Name})
	}
	for _, single := range m.Singletons {
		document.Value = append(document.Value, entry{single.Name, "Singleton", single.Name})
	}
	return marshal(document)
}

// marshal writes JSON with indents and without HTML escapes.
func marshal(document any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(document)
	return text.Bytes(), err
}
