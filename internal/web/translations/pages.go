// Package translations is the desk at which people review translations: lines to
// look at, one line, one text side by side with its translation, the glossary,
// and files of other tools.
//
// All of it is about one tenant, that of the address: a line is shown to those
// only who may review translations in a tenant that has seen its source. The
// glossary and lines for all tenants concern the desk as a whole.
//
// A page is one file: its view model, and the methods of [Pages] that fill and
// serve it and take its forms. To read on, begin with [Pages.Family] and list.go.
package translations

import (
	"cmp"
	"context"
	"embed"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

//go:embed templates locales
var files embed.FS

// memory is the part of the store that the desk shows and changes.
type memory interface {
	lines
	reports
	writing
	glossary
	exchange
}

// lines are what is known of sentences.
type lines interface {
	Review(ctx context.Context, q translation.ReviewQuery) ([]translation.Known, error)
	ReviewCount(ctx context.Context, q translation.ReviewQuery) (int, error)
	KnownLines(ctx context.Context, tenantID, language string, segments []int64) ([]translation.Known, error)
	Places(ctx context.Context, tenantID string, segment int64) ([]translation.Place, error)
	Beside(ctx context.Context, tenantID string, segment int64) ([]translation.Source, error)
}

// reports are what readers found bad.
type reports interface {
	ReportsOf(ctx context.Context, tenantID string, segment int64, language string) ([]translation.Report, error)
	CloseReport(ctx context.Context, tenantID string, segment int64, language string, outcome translation.Outcome, now time.Time) error
}

// writing keeps what people write.
type writing interface {
	Override(ctx context.Context, o translation.Override, now time.Time) error
	Withdraw(ctx context.Context, o translation.Override, now time.Time) error
	Lines(ctx context.Context, tenantID, language string, keys []translation.Key) (map[translation.Key]translation.Line, error)
	UpdatesOf(ctx context.Context, tenantID string, segments []int64) (int, error)
}

// glossary are the words that the desk wants.
type glossary interface {
	Terms(ctx context.Context) ([]translation.Term, error)
	PutTerm(ctx context.Context, t translation.Term, now time.Time) error
	RemoveTerm(ctx context.Context, t translation.Term, now time.Time) error
}

// exchange gives and takes files.
type exchange interface {
	Pairs(ctx context.Context, q translation.PairQuery) ([]translation.Pair, error)
	Import(ctx context.Context, o translation.Override, list []translation.Imported, now time.Time) (kept, unseen int, err error)
	Exported(ctx context.Context, tenantID, language string, units int, now time.Time) error
}

// proposals are what was said for texts that are nearly the same.
type proposals interface {
	For(ctx context.Context, tenantID, language string, texts []string, most int) ([][]translate.Proposal, error)
}

// Config is what the pages are made of, and what they change.
type Config struct {
	Parts     *part.Parts
	Memory    memory
	Proposals proposals
}

// Pages are the pages of the desk.
type Pages struct {
	config Config
	book   *translate.Book
}

// New is the pages of one desk.
func New(c Config) *Pages { return &Pages{c, translate.DefaultBook()} }

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages *Pages
	to    string // the language of the translations
}

// Bounds of what is sent, in bytes.
const (
	maxForm = 1 << 20
	maxFile = 16 << 20
)

const root = "/admin/translations"

