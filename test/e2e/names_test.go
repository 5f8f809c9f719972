package e2e

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// named is a desk under several addresses.
type named struct {
	t    *testing.T
	base string // where it listens
}

// ask sends a request to the desk under a name, with a token, and reads the
// answer as JSON.
func (n named) ask(method, name, path, token string, form url.Values, into any) *http.Response {
	n.t.Helper()
	request, err := http.NewRequestWithContext(n.t.Context(), method, n.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		n.t.Fatal(err)
	}
	request.Host = name
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		n.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			n.t.Fatalf("%s under %s: %s %s", path, name, response.Status, body)
		}
	}
	return response
}

// claimsOf reads what a token says.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	var claims map[string]any
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err == nil {
		err = json.Unmarshal(text, &claims)
	}
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const threeNames = "server: {base: 'http://Health.Contoso.com.', names: ['desk.intra:8443', 'http://[fd00::1]:9000', 'http://santé.example']}"

// One desk under several names answers under the one that was asked: discovery,
// tokens and links. A token is good under each, and pages of an answer may be
// asked for under different ones.
func TestSeveralNames(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	id, secret := newTenant(t, data)
	issues := `{"value":[`
	for _, n := range []string{"1", "2", "3"} {
		issues += `{"@odata.type":"#microsoft.graph.serviceHealthIssue","id":"EX` + n + `","title":"x","service":"Exchange Online","status":"serviceDegradation","classification":"advisory","isResolved":false,"startDateTime":"2026-01-0` + n + `T00:00:00Z","lastModifiedDateTime":"2026-01-0` + n + `T00:00:00Z","feature":"x","featureGroup":"x","impactDescription":"x","origin":"microsoft","details":[],"posts":[]},`
	}
	file := filepath.Join(t.TempDir(), "issues.json")
	if err := os.WriteFile(file, []byte(strings.TrimSuffix(issues, ",")+"]}"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, data, &struct{}{}, "import", file, "--tenant", "contoso")
	settings := settingsFile(t, threeNames)
	n := named{t: t}
	n.base = "http://" + listening(t, data, "serve", "--config", settings)
	hosts := map[string]string{
		"health.contoso.com": "http://health.contoso.com", "HEALTH.contoso.com.": "http://health.contoso.com", "desk.intra:8443": "http://desk.intra:8443",
		"desk.intra": "http://desk.intra:8443", "[FD00::1]:9000": "http://[fd00::1]:9000", "xn--sant-epa.example": "http://xn--sant-epa.example",
		"127.0.0.1": "http://health.contoso.com",
	}
	tokens := map[string]string{}
	for host, want := range hosts {
		var found struct {
			Issuer   string `json:"issuer"`
			Endpoint string `json:"token_endpoint"`
			Keys     string `json:"jwks_uri"`
		}
		n.ask("GET", host, "/contoso.com/v2.0/.well-known/openid-configuration", "", nil, &found)
		if found.Issuer != want+"/"+contosoID+"/v2.0" || !strings.HasPrefix(found.Endpoint, want+"/") || !strings.HasPrefix(found.Keys, want+"/") {
			t.Errorf("discovery under %s: %+v", host, found)
		}
		var token struct {
			Token string `json:"access_token"`
		}
		n.ask("POST", host, "/contoso.com/oauth2/v2.0/token", "", url.Values{
			"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"}, "client_id": {id}, "client_secret": {secret},
		}, &token)
		if iss := claimsOf(t, token.Token)["iss"]; iss != found.Issuer {
			t.Errorf("iss under %s: %v, want %s", host, iss, found.Issuer)
		}
		tokens[host] = token.Token
	}
	for issued, token := range tokens {
		for host, want := range hosts {
			for range 2 { // from the cache as well
				var list struct {
					Context string `json:"@odata.context"`
					Value   []any
				}
				if r := n.ask("GET", host, "/v1.0/admin/serviceAnnouncement/issues", token, nil, &list); r.StatusCode != 200 || len(list.Value) != 3 || !strings.HasPrefix(list.Context, want+"/v1.0/") {
					t.Errorf("list under %s with a token of %s: %s %s, %d", host, issued, r.Status, list.Context, len(list.Value))
				}
			}
		}
	}
	next, seen := "/v1.0/admin/serviceAnnouncement/issues?$orderby=id", 0
	for _, host := range []string{"desk.intra:8443", "health.contoso.com", "[fd00::1]:9000"} {
		var page struct {
			Next  string `json:"@odata.nextLink"`
			Value []any
		}
		r := n.page(host, next, tokens["desk.intra"], &page)
		if seen += len(page.Value); r.StatusCode != http.StatusOK || len(page.Value) != 1 {
			t.Fatalf("page under %s: %s, %d", host, r.Status, len(page.Value))
		}
		if next = page.Next; next != "" && !strings.HasPrefix(next, hosts[host]+"/") && !strings.HasPrefix(next, "http://"+host+"/") {
			t.Errorf("next link under %s: %s", host, next)
		}
	}
	if next != "" || seen != 3 {
		t.Errorf("%d rows, then %q", seen, next)
	}
	for _, host := range []string{"evil.example", "health.contoso.com.evil.example", "contoso.com", "desk.intra.evil"} {
		for _, path := range []string{"/", "/v1.0/admin/serviceAnnouncement/issues", "/contoso.com/v2.0/.well-known/openid-configuration"} {
			if r := n.ask("GET", host, path, tokens["desk.intra"], nil, nil); r.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("%s under %s: %s, want 421", path, host, r.Status)
			}
		}
	}
}

