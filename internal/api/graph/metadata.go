package graph

import (
	"net/http"
	"strings"

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
	x.sendJSON(body)
	return nil
}

// formatOnly reads a query that may hold $format and nothing else.
func (x *exchange) formatOnly() error {
	s := x.schema()
	_, err := x.parse(&odata.Endpoint{Model: s.model, Type: s.overview, Allow: []string{"$format"}, Ignore: ignored()})
	return err
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
	switch {
	case xml:
		body, err := x.api.closed.model.MetadataXML()
		if err != nil {
			return err
		}
		x.send(http.StatusOK, "application/xml", body)
	case json:
		body, err := x.api.closed.model.MetadataJSON()
		if err != nil {
			return err
		}
		x.send(http.StatusOK, "application/json", body)
	default:
		return failf(http.StatusNotAcceptable, "Only application/xml and application/json are offered.")
	}
	return nil
}
