package graph

import (
	"net/http"
	"strings"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
)

// serviceDocument lists what lies at the root.
func (x *exchange) serviceDocument() error {
	if err := x.formatOnly(); err != nil {
		return err
	}
	context := ""
	if x.level != odata.MetadataNone {
		context = x.context("")
	}
	body, err := x.api.closed.model.ServiceDocument(context)
	if err != nil {
		return err
	}
	return x.replyJSON(body)
}

// formatOnly reads a query that may hold $format and nothing else.
func (x *exchange) formatOnly() error {
	s := x.schema()
	_, err := x.parse(&odata.Endpoint{Model: s.model, Type: s.overview, Allow: []string{"$format"}, Ignore: ignored()})
	return err
}

// A description is $metadata in both of its forms.
type description struct{ xml, json httpserver.Answer }

func describe(m *odata.Model) (description, error) {
	xml, json, err := m.Metadata()
	return description{httpserver.Steady("application/xml", xml), httpserver.Steady("application/json", json)}, err
}

// longestPublic bounds the paths of $metadata, so that others cost nothing.
const longestPublic = len("/v1.0/%24metadata/")

// public reports whether a request is for $metadata, which says nothing of
// tenants: whoever writes a client reads it, and generators send no token.
func (x *exchange) public() bool {
	if len(x.path) > longestPublic {
		return false
	}
	to, ok := resolve(x.path)
	x.to = to
	return ok && to.kind == kindMetadata
}

// servePublic answers for $metadata without asking who wants it.
func (x *exchange) servePublic() error {
	if err := x.checkMethod(); err != nil {
		return err
	}
	if err := checkVersions(x.header); err != nil {
		return err
	}
	return x.metadata()
}

// metadata describes the entities, as XML unless JSON is asked for.
func (x *exchange) metadata() error {
	given, err := odata.ParseQuery(x.query, odata.Limits{})
	if err != nil {
		return err
	}
	wanted := strings.Join(x.header.Values("Accept"), ",")
	for _, option := range given {
		switch option.Name {
		case "$format":
			wanted = option.Value
		case "$schemaversion", "api-version", "client-request-id", "_":
		default:
			return failf(http.StatusBadRequest, "$metadata has no query option of that name.")
		}
	}
	wanted = strings.ToLower(wanted)
	json, xml := strings.Contains(wanted, "json"), strings.Contains(wanted, "xml") || strings.Contains(wanted, "*") || wanted == ""
	switch d := x.api.description; {
	case xml:
		return x.sendDescription(d.xml)
	case json:
		return x.sendDescription(d.json)
	}
	return failf(http.StatusNotAcceptable, "Only application/xml and application/json are offered.")
}

// sendDescription sends what anybody may keep for a while.
func (x *exchange) sendDescription(a httpserver.Answer) error {
	if err := x.checkTag(a.Tag); err != nil {
		return err
	}
	header := x.w.Header()
	header["Cache-Control"], header["Vary"] = x.api.fixed.publicly, x.api.fixed.varyPublicly
	httpserver.Deliver(x.ctx, x.w, x.method, x.header, a)
	return nil
}
