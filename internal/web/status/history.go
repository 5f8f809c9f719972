package status

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// historyPage is how reliable the services were in a year.
type historyPage struct {
	web.Frame
	Year    int
	Years   []web.Choice
	Kpis    []web.Definition
	Rows    []historyRow
	Hidden  int // services of which there is nothing to tell
	ShowAll string
	Months  []string
	CSV     []web.Crumb
	Chosen  *yearOfService // nil when no service is known
	Asked   *knowledge.Question
}

// yearOfService is a year of one service, day by day and event by event.
type yearOfService struct {
	Name, Href string
	Calendar   calendar
	Pick       dayPick
	Events     []eventRow
	Earlier    int // events that are on the service's page only
	Gaps       []gapRow
}

// shownEvents is how many events are listed under the calendar.
const shownEvents = 10

type historyRow struct {
	ID, Name, Href       string
	On                   bool // its calendar is shown
	Code                 barcode
	Days30, Days90, Year string
	share                float64
	known                bool
	dull                 bool
}

// pastYear serves /history?year=&all=&service=. Without a service it shows the
// calendar of the least available one.
func (p *Pages) pastYear(v *view) error {
	year := v.yearAsked()
	page := historyPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.history")}), Year: year, Years: v.yearChoices(year)}
	rows, figures, err := v.historyRows(year)
	if err != nil {
		return err
	}
	if page.Chosen, err = v.chosenYear(rows, year); err != nil {
		return err
	}
	for _, row := range rows {
		row.On = page.Chosen != nil && page.Chosen.Name == row.Name
		if row.dull && !row.On && v.R.URL.Query().Get("all") == "" {
			page.Hidden++
			continue
		}
		page.Rows = append(page.Rows, row)
	}
	page.ShowAll = v.With("all", "1")
	first, _ := yearOf(year)
	for month := range 12 {
		page.Months = append(page.Months, v.Month(first.AddDate(0, month, 0).Month(), true))
	}
	for _, what := range []string{"days", "figures", "events"} {
		page.CSV = append(page.CSV, web.Crumb{Name: v.Text("csv." + what), Href: v.Href("/history.csv?what=" + what + "&year=" + strconv.Itoa(year))})
	}
	if page.Kpis, err = v.yearKpis(year, rows, figures); err != nil {
		return err
	}
	if page.Asked, err = v.Asked("frequent", ""); err != nil {
		return err
	}
	return v.Render(http.StatusOK, "history", page)
}

// chosenYear is the year of the service that a query names, or of the first of
// the rows.
func (v *view) chosenYear(rows []historyRow, year int) (*yearOfService, error) {
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // there is nothing to choose from
	}
	s, ok := v.Snapshot.Service(v.R.URL.Query().Get("service"))
	if !ok {
		if s, ok = v.Snapshot.Service(rows[0].ID); !ok {
			return nil, tocsin.NotFoundf("%q is no service of this tenant.", rows[0].ID)
		}
	}
	chosen := yearOfService{Name: s.Name, Href: v.Href("/services/" + web.EscapeID(s.ID) + "?year=" + strconv.Itoa(year) + "#cal")}
	var err error
	if chosen.Calendar, err = v.calendar(s, year); err != nil {
		return nil, err
	}
	if chosen.Events, chosen.Earlier, err = v.events(s, year, shownEvents); err != nil {
		return nil, err
	}
	chosen.Pick = v.dayPick(s, year)
	chosen.Gaps, err = v.gaps(s, year)
	return &chosen, err
}

// historyRows are the services of the tenant, the least available first.
func (v *view) historyRows(year int) ([]historyRow, map[string]history.Availability, error) {
	days, err := v.yearDays(year)
	if err != nil {
		return nil, nil, err
	}
	from, to := yearOf(year)
	figures, err := v.Figures(strconv.Itoa(year), from, to)
	if err != nil {
		return nil, nil, err
	}
	last30, err := v.Figures("30", v.Now.AddDate(0, 0, -30), v.Now)
	if err != nil {
		return nil, nil, err
	}
	last90, err := v.Figures("90", v.Now.AddDate(0, 0, -90), v.Now)
	if err != nil {
		return nil, nil, err
	}
	var rows []historyRow
	for i := range v.Snapshot.Services {
		s := &v.Snapshot.Services[i]
		row := historyRow{
			ID: s.ID, Name: s.Name, Href: v.With("service", s.ID) + "#cal", Code: v.barcode(s.Name, year, days[s.ID]),
			Days30: v.Share(last30[s.ID], 3), Days90: v.Share(last90[s.ID], 3), Year: v.Share(figures[s.ID], 3),
		}
		row.share, row.known = figures[s.ID].Share(history.DegradedWeight)
		row.dull = row.known && row.share >= 1 && !slices.ContainsFunc(days[s.ID], func(look uint8) bool {
			return look == part.DayAdvisory || look == part.DayDegraded || look == part.DayDown
		})
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
func (v *view) yearKpis(year int, rows []historyRow, figures map[string]history.Availability) ([]web.Definition, error) {
	var kpis []web.Definition
	if share, n := part.Mean(v.Snapshot.Services, figures); n > 0 {
		kpis = append(kpis, web.Definition{Name: v.Text("kpi.availability"), Value: v.Percent(share, 3), Note: v.Text("fact.unweighted", "n", n)})
	}
	if len(rows) > 0 && rows[0].known {
		kpis = append(kpis, web.Definition{Name: v.Text("kpi.worst"), Value: rows[0].Year, Note: rows[0].Name})
	}
	var lost time.Duration
	incidents, advisories := 0, 0
	for _, a := range figures {
		lost += a.Lost(history.DegradedWeight)
		incidents += len(a.Incidents)
		advisories += a.Advisories
	}
	if v.NeverRead() && incidents+advisories == 0 {
		for _, name := range []string{"kpi.minutes", "nav.issues"} {
			kpis = append(kpis, web.Definition{Name: v.Text(name), Value: v.Text("none"), Note: v.Text("level.4")})
		}
		return kpis, nil
	}
	kpis = append(kpis, web.Definition{Name: v.Text("kpi.minutes"), Value: v.Number(int(lost.Minutes())), Note: v.Text("kpi.weighted")})
	from, to := yearOf(year)
	lags, err := part.Remembered(v.View, "lags "+strconv.Itoa(year), func(past *history.Past) (history.Lags, error) {
		return past.Lags(v.R.Context(), (*readmodel.Service)(nil), "", from, to)
	})
	if err != nil {
		return nil, err
	}
	counts := web.Definition{Name: v.Text("nav.issues"), Value: v.Number(incidents + advisories), Note: v.Text("kpi.incidents", "n", incidents)}
	if lags.Restore.N > 0 {
		counts.Note = v.Join([]string{counts.Note, v.Text("kpi.median", "d", v.Length(lags.Restore.P50))})
	}
	kpis = append(kpis, counts)
	if given := lags.Updates.Given(); given > 0 {
		kpis = append(kpis, web.Definition{
			Name: v.Text("kpi.ontime"), Value: v.Percent(float64(lags.Updates.Kept)/float64(given), 0),
			Note: v.Text("kpi.promises", "kept", lags.Updates.Kept, "n", given),
		})
	}
	return kpis, nil
}
