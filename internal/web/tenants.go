package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/readmodel"
)

// tenantsPage sets the visitor's tenants side by side: how each is, and which
// of them sees what.
type tenantsPage struct {
	frame
	Rows     []tenantRow
	Names    []tenantLink
	Services []matrixRow
	Others   int // services that work wherever they are used
	Issues   []matrixRow
}

type tenantRow struct {
	look
	Name, Href string
	Tally      []tally
	Open       []issueLine
	More       int
	Checked    *moment
	Stale      string
}

// matrixRow is a service or an issue across tenants.
type matrixRow struct {
	ID, Name, Class, ClassWords string
	Cells                       []matrixCell
	rank                        int
	modified                    readmodel.Instant
}

type matrixCell struct {
	look
	Href   string
	Absent bool
}

// Limits of the page: tenants that have a column, and rows of each matrix.
const (
	maxColumns = 24
	maxMatrix  = 60
	shownIDs   = 6
)

// visibleFor is how long an issue that is over stays in the matrix.
const visibleFor = 7 * 24 * time.Hour

// allTenants serves /tenants.
func (p *Pages) allTenants(v *visit) error {
	page := tenantsPage{frame: v.frame(crumb{Name: v.text("nav.tenants")})}
	page.Refresh = 60
	visits := make([]*visit, len(v.tenants))
	for i, t := range v.tenants {
		s, err := p.snapshot(v.r.Context(), t.ID)
		if err != nil {
			return err
		}
		one := *v
		one.snapshot = s
		visits[i] = &one
		row, err := one.tenantRow()
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, row)
	}
	columns := visits[:min(len(visits), maxColumns)]
	for _, one := range columns {
		page.Names = append(page.Names, tenantLink{Name: one.snapshot.Tenant.Name, Href: addressOf(v.code, "/", one.snapshot.Tenant.Name)})
	}
	page.Services, page.Others = serviceMatrix(columns)
	var err error
	if page.Issues, err = issueMatrix(columns); err != nil {
		return err
	}
	return v.render(http.StatusOK, "tenants", page)
}

// standing is how each service of the visit's tenant is, without its past.
func (v *visit) standing() (map[string]look, error) {
	open, err := v.openByService()
	if err != nil {
		return nil, err
	}
	all := map[string]look{}
	for i := range v.snapshot.Services {
		s := &v.snapshot.Services[i]
		all[s.ID] = v.serviceLine(s, month{}, open[s.ID]).look
	}
	return all, nil
}

func (v *visit) tenantRow() (tenantRow, error) {
	s := v.snapshot
	row := tenantRow{Name: s.Tenant.Name, Href: addressOf(v.code, "/", s.Tenant.Name), Checked: v.moment(s.CheckedAt), Stale: v.staleSince()}
	looks, err := v.standing()
	if err != nil {
		return row, err
	}
	n := map[string]int{}
	row.look = look{Family: "ok", Glyph: "ok", Words: v.text("family.ok")}
	for _, one := range looks {
		family := one.Family
		if family == "restored" || family == "report" {
			family = "ok"
		}
		n[family]++
		if rank(one.Family) < rank(row.Family) && one.Family != "restored" && one.Family != "report" {
			row.look = one
		}
	}
	if row.Stale != "" && rank(row.Family) > rank("degraded") || len(looks) == 0 {
		row.look = v.unknown(v.text("family.neutral"))
	}
	row.Tally = v.tally(n)
	for _, open := range openRows(s) {
		if len(row.Open) == shownIDs {
			row.More++
			continue
		}
		row.Open = append(row.Open, issueLine{look: v.short(open.Status), ID: open.ID, Href: addressOf(v.code, "/issues/"+escapeID(open.ID), s.Tenant.Name)})
	}
	return row, nil
}

// serviceMatrix lists the services that do not work everywhere, worst first.
func serviceMatrix(visits []*visit) (rows []matrixRow, others int) {
	byID := map[string]*matrixRow{}
	for column, v := range visits {
		looks, err := v.standing()
		if err != nil {
			continue // the rows above have reported it
		}
		for i := range v.snapshot.Services {
			s := &v.snapshot.Services[i]
			row, ok := byID[s.ID]
			if !ok {
				row = &matrixRow{ID: s.ID, Name: s.Name, Cells: absent(len(visits)), rank: rank("ok")}
				byID[s.ID] = row
			}
			row.Cells[column] = matrixCell{look: looks[s.ID], Href: addressOf(v.code, "/services/"+escapeID(s.ID), v.snapshot.Tenant.Name)}
			row.rank = min(row.rank, rank(looks[s.ID].Family))
		}
	}
	for _, row := range byID {
		if row.rank >= rank("report") {
			others++
			continue
		}
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b matrixRow) int { return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.Name, b.Name)) })
	return rows[:min(len(rows), maxMatrix)], others
}

func absent(n int) []matrixCell {
	cells := make([]matrixCell, n)
	for i := range cells {
		cells[i].Absent = true
	}
	return cells
}

// issueMatrix lists which tenant sees which issue: those going on, and those
// that ended lately.
func issueMatrix(visits []*visit) ([]matrixRow, error) {
	byID := map[string]*matrixRow{}
	for column, v := range visits {
		for _, one := range v.snapshot.Issues {
			if !isOpen(one) && v.now.Sub(one.ModifiedAt.Time()) > visibleFor {
				continue
			}
			row, ok := byID[one.ID]
			if !ok {
				line, err := v.issueLine(one)
				if err != nil {
					return nil, err
				}
				row = &matrixRow{ID: one.ID, Name: line.Title, Class: line.Class, ClassWords: line.ClassWords, Cells: absent(len(visits)), rank: len(families())}
				byID[one.ID] = row
			}
			look := v.short(one.Status)
			row.Cells[column] = matrixCell{look: look, Href: addressOf(v.code, "/issues/"+escapeID(one.ID), v.snapshot.Tenant.Name)}
			row.rank, row.modified = min(row.rank, rank(look.Family)), max(row.modified, one.ModifiedAt)
		}
	}
	rows := make([]matrixRow, 0, len(byID))
	for _, row := range byID {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b matrixRow) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.modified, a.modified), strings.Compare(a.ID, b.ID))
	})
	return rows[:min(len(rows), maxMatrix)], nil
}

// wallPage is for a screen on a wall: what is broken now, in letters that are
// read across a room.
type wallPage struct {
	frame
	Verdict verdict
	Issues  []issueLine
	More    int
}

// wallIssues is how many issues fit on a wall.
const wallIssues = 6

// wall serves /wall.
func (p *Pages) wall(v *visit) error {
	page, err := v.shared("wall", fillWall)
	if err != nil {
		return err
	}
	v.answer(http.StatusOK, page.content)
	return nil
}

func fillWall(v *visit) (any, error) {
	overview := overviewPage{frame: v.frame(crumb{Name: v.text("wall.title")})}
	overview.Refresh = 60
	month, err := v.lastMonth()
	if err != nil {
		return nil, err
	}
	if err := overview.addIssues(v); err != nil {
		return nil, err
	}
	overview.addServices(v, month)
	page := wallPage{frame: overview.frame, Verdict: v.verdict(&overview, month), Issues: overview.Issues}
	if n := len(page.Issues); n > wallIssues {
		page.Issues, page.More = page.Issues[:wallIssues], n-wallIssues
	}
	page.Title = v.text("wall.of", "tenant", v.snapshot.Tenant.Name)
	return page, nil
}
