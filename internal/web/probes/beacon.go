package probes

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// Bounds of beacons.
const (
	maxBeacon        = 1 << 10 // bytes
	beaconsPerMinute = 600     // of one network
)

// sentBeacon is what a page inside sends.
type sentBeacon struct {
	Tenant  string    `json:"tenant"`  // short name
	Service string    `json:"service"` // exchange, teams, sharepoint or identity
	Site    string    `json:"site"`    // name or id of a site; may be missing
	Outcome string    `json:"outcome"` // ok or failed
	Time    time.Time `json:"time"`
}

// beacon serves POST /rum, for pages inside and for programs. Who is at it is not
// asked, and where it comes from is not kept. Everything of a tenant that is not in
// the settings is as if the address did not exist.
func (p *Pages) beacon(v *web.Request) error {
	v.W.Header().Set("Cache-Control", "no-store")
	v.W.Header().Set("Content-Type", "application/json")
	err := p.countBeacon(v)
	refused, ok := errors.AsType[*tocsin.Error](err)
	switch {
	case err == nil:
		v.W.WriteHeader(http.StatusNoContent)
		return nil
	case !ok:
		return err
	case errors.Is(err, tocsin.ErrNotFound):
		return web.NothingHere()
	case refused.Field == "flood":
		v.W.Header().Set("Retry-After", "60")
		v.W.WriteHeader(http.StatusTooManyRequests)
	default:
		v.W.WriteHeader(http.StatusBadRequest)
	}
	return json.NewEncoder(v.W).Encode(map[string]any{"error": map[string]string{"field": refused.Field, "message": refused.Message}})
}

func (p *Pages) countBeacon(v *web.Request) error {
	if len(p.config.Beacons) == 0 {
		return web.NothingHere()
	}
	now := p.config.Now().UTC()
	if wait := p.flood.Admit(access.Identity{Issuer: "rum", ClientID: p.config.Network(v.R)}, now); wait > 0 {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "flood", Message: "Too many beacons come from this network."}
	}
	var sent sentBeacon
	body, err := io.ReadAll(http.MaxBytesReader(nil, v.R.Body, maxBeacon))
	if err != nil || json.Unmarshal(body, &sent) != nil {
		return tocsin.Invalidf("body", "Send a JSON object of at most %d bytes with tenant, service, site, outcome and time.", maxBeacon)
	}
	if !slices.Contains([]string{"ok", "failed"}, sent.Outcome) {
		return tocsin.Invalidf("outcome", "The outcome is ok or failed.")
	}
	tenant, err := p.beaconTenant(v, sent.Tenant)
	if err != nil {
		return err
	}
	site, err := p.siteOf(v, tenant.ID, strings.TrimSpace(sent.Site))
	if err != nil {
		return err
	}
	return p.config.Store.CountBeacon(v.R.Context(), tocsin.Beacon{TenantID: tenant.ID, Service: sent.Service, Site: site, Failed: sent.Outcome == "failed", At: sent.Time.UTC()}, now)
}

// beaconTenant is a tenant of the settings.
func (p *Pages) beaconTenant(v *web.Request, name string) (tocsin.Tenant, error) {
	if !slices.ContainsFunc(p.config.Beacons, func(one string) bool { return strings.EqualFold(one, name) }) {
		return tocsin.Tenant{}, web.NothingHere()
	}
	list, err := p.config.Places.Tenants(v.R.Context())
	if err != nil {
		return tocsin.Tenant{}, err
	}
	i := slices.IndexFunc(list, func(t tocsin.Tenant) bool { return strings.EqualFold(t.Name, name) && !t.Disabled })
	if i < 0 {
		return tocsin.Tenant{}, web.NothingHere()
	}
	return list[i], nil
}

// siteOf is the id of a site of a tenant by its name or id, "" for none.
func (p *Pages) siteOf(v *web.Request, tenantID, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	list, err := p.config.Places.Sites(v.R.Context())
	if err != nil {
		return "", err
	}
	for _, s := range list {
		if (s.TenantID == "" || s.TenantID == tenantID) && (strings.EqualFold(s.Name, name) || strings.EqualFold(s.ID, name)) {
			return s.ID, nil
		}
	}
	return "", tocsin.Invalidf("site", "There is no such site.")
}
