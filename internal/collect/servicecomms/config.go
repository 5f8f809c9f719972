package servicecomms

import (
	"errors"
	"log/slog"

	"example.org/tocsin/internal/collect/upstream"
	"example.org/tocsin/internal/tocsin"
)

// Config says which server is read as which app.
type Config struct {
	TenantID string
	ClientID string
	Secret   string // of the app; a Config prints without it
	// Credential takes the place of the secret for apps with a certificate.
	Credential upstream.Credential
	BaseURL    string // such as https://manage.example.org/api/v1.0
	TokenURL   string
	Resource   string // https://manage.office.com when empty
	Version    string // of this program, for the User-Agent
}

// Validate reports every problem at once, each as [tocsin.ErrInvalid].
func (c Config) Validate() error {
	var problems []error
	if !tocsin.IsGUID(c.TenantID) {
		problems = append(problems, tocsin.Invalidf("servicecomms.tenantId", "A tenant GUID is needed."))
	}
	for _, need := range []struct{ field, value string }{
		{"clientId", c.ClientID}, {"baseUrl", c.BaseURL}, {"tokenUrl", c.TokenURL},
	} {
		if need.value == "" {
			problems = append(problems, tocsin.Invalidf("servicecomms."+need.field, "It is needed."))
		}
	}
	if c.Secret == "" && c.Credential.None() {
		problems = append(problems, tocsin.Invalidf("servicecomms.secret", "A secret or a certificate is needed."))
	}
	return errors.Join(problems...)
}

// String names the tenant and app.
func (c Config) String() string { return "servicecomms " + c.TenantID + " as " + c.ClientID }

// GoString is String, so that no verb prints the secret.
func (c Config) GoString() string { return c.String() }

// LogValue is String, so that no log holds the secret.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is String, so that no encoding holds the secret.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
