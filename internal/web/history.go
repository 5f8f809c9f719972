package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/readmodel"
)

// historyPage is how reliable the services were in a year.
type historyPage struct {
	frame
	Year    int
	Years   []choice
	Kpis    []definition
	Rows    []historyRow
	Hidden  int // services of which there is nothing to tell
	ShowAll string
	Months  []string
	CSV     []crumb
}

type historyRow struct {
	Name, Href           string
	Code                 barcode
	Days30, Days90, Year string
	share                float64
	known                bool
	dull                 bool
}

// pastYear serves /history?year=&all=.
func (p *Pages) pastYear(v *visit) error {
	year := v.yearAsked()
	page := historyPage{frame: v.frame(crumb{Name: v.text("nav.history")}), Year: year, Years: v.yearChoices(year)}
	rows, figures, err := v.historyRows(year)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.dull && v.r.URL.Query().Get("all") == "" {
			page.Hidden++
			continue
		}
		page.Rows = append(page.Rows, row)
	}
	page.ShowAll = v.with("all", "1")
	first, _ := yearOf(year)
	for month := range 12 {
		page.Months = append(page.Months, v.month(first.AddDate(0, month, 0), true))
	}
	for _, what := range []string{"days", "figures", "events"} {
		page.CSV = append(page.CSV, crumb{v.text("csv." + what), v.href("/history.csv?what=" + what + "&year=" + strconv.Itoa(year))})
	}
	if page.Kpis, err = v.yearKpis(year, rows, figures); err != nil {
		return err
	}
	return v.render(http.StatusOK, "history", page)
}

// historyRows are the services of the tenant, the least available first.
func (v *visit) historyRows(year int) ([]historyRow, map[string]history.Availability, error) {
	days, err := v.yearDays(year)
	if err != nil {
		return nil, nil, err
	}
	from, to := yearOf(year)
	figures, err := v.figures(strconv.Itoa(year), from, to)
	if err != nil {
		return nil, nil, err
	}
	last30, err := v.figures("30", v.now.AddDate(0, 0, -30), v.now)
	if err != nil {
		return nil, nil, err
	}
	last90, err := v.figures("90", v.now.AddDate(0, 0, -90), v.now)
	if err != nil {
		return nil, nil, err
	}
	var rows []historyRow
	for i := range v.snapshot.Services {
		s := &v.snapshot.Services[i]
		row := historyRow{
			Name: s.Name, Href: v.href("/services/" + escapeID(s.ID) + "?year=" + strconv.Itoa(year) + "#cal"), Code: v.barcode(s.Name, year, days[s.ID]),
			Days30: v.share(last30[s.ID], 3), Days90: v.share(last90[s.ID], 3), Year: v.share(figures[s.ID], 3),
		}
		row.share, row.known = figures[s.ID].Share(history.DegradedWeight)
		row.dull = row.known && row.share >= 1 && !slices.ContainsFunc(days[s.ID], func(look uint8) bool { return look == dayAdvisory || look == dayDegraded || look == dayDown })
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b historyRow) int {
		if a.known != b.known {
			return cmp.Compare(strconv.FormatBool(b.known), strconv.FormatBool(a.known))
		}
		return cmp.Compare(a.share, b.share)
	})
	return rows, figures, nil
}

// yearKpis are the figures of all services together.
func (v *visit) yearKpis(year int, rows []historyRow, figures map[string]history.Availability) ([]definition, error) {
	var kpis []definition
	if share, n := mean(v.snapshot.Services, figures); n > 0 {
		kpis = append(kpis, definition{Name: v.text("kpi.availability"), Value: v.percent(share, 3), Note: v.text("fact.unweighted", "n", n)})
	}
	if len(rows) > 0 && rows[0].known {
		kpis = append(kpis, definition{Name: v.text("kpi.worst"), Value: rows[0].Year, Note: rows[0].Name})
	}
	var lost time.Duration
	incidents, advisories := 0, 0
	for _, a := range figures {
		lost += a.Lost(history.DegradedWeight)
		incidents += len(a.Incidents)
		advisories += a.Advisories
	}
	kpis = append(kpis, definition{Name: v.text("kpi.minutes"), Value: v.number(int(lost.Minutes())), Note: v.text("kpi.weighted")})
	from, to := yearOf(year)
	lags, err := remembered(v, "lags "+strconv.Itoa(year), func(past *history.Past) (history.Lags, error) {
		return past.Lags(v.r.Context(), (*readmodel.Service)(nil), "", from, to)
	})
	if err != nil {
		return nil, err
	}
	counts := definition{Name: v.text("nav.issues"), Value: v.number(incidents + advisories), Note: v.text("kpi.incidents", "n", incidents)}
	if lags.Restore.N > 0 {
		counts.Note += ", " + v.text("kpi.median", "d", v.length(lags.Restore.P50))
	}
	kpis = append(kpis, counts)
	if given := lags.Updates.Given(); given > 0 {
		kpis = append(kpis, definition{
			Name: v.text("kpi.ontime"), Value: v.percent(float64(lags.Updates.Kept)/float64(given), 0),
			Note: v.text("kpi.promises", "kept", lags.Updates.Kept, "n", given),
		})
	}
	return kpis, nil
}
