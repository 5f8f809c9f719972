package web_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// families are the folders that have texts, by name; web is the shell, which has
// them beside this file, and lang has those that every output needs.
func families(t *testing.T) map[string]web.Family {
	t.Helper()
	all := map[string]web.Family{"web": {Files: os.DirFS(".")}, "lang": {Files: os.DirFS("../lang")}}
	folders, err := filepath.Glob("*/locales")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		name := filepath.Dir(folder)
		all[name] = web.Family{Files: os.DirFS(name)}
	}
	if len(all) < 8 {
		t.Fatalf("only %d families were found", len(all))
	}
	return all
}

// A text is one entry of a file of texts.
type text struct{ One, Other, By string }

func (x *text) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &x.Other)
	}
	type plain text
	x.By = "n"
	return json.Unmarshal(data, (*plain)(x))
}

func textsOf(t *testing.T, code string, f web.Family) map[string]text {
	t.Helper()
	body, err := fs.ReadFile(f.Files, "locales/"+code+".json")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]text
	if err := json.Unmarshal(body, &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

// allTexts are the texts of all families in one language.
func allTexts(t *testing.T, code string) map[string]text {
	t.Helper()
	all := map[string]text{}
	for _, f := range families(t) {
		maps.Copy(all, textsOf(t, code, f))
	}
	return all
}

// localeOf is a language with the texts of all families, as the desk has it.
func localeOf(t *testing.T, code string) *lang.Locale {
	t.Helper()
	var folders []fs.FS
	for name, f := range families(t) {
		if name != "lang" { // has its own
			folders = append(folders, f.Files)
		}
	}
	l, err := lang.NewLocale(code, folders...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Every text exists in every language, with the same slots.
func TestTextsAreComplete(t *testing.T) {
	t.Parallel()
	slot := regexp.MustCompile(`\{[a-z]+\}`)
	slots := func(x text) []string {
		list := append(slot.FindAllString(x.One, -1), slot.FindAllString(x.Other, -1)...)
		slices.Sort(list)
		return slices.Compact(list)
	}
	for name, f := range families(t) {
		english := textsOf(t, "en", f)
		for _, code := range lang.Languages() {
			texts := textsOf(t, code, f)
			for key := range english {
				x, ok := texts[key]
				if !ok || x.Other == "" {
					t.Errorf("%s: text %q is missing in %s", name, key, code)
					continue
				}
				want, got := slots(english[key]), slots(x)
				if code != "ja" && !slices.Equal(want, got) || code == "ja" && len(got) > len(want) {
					t.Errorf("%s: text %q has the slots %v in %s, %v in English", name, key, got, code, want)
				}
				if code == "ja" && x.One != "" {
					t.Errorf("%s: text %q has a singular in Japanese", name, key)
				}
			}
			for key := range texts {
				if _, ok := english[key]; !ok {
					t.Errorf("%s: text %q of %s is missing in English", name, key, code)
				}
			}
		}
	}
}

// A text stands with the family that uses it, with the parts or the shell where
// several do, or in lang where other outputs than pages do; each is used, and none is borrowed from another family.
func TestTextsStandWhereTheyAreUsed(t *testing.T) {
	t.Parallel()
	all := families(t)
	texts := map[string]map[string]text{}
	for name, f := range all {
		texts[name] = textsOf(t, "en", f)
	}
	anywhere := usedKeys(t, slices.Collect(maps.Keys(all))...)
	for name := range all {
		used := anywhere
		if name != "web" && name != "part" && name != "lang" {
			used = usedKeys(t, name, "web", "part", "lang")
		}
		for key := range texts[name] {
			if !used(key) {
				t.Errorf("%s: text %q is used nowhere", name, key)
			}
		}
		for key := range literalKeys(t, name) {
			_, own := texts[name][key]
			_, parts := texts["part"][key]
			_, shell := texts["web"][key]
			_, every := texts["lang"][key]
			if !own && !every && (!shell || name == "lang") && (!parts || name == "lang" || name == "web" || name == "admin") {
				t.Errorf("%s asks for the text %q, which it does not have", name, key)
			}
		}
	}
}

// The shell and the parts have all texts whose keys they put together, except
// where a family gives the end of the key: the fields of a form, what a list
// holds, what is asked for, what was wrong, the list that is returned to.
func TestShellHasWhatItPutsTogether(t *testing.T) {
	t.Parallel()
	given := []string{"ask.", "bad.", "empty.", "field.", "nav.", "taken."}
	for _, name := range []string{"lang", "web", "part"} {
		begins := map[string]bool{}
		eachSource(t, name, func(_, text string) {
			for _, m := range inFamily.FindAllStringSubmatch(text, -1) {
				begins[m[1]+m[2]] = true
			}
		})
		for family, f := range families(t) {
			if family == "lang" || family == name || family == "web" && name == "part" {
				continue
			}
			for key := range textsOf(t, "en", f) {
				for begin := range begins {
					if strings.HasPrefix(key, begin) && !slices.Contains(given, begin) {
						t.Errorf("%s puts keys together that begin as %q, of which %s has %q", name, begin, family, key)
					}
				}
			}
		}
	}
}

// Templates are parsed together: each name is there once, and a family takes
// its own, those of the parts and those of the shell.
func TestTemplatesStandWhereTheyAreUsed(t *testing.T) {
	t.Parallel()
	defined, used := regexp.MustCompile(`\{\{define "([^"]+)"`), regexp.MustCompile(`\{\{(?:template|block) "([^"]+)"`)
	home := map[string]string{}
	for name := range families(t) {
		eachSource(t, name, func(_, text string) {
			for _, m := range defined.FindAllStringSubmatch(text, -1) {
				if other, ok := home[m[1]]; ok {
					t.Errorf("template %q is in %s and in %s", m[1], name, other)
				}
				home[m[1]] = name
			}
		})
	}
	for name := range families(t) {
		eachSource(t, name, func(file, text string) {
			for _, m := range used.FindAllStringSubmatch(text, -1) {
				if from := home[m[1]]; from != name && from != "web" && (from != "part" || name == "web") {
					t.Errorf("%s takes template %q from %q", file, m[1], from)
				}
			}
		})
	}
}

var (
	inTemplate = regexp.MustCompile(`\b(?:t|rich) "([a-z0-9.A-Z-]+)"`)
	inCode     = regexp.MustCompile(`\.(?:[tT]ext|[rR]ich|[sS]ay|sayRich)\("([a-z0-9.A-Z-]+)"`)
	inFamily   = regexp.MustCompile(`"([a-z0-9.]+\.)(?:%[a-z])?"(?: ?\+|,)|\("([a-z0-9.]+\.)"\)`)
)

// literalKeys are the keys that templates and code of a family name in full.
func literalKeys(t *testing.T, name string) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	eachSource(t, name, func(file, text string) {
		pattern := inCode
		if strings.HasSuffix(file, ".html") {
			pattern = inTemplate
		}
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			if strings.HasSuffix(m[1], ".") {
				continue
			}
			keys[m[1]] = true
			if strings.Contains(strings.ToLower(m[0]), "say") {
				keys[m[1]+".own"] = true
			}
		}
	})
	return keys
}

// usedKeys tells whether some families name a key in full, or begin as the code
// begins a key that it puts together.
func usedKeys(t *testing.T, names ...string) func(string) bool {
	t.Helper()
	keys, begins, all := map[string]bool{}, map[string]bool{}, ""
	for _, name := range names {
		maps.Copy(keys, literalKeys(t, name))
		eachSource(t, name, func(_, text string) {
			all += text
			for _, m := range inFamily.FindAllStringSubmatch(text, -1) {
				begins[m[1]+m[2]] = true
			}
		})
	}
	return func(key string) bool {
		form := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(key, ".own"), ".of"), ".count") // for who speaks, and of links
		if keys[key] || keys[form] || strings.Contains(all, `"`+key+`"`) || strings.Contains(all, `"`+form+`"`) {
			return true
		}
		return slices.ContainsFunc(slices.Collect(maps.Keys(begins)), func(b string) bool { return strings.HasPrefix(key, b) })
	}
}

