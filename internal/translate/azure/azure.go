// Package azure is the engine Azure Translator, by version 3.0 or 2026-06-06 of
// its API.
package azure

import (
	"cmp"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/wire"
)

// Versions of the API. They differ in requests and answers.
const (
	Version3    = "3.0"
	Version2026 = "2026-06-06"
)

const global = "https://api.cognitive.microsofttranslator.com"

// Config says how the API is reached.
type Config struct {
	Address    string // that of the provider when empty; a resource's own, such as https://contoso.cognitiveservices.azure.com
	Key        string
	Region     string // of the resource; "" for a global one
	Version    string // [Version3] or [Version2026]; the latter when empty
	Deployment string // name of a deployed language model, for [Version2026]; the provider's own engine when empty
	Now        func() time.Time
}

// Engine implements [translate.Engine].
type Engine struct {
	config Config
	path   string
	client *wire.Client
}

// New makes the engine.
func New(c Config) (*Engine, error) {
	c.Version, c.Address = cmp.Or(c.Version, Version2026), cmp.Or(c.Address, global)
	header := http.Header{"Ocp-Apim-Subscription-Key": {c.Key}}
	if c.Region != "" {
		header.Set("Ocp-Apim-Subscription-Region", c.Region)
	}
	client, err := wire.New(wire.Config{Address: c.Address, Header: header, Secrets: []string{c.Key}, Classify: classify, Now: c.Now})
	return &Engine{c, path(c), client}, err
}

// path is where translations are asked for: resources with a name of their own
// have the API among others.
func path(c Config) string {
	u, err := url.Parse(c.Address)
	own := err == nil && strings.HasSuffix(u.Hostname(), ".cognitiveservices.azure.com")
	switch {
	case c.Version == Version3 && own:
		return "/translator/text/v3.0/translate?api-version=3.0"
	case own:
		return "/translator/text/translate?api-version=" + c.Version
	}
	return "/translate?api-version=" + c.Version
}

// Name implements [translate.Engine].
func (e *Engine) Name() string { return "Azure Translator" }

// Limits implements [translate.Engine]: a request has up to 50,000 characters,
// those of the markup among them.
func (e *Engine) Limits() translate.Limits { return translate.Limits{Texts: 100, Characters: 20_000} }

// Translate implements [translate.Engine].
func (e *Engine) Translate(ctx context.Context, job translate.Job) (answer translate.Answer, err error) {
	if e.config.Version == Version3 {
		answer, err = e.translate3(ctx, job)
	} else {
		answer, err = e.translate2026(ctx, job)
	}
	if err != nil {
		return translate.Answer{}, err
	}
	for i, text := range answer.Texts {
		answer.Texts[i] = translate.FromHTML(left.ReplaceAllString(text, ""))
	}
	return answer, wire.Count(len(answer.Texts), len(job.Texts))
}

// translated is one text of an answer, in both versions.
type translated struct {
	Translations []struct {
		Text       string `json:"text"`
		Characters int    `json:"sourceCharacters"`
	} `json:"translations"`
}

func (t translated) text() string {
	if len(t.Translations) != 1 {
		return ""
	}
	return t.Translations[0].Text
}

func (e *Engine) translate3(ctx context.Context, job translate.Job) (answer translate.Answer, err error) {
	type element struct{ Text string }
	var body []element
	for _, text := range job.Texts {
		body = append(body, element{translate.Terms(text, job.Glossary, inDictionary, translate.ToHTML)})
	}
	var reply []translated
	got, err := e.client.JSON(ctx, e.path+"&from=en&textType=html&to="+url.QueryEscape(job.To), nil, body, &reply)
	if err != nil {
		return answer, err
	}
	for _, one := range reply {
		answer.Texts = append(answer.Texts, one.text())
	}
	answer.Billed, _ = strconv.Atoi(got.Header.Get("X-Metered-Usage")) // 0 when it does not say
	return answer, nil
}

// inDictionary marks a word with the translation that it is to have.
func inDictionary(word, target string) string {
	return `<mstrans:dictionary translation="` + html.EscapeString(target) + `">` + html.EscapeString(word) + `</mstrans:dictionary>`
}

// left is what stays of such a mark in an answer.
var left = regexp.MustCompile(`(?i)</?mstrans:dictionary\b[^<>]*>`)

// A pair shows a model how a word is translated.
type pair struct {
	Source string `json:"source"`
	Target string `json:"target"`
}

// maxPairs is how many pairs the provider takes beside a text.
const maxPairs = 5

// pairs are the words of a glossary that stand in a text, for models that are shown
// pairs; those without a deployment take none.
func (e *Engine) pairs(text string, glossary map[string]string) (list []pair) {
	if e.config.Deployment == "" {
		return nil
	}
	nothing := func(string) string { return "" }
	translate.Terms(text, glossary, func(word, target string) string {
		if one := (pair{word, target}); len(list) < maxPairs && !slices.Contains(list, one) {
			list = append(list, one)
		}
		return ""
	}, nothing)
	return list
}

func (e *Engine) translate2026(ctx context.Context, job translate.Job) (answer translate.Answer, err error) {
	type target struct {
		Language   string `json:"language"`
		Deployment string `json:"deploymentName,omitempty"`
		Pairs      []pair `json:"referenceTextPairs,omitempty"`
	}
	type input struct {
		Text     string   `json:"text"`
		Language string   `json:"language"`
		Type     string   `json:"textType"`
		Targets  []target `json:"targets"`
	}
	var body struct {
		Inputs []input `json:"inputs"`
	}
	for _, text := range job.Texts {
		body.Inputs = append(body.Inputs, input{translate.ToHTML(text), translate.Source, "html", []target{{job.To, e.config.Deployment, e.pairs(text, job.Glossary)}}})
	}
	var reply struct {
		Value []translated `json:"value"`
	}
	if _, err := e.client.JSON(ctx, e.path, nil, body, &reply); err != nil {
		return answer, err
	}
	for _, one := range reply.Value {
		answer.Texts = append(answer.Texts, one.text())
		for _, t := range one.Translations {
			answer.Billed += max(0, t.Characters)
		}
	}
	answer.Model = e.config.Deployment
	return answer, nil
}

// classify reads the six digits that the provider numbers its refusals with.
func classify(_ int, body []byte) (class translate.FailureClass, code string) {
	var reply struct {
		Error struct {
			Code json.RawMessage `json:"code"` // a number, or text in some answers of its gateway
		} `json:"error"`
	}
	if json.Unmarshal(body, &reply) != nil {
		return "", ""
	}
	code = strings.Trim(string(reply.Error.Code), `"`)
	switch {
	case code == "403001": // the free quota
		class = translate.FailureQuota
	case strings.HasPrefix(code, "408"), strings.HasPrefix(code, "429"): // a model that is loaded; too many requests
		class = translate.FailurePassing
	case strings.HasPrefix(code, "400"):
		class = translate.FailureText
	}
	return class, code
}
