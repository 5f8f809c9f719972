package room

import (
	"slices"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A join is an issue that could be handled in a room that is open.
type join struct {
	Issue link
	Room  link // in lists
	Title string
	Run   string // where the form is sent
}

// mayJoin reports whether the visitor runs incidents of the tenant that is looked at.
func (v *view) mayJoin() bool {
	return v.Snapshot != nil && access.VisitorOf(v.R.Context()).May(access.RunIncidents, v.Snapshot.Tenant.ID)
}

// joins are the open issues of the tenant that is looked at which could be one
// incident with those of a room: they hit a service of the room in one of its tenants,
// or are an issue of the room in another tenant. only names one of them, "" for all.
func (v *view) joins(i tocsin.Incident, only string) (list []join, err error) {
	if !i.Open() || !v.mayJoin() || !v.mayAll(access.RunIncidents, i) {
		return nil, nil
	}
	ours := slices.Contains(i.TenantIDs, v.Snapshot.Tenant.ID)
	for _, row := range v.Snapshot.Issues {
		about := slices.Contains(i.Issues, row.ID)
		if ours == about || only != "" && row.ID != only || row.Class != "incident" || !row.Course().Ongoing(v.Now) {
			continue
		}
		if about || hits(row, i.Services) {
			told, err := v.pages.config.Model.Issue(v.R.Context(), row)
			if err != nil {
				return nil, err
			}
			list = append(list, join{Issue: link{row.ID, v.IssueHref(row.ID)}, Title: told.Title, Run: v.Href(path(i.N, "run"))})
		}
		if len(list) == maxJoins {
			break
		}
	}
	return list, nil
}

// maxJoins is how many issues are offered to a room.
const maxJoins = 5

// hits reports whether an issue is about one of some services.
func hits(row *readmodel.Row, services []string) bool {
	return row.ServiceID != "" && slices.ContainsFunc(services, func(s string) bool { return strings.EqualFold(s, row.ServiceID) })
}
