// Package config reads the operator's settings: tocsin.yaml, overridden key by
// key from the environment. "${NAME}" in a value is replaced by the variable
// NAME, "$$" stands for a dollar sign; what a variable holds is never expanded
// again. Every problem is reported at once, with the key to change.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Config is everything an operator can set. Start from [Default].
type Config struct {
	Server      Server      `yaml:"server"`
	Data        string      `yaml:"data"`     // directory of the database and the key file
	Database    string      `yaml:"database"` // path of an SQLite file or a postgres:// URL; DATA/tocsin.db when empty
	Tenants     []Tenant    `yaml:"tenants" live:"yes"`
	Clouds      []Cloud     `yaml:"clouds" live:"yes"` // beside the provider's own, for sources that are set up in the pages
	SignIn      SignIn      `yaml:"signIn"`
	Limits      Limits      `yaml:"limits"`
	Issuers     []Issuer    `yaml:"issuers"` // others whose tokens are believed, beside the desk's own
	Advisories  Advisories  `yaml:"advisories"`
	Translation Translation `yaml:"translation"`
	Notify      Notify      `yaml:"notify" live:"yes"`
	Probes      Probes      `yaml:"probes"`
	Reports     Reports     `yaml:"reports"`
	Incidents   Incidents   `yaml:"incidents" live:"yes"`
	Log         Log         `yaml:"log"`
}

// Advisories says how long advisories are in the foreground.
type Advisories struct {
	// QuietAfter is how long an advisory stays in the foreground without news, such as 48h, at least 1h; 96h, four days, when empty.
	// After that it stands in a lane of one line, and spoils no service that its source calls well.
	QuietAfter Duration `yaml:"quietAfter"`
}

// Server says where the desk is reached.
type Server struct {
	Listen string `yaml:"listen"` // host:port
	Base   string `yaml:"base"`   // address that people and programs use, such as https://health.contoso.com
	// Names are other addresses of the same desk, such as https://desk.intra, or
	// their hosts alone, which have the scheme and port of base. Pages, tokens and links answer under the one that was
	// asked; every other host is refused.
	Names   []string `yaml:"names"`
	Metrics string   `yaml:"metrics"` // who may read /metrics: "loopback" or "all"
	Pages   string   `yaml:"pages"`   // who may read pages: "signedIn", or "everyone" as a reader of every tenant
	// Contact is whom those tell for whom a page does not work: a mail address, an address such as https://help.contoso.com, or a
	// telephone number. /accessibility shows it to everybody; empty: to tell those who run the desk.
	Contact string `yaml:"contact"`
	// Proxies are the addresses, such as 10.0.0.0/8, whose X-Forwarded-For is
	// believed.
	Proxies []string `yaml:"proxies"`
	// Lane has plain GET and HEAD requests over HTTP/1.1 answered by the desk's
	// own loop, in about half the time. Answers are the same without; false leaves all to Go's net/http.
	Lane bool `yaml:"lane"`
	TLS  TLS  `yaml:"tls"`
}

// Limits bound what callers of the APIs may ask for.
type Limits struct {
	PerMinute int `yaml:"perMinute" live:"yes"` // requests of one API client; 0 for no limit. A client's own limit goes before it
}

// TLS names the files of a certificate; both or none.
type TLS struct {
	Cert string `yaml:"cert"` // PEM file of the certificate and those that vouch for it
	Key  string `yaml:"key"`  // PEM file of its private key
}

// Log says what is logged and how.
type Log struct {
	Level  string `yaml:"level" live:"yes"` // debug, info, warn, error
	Format string `yaml:"format"`           // text or json
}

// Tenant is one organisation and where its notices come from. A tenant with a
// clientId of its own has one source of kind graph.
type Tenant struct {
	Name        string   `yaml:"name"`        // short label, such as contoso; also names the tenant in commands
	DisplayName string   `yaml:"displayName"` // as pages show it, such as Contoso; the name when empty
	TenantID    string   `yaml:"tenantId"`    // GUID of the tenant in the provider's directory
	Domains     []string `yaml:"domains"`     // verified domains; each names the tenant in addresses of the APIs
	Groups      []string `yaml:"groups"`      // labels for views over several tenants
	Shape       string   `yaml:"shape"`       // field names in answers of the legacy API: both, documented or wire; both when empty
	Source      `yaml:",inline"`
	Sources     []Source `yaml:"sources"`
	Translation string   `yaml:"translation"` // engines, or book for a tenant whose texts are sent to no engine: phrase book and memory only; engines when empty
	Disabled    bool     `yaml:"disabled"`    // neither collected nor served; the archive stays
	Support     Support  `yaml:"support"`
}

