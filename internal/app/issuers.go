package app

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/discovery"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// NewIssuerKeys makes the key set of an issuer of the settings.
func NewIssuerKeys(i config.Issuer, log *slog.Logger) (*discovery.Keys, error) {
	i = i.WithDefaults()
	c := discovery.Config{Name: i.Name, Address: i.Issuer, KeysURL: i.Keys, Now: time.Now, Log: log}
	if i.Kind == string(access.Entra) {
		// One document for all directories: its issuer is a pattern.
		c.Address, c.Issuer = i.Issuer+"/organizations/v2.0", i.Issuer+"/{tenantid}/v2.0"
	}
	keys, err := discovery.New(c)
	if err != nil {
		return nil, fmt.Errorf("issuer %s: %w", i.Name, err)
	}
	return keys, nil
}

// addIssuers makes the issuers of the settings. Their keys are fetched once the
// desk runs: one that cannot be reached keeps nobody else from working.
func (a *App) addIssuers(c config.Config, log *slog.Logger) error {
	for _, i := range c.Issuers {
		i = i.WithDefaults()
		keys, err := NewIssuerKeys(i, log)
		if err != nil {
			return err
		}
		tenantOf := make(map[string]string, len(i.TenantOf))
		for value, tenant := range i.TenantOf {
			if i.Kind == string(access.Entra) {
				value = strings.ToLower(value)
			}
			tenantOf[value] = tenant
		}
		a.issuerKeys = append(a.issuerKeys, keys)
		a.issuers = append(a.issuers, &access.Issuer{
			Name: i.Name, Dialect: access.Dialect(i.Kind), URL: i.Issuer, URLV1: i.IssuerV1,
			Audiences: i.Audiences, Tenants: i.Tenants, TenantOf: tenantOf,
			Claims: access.ClaimNames{Tenant: i.Claims.Tenant, Roles: i.Claims.Roles, Scopes: i.Claims.Scopes, Client: i.Claims.Client},
			Grants: i.Grants, Scopes: i.Scopes, Clients: i.Clients, PerMinute: i.Rate, Keys: keys,
		})
	}
	return nil
}

// person is what tokens of the Graph API call a user, so that pages and programs
// of one person share their marks: who they are at the provider that they sign
// in with, if programs come from there as well.
func (a *App) person(u tocsin.User) string {
	for _, i := range a.issuers {
		if subject := i.Person(u.Issuer, u.Subject, u.ObjectID); subject != "" {
			return subject
		}
	}
	return u.ID
}
