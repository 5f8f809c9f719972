package graph

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// model is the read side that answers are made of.
type model interface {
	Snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error)
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
	Message(ctx context.Context, row *readmodel.Row) (tocsin.Message, error)
}

// Audiences are the names by which tokens for the API may call it: the address
// of the real one in each of its clouds, and its application id.
func Audiences() []string { return tocsin.Audiences(tocsin.APIGraph) }

// Config is what an API is made of.
type Config struct {
	Base       string   // address of the desk, which links start with
	Names      []string // its other addresses: links start with the one that was asked
	Key        []byte   // signs page tokens; the same on every replica
	Model      model
	Admission  *httpserver.Admission
	Viewpoints viewpoints       // nil where nobody keeps them: the actions answer 501
	Files      files            // nil where none are kept
	Audiences  []string         // [Audiences] and the desk's addresses when nil
	Now        func() time.Time // time.Now when nil
	Log        *slog.Logger     // discards when nil
}

// An API serves the Graph form. It is safe for use by several goroutines.
type API struct {
	names      tocsin.Names
	key        []byte
	model      model
	admission  *httpserver.Admission
	viewpoints viewpoints
	files      files
	audiences  []string
	now        func() time.Time
	log        *slog.Logger
	closed     *schema
	open       *schema
	entities   *cache.Cache[entityKey, *entity]
	answers    *cache.Cache[answerKey, *answer]
	buffers    httpserver.Buffers
	packer     *httpserver.Packer
	comma      *httpserver.Piece
	fixed      fixed

	description description
}

// New makes an API. It fails when the settings cannot serve.
func New(c Config) (*API, error) {
	if c.Model == nil || c.Admission == nil || len(c.Key) < 16 || !strings.Contains(c.Base, "://") {
		return nil, fmt.Errorf("graph: a model, an admission, a key of 16 bytes and a base address are needed")
	}
	a := &API{
		names: tocsin.NewNames(c.Base, c.Names...), key: c.Key, model: c.Model, admission: c.Admission,
		viewpoints: c.Viewpoints, files: c.Files, audiences: c.Audiences, now: c.Now, log: c.Log,
		closed: newSchema(false), open: newSchema(true),
		entities: cache.New[entityKey, *entity](cache.Bounds{Bytes: entityBytes}), answers: cache.New[answerKey, *answer](cache.Bounds{Bytes: answerBytes}), fixed: newFixed(), packer: httpserver.NewPacker(5), comma: httpserver.Stored([]byte{','}),
	}
	if a.audiences == nil {
		a.audiences = append(Audiences(), a.names.All()...)
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.log = cmp.Or(a.log, slog.New(slog.DiscardHandler))
	for _, s := range []*schema{a.closed, a.open} {
		if err := s.model.Validate(); err != nil {
			return nil, fmt.Errorf("graph: %w", err)
		}
	}
	var err error
	if a.description, err = describe(a.closed.model); err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	return a, nil
}

// schema is the model for clients that want unknown enum members, or not.
func (a *API) schema(unknown bool) *schema {
	if unknown {
		return a.open
	}
	return a.closed
}

// Routes is the table of what the API serves and needs.
func (a *API) Routes() []httpserver.Route {
	var list []httpserver.Route
	for _, version := range []string{"/v1.0", "/beta"} {
		add := func(needs access.Permission, pattern string) {
			method, path, _ := strings.Cut(pattern, " ")
			list = append(list, httpserver.Route{Pattern: method + " " + version + path, Needs: needs})
		}
		add(access.Public, "GET /$metadata")
		for _, pattern := range []string{"GET /", "POST /$batch", "GET /admin", "GET /admin/id", "GET /" + root, "GET /" + root + "/id"} {
			add(access.SignedIn, pattern)
		}
		for _, path := range []string{
			"/healthOverviews", "/healthOverviews/$count", "/healthOverviews/{service}", "/healthOverviews/{service}/issues",
			"/healthOverviews/{service}/issues/$count", "/healthOverviews/{service}/issues/{id}", "/issues", "/issues/$count",
			"/issues/{id}", "/issues/{id}/incidentReport", "/issues/{id}/{property...}", "/healthOverviews/{service}/{property...}",
			"/healthOverviews/{service}/issues/{id}/{property...}",
		} {
			add(access.ReadHealth, "GET /"+root+path)
		}
		for _, path := range []string{
			"/messages", "/messages/$count", "/messages/{id}", "/messages/{id}/attachments", "/messages/{id}/attachments/{attachment}",
			"/messages/{id}/attachments/{attachment}/content", "/messages/{id}/attachmentsArchive",
			"/messages/{id}/attachments/{attachment}/{property...}", "/messages/{id}/{property...}",
		} {
			add(access.ReadMessages, "GET /"+root+path)
		}
		for _, action := range actions() {
			add(access.SignedIn, "POST /"+root+"/messages/"+action)
		}
	}
	return list
}

// ServeHTTP answers requests below /v1.0/ and /beta/.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{
		api: a, base: a.names.For(r.Host), ctx: r.Context(), w: w, method: r.Method, path: httpserver.RawPath(r), query: r.URL.RawQuery, header: r.Header, body: r.Body, request: r,
	}
	x.name(httpserver.RequestID(r.Context()))
	a.setHeaders(w.Header(), x)
	var err error
	if x.public() {
		err = x.servePublic()
	} else if err = a.admit(x, r); err == nil {
		err = x.serve()
	}
	if err != nil {
		x.fail(err)
	}
}

