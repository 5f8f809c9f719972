package e2e

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.org/tocsin/internal/issuertest"
	"example.org/tocsin/test/ask"
)

const fabrikamID = "22222222-2222-3333-4444-555555555555"

// settings writes a settings file and returns its path.
func settings(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pair writes a certificate for localhost and its key, and returns their paths.
func pair(t *testing.T, key any, public any) (cert, private string) {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, private = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, private: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, private
}

// Clients that insist on https work: the token endpoint and both APIs over a
// certificate of our own.
func TestDeskOverTLS(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	id, secret := newTenant(t, data)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, private := pair(t, key, &key.PublicKey)
	base := serve(t, data, "serve", "--config", settings(t, fmt.Sprintf("server: {tls: {cert: %q, key: %q}}", cert, private)))
	if !strings.HasPrefix(base, "https://") {
		t.Fatalf("the desk is at %s", base)
	}
	text, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	config := clientcredentials.Config{
		ClientID: id, ClientSecret: secret, TokenURL: base + "/contoso.com/oauth2/v2.0/token", Scopes: []string{"https://graph.microsoft.com/.default"},
	}
	client := config.Client(context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: transport}))
	response, err := client.Get(base + "/v1.0/admin/serviceAnnouncement/issues")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var page struct {
		Context string `json:"@odata.context"`
	}
	if err := json.NewDecoder(response.Body).Decode(&page); err != nil || response.StatusCode != http.StatusOK || response.ProtoMajor != 2 || !strings.HasPrefix(page.Context, base) {
		t.Errorf("Graph API over TLS: %s over %s, context %q, %v", response.Status, response.Proto, page.Context, err)
	}
}

// Who lost access is refused by a desk that runs, whoever took it away.
func TestRevocationReachesARunningDesk(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	id, secret := newTenant(t, data)
	base := serve(t, data, "serve")
	services := base + "/api/v1.0/contoso.com/ServiceComms/Services"
	refused := func(what, token string) {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second)
		for {
			response, _ := ask.Get(t, http.DefaultClient, services, token)
			if response.StatusCode == http.StatusUnauthorized {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: %s, want 401 within a moment", what, response.Status)
			}
			<-time.After(50 * time.Millisecond)
		}
	}
	token := signIn(t, base, id, secret)
	if response, body := ask.Get(t, http.DefaultClient, services, token); response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", response.Status, body)
	}
	var key struct{ ID, State string }
	run(t, data, &key, "key", "rotate")
	if response, _ := ask.Get(t, http.DefaultClient, services, token); response.StatusCode != http.StatusOK || key.State != "signs" {
		t.Errorf("after rotating the key: %s, %+v", response.Status, key)
	}
	run(t, data, &key, "key", "rotate", "--revoke")
	refused("key revoked", token)

	token = signIn(t, base, id, secret)
	if response, _ := ask.Get(t, http.DefaultClient, services, token); response.StatusCode != http.StatusOK {
		t.Errorf("token of the new key: %s", response.Status)
	}
	var revoked struct{ State string }
	run(t, data, &revoked, "client", "revoke", id)
	refused("client revoked", token)
}

// Secrets are rotated by script, and never more than two are live.
func TestSecretsByScript(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	id, first := newTenant(t, data)
	base := serve(t, data, "serve")
	type secretJSON struct {
		ID, Kind, State, ExpiresAt string
		Secret                     string `json:"clientSecret"`
	}
	var second secretJSON
	run(t, data, &second, "client", "secret", "add", id, "--expires", "90d")
	if second.Secret == "" || second.ExpiresAt == "" || second.State != "live" {
		t.Fatalf("second secret: %+v", second)
	}
	for _, secret := range []string{first, second.Secret} {
		if signIn(t, base, id, secret) == "" {
			t.Error("one of two live secrets gives no token")
		}
	}
	if _, code := tocsin(t, data, "client", "secret", "add", id); code != 1 {
		t.Errorf("third live secret: exit code %d, want 1", code)
	}
	var list []secretJSON
	run(t, data, &list, "client", "secret", "list", id)
	if len(list) != 2 || list[0].Kind != "secret" || list[0].Secret != "" {
		t.Fatalf("list: %+v", list)
	}
	var revoked struct{ State string }
	run(t, data, &revoked, "client", "secret", "revoke", id, list[0].ID)
	response, err := http.PostForm(base+"/contoso.com/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "resource": {"https://manage.office.com"}, "client_id": {id}, "client_secret": {first},
	})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("a revoked secret: %s, want 401", response.Status)
	}
	if signIn(t, base, id, second.Secret) == "" {
		t.Error("the secret beside a revoked one gives no token")
	}
	for _, args := range [][]string{
		{"client", "secret", "add", id, "--expires", "yesterday"},
		{"client", "secret", "add", id, "--expires", "2001-01-01"},
		{"client", "add", "--tenant", "contoso", "--scope", "ServiceHealth.Read", "--rate", "-1"},
		{"client", "add", "--tenant", "contoso", "--scope", "ServiceHealth.Read", "--expires", "-5h"},
	} {
		if _, code := tocsin(t, data, args...); code != 2 {
			t.Errorf("tocsin %s: exit code %d, want 2", strings.Join(args, " "), code)
		}
	}
}

