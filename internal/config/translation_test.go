package config_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/config"
)

const engines = `
translation:
  languages: [fr, ja, es]
  wait: 0
  engines:
    - {kind: deepl, key: "${DEEPL_KEY}", budget: {day: 20000, month: 500000}}
    - {name: house, kind: libre, address: "http://libretranslate:5000", texts: 20}
    - {kind: azure, key: k, version: 3.0, region: westeurope}
    - {name: azure-new, kind: azure, key: k, version: 2026-06-06, model: desk}
    - {kind: google, keyFile: /etc/tocsin/google.json}
    - {kind: openai, address: "http://127.0.0.1:8080/v1", model: translategemma, style: translation}
    - {kind: apertium, address: "http://127.0.0.1:2737"}
  chains: {fr: [house, deepl], es: []}
tenants:
  - {name: a, tenantId: 11111111-1111-4111-8111-111111111111, translation: book}
  - {name: b, tenantId: 22222222-2222-4222-8222-222222222222}
`

func TestTranslation(t *testing.T) {
	t.Parallel()
	c, err := load(t, engines, map[string]string{"DEEPL_KEY": "hunter2"})
	if err != nil || c.Validate() != nil {
		t.Fatal(err, c.Validate())
	}
	tr := c.Translation
	if time.Duration(tr.Wait) != 0 || tr.Engines[0].Key.Reveal() != "hunter2" || tr.Engines[2].Version != "3.0" || tr.Engines[3].Version != "2026-06-06" || tr.Named()[0].Name != "deepl" {
		t.Errorf("%+v", tr)
	}
	want := map[string][]string{"fr": {"house", "deepl"}, "ja": {"deepl", "house", "azure", "azure-new", "google", "openai"}}
	if got := tr.ByLanguage(); !reflect.DeepEqual(got, want) {
		t.Errorf("chains %v, want %v", got, want)
	}
	if got := c.BookOnly(); !slices.Equal(got, []string{"11111111-1111-4111-8111-111111111111"}) {
		t.Errorf("book only: %v", got)
	}
	shown, err := yaml.Marshal(c)
	if text := fmt.Sprintf("%v %+v %#v %s", c, c, c, shown); err != nil || strings.Contains(text, "hunter2") {
		t.Errorf("the key shows: %v", err)
	}
	c, err = load(t, "", nil)
	if err != nil || c.Validate() != nil || time.Duration(c.Translation.Wait) != 30*time.Second || len(c.Translation.ByLanguage()) > 0 || len(c.Translation.All()) != 4 {
		t.Errorf("without settings: %v %+v", err, c.Translation)
	}
}

