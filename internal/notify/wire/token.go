package wire

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"example.org/tocsin/internal/notify"
)

// TokenConfig says who signs in, and for what: the client credentials of OAuth
// 2.0 (RFC 6749, 4.4).
type TokenConfig struct {
	Wire             Config // Address is that of the token endpoint
	ClientID, Secret string
	Scope            string
}

// Tokens gets access tokens and keeps each until shortly before its end.
type Tokens struct {
	config TokenConfig
	client *Client

	mu    sync.Mutex
	token string
	until time.Time
}

// early is how long before its end a token is not used any more.
const early = 5 * time.Minute

// NewTokens makes a source of tokens. Nothing is sent before one is asked for.
func NewTokens(c TokenConfig) (*Tokens, error) {
	client, err := New(c.Wire)
	if err != nil {
		return nil, err
	}
	return &Tokens{config: c, client: client}, nil
}

// Token returns an access token. Its errors hold nothing that was sent.
func (t *Tokens) Token(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Wire.Now()
	if t.token != "" && now.Before(t.until) {
		return t.token, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {t.config.ClientID}, "client_secret": {t.config.Secret}, "scope": {t.config.Scope}}
	answer, err := t.client.Post(ctx, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
	if err != nil {
		return "", err
	}
	var said struct {
		Token   string `json:"access_token"`
		Seconds int    `json:"expires_in"`
	}
	body, err := answer.Body()
	if err != nil || json.Unmarshal(body, &said) != nil || said.Token == "" {
		return "", &notify.Failure{Reason: notify.ReasonAuthentication, Status: answer.Status, Detail: "The answer has no token.", Cause: errors.Join(err)}
	}
	t.token, t.until = said.Token, now.Add(time.Duration(said.Seconds)*time.Second-early)
	return t.token, nil
}
