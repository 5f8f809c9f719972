package status

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// tenantsPage sets the visitor's tenants side by side: how each is, and which
// of them sees what.
type tenantsPage struct {
	web.Frame
	Filter   tenantFilter
	Many     bool   // there are more than stand side by side
	Turned   bool   // and so many are shown: tenants are rows only
	Result   string // what a filter leaves over, in words
	Clear    string
	Empty    *web.EmptyView
	N        int // tenants, all pages together
	Pager    web.Pager
	Rows     []tenantRow
	Names    []web.TenantLink
	Services []matrixRow
	Others   int // services that work wherever they are used
	Issues   []matrixRow
}

type tenantRow struct {
	web.Look
	Name, Href string
	Tally      []part.Tally
	Open       []part.IssueLine
	None       string // what it means that none is open
	More       int
	Checked    *lang.Moment
	Stale      string
}

// matrixRow is a service or an issue across tenants.
type matrixRow struct {
	ID, Name, Class, ClassWords string
	NameLang                    string // where it is not that of the page
	Cells                       []matrixCell
	Reach                       *reach          // instead of cells, of many tenants
	severity                    tocsin.Severity // the worst of the cells
	modified                    readmodel.Instant
}

type matrixCell struct {
	web.Look
	Href    string
	Absent  bool
	Unknown bool   // absent, but nobody knows
	Tenant  string // whose it is, where no column says it: on a phone, and of many tenants
}

// Limits of the page: tenants that have a column, and rows of each matrix.
const (
	maxColumns = 24
	maxMatrix  = 60
	shownIDs   = 6
)

// visibleFor is how long an issue that is over stays in the matrix.
const visibleFor = 7 * 24 * time.Hour

// allTenants serves /tenants?name=&issue=&seen=&service=&page=. A few tenants
// stand side by side; many are rows, and each issue and service says in how many
// of them it is to be seen.
func (p *Pages) allTenants(v *view) error {
	page := tenantsPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.tenants")}), Filter: v.tenantFilter(), Many: len(v.Tenants) > maxColumns}
	page.Refresh = 60
	all, err := v.standings()
	if err != nil {
		return err
	}
	var shown []standing
	for _, s := range all {
		if page.Filter.takes(s) {
			shown = append(shown, s)
		}
	}
	if page.Filter != (tenantFilter{}) {
		page.Result, page.Clear = page.Filter.words(v, len(shown)), web.PrefixOf(v.Code)+"/tenants"
	}
	if len(shown) == 0 {
		page.Empty = v.EmptyList(len(all), "tenants")
		return v.Render(http.StatusOK, "tenants", page)
	}
	from, to, pager := v.Paged(len(shown))
	page.Pager, page.N = pager, len(shown)
	for _, s := range shown[from:to] {
		page.Rows = append(page.Rows, s.row)
	}
	if from == 0 {
		err = page.compare(v, shown)
	}
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "tenants", page)
}

// compare adds which tenant sees what.
func (page *tenantsPage) compare(v *view, tenants []standing) error {
	page.Services, page.Others = serviceMatrix(tenants)
	var err error
	if page.Issues, err = issueMatrix(tenants); err != nil {
		return err
	}
	if page.Turned = len(tenants) > maxColumns; !page.Turned {
		for _, s := range tenants {
			page.Names = append(page.Names, web.TenantLink{Name: s.row.Name, Href: s.row.Href})
		}
		for _, row := range slices.Concat(page.Issues, page.Services) {
			for i := range row.Cells {
				row.Cells[i].Tenant = tenants[i].row.Name
			}
		}
		return nil
	}
	for i := range page.Issues {
		page.Issues[i].gather(v, tenants, "issue", func(c matrixCell) bool { return !c.Absent })
	}
	for i := range page.Services {
		page.Services[i].gather(v, tenants, "service", func(c matrixCell) bool { return !c.Absent && unhealthy(c.Look) })
	}
	return nil
}

// standing is how each service of the tenant is, without its past.
func (v *view) standing() (*health.Report, map[string]web.Look, error) {
	report, err := v.Judge()
	if err != nil {
		return nil, nil, err
	}
	all := map[string]web.Look{}
	for i := range report.Services {
		all[report.Services[i].ID] = v.Judged(&report.Services[i])
	}
	return report, all, nil
}

func (v *view) tenantRow(report *health.Report) tenantRow {
	s := v.Snapshot
	row := tenantRow{Name: s.Tenant.Title(), Href: web.AddressOf(v.Code, "/", s.Tenant.Name), Checked: v.Moment(s.CheckedAt), Stale: v.StaleSince(), None: v.NoneOpen()}
	row.Look = v.Severity(report.Severity)
	for i := range report.Services { // in the words of a service that decides
		if one := &report.Services[i]; one.Severity == report.Severity && !report.Severity.Well() {
			row.Look = v.Judged(one)
			break
		}
	}
	row.Tally = v.Tally(report)
	for _, open := range report.Open {
		if len(row.Open) == shownIDs {
			row.More++
			continue
		}
		row.Open = append(row.Open, part.IssueLine{Look: v.ShortWhen(open.Course(), v.Now), ID: open.ID, Href: web.AddressOf(v.Code, "/issues/"+web.EscapeID(open.ID), s.Tenant.Name)})
	}
	return row
}

