package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/webtest"
)

// empty is a desk without tenants.
type empty struct{}

func (empty) Tenants(context.Context) ([]tocsin.Tenant, error) { return nil, nil }
func (empty) TenantEdits() uint64                              { return 0 }

func (empty) Snapshot(context.Context, string) (*readmodel.Snapshot, error) {
	return nil, tocsin.NotFoundf("none")
}

type tryPage struct {
	web.Frame
	Value string
}

// try is a family with a page for everybody, one for those who run the desk and
// one that needs a tenant.
func try(texts string) web.Family {
	files := fstest.MapFS{"templates/try.html": {Data: []byte(`{{define "try"}}{{template "top" .Frame}}<p>{{t "try.text"}} {{twice .Value}}</p>{{template "bottom" .Frame}}{{end}}`)}}
	for _, code := range lang.Languages() {
		files["locales/"+code+".json"] = &fstest.MapFile{Data: []byte(texts)}
	}
	show := func(v *web.Request) error {
		return v.Render(http.StatusOK, "try", tryPage{v.Frame(web.Crumb{Name: v.Text("nav.try")}), "ab"})
	}
	return web.Family{
		Files: files, Funcs: map[string]any{"twice": func(s string) string { return s + s }},
		Pages: []web.Page{
			{Method: "GET", Path: "/try", Needs: access.Public, Handle: show, Bare: true},
			{Method: "GET", Path: "/run", Needs: access.ManageUsers, Handle: show, Bare: true},
			{Method: "GET", Path: "/look", Needs: access.Public, Handle: show},
		},
		Links: []web.Link{
			{Place: 3, Group: "prepare", Path: "/try", Icon: "eye", Text: "nav.try", Bare: true},
			{Place: 1, Group: "watch", Path: "/run", Icon: "eye", Text: "nav.run", Bare: true},
			{Place: 2, Group: "watch", Path: "/look", Icon: "eye", Text: "nav.look"},
			{Place: 4, Group: "watch", Path: "/nowhere", Icon: "eye", Text: "nav.look", Bare: true},
			{Place: 5, Group: "prepare", Path: "/try", Icon: "eye", Text: "nav.hidden", Bare: true, Shown: func(*web.Request) bool { return false }},
		},
	}
}

const tryTexts = `{"try.text": "Tried", "nav.try": "Try it", "nav.run": "Run it", "nav.look": "Look at it", "nav.hidden": "Hidden"}`

// A family is data: its pages are served in every language, its templates take
// those of the shell, and its links lead whoever may follow them.
func TestFamilyIsServed(t *testing.T) {
	t.Parallel()
	pages, err := web.New(web.Config{Model: empty{}, Archive: empty{}, Now: time.Now}, try(tryTexts))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, route := range pages.Routes() {
		mux.HandleFunc(route.Pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := route.Handle(w, r); err != nil {
				t.Error(err)
			}
		})
	}
	get := func(path string) string {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Body.String()
	}
	page := get("/fr/try")
	webtest.Has(t, "page", page, `lang="fr"`, "<p>Tried abab</p>", `<a href="/fr/try" aria-current="page"`, "Try it")
	webtest.Lacks(t, "page", page, "Run it", "Look at it", "Hidden", "/nowhere")
	webtest.Lacks(t, "page that needs a tenant", get("/look"), "Tried")
}

func TestTextsAreThereOnce(t *testing.T) {
	t.Parallel()
	_, err := web.New(web.Config{Model: empty{}, Archive: empty{}, Now: time.Now}, try(tryTexts), web.Family{Files: try(`{"try.text": "Tried twice"}`).Files})
	if err == nil || !strings.Contains(err.Error(), `"try.text" is there twice`) {
		t.Errorf("error %v", err)
	}
}
