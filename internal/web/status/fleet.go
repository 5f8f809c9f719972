package status

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/web"
)

// standing is a tenant with how each of its services is.
type standing struct {
	*view
	row    tenantRow
	report *health.Report
	looks  map[string]web.Look
}

// standings are the visitor's tenants, the worst first: by state, then by how
// much is open.
func (v *view) standings() ([]standing, error) {
	all := make([]standing, len(v.Tenants))
	for i, t := range v.Tenants {
		s, err := v.SnapshotOf(t.ID)
		if err != nil {
			return nil, err
		}
		one := v.in(s)
		all[i].view = one
		if all[i].report, all[i].looks, err = one.standing(); err != nil {
			return nil, err
		}
		all[i].row = one.tenantRow(all[i].report)
	}
	slices.SortStableFunc(all, func(a, b standing) int {
		return cmp.Or(cmp.Compare(b.report.Severity, a.report.Severity), cmp.Compare(b.row.open(), a.row.open()))
	})
	return all, nil
}

func (r *tenantRow) open() int { return len(r.Open) + r.More }

// tenantFilter is which tenants are shown: those with a name, those that see an
// issue or do not, and those in which a service does not work.
type tenantFilter struct{ Name, Issue, Service, Seen string }

func (v *view) tenantFilter() tenantFilter {
	query := v.R.URL.Query()
	return tenantFilter{query.Get("name"), strings.ToUpper(query.Get("issue")), query.Get("service"), web.OneOf(query, "seen", "no")}
}

func (f tenantFilter) takes(s standing) bool {
	if !strings.Contains(plaintext.Fold(s.row.Name+" "+s.Snapshot.Tenant.Name), plaintext.Fold(f.Name)) {
		return false
	}
	if f.Service != "" && !unhealthy(s.looks[f.Service]) {
		return false
	}
	if f.Issue == "" {
		return true
	}
	row, ok := s.Snapshot.Issue(f.Issue)
	if seen := ok && s.listed(row); seen || f.Seen == "" {
		return seen == (f.Seen == "")
	}
	return !s.Unsure() // where nobody knows it is not said to be absent
}

// unhealthy reports whether the severity is worse than OK, or unknown.
func unhealthy(l web.Look) bool { return l.Family != "" && !l.Severity.Well() }

// words say what the filter leaves over.
func (f tenantFilter) words(v *view, n int) string {
	all := v.Number(len(v.Tenants))
	switch {
	case f.Issue != "" && f.Seen == "no":
		return v.Text("tenants.unseen", "n", n, "all", all, "id", f.Issue)
	case f.Issue != "":
		return v.Text("tenants.seen", "n", n, "all", all, "id", f.Issue)
	case f.Service != "":
		return v.Text("tenants.ailing", "n", n, "all", all, "service", f.Service)
	}
	return v.Text("tenants.named", "n", n, "all", all)
}

// A reach is in which of many tenants an issue or a service is to be seen: how
// many, the worst of them, and where the rest are listed.
type reach struct {
	N, Of          int
	Worst          []matrixCell
	All, Elsewhere string // addresses of the lists; Elsewhere is of those that do not see it
}

// shownReach is how many tenants are named beside an issue or a service.
const shownReach = 5

// gather tells the reach of a row whose cells are those of tenants, the worst
// first, that count.
func (row *matrixRow) gather(v *view, tenants []standing, param string, counts func(matrixCell) bool) {
	r := reach{Of: len(tenants)}
	for i, cell := range row.Cells {
		if counts(cell) {
			if r.N++; len(r.Worst) < shownReach {
				cell.Tenant = tenants[i].row.Name
				r.Worst = append(r.Worst, cell)
			}
		}
	}
	slices.SortStableFunc(r.Worst, func(a, b matrixCell) int { return cmp.Compare(b.Severity, a.Severity) })
	path := web.PrefixOf(v.Code) + "/tenants?" + param + "=" + url.QueryEscape(row.ID)
	if r.N > len(r.Worst) {
		r.All = path
	}
	if param == "issue" && r.N < r.Of {
		r.Elsewhere = path + "&seen=no"
	}
	row.Reach, row.Cells = &r, nil
}