// Source is one place that notices come from.
type Source struct {
	Kind           string   `yaml:"kind"`           // graph, servicecomms or file
	Label          string   `yaml:"label"`          // unique within the tenant; the kind when empty
	Provider       string   `yaml:"provider"`       // who speaks through it, as pages name them; Microsoft when empty
	Cloud          string   `yaml:"cloud"`          // where the tenant lives, such as us-government (docs/clouds.md) or one of clouds; what its addresses tell, else global, when empty
	ClientID       string   `yaml:"clientId"`       // id of the app that is registered with the provider
	Auth           string   `yaml:"auth"`           // how the app proves who it is: clientSecret, certificate or federatedIdentity; clientSecret when empty
	SecretEnv      string   `yaml:"secretEnv"`      // environment variable that holds the client secret
	SecretFile     string   `yaml:"secretFile"`     // file that holds the client secret alone; read again when it changes
	Secret         Secret   `yaml:"secret"`         // the client secret itself; prefer secretEnv or secretFile
	Certificate    string   `yaml:"certificate"`    // of auth certificate: PEM file of the app's certificate, read for each token
	CertificateKey string   `yaml:"certificateKey"` // PEM file of its private key; the certificate's file when empty
	Algorithm      string   `yaml:"algorithm"`      // PS256, RS256 or ES256; the best that the key has when empty
	TokenFile      string   `yaml:"tokenFile"`      // of auth federatedIdentity: file with the token that the platform gives the desk
	TokenURL       string   `yaml:"tokenUrl"`       // token endpoint; that of the cloud when empty
	BaseURL        string   `yaml:"baseUrl"`        // address of the API with its version; that of the cloud when empty; nothing is sent to any other
	Path           string   `yaml:"path"`           // of kind file: a file or directory
	Every          Duration `yaml:"every"`          // time between two polls, such as 3m or 90s, at least 15s; 3m when empty
}

// Default is the configuration of a first run: reachable from this machine
// only, everything in one directory, nothing collected.
func Default() Config {
	return Config{
		Server:      Server{Listen: "127.0.0.1:8080", Metrics: "loopback", Pages: "signedIn", Lane: true},
		Data:        "tocsin-data",
		Translation: Translation{Wait: AtMost(defaultWait)},
		Log:         Log{Level: "info", Format: "text"},
	}
}

// Least and usual time between two polls of a source.
const (
	minEvery     = 15 * time.Second // the provider's limits for one app allow no more
	defaultEvery = 3 * time.Minute
)

// DatabaseDSN is the address to open the store at.
func (c Config) DatabaseDSN() string {
	return cmp.Or(c.Database, filepath.Join(c.Data, "tocsin.db"))
}

// All is every source of the tenant with what is left out filled in.
func (t Tenant) All() []Source {
	sources := t.Sources
	if t.ClientID != "" || t.Kind != "" {
		sources = append([]Source{t.Source}, sources...)
	}
	list := make([]Source, len(sources))
	for i, s := range sources {
		s.Kind = cmp.Or(s.Kind, "graph")
		s.Label = cmp.Or(s.Label, s.Kind)
		s.Every = cmp.Or(s.Every, Duration(defaultEvery))
		list[i] = s
	}
	return list
}

// Tenant is the tenant in the words of the vocabulary.
func (t Tenant) Tenant() tocsin.Tenant {
	tenant := tocsin.Tenant{
		ID: t.TenantID, Name: t.Name, DisplayName: t.DisplayName, Domains: append([]string(nil), t.Domains...), Groups: append([]string(nil), t.Groups...),
		Shape: tocsin.Shape(t.Shape), Disabled: t.Disabled,
	}
	tenant.Normalize()
	return tenant
}

