package discovery

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// Bounds of what is believed about keys.
const (
	maxAnswer = 1 << 20 // bytes of a document
	maxKeys   = 100
	minRSA    = 2048 // bits
	maxRSA    = 8192 // beyond it, each verification costs too much
)

// Config says whose keys are kept.
type Config struct {
	Name    string // in the settings, for logs
	Address string // that "/.well-known/openid-configuration" is appended to
	Issuer  string // that the document must name; Address when empty
	KeysURL string // of the key set, in place of discovery
	Now     func() time.Time
	Log     *slog.Logger
}

// A fetcher asks one issuer.
type fetcher struct {
	config Config
	client *httpclient.Client
}

func newFetcher(c Config) (*fetcher, error) {
	address := c.KeysURL
	if address == "" {
		address = c.Address
	}
	root, err := originOf(address)
	if err != nil {
		return nil, err
	}
	if c.Issuer == "" {
		c.Issuer = c.Address
	}
	client, err := httpclient.New(httpclient.Config{Root: root, Timeout: fetchTimeout, MaxBody: maxAnswer})
	if err != nil {
		return nil, tocsin.Invalidf("issuers", "%v", err)
	}
	return &fetcher{config: c, client: client}, nil
}

// originOf is the part of an address that every request stays under. Keys that
// came over the network in the clear could be anybody's, so that http is for
// this machine only.
func originOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", tocsin.Invalidf("issuers", "%q is no address of an issuer.", tocsin.Clip(httpclient.Redact(address), 100))
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && !ip.IsLoopback()) {
		return "", tocsin.Invalidf("issuers", "%q must start with https://: http is for this machine only.", tocsin.Clip(httpclient.Redact(address), 100))
	}
	return u.Scheme + "://" + u.Host + "/", nil
}

// fetch reads the issuer's present keys. It fails when there are none, so that
// an empty answer does not lock everybody out.
func (f *fetcher) fetch(ctx context.Context) ([]access.IssuerKey, error) {
	address := f.config.KeysURL
	if address == "" {
		var err error
		if address, err = f.discover(ctx); err != nil {
			return nil, err
		}
	}
	text, err := f.get(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("fetch key set: %w", err)
	}
	keys, err := decodeKeys(text)
	if err != nil {
		return nil, fmt.Errorf("read key set: %w", err)
	}
	return keys, nil
}

// discover finds the address of the key set.
func (f *fetcher) discover(ctx context.Context) (string, error) {
	ctx = oidc.ClientContext(ctx, &http.Client{Transport: transport{f}})
	// The comparison is done below, where it can be explained.
	provider, err := oidc.NewProvider(oidc.InsecureIssuerURLContext(ctx, f.config.Issuer), f.config.Address)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			return "", fmt.Errorf("fetch discovery document: %w", e.Err)
		}
		return "", errors.New("the discovery document cannot be read")
	}
	var document struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := provider.Claims(&document); err != nil {
		return "", errors.New("the discovery document cannot be read")
	}
	if document.Issuer != f.config.Issuer {
		return "", fmt.Errorf("the discovery document is about the issuer %q, not %q", tocsin.Clip(document.Issuer, 200), f.config.Issuer)
	}
	if _, err := f.client.Resolve(document.Keys); err != nil || document.Keys == "" {
		return "", errors.New("the discovery document places the keys at another origin: if that is right, name their address in the setting keys")
	}
	return document.Keys, nil
}

// get fetches one JSON document.
func (f *fetcher) get(ctx context.Context, address string) ([]byte, error) {
	answer, err := f.client.Do(ctx, http.MethodGet, address, http.Header{"Accept": {"application/json"}}, nil)
	if err != nil {
		return nil, err
	}
	if answer.Status != http.StatusOK {
		return nil, fmt.Errorf("status %d", answer.Status)
	}
	body, err := answer.Body()
	if err != nil {
		return nil, err
	}
	return body, httpclient.CheckJSON(body)
}

// transport carries the requests of the OpenID Connect library over our own
// client, which knows where it may go.
type transport struct{ fetcher *fetcher }

// RoundTrip answers a request, or says with which status it was refused.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		return nil, errors.New("discovery only reads")
	}
	body, err := t.fetcher.get(r.Context(), r.URL.String())
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}, nil
}

// decodeKeys reads a key set and keeps what can verify tokens: named public RSA
// and elliptic-curve keys that are long enough. What it does not know it passes
// over, since issuers add kinds of keys.
func decodeKeys(text []byte) ([]access.IssuerKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("it is no key set")
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("it holds %d keys, more than %d", len(set.Keys), maxKeys)
	}
	var list []access.IssuerKey
	seen := map[string]bool{}
	for _, one := range set.Keys {
		var key jose.JSONWebKey
		var restricted struct {
			Issuer string `json:"issuer"` // of Microsoft Entra: whose tokens the key is for
		}
		if err := errors.Join(key.UnmarshalJSON(one), json.Unmarshal(one, &restricted)); err != nil || !serves(key) || seen[key.KeyID] {
			continue
		}
		seen[key.KeyID] = true
		list = append(list, access.IssuerKey{ID: key.KeyID, Algorithm: key.Algorithm, Public: key.Key, Issuer: restricted.Issuer})
	}
	if len(list) == 0 {
		return nil, errors.New("it holds no key that tokens could be signed with")
	}
	return list, nil
}

// serves reports whether tokens may be signed with a key.
func serves(key jose.JSONWebKey) bool {
	if key.KeyID == "" || len(key.KeyID) > 128 || key.Use != "" && !strings.EqualFold(key.Use, "sig") || !key.IsPublic() || !key.Valid() {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return public.N.BitLen() >= minRSA && public.N.BitLen() <= maxRSA
	case *ecdsa.PublicKey:
		return true
	}
	return false
}
