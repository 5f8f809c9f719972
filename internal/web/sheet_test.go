package web

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A style sheet says the same without what nobody needs.
func TestSmallSheet(t *testing.T) {
	t.Parallel()
	for sheet, want := range map[string]string{
		"a { color: red; }\n\nb,\n  c > d { margin: 0 auto }\n":              "a{color:red}b,c>d{margin:0 auto}",
		"/* of a */ a /* here */ b :hover { x: y; /* too */ }":               "a b :hover{x:y}",
		`a::before { content: " /* } */ : "; } [b="c  d"] { e: 'f  g' }`:     `a::before{content:" /* } */ : "}[b="c  d"]{e:'f  g'}`,
		"@media screen and (max-width: 40rem) { a { b: calc(1px + 2px); } }": "@media screen and (max-width:40rem){a{b:calc(1px + 2px)}}",
		"a { b: c !important; --d: e }":                                      "a{b:c !important;--d:e}",
		":is(a, b) + c ~ d { e: f }":                                         ":is(a,b) + c ~ d{e:f}",
		"/* no end":                                                          "",
	} {
		if got := string(smallSheet([]byte(sheet))); got != want {
			t.Errorf("%q: %q, want %q", sheet, got, want)
		}
	}
}

// maxSheet is the budget of the style sheets of a page, before compression.
const maxSheet = 75_000

// partsOfAll are the parts of the sheet that all pages load.
func partsOfAll() []string { return []string{"tokens.css", "app.css", "desk.css"} }

// The sheet of all pages and the one beside it fit the budget together, and
// have lost no rule.
func TestSheetsFitTheirBudget(t *testing.T) {
	t.Parallel()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	size := func(name string, parts ...string) int {
		body, written := a.files[path.Base(a.names[name])].Body, 0
		for _, part := range parts {
			text, err := files.ReadFile("static/" + part)
			if err != nil {
				t.Fatal(err)
			}
			written += bytes.Count(text, []byte("{"))
		}
		if n := bytes.Count(body, []byte("{")); n != written || n == 0 {
			t.Errorf("%s has %d rules, want %d", name, n, written)
		}
		return len(body)
	}
	all := size("app.css", partsOfAll()...)
	for name := range a.names {
		if path.Ext(name) != ".css" || name == "app.css" {
			continue
		}
		if n := all + size(name, name); n > maxSheet {
			t.Errorf("a page with %s loads %d bytes of style sheets, more than %d", name, n, maxSheet)
		}
	}
}

var (
	inSelector  = regexp.MustCompile(`\.([a-zA-Z][\w-]*)`)
	ofAttribute = regexp.MustCompile("class=[\"']?((?:[^\"'{>]|\\{\\{.*?\\}\\})*)")
	inLiteral   = regexp.MustCompile(`"[\w -]*"`) // that can be of classes
	inAction    = regexp.MustCompile(`\{\{.*?\}\}`)
	wordOfClass = regexp.MustCompile(`[a-zA-Z][\w-]*`)
	familySheet = regexp.MustCompile(`Sheet: +"([\w.]+)"`)
)

