// Package servicecomms serves the legacy Office 365 Service Communications API
// from the archive: /api/v1.0/{tenant}/ServiceComms/ and below it Services,
// CurrentStatus, HistoricalStatus, Messages and $metadata.
//
// The published reference and the real service disagree about names of fields;
// clients rely on both. An answer has the fields of both families, or of one,
// as the client's or the tenant's shape says. Rules where the reference is
// silent or harmful:
//
//   - Without a time filter, Messages answers what was active in the last seven
//     days. Taken literally, the documented default "StartTime ge now-7d" would
//     hide an incident that began ten days ago and is still open.
//   - Messages are in ascending order of their ids, which keeps pages stable.
//   - A time of a status is never later than the last time that the status was
//     confirmed.
package servicecomms

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// model is the read side that answers are made of.
type model interface {
	Snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error)
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
	Message(ctx context.Context, row *readmodel.Row) (tocsin.Message, error)
}

// archive is what answers about the past need beside the read side.
type archive interface {
	Tenant(ctx context.Context, ref string) (tocsin.Tenant, error)
	States(ctx context.Context, tenantID string, kind tocsin.Kind, since int64) ([]store.State, error)
}

// verifier finds out who sends a request.
type verifier interface {
	Authenticate(r *http.Request, audiences ...string) (access.Identity, error)
}

// Audiences are the names by which tokens for the API may call it: the address
// of the real one and its application id.
func Audiences() []string {
	return []string{"https://manage.office.com", "https://manage.office.com/", "c5393580-f805-4401-95e8-94b7a6ef2fc2"}
}

// Config is what an API is made of.
type Config struct {
	Base     string // address of the desk, without a slash at the end
	Model    model
	Archive  archive
	Verifier verifier
	Now      func() time.Time
	Log      *slog.Logger
}

// An API serves the legacy form. It is safe for use by several goroutines.
type API struct {
	base      string
	model     model
	archive   archive
	verifier  verifier
	audiences []string
	now       func() time.Time
	log       *slog.Logger
	schema    *schema
	endpoints map[string]*odata.Endpoint
	metadata  []byte
}

// New makes an API. It fails when its own tables contradict each other.
func New(c Config) (*API, error) {
	a := &API{base: strings.TrimRight(c.Base, "/"), model: c.Model, archive: c.Archive, verifier: c.Verifier, now: c.Now, log: c.Log, schema: newSchema()}
	a.audiences = append(Audiences(), a.base)
	a.endpoints = a.schema.endpoints()
	if err := a.schema.model.Validate(); err != nil {
		return nil, fmt.Errorf("legacy API: %w", err)
	}
	var err error
	if a.metadata, err = a.schema.model.MetadataXML(); err != nil {
		return nil, fmt.Errorf("legacy API: %w", err)
	}
	return a, nil
}

// Prefix is where the API lives.
const Prefix = "/api/v1.0/"

// Routes is the table of what the API serves and needs.
func (a *API) Routes() []httpserver.Route {
	var list []httpserver.Route
	for _, operation := range []string{"", "/$metadata", "/CurrentStatus", "/HistoricalStatus", "/Messages", "/Services"} {
		list = append(list, httpserver.Route{Pattern: "GET " + Prefix + "{tenant}/ServiceComms" + operation, Needs: access.ReadLegacy})
	}
	return list
}

// Subtree is the API as the server carries requests to it.
func (a *API) Subtree() httpserver.Subtree {
	return httpserver.Subtree{
		Name: "servicecomms", Prefix: Prefix, Routes: a.Routes(), Errors: a.WriteError, ChecksBody: true,
		Handle: func(w http.ResponseWriter, r *http.Request) error {
			a.ServeHTTP(w, r)
			return nil
		},
	}
}

// exchange is one request with its answer.
type exchange struct {
	api      *API
	w        http.ResponseWriter
	r        *http.Request
	started  time.Time
	id       string
	identity access.Identity
	tenant   string // as it was sent
	level    odata.Level
}

