package tocsin

import (
	"cmp"
	"errors"
	"regexp"
	"strings"
	"time"
)

// A Tenant is an organisation whose service health is tracked.
type Tenant struct {
	ID          string   // lower-case GUID, as in the provider's directory
	Name        string   // short label used by people and logs, e.g. "contoso"
	DisplayName string   // as pages show it, e.g. "Contoso"; the name when empty
	Domains     []string // verified domains, lower case, sorted
	Groups      []string // free labels for views over several tenants, sorted
	Shape       Shape    // form of the legacy API's answers unless a client says otherwise
	Disabled    bool     // a disabled tenant is kept but neither polled nor served
	CreatedAt   time.Time
}

// A Shape is the family of field names in answers of the legacy API.
type Shape string

// The shapes: the fields of the published reference, those of the real
// service, or both in one object.
const (
	ShapeBoth       Shape = "both"
	ShapeDocumented Shape = "documented"
	ShapeWire       Shape = "wire"
)

// Valid reports whether s is one of the three shapes.
func (s Shape) Valid() bool {
	return s == ShapeBoth || s == ShapeDocumented || s == ShapeWire
}

var (
	domainPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)
	namePattern   = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$`)
)

// IsDomain reports whether s has the form of a DNS domain with at least two
// labels, in either case, of at most 253 characters.
func IsDomain(s string) bool {
	return len(s) <= 253 && domainPattern.MatchString(strings.ToLower(s))
}

// Title is the tenant's name as people write it.
func (t Tenant) Title() string { return cmp.Or(t.DisplayName, t.Name) }

// TenantsByID returns tenants by their ids.
func TenantsByID(list []Tenant) map[string]Tenant {
	tenants := make(map[string]Tenant, len(list))
	for _, t := range list {
		tenants[t.ID] = t
	}
	return tenants
}

// Normalize lowers the case of identifiers and fills in the default shape.
func (t *Tenant) Normalize() {
	t.ID = strings.ToLower(strings.TrimSpace(t.ID))
	t.Name = strings.ToLower(strings.TrimSpace(t.Name))
	t.DisplayName = strings.TrimSpace(t.DisplayName)
	t.Domains = normalizeList(t.Domains)
	t.Groups = normalizeList(t.Groups)
	if t.Shape == "" {
		t.Shape = ShapeBoth
	}
}

// Validate reports every problem of a normalised tenant at once.
func (t Tenant) Validate() error {
	var problems []error
	if !IsGUID(t.ID) {
		problems = append(problems, Invalidf("id", "%q is not a GUID such as 11111111-2222-3333-4444-555555555555.", Clip(t.ID, 64)))
	}
	if !namePattern.MatchString(t.Name) {
		problems = append(problems, Invalidf("name", "%q is not a name: use 1 to 64 letters, digits, dots, dashes and underscores.", Clip(t.Name, 64)))
	}
	if !oneLine(t.DisplayName) {
		problems = append(problems, Invalidf("displayName", "Use at most 100 characters on one line."))
	}
	for _, d := range t.Domains {
		if !IsDomain(d) {
			problems = append(problems, Invalidf("domain", "%q is not a domain such as contoso.com.", Clip(d, 64)))
		}
	}
	if !t.Shape.Valid() {
		problems = append(problems, Invalidf("shape", "%q is none of both, documented, wire.", Clip(string(t.Shape), 64)))
	}
	return errors.Join(problems...)
}

func normalizeList(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.ToLower(strings.TrimSpace(s)); s != "" {
			out = append(out, s)
		}
	}
	return sortedSet(out)
}
