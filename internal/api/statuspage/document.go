package statuspage

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// The documents, member by member as readers of the form know them.
type (
	page struct {
		ID        string     `json:"id"`
		Name      string     `json:"name"`
		URL       string     `json:"url"`
		TimeZone  string     `json:"time_zone"`
		UpdatedAt *time.Time `json:"updated_at"`
	}
	statusBody struct {
		Indicator   string `json:"indicator"`
		Description string `json:"description"`
	}
	component struct {
		ID                 string     `json:"id"`
		Name               string     `json:"name"`
		Status             string     `json:"status"`
		CreatedAt          *time.Time `json:"created_at"`
		UpdatedAt          *time.Time `json:"updated_at"`
		Position           int        `json:"position"`
		Description        *string    `json:"description"`
		Showcase           bool       `json:"showcase"`
		StartDate          *string    `json:"start_date"`
		GroupID            *string    `json:"group_id"`
		PageID             string     `json:"page_id"`
		Group              bool       `json:"group"`
		OnlyShowIfDegraded bool       `json:"only_show_if_degraded"`
	}
	incident struct {
		ID             string      `json:"id"`
		Name           string      `json:"name"`
		Status         string      `json:"status"`
		CreatedAt      *time.Time  `json:"created_at"`
		UpdatedAt      *time.Time  `json:"updated_at"`
		MonitoringAt   *time.Time  `json:"monitoring_at"`
		ResolvedAt     *time.Time  `json:"resolved_at"`
		Impact         string      `json:"impact"`
		Shortlink      string      `json:"shortlink"`
		StartedAt      *time.Time  `json:"started_at"`
		PageID         string      `json:"page_id"`
		Updates        []update    `json:"incident_updates"`
		Components     []component `json:"components"`
		ScheduledFor   *time.Time  `json:"scheduled_for,omitempty"`
		ScheduledUntil *time.Time  `json:"scheduled_until,omitempty"`
	}
	update struct {
		ID         string     `json:"id"`
		Status     string     `json:"status"`
		Body       string     `json:"body"`
		IncidentID string     `json:"incident_id"`
		CreatedAt  *time.Time `json:"created_at"`
		UpdatedAt  *time.Time `json:"updated_at"`
		DisplayAt  *time.Time `json:"display_at"`
	}
)

// recent is how many incidents and works a list of old ones holds.
const recent = 50

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}

func summary(v *view) (any, error) {
	open, err := v.incidents(func(row *readmodel.Row) bool { return !row.Course().Maintenance() && unresolved(progress(row, v.now)) })
	if err != nil {
		return nil, err
	}
	work, err := v.incidents(func(row *readmodel.Row) bool {
		return row.Course().Maintenance() && row.Course().Pending(v.now)
	})
	if err != nil {
		return nil, err
	}
	return struct {
		Page       page        `json:"page"`
		Components []component `json:"components"`
		Incidents  []incident  `json:"incidents"`
		Work       []incident  `json:"scheduled_maintenances"`
		Status     statusBody  `json:"status"`
	}{v.page(), v.components(), open, work, v.status()}, nil
}

func status(v *view) (any, error) {
	return struct {
		Page   page       `json:"page"`
		Status statusBody `json:"status"`
	}{v.page(), v.status()}, nil
}

func components(v *view) (any, error) {
	return struct {
		Page       page        `json:"page"`
		Components []component `json:"components"`
	}{v.page(), v.components()}, nil
}

func incidents(v *view) (any, error) {
	return v.incidentList(func(row *readmodel.Row) bool { return !row.Course().Maintenance() })
}

func unresolvedIncidents(v *view) (any, error) {
	return v.incidentList(func(row *readmodel.Row) bool { return !row.Course().Maintenance() && unresolved(progress(row, v.now)) })
}

func (v *view) incidentList(wanted func(*readmodel.Row) bool) (any, error) {
	list, err := v.incidents(wanted)
	return struct {
		Page      page       `json:"page"`
		Incidents []incident `json:"incidents"`
	}{v.page(), list}, err
}

func scheduled(v *view) (any, error) {
	list, err := v.incidents(func(row *readmodel.Row) bool { return row.Course().Maintenance() })
	return struct {
		Page page       `json:"page"`
		Work []incident `json:"scheduled_maintenances"`
	}{v.page(), list}, err
}

