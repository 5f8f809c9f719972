package servicecomms_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Whatever is odd about one element of the legacy API, everything else is
// stored, and the element is kept as it came, under the kind that it seems to
// be. When it is listed no more, nobody waits for it.
func TestOneOddElementCostsNoOther(t *testing.T) {
	t.Parallel()
	const messages = "Messages?$top=100"
	for _, tt := range []struct {
		name, list, body string
		kind             tocsin.Kind
		reason           tocsin.UnreadableReason
		id, service      string
	}{
		{"features of a service", "Services", `{"Id":"Lync","DisplayName":"Skype","Features":5}`, tocsin.KindService, tocsin.UnreadableMember, "Lync", "Lync"},
		{"service is null", "Services", `null`, tocsin.KindService, tocsin.UnreadableForm, "", ""},
		{"service without id", "Services", `{"DisplayName":"Skype"}`, tocsin.KindService, tocsin.UnreadableID, "", ""},
		{"status of a service", "CurrentStatus", `{"Id":"Lync","Workload":"Lync","Status":1}`, tocsin.KindOverview, tocsin.UnreadableMember, "Lync", "Lync"},
		{"incidents of a service", "CurrentStatus", `{"Workload":"Lync","Status":"x","IncidentIds":"none"}`, tocsin.KindOverview, tocsin.UnreadableMember, "Lync", "Lync"},
		{"status is a text", "CurrentStatus", `"Lync"`, tocsin.KindOverview, tocsin.UnreadableForm, "", ""},
		{"texts of an issue", messages, `{"Id":"LY1","MessageType":"Incident","Workload":"Lync","Messages":"none"}`, tocsin.KindIssue, tocsin.UnreadableMember, "LY1", "Lync"},
		{"details of an issue", messages, `{"Id":"LY1","Workload":"Lync","AdditionalDetails":[{"Name":"n","Value":5}]}`, tocsin.KindIssue, tocsin.UnreadableMember, "LY1", "Lync"},
		{"id of an issue", messages, `{"Id":5,"Workload":"Lync","MessageType":"Incident"}`, tocsin.KindIssue, tocsin.UnreadableMember, "", "Lync"},
		{"issue not UTF-8", messages, "{\"Id\":\"LY1\",\"Workload\":\"Lync\",\"Title\":\"\xff\"}", tocsin.KindIssue, tocsin.UnreadableText, "LY1", "Lync"},
		{"issue that is no JSON", messages, `{"Id":"LY1","Workload":"Lync","n":NaN}`, tocsin.KindIssue, tocsin.UnreadableSyntax, "LY1", "Lync"},
		{"issue is a number", messages, `7`, tocsin.KindIssue, tocsin.UnreadableForm, "", ""},
		{"tags of a message", messages, `{"Id":"MC9","MessageType":"MessageCenter","MessageTagNames":5}`, tocsin.KindMessage, tocsin.UnreadableMember, "MC9", ""},
		{"major change", messages, `{"Id":"MC9","IsMajorChange":"yes"}`, tocsin.KindMessage, tocsin.UnreadableMember, "MC9", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLegacy(t, 0)
			now := time.Date(2026, 4, 12, 0, 0, 0, 0, time.UTC)
			archive := storetest.Open(t, storetest.File(t))
			if err := archive.AddTenant(t.Context(), tocsin.Tenant{ID: tenant, Name: "contoso"}); err != nil {
				t.Fatal(err)
			}
			if err := archive.PutSource(t.Context(), tenant, "legacy", time.Minute); err != nil {
				t.Fatal(err)
			}
			collector := collect.New(archive, func() time.Time { return now }, slog.New(slog.DiscardHandler))
			collector.Add(collect.Target{TenantID: tenant, Name: "legacy", Source: l.source(t)})
			poll := func(odd string) tocsin.Poll {
				t.Helper()
				for list, sound := range map[string]string{
					"Services":      `{"Id":"Exchange","DisplayName":"Exchange Online","FeatureNames":[]}`,
					"CurrentStatus": `{"Id":"Exchange","Workload":"Exchange","Status":"ServiceOperational"}`,
					messages:        `{"Id":"EX1","Workload":"Exchange","StartTime":"2026-04-11T00:00:00Z","LastUpdatedTime":"2026-04-11T00:00:00Z","Messages":[]},{"Id":"MC1","StartTime":"2026-04-11T00:00:00Z","LastUpdatedTime":"2026-04-11T00:00:00Z"}`,
				} {
					if list == tt.list && odd != "" {
						sound = odd + "," + sound
					}
					l.mu.Lock()
					l.override[list] = `{"value":[` + sound + `]}`
					l.mu.Unlock()
				}
				now = now.Add(time.Minute)
				p, err := collector.Poll(t.Context(), tenant, "legacy", true)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			p := poll(tt.body)
			if p.Outcome != tocsin.OutcomeChanged || p.New != 4 || p.Unreadable != 1 || !strings.Contains(lang.English(p.Problem), "1 cannot be read") {
				t.Fatalf("%+v %s", p, lang.English(p.Problem))
			}
			for range 2 { // also when the answer's bytes are recognised
				list, err := archive.Unreadable(t.Context(), tenant)
				if err != nil || len(list) != 1 || list[0].Kind != tt.kind || list[0].Reason != tt.reason || list[0].ID != tt.id || list[0].ServiceID != tt.service {
					t.Fatalf("unreadable = %+v, %v", list, err)
				}
				if body, err := archive.UnreadableBody(t.Context(), list[0]); err != nil || string(body) != tt.body {
					t.Errorf("kept %q, %v", body, err)
				}
				if p = poll(tt.body); p.Unreadable != 1 || p.Problem == nil || p.Left != 0 {
					t.Errorf("again: %+v", p)
				}
			}
			if p = poll(""); p.Unreadable != 0 || p.Problem != nil {
				t.Errorf("once it is listed no more: %+v %s", p, lang.English(p.Problem))
			}
		})
	}
}