// ServeHTTP answers requests below the prefix.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := a.exchange(w, r)
	if err := x.serve(); err != nil {
		x.fail(err)
	}
}

// WriteError explains a failure around the API in its own form.
func (a *API) WriteError(w http.ResponseWriter, r *http.Request, status int, err *tocsin.Error) {
	a.exchange(w, r).fail(&failure{status: status, code: codeOf(status), message: err.Message})
}

func (a *API) exchange(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{api: a, w: w, r: r, started: time.Now(), id: newID()}
	header := w.Header()
	header.Set("OData-Version", "4.0")
	header.Set("X-Activity-Id", x.id)
	header.Set("Cache-Control", "private, no-store")
	header.Set("Pragma", "no-cache")
	header.Set("Expires", "-1")
	header.Set("Vary", "Authorization, Accept, Accept-Language, OData-MaxVersion")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Instance-Name", "tocsin")
	header.Set("Server", "Tocsin")
	header.Set("X-AspNet-Version", "0")
	header.Set("X-Powered-By", "Tocsin")
	if id := r.Header.Get("Client-Request-Id"); id != "" && len(id) <= 64 && strings.Trim(id, idCharacters) == "" {
		header.Set("Client-Request-Id", id)
	}
	return x
}

const idCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.{}"

// newID makes a random GUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// serve checks in the order that all APIs keep: who asks, for which tenant,
// with which permission, what and how, and only then with which options.
func (x *exchange) serve() (err error) {
	if x.identity, err = x.api.verifier.Authenticate(x.r, x.api.audiences...); err != nil {
		return unauthenticated(x.api.base, err)
	}
	operation, err := x.path()
	if err != nil {
		return err
	}
	if err := x.checkTenant(); err != nil {
		return err
	}
	if !x.identity.May(access.ReadLegacy) {
		f := failf(http.StatusForbidden, codeNoPermission, "The token needs %s.", tocsin.ScopeServiceHealth)
		f.header = [2]string{"WWW-Authenticate", `Bearer realm="` + x.api.base + `", error="insufficient_scope", scope="` + tocsin.ScopeServiceHealth + `"`}
		return f
	}
	if err := x.checkRequest(operation); err != nil {
		return err
	}
	return x.operate(operation)
}

// path takes the raw path apart: tenant and operation.
func (x *exchange) path() (operation string, err error) {
	raw := strings.TrimPrefix(httpserver.RawPath(x.r), Prefix)
	tenant, rest, _ := strings.Cut(raw, "/")
	x.tenant, err = url.PathUnescape(tenant)
	if err != nil {
		return "", failf(http.StatusBadRequest, codeMalformed, "The path holds a bad escape.")
	}
	rest, err = url.PathUnescape(rest)
	if err != nil {
		return "", failf(http.StatusBadRequest, codeMalformed, "The path holds a bad escape.")
	}
	if !tocsin.IsGUID(x.tenant) && !tocsin.IsDomain(x.tenant) {
		return "", failf(http.StatusBadRequest, codeBadTenant, "Name the tenant by its GUID or by one of its domains.")
	}
	return rest, nil
}

// checkTenant compares the tenant in the path with that of the token. Who asks
// for another tenant gets one answer, whether or not it exists.
func (x *exchange) checkTenant() error {
	tenant, err := x.api.archive.Tenant(x.r.Context(), x.identity.TenantID)
	own := err == nil && (strings.EqualFold(x.tenant, tenant.ID) || contains(tenant.Domains, x.tenant))
	switch {
	case err != nil && !errors.Is(err, tocsin.ErrNotFound):
		return failureOf(err)
	case !own && !strings.EqualFold(x.tenant, x.identity.TenantID):
		return failf(http.StatusForbidden, codeOtherTenant, "Ask for the tenant that the token was issued for.")
	case err != nil:
		return failf(http.StatusNotFound, codeNoTenant, "The tenant is not set up here.")
	case tenant.Disabled:
		return failf(http.StatusForbidden, codeTenantDisabled, "The tenant is kept, but not served.")
	}
	if x.identity.Shape == "" {
		x.identity.Shape = tenant.Shape
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if strings.EqualFold(one, s) {
			return true
		}
	}
	return false
}

