package status

import (
	"fmt"
	"strconv"
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// historyCSV serves /history.csv?what=&year= as a table for spreadsheets: the
// days of services, their figures, or the issues.
func (p *Pages) historyCSV(v *view) error {
	year := v.yearAsked()
	what := web.OneOf(v.R.URL.Query(), "what", "days", "figures", "events")
	if what == "" {
		what = "days"
	}
	rows, err := map[string]func(int) ([][]string, error){"days": v.dayTable, "figures": v.figureTable, "events": v.eventTable}[what](year)
	if err != nil {
		return err
	}
	return v.SendTable(fmt.Sprintf("%s-%d", what, year), rows)
}

func (v *view) dayTable(year int) ([][]string, error) {
	days, err := v.yearDays(year)
	if err != nil {
		return nil, err
	}
	first, _ := yearOf(year)
	states := [...]string{"quiet", "advisory", "degraded", "interruption", "unknown"}
	rows := [][]string{{"service_id", "service", "date_utc", "state"}}
	for i := range v.Snapshot.Services {
		s := &v.Snapshot.Services[i]
		for n, look := range days[s.ID] {
			if date := first.AddDate(0, 0, n); !date.After(v.Now) {
				rows = append(rows, []string{s.ID, s.Name, date.Format(time.DateOnly), states[look]})
			}
		}
	}
	return rows, nil
}

func (v *view) figureTable(year int) ([][]string, error) {
	from, to := yearOf(year)
	figures, err := v.Figures(strconv.Itoa(year), from, to)
	if err != nil {
		return nil, err
	}
	minutes := func(d time.Duration) string { return strconv.Itoa(int(d.Minutes())) }
	rows := [][]string{{"service_id", "service", "year", "availability", "interrupted_minutes", "degraded_minutes", "unknown_minutes", "incidents", "advisories"}}
	for i := range v.Snapshot.Services {
		s := &v.Snapshot.Services[i]
		a, share := figures[s.ID], ""
		if one, ok := a.Share(history.DegradedWeight); ok {
			share = strconv.FormatFloat(one, 'f', 6, 64)
		}
		rows = append(rows, []string{
			s.ID, s.Name, strconv.Itoa(year), share, minutes(a.Interrupted), minutes(a.Degraded), minutes(a.Unknown),
			strconv.Itoa(len(a.Incidents)), strconv.Itoa(a.Advisories),
		})
	}
	return rows, nil
}

func (v *view) eventTable(year int) ([][]string, error) {
	from, to := yearOf(year)
	var events []*readmodel.Row
	for _, row := range v.Snapshot.Issues {
		if part.During(row, from, to, v.Now) {
			events = append(events, row)
		}
	}
	return v.issueTable(events)
}

// issueTable is some issues as a table.
func (v *view) issueTable(issues []*readmodel.Row) ([][]string, error) {
	instant := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return tocsin.FormatTime(t)
	}
	rows := [][]string{{"id", "classification", "service_id", "service", "status", "title", "declared_start_utc", "declared_end_utc", "last_update_utc"}}
	for _, row := range issues {
		issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []string{
			row.ID, row.Class, row.ServiceID, row.Service, string(row.Status), issue.Title,
			instant(row.StartAt.Time()), instant(row.EndAt.Time()), instant(row.ModifiedAt.Time()),
		})
	}
	return rows, nil
}
