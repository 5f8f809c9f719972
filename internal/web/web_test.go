package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// addresses are the pages that are walked by tests of all of them.
func addresses() []string {
	return []string{
		"/", "/issues", "/issues?v=open", "/issues?v=ended&service=Exchange&type=incident&period=30d", "/issues/ex1", "/issues/EX1/compare/1/2",
		"/messages", "/messages?v=todo&due=90d", "/messages?v=all", "/messages/mc1", "/messages/MC2/compare/1/2",
		"/services", "/services/svc1", "/services/svc2?year=2015", "/history", "/history?all=1&year=2016", "/history?service=svc1", "/issues?text=%3Cb%3E",
		"/search", "/search?q=alert", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/search?q=nothing+like+this", "/search?q=evil&kind=issues&page=2", "/search?q=%3Cb%3E&kind=messages", "/tenants", "/tenants?name=%3Cb%3E&issue=%3Cb%3E&service=%3Cb%3E", "/wall", "/changes",
		"/preferences", "/components", "/nowhere",
	}
}

func TestFirstRun(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	webtest.Has(t, "first run", d.Page("/"), "First steps", "tocsin tenant add")
	webtest.Has(t, "French first run", d.Page("/fr/"), `lang="fr"`, "Mise en route")
	// The demonstration is no command for the directory of the desk.
	for path, want := range map[string]string{"/": "has a directory of its own", "/fr/": "a son propre répertoire", "/ja/": "専用のディレクトリ"} {
		webtest.Has(t, "first run at "+path, d.Page(path), want, "tocsin demo --listen 127.0.0.1:8081")
	}
	status, header, _ := d.Get("/ja")
	if status != http.StatusFound || header.Get("Location") != "/ja/" {
		t.Errorf("/ja: %d to %q, want 302 to /ja/", status, header.Get("Location"))
	}
}

// Texts from outside come out as text, on every page and in every language, and
// nothing on a page loads from elsewhere.
func TestHostileTextsStayTexts(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	d.Fill()
	for _, prefix := range webtest.Prefixes() {
		for _, path := range addresses() {
			name := prefix + path
			_, header, page := d.Get(name, "theme=dark", "seen-"+storetest.Contoso[:8]+"=1000")
			checkMarkup(t, name, page)
			webtest.Lacks(t, name, page, "⟦", "ZgotmplZ", "<no value>", "%!", "alert(1)</script>")
			if policy := header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
				t.Errorf("%s has the policy %q", name, policy)
			}
		}
	}
}

// checkMarkup walks the elements of a page: only those that our templates write
// are there, and none that acts or loads from elsewhere.
func checkMarkup(t *testing.T, name, page string) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		token := tokens.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		switch token.Data {
		case "iframe", "style", "base", "object", "embed", "img", "math", "video", "audio", "source", "frame", "applet", "marquee":
			t.Errorf("%s has an element %s", name, token)
		}
		for _, a := range token.Attr {
			local := strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, "#")
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "formaction":
				t.Errorf("%s has an attribute %s in %s", name, a.Key, token)
			case a.Key == "src" && !strings.HasPrefix(a.Val, "/static/"):
				t.Errorf("%s loads %q", name, a.Val)
			case (a.Key == "href" || a.Key == "action") && !local && a.Val != "https://evil.example/" && a.Val != "https://evil.example/x.png":
				t.Errorf("%s leads to %q", name, a.Val)
			case a.Key == "http-equiv" && a.Val != "refresh", token.Data == "script" && a.Key == "type" && a.Val != "module":
				t.Errorf("%s has %s", name, token)
			}
		}
		if token.Data == "script" && len(token.Attr) != 2 {
			t.Errorf("%s has a script of its own: %s", name, token)
		}
	}
}

// A cell that a spreadsheet would take for a formula is a text.
func TestTablesHoldNoFormulas(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	for i, title := range []string{"=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "%0A", "plain, \"quoted\"\nline"} {
		d.Record(d.Now, tocsin.Issue{ID: fmt.Sprintf("EX%d", i), Title: title, Service: "Exchange Online", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: d.Now.Add(-time.Hour), ModifiedAt: d.Now})
	}
	d.Record(d.Now, tocsin.Overview{ServiceID: "=evil", Service: "=HYPERLINK(0)", Status: tocsin.StatusOperational})
	for _, what := range []string{"days", "figures", "events"} {
		_, header, body := d.Get("/history.csv?what=" + what)
		if kind := header.Get("Content-Type"); kind != "text/csv; charset=utf-8" {
			t.Errorf("%s: type %q", what, kind)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%s: %d rows, %v", what, len(rows), err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t%|") {
					t.Errorf("%s: the cell %q is a formula", what, cell)
				}
			}
		}
	}
	webtest.Has(t, "events", d.Page("/history.csv?what=events"), `"plain, ""quoted""`)
}
