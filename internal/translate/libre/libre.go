// Package libre is the engine LibreTranslate (version 1.9 and later), or
// whatever speaks its API at an address of the operator.
package libre

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/wire"
)

// Config says how the server is reached.
type Config struct {
	Address string // such as http://127.0.0.1:5000
	Key     string // api_key; "" for servers that want none
	// Texts and Characters bound one request, as the server was started; 50 and
	// 5,000 when 0.
	Texts, Characters int
	Now               func() time.Time
}

// Engine implements [translate.Engine].
type Engine struct {
	config Config
	client *wire.Client
}

// New makes the engine.
func New(c Config) (*Engine, error) {
	client, err := wire.New(wire.Config{Address: c.Address, Secrets: []string{c.Key}, Classify: classify, Now: c.Now})
	if err != nil {
		return nil, err
	}
	return &Engine{c, client}, nil
}

// Name implements [translate.Engine].
func (e *Engine) Name() string { return "LibreTranslate" }

// Limits implements [translate.Engine].
func (e *Engine) Limits() translate.Limits {
	return translate.Limits{Texts: cmp.Or(e.config.Texts, 50), Characters: cmp.Or(e.config.Characters, 5000)}
}

// request is the body of POST /translate.
type request struct {
	Texts  []string `json:"q"`
	Source string   `json:"source"`
	Target string   `json:"target"`
	Format string   `json:"format"`
	Key    string   `json:"api_key,omitempty"`
}

// Translate implements [translate.Engine]. Texts are sent as plain text: this
// engine leaves the placeholders alone.
func (e *Engine) Translate(ctx context.Context, job translate.Job) (translate.Answer, error) {
	var reply struct {
		Translated json.RawMessage `json:"translatedText"`
		Error      string          `json:"error"`
	}
	_, err := e.client.JSON(ctx, "/translate", nil, request{job.Texts, translate.Source, job.To, "text", e.config.Key}, &reply)
	if err != nil {
		return translate.Answer{}, err
	}
	if reply.Error != "" { // with status 200, as a proxy in front may
		return translate.Answer{}, &translate.Failure{Class: translate.FailureText, Code: "error"}
	}
	var texts []string
	var single string
	if json.Unmarshal(reply.Translated, &single) == nil && len(reply.Translated) > 0 { // one sign for all, when a secret is wrong
		texts = []string{single}
	} else if err := wire.Decode(reply.Translated, &texts); err != nil {
		return translate.Answer{}, err
	}
	if err := wire.Count(len(texts), len(job.Texts)); err != nil {
		return translate.Answer{}, err
	}
	return translate.Answer{Texts: texts}, nil
}

// classify tells a key that is missing from a text that is too long: both are 400.
func classify(status int, body []byte) (class translate.FailureClass, code string) {
	var reply struct {
		Error string `json:"error"`
	}
	if status == http.StatusBadRequest && json.Unmarshal(body, &reply) == nil && strings.Contains(strings.ToLower(reply.Error), "api key") {
		return translate.FailureOff, "key"
	}
	return "", ""
}

// Languages returns the languages that the server translates English into.
func (e *Engine) Languages(ctx context.Context) ([]string, error) {
	var list []struct {
		Code    string   `json:"code"`
		Targets []string `json:"targets"`
	}
	if _, err := e.client.Get(ctx, "/languages", &list); err != nil {
		return nil, err
	}
	for _, one := range list {
		if one.Code == translate.Source {
			return one.Targets, nil
		}
	}
	return nil, nil
}
