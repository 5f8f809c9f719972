package readmodel_test

import (
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A step is something that a source tells the desk, an hour after the one
// before.
type step struct {
	source        string
	services      map[string]string // display name by id, as overviews have it
	lists         map[string]string // display name by id, as the legacy API's list of services has it
	gone          []string          // ids that leave the overviews
	issue, about  string            // id of an issue and the display name that it has
	workload      string            // the id that comes with the issue, which Graph never gives
	modifiedHours int               // after the start, of the issue; the time of the step when 0
}

// Which service an issue is about is what the tenant's own sources say about
// names; the program's own list is the last resort.
func TestIssuesAreFiledByTheTenantsNames(t *testing.T) {
	t.Parallel()
	const graph = "graph"
	for name, tt := range map[string]struct {
		steps []step
		want  map[string]string // service by issue
	}{
		"outside the list": {
			[]step{{source: graph, services: map[string]string{"CopilotAI": "Contoso Copilot (Preview)"}}, {source: graph, issue: "CP1", about: "Contoso Copilot (Preview)"}},
			map[string]string{"CP1": "CopilotAI"},
		},
		"overviews come later": {
			[]step{{source: graph, issue: "CP1", about: "Contoso Copilot (Preview)"}, {source: graph, services: map[string]string{"CopilotAI": "Contoso Copilot (Preview)"}}},
			map[string]string{"CP1": "CopilotAI"},
		},
		"another id than in the list": {
			[]step{{source: graph, issue: "EX1", about: "Exchange Online"}, {source: graph, services: map[string]string{"ExchangeV2": "Exchange Online"}}},
			map[string]string{"EX1": "ExchangeV2"},
		},
		"list only": {
			[]step{{source: graph, issue: "EX1", about: "Exchange Online"}, {source: graph, issue: "CP1", about: "Microsoft 365 Copilot Chat"}},
			map[string]string{"EX1": "Exchange", "CP1": "CopilotChat"},
		},
		"nobody knows it": {
			[]step{{source: graph, issue: "ZZ1", about: "Brand New (Preview)"}}, map[string]string{"ZZ1": "BrandNewPreview"},
		},
		"renamed": {
			[]step{
				{source: graph, services: map[string]string{"AI": "First Name"}},
				{source: graph, issue: "AI1", about: "First Name"},
				{source: graph, services: map[string]string{"AI": "Second Name"}},
				{source: graph, issue: "AI2", about: "Second Name"},
				{source: graph, issue: "AI3", about: "First Name"},
			},
			map[string]string{"AI1": "AI", "AI2": "AI", "AI3": "AI"},
		},
		"renamed to a name of the list's": {
			[]step{{source: graph, issue: "LY1", about: "Lync Online"}, {source: graph, services: map[string]string{"SfB": "Skype for Business"}}},
			map[string]string{"LY1": "SfB"},
		},
		"case, blanks and signs": {
			[]step{
				{source: graph, services: map[string]string{"AI": "Contoso\u00a0Copilot™ Chat"}},
				{source: graph, issue: "AI1", about: " contoso  copilot chat "},
				{source: graph, issue: "AI2", about: "CONTOSO COPILOT® CHAT\u200b"},
			},
			map[string]string{"AI1": "AI", "AI2": "AI"},
		},
		"swapped": {
			[]step{
				{source: graph, services: map[string]string{"One": "Alpha", "Two": "Beta"}},
				{source: graph, issue: "AL1", about: "Alpha"},
				{source: graph, issue: "BE1", about: "Beta"},
				{source: graph, services: map[string]string{"One": "Beta", "Two": "Alpha"}},
				{source: graph, issue: "AL2", about: "Alpha"},
				{source: graph, issue: "BE2", about: "Beta"},
			},
			map[string]string{"AL1": "One", "BE1": "Two", "AL2": "Two", "BE2": "One"},
		},
		"handed on": {
			[]step{
				{source: graph, services: map[string]string{"Old": "Chat"}},
				{source: graph, issue: "CH1", about: "Chat"},
				{source: graph, services: map[string]string{"Old": "Chat (classic)", "New": "Chat"}},
				{source: graph, issue: "CH2", about: "Chat"},
				{source: graph, issue: "CH0", about: "Chat", modifiedHours: -9},
			},
			map[string]string{"CH1": "Old", "CH2": "New", "CH0": "Old"},
		},
		"two with one name": {
			[]step{{source: graph, services: map[string]string{"Bb": "Twin", "Aa": "Twin"}}, {source: graph, issue: "TW1", about: "Twin"}},
			map[string]string{"TW1": "Aa"},
		},
		"two with one name, one in the list": {
			[]step{{source: graph, services: map[string]string{"AAA": "Exchange Online", "Exchange": "Exchange Online"}}, {source: graph, issue: "EX1", about: "Exchange Online"}},
			map[string]string{"EX1": "Exchange"},
		},
		"two with one name, one gone": {
			[]step{{source: graph, services: map[string]string{"Bb": "Twin", "Aa": "Twin"}}, {source: graph, gone: []string{"Aa"}}, {source: graph, issue: "TW1", about: "Twin"}},
			map[string]string{"TW1": "Bb"},
		},
		"list of services": {
			[]step{{source: "legacy", lists: map[string]string{"AI": "Contoso Copilot"}}, {source: "legacy", issue: "AI1", about: "Contoso Copilot"}},
			map[string]string{"AI1": "AI"},
		},
		"an id came with it": {
			[]step{{source: "legacy", services: map[string]string{"AI": "Contoso Copilot", "other": "Other"}}, {source: "legacy", issue: "AI1", about: "Contoso Copilot", workload: "OTHER"}},
			map[string]string{"AI1": "other"},
		},
		"its own source goes first": {
			[]step{
				{source: graph, services: map[string]string{"Graphs": "Chat"}},
				{source: "legacy", services: map[string]string{"Legacys": "Chat"}},
				{source: graph, issue: "CH1", about: "Chat"},
				{source: "legacy", issue: "CH2", about: "Chat"},
				{source: "file", issue: "CH3", about: "Chat", workload: "Chat"},
			},
			map[string]string{"CH1": "Graphs", "CH2": "Legacys", "CH3": "Graphs"},
		},
		"the desk's own": {
			[]step{
				{source: tocsin.SourceOwn, services: map[string]string{"payroll": "Pay"}},
				{source: graph, services: map[string]string{"PayPro": "Pay"}},
				{source: tocsin.SourceOwn, issue: "TC1", about: "Pay", workload: "payroll"},
				{source: graph, issue: "PA1", about: "Pay"},
			},
			map[string]string{"TC1": "payroll", "PA1": "PayPro"},
		},
		"never under the desk's own": {
			[]step{{source: tocsin.SourceOwn, services: map[string]string{"payroll": "Pay"}}, {source: graph, issue: "PA1", about: "Pay"}},
			map[string]string{"PA1": "Pay"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, followed := open(t, time.Now)
			if _, err := followed.Snapshot(t.Context(), storetest.Contoso); err != nil {
				t.Fatal(err)
			}
			for i, one := range tt.steps {
				at := storetest.T0.Add(time.Duration(i) * time.Hour)
				recordAs(t, s, one.source, at, one.documents(t, at)...)
				leave(t, s, one, at)
				if err := followed.Refresh(t.Context(), false); err != nil {
					t.Fatal(err)
				}
			}
			loaded := readmodel.New(s, time.Now, slog.New(slog.DiscardHandler))
			block := readmodel.New(s, time.Now, slog.New(slog.DiscardHandler))
			block.SaveFrom(1)
			if _, err := block.Snapshot(t.Context(), storetest.Contoso); err != nil {
				t.Fatal(err)
			}
			check := func(how string, m *readmodel.Model) {
				t.Helper()
				snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
				if err != nil {
					t.Fatal(err)
				}
				for id, want := range tt.want {
					row, ok := snapshot.Issue(id)
					if !ok || row.ServiceID != want || indexed(snapshot, want, id) != 1 {
						t.Errorf("%s: %s is filed under %q, want %q", how, id, row.ServiceID, want)
					}
				}
			}
			check("followed", followed)
			check("loaded", loaded)
			if err := block.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
			check("from saved rows", readmodel.New(s, time.Now, slog.New(slog.DiscardHandler)))
		})
	}
}

// indexed counts how often the index has an issue under a service.
func indexed(s *readmodel.Snapshot, service, id string) (n int) {
	for _, g := range s.IssueIndex.OfService(service) {
		for _, row := range g.Between(readmodel.ByID, readmodel.Always()) {
			if row.ID == id {
				n++
			}
		}
	}
	return n
}

func (one step) documents(t *testing.T, at time.Time) (list []tocsin.Document) {
	t.Helper()
	add := func(v any) {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, doc)
	}
	for id, name := range one.services {
		add(tocsin.Overview{ServiceID: id, Service: name, Status: tocsin.StatusDegradation})
	}
	for id, name := range one.lists {
		add(tocsin.Service{ID: id, Name: name})
	}
	if one.issue == "" {
		return list
	}
	if one.modifiedHours != 0 {
		at = storetest.T0.Add(time.Duration(one.modifiedHours) * time.Hour)
	}
	body := `{"id":"` + one.issue + `","title":"x","service":"` + one.about + `","status":"serviceDegradation","classification":"incident","lastModifiedDateTime":"` + tocsin.FormatTime(at) + `"`
	if one.workload != "" {
		body += `,"@tocsin.serviceId":"` + one.workload + `"`
	}
	doc, err := tocsin.ReadDocument(tocsin.KindIssue, []byte(body+"}"))
	if err != nil {
		t.Fatal(err)
	}
	return append(list, doc)
}

