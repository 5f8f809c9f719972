package google

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/wire"
)

// Constants of the grant by which a service account gets a token (RFC 7523, 2.1).
const (
	grant     = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	scope     = "https://www.googleapis.com/auth/cloud-translation"
	proofLife = time.Hour
	slack     = 2 * time.Minute // a token is renewed that long before it ends
	leastLife = time.Minute
)

// account is the file of a service account's key.
type account struct {
	Type     string `json:"type"`
	Project  string `json:"project_id"`
	KeyID    string `json:"private_key_id"`
	Key      string `json:"private_key"`
	Email    string `json:"client_email"`
	TokenURI string `json:"token_uri"`
}

// bearer gets tokens and keeps the last one while it holds.
type bearer struct {
	file string
	now  func() time.Time

	mu      sync.Mutex
	text    string
	project string
	ends    time.Time
}

// token returns one that holds, and the project of the account.
func (b *bearer) token(ctx context.Context) (token, project string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text != "" && b.now().Before(b.ends) {
		return b.text, b.project, nil
	}
	a, err := readAccount(b.file)
	if err != nil {
		return "", "", &translate.Failure{Class: translate.FailureOff, Code: "keyFile", Cause: err}
	}
	proof, err := a.proof(b.now())
	if err != nil {
		return "", "", &translate.Failure{Class: translate.FailureOff, Code: "keyFile", Cause: err}
	}
	client, err := wire.New(wire.Config{Address: a.TokenURI, Secrets: []string{a.Key}, Classify: refusal, Now: b.now})
	if err != nil {
		return "", "", &translate.Failure{Class: translate.FailureOff, Code: "keyFile", Cause: err}
	}
	var reply struct {
		Token string `json:"access_token"`
		Life  int    `json:"expires_in"`
	}
	if _, err := client.Form(ctx, "", url.Values{"grant_type": {grant}, "assertion": {proof}}, &reply); err != nil {
		return "", "", err
	}
	if reply.Token == "" || strings.ContainsAny(reply.Token, " \r\n") {
		return "", "", &translate.Failure{Class: translate.FailurePassing, Code: "token"}
	}
	life := time.Duration(min(max(reply.Life, 0), 24*3600)) * time.Second
	b.text, b.project, b.ends = reply.Token, a.Project, b.now().Add(max(life-slack, leastLife))
	return b.text, b.project, nil
}

// forget drops a token that was refused.
func (b *bearer) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = ""
}

func readAccount(file string) (a account, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return a, fmt.Errorf("read key file: %w", err)
	}
	if json.Unmarshal(text, &a) != nil || a.Type != "service_account" || a.Key == "" || a.Email == "" || a.TokenURI == "" {
		return a, errors.New("the key file holds no key of a service account")
	}
	return a, nil
}

// proof is what a token is given for: signed claims that hold for an hour.
func (a account) proof(now time.Time) (string, error) {
	block, _ := pem.Decode([]byte(a.Key))
	if block == nil {
		return "", errors.New("the key file's private_key is no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return "", errors.New("the key file's private_key is no key of PKCS 8")
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", a.KeyID))
	if err != nil {
		return "", fmt.Errorf("use private_key: %w", err)
	}
	claims, err := json.Marshal(map[string]any{
		"iss": a.Email, "scope": scope, "aud": a.TokenURI, "iat": now.Unix(), "exp": now.Add(proofLife).Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", fmt.Errorf("sign claims: %w", err)
	}
	return signed.CompactSerialize()
}

// refusal reads the error of OAuth (RFC 6749, 5.2): no token will be given
// before the account or its key is mended.
func refusal(status int, body []byte) (class translate.FailureClass, code string) {
	var reply struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &reply) == nil && reply.Error != "" && status < 429 {
		class = translate.FailureOff
	}
	return class, reply.Error
}