// Validate reports every problem at once, each with the key to change.
func (c Config) Validate() error {
	var problems []error
	add := func(key, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key, format, args...))
	}
	if _, _, err := net.SplitHostPort(c.Server.Listen); err != nil {
		add("server.listen", "%q is no host:port such as 127.0.0.1:8080.", c.Server.Listen)
	}
	if c.Server.Base != "" || len(c.Server.Names) > 0 {
		if _, err := c.Server.Addresses(); err != nil {
			problems = append(problems, err)
		}
	}
	if (c.Server.TLS.Cert == "") != (c.Server.TLS.Key == "") {
		add("server.tls", "Name both cert and key, or none.")
	}
	if c.Server.Metrics != "loopback" && c.Server.Metrics != "all" {
		add("server.metrics", "%q is none of loopback, all.", c.Server.Metrics)
	}
	if c.Limits.PerMinute < 0 {
		add("limits.perMinute", "%d is less than 0.", c.Limits.PerMinute)
	}
	if c.Data == "" {
		add("data", "Name a directory.")
	}
	if !strings.Contains(" debug info warn error ", " "+c.Log.Level+" ") {
		add("log.level", "%q is none of debug, info, warn, error.", c.Log.Level)
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		add("log.format", "%q is none of text, json.", c.Log.Format)
	}
	return errors.Join(errors.Join(problems...), errors.Join(c.validateObeyed()...), c.validatePeople(), c.validateTenants(), c.validateIssuers(), c.validateTranslation(), c.validateNotify(), errors.Join(c.validateProbes()...), errors.Join(c.validateReports()...))
}

func (c Config) validateTenants() error {
	var problems []error
	seen := map[string]string{}
	for i, t := range c.Tenants {
		key := fmt.Sprintf("tenants[%d]", i)
		tenant := t.Tenant()
		domains := tenant.Domains
		tenant.Domains = nil // each is looked at in its place
		problems = append(problems, placed(key, tenant.Validate(), map[string]string{"id": "tenantId"})...)
		for n, domain := range t.Domains {
			if domain = strings.ToLower(strings.TrimSpace(domain)); domain != "" && !tocsin.IsDomain(domain) {
				problems = append(problems, tocsin.Invalidf(fmt.Sprintf("%s.domains[%d]", key, n), "%q is not a domain such as contoso.com.", tocsin.Clip(domain, 64)))
			}
		}
		tenant.Domains = domains
		for _, name := range append([]string{"id " + tenant.ID, "name " + tenant.Name}, prefixed("domain ", tenant.Domains)...) {
			if other, taken := seen[name]; taken {
				problems = append(problems, tocsin.Invalidf(key, "The %s is taken by %s.", name, other))
			}
			seen[name] = key
		}
		problems = append(problems, t.validateTenantKeys(key)...)
		if _, err := t.Support.Terms(); err != nil {
			problems = append(problems, placed(key+".support", err, nil)...)
		}
		problems = append(problems, c.validateSources(key, tenant.ID, t.All())...)
	}
	return errors.Join(problems...)
}

func (c Config) validateSources(key, tenantID string, sources []Source) (problems []error) {
	labels := map[string]bool{}
	for _, s := range sources {
		at := key + ".sources." + s.Label
		if labels[s.Label] {
			problems = append(problems, tocsin.Invalidf(at, "Two sources have this label: set label."))
		}
		if s.Label == tocsin.SourceOwn {
			problems = append(problems, tocsin.Invalidf(at, "The label %s stands for what the desk itself authors: set another.", tocsin.SourceOwn))
		}
		labels[s.Label] = true
		if time.Duration(s.Every) < minEvery {
			problems = append(problems, tocsin.Invalidf(at+".every", "%v is shorter than %v, and would not be kept.", time.Duration(s.Every), minEvery))
		}
		problems = append(problems, s.validateKeys(at)...)
		switch s.Kind {
		case "graph", "servicecomms":
			if s.ClientID == "" {
				problems = append(problems, tocsin.Invalidf(at+".clientId", "It is missing."))
			}
			problems = append(problems, s.validateAuth(at)...)
			if _, err := c.Endpoint(at, tenantID, s); err != nil {
				problems = append(problems, err)
			}
		case "file":
			if s.Path == "" {
				problems = append(problems, tocsin.Invalidf(at+".path", "It is missing."))
			}
		default:
			problems = append(problems, tocsin.Invalidf(at+".kind", "%q is none of graph, servicecomms, file.", tocsin.Clip(s.Kind, 40)))
		}
	}
	return problems
}

func emptyVariable(name string) string {
	if name == "" {
		return "none is named"
	}
	return name + " is empty"
}

func prefixed(prefix string, list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = prefix + s
	}
	return out
}
