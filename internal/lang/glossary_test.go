package lang_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// A word is what a thing is called in a language.
type word struct {
	Use string
	Not []string // what it is not called
	But []string // wordings in which that may stand
}

// textsOf are all texts of the product in a language, each under its folder and the
// key that it stands under; those of books, in content, under their line and column.
func textsOf(t *testing.T, language string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(filepath.Dir(path)), ".."+string(filepath.Separator))) + " "
		switch filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path)) {
		case filepath.Join("locales", language+".json"):
			return addLocale(texts, folder, path)
		case filepath.Join("content", language+".yaml"):
			return addBook(texts, folder+"content ", path)
		}
		return nil
	})
	if err != nil || len(texts) < 2500 || !slices.ContainsFunc(slices.Collect(maps.Keys(texts)), func(at string) bool { return strings.HasPrefix(at, "respond content ") }) {
		t.Fatalf("%d texts in %s, %v", len(texts), language, err)
	}
	return texts
}

func addLocale(texts map[string]string, folder, path string) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var list map[string]any
	if err := json.Unmarshal(body, &list); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for key, text := range list {
		forms, plural := text.(map[string]any)
		if !plural {
			forms = map[string]any{"": text}
		}
		for form, one := range forms {
			texts[folder+strings.TrimSuffix(key+"/"+form, "/")] = fmt.Sprint(one)
		}
	}
	return nil
}

func addBook(texts map[string]string, folder, path string) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(body, &root); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	addNode(texts, folder, &root)
	return nil
}

// addNode adds what is written in quotes: what is not is for machines.
func addNode(texts map[string]string, folder string, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		texts[fmt.Sprintf("%s%d:%d", folder, n.Line, n.Column)] = n.Value
	}
	for _, child := range n.Content {
		addNode(texts, folder, child)
	}
}

func readJSON(t *testing.T, path string, to any) {
	t.Helper()
	body, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(body, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// One thing has one word in each language: that of glossary.json.
func TestTextsHoldTheGlossary(t *testing.T) {
	t.Parallel()
	var glossary struct{ Terms []map[string]json.RawMessage }
	readJSON(t, "glossary.json", &glossary)
	things := make([]string, len(glossary.Terms))
	for i, term := range glossary.Terms {
		if err := json.Unmarshal(term["thing"], &things[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.IsSorted(things) || len(slices.Compact(slices.Clone(things))) != len(things) {
		t.Error("the things are not sorted, or one is there twice")
	}
	for _, language := range []string{"en", "fr", "ja"} {
		texts := textsOf(t, language)
		for i, term := range glossary.Terms {
			var w word
			if err := json.Unmarshal(term[language], &w); err != nil || w.Use == "" {
				t.Errorf("%s in %s: no word, %v", things[i], language, err)
				continue
			}
			if broken, used := held(texts, w); len(broken) > 0 || !used {
				t.Errorf("%s is %q in %s, used: %v; otherwise in\n\t%s", things[i], w.Use, language, used, strings.Join(broken, "\n\t"))
			}
		}
	}
}

// held tells which texts call a thing otherwise, and whether one calls it so.
func held(texts map[string]string, w word) (broken []string, used bool) {
	for at, text := range texts {
		text = strings.ToLower(strings.ReplaceAll(text, "’", "'"))
		used = used || strings.Contains(text, strings.ToLower(w.Use))
		for _, but := range w.But {
			text = strings.ReplaceAll(text, strings.ToLower(but), "")
		}
		for _, not := range w.Not {
			if strings.Contains(text, strings.ToLower(not)) {
				broken = append(broken, fmt.Sprintf("%s (%s): %s", at, not, text))
			}
		}
	}
	slices.Sort(broken)
	return broken, used
}

// What waits for a reader who grew up with the language is a text that exists,
// named once.
func TestPendingTextsExist(t *testing.T) {
	t.Parallel()
	var pending map[string]json.RawMessage
	readJSON(t, "review.json", &pending)
	for _, language := range []string{"fr", "ja"} {
		var keys []string
		if err := json.Unmarshal(pending[language], &keys); err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
			t.Errorf("%s: not sorted, or one is there twice", language)
		}
		texts := textsOf(t, language)
		for _, key := range keys {
			_, plain := texts[key]
			_, plural := texts[key+"/other"]
			if !plain && !plural {
				t.Errorf("%s: there is no text %q", language, key)
			}
		}
	}
}

// Japanese has brackets and colons of its own, which bring their room with them. The
// names of fields in the provider's portals stay as they are there.
func TestJapanesePunctuation(t *testing.T) {
	t.Parallel()
	narrow := regexp.MustCompile(`[\p{Han}\p{Hiragana}\p{Katakana}」）}] ?[(:]|\) ?[\p{Han}\p{Hiragana}\p{Katakana}「]|[^A-Za-z]: [\p{Han}\p{Hiragana}\p{Katakana}]|[、。：（）！？] .`)
	names := strings.NewReplacer("アプリケーション (クライアント) ID", "", "ディレクトリ (テナント) ID", "")
	for at, text := range textsOf(t, "ja") {
		if found := narrow.FindString(names.Replace(text)); found != "" {
			t.Errorf("%s: %q in %s", at, found, text)
		}
	}
}

// One word of the phrase book is the word of the pages: of a status, a class, and of
// the label of a post where pages and messages show one.
func TestPagesAndPhraseBookAreOne(t *testing.T) {
	t.Parallel()
	var book struct {
		Statuses, Classes []map[string]string
		Labels            []struct {
			En     []string
			Fr, Ja string
		}
	}
	readJSON(t, filepath.Join("..", "translate", "book", "phrasebook.json"), &book)
	english := textsOf(t, "en")
	for _, language := range []string{"en", "fr", "ja"} {
		texts := textsOf(t, language)
		same := func(at, in string) {
			if on, shown := texts[at]; shown && strings.ReplaceAll(on, "'", "’") != in {
				t.Errorf("%s in %s: pages %q, phrase book %q", at, language, on, in)
			}
		}
		for _, status := range book.Statuses {
			if at := "lang status." + status["key"]; texts[at] == "" {
				t.Errorf("%s has no word in %s", at, language)
			} else {
				same(at, status[language])
			}
		}
		for _, class := range book.Classes {
			same("lang class."+class["key"], class[language])
			same("web/part post."+class["key"], class[language])
		}
		for _, label := range book.Labels {
			in := map[string]string{"en": label.En[0], "fr": label.Fr, "ja": label.Ja}[language]
			for _, of := range []string{"web/part section.", "web/public fact.", "web/public pub.next", "notify/letters "} {
				for at, text := range english {
					if language != "en" && at != "web/public fact.published" && strings.HasPrefix(at, of) && slices.Contains(label.En, text) {
						same(at, in)
					}
				}
			}
		}
	}
}
