package speech

import (
	"net/url"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// form is the page on which people report what is left of an incident, with what it
// has already.
type form struct {
	base          string // of the pages, "" for no form
	tenant, issue string // "" for none
	at            time.Time
}

// formOf returns the form of an incident: with its first issue and the instant from
// which it counts. What is said to several tenants at once names none of them: each
// reader is led to their own.
func (d Desk) formOf(i tocsin.Incident, s *readmodel.Snapshot) (f form) {
	if d.Base == nil {
		return f
	}
	f.base, f.at = d.Base(), i.T0()
	if len(i.Issues) > 0 {
		f.issue = i.Issues[0]
	}
	if len(i.TenantIDs) == 1 && i.TenantIDs[0] == s.Tenant.ID {
		f.tenant = s.Tenant.Name
	}
	return f
}

// address is where the form is in a language, "" for nowhere.
func (f form) address(code string) string {
	if f.base == "" {
		return ""
	}
	query := url.Values{}
	for name, value := range map[string]string{"issue": f.issue, "tenant": f.tenant} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if !f.at.IsZero() {
		query.Set("at", f.at.UTC().Format(time.RFC3339))
	}
	address := f.base + lang.Prefix(code, lang.Languages()) + "/report"
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}