// Family is the pages with their templates and texts.
func (p *Pages) Family() web.Family {
	page := func(method, path string, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: root + path, Needs: access.ReviewTranslations, MaxBody: maxForm, Handle: func(r *web.Request) error {
			v := &view{View: p.config.Parts.View(r), pages: p}
			if err := v.choose(); err != nil {
				return err
			}
			r.W.Header().Set("Cache-Control", "no-store")
			return handle(v)
		}}
	}
	desk := func(method, path string, handle func(*view) error) web.Page {
		one := page(method, path, handle)
		one.Needs = access.TranslateForAll
		return one
	}
	file := page("POST", "/files", p.importFile)
	file.MaxBody = maxFile
	return web.Family{Files: files, Sheet: "people.css", Pages: []web.Page{
		page("GET", "", p.list),
		page("GET", "/lines/{id}", func(v *view) error { return p.line(v, lineForm{}) }),
		page("POST", "/lines/{id}", p.saveLine),
		page("GET", "/lines/{id}/withdraw", p.askWithdraw),
		page("POST", "/lines/{id}/withdraw", p.withdraw),
		page("POST", "/lines/{id}/close", p.closeReport),
		page("GET", "/issues/{id}", func(v *view) error { return p.text(v, textForm{}) }),
		page("POST", "/issues/{id}", p.saveText),
		page("GET", "/messages/{id}", func(v *view) error { return p.text(v, textForm{}) }),
		page("POST", "/messages/{id}", p.saveText),
		desk("GET", "/terms", func(v *view) error { return p.terms(v, nil) }),
		desk("POST", "/terms", p.putTerm),
		desk("GET", "/terms/remove", p.askRemoveTerm),
		desk("POST", "/terms/remove", p.removeTerm),
		p.reading("GET", "/issues/{id}/report", access.ReadHealth),
		p.reading("POST", "/issues/{id}/report", access.ReadHealth),
		p.reading("GET", "/messages/{id}/report", access.ReadMessages),
		p.reading("POST", "/messages/{id}/report", access.ReadMessages),
		page("GET", "/files", func(v *view) error { return p.files(v, nil) }),
		page("POST", "/export.tmx", p.exportFile),
		file,
	}}
}

// toParameter says which translation an address is about.
const toParameter = "to"

// choose reads which language the page is about: that of the reader, or else the
// first one. It fails with [tocsin.ErrInvalid].
func (v *view) choose() error {
	all := translate.Languages()
	v.to = v.R.URL.Query().Get(toParameter)
	switch {
	case v.to == "" && slices.Contains(all, v.Code):
		v.to = v.Code
	case v.to == "":
		v.to = all[0]
	case !slices.Contains(all, v.to):
		return tocsin.Invalidf(toParameter, "Posts are not translated into %q: %s.", tocsin.Clip(v.to, 20), strings.Join(all, ", "))
	}
	return nil
}

// tenant is the id of the tenant that the page is about.
func (v *view) tenant() string { return v.Snapshot.Tenant.ID }

// at is an address of the desk in the same language of translations.
func (v *view) at(path string, pairs ...string) string {
	path += "?" + toParameter + "=" + v.to
	for i := 0; i+1 < len(pairs); i += 2 {
		path += "&" + pairs[i] + "=" + web.EscapeID(pairs[i+1])
	}
	return v.Href(root + path)
}

// forAll reports whether the visitor writes lines for all tenants.
func (v *view) forAll() bool { return access.VisitorOf(v.R.Context()).May(access.TranslateForAll, "") }

// reviewer is the name of who writes.
func (v *view) reviewer() string {
	user := access.VisitorOf(v.R.Context()).User
	return cmp.Or(user.Display, user.Name)
}

// frame is what the pages have in common.
type frame struct {
	web.Area
	To, ToName string // the language of the translations and its name in that of the page
	Switch     []part.TranslationLink
	Done       string // what was just done
}

// frame makes it; section is the page of the menu, more a page within it.
func (v *view) frame(section string, more ...web.Crumb) frame {
	f := frame{To: v.to, ToName: v.Text("tr.lang." + v.to)}
	crumbs := []web.Crumb{{Name: v.Text("admin"), Href: v.Href("/admin")}, {Name: v.Text("tr.title"), Href: v.at("")}}
	for _, s := range []struct {
		key, path string
		shown     bool
	}{{"lines", "", true}, {"terms", "/terms", v.forAll()}, {"files", "/files", true}} {
		if !s.shown {
			continue
		}
		link := web.NavLink{Name: v.Text("tr." + s.key), Href: v.at(s.path), Current: s.key == section}
		f.Sections = append(f.Sections, link)
		if link.Current && s.path != "" {
			crumbs = append(crumbs, web.Crumb{Name: link.Name, Href: link.Href})
		}
	}
	crumbs = append(crumbs, more...)
	crumbs[len(crumbs)-1].Href = ""
	f.Frame = v.Frame(crumbs...)
	for _, code := range translate.Languages() {
		other := *v
		other.to = code
		f.Switch = append(f.Switch, part.TranslationLink{Name: translate.OwnName(code), Lang: code, Href: other.at(strings.TrimPrefix(v.Path, root)), On: code == v.to})
	}
	query := v.R.URL.Query()
	if done := query.Get("done"); done != "" && v.HasText("tr.done."+done) {
		f.Done = v.Text("tr.done."+done, "n", number(query.Get("n")), "updates", number(query.Get("updates")))
	}
	return f
}
