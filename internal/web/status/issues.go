package status

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// issuesPage lists incidents and advisories: those going on, and page by page
// those that are over.
type issuesPage struct {
	web.Frame
	Lead                     string
	Services, Kinds, Periods []web.Choice
	View                     string
	Chips                    []web.Chip
	Text                     string          // that issues must hold
	Result                   string          // how many are shown, in words
	Cut                      string          // that there are more, "" when there are not
	Clear, CSV               string          // addresses; Clear is "" without a filter
	Open, Planned, Ended     []part.IssueRow // planned is work that is not over yet
	EndedN                   int
	Pager                    web.Pager
	Empty                    *web.EmptyView
}

// issues serves /issues?v=&service=&type=&period=&text=.
func (p *Pages) issues(v *view) error {
	page, err := v.Shared("issues", func() (any, error) { return v.fillIssues() })
	if err != nil {
		return err
	}
	v.LastsASecond()
	v.Answer(http.StatusOK, page)
	return nil
}

func (v *view) fillIssues() (any, error) {
	query := v.R.URL.Query()
	view, kind := web.OneOf(query, "v", "open", "ended"), web.OneOf(query, "type", "incident", "advisory")
	service, period := query.Get("service"), query.Get("period")
	page := issuesPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.issues")}), Lead: v.Publishers(), View: view, Services: v.serviceChoices(service), Periods: v.periodChoices(v.Snapshot.Issues, period)}
	for _, value := range []string{"", "incident", "advisory"} {
		page.Kinds = append(page.Kinds, web.Choice{Value: value, Name: v.Text("filter.kind." + cmp.Or(value, "all")), On: value == kind})
	}
	open, planned, ended, cut, err := v.issuesAsked()
	if err != nil {
		return nil, err
	}
	page.describe(v, len(open), len(open)+len(planned)+len(ended))
	if cut {
		page.Cut = v.Text("issues.cut", "n", maxFound)
	}
	for _, c := range []struct {
		value string
		n     int
	}{{"open", len(open)}, {"ended", len(ended)}, {"", len(open) + len(planned) + len(ended)}} {
		page.Chips = append(page.Chips, web.Chip{Name: v.Text("chip." + cmp.Or(c.value, "all")), Href: v.With("v", c.value), N: c.n, On: c.value == view})
	}
	from, to, pager := v.Paged(len(ended))
	page.EndedN, page.Pager = len(ended), pager
	if view != "ended" {
		if page.Open, err = v.IssueRows(open); err != nil {
			return nil, err
		}
	}
	if view == "" {
		if page.Planned, err = v.IssueRows(planned); err != nil {
			return nil, err
		}
	}
	if view != "open" {
		if page.Ended, err = v.IssueRows(ended[from:to]); err != nil {
			return nil, err
		}
	}
	if len(page.Open)+len(page.Planned)+len(page.Ended) == 0 {
		page.Empty = v.EmptyList(len(v.Snapshot.Issues), "issues")
	}
	return page, nil
}

// issuesAsked are the issues that the query of a request leaves over. cut
// reports that its words stand in more of them than are looked through.
func (v *view) issuesAsked() (open, planned, ended []*readmodel.Row, cut bool, err error) {
	query := v.R.URL.Query()
	open, planned, ended = v.FilterIssues(query.Get("service"), web.OneOf(query, "type", "incident", "advisory"), query.Get("period"))
	var terms [][]plaintext.Term
	for word := range strings.FieldsSeq(plaintext.Fold(query.Get("text"))) {
		terms = append(terms, plaintext.Literal(word))
	}
	if len(terms) == 0 {
		return open, planned, ended, false, nil
	}
	found, err := v.pages.config.Archive.Search(v.R.Context(), v.Snapshot.Tenant.ID, archive.SearchQuery{Terms: terms, Kinds: []tocsin.Kind{tocsin.KindIssue}, Limit: maxFound + 1})
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
func (page *issuesPage) describe(v *view, open, all int) {
	query := v.R.URL.Query()
	page.Text = query.Get("text")
	page.CSV = v.Href("/issues.csv")
	if query.Del("tenant"); len(query) > 0 {
		page.CSV = v.Href("/issues.csv?" + query.Encode())
	}
	page.Result = v.Text("issues.result", "n", all, "open", v.Text("issues.open", "n", open))
	if all == 0 && v.NeverRead() {
		page.Result = v.Text("overview.unread")
	}
	for _, name := range []string{"service", "type", "period", "text"} {
		if query.Get(name) != "" {
			page.Result = v.Text("issues.filtered", "result", page.Result, "all", v.Number(len(v.Snapshot.Issues)))
			page.Clear = v.Href("/issues")
			return
		}
	}
}

// issuesCSV serves /issues.csv, the same list as a table.
func (p *Pages) issuesCSV(v *view) error {
	open, planned, ended, cut, err := v.issuesAsked()
	if err != nil {
		return err
	}
	if cut { // a table that silently ends somewhere would be believed
		return tocsin.Invalidf("text", "These words stand in more than %d issues. A table has all of them or none: choose more words.", maxFound)
	}
	rows := open
	switch web.OneOf(v.R.URL.Query(), "v", "open", "ended") {
	case "ended":
		rows = ended
	case "":
		rows = slices.Concat(open, planned, ended)
	}
	if len(rows) > web.MaxTable {
		return tocsin.Invalidf("period", "The list has %d rows. A table has %d at most: choose a period or a service.", len(rows), web.MaxTable)
	}
	table, err := v.issueTable(rows)
	if err != nil {
		return err
	}
	return v.SendTable("issues", table)
}

// serviceChoices are the services of the tenant as options of a filter.
func (v *view) serviceChoices(chosen string) []web.Choice {
	list := []web.Choice{{Value: "", Name: v.Text("filter.services"), On: chosen == ""}}
	for i := range v.Snapshot.Services {
		s := &v.Snapshot.Services[i]
		list = append(list, web.Choice{Value: s.ID, Name: s.Name, On: s.ID == chosen})
	}
	return list
}

// periodChoices are the last days and the years that rows started in.
func (v *view) periodChoices(rows []*readmodel.Row, chosen string) []web.Choice {
	years := map[int]bool{}
	for _, row := range rows {
		if row.StartAt != 0 {
			years[row.StartAt.Time().In(v.Zone).Year()] = true
		}
	}
	list := []web.Choice{{Value: "", Name: v.Text("filter.ever"), On: chosen == ""}}
	for _, days := range []int{7, 30, 90} {
		value := strconv.Itoa(days) + "d"
		list = append(list, web.Choice{Value: value, Name: v.Text("filter.days", "n", days), On: value == chosen})
	}
	var sorted []int
	for year := range years {
		sorted = append(sorted, year)
	}
	slices.SortFunc(sorted, func(a, b int) int { return cmp.Compare(b, a) })
	for _, year := range sorted {
		value := strconv.Itoa(year)
		list = append(list, web.Choice{Value: value, Name: value, On: value == chosen})
	}
	return list
}

// openIssues counts what is open, and tells whether something is down.
func openIssues(v *web.Request) (n int, down bool) {
	rows := health.OpenRows(v.Snapshot, v.Now)
	return len(rows), len(rows) > 0 && health.SeverityOf(rows[0]) == tocsin.SeverityInterruption
}