// leave takes overviews off the list of their source.
func leave(t *testing.T, s *storetest.Desk, one step, at time.Time) {
	t.Helper()
	r := archive.Record{TenantID: storetest.Contoso, Source: one.source, SeenAt: at}
	for _, id := range one.gone {
		r.Left = append(r.Left, tocsin.Ref{Kind: tocsin.KindOverview, ID: id})
	}
	if len(r.Left) == 0 {
		return
	}
	if _, err := s.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// A service is found by its names of all ages, by its id, and by nothing else.
func TestServiceNamed(t *testing.T) {
	t.Parallel()
	s, m := open(t, time.Now)
	for i, one := range []step{
		{source: "graph", services: map[string]string{"AI": "First Name", "Exchange": "Exchange Online", "Suite9": "Microsoft 365 suite"}},
		{source: "graph", services: map[string]string{"AI": "Second™ Name"}},
	} {
		recordAs(t, s, one.source, storetest.T0.Add(time.Duration(i)*time.Hour), one.documents(t, storetest.T0)...)
	}
	snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"second name": "AI", "First  name": "AI", "ai": "AI", "exchange": "Exchange", " Exchange Online ": "Exchange", "Office 365 Portal": "Suite9",
		"": "", "  ": "", "Third Name": "", "SharePoint Online": "",
	} {
		got, ok := snapshot.ServiceNamed(key)
		if ok != (want != "") || ok && got.ID != want {
			t.Errorf("%q is %+v, want %q", key, got, want)
		}
	}
	if got := snapshot.SuiteID(); got != "Suite9" {
		t.Errorf("the suite is %q", got)
	}
}

// Tenants that call their services alike have equal names for it.
func TestNamingNamesWhatNamesStandFor(t *testing.T) {
	t.Parallel()
	naming := func(services map[string]string) string {
		s, m := open(t, time.Now)
		recordAs(t, s, "graph", storetest.T0, step{services: services}.documents(t, storetest.T0)...)
		snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
		if err != nil {
			t.Fatal(err)
		}
		return snapshot.Naming()
	}
	one := naming(map[string]string{"A": "Alpha"})
	if again := naming(map[string]string{"A": "Alpha"}); again != one {
		t.Error("equal names differ")
	}
	if other := naming(map[string]string{"B": "Alpha"}); other == one {
		t.Error("another id makes no difference")
	}
}