// An operation that fails costs no other.
func TestLostListCostsNoOther(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"Services": "service", "CurrentStatus": "overview", "Messages?$top=100": "issue message"} {
		l := newLegacy(t, 3)
		l.override[path] = `{"value":5}`
		answer, err := l.source(t).Poll(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		var gone []string
		items := 0
		for _, list := range answer.Lists {
			if items += len(list.Items); list.Lost != nil {
				gone = append(gone, string(list.Kind))
			}
		}
		if got := strings.Join(gone, " "); got != want || items == 0 || len(answer.Lists) != 4 {
			t.Errorf("%s: lost %q, %d items in %d lists", path, got, items, len(answer.Lists))
		}
	}
}

// A service that the server lists no more is unknown at first and leaves when
// three polls say so; a message does not leave.
func TestServiceListedNoMore(t *testing.T) {
	t.Parallel()
	const sound = `{"value":[{"Id":"Exchange","Workload":"Exchange","DisplayName":"Exchange Online","Status":"ServiceOperational"}]}`
	for name, tt := range map[string]struct {
		services, status, messages string
		missing                    string
		left                       int
	}{
		"status":   {sound, `{"value":[]}`, "", "overview", 1},
		"services": {`{"value":[]}`, sound, "", "service", 1},
		"both":     {`{"value":[]}`, `{"value":[]}`, "", "overview service", 2},
		"messages": {sound, sound, `{"value":[]}`, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLegacy(t, 3)
			l.override["Services"], l.override["CurrentStatus"] = sound, sound
			now := time.Date(2026, 4, 12, 0, 0, 0, 0, time.UTC)
			archive := storetest.Open(t, storetest.File(t))
			if err := errors.Join(archive.AddTenant(t.Context(), tocsin.Tenant{ID: tenant, Name: "contoso"}), archive.PutSource(t.Context(), tenant, "legacy", time.Minute)); err != nil {
				t.Fatal(err)
			}
			collector := collect.New(archive, func() time.Time { return now }, slog.New(slog.DiscardHandler))
			collector.Add(collect.Target{TenantID: tenant, Name: "legacy", Source: l.source(t)})
			left := 0
			poll := func() string {
				now = now.Add(time.Minute)
				p, err := collector.Poll(t.Context(), tenant, "legacy", true)
				if err != nil {
					t.Fatal(err)
				}
				left += p.Left
				list, err := archive.Unreadable(t.Context(), tenant)
				if err != nil {
					t.Fatal(err)
				}
				var kinds []string
				for _, u := range list {
					kinds = append(kinds, string(u.Kind))
				}
				return strings.Join(kinds, " ")
			}
			poll()
			l.override["Services"], l.override["CurrentStatus"] = tt.services, tt.status
			if tt.messages != "" {
				l.override["Messages?$top=100"] = tt.messages
			}
			for n := range 2 {
				if got := poll(); got != tt.missing || left != 0 {
					t.Errorf("poll %d: missing %q, want %q; %d left", n+1, got, tt.missing, left)
				}
			}
			if got := poll(); got != "" || left != tt.left {
				t.Errorf("third poll: missing %q; %d left, want %d", got, left, tt.left)
			}
		})
	}
}

// What arrived of the messages before a page was lost is passed on, and its
// bytes are not taken for known afterwards.
func TestLostPageCostsNoOther(t *testing.T) {
	t.Parallel()
	l := newLegacy(t, 150)
	l.override["Messages?$top=100&$skip=100"] = `{"value":[`
	source := l.source(t)
	for range 2 {
		answer, err := source.Poll(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		if issues := answer.Lists[2]; issues.Kind != tocsin.KindIssue || issues.Lost == nil || len(issues.Items) != 100 || issues.Listed != 100 {
			t.Errorf("%d issues, lost because of %v", len(issues.Items), issues.Lost)
		}
		source.Commit()
	}
}
