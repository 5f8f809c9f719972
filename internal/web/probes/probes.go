// Package probes is the page on which a desk sees what probes found at its seats
// and on its networks: where an endpoint fails, in the office only or elsewhere
// too. Results come from seats, by a one-time code that somebody of the desk
// makes, or as pasted text, and from the server.
//
// What is judged is package probe's: the page counts and words it. It may import
// the shell and no other family. To read on, begin with [Pages.Family].
package probes

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

//go:embed templates locales
var files embed.FS

// storage is the part of the store about results of probes.
type storage interface {
	AddProbeCode(ctx context.Context, tenantID string, hash tocsin.Hash, until, now time.Time) error
	TakeProbe(ctx context.Context, tenantID string, hash tocsin.Hash, p tocsin.Probe) (tocsin.Probe, error)
	AddProbe(ctx context.Context, p tocsin.Probe) error
	Probes(ctx context.Context, tenantID string, since time.Time, limit int) ([]tocsin.Probe, error)
	CountBeacon(ctx context.Context, b tocsin.Beacon, now time.Time) error
}

// places knows tenants and their sites.
type places interface {
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
	Sites(ctx context.Context) ([]tocsin.Site, error)
}

// calls is the part of the store that has calls, to which results are added.
type calls interface {
	Triages(ctx context.Context, tenantID string, open bool, limit int) ([]tocsin.Triage, error)
	ChangeTriage(ctx context.Context, c respond.TriageChange, change func(*tocsin.Triage) error) (tocsin.Triage, error)
}

// Config is what the pages are made of.
type Config struct {
	Store storage
	Calls calls
	Now   func() time.Time
	// Beacons are the short names of the tenants for which pages inside may say how
	// services work; Places and Network are needed where there are any.
	Beacons []string
	Places  places
	Network func(*http.Request) string // where a request comes from, coarsely
}

// Pages are the pages of probes.
type Pages struct {
	config Config
	flood  *access.Limiter // of beacons
}

// New is the pages of one desk.
func New(c Config) *Pages { return &Pages{c, access.NewLimiter(beaconsPerMinute)} }

// A view is a request for one of the pages.
type view struct {
	*web.Request
	pages *Pages
}

// maxSent is how many bytes a seat may send: a result with its code.
const maxSent = probe.MaxText + 4096

// Family is the pages with their templates, texts and links.
func (p *Pages) Family() web.Family {
	page := func(method, path string, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: access.Triage, MaxBody: 2 * probe.MaxText, Handle: func(r *web.Request) error {
			r.W.Header().Set("Cache-Control", "no-store")
			return handle(&view{r, p})
		}}
	}
	return web.Family{
		Files: files,
		Pages: []web.Page{
			page("GET", "/probes", func(v *view) error { return v.show(http.StatusOK, "", nil) }),
			page("POST", "/probes/codes", (*view).makeCode),
			page("POST", "/probes/paste", (*view).paste),
			page("POST", "/probes/attach", (*view).attach),
			{Method: "POST", Path: "/probes/results", Needs: access.Public, Bare: true, Alike: true, MaxBody: maxSent, Handle: p.take},
			{Method: "POST", Path: "/rum", Needs: access.Public, Bare: true, Alike: true, MaxBody: maxBeacon, Handle: p.beacon},
		},
		Links: []web.Link{{Place: 77, Group: "act", Path: "/probes", Icon: "search", Text: "nav.probes"}},
	}
}

// makeCode serves POST /probes/codes: the code is shown once.
func (v *view) makeCode() error {
	code := tocsin.NewProbeCode()
	if err := v.pages.config.Store.AddProbeCode(v.R.Context(), v.Snapshot.Tenant.ID, tocsin.ProbeCodeHash(code), v.Now.Add(tocsin.ProbeCodeLife), v.Now); err != nil {
		return v.show(web.FormStatus(err), "", err)
	}
	return v.show(http.StatusOK, code, nil)
}

// paste serves POST /probes/paste.
func (v *view) paste() error {
	r, err := probe.ReadText(v.R.PostFormValue("text"))
	if err != nil {
		return v.show(web.FormStatus(err), "", err)
	}
	p, err := r.Kept(v.Now)
	if err != nil {
		return err
	}
	p.TenantID, p.Origin, p.By = v.Snapshot.Tenant.ID, tocsin.ProbePasted, tocsin.ActorOf(v.R.Context()).Name
	if err := v.pages.config.Store.AddProbe(v.R.Context(), p); err != nil {
		return err
	}
	return v.Redirect(v.Href("/probes?done=pasted"))
}

// take serves POST /probes/results for programs: a result with its code. What is
// wrong is said in JSON.
func (p *Pages) take(v *web.Request) error {
	v.W.Header().Set("Cache-Control", "no-store")
	err := p.keep(v.R)
	refused, ok := errors.AsType[*tocsin.Error](err)
	if err != nil && !ok {
		return err
	}
	v.W.Header().Set("Content-Type", "application/json")
	switch {
	case err == nil:
		v.W.WriteHeader(http.StatusCreated)
		_, err = io.WriteString(v.W, "{}\n")
		return err
	case errors.Is(err, tocsin.ErrNotFound):
		v.W.WriteHeader(http.StatusNotFound)
	case errors.Is(err, tocsin.ErrInvalid):
		v.W.WriteHeader(http.StatusBadRequest)
	default:
		return err
	}
	return json.NewEncoder(v.W).Encode(map[string]any{"error": map[string]string{"field": refused.Field, "message": refused.Message}})
}

func (p *Pages) keep(r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxSent))
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tocsin.Invalidf("result", "A result has at most %s.", tocsin.Count(int(large.Limit), "byte", "bytes"))
	}
	if err != nil {
		return tocsin.Invalidf("result", "The result did not arrive in full.")
	}
	var sent struct {
		Code   string          `json:"code"`
		Result json.RawMessage `json:"result"`
	}
	if json.Unmarshal(body, &sent) != nil {
		return tocsin.Invalidf("result", "Send a JSON object with code and result.")
	}
	result, err := probe.ReadJSON(sent.Result)
	if err != nil {
		return err
	}
	one, err := result.Kept(p.config.Now())
	if err != nil {
		return err
	}
	_, err = p.config.Store.TakeProbe(r.Context(), "", tocsin.ProbeCodeHash(sent.Code), one)
	return err
}
