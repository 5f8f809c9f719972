package tocsin

import (
	"errors"
	"regexp"
	"time"
)

// A Connection is a source of a tenant that was set up in the pages, beside
// those of the settings file. Its secret is sealed before it reaches the store.
type Connection struct {
	TenantID  string
	Name      string // label of the source, unique within the tenant
	Kind      string // "graph" or "servicecomms"
	Cloud     string // which of the clouds that the operator allows
	ClientID  string // of the app in the provider's directory
	Sealed    []byte // the app's secret
	Every     time.Duration
	UpdatedAt time.Time
}

var labelPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// Bounds of the time between two polls of a connection.
const (
	minConnectionEvery = 15 * time.Second // as in the settings file
	maxConnectionEvery = 24 * time.Hour
)

// Validate reports every problem at once.
func (c Connection) Validate() error {
	var problems []error
	if !IsGUID(c.TenantID) {
		problems = append(problems, Invalidf("tenant", "%q is not the GUID of a tenant.", Clip(c.TenantID, 64)))
	}
	if !labelPattern.MatchString(c.Name) {
		problems = append(problems, Invalidf("label", "%q is no label: use 1 to 32 lower-case letters, digits and dashes.", Clip(c.Name, 64)))
	}
	if c.Kind != "graph" && c.Kind != "servicecomms" {
		problems = append(problems, Invalidf("kind", "%q is none of graph, servicecomms.", Clip(c.Kind, 64)))
	}
	if !IsGUID(c.ClientID) {
		problems = append(problems, Invalidf("clientId", "%q is not the GUID of an app.", Clip(c.ClientID, 64)))
	}
	if c.Cloud == "" {
		problems = append(problems, Invalidf("cloud", "Choose where the tenant lives."))
	}
	if c.Every < minConnectionEvery || c.Every > maxConnectionEvery {
		problems = append(problems, Invalidf("every", "Choose between 15 seconds and a day."))
	}
	return errors.Join(problems...)
}
