// Package web serves people: pages made on the server, complete without
// JavaScript, from the read model. Every page is a typed view model and a
// template; a page is made in memory before the first byte is sent.
//
// Pages never say that a service works when nobody has looked: while a source
// is stale, what was healthy is shown as unknown since then.
//
// A page is one file: its view model, and the method of [Pages] that fills it.
// The frame around all of them is in frame.go, who asks and how they read in
// visit.go, languages in locale.go and locales/.
package web

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/microcosm-cc/bluemonday"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
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
	TenantEdits() uint64
	LatestEvents(ctx context.Context, tenantID string, q store.LatestQuery) ([]store.Told, error)
	Versions(ctx context.Context, tenantID string, ref store.Ref) ([]tocsin.Version, error)
	BodyOf(ctx context.Context, hash tocsin.Hash) ([]byte, error)
	past
	documents
}

// documents is the part of the store about files of issues and messages.
type documents interface {
	Files(ctx context.Context, tenantID string, ref store.Ref) ([]tocsin.File, error)
	FileContent(ctx context.Context, tenantID string, ref store.Ref, id string) ([]byte, error)
}

// past is the part of the store that days gone by are told from.
type past interface {
	States(ctx context.Context, tenantID string, kind tocsin.Kind, since int64) ([]store.State, error)
	Gaps(ctx context.Context, tenantID string, since time.Time) ([]store.Gap, error)
	Items(ctx context.Context, tenantID string, q store.ItemsQuery) (list []store.Item, next string, err error)
	Search(ctx context.Context, tenantID string, q store.SearchQuery) ([]store.Item, error)
}

// people is the part of the store about accounts.
type people interface {
	Passkeys(ctx context.Context, userID string) ([]tocsin.Passkey, error)
	RemovePasskey(ctx context.Context, userID string, id []byte, now time.Time) error
	Sessions(ctx context.Context, userID string) ([]tocsin.Session, error)
}

// handlings is the part of the store about what people do about messages.
type handlings interface {
	Handlings(ctx context.Context, tenantID string) (map[string]tocsin.Handling, error)
	ChangeHandling(ctx context.Context, tenantID, id string, now time.Time, change func(*tocsin.Handling) error) (tocsin.Handling, error)
}

// Config is what pages are made of.
type Config struct {
	Model   model
	Archive archive
	Streams streams // nil where pages do not listen
	// Door lets people in. Without one there are no accounts, and pages are for
	// whoever the server's gate admits.
	Door     *signin.SignIn
	People   people
	Everyone bool // pages can be read without signing in
	// Admin and Connections are what the pages of the administration change; nil
	// where there are none.
	Admin       administration
	Connections connections
	Handlings   handlings // what people do about messages; nil where nobody does
	Marks       marks     // how people marked messages; nil where nobody can
	// Person is whose marks a user's are, for programs as well; a user's id when
	// nil.
	Person func(tocsin.User) string
	Base   string   // address of the desk, for what is read elsewhere; may be empty
	Names  []string // its other addresses
	Now    func() time.Time
	Zone   *time.Location // of readers who have chosen none; UTC when nil
	Demo   bool           // marks every page as a demonstration, and serves /components
}

// Pages serves people.
type Pages struct {
	config    Config
	names     tocsin.Names
	locales   map[string]*locale
	templates map[string]*template.Template // by language
	static    assets
	sprite    sprite
	history   *history.Reader
	pasts     *pasts
	kept      keptPages
	sights    sights
	zones     zones
	policy    *bluemonday.Policy // for HTML of providers
	pages     []Page
	links     []Link                       // in the order of the side panel
	needs     map[string]access.Permission // of a page that can be read, by its path
	readable  *http.ServeMux               // knows the addresses of pages in no language
}

// New reads templates, texts and files. It fails when one of them is broken.
func New(c Config, families ...Family) (*Pages, error) {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	p := &Pages{config: c, names: tocsin.NewNames(c.Base, c.Names...), locales: map[string]*locale{}, templates: map[string]*template.Template{}, history: history.New(c.Archive, c.Model), pasts: newPasts(), zones: zones{known: map[string]*time.Location{}}, policy: newPolicy(), needs: map[string]access.Permission{}, readable: http.NewServeMux()}
	p.index(append(p.flat(), families...))
	var err error
	if p.static, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	if p.sprite, err = loadSprite(); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	for _, code := range languages() {
		if p.locales[code], err = loadLocale(code); err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
		if p.templates[code], err = p.parse(p.locales[code]); err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
	}
	return p, nil
}