func (v *view) page() page {
	return page{v.edition.Tenant.Name, v.edition.Tenant.Title(), v.home(), "Etc/UTC", instant(v.CheckedAt)}
}

func (v *view) status() statusBody {
	word, description := indicator(v.report, v.now)
	return statusBody{word, description}
}

func (v *view) components() []component {
	list := make([]component, len(v.report.Services))
	for i := range v.report.Services {
		list[i] = v.component(&v.report.Services[i])
		list[i].Position = i + 1
	}
	return list
}

// component is a service. What nobody knows says so in its name as well.
func (v *view) component(s *health.Service) component {
	c := component{ID: s.ID, Name: s.Name, Status: componentStatus(s.Severity), PageID: v.edition.Tenant.Name, UpdatedAt: instant(s.Since)}
	if len(s.Transitions) > 0 {
		c.CreatedAt = instant(s.Transitions[0].At)
	}
	if s.Severity == tocsin.SeverityUnknown {
		words := unknownSince(s.Since, v.now)
		c.Name += " (" + words + ")"
		c.Description = &words
	}
	return c
}

// incidents are the published issues that are wanted, the newest first.
func (v *view) incidents(wanted func(*readmodel.Row) bool) ([]incident, error) {
	var rows []*readmodel.Row
	for _, row := range v.Issues {
		if wanted(row) && v.edition.Publishes(tocsin.KindIssue, row.Class) {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b *readmodel.Row) int {
		return cmp.Or(cmp.Compare(b.Starts(), a.Starts()), cmp.Compare(a.ID, b.ID))
	})
	list := make([]incident, 0, min(len(rows), recent))
	for _, row := range rows[:min(len(rows), recent)] {
		issue, err := v.config.Model.Issue(v.r.Context(), row)
		if err != nil {
			return nil, err
		}
		list = append(list, v.incident(row, issue))
	}
	return list, nil
}

func (v *view) incident(row *readmodel.Row, issue tocsin.Issue) incident {
	course := row.Course()
	one := incident{
		ID: row.ID, Name: cmp.Or(strings.TrimSpace(issue.Title), row.ID), Status: progress(row, v.now), Impact: impact(row), PageID: v.edition.Tenant.Name,
		CreatedAt: instant(row.Starts().Time()), UpdatedAt: instant(issue.ModifiedAt), StartedAt: instant(issue.StartAt),
		Shortlink: v.home() + "/" + row.ID + "/" + strconv.Itoa(int(row.N)), Components: []component{},
	}
	if course.Maintenance() {
		one.ScheduledFor, one.ScheduledUntil = instant(issue.StartAt), instant(issue.EndAt)
	}
	switch one.Status {
	case "monitoring":
		one.MonitoringAt = instant(issue.ModifiedAt)
	case "resolved", "postmortem", "completed":
		end := issue.EndAt
		if end.IsZero() || end.After(v.now) {
			end = issue.ModifiedAt
		}
		one.ResolvedAt = instant(end)
	}
	if s, ok := v.report.Service(row.ServiceID); ok {
		one.Components = append(one.Components, v.component(s))
	}
	one.Updates = updates(row.ID, one.Status, issue.Posts)
	return one
}

// updates are the posts of an issue, the newest first. The provider gives a post
// no state: the newest has that of the issue, those before are investigating. The
// id of a post is its time, which the provider keeps when it mends a text.
func updates(id, state string, posts []tocsin.Post) []update {
	list := make([]update, 0, len(posts))
	seen := map[string]int{}
	for _, p := range posts {
		name := id + "-" + strconv.FormatInt(p.CreatedAt.UnixMicro(), 36)
		if seen[name]++; seen[name] > 1 {
			name += "-" + strconv.Itoa(seen[name])
		}
		at := instant(p.CreatedAt)
		list = append(list, update{ID: name, Status: "investigating", Body: strings.TrimSpace(plaintext.Text(p.Content, p.ContentType)), IncidentID: id, CreatedAt: at, UpdatedAt: at, DisplayAt: at})
	}
	if n := len(list); n > 0 {
		list[n-1].Status = state
	}
	slices.Reverse(list)
	return list
}
