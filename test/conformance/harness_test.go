package conformance

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/test/ask"
)

// The tenants of the tests, and who may do what in them.
const (
	contoso  = "c0000000-0000-4000-8000-00000000000c"
	fabrikam = "f0000000-0000-4000-8000-00000000000f"
	canary   = "canary-of-fabrikam" // in every text that only Fabrikam may see
)

// A desk is a running server with what is needed to ask it.
type desk struct {
	*app.App
	client *http.Client
	key    jose.SigningKey // one that the desk believes, for tokens of every kind
	tokens map[string]string
}

// start runs a desk with data until the test ends.
func start(t *testing.T, change ...func(*config.Config, *app.Options)) *desk {
	t.Helper()
	settings := config.Default()
	settings.Server.Lane = servetest.Lane()
	settings.Data = t.TempDir()
	settings.Server.Listen = "127.0.0.1:0"
	settings.Database = filepath.Join(settings.Data, "tocsin.db")
	options := app.Options{Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&settings, &options)
	}
	a, err := app.New(t.Context(), settings, options)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{App: a, tokens: map[string]string{}, client: &http.Client{
		Transport:     &http.Transport{DisableCompression: true}, // answers are looked at as they are sent
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	d.fill(t)
	d.sign(t)
	ask.Run(t, a)
	t.Cleanup(d.client.CloseIdleConnections)
	return d
}

// sign adds a key of our own to those of the desk, and makes tokens with it:
// such as people have, and such as have expired.
func (d *desk) sign(t *testing.T) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := json.Marshal(jose.JSONWebKey{Key: &private.PublicKey, KeyID: "conformance", Algorithm: "ES256", Use: "sig"})
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-48 * time.Hour) // older than the desk's own, which goes on signing
	if err := d.Programs.AddSigningKey(t.Context(), tocsin.SigningKey{ID: "conformance", Public: public, Sealed: []byte("none"), CreatedAt: old}); err != nil {
		t.Fatal(err)
	}
	d.key = jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: private, KeyID: "conformance"}}
	all := []string{tocsin.ScopeServiceHealth, tocsin.ScopeServiceHealthAll, tocsin.ScopeServiceMessageAll}
	clients := map[string]tocsin.Client{}
	for name, c := range map[string]tocsin.Client{
		"contoso": {TenantID: contoso, Scopes: all}, "fabrikam": {TenantID: fabrikam, Scopes: all},
		"health": {TenantID: contoso, Scopes: all[1:2]}, "messages": {TenantID: contoso, Scopes: all[2:]},
		"desk": {TenantID: contoso, Scopes: []string{tocsin.ScopeDeskRead}},
		"wire": {TenantID: contoso, Scopes: all, Shape: tocsin.ShapeWire}, "documented": {TenantID: contoso, Scopes: all, Shape: tocsin.ShapeDocumented},
	} {
		c.ID, c.Name, c.CreatedAt = signin.NewID(), name, time.Now()
		if _, err := app.AddClient(t.Context(), d.Programs, c); err != nil {
			t.Fatal(err)
		}
		clients[name] = c
		for api, resource := range map[string]string{"legacy": app.LegacyResource, "graph": app.GraphResource, "own": d.Base()} {
			if d.tokens[api+" "+name], err = d.Issuer.Mint(t.Context(), c, resource, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
	}
	scopes := strings.Join(all[1:], " ")
	for name, claims := range map[string]map[string]any{
		"graph person":          {"scp": scopes + " ServiceMessageViewpoint.Write", "sub": "person-1"},
		"graph other person":    {"scp": scopes + " ServiceMessageViewpoint.Write", "sub": "person-2"},
		"graph reader":          {"scp": scopes, "sub": "person-3"},
		"graph expired":         {"roles": all[1:], "exp": time.Now().Add(-time.Hour).Unix()},
		"legacy expired":        {"roles": all[:1], "exp": time.Now().Add(-time.Hour).Unix(), "aud": app.LegacyResource},
		"graph other audience":  {"roles": all, "aud": "https://other.example"},
		"legacy other audience": {"roles": all, "aud": "https://other.example"},
		"graph other tenant":    {"roles": all[1:], "tid": fabrikam}, // a client of Contoso says it is Fabrikam's
		"legacy other tenant":   {"roles": all[:1], "tid": fabrikam, "aud": app.LegacyResource},
		"graph none":            {"roles": []string{}},
		"legacy none":           {"roles": []string{}, "aud": app.LegacyResource},
	} {
		d.tokens[name] = d.token(t, clients["contoso"], claims)
	}
}

// token makes a token that says what a token for Graph says, unless claims say
// otherwise.
func (d *desk) token(t *testing.T, c tocsin.Client, claims map[string]any) string {
	t.Helper()
	now := time.Now()
	all := map[string]any{
		"aud": app.GraphResource, "tid": c.TenantID, "iat": now.Add(-2 * time.Hour).Unix(), "nbf": now.Add(-2 * time.Hour).Unix(),
		"exp": now.Add(time.Hour).Unix(), "appid": c.ID, "sub": c.ID, "ver": "1.0",
	}
	for name, value := range claims {
		all[name] = value
	}
	all["iss"] = d.Base() + "/" + all["tid"].(string) + "/"
	payload, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(d.key, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// An answer is what came back for one request.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends one request as somebody; nobody sends no token. Headers are pairs
// of name and value. The target may hold anything that net/url would not make.
func (d *desk) ask(t *testing.T, who, method, target, body string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, d.Base()+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = strings.TrimPrefix(d.Base(), request.URL.Scheme+":") + target
	if path, query, ok := strings.Cut(request.URL.Opaque, "?"); ok {
		request.URL.Opaque, request.URL.RawQuery, request.URL.ForceQuery = path, query, query == ""
	}
	if who != "" {
		token, ok := d.tokens[who]
		if !ok {
			t.Fatalf("nobody is called %q", who)
		}
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := d.client.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

// list reads the ids of a list in order, and the list's own members.
func (a answer) list(t *testing.T) (ids string, members map[string]json.RawMessage) {
	t.Helper()
	var rows []struct{ ID, Id string } // both spellings are on the wire
	if err := json.Unmarshal([]byte(a.body), &members); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	if err := json.Unmarshal(members["value"], &rows); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = row.ID + row.Id
	}
	return strings.Join(list, " "), members
}

// put stores documents for a tenant.
func (d *desk) put(t *testing.T, tenant string, items ...any) {
	t.Helper()
	r := archive.Record{TenantID: tenant, Source: "conformance", SeenAt: time.Now().Add(-time.Minute), Silent: true}
	for _, item := range items {
		doc, err := tocsin.NewDocument(item)
		if err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := d.Archive.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// attach stores a file of an item of Contoso.
func (d *desk) attach(t *testing.T, kind tocsin.Kind, id, fileID, name string, content []byte) {
	t.Helper()
	f := tocsin.File{ID: fileID, Name: name, ContentType: "application/pdf", SeenAt: time.Now(), Source: "conformance"}
	if _, err := d.Archive.PutFile(t.Context(), contoso, tocsin.Ref{Kind: kind, ID: id}, f, content); err != nil {
		t.Fatal(err)
	}
}

// document is a file that no text is: every byte, more than once.
func document() []byte {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	return bytes.Repeat(every, 40)
}
