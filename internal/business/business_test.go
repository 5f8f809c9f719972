package business_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const (
	tenant  = "11111111-1111-4111-8111-111111111111"
	finance = "22222222-2222-4222-8222-222222222222"
	paris   = "33333333-3333-4333-8333-333333333333"
	odd     = "44444444-4444-4444-8444-444444444444"
)

func directory() *business.Directory {
	return &business.Directory{
		Services: []tocsin.Named{{ID: "Exchange", Name: "Exchange Online"}, {ID: "microsoftteams", Name: "Microsoft Teams"}, {ID: "SharePoint", Name: "SharePoint Online"}, {ID: "Entra", Name: "Microsoft Entra"}, {ID: "OneDrive", Name: "OneDrive for Business"}, {ID: "PowerAutomate", Name: "Power Automate"}, {ID: "PowerBI", Name: "Power BI"}, {ID: "Intune", Name: "Microsoft Intune"}},
		Teams:    []tocsin.NamedParty{{Party: tocsin.TeamParty(finance), Name: "Finance"}},
		Sites:    []tocsin.Site{{ID: paris, Name: "Paris", Seats: 1800}, {ID: odd, Name: "Plant; north", Seats: 20}},
	}
}

// designed is the map of the design: eight uses, five processes.
func designed() *tocsin.BusinessMap {
	return &tocsin.BusinessMap{
		TenantID: tenant,
		Uses: []tocsin.MapUse{
			{Name: "Client meetings", Services: []string{"microsoftteams", "Entra"}},
			{Name: "Recordings", Services: []string{"microsoftteams"}},
			{Name: "Co-authoring", Services: []string{"SharePoint", "OneDrive"}},
			{Name: "Case files", Services: []string{"SharePoint"}},
			{Name: "Mail outside", Services: []string{"Exchange"}},
			{Name: "Approvals", Services: []string{"PowerAutomate", "Exchange"}},
			{Name: "Dashboards", Services: []string{"PowerBI"}},
			{Name: "Newcomers", Services: []string{"Intune"}, Secondary: []string{"Entra"}},
		},
		Processes: []tocsin.MapProcess{
			{Name: "Client relations", Department: "Sales", Uses: []string{"Client meetings", "Recordings", "Case files", "Mail outside"}},
			{Name: "Closing of the month", Department: "Finance", Uses: []string{"Co-authoring", "Case files"}},
			{Name: "Purchasing", Uses: []string{"Approvals"}},
			{Name: "Steering of sales", Uses: []string{"Dashboards"}},
			{Name: "Human resources", Uses: []string{"Newcomers"}},
		},
	}
}

// that is the state of services in the design.
func that(id string) tocsin.Severity {
	return map[string]tocsin.Severity{
		"Entra": tocsin.SeverityDegraded, "microsoftteams": tocsin.SeverityInterruption, "SharePoint": tocsin.SeverityInterruption, "OneDrive": tocsin.SeverityDegraded,
		"Exchange": tocsin.SeverityDegraded, "PowerAutomate": tocsin.SeverityDegraded, "PowerBI": tocsin.SeverityRecovering,
	}[id]
}