// Each fault is told with its place, all at once.
func TestTranslationFaults(t *testing.T) {
	t.Parallel()
	engine := func(keys string) string { return "translation: {engines: [{" + keys + "}]}" }
	for text, want := range map[string]string{
		"translation: {languages: [fr, it]}":                                                                "translation.languages[1]: \"it\" is none of fr, ja, es, de",
		"translation: {wait: -1s}":                                                                          "translation.wait: Line 1: \"-1s\" is no duration",
		"translation: {wait: 2h}":                                                                           "translation.wait: 2h0m0s is longer",
		"translation: {chains: {it: []}}":                                                                   "translation.chains.it: It is none of the languages",
		"translation: {languages: [fr], chains: {ja: []}}":                                                  "translation.chains.ja: It is none of the languages that posts are translated into: fr",
		"translation: {chains: {fr: [deepl]}}":                                                              "translation.chains.fr: There is no engine \"deepl\"",
		"translation: {chains: {fr: deepl}}":                                                                "translation.chains.fr: Line 1: a list stands here",
		engine("kind: bing"):                                                                                "translation.engines[0].kind: \"bing\" is none of libre",
		engine("kind: deepl"):                                                                               "translation.engines[0].key: It is missing",
		engine("kind: azure"):                                                                               "translation.engines[0].key: It is missing",
		engine("kind: google"):                                                                              "translation.engines[0].keyFile: It is missing",
		engine("kind: google, key: x, keyFile: y"):                                                          "translation.engines[0].key: An engine of kind google has no use for it",
		engine("kind: openai, address: 'http://127.0.0.1/v1'"):                                              "translation.engines[0].model: It is missing",
		engine("kind: libre"):                                                                               "translation.engines[0].address: It is missing",
		engine("kind: libre, address: 'http://libre:5000', key: x"):                                         "translation.engines[0].address: It must start with https://",
		engine("kind: libre, address: 'ftp://libre'"):                                                       "translation.engines[0].address: It is no address",
		engine("kind: libre, address: 'http://libre/?x=1'"):                                                 "translation.engines[0].address: It is no address",
		engine("kind: libre, address: 'https://a:b@libre'"):                                                 "translation.engines[0].address: It is no address",
		engine("kind: apertium, address: 'http://127.0.0.1', key: x"):                                       "translation.engines[0].key: An engine of kind apertium has no use for it",
		engine("kind: apertium, address: 'http://127.0.0.1', pairs: {fr: 'spa|fra'}"):                       "translation.engines[0].pairs.fr: \"spa|fra\" is no way from eng",
		engine("kind: azure, key: x, version: 4"):                                                           "translation.engines[0].version",
		engine("kind: azure, key: x, version: 3.0, model: y"):                                               "translation.engines[0].model: Version 3.0",
		engine("kind: openai, address: 'http://127.0.0.1', model: x, style: x"):                             "translation.engines[0].style",
		engine("kind: deepl, key: x, name: Deep L"):                                                         "translation.engines[0].name",
		engine("kind: deepl, key: x, budget: {day: -1}"):                                                    "translation.engines[0].budget.day: -1 is less than 0",
		engine("kind: deepl, key: x, budget: {day: 20, month: 10}"):                                         "translation.engines[0].budget.day: 20 is more than the 10",
		engine("kind: deepl, key: x, budgets: {}"):                                                          "translation.engines[0].budgets: Line 1: there is no such key; did you mean budget?",
		engine("kind: deepl, key: x}, {kind: deepl, key: y"):                                                "translation.engines[1].name: There are two engines with the name \"deepl\"",
		"translation: {engines: [{kind: apertium, address: 'http://127.0.0.1'}], chains: {ja: [apertium]}}": "translation.chains.ja: apertium has no way to this language",
		"translation: {engines: [{kind: deepl, key: x}], chains: {ja: [deepl, deepl]}}":                     "translation.chains.ja: It names deepl twice",
		"tenants: [{name: a, tenantId: 11111111-1111-4111-8111-111111111111, translation: none}]":           "tenants[0].translation: \"none\" is none of engines, book",
		engine("kind: deepl, key: '${MISSING}'"):                                                            "Line 1: the environment variable MISSING is not set",
	} {
		c, err := load(t, text, nil)
		if err == nil {
			err = c.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	c, err := load(t, "translation: {languages: [it], engines: [{kind: bing}, {kind: deepl}]}", nil)
	if err != nil {
		t.Fatal(err)
	}
	if text := c.Validate().Error(); strings.Count(text, "translation.") != 3 {
		t.Errorf("not all at once: %s", text)
	}
}

// Every key of an engine is used by one kind at least.
func TestKeysOfAnEngine(t *testing.T) {
	t.Parallel()
	for field := range reflect.TypeFor[config.Engine]().Fields() {
		key, used := field.Tag.Get("yaml"), false
		for _, kind := range []string{"libre", "azure", "deepl", "google", "openai", "apertium"} {
			value := map[string]string{"budget": "{day: 1}", "pairs": "{fr: eng|fra}", "texts": "1", "characters": "1"}[key]
			if value == "" {
				value = "x"
			}
			if key == "kind" {
				value = kind
			}
			c, err := load(t, "translation: {engines: [{kind: "+kind+", "+key+": "+value+"}]}", nil)
			if key == "kind" {
				c, err = load(t, "translation: {engines: [{kind: "+kind+"}]}", nil)
			}
			if err != nil {
				t.Fatal(key, err)
			}
			used = used || !strings.Contains(fmt.Sprint(c.Validate()), key+": An engine of kind "+kind+" has no use for it")
		}
		if !used {
			t.Errorf("no engine uses %s", key)
		}
	}
}
