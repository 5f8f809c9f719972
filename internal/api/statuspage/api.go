package statuspage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// editions are the tenants that publish something.
type editions interface {
	Asked(ctx context.Context, visitor access.Visitor, tenant string) (publish.Edition, error)
	Version(ctx context.Context) (uint64, error)
}

// snapshots are what the services of a tenant are judged from.
type snapshots interface {
	Snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error)
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// Config is what an API is made of.
type Config struct {
	Base  string   // address of the desk; that of the request when empty
	Names []string // its other addresses
	Press editions
	Model snapshots
	Now   func() time.Time
}

// An API says how the services of tenants are. It is safe for use by several
// goroutines.
type API struct {
	config  Config
	names   tocsin.Names
	locales map[string]*lang.Locale
	packer  *httpserver.Packer
	kept    kept
}

// New makes an API. It fails when the texts of a language cannot be read.
func New(c Config) (*API, error) {
	if c.Press == nil || c.Model == nil || c.Now == nil {
		return nil, errors.New("status documents: a press, a model and a clock are needed")
	}
	a := &API{config: c, names: tocsin.NewNames(c.Base, c.Names...), locales: map[string]*lang.Locale{}, packer: httpserver.NewPacker(3), kept: newKept()}
	for _, code := range lang.Languages() {
		l, err := lang.NewLocale(code)
		if err != nil {
			return nil, fmt.Errorf("status documents: %w", err)
		}
		a.locales[code] = l
	}
	return a, nil
}

// A view is a request about one tenant that its sender may read.
type view struct {
	*API
	w       http.ResponseWriter
	r       *http.Request
	now     time.Time
	edition publish.Edition
	version uint64 // of all editions, when it was found
	*readmodel.Snapshot
	report *health.Report // nil before judge
}

// Routes is what the API serves: of the tenant that a path names, and below
// /api/v2/ of the one that the query names, or the only one that is published.
func (a *API) Routes() []httpserver.Route {
	var list []httpserver.Route
	route := func(path string, h func(*view) error) {
		list = append(list, httpserver.Route{Pattern: "GET " + path, Needs: access.Public, Handle: a.serve(h)})
	}
	for name, document := range map[string]func(*view) (any, error){
		"summary": summary, "status": status, "components": components, "incidents": incidents, "incidents/unresolved": unresolvedIncidents, "scheduled-maintenances": scheduled,
	} {
		h := same(func(v *view) (answer, error) {
			body, err := document(v)
			if err != nil {
				return answer{}, err
			}
			return jsonAnswer(body)
		})
		route("/status/{tenant}/api/v2/"+name+".json", h)
		route("/api/v2/"+name+".json", h)
	}
	route("/status/{tenant}/badge.svg", same((*view).badge))
	route("/status/{tenant}/badge.json", same((*view).shields))
	route("/badge.svg", same((*view).badge))
	route("/status/{tenant}/embed.json", same((*view).embed))
	for _, path := range []string{"/status/{tenant}/probe", "/status/{tenant}/probe/{service}"} {
		list = append(list, httpserver.Route{Pattern: "GET " + path, Needs: access.Public, AnyHost: true, Handle: a.serve((*view).probe)})
	}
	return list
}

// serve finds what is asked about. What the sender may not read is like what is
// not there. What is wrong with a request is explained as JSON.
func (a *API) serve(h func(*view) error) httpserver.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		v := &view{API: a, w: w, r: r, now: a.config.Now().UTC()}
		err := v.find()
		if err == nil {
			err = h(v)
		}
		code := httpserver.StatusOf(err)
		if err == nil || code >= http.StatusInternalServerError {
			return err
		}
		text := http.StatusText(code)
		if known, ok := errors.AsType[*tocsin.Error](err); ok {
			text = known.Message
		}
		body, err := json.Marshal(map[string]string{"error": text})
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "no-store")
		httpserver.Deliver(r.Context(), w, r.Method, http.Header{}, httpserver.Answer{Status: code, Kind: jsonKind(), Body: body})
		return nil
	}
}

func jsonKind() []string { return []string{"application/json; charset=utf-8"} }

// find finds the tenant.
func (v *view) find() error {
	ctx := v.r.Context()
	var err error
	if v.version, err = v.config.Press.Version(ctx); err != nil {
		return err
	}
	v.edition, err = v.config.Press.Asked(ctx, access.VisitorOf(ctx), cmp.Or(v.r.PathValue("tenant"), v.r.URL.Query().Get("tenant")))
	if err != nil {
		return err
	}
	header := v.w.Header()
	header.Set("Cache-Control", "private, max-age=30")
	if v.edition.Open() {
		header.Set("Cache-Control", "public, max-age=30")
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Cross-Origin-Resource-Policy", "cross-origin") // pages of others show badges
	}
	if !v.edition.Indexed {
		header.Set("X-Robots-Tag", "noindex")
	}
	v.Snapshot, err = v.config.Model.Snapshot(ctx, v.edition.Tenant.ID)
	return err
}

// service is the judgement on the service that a path or the query names, nil
// for the whole tenant.
func (v *view) service() (*health.Service, error) {
	name := v.r.PathValue("service")
	if name == "" {
		name = v.r.URL.Query().Get("service")
	}
	if name == "" {
		return nil, nil //nolint:nilnil // the whole tenant is asked for
	}
	s, ok := v.report.Named(name)
	if !ok {
		return nil, tocsin.NotFoundf("There is no service %q.", tocsin.Clip(name, 80))
	}
	return s, nil
}

// judged is the severity that is asked for, since when, and of what.
func (v *view) judged() (severity tocsin.Severity, since time.Time, name string, err error) {
	s, err := v.service()
	if err != nil || s == nil {
		return v.report.Severity, v.report.Since, v.edition.Tenant.Title(), err
	}
	return s.Severity, s.Since, s.Name, nil
}

// locale is the language that the query asks for, English by default.
func (v *view) locale() (*lang.Locale, error) {
	code := v.r.URL.Query().Get("lang")
	if code == "" {
		code = lang.Languages()[0]
	}
	l, ok := v.locales[code]
	if !ok {
		return nil, tocsin.Invalidf("lang", "%q is none of %s.", tocsin.Clip(code, 20), strings.Join(lang.Languages(), ", "))
	}
	return l, nil
}

// address is that of the desk.
func (v *view) address() string {
	if v.config.Base == "" {
		return "http://" + v.r.Host
	}
	return v.names.For(v.r.Host)
}

// home is the address of the tenant's pages.
func (v *view) home() string { return v.address() + "/status/" + v.edition.Tenant.Name }
