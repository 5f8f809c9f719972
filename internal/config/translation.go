package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/tocsin"
)

// Translation says how posts come into the languages of their readers: what the
// phrase book and the memory do not know, engines are asked for.
type Translation struct {
	Languages []string  `yaml:"languages"` // those that posts are translated into, of fr, ja, es and de; all of them when empty
	Wait      AtMost    `yaml:"wait"`      // how long feeds and mails wait for an engine; 0 for never
	Engines   []Engine  `yaml:"engines"`   // none when empty: nothing is sent to anybody
	Chains    EngineMap `yaml:"chains"`    // engines by language, the first one asked first, such as {fr: [deepl, libre]}; all engines in their order for a language without one
}

// EngineMap names engines by language.
type EngineMap map[string][]string

// Engine is one translation engine.
type Engine struct {
	Name       string            `yaml:"name"`       // in chains and in the ledger, such as deepl: lower-case letters, digits and dashes; the kind when empty
	Kind       string            `yaml:"kind"`       // libre, azure, deepl, google, openai or apertium
	Address    string            `yaml:"address"`    // where it is reached; that of the provider when empty, for azure, deepl and google
	Key        Secret            `yaml:"key"`        // such as ${DEEPL_KEY}; of azure, deepl, and where the server wants one, of libre and openai
	KeyFile    string            `yaml:"keyFile"`    // of google: JSON file of the service account's key, read for each token
	Project    string            `yaml:"project"`    // of google; that of the key file when empty
	Region     string            `yaml:"region"`     // of azure: region of the resource, none when empty; of google: location, global when empty
	Version    string            `yaml:"version"`    // of azure: 3.0 or 2026-06-06; the latter when empty
	Model      string            `yaml:"model"`      // of openai: name of the model; of azure: name of a deployment; of google: path of a model
	Style      string            `yaml:"style"`      // of openai: chat, or translation for models such as TranslateGemma that llama.cpp serves; chat when empty
	Pairs      map[string]string `yaml:"pairs"`      // of apertium: ways by language, such as {fr: eng|cat|fra}; those of Debian's packages when empty
	Texts      int               `yaml:"texts"`      // of libre: texts of one request, as the server is set; 50 when 0
	Characters int               `yaml:"characters"` // of libre: characters of one request, as the server is set; 5000 when 0
	Budget     EngineBudget      `yaml:"budget"`
}

// EngineBudget bounds what an engine is sent, in characters (code points) or in
// what it bills if that is more. From 80 % on there is a warning, at 100 % it is
// off until the period ends.
type EngineBudget struct {
	Day   int `yaml:"day"`   // by UTC; 0 for no bound
	Month int `yaml:"month"` // by UTC; 0 for no bound
}

// AtMost is a time that may be 0, for never.
type AtMost time.Duration

// UnmarshalYAML reads the form that [time.ParseDuration] reads, and 0.
func (d *AtMost) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := time.ParseDuration(node.Value)
	if err != nil || parsed < 0 {
		return fmt.Errorf("%q is no duration such as 30s, or 0 for never", tocsin.Clip(node.Value, 40))
	}
	*d = AtMost(parsed)
	return nil
}

// MarshalYAML writes the form that UnmarshalYAML reads.
func (d AtMost) MarshalYAML() (any, error) { return time.Duration(d).String(), nil }

// String returns the time as the file writes it.
func (d AtMost) String() string { return time.Duration(d).String() }

// What a tenant's setting translation may be.
const (
	TranslationEngines = "engines"
	TranslationBook    = "book"
)

// defaultWait is how long feeds and mails usually wait for an engine, maxWait
// the longest time.
const (
	defaultWait = 30 * time.Second
	maxWait     = time.Hour
)

// TranslatedLanguages returns the languages that posts can be translated into.
func TranslatedLanguages() []string { return []string{"fr", "ja", "es", "de"} }

// All returns the languages that posts are translated into.
func (t Translation) All() []string {
	if len(t.Languages) == 0 {
		return TranslatedLanguages()
	}
	return slices.DeleteFunc(TranslatedLanguages(), func(language string) bool { return !slices.Contains(t.Languages, language) })
}

