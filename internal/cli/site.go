package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type siteCmd struct {
	Add    siteAddCmd    `cmd:"" help:"Add a site. Example: tocsin site add Paris --tenant contoso --region EMEA --seats 1200 --zone Europe/Paris"`
	List   siteListCmd   `cmd:"" help:"List sites. Example: tocsin site list --tenant contoso --output csv"`
	Remove siteRemoveCmd `cmd:"" help:"Remove a site. Example: tocsin site remove Paris"`
}

// siteJSON is a site as commands print it.
type siteJSON struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Tenant    string `json:"tenant,omitempty"` // name; none for a site that tenants share
	TenantID  string `json:"tenantId,omitempty"`
	Region    string `json:"region"`
	Seats     int    `json:"seats"`
	Zone      string `json:"timeZone"`
	CreatedAt string `json:"createdAt"`
}

func allSites(ctx context.Context, desk *app.Rooms) ([]tocsin.Site, error) {
	return desk.People.Sites(ctx)
}

type siteAddCmd struct {
	Name   string `arg:"" help:"Name of the site."`
	Region string `help:"Label of the region, such as EMEA."`
	Seats  int    `help:"Users who work there. Default: not known." placeholder:"N"`
	Zone   string `help:"IANA time zone, such as Europe/Paris. Default: UTC."`
	ofDesk
}

func (c *siteAddCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	site := tocsin.Site{ID: tocsin.NewGUID(), Name: c.Name, Region: c.Region, Seats: c.Seats, Zone: c.Zone, CreatedAt: time.Now()}
	if site.TenantID, err = c.id(ctx, desk); err != nil {
		return err
	}
	site.Normalize()
	if err := desk.People.AddSite(ctx, site); err != nil {
		return err
	}
	return s.print(map[string]string{"id": site.ID, "name": site.Name}, func(w io.Writer) { fmt.Fprintf(w, "Added site %s (%s).\n", site.Name, site.ID) })
}

type siteListCmd struct{ inTenant }

func (c *siteListCmd) Run(ctx context.Context, s *session) error {
	return printNouns(ctx, s, c.inTenant, "NAME\tTENANT\tREGION\tSEATS\tTIME ZONE\tID", allSites, func(site tocsin.Site) string { return site.TenantID }, newSiteJSON)
}

func newSiteJSON(site tocsin.Site, l labels) (siteJSON, []string) {
	zone := cmp.Or(site.Zone, "UTC")
	printed := siteJSON{
		ID: site.ID, Name: site.Name, Tenant: l.tenants[site.TenantID], TenantID: site.TenantID, Region: site.Region, Seats: site.Seats, Zone: zone, CreatedAt: date(site.CreatedAt),
	}
	return printed, []string{site.Name, l.place(site.TenantID), site.Region, strconv.Itoa(site.Seats), zone, site.ID}
}

type siteRemoveCmd struct {
	Site string `arg:"" help:"Name or id."`
}

func (c *siteRemoveCmd) Run(ctx context.Context, s *session) error {
	return removeNoun(ctx, s, "site", c.Site, allSites, func(site tocsin.Site, _ labels) (id, name string) { return site.ID, site.Name },
		func(ctx context.Context, desk *app.Rooms, id string, now time.Time) error {
			return desk.People.RemoveSite(ctx, id, now)
		})
}
