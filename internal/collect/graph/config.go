package graph

import (
	"errors"
	"log/slog"
	"slices"
	"strings"

	"example.org/tocsin/internal/collect/upstream"
	"example.org/tocsin/internal/tocsin"
)

// Config says which tenant is read as which app.
type Config struct {
	TenantID string
	ClientID string
	Secret   string // of the app; a Config prints without it
	// Credential takes the place of the secret for apps with a certificate.
	Credential upstream.Credential
	TokenURL   string        // the public cloud's v2.0 endpoint of the tenant when empty
	BaseURL    string        // with the version, https://graph.microsoft.com/v1.0 when empty
	Scope      string        // that of the public cloud when empty
	PageSize   int           // 1000, which is also the most, when 0
	Lists      []tocsin.Kind // which lists are read; overviews, issues and messages when empty
	Version    string        // of this program, for the User-Agent
}

const (
	defaultBase  = "https://graph.microsoft.com/v1.0"
	defaultScope = "https://graph.microsoft.com/.default"
	// maxPageSize is the most that the upstream gives at once. Source: the
	// reference of serviceAnnouncement, Prefer: odata.maxpagesize.
	maxPageSize = 1000
)

// Validate reports every problem at once, each as [tocsin.ErrInvalid].
func (c Config) Validate() error {
	var problems []error
	if !tocsin.IsGUID(c.TenantID) {
		problems = append(problems, tocsin.Invalidf("graph.tenantId", "A tenant GUID is needed."))
	}
	if c.ClientID == "" {
		problems = append(problems, tocsin.Invalidf("graph.clientId", "The app's client id is needed."))
	}
	if c.Secret == "" && c.Credential.None() {
		problems = append(problems, tocsin.Invalidf("graph.secret", "The app's secret or certificate is needed."))
	}
	if c.PageSize < 0 || c.PageSize > maxPageSize {
		problems = append(problems, tocsin.Invalidf("graph.pageSize", "It is between 1 and %d.", maxPageSize))
	}
	for _, kind := range c.Lists {
		if !slices.ContainsFunc(listings(), func(l listing) bool { return l.kind == kind }) {
			problems = append(problems, tocsin.Invalidf("graph.lists", "%q is no list of this API.", tocsin.Clip(string(kind), 40)))
		}
	}
	return errors.Join(problems...)
}

// withDefaults fills in what is left out.
func (c Config) withDefaults() Config {
	if c.BaseURL == "" {
		c.BaseURL = defaultBase
	}
	if c.Scope == "" {
		c.Scope = defaultScope
	}
	if c.PageSize == 0 {
		c.PageSize = maxPageSize
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return c
}

// String names the tenant and app.
func (c Config) String() string { return "graph " + c.TenantID + " as " + c.ClientID }

// GoString is String, so that no verb prints the secret.
func (c Config) GoString() string { return c.String() }

// LogValue is String, so that no log holds the secret.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is String, so that no encoding holds the secret.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
