// Package upstream signs in to an upstream as an app and asks it, the way that
// all sources do that speak one of the provider's APIs.
package upstream

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// login is where tokens of the public cloud come from.
const login = "https://login.microsoftonline.com/"

// Config says which tenant is read as which app.
type Config struct {
	TenantID string
	ClientID string
	Secret   string // of the app; empty with a Credential
	// Credential is how an app without a secret proves who it is.
	Credential Credential
	Root       string // every request stays under this address
	TokenURL   string // the public cloud's endpoint of the tenant when empty
	Version    string // of this program, for the User-Agent
	// Form are the members of the token request that say what the token is
	// for, such as scope or resource.
	Form url.Values
	// Consent names what the app must be permitted, for the operator.
	Consent string
}

// A Session asks one upstream for one tenant. One poll uses it at a time.
type Session struct {
	config     Config
	api        *httpclient.Client
	tokens     *httpclient.Client
	now        func() time.Time
	bearer     string
	bearerEnds time.Time
}

// New makes a session. It fails with [tocsin.ErrInvalid] when the config cannot
// work; kind is the source's kind, for the message.
func New(kind string, c Config, now func() time.Time) (*Session, error) {
	if !tocsin.IsGUID(c.TenantID) || c.ClientID == "" || (c.Secret == "") == c.Credential.None() {
		return nil, tocsin.Invalidf(kind, "A tenant GUID, a client id and either a secret or a certificate are needed.")
	}
	if err := c.Credential.check(); err != nil {
		return nil, &tocsin.Error{Kind: tocsin.ErrInvalid, Field: kind + ".certificate", Message: "It cannot be used.", Cause: err}
	}
	if c.TokenURL == "" {
		c.TokenURL = login + url.PathEscape(c.TenantID) + "/oauth2/v2.0/token"
	}
	s := &Session{config: c, now: now}
	agent := strings.TrimRight("tocsin/"+c.Version, "/")
	var err error
	if s.api, err = httpclient.New(httpclient.Config{Root: c.Root, UserAgent: agent}); err != nil {
		return nil, tocsin.Invalidf(kind+".baseUrl", "%v", err)
	}
	if s.tokens, err = httpclient.New(httpclient.Config{Root: c.TokenURL, UserAgent: agent, MaxBody: 1 << 20}); err != nil {
		return nil, tocsin.Invalidf(kind+".tokenUrl", "%v", err)
	}
	return s, nil
}

// Resolve makes a link of an answer absolute and refuses one that leads away.
func (s *Session) Resolve(link string) (string, error) {
	target, err := s.api.Resolve(link)
	if err != nil {
		return "", &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemLink), Cause: err}
	}
	return target, nil
}

// Get sends one request with a token, and again with a new one when the
// upstream no longer takes the old. Its error is a [collect.Failure].
func (s *Session) Get(ctx context.Context, ask collect.Ask, target string, header http.Header) (*httpclient.Answer, error) {
	answer, err := s.get(ctx, ask, target, header)
	if err != nil {
		return nil, err
	}
	if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(strings.ToLower(kind), "application/json") {
		return nil, s.notJSON(answer, whoUpstream)
	}
	return answer, nil
}

// File is Get for an answer of any type.
func (s *Session) File(ctx context.Context, ask collect.Ask, target string) (*httpclient.Answer, error) {
	return s.get(ctx, ask, target, http.Header{"Accept": {"*/*"}})
}

func (s *Session) get(ctx context.Context, ask collect.Ask, target string, header http.Header) (*httpclient.Answer, error) {
	for try := 1; ; try++ {
		token, err := s.token(ctx, ask)
		if err != nil {
			return nil, err
		}
		if err := ask.Spend(ctx); err != nil {
			return nil, err
		}
		header = header.Clone()
		header.Set("Authorization", "Bearer "+token)
		answer, err := s.api.Do(ctx, http.MethodGet, target, header, nil)
		if err != nil {
			if errors.Is(err, httpclient.ErrRefused) {
				return nil, &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemAway), Cause: err}
			}
			return nil, &collect.Failure{Problem: unreachable(err, whoUpstream), Step: collect.StepReach, Cause: err}
		}
		if answer.Status == http.StatusUnauthorized && try == 1 {
			s.bearer = ""
			continue
		}
		if answer.Status != http.StatusOK {
			return nil, s.refusal(answer, whoUpstream)
		}
		return answer, nil
	}
}
