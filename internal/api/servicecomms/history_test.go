package servicecomms_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func TestHistoricalStatus(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	tests := []struct {
		query string
		want  []string
	}{
		{"?$filter=" + q("Workload eq 'Exchange' and StatusTime ge 2026-04-14T00:00:00Z"), []string{
			"Exchange 2026-04-16 ServiceInterruption [EX200 EX999]", "Exchange 2026-04-15 ServiceInterruption [EX200]", "Exchange 2026-04-14 ServiceInterruption [EX200]",
		}},
		{"?$filter=" + q("Workload eq 'SharePoint' and StatusTime ge 2026-04-10T00:00:00Z"), []string{ // nothing is known of the 16th
			"SharePoint 2026-04-15 ServiceDegradation [SP300]", "SharePoint 2026-04-14 ServiceDegradation [SP300]",
		}},
		{"?$filter=" + q("Workload eq 'Exchange' and StatusTime lt 2026-04-03T00:00:00Z and StatusTime ge 2026-03-30T00:00:00Z"), []string{
			"Exchange 2026-04-02 ServiceOperational []", "Exchange 2026-04-01 ServiceOperational []",
		}},
		{"?$filter=" + q("Workload eq 'Exchange' and StatusTime le 2026-04-01T00:00:00Z"), []string{ // back to the first day that is known
			"Exchange 2026-04-01 ServiceOperational []", "Exchange 2026-01-05 ServiceDegradation [EX100]",
		}},
		{"?$filter=" + q("Workload eq 'Exchange' and StatusTime eq 2026-01-05T00:00:00Z"), []string{"Exchange 2026-01-05 ServiceDegradation [EX100]"}},
		{"?$filter=" + q("Workload eq 'Exchange' and StatusTime gt 2026-04-15T00:00:00Z and StatusTime ne 2026-04-16T00:00:00Z"), []string{}},
		{"?$filter=" + q("StatusTime gt 2026-04-15T00:00:00Z"), []string{"Exchange 2026-04-16 ServiceInterruption [EX200 EX999]"}},
		{"?$filter=" + q("StatusDate ge 2026-04-16"), []string{"Exchange 2026-04-16 ServiceInterruption [EX200 EX999]"}},
		{"?$filter=" + q("IncidentIds/any(i: i eq 'EX999')"), []string{"Exchange 2026-04-16 ServiceInterruption [EX200 EX999]"}},
		{"?$filter=" + q("Workload eq 'Nothing'"), []string{}},
		{"?StatusTime=2026-04-16T00:00:00Z", []string{"Exchange 2026-04-16 ServiceInterruption [EX200 EX999]"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, days(t, ask(t, api, "GET", root+"HistoricalStatus"+tt.query, good))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.query, diff)
		}
	}
	if got := days(t, ask(t, api, "GET", root+"HistoricalStatus", good)); len(got) != 9 || got[6] != "Exchange 2026-04-10 ServiceInterruption [EX200]" {
		t.Errorf("without a filter: %q, want seven days back", got)
	}
}

// on is an instant of the month that the tests are about.
func on(day, hour int) time.Time { return time.Date(2026, 4, day, hour, 0, 0, 0, time.UTC) }

