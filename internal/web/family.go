package web

import (
	"cmp"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"slices"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/lang"
)

// A Family is pages that belong together, or parts that several families show.
// It stands in a folder of its own, with its templates and its texts.
type Family struct {
	// Files has the templates in templates/*.html and the texts in
	// locales/LANGUAGE.json; one of the two folders may be missing. The names of
	// templates and the keys of texts are those of all families together: each is
	// there once.
	Files fs.FS
	// Funcs are of the templates, beside those of the shell. They depend on no
	// desk: templates that are built in are read once a process.
	Funcs template.FuncMap
	// Sheet is a style sheet that its pages load beside the one of all pages,
	// such as work.css, "" for none.
	Sheet string
	Pages []Page
	Links []Link
}

// A Page is one address in every language.
type Page struct {
	Method, Path string // as in [http.ServeMux], without the prefix of a language
	Needs        access.Permission
	Handle       func(*Request) error
	Bare         bool // does without a tenant
	// Alike is the same for everybody who may open it: it depends on no cookie,
	// chooses no tenant of the visitor, and its times are absolute.
	Alike bool
	// Contents are languages that what it shows can have beside those of its
	// interface: with "es" it answers below /es as well, Spanish in the frame of
	// the first language.
	Contents []string
	// MaxBody is how many bytes a form may have; 0 for 64 KiB.
	MaxBody int64
	family  int // of those of New, from 1; 0 is the shell
}

// A Link is an entry of the side panel. It is shown to whoever may open the
// page.
type Link struct {
	Place      int    // from the top; each link has another one
	Group      string // the text above it is nav.group. and this, of the shell
	Path, Icon string
	Text       string // key of its name
	Short      string // key of its name in the bar of a small screen, "" for none
	Key        string // letter of its shortcut, "" for none
	Bare       bool   // is shown without a tenant
	// Shown says to whom it is shown beside that, Count what its list holds and
	// whether that is bad; either may be nil.
	Shown func(*Request) bool
	Count func(*Request) (n int, down bool)
}

// index takes up the pages and links of the families.
func (p *Pages) index(families []Family) {
	for i, f := range families {
		p.sheets = append(p.sheets, f.Sheet)
		for _, page := range f.Pages {
			page.family = i
			p.pages = append(p.pages, page)
			if page.Method == http.MethodGet {
				p.readable.Handle("GET "+page.Path, http.NotFoundHandler())
				p.needs[page.Path] = page.Needs
			}
		}
		p.links = append(p.links, f.Links...)
	}
	slices.SortStableFunc(p.links, func(a, b Link) int { return cmp.Compare(a.Place, b.Place) })
}

// Routes returns the table of pages. What a page needs is asked of its visitor
// by the server's gate; which tenants they see on it is for visible.
func (p *Pages) Routes() []httpserver.Route {
	routes := []httpserver.Route{
		{Pattern: "GET /static/{name}", Needs: access.Public, Handle: p.static.serve},
		{Pattern: "GET " + eventsPath, Needs: access.ReadMessages, Handle: p.events, Streams: true},
	}
	for _, page := range p.pages {
		routes = append(routes, p.localised(page)...)
	}
	return routes
}

// localised is one route for each language. An address that is only the prefix
// of a language leads to its overview.
func (p *Pages) localised(page Page) []httpserver.Route {
	var routes []httpserver.Route
	for _, code := range lang.Languages() {
		prefix := PrefixOf(code)
		routes = append(routes, httpserver.Route{Pattern: page.Method + " " + prefix + page.Path, Needs: page.Needs, MaxBody: page.MaxBody, Handle: p.serveIn(code, code, page)})
		if page.Path == "/{$}" && prefix != "" {
			routes = append(routes, httpserver.Route{Pattern: page.Method + " " + prefix, Needs: page.Needs, Handle: redirectTo(prefix + "/")})
		}
	}
	for _, content := range page.Contents {
		routes = append(routes, httpserver.Route{Pattern: page.Method + " /" + content + page.Path, Needs: page.Needs, Handle: p.serveIn(lang.Languages()[0], content, page)})
	}
	return routes
}

func redirectTo(path string) httpserver.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		target := url.URL{Path: path, RawQuery: r.URL.RawQuery}
		w.Header().Set("Location", target.String())
		w.WriteHeader(http.StatusFound)
		return nil
	}
}

// serveIn reads a request and hands it to the page: in the language of the
// interface, with content in another one where the page has several.
func (p *Pages) serveIn(code, content string, page Page) httpserver.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if page.Alike {
			v := p.alike(w, r, code, content)
			v.family = page.family
			return page.Handle(v)
		}
		if target := p.arrival(r, code, page); target != "" {
			return redirectTo(target)(w, r)
		}
		v, err := p.request(w, r, code)
		if err != nil {
			return err
		}
		v.family = page.family
		if !page.Bare && v.Snapshot == nil {
			return p.firstRun(v)
		}
		return page.Handle(v)
	}
}
