package servicecomms

import (
	"net/http"
	"strings"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
)

// A description is $metadata in both of its forms.
type description struct{ xml, json httpserver.Answer }

func describe(m *odata.Model) (description, error) {
	xml, json, err := m.Metadata()
	return description{httpserver.Steady("application/xml;charset=utf-8", xml), httpserver.Steady(jsonType, json)}, err
}

// public reports whether a request is for $metadata, which is the same for all
// tenants and says nothing of any: whoever writes a client reads it, and
// generators send no token.
func (x *exchange) public() (operation string, public bool) {
	if !strings.HasSuffix(strings.TrimSuffix(httpserver.RawPath(x.r), "/"), "metadata") {
		return "", false
	}
	operation, err := x.path()
	return operation, err == nil && x.place.plain() && (operation == opMetadata || operation == opShortcut)
}

// servePublic answers for $metadata without asking who wants it, as XML unless
// only JSON is accepted.
func (x *exchange) servePublic(operation string) error {
	if err := x.checkMethod(); err != nil {
		return err
	}
	if err := x.checkForm(); err != nil {
		return err
	}
	options, err := x.api.endpoints[operation].Parse(x.r.URL.RawQuery, x.now)
	if err != nil {
		return err
	}
	wanted := strings.ToLower(x.accept())
	if options.Format != "" {
		wanted = strings.ToLower(options.Format)
	}
	switch d := x.api.description; {
	case wanted == "" || strings.Contains(wanted, "xml") || strings.Contains(wanted, "*"):
		return x.sendDescription(d.xml)
	case strings.Contains(wanted, "json"):
		return x.sendDescription(d.json)
	}
	return failf(http.StatusNotAcceptable, codeNotAcceptable, "Only application/xml and application/json are offered.")
}

// sendDescription sends what anybody may keep for a while.
func (x *exchange) sendDescription(a httpserver.Answer) error {
	if err := x.checkTag(a.Tag); err != nil {
		return err
	}
	header := x.w.Header()
	header.Del("Pragma")
	header.Del("Expires")
	header.Set("Cache-Control", "public, max-age=3600")
	header.Set("Vary", "Accept, OData-Version, OData-MaxVersion")
	if x.setTaken() {
		a.Again = func() bool { return true }
	}
	httpserver.Deliver(x.r.Context(), x.w, x.r.Method, x.r.Header, a)
	return nil
}

// checkTag refuses a request for an answer that has changed since the client
// saw its tag (RFC 9110, 13.1.1). An answer without a tag is any one.
func (x *exchange) checkTag(tag string) error {
	if given, ok := x.r.Header["If-Match"]; ok && !httpserver.Matches(given, tag) {
		return failf(http.StatusPreconditionFailed, codePrecondition, "The answer is not, or no longer, the one that If-Match names.")
	}
	return nil
}
