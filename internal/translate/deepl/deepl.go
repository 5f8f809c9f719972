// Package deepl is the engine DeepL, by version 2 of its API for texts.
package deepl

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/wire"
)

// Addresses of the API: keys of the free plan end with ":fx" and have a host of
// their own.
const (
	paid = "https://api.deepl.com"
	free = "https://api-free.deepl.com"
)

// Config says how the API is reached.
type Config struct {
	Address string // that of the key's plan when empty
	Key     string
	Now     func() time.Time
}

// Engine implements [translate.Engine].
type Engine struct {
	client   *wire.Client
	now      func() time.Time
	glossary glossary
}

// New makes the engine.
func New(c Config) (*Engine, error) {
	client, err := wire.New(wire.Config{
		Address: Address(c.Address, c.Key), Header: http.Header{"Authorization": {"DeepL-Auth-Key " + c.Key}}, Secrets: []string{c.Key}, Now: c.Now,
	})
	return &Engine{client: client, now: c.Now, glossary: glossary{written: map[string]string{}}}, err
}

// Address returns where the API is reached with a key.
func Address(address, key string) string {
	switch {
	case address != "":
		return address
	case strings.HasSuffix(key, ":fx"):
		return free
	}
	return paid
}

// Name implements [translate.Engine].
func (e *Engine) Name() string { return "DeepL" }

// Limits implements [translate.Engine]: a request has up to 128 KiB.
func (e *Engine) Limits() translate.Limits { return translate.Limits{Texts: 50, Characters: 20_000} }

// request is the body of POST /v2/translate. Each text is one sentence.
type request struct {
	Texts      []string `json:"text"`
	Source     string   `json:"source_lang"`
	Target     string   `json:"target_lang"`
	Split      string   `json:"split_sentences"`
	Formatting bool     `json:"preserve_formatting"`
	Tags       string   `json:"tag_handling"`
	Billed     bool     `json:"show_billed_characters"`
	Context    string   `json:"context"`
	Glossary   string   `json:"glossary_id,omitempty"`
}

// about tells the engine what sentences that stand alone are about. It is neither
// translated nor billed.
const about = "Notices of a cloud provider to the administrators of its customers: service incidents, their impact on users and their state, and planned changes of apps."

// Translate implements [translate.Engine].
func (e *Engine) Translate(ctx context.Context, job translate.Job) (translate.Answer, error) {
	body := request{Source: "EN", Target: strings.ToUpper(job.To), Split: "0", Formatting: true, Tags: "xml", Billed: true, Context: about, Glossary: e.glossaryFor(ctx, job)}
	for _, text := range job.Texts {
		body.Texts = append(body.Texts, translate.ToXML(text))
	}
	var reply struct {
		Translations []struct {
			Text   string `json:"text"`
			Billed int    `json:"billed_characters"`
			Model  string `json:"model_type_used"`
		} `json:"translations"`
	}
	if _, err := e.client.JSON(ctx, "/v2/translate", nil, body, &reply); err != nil {
		return translate.Answer{}, err
	}
	var answer translate.Answer
	for _, one := range reply.Translations {
		answer.Texts = append(answer.Texts, translate.FromXML(one.Text))
		answer.Billed += max(0, one.Billed)
		answer.Model = one.Model
	}
	return answer, wire.Count(len(answer.Texts), len(job.Texts))
}

// Languages returns the languages that texts are translated into, from version 3
// of the list, or from version 2 where there is no other.
func (e *Engine) Languages(ctx context.Context) ([]string, error) {
	var now []struct {
		Code   string `json:"lang"`
		Target bool   `json:"usable_as_target"`
	}
	_, err := e.client.Get(ctx, "/v3/languages?resource=translate_text", &now)
	var list []string
	for _, one := range now {
		if one.Target {
			list = append(list, base(one.Code))
		}
	}
	if err != nil || len(list) == 0 {
		if f, ok := errors.AsType[*translate.Failure](err); err != nil && (!ok || f.Status == http.StatusForbidden) {
			return nil, err
		}
		var before []struct {
			Code string `json:"language"`
		}
		if _, err := e.client.Get(ctx, "/v2/languages?type=target", &before); err != nil {
			return nil, err
		}
		for _, one := range before {
			list = append(list, base(one.Code))
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// base is the language of a code such as ES-419.
func base(code string) string {
	language, _, _ := strings.Cut(strings.ToLower(code), "-")
	return language
}
