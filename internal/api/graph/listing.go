package graph

import (
	"encoding/json"
	"fmt"
	"strings"

	"example.org/tocsin/internal/odata"
)

// A listing is one list as requests see it under one schema.
type listing struct {
	name     string
	typ      *odata.Type
	wire     []*odata.Property // in the order of the wire
	list     *odata.Endpoint
	item     *odata.Endpoint
	expanded bool // issues of services, or attachments of messages, may be expanded
}

// Parameters that clients add without meaning a query option.
func ignored() []string {
	return []string{"api-version", "PublisherIdentifier", "client-request-id", "_"}
}

func newListing(s *schema, name string, typ *odata.Type, order []int, expanded bool) *listing {
	l := &listing{name: name, typ: typ, expanded: expanded}
	for _, index := range order {
		l.wire = append(l.wire, propertyAt(typ, index))
	}
	list := []string{"$filter", "$orderby", "$select", "$top", "$skip", "$skiptoken", "$count", "$search", "$format"}
	item := []string{"$select", "$format"}
	if expanded {
		list, item = append(list, "$expand"), append(item, "$expand")
	}
	nested := []string{"$filter", "$orderby", "$select", "$top", "$skip", "$count", "$search"}
	l.list = &odata.Endpoint{Model: s.model, Type: typ, Allow: list, AllowExpanded: nested, Ignore: ignored()}
	l.item = &odata.Endpoint{Model: s.model, Type: typ, Allow: item, AllowExpanded: nested, Ignore: ignored(), Single: true}
	return l
}

func propertyAt(t *odata.Type, index int) *odata.Property {
	for ; t != nil; t = t.Base {
		for i := range t.Properties {
			if t.Properties[i].Index == index {
				return &t.Properties[i]
			}
		}
	}
	return nil
}

// listing finds the list of a name.
func (s *schema) listing(name string) *listing {
	for _, l := range s.listings {
		if l.name == name {
			return l
		}
	}
	return nil
}

// columns of rows: what a filter asks for without reading a text.
func (l *listing) column(path string) bool {
	switch path {
	case "id", "startDateTime", "endDateTime", "lastModifiedDateTime", "service", "status", "classification", "category", "feature", "featureGroup", "services":
		return true
	case "isResolved":
		return l.name == listIssues
	}
	return false
}

// grouped reports whether all rows of a group have the same value.
func (l *listing) grouped(path string) bool {
	switch path {
	case "service", "status", "classification", "feature", "featureGroup", "isResolved":
		return l.name == listIssues
	case "category", "services":
		return l.name == listMessages
	}
	return false
}

// fragment names what an answer holds, such as "#admin/…/issues(id,title)".
func (l *listing) fragment(opts *odata.Options) string {
	parts := selectionText(opts.Select)
	for _, e := range opts.Expand {
		parts = append(parts, e.Property.Name+"("+strings.Join(selectionText(e.Options.Select), ",")+")")
	}
	text := "#" + root + "/" + l.name
	if len(parts) > 0 {
		text += "(" + strings.Join(parts, ",") + ")"
	}
	return text
}

func selectionText(s *odata.Selection) []string {
	if s == nil {
		return nil
	}
	var parts []string
	if s.All {
		parts = append(parts, "*")
	}
	for _, item := range s.Items {
		if item.Nested == nil {
			parts = append(parts, item.Property.Name)
			continue
		}
		for _, inner := range selectionText(item.Nested) {
			parts = append(parts, item.Property.Name+"/"+inner)
		}
	}
	return parts
}

// write appends the members of an entity without its braces: all of them, or
// those selected.
func (l *listing) write(to []byte, e *entity, sel *odata.Selection, level odata.Level) []byte {
	if sel == nil && level != odata.MetadataFull {
		return append(to, e.json[1:len(e.json)-1]...)
	}
	first := true
	for _, p := range l.wire {
		if !sel.Has(p) {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first = false
		if level == odata.MetadataFull {
			if name := annotation(p); name != "" {
				to = fmt.Appendf(to, `"%s@odata.type":"%s",`, p.Name, name)
			}
		}
		if nested := sel.Of(p); nested != nil {
			to = appendString(to, p.Name)
			to = narrow(append(to, ':'), e.value(p.Index), p.Struct, nested)
			continue
		}
		to = append(to, e.member(p.Index)...)
	}
	return to
}

// columns are the properties that a selection wants, in the order of the wire.
// They are nil where there is none, or where write has more to do than to put
// them behind each other.
func (l *listing) columns(sel *odata.Selection, level odata.Level) []int {
	if sel == nil || level == odata.MetadataFull {
		return nil
	}
	var list []int
	for _, p := range l.wire {
		if sel.Of(p) != nil {
			return nil
		}
		if sel.Has(p) {
			list = append(list, p.Index)
		}
	}
	return list
}

// annotation is the type of a value that JSON does not tell by itself.
func annotation(p *odata.Property) string {
	name := ""
	switch {
	case p.Enum != nil:
		name = "microsoft.graph." + p.Enum.Name
	case p.Struct != nil:
		name = "microsoft.graph." + p.Struct.Name
	case p.Kind == odata.DateTimeOffset:
		name = "DateTimeOffset"
	case p.Kind == odata.String && p.Collection:
		name = "String"
	}
	switch {
	case name == "":
		return ""
	case p.Collection:
		return "#Collection(" + name + ")"
	}
	return "#" + name
}

// narrow writes the selected members of a complex value or of a list of them.
func narrow(to, raw []byte, t *odata.Type, sel *odata.Selection) []byte {
	if len(raw) > 0 && raw[0] == '[' {
		var items []json.RawMessage
		_ = json.Unmarshal(raw, &items) // our own encoding
		return appendList(to, items, func(to []byte, item json.RawMessage) []byte { return narrow(to, item, t, sel) })
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil {
		return append(to, raw...)
	}
	first := true
	to = append(to, '{')
	for i := range t.Properties {
		p := &t.Properties[i]
		value, ok := object[p.Name]
		if !ok || !sel.Has(p) {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first = false
		to = append(appendString(to, p.Name), ':')
		if nested := sel.Of(p); nested != nil {
			to = narrow(to, value, p.Struct, nested)
			continue
		}
		to = append(to, value...)
	}
	return append(to, '}')
}