// The figures are those of the design: four processes of five are touched.
func TestWorking(t *testing.T) {
	t.Parallel()
	w := business.Working(designed(), that)
	var got []string
	for _, h := range append(w.Uses, w.Processes...) {
		got = append(got, h.Name+" "+h.State.String())
	}
	want := []string{
		"Client meetings interruption", "Recordings interruption", "Co-authoring interruption", "Case files interruption", "Mail outside degraded", "Approvals degraded", "Dashboards recovering", "Newcomers ok",
		"Client relations interruption", "Closing of the month interruption", "Purchasing degraded", "Steering of sales recovering", "Human resources ok",
	}
	if diff := cmp.Diff(want, got); diff != "" || w.Touched() != 4 {
		t.Errorf("%d touched: %s", w.Touched(), diff)
	}
	down := business.Working(designed(), func(id string) tocsin.Severity {
		if id == "Entra" {
			return tocsin.SeverityInterruption
		}
		return tocsin.SeverityAdvisory
	})
	if down.Uses[7].State != tocsin.SeverityDegraded || down.Processes[4].State != tocsin.SeverityDegraded {
		t.Errorf("what a process can do without for a while is down: %v", down.Processes[4])
	}
	if down.Touched() != 2 { // client relations, and human resources
		t.Errorf("advisories touch: %+v", down.Processes)
	}
	unknown := business.Working(designed(), func(string) tocsin.Severity { return tocsin.SeverityUnknown })
	if unknown.Processes[3].State != tocsin.SeverityUnknown {
		t.Errorf("of a service that nobody knows of: %v", unknown.Processes[3])
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	m := &tocsin.BusinessMap{
		Uses:      []tocsin.MapUse{{Name: "Approvals", Services: []string{"Exchange", "PowerAutomate"}}, {Name: "Dashboards", Services: []string{"PowerBI"}}},
		Processes: []tocsin.MapProcess{{Name: "Steering", Uses: []string{"Dashboards"}}, {Name: "Approval of invoices", Department: "Finance", Uses: []string{"Approvals"}}},
	}
	state := func(id string) tocsin.Severity {
		return map[string]tocsin.Severity{"PowerAutomate": tocsin.SeverityInterruption, "PowerBI": tocsin.SeverityDegraded, "Exchange": tocsin.SeverityRecovering}[id]
	}
	for code, want := range map[string]string{
		"en": "Approval of invoices (Finance) may stall: Power Automate|Steering may stall: Power BI",
		"fr": "Approval of invoices (Finance) risque de s’arrêter\u00a0: Power Automate|Steering risque de s’arrêter\u00a0: Power BI",
		"ja": "Approval of invoices（Finance）が止まるおそれがあります：Power Automate|Steeringが止まるおそれがあります：Power BI",
	} {
		l, err := lang.NewLocale(code)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(business.Sentences(l, m, directory(), state), "|"); got != want {
			t.Errorf("%s: %q", code, got)
		}
	}
}

// hostile are texts that spreadsheets, quotes or separators would spoil.
func hostile() []string {
	return []string{"=1+1", "+33 1 99 00 12 34", "-2", "@SUM(A1)", "'=x", "''=x", "'tis so", "a,b", "a;b", `say "x"`, "two\nlines", "|cmd", "yes", "0x10", "2026-01-01", "null", "- list", "k: v", "# no", "％", "＝１", "日本、語", "&a *b", "\u00a0x"}
}

// What is written in either form is read again as it was.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	m := designed()
	for i, text := range hostile() {
		m.Processes = append(m.Processes, tocsin.MapProcess{
			Name: fmt.Sprintf("Process %d", i), Department: strings.Join(strings.Fields(text), " "), Fallback: text, Owner: tocsin.TeamParty(finance), Sites: []string{paris, odd}, Uses: []string{"Approvals"}, TriedOn: "2026-02-27", Tried: "drill", Cost: int64(i), Currency: "EUR",
		})
	}
	m.Processes = append(m.Processes, tocsin.MapProcess{Name: "=HYPERLINK(1)", Owner: tocsin.TeamParty(paris)}) // of a team that is gone
	m.Sheets = []tocsin.ContinuitySheet{{Service: "Exchange", Documents: "On the file server\n- contacts", Client: "=Outlook", Meeting: "Bridge 12", Numbers: "+33 1 99 00 12 34 Paris\n+81 3 1234 5678", Owner: tocsin.TeamParty(finance), TriedOn: "2026-01-15", Tried: "drill"}}
	m.Normalize()
	if err := m.Validate(now); err != nil {
		t.Fatal(err)
	}
	d := directory()
	d.Teams = append(d.Teams, tocsin.NamedParty{Party: tocsin.TeamParty(paris), Name: "finance"}) // two of one name
	for _, form := range business.Forms() {
		body, err := business.Write(form, m, d)
		if err != nil {
			t.Fatal(err)
		}
		again, faults := business.Read(form, body, tenant, d, now)
		if diff := cmp.Diff(*m, again); diff != "" || faults != nil {
			t.Errorf("%s: %v\n%s\n%s", form, faults, diff, body)
		}
		if form == "csv" {
			for line := range strings.SplitSeq(string(body), "\n") {
				for cell := range strings.SplitSeq(line, ",") {
					if cell = strings.Trim(cell, `"`); cell != "" && strings.ContainsRune("=@|＝", []rune(cell)[0]) {
						t.Errorf("a spreadsheet would work out %q", cell)
					}
				}
			}
		}
		if got := business.FormOf("", body); got != form {
			t.Errorf("%s looks like %s", form, got)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	yaml := func(text string) [2]string { return [2]string{"yaml", text} }
	csv := func(text string) [2]string { return [2]string{"csv", text} }
	tests := map[string]struct {
		file [2]string
		want string // line place code
	}{
		"unknown service":   {yaml("uses:\n  - name: a\n    services: [Exchange online, Fax]"), "3 uses/a/services service"},
		"unknown team":      {yaml("processes:\n  - name: a\n    owner: Payroll"), "3 processes/a/owner team"},
		"unknown site":      {csv("kind,name,sites\nprocess,a,Paris; Mars"), "2 processes/a/sites site"},
		"unknown use":       {yaml("processes:\n  - name: a\n    uses: [x]"), "3 processes/a/uses uses"},
		"unknown key":       {yaml("processes:\n  - name: a\n    ownr: Finance"), "3 processes/1/ownr key"},
		"unknown list":      {yaml("people: []"), "1 people key"},
		"a key twice":       {yaml("uses:\n  - name: a\n    name: b"), "3 uses/1/name twice"},
		"a name twice":      {yaml("uses:\n  - name: a\n  - name: A"), "3 uses/A twice"},
		"a list twice":      {yaml("uses: []\nuses: []"), "2 uses twice"},
		"no list":           {yaml("uses: a"), "1 uses shape"},
		"no fields":         {yaml("uses: [a]"), "1 uses/1 shape|1 uses/1 name"},
		"an alias":          {yaml("uses: &u\n  - name: a\nprocesses: *u"), "3 processes shape"},
		"deep":              {yaml("uses:\n  - name: a\n    services: [[Exchange]]"), "3 uses/1/services shape"},
		"no YAML":           {yaml("uses: [\n"), "1 file yaml"},
		"too large":         {yaml(strings.Repeat("#", business.MaxFile+1)), "0 file large"},
		"not UTF-8":         {csv("kind,name\nuse,\xff"), "0 file encoding"},
		"UTF-16":            {csv("\xff\xfek\x00i\x00"), "0 file encoding"},
		"no cost":           {yaml("processes:\n  - name: a\n    cost: 1e3"), "3 processes/a/cost cost"},
		"a cost alone":      {csv("kind,name,cost\nprocess,a,10"), "2 processes/a/currency currency"},
		"a day to come":     {csv("kind,name,triedOn\nprocess,a,2027-01-01"), "2 processes/a/triedOn triedOn"},
		"no head":           {csv("name,department\na,b"), "1 file head"},
		"no rows":           {csv(""), "1 file csv"},
		"an unknown column": {csv("kind,name,budget\nuse,a,1"), "1 budget column"},
		"a column twice":    {csv("kind,name,Name\nuse,a,b"), "1 Name twice"},
		"another's column":  {csv("kind,name,documents\n\nuse,a,b"), "3 uses/a/documents column"},
		"a cell too many":   {csv("kind,name\nuse,a,b"), "2 file cells"},
		"an unknown kind":   {csv("kind,name\nperson,a"), "2 kind kind"},
		"a quote":           {csv("kind,name\nuse,\"a"), "2 file csv"},
		"sheet of nothing":  {csv("kind,name\nsheet,Fax"), "2 sheets/Fax service"},
		"a long text":       {yaml("sheets:\n  - service: Exchange\n    documents: " + strings.Repeat("x", 2001)), "3 sheets/Exchange/documents text"},
	}
	for name, tt := range tests {
		_, faults := business.Read(tt.file[0], []byte(tt.file[1]), tenant, directory(), now)
		var got []string
		for _, f := range faults {
			got = append(got, fmt.Sprintf("%d %s %s", f.Line, f.Place, f.Code))
			for _, code := range lang.Languages() {
				l, err := lang.NewLocale(code)
				if err != nil {
					t.Fatal(err)
				}
				if words := f.Words(l.Text); strings.Contains(words, "map.fault") || strings.Contains(words, "{") {
					t.Errorf("%s in %s: %q", name, code, words)
				}
			}
		}
		if strings.Join(got, "|") != tt.want {
			t.Errorf("%s: %q, want %q", name, strings.Join(got, "|"), tt.want)
		}
	}
	if _, faults := business.Read("csv", []byte("kind,name\n"+strings.Repeat("use,\n", 5000)), tenant, directory(), now); len(faults) > 200 {
		t.Errorf("%d faults are told", len(faults))
	}
}

// As spreadsheets of other countries write it.
func TestSemicolons(t *testing.T) {
	t.Parallel()
	m, faults := business.Read("csv", []byte("\ufeffKind;Name;Services\r\nuse;Mail;\"exchange; Microsoft Teams\"\r\n;;\r\n"), tenant, directory(), now)
	if diff := cmp.Diff([]tocsin.MapUse{{Name: "Mail", Services: []string{"Exchange", "microsoftteams"}}}, m.Uses); diff != "" || faults != nil {
		t.Errorf("%v %s", faults, diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("yaml", "uses:\n  - name: a\n    services: [Exchange]\nprocesses:\n  - {name: p, uses: [a], cost: 3, currency: eur}")
	f.Add("csv", "kind,name,services\nuse,a,Exchange; Fax\n")
	f.Fuzz(func(t *testing.T, form, body string) {
		m, faults := business.Read(form, []byte(body), tenant, directory(), now)
		if faults != nil {
			return
		}
		for _, form := range business.Forms() {
			out, err := business.Write(form, &m, directory())
			if err != nil {
				t.Fatal(err)
			}
			again, faults := business.Read(form, out, tenant, directory(), now)
			if diff := cmp.Diff(m, again); diff != "" || faults != nil {
				t.Errorf("%s: %v %s\n%s", form, faults, diff, out)
			}
		}
	})
}
