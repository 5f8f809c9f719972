package native

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed page.html
var pageFile embed.FS

// docsPage is the page that explains the API.
type docsPage struct {
	Title       string
	Description string
	Server      string
	Styles      string // address of the style sheet
	Groups      []docsGroup
	Schemas     []docsSchema
}

type docsGroup struct {
	Name, Description string
	Operations        []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Description, Scope string
	Parameters                                    []docsField
	Body                                          string // name of the schema
	Answers                                       []docsAnswer
	Errors                                        []string // statuses
}

type docsAnswer struct{ Status, Description, Schema string }

type docsField struct{ Name, In, Type, Description string }

type docsSchema struct {
	Name   string
	Fields []docsField
}

// render writes the OpenAPI document as a page that needs no script.
func (a *API) render() ([]byte, error) {
	document := a.huma.OpenAPI()
	page := docsPage{Title: document.Info.Title, Description: document.Info.Description, Server: a.names.First() + strings.TrimSuffix(Prefix, "/"), Styles: a.styles}
	for _, tag := range document.Tags {
		page.Groups = append(page.Groups, a.docsGroup(tag))
	}
	schemas := document.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		page.Schemas = append(page.Schemas, docsSchema{name, fieldsOf(schemas[name])})
	}
	t, err := template.ParseFS(pageFile, "page.html")
	if err != nil {
		return nil, fmt.Errorf("own API: page: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, page); err != nil {
		return nil, fmt.Errorf("own API: page: %w", err)
	}
	return out.Bytes(), nil
}

func (a *API) docsGroup(tag *huma.Tag) docsGroup {
	group := docsGroup{Name: tag.Name, Description: tag.Description}
	for _, op := range a.operations {
		if op.Tags[0] == tag.Name {
			group.Operations = append(group.Operations, docsOperationOf(op))
		}
	}
	slices.SortFunc(group.Operations, func(a, b docsOperation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return group
}

// Steps are the parts of the path, each with the slash that ends it, where a
// line may break.
func (o docsOperation) Steps() []string { return strings.SplitAfter(o.Path, "/") }

func docsOperationOf(op *operation) docsOperation {
	o := docsOperation{
		ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description, Scope: op.needs.Scope(),
	}
	for _, p := range op.Parameters {
		o.Parameters = append(o.Parameters, docsField{p.Name, p.In, typeOf(p.Schema), p.Description})
	}
	if op.RequestBody != nil {
		o.Body = schemaIn(op.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r := op.Responses[status]
		if r.Ref != "" {
			o.Errors = append(o.Errors, status)
			continue
		}
		o.Answers = append(o.Answers, docsAnswer{status, r.Description, schemaIn(r.Content)})
	}
	return o
}

func schemaIn(content map[string]*huma.MediaType) string {
	for _, media := range content {
		if media.Schema != nil {
			return nameOf(media.Schema.Ref)
		}
	}
	return ""
}

func nameOf(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

func fieldsOf(s *huma.Schema) []docsField {
	var list []docsField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		in := "optional"
		if slices.Contains(s.Required, name) {
			in = "required"
		}
		list = append(list, docsField{name, in, typeOf(property), property.Description})
	}
	return list
}

// typeOf is a type in words.
func typeOf(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	var list []string
	for _, value := range s.Enum {
		list = append(list, fmt.Sprint(value))
	}
	switch {
	case s.Ref != "":
		return nameOf(s.Ref)
	case list != nil:
		return strings.Join(list, " | ")
	case s.Items != nil:
		return "list of " + typeOf(s.Items)
	case s.Format != "":
		return s.Format
	}
	return cmp.Or(s.Type, "any")
}
