package upstream

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// Bounds of how long a token is used, whatever its answer says.
const (
	minTokenLife = time.Minute
	maxTokenLife = 24 * time.Hour
	tokenSlack   = 2 * time.Minute // renewed that long before it ends
)

// token is a bearer token that holds for a while, asked for when needed.
func (s *Session) token(ctx context.Context, ask collect.Ask) (string, error) {
	if s.bearer != "" && s.now().Before(s.bearerEnds) {
		return s.bearer, nil
	}
	if err := ask.Spend(ctx); err != nil {
		return "", err
	}
	form, err := s.tokenForm()
	if err != nil {
		return "", &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemProof), AuthState: true, Cause: err}
	}
	answer, err := s.tokens.Do(ctx, http.MethodPost, s.config.TokenURL, http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"},
	}, []byte(form.Encode()))
	if err != nil {
		return "", &collect.Failure{Problem: unreachable(err, whoTokens), Step: collect.StepReach, Cause: err}
	}
	body, err := answer.Body()
	if err != nil {
		return "", &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemTokenDamaged), Cause: err}
	}
	var reply struct {
		AccessToken string      `json:"access_token"`
		ExpiresIn   json.Number `json:"expires_in"`
	}
	decodeErr := json.Unmarshal(body, &reply)
	switch {
	case answer.Status >= 400 && answer.Status < 500 && answer.Status != http.StatusTooManyRequests:
		return "", s.refused(answer)
	case answer.Status != http.StatusOK:
		return "", s.refusal(answer, whoTokens)
	case decodeErr != nil || reply.AccessToken == "" || strings.ContainsAny(reply.AccessToken, " \r\n"):
		return "", s.noToken(answer, decodeErr)
	}
	life := time.Duration(0)
	if seconds, err := reply.ExpiresIn.Int64(); err == nil && seconds > 0 {
		life = time.Duration(min(seconds, int64(maxTokenLife/time.Second))) * time.Second
	}
	s.bearer, s.bearerEnds = reply.AccessToken, s.now().Add(max(life-tokenSlack, minTokenLife))
	return s.bearer, nil
}

// tokenForm is a token request with its proof.
func (s *Session) tokenForm() (url.Values, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {s.config.ClientID}}
	maps.Copy(form, s.config.Form)
	if s.config.Credential.None() {
		form.Set("client_secret", s.config.Secret)
		return form, nil
	}
	proof, err := s.config.Credential.form(s.config.ClientID, s.config.TokenURL, s.now())
	maps.Copy(form, proof)
	return form, err
}

// Authorize gets a token, so that its failure can be told from that of a
// request.
func (s *Session) Authorize(ctx context.Context, ask collect.Ask) error {
	_, err := s.token(ctx, ask)
	return err
}

// noToken says what came in place of a token.
func (s *Session) noToken(answer *httpclient.Answer, err error) *collect.Failure {
	if kind := strings.ToLower(answer.Header.Get("Content-Type")); err != nil && strings.HasPrefix(kind, "text/html") {
		return s.notJSON(answer, whoTokens)
	}
	return &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemToken), Cause: err}
}
