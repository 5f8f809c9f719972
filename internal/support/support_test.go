package support_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func book(t *testing.T, code string) *support.Book {
	t.Helper()
	b, err := support.In(code)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Nothing of the content may go missing in any language.
func TestContentIsComplete(t *testing.T) {
	t.Parallel()
	ids := func(list []support.Item) (out []string) {
		for _, one := range list {
			if one.Text == "" {
				t.Errorf("%s has no text", one.ID)
			}
			out = append(out, one.ID)
		}
		return out
	}
	outlines := map[string]string{}
	for _, code := range lang.Languages() {
		b := book(t, code)
		var outline []string
		examples, sentences, cases := 0, 0, 0
		for _, c := range b.Categories {
			outline = append(outline, c.ID)
			for _, g := range c.Groups {
				examples += len(g.Examples)
				if g.Name == "" || slices.Contains(g.Examples, "") {
					t.Errorf("%s: a group of %s is empty", code, c.ID)
				}
			}
		}
		for _, s := range b.Severities {
			outline = append(append(outline, s.ID), ids(s.Sentences)...)
			sentences, cases = sentences+len(s.Sentences), cases+len(s.Examples)
			if s.Name == "" || slices.Contains(s.Examples, "") {
				t.Errorf("%s: severity %s has an empty cell", code, s.ID)
			}
		}
		for _, list := range [][]support.Item{b.Kinds, b.Administrator.Items, b.Duties.Items, b.Provider.Items} {
			outline = append(outline, ids(list)...)
		}
		menu := 0
		for _, s := range b.Steps {
			outline, menu = append(outline, s.ID), menu+len(s.Menu)
			for _, word := range s.Menu {
				if !strings.Contains(s.Text, word) && !strings.Contains(s.Text, strings.ToLower(word)) {
					t.Errorf("%s: the step %s does not say %q", code, s.ID, word)
				}
			}
		}
		outlines[code] = strings.Join(outline, " ")
		for name, n := range map[string][2]int{
			"categories": {len(b.Categories), 2}, "examples of categories": {examples, 11}, "kinds": {len(b.Kinds), 4}, "severities": {len(b.Severities), 3}, "sentences": {sentences, 9},
			"examples of severities": {cases, 7}, "what an administrator is": {len(b.Administrator.Items), 3}, "duties": {len(b.Duties.Items), 4}, "duties of the provider": {len(b.Provider.Items), 6},
			"steps": {len(b.Steps), 3}, "words of menus": {menu, 4}, "what is said about support": {len(b.About), 3}, "who may ask": {len(b.Admins), 2},
		} {
			if n[0] != n[1] {
				t.Errorf("%s: %d %s, want %d", code, n[0], name, n[1])
			}
		}
		if b.Version == 0 || b.Assessed == "" || len(b.Words) != len(book(t, "en").Words) || len(b.Decided) != len(book(t, "en").Decided) || b.Raise.Lead == "" {
			t.Errorf("%s: something is missing", code)
		}
	}
	for code, outline := range outlines {
		if outline != outlines["en"] {
			t.Errorf("%s:\n%s\nwant\n%s", code, outline, outlines["en"])
		}
	}
	b := book(t, "en")
	for _, id := range tocsin.RequestDuties() {
		if !slices.ContainsFunc(b.Duties.Items, func(one support.Item) bool { return one.ID == id }) {
			t.Errorf("no duty %s", id)
		}
	}
}

// What the triage says decides the severity, and the sentence that did is named.
func TestSeverityIsProposed(t *testing.T) {
	t.Parallel()
	ko, partial := map[string]string{"teams": "ko"}, map[string]string{"teams": "partial"}
	for name, tt := range map[string]struct {
		answers tocsin.TriageAnswers
		want    string
	}{
		"down for many":             {tocsin.TriageAnswers{Scope: "many", States: ko}, "A access/ko-many"},
		"down at a site":            {tocsin.TriageAnswers{Scope: "site", States: ko}, "A access/ko-site"},
		"down":                      {tocsin.TriageAnswers{States: ko}, "A access/ko"},
		"many, in part":             {tocsin.TriageAnswers{Scope: "many", States: partial}, "A many/many"},
		"in part":                   {tocsin.TriageAnswers{Scope: "site", States: partial}, "B usable/partial"},
		"one, down":                 {tocsin.TriageAnswers{Scope: "one", States: ko}, "B partial/one"},
		"one team":                  {tocsin.TriageAnswers{Scope: "team"}, "B partial/one"},
		"one, with a way around it": {tocsin.TriageAnswers{Scope: "one", States: ko, Checks: map[string]string{"other-client": "ok"}}, "C accepted/accepted"},
		"nothing":                   {tocsin.TriageAnswers{Scope: "unknown"}, ""},
	} {
		s, ok := support.Propose(tt.answers)
		got := ""
		if ok {
			got = s.Severity + " " + s.Why
			for _, code := range lang.Languages() {
				if sentence, decided := book(t, code).Why(s); sentence == "" || decided == "" || strings.Contains(s.Why, sentence) {
					t.Errorf("%s in %s: %q, %q", name, code, sentence, decided)
				}
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func request() tocsin.Request {
	return tocsin.Request{
		State: tocsin.RequestOpen, Waits: tocsin.WaitsForUs, WaitsSince: now,
		Content: tocsin.RequestContent{
			To: "provider", Title: "Teams does not start", Kind: "technical", Severity: "A", Services: []string{"Microsoft Teams", "SharePoint Online"}, Region: "France, Japan",
			FirstSign: now.Add(-time.Hour), Repro: "Open Teams.\nWait.", Codes: "503", Issue: "MO821132", CallBack: "+33 1 70 00 00 00",
		},
		Severities: []tocsin.RequestSeverity{{Stage: "given", Severity: "B", At: now}},
		Duties:     []tocsin.RequestDuty{{Duty: "accounts", Done: true}, {Duty: "clients", Done: true, Note: "two clients"}, {Duty: "perimeter", Note: "no proxy"}, {Duty: "selfservice", Done: true}},
	}
}

// The pack has everything that was prepared, and names what is missing.
func TestPack(t *testing.T) {
	t.Parallel()
	full := support.Dossier{
		Request: request(), Files: []tocsin.RequestFile{{Name: "ids.csv"}}, Terms: tocsin.SupportTerms{Plan: "Unified", Phone: "+33 1 57 32 42 72", Open: "24/7"}, Tenant: "Contoso (contoso.com)",
		Speaks: []string{"The liaison, by day"}, Link: "https://admin.cloud.microsoft/?#/support/requests", Zone: time.FixedZone("", 3600),
	}
	for _, code := range lang.Languages() {
		b := book(t, code)
		text := b.Pack(full)
		for _, want := range []string{
			"Teams does not start", "Contoso (contoso.com)", "Microsoft Teams, SharePoint Online", "France, Japan", "2026-03-02 09:00 +01:00 (2026-03-02 08:00 UTC)", "503", "  Wait.", "ids.csv", "MO821132",
			"+33 1 70 00 00 00", "+33 1 57 32 42 72", "24/7", "Unified", "The liaison, by day", full.Link, strings.Join(b.Menu(), " > "), "two clients", "no proxy",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", code, want, text)
			}
		}
		if strings.Contains(text, b.Words["missing"]) {
			t.Errorf("%s: something is missing of what is complete\n%s", code, text)
		}
		empty := b.Pack(support.Dossier{Request: tocsin.Request{Content: tocsin.RequestContent{To: "provider", Title: "x", Severity: "B", Kind: "billing"}}})
		_, missing, _ := strings.Cut(empty, "\n"+b.Words["missing"]+"\n")
		if n := strings.Count(missing, "  – "); n != 9 {
			t.Errorf("%s: %d things are missing, want 9\n%s", code, n, missing)
		}
		for _, field := range []string{"when", "region", "services", "codes", "repro"} {
			if !strings.Contains(missing, b.Words[field]) {
				t.Errorf("%s: it is not said that %s is missing", code, field)
			}
		}
		raise := b.RaiseText(request(), time.UTC)
		if !support.CanRaise(request()) || !strings.Contains(raise, "MO821132") || strings.ContainsAny(raise, "{}") || strings.Count(raise, "\n- ") != 3 {
			t.Errorf("%s: %s", code, raise)
		}
	}
}

// The clock of the team runs in its hours, around the clock for what is critical,
// and a holiday that is added while it runs moves what is due after it.
func TestClock(t *testing.T) {
	t.Parallel()
	paris, _ := tocsin.ParseZone("Europe/Paris")
	spans, err := tocsin.ParseHours([]string{"Mon-Fri 08:00-18:00"})
	if err != nil {
		t.Fatal(err)
	}
	terms := tocsin.SupportTerms{Hours: tocsin.Hours{Zone: paris, Spans: spans}}
	holiday := terms
	holiday.Hours.Holidays = []string{"2026-03-03"}
	own := terms
	own.Answer = map[string]time.Duration{"B": 2 * time.Hour}
	evening := time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC) // an hour before the team goes home
	for name, tt := range map[string]struct {
		severity, waits, state string
		terms                  tocsin.SupportTerms
		now                    time.Time
		want                   string
	}{
		"critical, at night":               {"A", "us", "filed", terms, evening.Add(3 * time.Hour), "answer 2026-03-02T17:00:00Z 2h0m0s"},
		"high, next morning":               {"B", "us", "filed", terms, evening, "answer 2026-03-03T10:00:00Z 0s"},
		"high, late":                       {"B", "us", "filed", terms, evening.Add(20 * time.Hour), "answer 2026-03-03T10:00:00Z 2h0m0s"},
		"a holiday added meanwhile":        {"B", "us", "filed", holiday, evening.Add(20 * time.Hour), "answer 2026-03-04T10:00:00Z 0s"},
		"a holiday, critical all the same": {"A", "us", "filed", holiday, evening, "answer 2026-03-02T17:00:00Z 0s"},
		"its own times":                    {"B", "us", "filed", own, evening, "answer 2026-03-03T08:00:00Z 0s"},
		"they have to move":                {"C", "them", "filed", terms, evening, "ask 2026-03-05T16:00:00Z 0s"},
		"a draft":                          {"A", "us", "draft", terms, evening, ""},
		"ended":                            {"A", "us", "ended", terms, evening, ""},
	} {
		r := tocsin.Request{State: tt.state, Waits: tt.waits, WaitsSince: evening, Content: tocsin.RequestContent{Severity: tt.severity}}
		got := ""
		if c, ok := support.ClockOf(r, tt.terms, tt.now); ok {
			got = c.What + " " + c.Due.Format(time.RFC3339) + " " + c.Late.String()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