// A client beyond its rate gets each API's own 429.
func TestRate(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	var client struct {
		ID     string `json:"clientId"`
		Secret string `json:"clientSecret"`
	}
	run(t, data, &client, "client", "add", "--tenant", "contoso", "--name", "slow", "--scope", "ServiceHealth.Read", "--scope", "ServiceHealth.Read.All", "--rate", "1")
	base := serve(t, data, "serve")
	token := signIn(t, base, client.ID, client.Secret)
	legacy := base + "/api/v1.0/contoso.com/ServiceComms/Services"
	if response, body := ask.Get(t, http.DefaultClient, legacy, token); response.StatusCode != http.StatusOK {
		t.Fatalf("first request: %s %s", response.Status, body)
	}
	response, body := ask.Get(t, http.DefaultClient, legacy, token)
	if response.StatusCode != http.StatusTooManyRequests || !strings.Contains(string(body), `"code":"AF429.  `) || response.Header.Get("Retry-After") == "" {
		t.Errorf("second request: %s %v %s", response.Status, response.Header, body)
	}
	var graph struct {
		Token string `json:"access_token"`
	}
	run(t, data, &graph, "token", "create", "--client", client.ID, "--resource", "graph", "--base", base)
	response, body = ask.Get(t, http.DefaultClient, base+"/v1.0/admin/serviceAnnouncement/issues", graph.Token)
	if response.StatusCode != http.StatusTooManyRequests || !strings.Contains(string(body), `"code":"TooManyRequests"`) || response.Header.Get("Retry-After") == "" {
		t.Errorf("in the other API: %s %v %s", response.Status, response.Header, body)
	}
}

// A token of one tenant learns nothing about which others there are.
func TestOtherTenantsLookLikeNone(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	id, secret := newTenant(t, data)
	var tenant struct{ ID string }
	run(t, data, &tenant, "tenant", "add", "--id", fabrikamID, "--name", "fabrikam", "--domain", "fabrikam.com")
	base := serve(t, data, "serve")
	token := signIn(t, base, id, secret)
	for _, operation := range []string{"Services", "CurrentStatus", "Messages?$top=1", "$metadata", "Nonsense", "Messages?$filter=%zz"} {
		var first *http.Response
		var want []byte
		for _, tenant := range []string{fabrikamID, "fabrikam.com", "33333333-2222-3333-4444-555555555555", "nobody.example"} {
			response, body := ask.Get(t, http.DefaultClient, base+"/api/v1.0/"+tenant+"/ServiceComms/"+operation, token)
			public := operation == "$metadata" // for everybody, and of nobody
			if public != (response.StatusCode == http.StatusOK) || !public && (response.StatusCode != http.StatusForbidden || !strings.Contains(string(body), "AF20010.  ")) {
				t.Errorf("%s of %s: %s %s", operation, tenant, response.Status, body)
			}
			for _, name := range []string{"Date", "X-Activity-Id", "X-Time-Taken", "X-Request-Id", "Request-Id"} { // of one request
				response.Header.Del(name)
			}
			if first == nil {
				first, want = response, body
				continue
			}
			if !bytes.Equal(body, want) || fmt.Sprint(response.Header) != fmt.Sprint(first.Header) {
				t.Errorf("%s of %s: %v %s differs from %v %s", operation, tenant, response.Header, body, first.Header, want)
			}
		}
	}
}

