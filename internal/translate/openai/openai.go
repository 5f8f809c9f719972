// Package openai is any language model behind an endpoint that is compatible
// with OpenAI's chat completions, such as those of Ollama, vLLM and llama.cpp.
package openai

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/wire"
)

// A Style is how a model is asked.
type Style string

// The styles. StyleChat is for general models: rules, then several texts as
// JSON. StyleTranslation is for models that were trained to translate, such as
// TranslateGemma: the text alone, its languages as arguments of the template, as
// llama.cpp takes them.
const (
	StyleChat        Style = "chat"
	StyleTranslation Style = "translation"
)

// Config says how the endpoint is reached.
type Config struct {
	Address string // with the version, such as http://127.0.0.1:11434/v1
	Key     string // "" for servers that want none
	Model   string
	Style   Style // [StyleChat] when empty
	Now     func() time.Time
}

// Engine implements [translate.Engine].
type Engine struct {
	config Config
	client *wire.Client
}

// New makes the engine.
func New(c Config) (*Engine, error) {
	header := http.Header{}
	if c.Key != "" {
		header.Set("Authorization", "Bearer "+c.Key)
	}
	client, err := wire.New(wire.Config{Address: c.Address, Header: header, Secrets: []string{c.Key}, Classify: classify, Now: c.Now})
	return &Engine{c, client}, err
}

// Name implements [translate.Engine]: people know a model by its name.
func (e *Engine) Name() string { return e.config.Model }

// Limits implements [translate.Engine].
func (e *Engine) Limits() translate.Limits {
	if e.config.Style == StyleTranslation {
		return translate.Limits{Texts: 1, Characters: 2000} // a window of 2,048 tokens
	}
	return translate.Limits{Texts: 20, Characters: 6000}
}

// request is the body of POST /chat/completions.
type request struct {
	Model       string         `json:"model"`
	Temperature int            `json:"temperature"`
	MaxTokens   int            `json:"max_tokens"`
	Messages    []message      `json:"messages"`
	Format      map[string]any `json:"response_format,omitempty"`
	Template    map[string]any `json:"chat_template_kwargs,omitempty"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// reply is its answer.
type reply struct {
	Model   string `json:"model"`
	Choices []struct {
		Message message `json:"message"`
		Finish  string  `json:"finish_reason"`
	} `json:"choices"`
	Error json.RawMessage `json:"error"` // some servers send it with status 200
}

// Translate implements [translate.Engine].
func (e *Engine) Translate(ctx context.Context, job translate.Job) (translate.Answer, error) {
	if e.config.Style == StyleTranslation {
		return e.alone(ctx, job)
	}
	body := e.chat(job)
	content, model, err := e.complete(ctx, body)
	if err != nil {
		return translate.Answer{}, err
	}
	texts, err := readTexts(content)
	if err != nil {
		return translate.Answer{}, err
	}
	return translate.Answer{Texts: texts, Model: model}, wire.Count(len(texts), len(job.Texts))
}

// alone asks a model that does nothing but translate, text by text.
func (e *Engine) alone(ctx context.Context, job translate.Job) (answer translate.Answer, err error) {
	for _, text := range job.Texts {
		content, model, err := e.complete(ctx, request{
			Model: e.config.Model, MaxTokens: tokens([]string{text}), Messages: []message{{"user", text}},
			Template: map[string]any{"source_lang_code": translate.Source, "target_lang_code": job.To},
		})
		if err != nil {
			return translate.Answer{}, err
		}
		answer.Texts, answer.Model = append(answer.Texts, strings.TrimSpace(content)), model
	}
	return answer, nil
}

// complete asks once and returns what the model said.
func (e *Engine) complete(ctx context.Context, body request) (content, model string, err error) {
	var got reply
	if _, err := e.client.JSON(ctx, "/chat/completions", nil, body, &got); err != nil {
		return "", "", err
	}
	switch {
	case len(got.Choices) != 1:
		return "", "", &translate.Failure{Class: translate.FailureText, Code: "choices"}
	case got.Choices[0].Finish != "stop": // length: it is cut; content_filter: it is refused
		return "", "", &translate.Failure{Class: translate.FailureText, Code: "finish"}
	}
	return got.Choices[0].Message.Content, got.Model, nil
}

// tokens is a bound of an answer that no translation needs: a model that goes on
// for ever is stopped there.
func tokens(texts []string) int {
	n := 256
	for _, text := range texts {
		n += 3*utf8.RuneCountInString(text) + 16
	}
	return n
}

// classify reads the code of a refusal.
func classify(_ int, body []byte) (class translate.FailureClass, code string) {
	var got struct {
		Error struct {
			Code string `json:"code"`
			Type string `json:"type"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &got) != nil {
		return "", ""
	}
	if got.Error.Code == "insufficient_quota" || got.Error.Type == "insufficient_quota" { // with 429
		return translate.FailureQuota, "insufficient_quota"
	}
	return "", got.Error.Code
}
