package native

import (
	"cmp"
	"context"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

type sites interface {
	Sites(ctx context.Context) ([]tocsin.Site, error)
	AddSite(ctx context.Context, s tocsin.Site) error
	ChangeSite(ctx context.Context, id string, now time.Time, change func(*tocsin.Site) error) (tocsin.Site, error)
	RemoveSite(ctx context.Context, id string, now time.Time) error
}

// siteBody is a site.
type siteBody struct {
	ID        string    `json:"id" format:"uuid"`
	Name      string    `json:"name" example:"Paris"`
	TenantID  string    `json:"tenantId,omitempty" format:"uuid" doc:"Missing when all tenants share it."`
	Region    string    `json:"region" doc:"A free label." example:"EMEA"`
	Seats     int       `json:"seats" doc:"Users who work there; 0 when not known."`
	Zone      string    `json:"timeZone" doc:"IANA time zone." example:"Europe/Paris"`
	CreatedAt time.Time `json:"createdAt"`
}

type siteDraft struct {
	Name   string `json:"name" minLength:"1" maxLength:"100" doc:"Once in its tenant, in whatever letter case."`
	Region string `json:"region,omitempty" maxLength:"100"`
	Seats  int    `json:"seats,omitempty" minimum:"0" maximum:"10000000"`
	Zone   string `json:"timeZone,omitempty" maxLength:"64" doc:"IANA time zone; UTC by default."`
	DraftPlace
}

type sitePatch struct {
	Name   *string `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Region *string `json:"region,omitempty" maxLength:"100"`
	Seats  *int    `json:"seats,omitempty" minimum:"0" maximum:"10000000"`
	Zone   *string `json:"timeZone,omitempty" maxLength:"64"`
}

func (a *API) registerSites() {
	registerNoun(a, noun[tocsin.Site, siteBody, siteDraft, sitePatch]{
		one: "site", many: "sites", title: "Site", reads: access.ReadDesk,
		place: func(s tocsin.Site) (id, tenantID string) { return s.ID, s.TenantID },
		show: func(s tocsin.Site, _ *partyNames) siteBody {
			return siteBody{s.ID, s.Name, s.TenantID, s.Region, s.Seats, cmp.Or(s.Zone, "UTC"), s.CreatedAt.UTC()}
		},
		draft: func(d siteDraft) (tocsin.Site, DraftPlace) {
			return tocsin.Site{Name: d.Name, Region: d.Region, Seats: d.Seats, Zone: d.Zone}, d.DraftPlace
		},
		put: func(s *tocsin.Site, id, tenantID string, now time.Time) {
			s.ID, s.TenantID, s.CreatedAt = id, tenantID, now
		},
		patch: sitePatch.apply,
		all:   a.people.Sites, add: a.people.AddSite, change: a.people.ChangeSite, remove: a.people.RemoveSite,
	})
}

func (p sitePatch) apply(s *tocsin.Site, _ time.Time) {
	if p.Name != nil {
		s.Name = *p.Name
	}
	if p.Region != nil {
		s.Region = *p.Region
	}
	if p.Seats != nil {
		s.Seats = *p.Seats
	}
	if p.Zone != nil {
		s.Zone = *p.Zone
	}
}
