package graph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// An exchange is one request of a known caller and its answer. A request
// within a batch is an exchange of its own.
type exchange struct {
	api       *API
	base      string          // the desk's address that was asked
	ctx       context.Context //nolint:containedctx // an exchange is one request
	w         http.ResponseWriter
	method    string
	path      string // as sent
	query     string // as sent
	asked     string // the query of a list as it is read: as sent, or without what has no meaning
	header    http.Header
	body      io.Reader
	request   *http.Request // nil for one within a batch
	batched   bool
	id        string // request-id
	clientID  string // client-request-id; the request-id without one
	identity  access.Identity
	snapshot  *readmodel.Snapshot
	to        target
	level     odata.Level
	prefer    preferences
	viewCache map[string]tocsin.Viewpoint
	fleeting  bool // the answer depends on the clock or on a person
	once      bool // nothing says that the same request comes again
}

// preferences are what the client asks for in Prefer (RFC 7240).
type preferences struct {
	pageSize int  // 0 if not given
	unknown  bool // send enum values that are not published
}

// Page sizes of the published reference.
const (
	defaultPage = 100
	largestPage = 1000
)

// preferencesOf reads what is known and ignores the rest, as preferences are
// meant. A page larger than the largest is the largest.
func preferencesOf(header http.Header) preferences {
	var p preferences
	for _, line := range header.Values("Prefer") {
		for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == ';' }) {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			name = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "odata.")
			switch name {
			case "maxpagesize":
				if n, err := strconv.Atoi(strings.Trim(value, ` "`)); err == nil && n > 0 {
					p.pageSize = min(n, largestPage)
				}
			case "include-unknown-enum-members":
				p.unknown = true
			}
		}
	}
	return p
}

// applied tells the client which preferences were met.
func (p preferences) applied() string {
	var list []string
	if p.pageSize > 0 {
		list = append(list, "odata.maxpagesize="+strconv.Itoa(p.pageSize))
	}
	if p.unknown {
		list = append(list, "include-unknown-enum-members")
	}
	return strings.Join(list, ", ")
}

func (x *exchange) now() time.Time { return x.api.now() }

// schema is the model that the client sees.
func (x *exchange) schema() *schema { return x.api.schema(x.prefer.unknown) }

// serve answers, or says why not.
func (x *exchange) serve() error {
	if err := x.openTenant(); err != nil {
		return err
	}
	to, ok := resolve(x.path)
	x.to = to
	if ok {
		if err := x.permit(); err != nil {
			return err
		}
	}
	if !ok {
		meant, _ := near(httpserver.Tidy(x.path))
		return failf(http.StatusNotFound, "%s", httpserver.Nowhere(meant))
	}
	if err := x.checkMethod(); err != nil {
		return err
	}
	if err := checkVersions(x.header); err != nil {
		return err
	}
	x.prefer = preferencesOf(x.header)
	return x.answer()
}

func (x *exchange) checkMethod() error {
	allowed := x.to.method()
	if x.method == allowed || x.method == http.MethodHead && allowed == http.MethodGet {
		return nil
	}
	f := failf(http.StatusMethodNotAllowed, "Only %s is served here.", allowed)
	f.header = [2]string{"Allow", map[string]string{"GET": "GET, HEAD", "POST": "POST"}[allowed]}
	return f
}

func (x *exchange) openTenant() error {
	snapshot, err := x.api.model.Snapshot(x.ctx, x.identity.TenantID)
	if errors.Is(err, tocsin.ErrNotFound) {
		return failf(http.StatusNotFound, "The tenant of the token is not set up here.")
	}
	if err != nil {
		return err
	}
	if snapshot.Tenant.Disabled {
		return failf(http.StatusForbidden, "The tenant is disabled.")
	}
	x.snapshot = snapshot
	if snapshot.Stale {
		since := "never"
		if !snapshot.StaleSince.IsZero() {
			since = tocsin.FormatTime(snapshot.StaleSince)
		}
		x.w.Header().Set("X-Tocsin-Stale-Since", since)
	}
	return nil
}

// scopeViewpoint is the permission to mark messages, which only people have.
const scopeViewpoint = "ServiceMessageViewpoint.Write"

func (x *exchange) permit() error {
	if x.to.kind == kindAction {
		if !x.identity.Delegated || !slices.Contains(x.identity.Scopes, scopeViewpoint) {
			return x.forbidden(scopeViewpoint, "Marking messages needs the delegated permission "+scopeViewpoint+".")
		}
		return nil
	}
	if err := x.identity.Require(x.to.permission()); err != nil {
		return x.forbidden(x.to.permission().Scope(), failureOf(err).message)
	}
	return nil
}

func (x *exchange) forbidden(scope, message string) *failure {
	f := failf(http.StatusForbidden, "%s", message)
	f.header = httpserver.ScopeChallenge(x.base, scope)
	return f
}

