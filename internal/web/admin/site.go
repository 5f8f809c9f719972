package admin

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

type sites interface {
	Sites(ctx context.Context) ([]tocsin.Site, error)
	AddSite(ctx context.Context, s tocsin.Site) error
	ChangeSite(ctx context.Context, id string, now time.Time, change func(*tocsin.Site) error) (tocsin.Site, error)
	RemoveSite(ctx context.Context, id string, now time.Time) error
}

// siteNoun makes the pages about sites.
func siteNoun(d directory) noun[tocsin.Site] {
	return noun[tocsin.Site]{
		key: "sites", one: "site", columns: []string{"field.called", "field.region", "field.seats", "field.zone"},
		place: func(s tocsin.Site) (id, tenantID string) { return s.ID, s.TenantID },
		row: func(v *view, s tocsin.Site, _ map[tocsin.Party]string) nounRow {
			seats := nounCell{Value: v.Text("unknown.seats"), Dim: true}
			if s.Seats > 0 {
				seats = nounCell{Value: v.Number(s.Seats)}
			}
			return nounRow{Title: s.Name, Cells: []nounCell{{Value: s.Region}, seats, {Value: cmp.Or(s.Zone, "UTC")}}}
		},
		fields: siteFields, read: readSite,
		holds: func(tocsin.Site) []tocsin.Party { return nil },
		put: func(s *tocsin.Site, id, tenantID string, now time.Time) {
			s.ID, s.TenantID, s.CreatedAt = id, tenantID, now
		},
		all: d.Sites, add: d.AddSite, change: d.ChangeSite, remove: d.RemoveSite,
	}
}

func siteFields(v *view, s tocsin.Site, _ *parties) []web.Field {
	seats := v.Field("seats", "").Hinted(v.Text("field.seats.hint")).NotRequired()
	if s.Seats > 0 {
		seats.Value = strconv.Itoa(s.Seats)
	}
	return []web.Field{
		v.Field("called", s.Name).Hinted(v.Text("field.called.hint")), v.Field("region", s.Region).Hinted(v.Text("field.region.hint")).NotRequired(),
		seats, v.Field("zone", s.Zone).Hinted(v.Text("field.zone.hint")).NotRequired(),
	}
}

func readSite(v *view, s *tocsin.Site) {
	s.Name, s.Region, s.Zone, s.Seats = v.R.PostFormValue("called"), v.R.PostFormValue("region"), v.R.PostFormValue("zone"), 0
	if text := strings.TrimSpace(v.R.PostFormValue("seats")); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			n = -1 // refused as any number that cannot be
		}
		s.Seats = n
	}
}
