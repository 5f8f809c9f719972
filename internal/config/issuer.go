package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// Issuer is another party whose access tokens the desk believes.
type Issuer struct {
	Name      string              `yaml:"name"`      // in logs and metrics; unique
	Kind      string              `yaml:"kind"`      // oidc, such as Keycloak, or entra; oidc when empty
	Issuer    string              `yaml:"issuer"`    // "iss" of the tokens; of entra the authority, https://login.microsoftonline.com when empty
	IssuerV1  string              `yaml:"issuerV1"`  // of entra: what the issuers of version 1.0 start with, https://sts.windows.net when empty
	Keys      string              `yaml:"keys"`      // address of the key set, when it is at another origin than the issuer
	Audiences []string            `yaml:"audiences"` // what tokens for the desk are for
	Tenants   []string            `yaml:"tenants"`   // whom it may speak for: GUIDs, domains or names, or "*" for all
	TenantOf  map[string]string   `yaml:"tenantOf"`  // tenants by values of the tenant claim that do not name them
	Claims    IssuerClaims        `yaml:"claims"`    // of oidc
	Grants    map[string][]string `yaml:"grants"`    // permissions by what the issuer calls them
	Scopes    []string            `yaml:"scopes"`    // permissions that it may give; those for reading when empty
	Clients   []string            `yaml:"clients"`   // programs that may call, by client id; all when empty
	Rate      int                 `yaml:"rate"`      // requests a minute of each of its programs; limits.perMinute when 0
}

// IssuerClaims say where tokens of an issuer say something. A dot leads into an
// object, as in realm_access.roles.
type IssuerClaims struct {
	Tenant string `yaml:"tenant"` // none when empty: all tokens are of the one tenant
	Roles  string `yaml:"roles"`  // what a program may; roles when empty
	Scopes string `yaml:"scopes"` // what a person lets a program do; scope when empty
	Client string `yaml:"client"` // azp or client_id when empty
}

const (
	entraAuthority = "https://login.microsoftonline.com"
	entraIssuerV1  = "https://sts.windows.net"
	viewpointScope = "ServiceMessageViewpoint.Write"
)

// WithDefaults fills in what is left out.
func (i Issuer) WithDefaults() Issuer {
	i.Kind = cmp.Or(i.Kind, "oidc")
	if i.Kind == "entra" {
		public := i.Issuer == "" || strings.TrimRight(i.Issuer, "/") == entraAuthority || strings.HasSuffix(i.Issuer, ".microsoftonline.us")
		i.Issuer = strings.TrimRight(cmp.Or(i.Issuer, entraAuthority), "/")
		if public {
			i.IssuerV1 = cmp.Or(i.IssuerV1, entraIssuerV1)
		}
		i.IssuerV1 = strings.TrimRight(cmp.Or(i.IssuerV1, i.Issuer), "/")
	}
	i.Claims.Roles = cmp.Or(i.Claims.Roles, "roles")
	i.Claims.Scopes = cmp.Or(i.Claims.Scopes, "scope")
	return i
}

var issuerName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

func (c Config) validateIssuers() error {
	var problems []error
	seen := map[string]bool{}
	for n, i := range c.Issuers {
		key := fmt.Sprintf("issuers[%d]", n)
		problems = append(problems, i.validateKeys(key)...)
		i = i.WithDefaults()
		for _, taken := range []string{"name " + i.Name, "issuer " + i.Issuer} {
			if seen[taken] {
				problems = append(problems, tocsin.Invalidf(key, "The %s is there twice.", taken))
			}
			seen[taken] = true
		}
		problems = append(problems, i.validate(key)...)
	}
	return errors.Join(problems...)
}

func (i Issuer) validate(key string) (problems []error) {
	add := func(name, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key+"."+name, format, args...))
	}
	if !issuerName.MatchString(i.Name) {
		add("name", "%q is not 1 to 32 small letters, digits and dashes.", tocsin.Clip(i.Name, 64))
	}
	if i.Kind != "entra" && i.Kind != "oidc" {
		add("kind", "%q is none of entra, oidc.", tocsin.Clip(i.Kind, 40))
	}
	for name, address := range map[string]string{"issuer": i.Issuer, "issuerV1": i.IssuerV1, "keys": i.Keys} {
		if address == "" && name != "issuer" {
			continue
		}
		if problem := secretAddress(address); problem != "" {
			add(name, "%s", problem)
		}
	}
	if len(i.Audiences) == 0 || slices.Contains(i.Audiences, "") {
		add("audiences", "Name what tokens for this desk are for, such as api://health.contoso.com.")
	}
	for _, audience := range i.Audiences {
		if isProvider(audience) {
			add("audiences", "%s is the provider's own API: its tokens are not for this desk. Register an application of your own.", tocsin.Clip(audience, 80))
		}
	}
	for name, client := range i.Clients {
		if client == "" {
			add("clients", "Number %d is empty.", name+1)
		}
	}
	if i.Rate < 0 {
		add("rate", "%d is less than 0.", i.Rate)
	}
	return append(append(problems, i.validateTenants(key)...), i.validateScopes(key)...)
}

func (i Issuer) validateTenants(key string) (problems []error) {
	claimed := i.Kind == "entra" || i.Claims.Tenant != ""
	switch {
	case len(i.Tenants)+len(i.TenantOf) == 0:
		problems = append(problems, tocsin.Invalidf(key+".tenants", "Name the tenants that the issuer may speak for."))
	case !claimed && (len(i.Tenants) != 1 || i.Tenants[0] == "*" || len(i.TenantOf) > 0):
		problems = append(problems, tocsin.Invalidf(key+".tenants", "Without claims.tenant all tokens are of one tenant: name that one."))
	}
	if slices.Contains(i.Tenants, "") {
		problems = append(problems, tocsin.Invalidf(key+".tenants", "One of them is empty."))
	}
	for value, tenant := range i.TenantOf {
		if value == "" || tenant == "" || tenant == "*" {
			problems = append(problems, tocsin.Invalidf(key+".tenantOf", "It maps values of a claim to tenants; %q to %q is none.", tocsin.Clip(value, 64), tocsin.Clip(tenant, 64)))
		}
	}
	return problems
}

// validateScopes keeps what reaches beyond one tenant out of others' hands.
func (i Issuer) validateScopes(key string) (problems []error) {
	known := append(tocsin.TenantScopes(), viewpointScope)
	check := func(name string, list []string) {
		for _, scope := range list {
			if !slices.Contains(known, scope) {
				problems = append(problems, tocsin.Invalidf(key+"."+name, "%q is none of %s.", tocsin.Clip(scope, 64), strings.Join(known, ", ")))
			}
		}
	}
	check("scopes", i.Scopes)
	for name, list := range i.Grants {
		check("grants."+tocsin.Clip(name, 64), list)
	}
	return problems
}

// isProvider reports whether an audience is one of the APIs whose form the desk
// speaks, by its address in any cloud or by application id.
func isProvider(audience string) bool {
	_, _, ok := tocsin.APIOf(audience)
	return ok
}

// secretAddress says what is wrong with an address that secrets are sent to or
// keys come from, or nothing: without TLS it must be on this machine.
func secretAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(address, "\\ ") || strings.Contains(u.Path, "..") {
		return "It is no address such as https://login.contoso.com/realm."
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip.IsLoopback()) {
		return ""
	}
	return "It must start with https://; http is for this machine only."
}