// issuers plays both issuers until the test ends.
func issuers(t *testing.T) (entra, keycloak *issuertest.Server) {
	t.Helper()
	var err error
	if entra, err = issuertest.NewEntra(time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(entra.Close)
	if keycloak, err = issuertest.NewKeycloak(time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keycloak.Close)
	return entra, keycloak
}

// Programs and people of Entra and Keycloak read what their tokens say, of the
// tenants that these may speak for.
func TestTokensOfOtherIssuers(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	var tenant struct{ ID string }
	run(t, data, &tenant, "tenant", "add", "--id", fabrikamID, "--name", "fabrikam", "--domain", "fabrikam.com")
	entra, keycloak := issuers(t)
	const app, api = "a0000000-0000-4000-8000-000000000001", "api://health.contoso.com"
	entra.AddApp(issuertest.App{ID: app, Secret: "s", Roles: []string{"ServiceHealth.Read"}})
	keycloak.AddApp(issuertest.App{ID: "monitor", Secret: "s", Roles: []string{"desk-reader"}})
	base := serve(t, data, "serve", "--config", settings(t, fmt.Sprintf(`
issuers:
  - name: entra
    kind: entra
    issuer: %s
    issuerV1: %s/sts
    audiences: [%s]
    tenants: [contoso]
  - name: keycloak
    issuer: %s
    audiences: [tocsin]
    tenants: [fabrikam.com]
    claims: {roles: realm_access.roles}
    grants: {desk-reader: [ServiceHealth.Read.All]}
    rate: 3
`, entra.Base(), entra.Base(), api, issuertest.Realm(keycloak.Base()))))
	token := func(endpoint, id string) string {
		c := clientcredentials.Config{ClientID: id, ClientSecret: "s", TokenURL: endpoint, Scopes: []string{api + "/.default"}, AuthStyle: oauth2.AuthStyleInParams}
		got, err := c.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got.AccessToken
	}
	contoso := token(entra.Base()+"/"+contosoID+"/oauth2/v2.0/token", app)
	stranger := token(entra.Base()+"/"+fabrikamID+"/oauth2/v2.0/token", app)
	fabrikam := token(issuertest.Realm(keycloak.Base())+"/protocol/openid-connect/token", "monitor")
	graph := base + "/v1.0/admin/serviceAnnouncement/"
	legacy := func(tenant string) string { return base + "/api/v1.0/" + tenant + "/ServiceComms/Services" }
	for _, tt := range []struct {
		name, address, token string
		want                 int
	}{
		{"Entra, legacy API", legacy("contoso.com"), contoso, 200},
		{"Entra, another tenant's path", legacy("fabrikam.com"), contoso, 403},
		{"Entra, Graph API without the role", graph + "issues", contoso, 403},
		{"Entra, directory that may not", legacy("fabrikam.com"), stranger, 401},
		{"Keycloak, Graph API", graph + "issues", fabrikam, 200},
		{"Keycloak, messages without the role", graph + "messages", fabrikam, 403},
		{"Keycloak, legacy API without the role", legacy("fabrikam.com"), fabrikam, 403},
		{"Keycloak, beyond its rate", graph + "issues", fabrikam, 429},
	} {
		if response, body := ask.Get(t, http.DefaultClient, tt.address, tt.token); response.StatusCode != tt.want {
			t.Errorf("%s: %s %s, want %d", tt.name, response.Status, body, tt.want)
		}
	}
	response, body := ask.Get(t, http.DefaultClient, base+"/metrics", "")
	if response.StatusCode != http.StatusOK || !strings.Contains(string(body), `tocsin_access_issuer_keys_stale{issuer="entra"} 0`) {
		t.Errorf("metrics do not tell about the keys: %s", response.Status)
	}
}

// One desk reads another as an app with a certificate, and no secret is
// anywhere.
func TestDeskReadsAnotherByCertificate(t *testing.T) {
	t.Parallel()
	upstream := filepath.Join(t.TempDir(), "upstream")
	newTenant(t, upstream)
	file := filepath.Join(t.TempDir(), "messages.json")
	if err := os.WriteFile(file, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	var imported struct{ New int }
	run(t, upstream, &imported, "import", file, "--tenant", "contoso.com")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	cert, private := pair(t, key, &key.PublicKey)
	var client struct {
		ID          string `json:"clientId"`
		Secret      string `json:"clientSecret"`
		Certificate struct{ Thumbprint string }
	}
	run(t, upstream, &client, "client", "add", "--tenant", "contoso", "--name", "desk", "--certificate", cert,
		"--scope", "ServiceHealth.Read.All", "--scope", "ServiceMessage.Read.All")
	if client.Secret != "" || len(client.Certificate.Thumbprint) != 64 {
		t.Fatalf("client with a certificate: %+v", client)
	}
	base := serve(t, upstream, "serve")
	for _, algorithm := range []string{"", "RS256"} {
		data := filepath.Join(t.TempDir(), "desk")
		file := settings(t, fmt.Sprintf(`
tenants:
  - {name: contoso, tenantId: %s, clientId: %s, auth: certificate, certificate: %q, certificateKey: %q, algorithm: %q, tokenUrl: %s, baseUrl: %s}
`, contosoID, client.ID, cert, private, algorithm, base+"/"+contosoID+"/oauth2/v2.0/token", base+"/v1.0"))
		var polls []map[string]any
		run(t, data, &polls, "collect", "--once", "--config", file)
		var findings struct{ Tenants []struct{ Versions int } }
		run(t, data, &findings, "verify", "--config", file)
		if len(findings.Tenants) != 1 || findings.Tenants[0].Versions == 0 {
			t.Errorf("algorithm %q: polls %v, findings %+v", algorithm, polls, findings)
		}
	}
}
