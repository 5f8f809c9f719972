package config

import (
	"net"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/tocsin"
)

// A setting is obeyed or refused: this file finds those that would be taken and
// passed over.

// minIdle is the shortest time without use after which a session may end: its
// last use is noted each minute.
const minIdle = 2 * time.Minute

// minQuiet is the shortest time without news after which an advisory may leave
// the foreground.
const minQuiet = time.Hour

// maxContact bounds what readers are told of whom to tell, in characters.
const maxContact = 200

// validateObeyed reports settings at the top and of the server that could not
// be obeyed.
func (c Config) validateObeyed() (problems []error) {
	add := func(key, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key, format, args...))
	}
	if _, port, err := net.SplitHostPort(c.Server.Listen); err == nil {
		if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
			add("server.listen", "%q is no port between 0 and 65535.", tocsin.Clip(port, 20))
		}
	}
	if base, err := url.Parse(c.Server.Base); err == nil && base.Scheme == "http" && c.Server.TLS.Cert != "" {
		add("server.base", "It starts with http://, and with server.tls the desk answers https only.")
	}
	scheme, _, named := strings.Cut(c.Database, "://")
	if named && scheme != "postgres" && scheme != "postgresql" || strings.Contains(c.Database, "dbname=") || strings.Contains(c.Database, "host=") && !named {
		add("database", "It is neither the path of an SQLite file nor a postgres:// URL.")
	}
	if contact := c.Server.Contact; utf8.RuneCountInString(contact) > maxContact || !utf8.ValidString(contact) || strings.ContainsFunc(contact, unicode.IsControl) {
		add("server.contact", "Use at most %d characters on one line.", maxContact)
	}
	idle, limit := time.Duration(c.SignIn.Idle), time.Duration(c.SignIn.Limit)
	if idle != 0 && idle < minIdle {
		add("signIn.idle", "%v is shorter than %v: the use of a session is noted once a minute.", idle, minIdle)
	}
	if limit == 0 {
		limit = 7 * 24 * time.Hour
	}
	if idle > limit {
		add("signIn.idle", "%v is longer than signIn.limit, %v: no session could last so long.", idle, limit)
	}
	if quiet := time.Duration(c.Advisories.QuietAfter); quiet != 0 && quiet < minQuiet {
		add("advisories.quietAfter", "%v is shorter than %v.", quiet, minQuiet)
	}
	for i, p := range c.SignIn.OIDC {
		if p.SecretEnv != "" && p.Secret == "" {
			add("signIn.oidc["+strconv.Itoa(i)+"].secretEnv", "%s.", emptyVariable(p.SecretEnv))
		}
	}
	return problems
}

// validateTenantKeys reports keys of a source that stand at a tenant without the
// two that make one of them.
func (t Tenant) validateTenantKeys(at string) (problems []error) {
	if t.ClientID != "" || t.Kind != "" {
		return nil
	}
	for _, key := range t.Source.keys() {
		problems = append(problems, tocsin.Invalidf(at+"."+key, "It says nothing without clientId or kind beside it: the tenant has no source of its own here."))
	}
	return problems
}

// validateKeys reports keys of a source that its kind or its way to sign in does
// not use.
func (s Source) validateKeys(at string) (problems []error) {
	ways := map[string][]string{
		"": {"secretEnv", "secretFile", "secret"}, AuthSecret: {"secretEnv", "secretFile", "secret"},
		AuthCertificate: {"certificate", "certificateKey", "algorithm"}, AuthFederated: {"tokenFile"},
	}
	used := []string{"kind", "label", "provider", "every"}
	switch s.Kind {
	case "file":
		used = append(used, "path")
	case "graph", "servicecomms":
		used = append(append(used, "cloud", "clientId", "auth", "tokenUrl", "baseUrl"), ways[s.Auth]...)
	default:
		return nil
	}
	if _, known := ways[s.Auth]; !known && s.Kind != "file" {
		return nil // told elsewhere
	}
	for _, key := range s.keys() {
		if slices.Contains(used, key) || key == "secret" && s.Auth != "" { // a secret beside another way is told elsewhere
			continue
		}
		for _, way := range []string{AuthSecret, AuthCertificate, AuthFederated} {
			if s.Kind != "file" && slices.Contains(ways[way], key) {
				problems = append(problems, tocsin.Invalidf(at+"."+key, "It is for auth %s, and this source has auth %s: remove one of the two.", way, orSecret(s.Auth)))
				key = ""
			}
		}
		if key != "" {
			problems = append(problems, tocsin.Invalidf(at+"."+key, "A source of kind %s has no use for it.", s.Kind))
		}
	}
	return problems
}

func orSecret(auth string) string {
	if auth == "" {
		return AuthSecret
	}
	return auth
}

// keys lists what was set of a source, as the file writes it.
func (s Source) keys() (list []string) {
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			list = append(list, v.Type().Field(i).Tag.Get("yaml"))
		}
	}
	if s.SecretEnv != "" || s.SecretFile != "" { // the secret was read from it
		list = slices.DeleteFunc(list, func(key string) bool { return key == "secret" })
	}
	return list
}

// validateKeys reports keys of an issuer that its kind does not use.
func (i Issuer) validateKeys(at string) (problems []error) {
	switch {
	case i.Kind == "entra" && i.Claims != IssuerClaims{}:
		problems = append(problems, tocsin.Invalidf(at+".claims", "Tokens of kind entra have claims of their own: remove it."))
	case i.Kind != "entra" && i.IssuerV1 != "":
		problems = append(problems, tocsin.Invalidf(at+".issuerV1", "Only kind entra has it: remove it."))
	}
	return problems
}