// page asks for pages of one row.
func (n named) page(host, path, token string, into any) *http.Response {
	n.t.Helper()
	if u, err := url.Parse(path); err == nil && u.Host != "" {
		path = u.RequestURI()
	}
	request, err := http.NewRequestWithContext(n.t.Context(), http.MethodGet, n.base+path, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	request.Host = host
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Prefer", "odata.maxpagesize=1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		n.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		n.t.Fatal(err)
	}
	return response
}

// listening runs a desk whose address is another than where it listens, and
// returns the latter.
func listening(t *testing.T, data string, args ...string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	serveAt(t, data, "127.0.0.1:"+port, args...)
	return "127.0.0.1:" + port
}

// token create makes tokens of each of the names, and of no other.
func TestTokenOfANameByHand(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	settings := settingsFile(t, threeNames)
	for base, want := range map[string]string{"": "http://health.contoso.com", "http://desk.intra:8443/": "http://desk.intra:8443", "HTTP://HEALTH.contoso.com": "http://health.contoso.com"} {
		args := []string{"token", "create", "--tenant", "contoso", "--config", settings}
		if base != "" {
			args = append(args, "--base", base)
		}
		var made struct {
			Token string `json:"access_token"`
		}
		run(t, data, &made, args...)
		if iss := claimsOf(t, made.Token)["iss"]; iss != want+"/"+contosoID+"/" {
			t.Errorf("--base %q: iss %v", base, iss)
		}
	}
	for _, base := range []string{"https://desk.intra:8443", "http://evil.example", "nonsense"} {
		said := refused(t, "token", "create", "--tenant", "contoso", "--config", settings, "--data", data, "--base", base)
		if base != "nonsense" && (!strings.Contains(said, "http://health.contoso.com, http://desk.intra:8443") || !strings.Contains(said, "server.names")) {
			t.Errorf("--base %s: %s", base, said)
		}
	}
}

// What clients read of a token of a program is there.
func TestClaimsThatClientsRead(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	id, secret := newTenant(t, data)
	base := serve(t, data, "serve")
	for version, endpoint := range map[string]string{"1.0": "oauth2/token", "2.0": "oauth2/v2.0/token"} {
		for cloud, resource := range map[string]string{"": "https://graph.microsoft.com", "us-government": "https://graph.microsoft.us", "france": "https://graph.svc.sovcloud.fr"} {
			response, err := http.PostForm(base+"/contoso.com/"+endpoint, url.Values{
				"grant_type": {"client_credentials"}, "resource": {resource}, "scope": {resource + "/.default"}, "client_id": {id}, "client_secret": {secret},
			})
			if err != nil {
				t.Fatal(err)
			}
			var token struct {
				Token    string `json:"access_token"`
				Resource string `json:"resource"`
			}
			err = json.NewDecoder(response.Body).Decode(&token)
			_ = response.Body.Close()
			if err != nil || token.Token == "" || version == "1.0" && token.Resource != resource {
				t.Fatalf("%s %s: %s %+v %v", version, cloud, response.Status, token, err)
			}
			claims := claimsOf(t, token.Token)
			for name, want := range map[string]any{"app_displayname": "contoso", "appid": id, "azp": id, "oid": id, "sub": id, "tid": contosoID, "idtyp": "app", "ver": version, "aud": resource} {
				if got := claims[name]; got != want && name != "app_displayname" || name == "app_displayname" && got == nil {
					t.Errorf("%s %s: %s = %v, want %v", version, cloud, name, got, want)
				}
			}
			if _, has := claims["upn"]; has {
				t.Errorf("%s: a program has no upn", version)
			}
			if claims[map[string]string{"1.0": "appidacr", "2.0": "azpacr"}[version]] != "1" {
				t.Errorf("%s: claims %v", version, claims)
			}
			if r := get(t, base+"/v1.0/admin/serviceAnnouncement/issues", token.Token, nil); r.StatusCode != http.StatusOK {
				t.Errorf("%s token of %s: %s", version, resource, r.Status)
			}
		}
	}
}