// Days about which no overview speaks are put together from the issues.
func TestHistoryFromIssues(t *testing.T) {
	t.Parallel()
	issue := func(id, class string, start, end time.Time) tocsin.Issue {
		return tocsin.Issue{ID: id, Service: "Exchange Online", Classification: class, FeatureGroup: "Mail", StartAt: start, EndAt: end, Status: tocsin.StatusDegradation, ModifiedAt: start}
	}
	restored := func(i tocsin.Issue, at time.Time) tocsin.Issue {
		i.Status, i.ModifiedAt = tocsin.StatusServiceRestored, at
		return i
	}
	mistake := restored(issue("EX4", "incident", on(3, 8), on(3, 9)), on(3, 9))
	mistake.Status = tocsin.StatusFalsePositive
	open := issue("EX1", "incident", on(3, 8), time.Time{})
	worse := open
	worse.Status, worse.ModifiedAt = tocsin.StatusInterruption, on(4, 8)
	tests := []struct {
		name string
		list []any // in the order of their versions
		want []string
	}{
		{"as last written when the day ended", []any{open, worse, restored(issue("EX1", "incident", on(3, 8), on(5, 9)), on(5, 10))}, []string{
			"Exchange 2026-04-05 ServiceRestored [EX1]", "Exchange 2026-04-04 ServiceInterruption [EX1]", "Exchange 2026-04-03 ServiceDegradation [EX1]",
		}},
		{"only its end is known", []any{restored(issue("EX2", "incident", on(3, 8), on(4, 9)), on(4, 10))}, []string{
			"Exchange 2026-04-04 ServiceDegradation [EX2]", "Exchange 2026-04-03 ServiceDegradation [EX2]",
		}},
		{"an advisory beside a milder incident", []any{
			restored(issue("EX3", "advisory", on(3, 8), on(4, 9)), on(4, 10)),
			func() tocsin.Issue {
				i := issue("EX1", "incident", on(3, 8), on(3, 20))
				i.Status = tocsin.StatusInvestigating
				return i
			}(),
		}, []string{"Exchange 2026-04-04 ServiceDegradation [EX3]", "Exchange 2026-04-03 Investigating [EX1 EX3]"}},
		{"a false positive", []any{mistake}, []string{"Exchange 2026-04-03 FalsePositive [EX4]"}},
		{"over at midnight", []any{restored(issue("EX5", "incident", on(3, 8), on(4, 0)), on(4, 10))}, []string{"Exchange 2026-04-03 ServiceDegradation [EX5]"}},
		{"never heard of again", []any{issue("EX6", "incident", on(3, 8), time.Time{}), issue("EX7", "incident", on(6, 8), on(6, 9))}, []string{
			"Exchange 2026-04-06 ServiceDegradation [EX7]", "Exchange 2026-04-03 ServiceDegradation [EX6]",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			put(t, s, storetest.Contoso, now, tocsin.Service{ID: "Exchange", Name: "Exchange Online"})
			for _, v := range tt.list {
				put(t, s, storetest.Contoso, now, v)
			}
			got := days(t, ask(t, serve(t, s), "GET", root+"HistoricalStatus?$filter="+q("StatusTime ge 2026-01-01T00:00:00Z"), good))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

// A day shows the worst that held during it, the later of equally bad, and
// what was in force when it began. After the last word about a service, issues
// speak alone.
func TestHistoryFromOverviews(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, change := range []struct {
		at     time.Time
		status tocsin.Status
		issues []string
	}{
		{on(2, 9), tocsin.StatusOperational, nil},
		{on(4, 8), tocsin.StatusDegradation, []string{"EX1"}},
		{on(4, 12), tocsin.StatusInvestigating, []string{"EX2"}},
		{on(4, 20), tocsin.StatusOperational, nil},
		{on(6, 8), tocsin.StatusInvestigating, nil},
		{on(6, 9), tocsin.StatusRestoringService, nil},
		{on(7, 0), tocsin.StatusOperational, nil},
		{on(8, 6), tocsin.StatusInterruption, nil},
		{on(8, 7), tocsin.StatusOperational, nil},
		{on(9, 10), tocsin.StatusInvestigating, nil},
	} {
		put(t, s, storetest.Contoso, change.at, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: change.status, IssueIDs: change.issues})
	}
	put(t, s, storetest.Contoso, now, tocsin.Issue{ID: "EX9", Service: "Exchange Online", StartAt: on(11, 8), EndAt: on(11, 9), ModifiedAt: on(11, 9), Status: tocsin.StatusServiceRestored})
	got := days(t, ask(t, serve(t, s), "GET", root+"HistoricalStatus?$filter="+q("StatusTime ge 2026-01-01T00:00:00Z"), good))
	want := []string{
		"Exchange 2026-04-11 ServiceDegradation [EX9]", "Exchange 2026-04-09 Investigating []", "Exchange 2026-04-08 ServiceInterruption []", "Exchange 2026-04-07 ServiceOperational []", "Exchange 2026-04-06 RestoringService []",
		"Exchange 2026-04-05 ServiceOperational []", "Exchange 2026-04-04 ServiceDegradation [EX1 EX2]", "Exchange 2026-04-03 ServiceOperational []", "Exchange 2026-04-02 ServiceOperational []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// A service about which no overview speaks has the status of its open issues,
// and none of them is no proof that it works.
func TestCurrentStatusFromIssues(t *testing.T) {
	t.Parallel()
	service := tocsin.Service{ID: "Exchange", Name: "Exchange Online", Features: []tocsin.Feature{{Name: "Delivery", DisplayName: "Mail"}, {DisplayName: "Sign-in"}}}
	broken := tocsin.Issue{ID: "EX1", Service: "Exchange Online", FeatureGroup: "Mail", StartAt: on(10, 8), ModifiedAt: on(15, 20), Status: tocsin.StatusDegradation}
	older, over := broken, broken
	older.ModifiedAt = on(12, 8)
	over.EndAt, over.Status = on(16, 1), tocsin.StatusServiceRestored
	elsewhere := broken
	elsewhere.FeatureGroup = ""
	tests := []struct {
		name             string
		issues           []any
		status, at       string
		incidents        []any
		delivery, signIn string
	}{
		{"nothing", nil, "InformationUnavailable", "2026-04-15T12:00:00Z", []any{}, "InformationUnavailable", "InformationUnavailable"},
		{"open", []any{broken}, "ServiceDegradation", "2026-04-15T20:00:00Z", []any{"EX1"}, "ServiceDegradation", "InformationUnavailable"},
		{"not updated lately", []any{older}, "ServiceDegradation", "2026-04-12T08:00:00Z", []any{"EX1"}, "ServiceDegradation", "InformationUnavailable"},
		{"over today", []any{over}, "InformationUnavailable", "2026-04-15T12:00:00Z", []any{"EX1"}, "InformationUnavailable", "InformationUnavailable"},
		{"restored but not ended", []any{func() tocsin.Issue { i := broken; i.Status = tocsin.StatusServiceRestored; return i }()}, "InformationUnavailable", "2026-04-15T20:00:00Z", []any{"EX1"}, "ServiceRestored", "InformationUnavailable"},
		{"a clock that is ahead", []any{func() tocsin.Issue { i := broken; i.ModifiedAt = on(17, 1); return i }()}, "ServiceDegradation", "2026-04-16T12:00:00Z", []any{"EX1"}, "ServiceDegradation", "InformationUnavailable"},
		{"where is not known", []any{elsewhere}, "ServiceDegradation", "2026-04-15T20:00:00Z", []any{"EX1"}, "InformationUnavailable", "InformationUnavailable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			put(t, s, storetest.Contoso, on(12, 9), append([]any{service}, tt.issues...)...)
			got := values(t, ask(t, serve(t, s), "GET", root+"CurrentStatus", good))[0]
			features := got["FeatureGroupStatusCollection"].([]any)
			summary := []any{got["Status"], got["StatusTime"], got["IncidentIds"], features[0].(map[string]any)["FeatureStatus"], features[1].(map[string]any)["FeatureStatus"]}
			if diff := cmp.Diff([]any{tt.status, tt.at, tt.incidents, tt.delivery, tt.signIn}, summary); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

// Where an overview gives no features, issues say which of them are hit.
func TestFeaturesUnderAnOverview(t *testing.T) {
	t.Parallel()
	service := tocsin.Service{ID: "Exchange", Name: "Exchange Online", Features: []tocsin.Feature{{Name: "Delivery", DisplayName: "Mail"}, {Name: "Signin", DisplayName: "Sign-in"}}}
	issue := tocsin.Issue{ID: "EX1", Service: "Exchange Online", Feature: "Delivery", StartAt: on(15, 8), ModifiedAt: on(15, 20), Status: tocsin.StatusDegradation}
	tests := []struct {
		status tocsin.Status
		issues []any
		want   string
	}{
		{tocsin.StatusOperational, nil, "ServiceOperational ServiceOperational"},
		{tocsin.StatusDegradation, []any{issue}, "ServiceDegradation ServiceOperational"},
		{tocsin.StatusInterruption, nil, "InformationUnavailable InformationUnavailable"},
	}
	for _, tt := range tests {
		s := newStore(t)
		put(t, s, storetest.Contoso, on(15, 20), append([]any{service, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tt.status}}, tt.issues...)...)
		polled(t, s, now)
		api := serve(t, s)
		for _, operation := range []string{"CurrentStatus", "HistoricalStatus?$filter=StatusTime%20ge%202026-04-16"} {
			features := values(t, ask(t, api, "GET", root+operation, good))[0]["FeatureStatus"].([]any)
			got := fmt.Sprint(features[0].(map[string]any)["FeatureServiceStatus"], " ", features[1].(map[string]any)["FeatureServiceStatus"])
			if got != tt.want {
				t.Errorf("%s while %s: %s, want %s", operation, tt.status, got, tt.want)
			}
		}
	}
}

// Polls that found the same status again confirm it, and a failing source
// shows.
func TestConfirmedAndStale(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		polled time.Time
		at     string
		stale  string
		days   int
	}{
		{"a minute ago", now.Add(-time.Minute), "2026-04-15T12:00:00Z", "", 7},
		{"two days ago", on(14, 10), "2026-04-14T10:00:00Z", "2026-04-14T10:00:00Z", 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			put(t, s, storetest.Contoso, on(1, 9), tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
			polled(t, s, tt.polled)
			api := serve(t, s)
			w := ask(t, api, "GET", root+"CurrentStatus", good)
			if got := values(t, w)[0]["StatusTime"]; got != tt.at {
				t.Errorf("StatusTime = %v, want %s", got, tt.at)
			}
			if got := w.Header().Get("X-Tocsin-Stale-Since"); got != tt.stale {
				t.Errorf("stale since %q, want %q", got, tt.stale)
			}
			if got := days(t, ask(t, api, "GET", root+"HistoricalStatus", good)); len(got) != tt.days {
				t.Errorf("%q, want %d days", got, tt.days)
			}
		})
	}
}
