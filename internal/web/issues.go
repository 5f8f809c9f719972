package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/plain"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// issuesPage lists incidents and advisories: those going on, and page by page
// those that are over.
type issuesPage struct {
	frame
	Lead                     string
	Services, Kinds, Periods []choice
	View                     string
	Chips                    []chip
	Text                     string     // that issues must hold
	Result                   string     // how many are shown, in words
	Cut                      string     // that there are more, "" when there are not
	Clear, CSV               string     // addresses; Clear is "" without a filter
	Open, Planned, Ended     []issueRow // planned is work that is not over yet
	EndedN                   int
	Pager                    pager
	Empty                    *emptyView
}

// issues serves /issues?v=&service=&type=&period=&text=.
func (p *Pages) issues(v *visit) error {
	page, err := v.shared("issues", func() (any, error) { return v.fillIssues() })
	if err != nil {
		return err
	}
	v.answer(http.StatusOK, page)
	return nil
}

func (v *visit) fillIssues() (any, error) {
	query := v.r.URL.Query()
	view, kind := on(query, "v", "open", "ended"), on(query, "type", "incident", "advisory")
	service, period := query.Get("service"), query.Get("period")
	page := issuesPage{frame: v.frame(crumb{Name: v.text("nav.issues")}), Lead: v.publishers(), View: view, Services: v.serviceChoices(service), Periods: v.periodChoices(v.snapshot.Issues, period)}
	for _, value := range []string{"", "incident", "advisory"} {
		page.Kinds = append(page.Kinds, choice{value, v.text("filter.kind." + cmp.Or(value, "all")), value == kind})
	}
	open, planned, ended, cut, err := v.issuesAsked()
	if err != nil {
		return nil, err
	}
	page.describe(v, len(open), len(open)+len(planned)+len(ended))
	if cut {
		page.Cut = v.text("issues.cut", "n", maxFound)
	}
	for _, c := range []struct {
		value string
		n     int
	}{{"open", len(open)}, {"ended", len(ended)}, {"", len(open) + len(planned) + len(ended)}} {
		page.Chips = append(page.Chips, chip{v.text("chip." + cmp.Or(c.value, "all")), v.with("v", c.value), c.n, c.value == view})
	}
	from, to, pager := v.paged(len(ended))
	page.EndedN, page.Pager = len(ended), pager
	if view != "ended" {
		if page.Open, err = v.issueRows(open); err != nil {
			return nil, err
		}
	}
	if view == "" {
		if page.Planned, err = v.issueRows(planned); err != nil {
			return nil, err
		}
	}
	if view != "open" {
		if page.Ended, err = v.issueRows(ended[from:to]); err != nil {
			return nil, err
		}
	}
	if len(page.Open)+len(page.Planned)+len(page.Ended) == 0 {
		page.Empty = v.emptyList(len(v.snapshot.Issues), "issues")
	}
	return page, nil
}

// issuesAsked are the issues that the query of a visit leaves over. cut reports
// that its words stand in more of them than are looked through.
func (v *visit) issuesAsked() (open, planned, ended []*readmodel.Row, cut bool, err error) {
	query := v.r.URL.Query()
	open, planned, ended = v.filterIssues(query.Get("service"), on(query, "type", "incident", "advisory"), query.Get("period"))
	terms := strings.Fields(plain.Fold(query.Get("text")))
	if len(terms) == 0 {
		return open, planned, ended, false, nil
	}
	found, err := v.pages.config.Archive.Search(v.r.Context(), v.snapshot.Tenant.ID, store.SearchQuery{Terms: terms, Kinds: []tocsin.Kind{tocsin.KindIssue}, Limit: maxFound + 1})
	if err != nil {
		return nil, nil, nil, false, err
	}
	cut = len(found) > maxFound
	ids := map[string]bool{}
	for _, item := range found[:min(len(found), maxFound)] {
		ids[item.ID] = true
	}
	lacks := func(row *readmodel.Row) bool { return !ids[row.ID] }
	return slices.DeleteFunc(open, lacks), slices.DeleteFunc(planned, lacks), slices.DeleteFunc(ended, lacks), cut, nil
}

// maxFound is how many issues a text leaves over in the list, the latest.
const maxFound = 1000

// describe says what is listed and how to have all of it.
func (page *issuesPage) describe(v *visit, open, all int) {
	query := v.r.URL.Query()
	page.Text = query.Get("text")
	page.CSV = v.href("/issues.csv")
	if query.Del("tenant"); len(query) > 0 {
		page.CSV = v.href("/issues.csv?" + query.Encode())
	}
	page.Result = v.text("issues.result", "n", all, "open", v.text("issues.open", "n", open))
	if all == 0 && v.neverRead() {
		page.Result = v.text("overview.unread")
	}
	for _, name := range []string{"service", "type", "period", "text"} {
		if query.Get(name) != "" {
			page.Result = v.text("issues.filtered", "result", page.Result, "all", v.number(len(v.snapshot.Issues)))
			page.Clear = v.href("/issues")
			return
		}
	}
}

// issuesCSV serves /issues.csv, the same list as a table.
func (p *Pages) issuesCSV(v *visit) error {
	open, planned, ended, cut, err := v.issuesAsked()
	if err != nil {
		return err
	}
	if cut { // a table that silently ends somewhere would be believed
		return tocsin.Invalidf("text", "These words stand in more than %d issues. A table has all of them or none: choose more words.", maxFound)
	}
	rows := open
	switch on(v.r.URL.Query(), "v", "open", "ended") {
	case "ended":
		rows = ended
	case "":
		rows = slices.Concat(open, planned, ended)
	}
	if len(rows) > maxTable {
		return tocsin.Invalidf("period", "The list has %d rows. A table has %d at most: choose a period or a service.", len(rows), maxTable)
	}
	table, err := v.issueTable(rows)
	if err != nil {
		return err
	}
	return v.sendTable("issues", table)
}

// serviceChoices are the services of the tenant as options of a filter.
func (v *visit) serviceChoices(chosen string) []choice {
	list := []choice{{"", v.text("filter.services"), chosen == ""}}
	for i := range v.snapshot.Services {
		s := &v.snapshot.Services[i]
		list = append(list, choice{s.ID, s.Name, s.ID == chosen})
	}
	return list
}

// periodChoices are the last days and the years that rows started in.
func (v *visit) periodChoices(rows []*readmodel.Row, chosen string) []choice {
	years := map[int]bool{}
	for _, row := range rows {
		if row.StartAt != 0 {
			years[row.StartAt.Time().In(v.zone).Year()] = true
		}
	}
	list := []choice{{"", v.text("filter.ever"), chosen == ""}}
	for _, days := range []int{7, 30, 90} {
		value := strconv.Itoa(days) + "d"
		list = append(list, choice{value, v.text("filter.days", "n", days), value == chosen})
	}
	var sorted []int
	for year := range years {
		sorted = append(sorted, year)
	}
	slices.SortFunc(sorted, func(a, b int) int { return cmp.Compare(b, a) })
	for _, year := range sorted {
		value := strconv.Itoa(year)
		list = append(list, choice{value, value, value == chosen})
	}
	return list
}

// openIssues counts what is open, and tells whether something is down.
func openIssues(v *visit) (n int, down bool) {
	rows := health.OpenRows(v.snapshot, v.now)
	return len(rows), len(rows) > 0 && health.SeverityOf(rows[0]) == tocsin.SeverityInterruption
}
