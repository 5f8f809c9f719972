package translations

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// maxCounted bounds what is counted of one concern: more need nobody's figure.
const maxCounted = 1000

// listPage lists lines to look at.
type listPage struct {
	frame
	Lead     string
	Concerns []concernLink
	Show     string // the concern, "" for the one that is shown without asking
	Heading  string
	Words    string // searched for
	Clear    string
	Others   []web.Choice // tenants, none where there is one only
	Rows     []listRow
	Pager    web.Pager
	Empty    web.EmptyView
}

// concernLink leads to the lines of one concern.
type concernLink struct {
	Name, Href, N string
	On            bool
}

// listRow is a line of the list.
type listRow struct {
	Href, Source string
	Target       string // "" where it stays in English
	Mark, Why    string
	At           *lang.Moment
	By           string
	Reports      int
	Outdated     bool
}

// list serves GET /admin/translations?to=&show=&q=.
func (p *Pages) list(v *view) error {
	query := v.R.URL.Query()
	page := listPage{frame: v.frame("lines"), Words: query.Get("q"), Clear: v.at("")}
	page.Lead = v.Text("tr.lead", "tenant", v.Snapshot.Tenant.Title(), "language", page.ToName)
	for _, t := range v.Tenants {
		if len(v.Tenants) > 1 {
			page.Others = append(page.Others, web.Choice{Value: t.Name, Name: t.Title(), On: t.ID == v.tenant()})
		}
	}
	shown := translation.Concern(query.Get("show"))
	if !slices.Contains(translation.Concerns(), shown) {
		shown = ""
	}
	total := 0
	for _, c := range translation.Concerns() {
		n, err := p.config.Memory.ReviewCount(v.R.Context(), translation.ReviewQuery{TenantID: v.tenant(), Language: v.to, Concern: c, Words: page.Words, Limit: maxCounted + 1})
		if err != nil {
			return err
		}
		if shown == "" && (n > 0 || c == translation.Written) { // the most urgent that there is
			shown = c
		}
		if c == shown {
			total = n
		}
		link := concernLink{Name: v.Text("tr.concern." + string(c)), Href: v.at("", "show", string(c)), N: v.Number(min(n, maxCounted)), On: c == shown}
		if page.Words != "" {
			link.Href = v.at("", "show", string(c), "q", page.Words)
		}
		if n > maxCounted {
			link.N += "+"
		}
		page.Concerns = append(page.Concerns, link)
	}
	page.Show, page.Heading = string(shown), v.Text("tr.concern."+string(shown))
	number := max(1, number(query.Get("page")))
	list, err := p.config.Memory.Review(v.R.Context(), translation.ReviewQuery{
		TenantID: v.tenant(), Language: v.to, Concern: shown, Words: page.Words, From: (number - 1) * web.PageSize, Limit: web.PageSize + 1,
	})
	if err != nil {
		return err
	}
	more := len(list) > web.PageSize
	for _, k := range list[:min(len(list), web.PageSize)] {
		page.Rows = append(page.Rows, v.listRow(shown, k))
	}
	if more || number > 1 {
		page.Pager = v.PageLinks(number, more, v.Text("pager", "from", (number-1)*web.PageSize+1, "to", (number-1)*web.PageSize+len(page.Rows), "n", max(total, (number-1)*web.PageSize+len(page.Rows))))
	}
	page.Empty = web.EmptyView{Title: v.Text("tr.none"), Text: v.Text("tr.none." + string(shown))}
	if page.Words != "" {
		page.Empty = web.EmptyView{Title: v.Text("empty.filter"), Text: v.Text("tr.none.words"), Href: page.Clear, Action: v.Text("empty.filter.clear")}
	}
	return v.Render(http.StatusOK, "tr-list", page)
}

func (v *view) listRow(c translation.Concern, k translation.Known) listRow {
	holds := k.Holds()
	row := listRow{Href: v.at("/lines/" + strconv.FormatInt(k.Segment, 10)), Source: k.Source, Target: holds.Text, Reports: k.Reports, Outdated: k.Outdated}
	if !holds.At.IsZero() {
		row.At = v.Moment(holds.At)
	}
	row.Mark, row.Why = v.Origin(lineOf(k))
	if c == translation.Written || c == translation.Outdated {
		row.By = cmp.Or(k.Own.By, k.All.By)
	}
	return row
}

// lineOf is what holds for a segment as pages mark it.
func lineOf(k translation.Known) translate.Line {
	line := translate.Line{Segment: translate.Segment{Text: k.Source}, Key: translate.Key(k.Key), Target: k.Holds().Text, Origin: translate.OriginOriginal, Reason: translate.Reason(k.Reason)}
	switch {
	case k.Human():
		line.Origin = translate.OriginHuman
	case k.Engine.Text != "" && k.Engine.By == "":
		line.Origin = translate.OriginNames
	case k.Engine.Text != "":
		line.Origin, line.By = translate.OriginEngine, k.Engine.By
	}
	return line
}

// number is a number of an address, 0 for none.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0
	}
	return n
}