// classesOf are the classes that the selectors of sheets name.
func classesOf(t *testing.T, parts ...string) map[string]bool {
	t.Helper()
	classes := map[string]bool{}
	for _, part := range parts {
		text, err := files.ReadFile("static/" + part)
		if err != nil {
			t.Fatal(err)
		}
		for rule := range strings.SplitSeq(string(smallSheet(text)), "}") {
			head, _, _ := cutLast(rule, "{")
			for _, m := range inSelector.FindAllStringSubmatch(head, -1) {
				classes[m[1]] = true
			}
		}
	}
	return classes
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// usersOf are the words that folders of pages have in their attributes of
// classes, and with literals those that they could put there: in literals of Go
// and of templates, and in scripts.
func usersOf(t *testing.T, literals bool, folders ...string) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	add := func(text string) {
		for _, w := range wordOfClass.FindAllString(text, -1) {
			words[w] = true
		}
	}
	for _, folder := range folders {
		for _, pattern := range []string{"templates/*.html", "*.go", "static/*.js"} {
			found, err := filepath.Glob(filepath.Join(folder, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range found {
				if strings.HasSuffix(name, "_test.go") {
					continue
				}
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range ofAttribute.FindAllStringSubmatch(string(text), -1) {
					add(m[1])
				}
				if !literals {
					continue
				}
				switch path.Ext(name) {
				case ".html":
					text = bytes.Join(inAction.FindAll(text, -1), []byte("\n"))
					fallthrough
				case ".go":
					for _, m := range inLiteral.FindAllString(string(text), -1) {
						add(m)
					}
				case ".js":
					add(string(text))
				}
			}
		}
	}
	return words
}

// sheetsOfFamilies are the folders of families with the sheets that their pages load
// beside the one of all, "" for none.
func sheetsOfFamilies(t *testing.T) map[string]string {
	t.Helper()
	sheets := map[string]string{}
	found, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Dir(name)
		sheets[folder] += "" // a folder without one
		if m := familySheet.FindSubmatch(text); m != nil && bytes.Contains(text, []byte("web.Family{")) {
			sheets[folder] = string(m[1])
		}
	}
	sheets["public"] = "public.css" // whose pages have a frame of their own
	return sheets
}

// No rule is for a class that no page has: each class of a sheet is in a page
// of the families that load it.
func TestSheetsHaveNoRuleForNothing(t *testing.T) {
	t.Parallel()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	sheets := sheetsOfFamilies(t)
	for name := range a.names {
		if path.Ext(name) != ".css" {
			continue
		}
		parts, folders := []string{name}, []string{".", "part", "../translate"} // whose origins are classes
		if name == "app.css" {
			parts = partsOfAll()
		}
		for folder, sheet := range sheets {
			if name == "app.css" || name == sheet {
				folders = append(folders, folder)
			}
		}
		words := usersOf(t, true, folders...)
		for class := range classesOf(t, parts...) {
			stem, ending, modified := strings.Cut(class, "--")
			if c, family, _ := strings.Cut(class, "-"); !words[class] && !(modified && words[stem+"--"] && words[ending]) && !(words[c+"-"] && words[family]) && !words[strings.TrimRight(class, "0123")] {
				t.Errorf("%s has a rule for .%s, which no page has", name, class)
			}
		}
	}
}

// The pages of a family have no class that only a sheet knows which they do not
// load.
func TestPagesLoadTheSheetsTheyNeed(t *testing.T) {
	t.Parallel()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	all, sheets := classesOf(t, partsOfAll()...), sheetsOfFamilies(t)
	sheets["."] = "" // the shell
	for name := range a.names {
		if path.Ext(name) != ".css" || name == "app.css" {
			continue
		}
		own := classesOf(t, name)
		for folder, sheet := range sheets {
			if sheet == name {
				continue
			}
			for class := range usersOf(t, false, folder) {
				if own[class] && !all[class] {
					t.Errorf("%s has the class %s of %s, which its pages do not load", folder, class, name)
				}
			}
		}
	}
}

// maxScript is the budget of the script that every page loads.
const maxScript = 10_240

// The script fits its budget, and no text of a script goes over lines, which are
// cut at their beginnings.
func TestScriptFitsItsBudget(t *testing.T) {
	t.Parallel()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	for plain, name := range a.names {
		file := a.files[name[len("/static/"):]]
		if !strings.HasPrefix(file.Kind, "text/javascript") {
			continue
		}
		if n := len(file.Body); n > maxScript {
			t.Errorf("%s has %d bytes, more than %d", plain, n, maxScript)
		}
		for line := range bytes.Lines(file.Body) {
			if bytes.Count(line, []byte("`"))%2 != 0 {
				t.Errorf("%s: a text goes over lines: %s", plain, line)
			}
		}
	}
}
