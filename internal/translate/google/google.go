// Package google is the engine Google Cloud Translation, by version 3 of its
// API with a service account.
package google

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/wire"
)

const global = "https://translation.googleapis.com"

// Config says how the API is reached.
type Config struct {
	Address  string // that of the provider when empty
	KeyFile  string // JSON file of the service account's key, read for each token
	Project  string // that of the key file when empty
	Location string // "global" when empty
	Model    string // path of a model; the provider's own when empty
	Now      func() time.Time
}

// Engine implements [translate.Engine].
type Engine struct {
	config Config
	client *wire.Client
	bearer bearer
}

// New makes the engine. The key file is read when it is needed.
func New(c Config) (*Engine, error) {
	c.Address, c.Location = cmp.Or(c.Address, global), cmp.Or(c.Location, "global")
	client, err := wire.New(wire.Config{Address: c.Address, Classify: classify, Now: c.Now})
	return &Engine{config: c, client: client, bearer: bearer{file: c.KeyFile, now: c.Now}}, err
}

// Name implements [translate.Engine].
func (e *Engine) Name() string { return "Google Translate" }

// Limits implements [translate.Engine]: 5,000 characters a request is what the
// provider advises.
func (e *Engine) Limits() translate.Limits { return translate.Limits{Texts: 100, Characters: 5000} }

// request is the body of translateText.
type request struct {
	Contents []string `json:"contents"`
	Type     string   `json:"mimeType"`
	Source   string   `json:"sourceLanguageCode"`
	Target   string   `json:"targetLanguageCode"`
	Model    string   `json:"model,omitempty"`
}

// Translate implements [translate.Engine].
func (e *Engine) Translate(ctx context.Context, job translate.Job) (translate.Answer, error) {
	token, project, err := e.bearer.token(ctx)
	if err != nil {
		return translate.Answer{}, err
	}
	body := request{Type: "text/html", Source: translate.Source, Target: job.To, Model: e.config.Model}
	for _, text := range job.Texts {
		body.Contents = append(body.Contents, translate.ToHTML(text))
	}
	var reply struct {
		Translations []struct {
			Text  string `json:"translatedText"`
			Model string `json:"model"`
		} `json:"translations"`
	}
	path := "/v3/projects/" + url.PathEscape(cmp.Or(e.config.Project, project)) + "/locations/" + url.PathEscape(e.config.Location) + ":translateText"
	if _, err := e.client.JSON(ctx, path, http.Header{"Authorization": {"Bearer " + token}}, body, &reply); err != nil {
		if f := translate.FailureOf(err); f.Status == http.StatusUnauthorized {
			e.bearer.forget()
			f.Class = translate.FailurePassing // a new token may be taken
		}
		return translate.Answer{}, err
	}
	var answer translate.Answer
	for _, one := range reply.Translations {
		answer.Texts, answer.Model = append(answer.Texts, translate.FromHTML(one.Text)), one.Model
	}
	return answer, wire.Count(len(answer.Texts), len(job.Texts))
}

// classify tells quotas from rights: both are 403.
func classify(status int, body []byte) (class translate.FailureClass, code string) {
	var reply struct {
		Error struct {
			Status  string `json:"status"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &reply) != nil {
		return "", ""
	}
	message := strings.ToLower(reply.Error.Message)
	switch {
	case status == http.StatusForbidden && strings.Contains(message, "daily limit"):
		class = translate.FailureQuota
	case status == http.StatusForbidden && strings.Contains(message, "rate limit"):
		class = translate.FailurePassing
	}
	return class, reply.Error.Status
}
