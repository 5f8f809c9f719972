package browser

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"

	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/web/account"
)

// thorough asks for every page in each language, theme and width, as the
// automation does where it requires a browser. Elsewhere a sample has to do, in
// which each of them occurs.
func thorough() bool { return os.Getenv("TOCSIN_TEST_REQUIRE") != "" }

// sampled reports whether the nth of many is looked at closely. Its turn of
// languages is another one each time.
func sampled(n int) bool { return thorough() || n%stride == 0 }

// stride is of how many pages a sample takes one.
const stride = 5

// Languages as prefixes of addresses.
var languages = map[string]string{"en": "", "fr": "/fr", "ja": "/ja"}

// The incident shows on an open page without a reload, the focus stays, and
// who listens hears of it.
func TestPageLive(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	tab.Go(base(t) + "/")
	browsertest.Eval[bool](tab, `(() => {
		window.mark = true;
		window.before = document.querySelector("#r-issues").textContent;
		document.querySelector("#r-issues a.t").focus();
		window.focused = document.activeElement.getAttribute("href");
		return true;
	})()`)
	happen(t)
	tab.Wait(`document.querySelector("#r-issues").textContent !== window.before`)
	if !browsertest.Eval[bool](tab, `window.mark === true`) {
		t.Error("the page was loaded again")
	}
	if !browsertest.Eval[bool](tab, `document.activeElement.getAttribute("href") === window.focused`) {
		t.Error("the focus was lost")
	}
}

// happen opens an issue by the desk's own API, whatever the demo's incident does
// meanwhile.
func happen(t *testing.T) {
	t.Helper()
	address := base(t)
	tenant := running.info.Tenants[0]
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/api/tocsin/v1/tenants/"+tenant.ID+"/issues",
		strings.NewReader(`{"service":"RemoteAccess","title":"Sign-in with a token is slow"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+tenant.DeskToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("open an issue: %s", response.Status)
	}
}

// turn is the languages in which the nth page is looked at.
func turn(n int) []string {
	codes := []string{"en", "fr", "ja"}
	if thorough() {
		return codes
	}
	return codes[n%3 : n%3+1]
}

// sound holds the page of a tab that is [watched] to what holds for every page:
// what axe finds, its HTML, its layout in each theme and width, and what the
// browser complains of. What is the page, code its language, n its number, where
// pages take turns: axe looks at elements and colours, which are those of every
// language, so French and Japanese do too.
func sound(t *testing.T, tab *browsertest.Tab, what, code string, n int) {
	t.Helper()
	if sampled(n) && (!thorough() || code == "en" || code == []string{"fr", "ja"}[n%2]) {
		accessible(t, tab, what+" in "+code, code, n/stride)
	}
	wellFormed(t, tab, what, code)
	laidOut(t, tab, what, code, n)
	for _, seen := range browsertest.Eval[[]string](tab, `window.seen ?? ["the page is not watched"]`) {
		t.Errorf("%s in %s: %s", what, code, seen)
	}
}

//go:embed testdata/axe.min.js
var axe string

// violation is what axe-core found.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML string `json:"html"`
	} `json:"nodes"`
}

// What axe-core looks at: everything, and for a page that was looked at in the
// other theme what depends on colours.
const (
	everyRule   = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	colourRules = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
)

// accessible holds the page of a tab against WCAG 2.2 AA as far as axe-core can
// tell: in each theme in English where a browser is required, in one of them
// elsewhere.
func accessible(t *testing.T, tab *browsertest.Tab, what, code string, n int) {
	t.Helper()
	browsertest.Eval[any](tab, axe+`;null`)
	rules := everyRule
	for k, theme := range themes {
		if (!thorough() || code != "en") && n%2 != k {
			continue
		}
		paint(tab, theme)
		text := browsertest.Eval[string](tab, `axe.run(document, {resultTypes: ["violations"], runOnly: `+rules+`}).then((r) => JSON.stringify(r.violations))`)
		rules = colourRules
		var found []violation
		if err := json.Unmarshal([]byte(text), &found); err != nil {
			t.Fatal(err)
		}
		for _, v := range found {
			t.Errorf("%s, %s: %s: %s: %d times, first %.300s", what, theme, v.ID, v.Help, len(v.Nodes), v.Nodes[0].HTML)
		}
	}
}

// paint shows the page of a tab in a theme, and waits until colours have changed.
func paint(tab *browsertest.Tab, theme string) {
	browsertest.Eval[any](tab, `(document.documentElement.dataset.theme = "`+theme+`",
		Promise.allSettled(document.getAnimations().filter((a) => a.timeline === document.timeline).map((a) => a.finished)).then(() => null))`)
}

// Everything is there without JavaScript.
func TestPageWithoutScript(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	tab.NoScript()
	for _, path := range pages(t) {
		tab.Go(base(t) + path)
		if text := browsertest.Eval[string](tab, `document.querySelector("main h1")?.textContent.trim() ?? ""`); text == "" {
			t.Errorf("%s has no heading", path)
		}
		for _, found := range browsertest.Eval[[]string](tab, idle) {
			t.Error(found)
		}
	}
}

// The statement about accessibility says what this gate checks, and nothing else.
func TestStatementSaysWhatIsChecked(t *testing.T) {
	t.Parallel()
	said, err := account.WhatIsChecked()
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	if err := json.Unmarshal([]byte(everyRule), &rules); err != nil {
		t.Fatal(err)
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(axe, "/*! axe v"), "\n")
	want := account.Checked{Axe: version, Languages: []string{"en", "fr", "ja"}, Rules: rules, Themes: themes, Widths: widths}
	if !reflect.DeepEqual(said, want) {
		t.Errorf("the statement says %+v, the gate checks %+v", said, want)
	}
}
