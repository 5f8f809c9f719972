package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

func load(t *testing.T, text string, env map[string]string) (config.Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(path, func(name string) string { return env[name] })
}

const contoso = `
server: {listen: "127.0.0.1:9000"}
tenants:
  - name: contoso
    tenantId: ${CONTOSO_TENANT}
    domains: [Contoso.com]
    clientId: app
    secretEnv: CONTOSO_SECRET
    sources:
      - {kind: file, path: /archive, every: 1h}
`

func env() map[string]string {
	return map[string]string{"CONTOSO_TENANT": "11111111-1111-4111-8111-111111111111", "CONTOSO_SECRET": "hunter2"}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	vars := env()
	vars["TOCSIN_SERVER_LISTEN"] = "127.0.0.1:9999"
	c, err := load(t, contoso, vars)
	if err != nil || c.Validate() != nil {
		t.Fatal(err, c.Validate())
	}
	sources := c.Tenants[0].All()
	if c.Server.Listen != "127.0.0.1:9999" || len(sources) != 2 || sources[0].Kind != "graph" || time.Duration(sources[0].Every) != 3*time.Minute {
		t.Errorf("config = %+v", c)
	}
	if got := sources[0].Secret.Reveal(); got != "hunter2" {
		t.Errorf("secret = %q", got)
	}
	shown, err := yaml.Marshal(c)
	if text := fmt.Sprintf("%v %+v %#v %s", c, c, c, shown); err != nil || strings.Contains(text, "hunter2") {
		t.Errorf("the secret shows: %s %v", text, err)
	}
}

// Problems of a file are told in its own words: line, key and what was meant,
// all at once, and never in those of the program.
func TestProblemsAreInTheWordsOfTheFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		wants      []string
	}{
		{"misspelt key", "tenants:\n  - name: a\n    tenantID: x\n    sources: [{kind: file, evry: 3m}]", []string{"tenants[0].tenantID: Line 3: there is no such key; did you mean tenantId?", "tenants[0].sources[0].evry: Line 4: there is no such key; did you mean every?"}},
		{"unknown key", "tls: {}", []string{"tls: Line 1: there is no such key; there are server, data"}},
		{"several", "serber: {}\nlog: {lvel: info}\n", []string{"serber: Line 1", "did you mean server?", "log.lvel: Line 2", "did you mean level?"}},
		{"twice", "data: a\nlog: {}\ndata: b", []string{"data: Line 3: the key is on line 1 already."}},
		{"no list", "tenants: {name: a}", []string{`tenants: Line 1: a list stands here: begin each entry with "- ".`}},
		{"no keys", "server: 127.0.0.1", []string{"server: Line 1: keys stand here, each with a value."}},
		{"no value", "data: [a, b]", []string{"data: Line 1: one value stands here."}},
		{"no number", "limits: {perMinute: many}", []string{`limits.perMinute: Line 1: "many" is no whole number.`}},
		{"no yes or no", "tenants:\n  - disabled: si", []string{`tenants[0].disabled: Line 2: "si" is neither true nor false.`}},
		{"no duration", "tenants:\n  - every: soon", []string{`tenants[0].every: Line 2: "soon" is no duration such as 3m`}},
		{"a list as the file", "- a", []string{"config: Line 1: keys stand here"}},
		{"a tab", "log:\n\tlevel: info", []string{"config: This is no YAML, line 2: "}},
		{"an alias of itself", "tenants: &a [*a]", nil},
	}
	for _, tt := range tests {
		_, err := load(t, tt.text, nil)
		if err == nil {
			t.Errorf("%s: it is believed", tt.name)
			continue
		}
		if !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v is no problem of the file", tt.name, err)
		}
		for _, want := range tt.wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", tt.name, err, want)
			}
		}
		for _, leak := range []string{"config.", "unmarshal", "!!", "yaml:", "struct", "into"} {
			if strings.Contains(strings.ReplaceAll(err.Error(), "config: ", ""), leak) {
				t.Errorf("%s: %v shows %q", tt.name, err, leak)
			}
		}
	}
	c, err := load(t, "limits: {perMinute: \"${N}\"}\nbase: &b {level: debug}\nlog: *b", map[string]string{"N": "60"})
	if err == nil || c.Limits.PerMinute != 0 {
		t.Errorf("a key for an anchor is believed: %+v", c.Limits)
	}
	if c, err = load(t, "limits: {perMinute: \"${N}\"}\nserver: {listen: &l 127.0.0.1:1}\ndata: *l", map[string]string{"N": "60"}); err != nil || c.Limits.PerMinute != 60 || c.Data != "127.0.0.1:1" {
		t.Errorf("numbers from variables, and aliases: %+v, %v", c, err)
	}
}

