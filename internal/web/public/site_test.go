package public_test

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
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
	sheets := []public.Continuity{{ContinuitySheet: tocsin.ContinuitySheet{Service: "Exchange", Documents: "On the file server <b>", Meeting: "By phone", Numbers: "+33 1 99 00 12 34 bridge\n+33 1 99 00 12 35", TriedOn: "2026-06-29"}, ServiceName: "Exchange Online", OwnerName: "Messaging"}}
	site := map[string][]byte{}
	var one sync.Mutex
	err = pages.Site(t.Context(), shell, tenant, sheets, func(name string, body []byte) error {
		one.Lock()
		defer one.Unlock()
		site[name] = bytes.Clone(body)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index.html", "fr/index.html", "ja/index.html", "updates/EX1/1.html", "de/updates/EX1/1.html"} {
		webtest.Has(t, name, string(site[name]), "default-src 'none'", "EX1")
	}
	webtest.Has(t, "sheet", string(site["help.html"]), "While Exchange Online fails", "On the file server &lt;b&gt;", "By phone", "33 1 99 00 12 35", "Messaging", "29\u00a0Jun")
	webtest.Has(t, "sheet", string(site["fr/help.html"]), "Exchange Online", "Réunion par téléphone", "Dernier essai")
	webtest.Lacks(t, "sheet", string(site["help.html"]), "Another client")
	for name, content := range site {
		if path.Ext(name) != ".html" {
			continue
		}
		body := string(content)
		webtest.Lacks(t, name, body, "⟦", "ZgotmplZ", "<script", "%!", "0-UPDATE-0")
		for _, m := range regexp.MustCompile(`(?:href|src)="([^"#][^"]*)"`).FindAllStringSubmatch(body, -1) {
			if strings.HasPrefix(m[1], "https://") {
				continue
			}
			if _, ok := site[path.Join(path.Dir(name), m[1])]; !ok {
				t.Errorf("%s leads to %q, which is not part of the site", name, m[1])
			}
		}
		if file, found := strings.CutPrefix(name, "fr/updates/"); found {
			webtest.Has(t, name, body, `hreflang="es" href="../../../es/updates/`+file+`"`, `hreflang="en" href="../../../updates/`+file+`"`)
			other := string(site["updates/"+file])
			if title := between(body, "<title>", "</title>"); title == "" || title != between(other, "<title>", "</title>") {
				t.Errorf("%s has the title %q", name, title)
			}
		}
	}
}

// between is what stands between two marks.
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}