// serviceMatrix lists the services that do not work everywhere, worst first.
func serviceMatrix(tenants []standing) (rows []matrixRow, others int) {
	byID := map[string]*matrixRow{}
	for column, v := range tenants {
		for i := range v.report.Services {
			s := &v.report.Services[i]
			row, ok := byID[s.ID]
			if !ok {
				row = &matrixRow{ID: s.ID, Name: s.Name, Cells: absent(len(tenants))}
				for i := range row.Cells {
					row.Cells[i].Unknown = tenants[i].Unread()
				}
				byID[s.ID] = row
			}
			row.Cells[column] = matrixCell{Look: v.looks[s.ID], Href: web.AddressOf(v.Code, "/services/"+web.EscapeID(s.ID), v.Snapshot.Tenant.Name)}
			row.severity = max(row.severity, s.Severity)
		}
	}
	for _, row := range byID {
		if row.severity.Well() {
			others++
			continue
		}
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b matrixRow) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), strings.Compare(a.Name, b.Name))
	})
	return rows[:min(len(rows), maxMatrix)], others
}

func absent(n int) []matrixCell {
	cells := make([]matrixCell, n)
	for i := range cells {
		cells[i].Absent = true
	}
	return cells
}

// listed reports whether an issue is compared between tenants: it is going on,
// or has ended lately.
func (v *view) listed(row *readmodel.Row) bool {
	return health.Open(row, v.Now) || v.Now.Sub(row.ModifiedAt.Time()) <= visibleFor
}

// severityNow is how bad an issue is, nothing once it is over.
func severityNow(row *readmodel.Row, now time.Time) tocsin.Severity {
	if !health.Open(row, now) {
		return tocsin.SeverityOK
	}
	return health.SeverityOf(row)
}

// issueMatrix lists which tenant sees which issue: those going on, and those
// that ended lately.
func issueMatrix(tenants []standing) ([]matrixRow, error) {
	byID := map[string]*matrixRow{}
	for column, v := range tenants {
		for _, one := range v.Snapshot.Issues {
			if !v.listed(one) {
				continue
			}
			row, ok := byID[one.ID]
			if !ok {
				line, err := v.IssueLine(one)
				if err != nil {
					return nil, err
				}
				row = &matrixRow{ID: one.ID, Name: line.Title, NameLang: line.TitleLang, Class: line.Class, ClassWords: line.ClassWords, Cells: absent(len(tenants))}
				for i := range row.Cells {
					row.Cells[i].Unknown = tenants[i].Unsure()
				}
				byID[one.ID] = row
			}
			look := v.ShortWhen(one.Course(), v.Now)
			row.Cells[column] = matrixCell{Look: look, Href: web.AddressOf(v.Code, "/issues/"+web.EscapeID(one.ID), v.Snapshot.Tenant.Name)}
			row.severity, row.modified = max(row.severity, severityNow(one, v.Now)), max(row.modified, one.ModifiedAt)
		}
	}
	rows := make([]matrixRow, 0, len(byID))
	for _, row := range byID {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b matrixRow) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(b.modified, a.modified), strings.Compare(a.ID, b.ID))
	})
	return rows[:min(len(rows), maxMatrix)], nil
}

// wallPage is for a screen on a wall: what is broken now, in letters that are
// read across a room.
type wallPage struct {
	web.Frame
	Verdict part.Verdict
	Issues  []part.IssueLine
	Stalls  []string // what they may hold up
	More    int      // beside these
	N       int      // of all
	None    string
}

// wallIssues is how many issues fit on a wall.
const wallIssues = 6

// wall serves /wall.
func (p *Pages) wall(v *view) error {
	page, err := v.Shared("wall", func() (any, error) { return v.fillWall() })
	if err != nil {
		return err
	}
	v.LastsASecond()
	v.Answer(http.StatusOK, page)
	return nil
}

func (v *view) fillWall() (any, error) {
	state, err := v.State()
	if err != nil {
		return nil, err
	}
	page := wallPage{Frame: v.Frame(web.Crumb{Name: v.Text("wall.title")}), Verdict: state.Verdict, Issues: state.Issues, N: len(state.Issues), None: v.NoneOpen()}
	page.Refresh = 60
	if page.Stalls, err = v.Stalls(state.Affected...); err != nil {
		return nil, err
	}
	page.Stalls = page.Stalls[:min(len(page.Stalls), wallIssues)]
	if n := len(page.Issues); n > wallIssues {
		page.Issues, page.More = page.Issues[:wallIssues], n-wallIssues
	}
	for i := range page.Verdict.Tally { // the lists that they name are on the overview
		page.Verdict.Tally[i].Href = v.Href("/" + page.Verdict.Tally[i].Href)
	}
	page.Title = v.AnswerTitle(page.Verdict)
	return page, nil
}

// severalTenants reports whether there is something to set side by side.
func severalTenants(v *web.Request) bool { return len(v.Tenants) > 1 }