func TestProblemsNameTheKey(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"unknown key", "serfer: {}", "serfer"},
		{"no yaml", "a: [", "config"},
		{"variable not set", "data: ${NOWHERE}", "NOWHERE is not set"},
		{"listen", "server: {listen: nonsense}", "server.listen"},
		{"base", "server: {base: 'ftp://x'}", "server.base"},
		{"half of tls", "server: {tls: {cert: a.pem}}", "server.tls"},
		{"tenant id", "tenants: [{name: contoso, tenantId: x}]", "tenants[0]"},
		{"twice", "tenants: [{name: a, tenantId: 11111111-1111-4111-8111-111111111111}, {name: a, tenantId: 11111111-1111-4111-8111-111111111112}]", "name a is taken by tenants[0]"},
		{"kind", "tenants: [{name: a, tenantId: 11111111-1111-4111-8111-111111111111, sources: [{kind: fax}]}]", "sources.fax.kind"},
		{"secret", "tenants: [{name: a, tenantId: 11111111-1111-4111-8111-111111111111, clientId: x, secretEnv: EMPTY}]", "EMPTY is empty"},
		{"issuer without a name", "issuers: [{issuer: 'https://sso.contoso.com', audiences: [x], tenants: [contoso]}]", "issuers[0].name"},
		{"issuer in the clear", "issuers: [{name: a, issuer: 'http://sso.contoso.com', audiences: [x], tenants: [contoso]}]", "issuers[0].issuer"},
		{"issuer that is no address", "issuers: [{name: a, issuer: 'https://u@sso.contoso.com', audiences: [x], tenants: [contoso]}]", "issuers[0].issuer"},
		{"issuer of another kind", "issuers: [{name: a, kind: saml, issuer: 'https://sso.contoso.com', audiences: [x], tenants: [contoso]}]", "issuers[0].kind"},
		{"issuer for nothing", "issuers: [{name: a, kind: entra, tenants: [contoso]}]", "issuers[0].audiences"},
		{"issuer for the provider's API", "issuers: [{name: a, kind: entra, audiences: ['https://Graph.microsoft.com/'], tenants: [contoso]}]", "issuers[0].audiences"},
		{"issuer for no tenant", "issuers: [{name: a, kind: entra, audiences: [x]}]", "issuers[0].tenants"},
		{"issuer for which tenant", "issuers: [{name: a, issuer: 'https://sso.contoso.com', audiences: [x], tenants: [contoso, fabrikam]}]", "claims.tenant"},
		{"issuer for every tenant", "issuers: [{name: a, issuer: 'https://sso.contoso.com', audiences: [x], tenants: ['*']}]", "claims.tenant"},
		{"issuer that gives too much", "issuers: [{name: a, kind: entra, audiences: [x], tenants: [contoso], scopes: [Desk.Manage.All]}]", "issuers[0].scopes"},
		{"issuer that grants too much", "issuers: [{name: a, kind: entra, audiences: [x], tenants: [contoso], grants: {admin: [Desk.Manage.All]}}]", "grants.admin"},
		{"issuer twice", "issuers: [{name: a, kind: entra, audiences: [x], tenants: [b]}, {name: a, kind: entra, audiences: [x], tenants: [b]}]", "name a is there twice"},
		{"limit", "limits: {perMinute: -1}", "limits.perMinute"},
		{"auth", tenantWith("auth: magic"), "sources.graph.auth"},
		{"certificate", tenantWith("auth: certificate"), "sources.graph.certificate"},
		{"certificate and secret", tenantWith("auth: certificate, certificate: a.pem, secret: x"), "There is a secret beside it"},
		{"federated identity", tenantWith("auth: federatedIdentity"), "sources.graph.tokenFile"},
		{"algorithm", tenantWith("auth: certificate, certificate: a.pem, algorithm: HS256"), "sources.graph.algorithm"},
		{"token endpoint in the clear", tenantWith("secret: x, tokenUrl: 'http://login.example.org/token'"), "sources.graph.tokenUrl"},
		{"token endpoint with a way out", tenantWith("secret: x, tokenUrl: 'https://login.example.org/../token'"), "sources.graph.tokenUrl"},
		{"token endpoint of another host", tenantWith("secret: x, tokenUrl: 'https://login.microsoftonline.com@evil.example/token'"), "sources.graph.tokenUrl"},
		{"token endpoint with backslashes", tenantWith("secret: x, tokenUrl: 'https:\\\\evil.example/token'"), "sources.graph.tokenUrl"},
		{"API in the clear", tenantWith("secret: x, baseUrl: 'http://graph.example.org/v1.0'"), "sources.graph.baseUrl"},
		{"tenant id with a path", "tenants: [{name: a, tenantId: '11111111-1111-4111-8111-111111111111/../x'}]", "tenants[0]"},
		{"tenant id of another host", "tenants: [{name: a, tenantId: '@evil.example'}]", "tenants[0]"},
		{"every", "tenants: [{name: a, tenantId: 11111111-1111-4111-8111-111111111111, sources: [{kind: file, path: x, every: 3}]}]", "is no duration"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := load(t, tt.text, nil)
			if err == nil {
				err = c.Validate()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to name %q", err, tt.want)
			}
		})
	}
}

// tenantWith is a tenant with more keys of its source.
func tenantWith(keys string) string {
	return "tenants: [{name: a, tenantId: 11111111-1111-4111-8111-111111111111, clientId: x, " + keys + "}]"
}

// What a variable holds is a value, whatever it looks like.
func TestVariablesCannotAddKeys(t *testing.T) {
	t.Parallel()
	c, err := load(t, "data: ${EVIL}\nserver: {base: 'https://x/$$HOME'}", map[string]string{"EVIL": "x\"\nserver: {listen: \"0.0.0.0:1\"} ${HOME}"})
	if err != nil || c.Server.Listen != "127.0.0.1:8080" || !strings.Contains(c.Data, "${HOME}") || c.Server.Base != "https://x/$HOME" {
		t.Errorf("config = %+v, %v", c, err)
	}
}

// Every single value can come from the environment, under the name of its key.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	vars := map[string]string{"TOCSIN_SERVER_TLS_CERT": "a.pem", "TOCSIN_LIMITS_PERMINUTE": "60", "TOCSIN_DATA": "${NOT_EXPANDED}"}
	c, err := load(t, "limits: {perMinute: 5}", vars)
	if err != nil || c.Server.TLS.Cert != "a.pem" || c.Limits.PerMinute != 60 || c.Data != "${NOT_EXPANDED}" {
		t.Errorf("config = %+v, %v", c, err)
	}
	vars["TOCSIN_LIMITS_PERMINUTE"] = "many"
	if _, err := load(t, "", vars); err == nil || !strings.Contains(err.Error(), `"many"`) {
		t.Errorf("a word for a number: %v", err)
	}
}
