// Package apertium is the engine Apertium behind its server apertium-apy. What
// it writes gives the gist; it needs nothing but a small machine of one's own.
package apertium

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/wire"
)

// maxText is the longest text of one call, in characters. The server cuts a
// longer one to ten parts of 1,000 when it is busy, with status 200.
const maxText = 8000

// Config says how the server is reached.
type Config struct {
	Address string // such as http://127.0.0.1:2737
	// Pairs are the ways to languages in the server's codes, such as
	// "eng|cat|fra", which goes through Catalan; those of [Pairs] when empty.
	Pairs map[string]string
	Now   func() time.Time
}

// Pairs returns the ways that Debian has packages for.
func Pairs() map[string]string {
	return map[string]string{"es": "eng|spa", "fr": "eng|cat|fra"}
}

// Engine implements [translate.Engine].
type Engine struct {
	pairs  map[string]string
	client *wire.Client
}

// New makes the engine.
func New(c Config) (*Engine, error) {
	client, err := wire.New(wire.Config{Address: c.Address, Now: c.Now})
	if err != nil {
		return nil, err
	}
	if len(c.Pairs) == 0 {
		c.Pairs = Pairs()
	}
	return &Engine{c.Pairs, client}, nil
}

// Name implements [translate.Engine].
func (e *Engine) Name() string { return "Apertium" }

// Limits implements [translate.Engine]: words wander between texts that are
// sent together.
func (e *Engine) Limits() translate.Limits {
	return translate.Limits{Texts: 1, Characters: maxText}
}

// Translate implements [translate.Engine]. Unknown words come without a mark;
// words that it cannot inflect keep theirs, for the checks to see.
func (e *Engine) Translate(ctx context.Context, job translate.Job) (translate.Answer, error) {
	way := e.pairs[job.To]
	if way == "" {
		return translate.Answer{}, &translate.Failure{Class: translate.FailureOff, Code: "language"}
	}
	path, form := "/translate", url.Values{"langpair": {way}, "format": {"txt"}, "markUnknown": {"no"}}
	if strings.Count(way, "|") > 1 {
		path = "/translateChain"
		form["langpairs"] = form["langpair"]
		form.Del("langpair")
	}
	var answer translate.Answer
	for _, text := range job.Texts {
		form.Set("q", text)
		var reply struct {
			Data struct {
				Text string `json:"translatedText"`
			} `json:"responseData"`
			Status int `json:"responseStatus"`
		}
		if _, err := e.client.Form(ctx, path, form, &reply); err != nil {
			return translate.Answer{}, err
		}
		if reply.Status != http.StatusOK {
			return translate.Answer{}, &translate.Failure{Class: translate.FailureText, Code: "responseStatus"}
		}
		answer.Texts = append(answer.Texts, strings.TrimSpace(reply.Data.Text))
	}
	return answer, nil
}

// Languages returns the languages whose ways the server has all pairs of.
func (e *Engine) Languages(ctx context.Context) ([]string, error) {
	var reply struct {
		Data []struct {
			Source string `json:"sourceLanguage"`
			Target string `json:"targetLanguage"`
		} `json:"responseData"`
	}
	if _, err := e.client.Get(ctx, "/listPairs", &reply); err != nil {
		return nil, err
	}
	var list []string
	for _, language := range translate.Languages() {
		steps := strings.Split(e.pairs[language], "|")
		missing := len(steps) < 2
		for i := 1; i < len(steps); i++ {
			missing = missing || !slices.ContainsFunc(reply.Data, func(p struct {
				Source string `json:"sourceLanguage"`
				Target string `json:"targetLanguage"`
			},
			) bool {
				return p.Source == steps[i-1] && p.Target == steps[i]
			})
		}
		if !missing {
			list = append(list, language)
		}
	}
	return list, nil
}