// Named is every engine with what is left out filled in.
func (t Translation) Named() []Engine {
	list := slices.Clone(t.Engines)
	for i := range list {
		list[i].Name = cmp.Or(list[i].Name, list[i].Kind)
	}
	return list
}

// ByLanguage returns the names of the engines that are asked for each language.
func (t Translation) ByLanguage() map[string][]string {
	chains := map[string][]string{}
	for _, language := range t.All() {
		names, set := t.Chains[language]
		if !set {
			for _, e := range t.Named() {
				if e.speaks(language) {
					names = append(names, e.Name)
				}
			}
		}
		if len(names) > 0 {
			chains[language] = names
		}
	}
	return chains
}

// speaks reports whether an engine is known to have a language: only Apertium has
// few.
func (e Engine) speaks(language string) bool {
	if e.Kind != "apertium" {
		return true
	}
	if len(e.Pairs) > 0 {
		return e.Pairs[language] != ""
	}
	return language == "fr" || language == "es"
}

// BookOnly returns the ids of the tenants whose texts are sent to no engine.
func (c Config) BookOnly() (ids []string) {
	for _, t := range c.Tenants {
		if t.Translation == TranslationBook {
			ids = append(ids, t.Tenant().ID)
		}
	}
	return ids
}

// engineKinds are the keys that each kind of engine uses beside name, kind and
// budget, those that it cannot do without first, up to "".
func engineKinds() map[string][]string {
	return map[string][]string{
		"libre":    {"address", "", "key", "texts", "characters"},
		"azure":    {"key", "", "address", "region", "version", "model"},
		"deepl":    {"key", "", "address"},
		"google":   {"keyFile", "", "address", "project", "region", "model"},
		"openai":   {"address", "model", "", "key", "style"},
		"apertium": {"address", "", "pairs"},
	}
}

// validateTranslation reports what is wrong with how posts are translated.
func (c Config) validateTranslation() error {
	var problems []error
	add := func(key, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key, format, args...))
	}
	known := strings.Join(TranslatedLanguages(), ", ")
	for i, language := range c.Translation.Languages {
		if !slices.Contains(TranslatedLanguages(), language) {
			add(fmt.Sprintf("translation.languages[%d]", i), "%q is none of %s.", tocsin.Clip(language, 40), known)
		}
	}
	if wait := time.Duration(c.Translation.Wait); wait > maxWait {
		add("translation.wait", "%v is longer than %v: nobody would be told in time.", wait, maxWait)
	}
	names := map[string]Engine{}
	for i, e := range c.Translation.Named() {
		key := fmt.Sprintf("translation.engines[%d]", i)
		if _, taken := names[e.Name]; taken {
			add(key+".name", "There are two engines with the name %q: set another.", tocsin.Clip(e.Name, 40))
		}
		names[e.Name] = e
		problems = append(problems, e.validate(key)...)
	}
	problems = append(problems, c.Translation.validateChains(names)...)
	for i, t := range c.Tenants {
		if t.Translation != "" && t.Translation != TranslationEngines && t.Translation != TranslationBook {
			add(fmt.Sprintf("tenants[%d].translation", i), "%q is none of %s, %s.", tocsin.Clip(t.Translation, 40), TranslationEngines, TranslationBook)
		}
	}
	return errors.Join(problems...)
}

func (t Translation) validateChains(names map[string]Engine) (problems []error) {
	for language, chain := range t.Chains {
		key := "translation.chains." + tocsin.Clip(language, 40)
		if !slices.Contains(t.All(), language) {
			problems = append(problems, tocsin.Invalidf(key, "It is none of the languages that posts are translated into: %s.", strings.Join(t.All(), ", ")))
		}
		for i, name := range chain {
			e, there := names[name]
			switch {
			case !there:
				problems = append(problems, tocsin.Invalidf(key, "There is no engine %q in translation.engines.", tocsin.Clip(name, 40)))
			case slices.Contains(chain[:i], name):
				problems = append(problems, tocsin.Invalidf(key, "It names %s twice.", name))
			case !e.speaks(language):
				problems = append(problems, tocsin.Invalidf(key, "%s has no way to this language: name one in its pairs.", name))
			}
		}
	}
	return problems
}

