package public_test

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
	"example.org/tocsin/internal/web/public"
	"example.org/tocsin/internal/web/webtest"
)

// The exported site is whole in each language, loads nothing but its own files,
// and holds hostile texts as texts.
func TestSiteStandsAlone(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	d.Fill()
	parts := part.New(part.Config{Model: d.Model, Archive: d.Store})
	pages := public.New(public.Config{Parts: parts, Model: d.Model, Press: publish.New(d.Store, func() time.Time { return d.Now })})
	shell, err := web.New(web.Config{Model: d.Model, Archive: d.Store, Now: func() time.Time { return d.Now }}, parts.Family(), pages.Family())
	if err != nil {
		t.Fatal(err)
	}
	tenant, err := d.Store.Tenant(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	site := map[string][]byte{}
	err = pages.Site(t.Context(), shell, tenant, func(name string, body []byte) error {
		site[name] = bytes.Clone(body)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index.html", "fr/index.html", "ja/index.html"} {
		body := string(site[name])
		webtest.Lacks(t, name, body, "⟦", "ZgotmplZ", "<script", "%!")
		webtest.Has(t, name, body, "default-src 'none'", "EX1")
		for _, m := range regexp.MustCompile(`(?:href|src)="([^"#][^"]*)"`).FindAllStringSubmatch(body, -1) {
			target := path.Join(path.Dir(name), m[1])
			if _, ok := site[target]; !ok && !strings.HasPrefix(m[1], "https://evil.example") {
				t.Errorf("%s leads to %q, which is not part of the site", name, m[1])
			}
		}
	}
}