// Subtree is the API as the server carries requests to it: both versions, and
// their roots in any case.
func (a *API) Subtree() httpserver.Subtree {
	return httpserver.Subtree{
		Name: "graph", Prefix: "/v1.0/", Routes: a.Routes(), Errors: a.WriteError, ChecksBody: true, Near: near,
		Match: func(path string) bool {
			version, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
			return strings.HasPrefix(path, "/") && (strings.EqualFold(version, "v1.0") || strings.EqualFold(version, "beta"))
		},
		Handle: func(w http.ResponseWriter, r *http.Request) error {
			a.ServeHTTP(w, r)
			return nil
		},
	}
}

// WriteError explains a failure around the API in its own form.
func (a *API) WriteError(w http.ResponseWriter, r *http.Request, status int, err *tocsin.Error) {
	x := &exchange{api: a, base: a.names.For(r.Host), ctx: r.Context(), w: w, header: r.Header}
	x.name(httpserver.RequestID(r.Context()))
	a.setHeaders(w.Header(), x)
	f := failf(status, "%s", err.Message)
	x.fail(f)
}

// admit finds out who asks and whether they ask too often, before anything
// else is looked at.
func (a *API) admit(x *exchange, r *http.Request) error {
	identity, refusal := a.admission.Admit(r, x.base, a.now(), a.audiences...)
	if refusal != nil {
		return refused(refusal)
	}
	x.identity = identity
	switch err := httpserver.CheckBody(r); {
	case err == nil:
		return nil
	case httpserver.StatusOf(err) == http.StatusUnsupportedMediaType:
		return failf(http.StatusUnsupportedMediaType, "Send the body without compression.")
	}
	return failf(http.StatusRequestEntityTooLarge, "The body is too large.")
}

// diagnostic is read by a client that fails without it. It names no machine.
const diagnostic = `{"ServerInfo":{"DataCenter":"Tocsin","Slice":"E","Ring":"1","ScaleUnit":"001","RoleInstance":"TOCSIN"}}`

func (a *API) setHeaders(header http.Header, x *exchange) {
	id := []string{x.id}
	header["Odata-Version"] = a.fixed.odata
	header["Request-Id"] = id
	header["X-Activity-Id"] = id
	if x.header.Get("Client-Request-Id") == x.clientID {
		header["Client-Request-Id"] = []string{x.clientID}
	}
	header["X-Ms-Ags-Diagnostic"] = a.fixed.diagnostic
	header["Cache-Control"] = a.fixed.cache
	header["Vary"] = a.fixed.vary
	header["X-Content-Type-Options"] = a.fixed.sniff
}

// name gives the request its id and takes over the client's own if that is
// harmless in a log and in a header.
func (x *exchange) name(id string) {
	if x.id = id; id == "" {
		x.id = tocsin.NewGUID()
	}
	x.clientID = cmp.Or(httpserver.ClientRequestID(x.header), x.id)
}

// fail answers with an error.
func (x *exchange) fail(err error) {
	f := failureOf(err)
	if f.status >= http.StatusInternalServerError && f.cause != nil && x.ctx.Err() == nil {
		x.api.log.ErrorContext(x.ctx, "request failed", "request_id", x.id, "status", f.status, "err", f.cause)
	}
	header := x.w.Header()
	header.Del("ETag")
	header.Del("Content-Encoding")
	header.Del("Preference-Applied")
	if f.header[0] != "" {
		header.Set(f.header[0], f.header[1])
	}
	x.send(f.status, "application/json", f.body(x.now(), x.id, x.clientID))
}