var engineName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

func (e Engine) validate(key string) (problems []error) {
	add := func(name, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key+"."+name, format, args...))
	}
	uses, known := engineKinds()[e.Kind]
	if !known {
		add("kind", "%q is none of libre, azure, deepl, google, openai, apertium.", tocsin.Clip(e.Kind, 40))
		return problems
	}
	if !engineName.MatchString(e.Name) {
		add("name", "%q is not 1 to 32 lower-case letters, digits and dashes.", tocsin.Clip(e.Name, 40))
	}
	set := keysSet(e)
	for _, name := range uses[:slices.Index(uses, "")] {
		if !slices.Contains(set, name) {
			add(name, "It is missing.")
		}
	}
	for _, name := range set {
		if !slices.Contains(uses, name) && !slices.Contains([]string{"name", "kind", "budget"}, name) {
			add(name, "An engine of kind %s has no use for it.", e.Kind)
		}
	}
	if e.Address != "" {
		if problem := engineAddress(e.Address, e.Key != "" || e.KeyFile != ""); problem != "" {
			add("address", "%s", problem)
		}
	}
	return append(problems, e.validateValues(key)...)
}

// validateValues reports values that no engine could obey.
func (e Engine) validateValues(key string) (problems []error) {
	add := func(name, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key+"."+name, format, args...))
	}
	if e.Kind == "azure" && e.Version != "" && e.Version != "3.0" && e.Version != "2026-06-06" {
		add("version", "%q is none of 3.0, 2026-06-06.", tocsin.Clip(e.Version, 40))
	}
	if e.Kind == "azure" && e.Version == "3.0" && e.Model != "" {
		add("model", "Version 3.0 of the API has no deployments: remove it, or the version.")
	}
	if e.Kind == "openai" && e.Style != "" && e.Style != "chat" && e.Style != "translation" {
		add("style", "%q is none of chat, translation.", tocsin.Clip(e.Style, 40))
	}
	for name, n := range map[string]int{"budget.day": e.Budget.Day, "budget.month": e.Budget.Month, "texts": e.Texts, "characters": e.Characters} {
		if n < 0 {
			add(name, "%d is less than 0.", n)
		}
	}
	if e.Budget.Month > 0 && e.Budget.Day > e.Budget.Month {
		add("budget.day", "%d is more than the %d of a month.", e.Budget.Day, e.Budget.Month)
	}
	for language, way := range e.Pairs {
		if !slices.Contains(TranslatedLanguages(), language) || !pairForm.MatchString(way) {
			add("pairs."+tocsin.Clip(language, 40), "%q is no way from eng to a language, such as eng|cat|fra for fr.", tocsin.Clip(way, 80))
		}
	}
	return problems
}

var pairForm = regexp.MustCompile(`^eng(\|[a-z]{2,3}(_[A-Za-z0-9]+)*){1,4}$`)

// keysSet lists what was set of a part of the settings, as the file writes it.
func keysSet(part any) (list []string) {
	v := reflect.ValueOf(part)
	for i := range v.NumField() {
		if !unset(v.Field(i)) {
			list = append(list, v.Type().Field(i).Tag.Get("yaml"))
		}
	}
	return list
}

// unset reports whether nothing was written for a value, an empty list included.
func unset(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Struct:
		for i := range v.NumField() {
			if !unset(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}

// engineAddress says what is wrong with the address of an engine, or nothing.
// Keys travel under TLS, or do not leave the machine.
func engineAddress(address string, key bool) string {
	if problem := secretAddress(address); problem == "" || key {
		return problem
	}
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" || secretAddress("https"+strings.TrimPrefix(address, "http")) != "" {
		return "It is no address such as http://libretranslate:5000."
	}
	return ""
}
