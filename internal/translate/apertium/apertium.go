// Package apertium is the engine Apertium behind its server apertium-apy. What
// it writes gives the gist; it needs nothing but a small machine of one's own.
package apertium

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
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

// Translate implements [translate.Engine]. A way through another language is gone
// step by step: asked for all of it at once, the server leaves marks of its first
// step in the text (apertium-apy 0.11.7).
func (e *Engine) Translate(ctx context.Context, job translate.Job) (translate.Answer, error) {
	way := strings.Split(e.pairs[job.To], "|")
	if len(way) < 2 {
		return translate.Answer{}, &translate.Failure{Class: translate.FailureOff, Code: "language"}
	}
	var answer translate.Answer
	for _, text := range job.Texts {
		source := text
		for i := 1; i < len(way); i++ {
			said, err := e.step(ctx, way[i-1]+"|"+way[i], text)
			if err != nil {
				return translate.Answer{}, err
			}
			text = unmarked(said, source)
		}
		answer.Texts = append(answer.Texts, text)
	}
	return answer, nil
}

// step translates a text by one pair.
func (e *Engine) step(ctx context.Context, pair, text string) (string, error) {
	var reply struct {
		Data struct {
			Text string `json:"translatedText"`
		} `json:"responseData"`
		Status int `json:"responseStatus"`
	}
	form := url.Values{"langpair": {pair}, "format": {"txt"}, "markUnknown": {"yes"}, "q": {text}}
	if _, err := e.client.Form(ctx, "/translate", form, &reply); err != nil {
		return "", err
	}
	if reply.Status != http.StatusOK {
		return "", &translate.Failure{Class: translate.FailureText, Code: "responseStatus"}
	}
	return strings.TrimSpace(reply.Data.Text), nil
}

// mark stands before a word that the engine does not know (*), has no translation
// for (@), or cannot inflect (#).
var mark = regexp.MustCompile(`[*@#]+(\pL)`)

// unmarked is a text without the engine's marks, unless its source has such signs
// of its own.
func unmarked(text, source string) string {
	if mark.MatchString(source) {
		return text
	}
	return mark.ReplaceAllString(text, "$1")
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