// eachSource visits the code and the templates of a family, tests aside.
func eachSource(t *testing.T, name string, visit func(file, text string)) {
	t.Helper()
	folder := name
	switch name {
	case "web":
		folder = "."
	case "lang":
		folder = "../lang"
	}
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			visit(file, string(text))
		}
	}
}

// French is set as French wants it in every text.
func TestFrenchTexts(t *testing.T) {
	t.Parallel()
	l := localeOf(t, "fr")
	loose := regexp.MustCompile(`'| [:;!?%»]|« `)
	for _, key := range l.KeysBelow("") {
		for _, n := range []int{1, 2} {
			if s := l.Text(key, "n", n); loose.MatchString(s) {
				t.Errorf("text %q is not set in French: %q", key, s)
			}
		}
	}
}

// A noun follows its number: whatever has a plural after a slot has a singular,
// and one of nothing is one in French.
func TestNounsFollowTheirNumber(t *testing.T) {
	t.Parallel()
	constant := map[string]bool{"search.long": true, "search.words": true, "search.first": true, "issues.cut": true} // their number is always large
	plural := regexp.MustCompile(`\{(n|of|all|seen|kept|given|posts|versions|missing)\}[ \x{a0}](\pL+s|\pL+aux)([^\pL]|$)`)
	for _, code := range []string{"en", "fr"} {
		for key, m := range allTexts(t, code) {
			if m.One == "" && plural.MatchString(m.Other) && !constant[key] {
				t.Errorf("%s in %s has no form for one: %q", key, code, m.Other)
			}
			if m.One != "" && !strings.Contains(m.Other, "{"+m.By+"}") && strings.Contains(m.Other, "{") && !strings.HasPrefix(key, "nav.") {
				t.Errorf("%s in %s goes by {%s}, which it does not have: %q", key, code, m.By, m.Other)
			}
		}
	}
	for _, tt := range []struct{ code, key, want string }{
		{"en", "def.tenants", "seen by 1 of 3 tenants"}, {"fr", "def.tenants", "vu par 1 locataire sur 3"}, {"ja", "def.tenants", "3 テナント中 1 テナントで表示"},
	} {
		if got := strings.ReplaceAll(localeOf(t, tt.code).Text(tt.key, "seen", 1, "of", 3), "\u00a0", " "); got != tt.want {
			t.Errorf("%s in %s = %q, want %q", tt.key, tt.code, got, tt.want)
		}
	}
}

