package servicecomms

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// model is the read side that answers are made of.
type model interface {
	Snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error)
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
	Message(ctx context.Context, row *readmodel.Row) (tocsin.Message, error)
}

// storage is what the read side does not have: how issues developed, and the
// documents that belong to them.
type storage interface {
	States(ctx context.Context, tenantID string, kind tocsin.Kind, since int64) ([]tocsin.State, error)
	Gaps(ctx context.Context, tenantID string, since time.Time) ([]archive.Gap, error)
	Items(ctx context.Context, tenantID string, q archive.ItemsQuery) (list []archive.Item, next string, err error)
	Files(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.File, error)
}

// Audiences are the names by which tokens for the API may call it: the address
// of the real one in each of its clouds, and its application id.
func Audiences() []string { return tocsin.Audiences(tocsin.APILegacy) }

// Config is what an API is made of.
type Config struct {
	Base      string   // address of the desk
	Names     []string // its other addresses: links start with the one that was asked
	Model     model
	Archive   storage
	Admission *httpserver.Admission
	Now       func() time.Time
	Log       *slog.Logger
}

// An API serves the legacy form. It is safe for use by several goroutines.
type API struct {
	names     tocsin.Names
	model     model
	archive   storage
	history   *history.Reader
	admission *httpserver.Admission
	audiences []string
	now       func() time.Time
	log       *slog.Logger
	schema    *schema
	endpoints map[string]*odata.Endpoint
	encoded   *cache.Cache[encodedKey, fields]
	zipped    zipped
	bodies    httpserver.Bodies
	buffers   httpserver.Buffers

	description description
}

// New makes an API. It fails when its own tables contradict each other.
func New(c Config) (*API, error) {
	a := &API{names: tocsin.NewNames(c.Base, c.Names...), model: c.Model, archive: c.Archive, history: history.New(c.Archive, c.Model), admission: c.Admission, now: c.Now, log: c.Log, schema: newSchema()}
	a.encoded, a.zipped, a.bodies = cache.New[encodedKey, fields](cache.Bounds{Bytes: maxEncoded}), newZipped(), httpserver.NewBodies(maxBodies)
	a.audiences = append(Audiences(), a.names.All()...)
	a.endpoints = a.schema.endpoints()
	err := a.schema.model.Validate()
	if err == nil {
		a.description, err = describe(a.schema.model)
	}
	if err != nil {
		return nil, fmt.Errorf("legacy API: %w", err)
	}
	return a, nil
}

// Routes is the table of what the API serves and needs.
func (a *API) Routes() []httpserver.Route {
	var list []httpserver.Route
	for _, operation := range operations() {
		needs := access.ReadLegacy
		if operation == opMetadata || operation == opShortcut {
			needs = access.Public
		}
		list = append(list, httpserver.Route{Pattern: "GET " + Prefix + "{tenant}/" + operation, Needs: needs})
	}
	for _, operation := range []string{opServices, opCurrent, opHistorical, opMessages} {
		list = append(list, httpserver.Route{Pattern: "GET " + Prefix + "{tenant}/" + operation + "/$count", Needs: access.ReadLegacy})
	}
	list = append(list, httpserver.Route{Pattern: "GET " + Prefix + "{tenant}/" + opRoot + "/{entity}/{property...}", Needs: access.ReadLegacy})
	return list
}

// Subtree is the API as the server carries requests to it.
func (a *API) Subtree() httpserver.Subtree {
	return httpserver.Subtree{
		Name: "servicecomms", Prefix: Prefix, Routes: a.Routes(), Errors: a.WriteError, ChecksBody: true, Near: near,
		Handle: func(w http.ResponseWriter, r *http.Request) error {
			a.ServeHTTP(w, r)
			return nil
		},
	}
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
	f := &failure{status: status, code: codeOf(status), message: err.Message}
	if status == http.StatusInternalServerError {
		f.message = "Retry the request."
	}
	a.exchange(w, r).fail(f)
}
