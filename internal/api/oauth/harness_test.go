package oauth_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/oauth"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

const (
	contoso  = "11111111-1111-4111-8111-111111111111"
	fabrikam = "22222222-2222-4222-8222-222222222222"
	disabled = "33333333-3333-4333-8333-333333333333"
	clientID = "aaaaaaaa-0000-4000-8000-000000000001"
)

// desk is a token issuer over a real store and real HTTP.
type desk struct {
	t       *testing.T
	archive *storetest.Desk
	issuer  *oauth.Issuer
	base    string
	secret  string
	start   time.Time
	passed  atomic.Int64
}

func (d *desk) now() time.Time { return d.start.Add(time.Duration(d.passed.Load())) }

func (d *desk) pass(by time.Duration) { d.passed.Add(int64(by)) }

func newDesk(t *testing.T) *desk {
	t.Helper()
	// Libraries compare expiry with the real clock.
	d := &desk{t: t, start: time.Now().Truncate(time.Second)}
	d.archive = storetest.Open(t, storetest.File(t))
	for _, tenant := range []tocsin.Tenant{
		{ID: contoso, Name: "contoso", Domains: []string{"contoso.com"}, CreatedAt: d.start},
		{ID: fabrikam, Name: "fabrikam", Domains: []string{"fabrikam.com"}, CreatedAt: d.start},
		{ID: disabled, Name: "tailspin", Disabled: true, CreatedAt: d.start},
	} {
		if err := d.archive.AddTenant(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
	}
	secret, hash := access.NewClientSecret()
	d.secret = secret
	d.add(tocsin.Client{ID: clientID, Name: "monitor"}, tocsin.Secret{Hash: hash, CreatedAt: d.start})
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	d.base = server.URL
	master, err := access.NewMasterKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	if d.issuer, err = oauth.New(t.Context(), oauth.Config{Base: d.base}, d.archive, d.archive, master, d.now); err != nil {
		t.Fatal(err)
	}
	handler = d.issuer
	return d
}

// add stores a client of Contoso that may read everything.
func (d *desk) add(c tocsin.Client, secrets ...tocsin.Secret) {
	d.t.Helper()
	c.TenantID, c.CreatedAt, c.Scopes = contoso, d.start, tocsin.TenantScopes()
	if err := d.archive.AddClient(d.t.Context(), c, secrets...); err != nil {
		d.t.Fatal(err)
	}
}

// answer is one of the token endpoint.
type answer struct {
	status int
	header http.Header
	body   []byte
	Token  string          `json:"access_token"`
	Type   string          `json:"token_type"`
	Life   json.RawMessage `json:"expires_in"`
	Code   string          `json:"error"`
	Text   string          `json:"error_description"`
}

// ask sends a token request to an endpoint such as "contoso.com/oauth2/token".
func (d *desk) ask(endpoint string, form url.Values) answer {
	d.t.Helper()
	response, err := http.PostForm(d.base+"/"+endpoint, form)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header}
	if a.body, err = io.ReadAll(response.Body); err != nil {
		d.t.Fatal(err)
	}
	if err := json.Unmarshal(a.body, &a); err != nil {
		d.t.Fatalf("%s: %d %s", endpoint, a.status, a.body)
	}
	return a
}

// v2 is a request for a token of the Graph API, with more members.
func v2(more url.Values) url.Values {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {oauth.Graph + "/.default"}}
	maps.Copy(form, more)
	return form
}

// verify tells what the desk's APIs would make of a token.
func (d *desk) verify(token string) (access.Identity, error) {
	v := access.NewVerifier(access.VerifierConfig{Keys: d.issuer, Clients: d.archive, Now: d.now})
	return v.Verify(d.t.Context(), token, oauth.Graph, oauth.Legacy)
}

// holder is a client's key with its certificate.
type holder struct {
	key crypto.Signer
	der []byte
}

func newHolder(t testing.TB, key crypto.Signer, from, to time.Time) holder {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "monitor"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return holder{key, der}
}

func (h holder) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.der})
}

func newCurve(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newRSA(t *testing.T, bits int) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// addHolder stores a client with a certificate in place of a secret.
func (d *desk) addHolder(id string, h holder) {
	d.t.Helper()
	kept, err := access.NewClientCertificate(id, h.pem(), d.now())
	if err != nil {
		d.t.Fatal(err)
	}
	d.add(tocsin.Client{ID: id, Name: "holder " + id}, kept)
}

// claims are those of a good assertion.
func (d *desk) claims(id string) map[string]any {
	return map[string]any{
		"iss": id, "sub": id, "aud": d.base + "/contoso.com/oauth2/v2.0/token", "jti": rand.Text(),
		"nbf": d.now().Unix(), "iat": d.now().Unix(), "exp": d.now().Add(10 * time.Minute).Unix(),
	}
}

func thumb1(der []byte) string {
	sum := sha1.Sum(der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func thumb256(der []byte) string {
	sum := sha256.Sum256(der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// assert signs claims, given as a map or as a text, under a header.
func assert(t testing.TB, key any, algorithm jose.SignatureAlgorithm, header map[string]any, claims any) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT")
	for name, value := range header {
		options = options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	text, isText := claims.(string)
	if !isText {
		var b bytes.Buffer
		if err := json.NewEncoder(&b).Encode(claims); err != nil {
			t.Fatal(err)
		}
		text = b.String()
	}
	signed, err := signer.Sign([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func proof(assertion string) url.Values {
	return url.Values{"client_assertion_type": {access.AssertionType}, "client_assertion": {assertion}}
}