// Every way in which an item changes has words in the list of deliveries: what a
// ledger has of it is shown, whoever wrote it.
func TestDeliveriesHaveWords(t *testing.T) {
	t.Parallel()
	texts := textsOf(t, "en", families(t)["admin"]) // the other languages are as complete
	for _, what := range []tocsin.What{
		tocsin.WhatNew, tocsin.WhatUpdated, tocsin.WhatLeft, tocsin.WhatReturned, tocsin.WhatStale, tocsin.WhatHeard,
		tocsin.WhatLate, tocsin.WhatReworded, tocsin.WhatTranslated, tocsin.WhatRepeat,
	} {
		if _, ok := texts["delivery.what."+string(what)]; !ok {
			t.Errorf("%q has no words", what)
		}
	}
}

// Whatever the store writes into the audit log has words, and so has whoever
// acts without having signed in.
func TestAuditHasWords(t *testing.T) {
	t.Parallel()
	texts := textsOf(t, "en", families(t)["admin"]) // the other languages are as complete
	sources, err := filepath.Glob("../store/*.go")
	if err != nil {
		t.Fatal(err)
	}
	rooms, err := filepath.Glob("../store/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	sources = append(sources, rooms...)
	action := regexp.MustCompile(`(?:Action(?:: |.* = .*)|action, .*|changeUser\(.*)"([a-z]+(?:\.[a-z]+)+)"|(?:action =|added:|altered:|altered =|removed:|finish\(ctx, tx,|uditSubscription\(ctx, tx,|changeSubscription\(ctx, [a-z]+,) "([a-z.]+)"`)
	told := regexp.MustCompile(`c\.tell\(ctx, "([a-z-]+)"`)   // of incidents
	turned := regexp.MustCompile(`x\.turn\(ctx, "([a-z-]+)"`) // of requests
	found := map[string]bool{"did.incident.note": true, "did.incident.decision": true, "did.request.ours": true, "did.request.theirs": true, "did.request.note": true}
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range told.FindAllStringSubmatch(string(text), -1) {
			found["did.incident."+m[1]] = true
		}
		for _, m := range turned.FindAllStringSubmatch(string(text), -1) {
			found["did.request."+m[1]] = true
		}
		for _, m := range action.FindAllStringSubmatch(string(text), -1) {
			found["did."+m[1]+m[2]] = true
		}
	}
	for _, name := range []string{tocsin.Desk, tocsin.Stranger, tocsin.CommandLine, tocsin.SettingsFile} {
		found["who."+strings.ReplaceAll(name, " ", ".")] = true
	}
	for key := range found {
		if _, ok := texts[key]; !ok {
			t.Errorf("%s has no words", key)
		}
	}
	for key := range texts {
		if (strings.HasPrefix(key, "did.") || strings.HasPrefix(key, "who.")) && !found[key] {
			t.Errorf("nothing is written as %s", key)
		}
	}
}

// Japanese sentences follow each other without a blank.
func TestSentencesAreJoinedAsTheirLanguageDoes(t *testing.T) {
	t.Parallel()
	blank := regexp.MustCompile(`v\.Text\(.*\) \+ " " \+ v\.Text\(`)
	for name := range families(t) {
		eachSource(t, name, func(file, text string) {
			if found := blank.FindString(text); found != "" {
				t.Errorf("%s joins two texts with a blank: %s", file, found)
			}
		})
	}
}
