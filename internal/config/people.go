package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// SignIn says how people sign in beside local accounts, and for how long.
type SignIn struct {
	Idle  Duration `yaml:"idle"`  // a session ends without use; 12h when empty
	Limit Duration `yaml:"limit"` // a session ends at all; 168h when empty
	OIDC  []OIDC   `yaml:"oidc"`
}

// OIDC is one OpenID Connect provider.
type OIDC struct {
	Name       string   `yaml:"name"`       // in addresses: lower-case letters, digits and dashes
	Label      string   `yaml:"label"`      // on the button; the name when empty
	Issuer     string   `yaml:"issuer"`     // such as https://login.microsoftonline.com/TENANT/v2.0
	ClientID   string   `yaml:"clientId"`   // id of the desk at the issuer
	SecretEnv  string   `yaml:"secretEnv"`  // environment variable that holds the client secret
	SecretFile string   `yaml:"secretFile"` // file that holds the client secret alone
	Secret     Secret   `yaml:"secret"`     // the client secret itself; prefer secretEnv or secretFile
	Scopes     []string `yaml:"scopes"`     // beside openid and profile
	Claim      string   `yaml:"claim"`      // whose values give roles; "roles" when empty
	Roles      []Claim  `yaml:"roles"`
}

// Claim gives a role to those whose claim has a value.
type Claim struct {
	Value  string `yaml:"value"`  // one value of the claim, such as a group
	Role   string `yaml:"role"`   // what it gives
	Tenant string `yaml:"tenant"` // GUID; every tenant and the desk itself when empty
}

var providerName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// validatePeople reports what is wrong with who may sign in, and how.
func (c Config) validatePeople() error {
	var problems []error
	add := func(key, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key, format, args...))
	}
	if c.Server.Pages != "signedIn" && c.Server.Pages != "everyone" {
		add("server.pages", "%q is none of signedIn, everyone.", tocsin.Clip(c.Server.Pages, 40))
	}
	if _, err := c.Server.TrustedProxies(); err != nil {
		problems = append(problems, err)
	}
	if c.SignIn.Idle < 0 || c.SignIn.Limit < 0 || time.Duration(c.SignIn.Limit) > 400*24*time.Hour {
		add("signIn", "A session lasts between no time and 400 days.")
	}
	taken := map[string]bool{"passkey": true}
	for i, p := range c.SignIn.OIDC {
		key := fmt.Sprintf("signIn.oidc[%d]", i)
		if !providerName.MatchString(p.Name) || taken[p.Name] {
			add(key+".name", "%q is taken, or not made of lower-case letters, digits and dashes.", tocsin.Clip(p.Name, 40))
		}
		taken[p.Name] = true
		if !isOrigin(p.Issuer) {
			add(key+".issuer", "It is no address such as https://login.contoso.com.")
		}
		if p.ClientID == "" {
			add(key+".clientId", "It is missing.")
		}
		for j, r := range p.Roles {
			if err := (tocsin.Grant{Role: tocsin.Role(r.Role), TenantID: strings.ToLower(r.Tenant)}).Validate(); err != nil {
				problems = append(problems, placed(fmt.Sprintf("%s.roles[%d]", key, j), err, nil)...)
			}
		}
	}
	return errors.Join(append(problems, c.validateClouds()...)...)
}

func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// TrustedProxies are the networks of Proxies.
func (s Server) TrustedProxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range s.Proxies {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, addressErr := netip.ParseAddr(text)
			if addressErr != nil {
				return nil, tocsin.Invalidf("server.proxies", "%q is no address such as 10.0.0.1 or 10.0.0.0/8.", tocsin.Clip(text, 60))
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		list = append(list, prefix.Masked())
	}
	return list, nil
}