// parse reads the templates for one language, so that t in a template is a
// text of that language wherever it stands.
func (p *Pages) parse(l *locale) (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"static":  func(name string) string { return p.static.names[name] },
		"t":       l.text,
		"rich":    l.rich,
		"number":  l.number,
		"comma":   func() string { return l.join([]string{"", ""}) },
		"icon":    icon,
		"code":    code,
		"glyph":   glyph,
		"lang":    func() string { return l.code },
		"head":    func(list []versionLine) []versionLine { return list[:min(len(list), shownVersions)] },
		"tail":    func(list []versionLine) []versionLine { return list[min(len(list), shownVersions):] },
		"pair":    func(a, b versionLine) []versionLine { return []versionLine{a, b} },
		"options": func(id, name string, choices []choice) selectView { return selectView{id, name, choices} },
	}).ParseFS(files, "templates/*.html")
}

// Static is the address of a file that pages use, such as app.css.
func (p *Pages) Static(name string) string { return p.static.names[name] }

// flat is the family of the pages that have none yet.
func (p *Pages) flat() []Family {
	list := []Page{
		{"GET", "/{$}", access.ReadHealth, p.overview, false},
		{"GET", "/issues", access.ReadHealth, p.issues, false},
		{"GET", "/issues.csv", access.ReadHealth, p.issuesCSV, false},
		{"GET", "/issues/{id}", access.ReadHealth, p.issue, false},
		{"GET", "/issues/{id}/compare/{a}/{b}", access.ReadHealth, p.compareIssue, false},
		{"GET", "/issues/{id}/files/{file}", access.ReadHealth, p.issueFile, false},
		{"GET", "/messages", access.ReadMessages, p.messages, false},
		{"GET", "/calendar.ics", access.ReadMessages, p.dueCalendar, false},
		{"GET", "/messages/{id}", access.ReadMessages, p.message, false},
		{"GET", "/messages/{id}/compare/{a}/{b}", access.ReadMessages, p.compareMessage, false},
		{"GET", "/messages/{id}/files/{file}", access.ReadMessages, p.messageFile, false},
		{"GET", "/services", access.ReadHealth, p.services, false},
		{"GET", "/services/{id}", access.ReadHealth, p.service, false},
		{"GET", "/history", access.ReadHealth, p.pastYear, false},
		{"GET", "/history.csv", access.ReadHealth, p.historyCSV, false},
		{"GET", "/search", access.ReadHealth, p.search, false},
		{"GET", "/tenants", access.ReadHealth, p.allTenants, false},
		{"GET", "/wall", access.ReadHealth, p.wall, false},
		{"GET", "/changes", access.ReadHealth, p.changes, false},
		{"POST", "/seen", access.ReadHealth, p.seen, false},
		{"GET", "/preferences", access.Public, p.preferences, true},
		{"POST", "/preferences", access.Public, p.savePreferences, true},
	}
	list = append(append(list, p.doorPages()...), p.accountPages()...)
	list = append(append(append(list, p.adminPages()...), p.handlingPages()...), p.markPages()...)
	if p.config.Demo {
		list = append(list, Page{"GET", "/components", access.ReadHealth, p.components, true})
	}
	return []Family{{Pages: list, Links: []Link{
		{Place: 10, Group: "watch", Path: "/", Icon: "overview", Text: "nav.overview", Short: "tab.overview", Key: "o"},
		{Place: 20, Group: "watch", Path: "/issues", Icon: "incident", Text: "nav.issues", Short: "tab.issues", Key: "i", Count: openIssues},
		{Place: 30, Group: "watch", Path: "/messages", Icon: "messages", Text: "nav.messages", Short: "tab.messages", Key: "m"},
		{Place: 40, Group: "watch", Path: "/services", Icon: "map", Text: "nav.services", Short: "tab.services", Key: "v"},
		{Place: 50, Group: "watch", Path: "/history", Icon: "history", Text: "nav.history", Short: "tab.history", Key: "h"},
		{Place: 60, Group: "watch", Path: "/tenants", Icon: "people", Text: "nav.tenants", Short: "tab.tenants", Key: "a", Shown: severalTenants},
		{Place: 70, Group: "watch", Path: "/wall", Icon: "eye", Text: "nav.wall", Short: "tab.wall", Key: "w"},
		{Place: 100, Group: "prepare", Path: "/admin", Icon: "settings", Text: "admin", Bare: true, Shown: runsSomething},
	}}}
}
