package lang_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A word is what a thing is called in a language.
type word struct {
	Use string
	Not []string // what it is not called
	But []string // wordings in which that may stand
}

// textsOf are all texts of the product in a language, each under the folder and
// key that it stands under.
func textsOf(t *testing.T, language string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(filepath.Dir(path)) != "locales" || filepath.Base(path) != language+".json" {
			return err
		}
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
				texts[filepath.ToSlash(strings.TrimPrefix(filepath.Dir(filepath.Dir(path)), ".."+string(filepath.Separator)))+" "+strings.TrimSuffix(key+"/"+form, "/")] = fmt.Sprint(one)
			}
		}
		return nil
	})
	if err != nil || len(texts) < 500 {
		t.Fatalf("%d texts in %s, %v", len(texts), language, err)
	}
	return texts
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

// Pages and what the phrase book says of a status say the same word.
func TestStatusWordsAreOne(t *testing.T) {
	t.Parallel()
	var book struct{ Statuses []map[string]string }
	readJSON(t, filepath.Join("..", "translate", "book", "phrasebook.json"), &book)
	for _, language := range []string{"en", "fr", "ja"} {
		texts := textsOf(t, language)
		for _, status := range book.Statuses {
			if on, in := texts["lang status."+status["key"]], status[language]; on != in {
				t.Errorf("%s in %s: pages %q, phrase book %q", status["key"], language, on, in)
			}
		}
	}
}