// checkVersions refuses clients that only understand other versions of OData.
// It spells names as [http.Header] keeps them: others are copied for each look.
func checkVersions(header http.Header) error {
	if v := header.Get("Odata-Version"); v != "" && v != "4.0" && v != "4.01" {
		return failf(http.StatusBadRequest, "OData-Version %s is not served: use 4.0.", tocsin.Clip(v, 20))
	}
	if v := header.Get("Odata-Maxversion"); v != "" {
		if n, err := strconv.ParseFloat(v, 64); err != nil || !(n >= 4) || n > 100 {
			return failf(http.StatusBadRequest, "OData-MaxVersion %s is not served: this is OData 4.0.", tocsin.Clip(v, 20))
		}
	}
	return nil
}

func (x *exchange) answer() error {
	switch x.to.kind {
	case kindService:
		return x.serviceDocument()
	case kindMetadata:
		return x.metadata()
	case kindBatch:
		return x.batch()
	case kindAdmin:
		return x.single(x.schema().admin, "admin", "admin")
	case kindContainer:
		return x.single(x.schema().container, root, container)
	case kindList, kindCount:
		return x.list()
	case kindItem:
		return x.item()
	case kindReport:
		return x.report()
	case kindAttachments, kindArchive:
		return x.attachments()
	case kindProperty:
		switch {
		case x.to.list != "":
			return x.property()
		case x.to.key == container:
			return x.propertyOf(idOnly(container), x.schema().container, nil, root, x.to.below)
		}
		return x.propertyOf(idOnly("admin"), x.schema().admin, nil, "admin", x.to.below)
	default:
		return x.mark()
	}
}

// negotiate settles how much metadata a JSON answer carries.
func (x *exchange) negotiate(format string) error {
	accept := x.header.Values("Accept")
	if format == "" && (len(accept) == 0 || len(accept) == 1 && (accept[0] == "" || accept[0] == "*/*" || accept[0] == "application/json")) {
		x.level = odata.MetadataMinimal
		return nil
	}
	if format == "" && x.to.counts() && odata.AcceptsText(strings.Join(accept, ",")) {
		x.level = odata.MetadataMinimal
		return nil
	}
	level, err := odata.Negotiate(strings.Join(accept, ","), format, odata.MetadataMinimal)
	x.level = level
	return err
}

// parse reads the query options. What the client accepts is judged first.
func (x *exchange) parse(e *odata.Endpoint) (*odata.Options, error) {
	return x.parseQuery(e, x.query)
}

func (x *exchange) parseQuery(e *odata.Endpoint, query string) (*odata.Options, error) {
	if query == "" {
		return &odata.Options{}, x.negotiate("")
	}
	opts, err := e.Parse(query, x.now())
	format := ""
	if err == nil {
		format = opts.Format
	}
	if err := x.negotiate(format); err != nil {
		return nil, err
	}
	return opts, err
}

// send writes a complete answer.
func (x *exchange) send(status int, contentType string, body []byte) {
	header := x.w.Header()
	header["Content-Type"] = []string{contentType}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // the client is gone: nobody to tell
}

// reply sends an answer without an entity tag, if the client does not ask for
// one.
func (x *exchange) reply(status int, contentType string, body []byte) error {
	if err := x.checkTag(""); err != nil {
		return err
	}
	if status == http.StatusNoContent {
		x.w.WriteHeader(status)
		return nil
	}
	x.send(status, contentType, body)
	return nil
}

// checkTag refuses a request for an answer that has changed since the client
// saw its tag (RFC 9110, 13.1.1). An answer without a tag is any one.
func (x *exchange) checkTag(tag string) error {
	given, ok := x.header["If-Match"]
	if !ok || x.to.method() != http.MethodGet || httpserver.Matches(given, tag) {
		return nil
	}
	return failf(http.StatusPreconditionFailed, "The answer is not, or no longer, the one that If-Match names.")
}

// replyJSON sends a JSON answer of the negotiated level.
func (x *exchange) replyJSON(body []byte) error { return x.reply(http.StatusOK, x.jsonType(), body) }

func (x *exchange) jsonType() string { return x.jsonTypes()[0] }

// jsonTypes is the header Content-Type of the negotiated level.
func (x *exchange) jsonTypes() []string {
	switch x.level {
	case odata.MetadataNone:
		return x.api.fixed.none
	case odata.MetadataFull:
		return x.api.fixed.full
	}
	return x.api.fixed.minimal
}

// at is the address of something below the root of the version.
func (x *exchange) at(path string) string { return x.base + "/" + x.to.version + "/" + path }

// context is the URL that describes an answer, such as "…#admin/…/issues".
func (x *exchange) context(fragment string) string { return x.at("$metadata") + fragment }
