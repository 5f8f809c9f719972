// Package web serves people: pages made on the server, complete without
// JavaScript, from the read model. Every page is a typed view model and a
// template; a page is made in memory before the first byte is sent.
//
// Pages never say that a service works when nobody has looked: while a source
// is stale, what was healthy is shown as unknown since then.
package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

//go:embed templates static
var files embed.FS

// model is the read side that pages are made of.
type model interface {
	Snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error)
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
	Message(ctx context.Context, row *readmodel.Row) (tocsin.Message, error)
}

// archive is the part of the store that pages need beside the read side.
type archive interface {
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
	LatestChanges(ctx context.Context, tenantID string, limit int) ([]tocsin.Change, error)
}

// Config is what pages are made of.
type Config struct {
	Model   model
	Archive archive
	Now     func() time.Time
	Demo    bool // marks every page as a demonstration
}

// Pages serves people.
type Pages struct {
	config    Config
	templates *template.Template
	static    map[string]asset // by name with its hash
	names     map[string]string
}

// asset is a file with the hash of its content in its name, so that browsers
// may keep it for ever.
type asset struct {
	kind string
	body []byte
}

// New reads the templates and files. It fails when one of them is broken.
func New(c Config) (*Pages, error) {
	p := &Pages{config: c, static: map[string]asset{}, names: map[string]string{}}
	for _, name := range []string{"app.css", "app.js"} {
		body, err := files.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
		sum := sha256.Sum256(body)
		stem, ending, _ := strings.Cut(name, ".")
		hashed := stem + "-" + hex.EncodeToString(sum[:6]) + "." + ending
		kind := map[string]string{"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}[ending]
		p.static[hashed], p.names[name] = asset{kind, body}, "/static/"+hashed
	}
	var err error
	p.templates, err = template.New("").Funcs(template.FuncMap{"static": func(name string) string { return p.names[name] }}).ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	return p, nil
}

// Routes is the table of pages. Until people can sign in, pages are for
// everybody who reaches the desk, which listens on this machine by default.
func (p *Pages) Routes() []httpserver.Route {
	return []httpserver.Route{
		{Pattern: "GET /{$}", Needs: access.Public, Handle: p.overview},
		{Pattern: "GET /static/{name}", Needs: access.Public, Handle: p.serveStatic},
	}
}

func (p *Pages) serveStatic(w http.ResponseWriter, r *http.Request) error {
	file, ok := p.static[r.PathValue("name")]
	if !ok {
		return tocsin.NotFoundf("There is no such file.")
	}
	w.Header().Set("Content-Type", file.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file.body))
	return nil
}

// render makes a page and sends it.
func (p *Pages) render(w http.ResponseWriter, status int, name string, page any) error {
	var body bytes.Buffer
	if err := p.templates.ExecuteTemplate(&body, name, page); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	header.Set("Cache-Control", "private, no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a browser that has left needs no answer
	return nil
}

// errorPage is what is shown instead of a page.
type errorPage struct {
	Title, Message, RequestID string
	Status                    int
}

// WriteError explains an error as a page.
func (p *Pages) WriteError(w http.ResponseWriter, r *http.Request, status int, err *tocsin.Error) {
	page := errorPage{Title: http.StatusText(status), Message: err.Message, RequestID: httpserver.RequestID(r.Context()), Status: status}
	if p.render(w, status, "error", page) != nil {
		httpserver.PlainError(w, r, status, err)
	}
}
