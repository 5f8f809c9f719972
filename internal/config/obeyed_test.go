package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/config"
)

// A setting is obeyed or refused, with the key and the reason. Each of these was
// taken and passed over.
func TestSettingsAreObeyedOrRefused(t *testing.T) {
	t.Parallel()
	file := func(keys string) string {
		return "tenants: [{name: a, tenantId: 11111111-1111-4111-8111-111111111111, sources: [{kind: file, path: x, " + keys + "}]}]"
	}
	bare := func(keys string) string {
		return "tenants: [{name: a, tenantId: 11111111-1111-4111-8111-111111111111, " + keys + "}]"
	}
	oidc := func(keys string) string {
		return "signIn: {oidc: [{name: id, issuer: 'https://sso.contoso.com', clientId: x, " + keys + "}]}"
	}
	for text, want := range map[string]string{
		"server: {base: 'https://contoso.com/desk'}":                             "server.base: It has the path /desk",
		"server: {listen: '127.0.0.1:99999'}":                                    "server.listen",
		"server: {listen: '127.0.0.1:'}":                                         "server.listen",
		"server: {base: 'http://contoso.com', tls: {cert: a, key: b}}":           "server.base: It starts with http://",
		`server: {contact: "a\nb"}`:                                              "server.contact: Use at most 200 characters on one line.",
		"server: {contact: '" + strings.Repeat("x", 201) + "'}":                  "server.contact",
		"database: 'mysql://localhost/tocsin'":                                   "database: It is neither",
		"database: 'host=localhost dbname=tocsin'":                               "database: It is neither",
		"advisories: {quietAfter: 5m}":                                           "advisories.quietAfter: 5m0s is shorter than 1h0m0s",
		"signIn: {idle: 30s}":                                                    "signIn.idle: 30s is shorter than 2m0s",
		"signIn: {idle: 200h}":                                                   "signIn.idle: 200h0m0s is longer than signIn.limit, 168h0m0s",
		"signIn: {idle: 9h, limit: 8h}":                                          "signIn.idle: 9h0m0s is longer",
		oidc("secretEnv: EMPTY"):                                                 "signIn.oidc[0].secretEnv: EMPTY is empty",
		oidc("secretEnv: FULL, secret: y"):                                       "signIn.oidc[0].secret: There is a secretEnv beside it",
		file("every: 10s"):                                                       "sources.file.every: 10s is shorter than 15s",
		file("every: 0s"):                                                        `"0s" is no time to wait`,
		file("every: -3m"):                                                       `"-3m" is no time to wait`,
		"signIn: {idle: 0s}":                                                     `"0s" is no time to wait`,
		file("every: 14999ms"):                                                   "sources.file.every",
		file("cloud: global"):                                                    "sources.file.cloud: A source of kind file has no use for it",
		file("clientId: x"):                                                      "sources.file.clientId",
		file("secretEnv: FULL"):                                                  "sources.file.secretEnv",
		file("baseUrl: 'https://x.example'"):                                     "sources.file.baseUrl",
		tenantWith("secret: x, path: /archive"):                                  "sources.graph.path: A source of kind graph has no use for it",
		tenantWith("secret: x, tokenFile: /t"):                                   "sources.graph.tokenFile: It is for auth federatedIdentity",
		tenantWith("secret: x, algorithm: PS256"):                                "sources.graph.algorithm: It is for auth certificate, and this source has auth clientSecret",
		tenantWith("auth: certificate, certificate: a.pem, tokenFile: /t"):       "sources.graph.tokenFile",
		tenantWith("auth: certificate, certificate: a.pem, secretEnv: EMPTY"):    "sources.graph.secretEnv",
		tenantWith("auth: federatedIdentity, tokenFile: /t, certificate: a.pem"): "sources.graph.certificate",
		tenantWith("secret: x, secretEnv: FULL"):                                 "tenants[0].secret: There is a secretEnv beside it",
		bare("secretEnv: FULL"):                                                  "tenants[0].secretEnv: It says nothing without clientId or kind",
		bare("every: 5m, sources: [{kind: file, path: x}]"):                      "tenants[0].every: It says nothing",
		bare("cloud: china"):                                                     "tenants[0].cloud: It says nothing",
		"issuers: [{name: a, kind: entra, audiences: [x], tenants: [b], claims: {roles: r}}]":                                  "issuers[0].claims",
		"issuers: [{name: a, issuer: 'https://sso.contoso.com', issuerV1: 'https://x.example', audiences: [x], tenants: [b]}]": "issuers[0].issuerV1",
	} {
		c, err := load(t, text, map[string]string{"FULL": "hunter2"})
		if err == nil {
			err = c.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the secret shows: %v", text, err)
		}
	}
	for _, text := range []string{file("every: 15s"), tenantWith("secretEnv: FULL, label: main, provider: Acme"), "signIn: {idle: 2m, limit: 8h}", "server: {listen: ':8080'}", "database: 'postgresql://localhost/x'", "database: /var/a=b.db"} {
		c, err := load(t, text, map[string]string{"FULL": "hunter2"})
		if err == nil {
			err = c.Validate()
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Every key of a source is used by one kind at least, or by one way to sign in,
// and refused by all others: one that is added must say whose it is.
func TestKeysOfASource(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	base := map[string]string{"graph": "clientId: x", "servicecomms": "clientId: x, cloud: global", "file": "path: x"}
	for kind, keys := range map[string][]string{
		"graph":        {"kind", "label", "provider", "cloud", "clientId", "auth", "secretEnv", "secretFile", "secret", "certificate", "certificateKey", "algorithm", "tokenFile", "tokenUrl", "baseUrl", "every"},
		"servicecomms": {"kind", "label", "provider", "cloud", "clientId", "auth", "secretEnv", "secretFile", "secret", "certificate", "certificateKey", "algorithm", "tokenFile", "tokenUrl", "baseUrl", "every"},
		"file":         {"kind", "label", "provider", "path", "every"},
	} {
		for field := range reflect.TypeFor[config.Source]().Fields() {
			key := field.Tag.Get("yaml")
			if slices.Contains(keys, key) || strings.Contains(base[kind], key+":") {
				continue
			}
			value := "x"
			if key == "secretFile" {
				value = secret
			}
			c, err := load(t, "tenants: [{name: a, tenantId: 11111111-1111-4111-8111-111111111111, sources: [{kind: "+kind+", "+base[kind]+", "+key+": "+value+"}]}]", nil)
			if err == nil {
				err = c.Validate()
			}
			if err == nil || !strings.Contains(err.Error(), "sources."+kind+"."+key+":") {
				t.Errorf("%s in a source of kind %s: %v", key, kind, err)
			}
		}
	}
}

// A list of texts comes from a variable as well, one of more does not.
func TestListsFromVariables(t *testing.T) {
	t.Parallel()
	env := map[string]string{"TOCSIN_SERVER_BASE": "https://contoso.com", "TOCSIN_SERVER_NAMES": "desk.intra, https://b.example", "TOCSIN_SERVER_PROXIES": "10.0.0.0/8"}
	c, err := load(t, "server: {names: [old.example]}", env)
	if err != nil || !slices.Equal(c.Server.Names, []string{"desk.intra", "https://b.example"}) || !slices.Equal(c.Server.Proxies, []string{"10.0.0.0/8"}) || c.Validate() != nil {
		t.Errorf("%+v, %v, %v", c.Server, err, c.Validate())
	}
	if _, err := load(t, "", map[string]string{"TOCSIN_TENANTS": "contoso"}); err == nil || !strings.Contains(err.Error(), "TOCSIN_TENANTS: It is a list that only the settings file has") {
		t.Errorf("tenants from a variable: %v", err)
	}
}