// checkRequest checks route, method, media type and version.
func (x *exchange) checkRequest(operation string) error {
	switch operation {
	case "ServiceComms", "ServiceComms/", "ServiceComms/$metadata":
	default:
		name, ok := strings.CutPrefix(strings.TrimSuffix(operation, "/"), "ServiceComms/")
		if _, known := x.api.endpoints[name]; !ok || !known {
			return failf(http.StatusNotFound, codeNotFound, "The operations are Services, CurrentStatus, HistoricalStatus and Messages.")
		}
	}
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodHead {
		f := failf(http.StatusMethodNotAllowed, codeMethod, "Ask with GET.")
		f.header = [2]string{"Allow", "GET, HEAD"}
		return f
	}
	if err := httpserver.CheckBody(x.r); err != nil {
		return failf(http.StatusUnsupportedMediaType, codeMediaType, "Send no body.")
	}
	if version := x.r.Header.Get("OData-MaxVersion"); version != "" && version != "4.0" && version != "4.01" {
		return failf(http.StatusBadRequest, codeVersion, "Answers are in OData 4.0.")
	}
	return nil
}

// operate answers one operation.
func (x *exchange) operate(operation string) error {
	name := strings.TrimSuffix(strings.TrimPrefix(operation, "ServiceComms"), "/")
	name = strings.TrimPrefix(name, "/")
	switch name {
	case "$metadata":
		x.send(http.StatusOK, "application/xml", x.api.metadata)
		return nil
	case "":
		return x.serveDocument()
	}
	options, err := x.api.endpoints[name].Parse(x.r.URL.RawQuery, x.api.now())
	if err != nil {
		return err
	}
	if x.level, err = odata.Negotiate(strings.Join(x.r.Header.Values("Accept"), ","), options.Format, odata.MetadataNone); err != nil {
		return err
	}
	snapshot, err := x.api.model.Snapshot(x.r.Context(), x.identity.TenantID)
	if err != nil {
		return err
	}
	if snapshot.Stale {
		since := "never"
		if !snapshot.StaleSince.IsZero() {
			since = tocsin.FormatTime(snapshot.StaleSince)
		}
		x.w.Header().Set("X-Tocsin-Stale-Since", since)
	}
	switch name {
	case "Services":
		return x.services(snapshot, options)
	case "CurrentStatus":
		return x.currentStatus(snapshot, options)
	case "HistoricalStatus":
		return x.historicalStatus(snapshot, options)
	}
	return x.messages(snapshot, options)
}

func (x *exchange) serveDocument() error {
	if _, err := odata.ParseQuery(x.r.URL.RawQuery, odata.Limits{}); err != nil {
		return err
	}
	body, err := x.api.schema.model.ServiceDocument(x.root() + "$metadata")
	if err != nil {
		return err
	}
	x.send(http.StatusOK, "application/json", body)
	return nil
}

// root is the address of the API for the tenant as it was sent.
func (x *exchange) root() string {
	return x.api.base + Prefix + url.PathEscape(x.tenant) + "/ServiceComms/"
}

// fail answers with an error.
func (x *exchange) fail(err error) {
	f := failureOf(err)
	if f.cause != nil && x.r.Context().Err() == nil {
		x.api.log.ErrorContext(x.r.Context(), "request failed", "request_id", x.id, "status", f.status, "err", f.cause)
	}
	if f.header[0] != "" {
		x.w.Header().Set(f.header[0], f.header[1])
	}
	x.send(f.status, "application/json", f.body())
}

func (x *exchange) send(status int, kind string, body []byte) {
	header := x.w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Time-Taken", strconv.FormatInt(time.Since(x.started).Milliseconds(), 10))
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		_, _ = x.w.Write(body) // a client that has left needs no answer
	}
}
