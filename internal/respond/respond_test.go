package respond

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

func book(t *testing.T, code string) *Book {
	t.Helper()
	b, err := In(code)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Nothing of the content may go missing in any language.
func TestContentIsComplete(t *testing.T) {
	t.Parallel()
	for _, code := range lang.Languages() {
		b := book(t, code)
		for name, n := range map[string][2]int{
			"steps": {len(b.Runbook), 6}, "messages": {len(b.Messages), 6}, "checklists": {len(b.Recovery), 5}, "things to review": {len(b.Review), 7},
		} {
			if n[0] != n[1] {
				t.Errorf("%s: %d %s, want %d", code, n[0], name, n[1])
			}
		}
		for i, r := range b.Runbook {
			if r.ID != tocsin.IncidentSteps()[i] || slices.Contains([]string{r.Step, r.Objective, r.Deliverable, r.Owner, r.Due}, "") {
				t.Errorf("%s: the row %s of the runbook is out of its place or has an empty cell", code, r.ID)
			}
		}
		for _, c := range b.Recovery {
			if len(c.Items) != 3 || c.Name == "" {
				t.Errorf("%s: the checklist of %s has %d items", code, c.ID, len(c.Items))
			}
		}
	}
}

// outline is the ids of a book and the slots of its messages: the same in each
// language.
func outline(b *Book) string {
	var out []string
	for _, r := range b.Runbook {
		out = append(out, r.ID)
	}
	for _, m := range b.Messages {
		out = append(out, m.ID)
		for _, line := range m.Lines {
			names := slot.FindAllString(line.Text, -1)
			slices.Sort(names)
			out = append(out, line.Claims, strings.Join(names, ""), strings.Join(slot.FindAllString(line.Else, -1), ""))
			for _, name := range names {
				if fixed := []string{"{id}", "{date}", "{n}", "{report}"}; m.Blanks[strings.Trim(name, "{}")] == "" && !slices.Contains(fixed, name) {
					out = append(out, "nothing is read for", name)
				}
			}
		}
	}
	for _, c := range b.Recovery {
		out = append(out, c.ID)
		for _, item := range c.Items {
			out = append(out, item.ID)
		}
	}
	for _, item := range b.Review {
		out = append(out, item.ID)
	}
	return strings.Join(out, " ")
}

func TestLanguagesHaveTheSameContent(t *testing.T) {
	t.Parallel()
	want := outline(book(t, "en"))
	if strings.Contains(want, "nothing is read") {
		t.Error(want)
	}
	for _, code := range lang.Languages() {
		if got := outline(book(t, code)); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", code, got, want)
		}
	}
}

// plain is a text without what typography adds.
func plain(text string) string {
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2011", "-", "’", "'").Replace(text)
	return strings.Join(strings.Fields(text), " ")
}

// The French content is the guide's, word by word, with its own blanks.
func TestFrenchIsTheGuide(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("../../../shared/documents/1-outage-guide.fr.txt")
	if err != nil {
		t.Skip("the guide is not here")
	}
	guide := plain(string(body))
	b := book(t, "fr")
	var texts []string
	for _, r := range b.Runbook {
		texts = append(texts, r.Objective+r.Deliverable+r.Owner+r.Due, r.Step+r.Objective)
	}
	for _, m := range b.Messages {
		if m.ID != "short-closure" {
			texts = append(texts, m.Name)
		}
		filled, err := m.Fill(Facts{Values: map[string]string{"id": "MO821132", "date": "19/07/2024"}, Said: claims()})
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range filled.Lines {
			if !m.Lines[i].Ours {
				texts = append(texts, Text(line))
			}
		}
	}
	for _, item := range b.Review {
		texts = append(texts, item.Text)
	}
	for _, text := range texts {
		if !strings.Contains(guide, plain(strings.ReplaceAll(text, "{id}", "MO821132"))) {
			t.Errorf("not in the guide: %s", text)
		}
	}
}

func TestMessagesAreFilled(t *testing.T) {
	t.Parallel()
	m, _ := book(t, "en").Message("hourly")
	said := Facts{Values: map[string]string{"services": "Teams", "next": "12:05", "states": "Teams KO", "since": "10:00"}, Said: []string{"progress"}}
	filled, err := m.Fill(said)
	if err != nil || len(filled.Missing) > 0 || Text(filled.Lines[0]) != "SHD: progress of the remediation confirmed." || Text(filled.Lines[1]) != "The services Teams are still degraded." {
		t.Errorf("%+v, %v", filled, err)
	}
	said.Said = []string{"trouble"}
	if filled, _ = m.Fill(said); Text(filled.Lines[0]) != "SHD: nothing new from Microsoft since 10:00." {
		t.Errorf("progress that nobody claims: %q", Text(filled.Lines[0]))
	}
	said.Values = map[string]string{"services": "{services} {services} <b>", "next": " \n "}
	filled, _ = m.Fill(said)
	if Text(filled.Lines[1]) != "The services {services} {services} <b> are still degraded." {
		t.Errorf("a value is read for slots: %q", Text(filled.Lines[1]))
	}
	if want := []string{"since", "states", "next"}; !slices.Equal(filled.Missing, want) || Text(filled.Lines[4]) != "Next update: <time>." {
		t.Errorf("missing %v, want %v: %q", filled.Missing, want, Text(filled.Lines[4]))
	}
	if _, err := m.Fill(Facts{Values: map[string]string{"services": strings.Repeat("x", maxValue+1)}}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("an endless value: %v, want ErrInvalid", err)
	}
}

func TestTemplatesAreChecked(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]Line{
		"an unknown slot": {Text: "Hello {password}"}, "a slot in a slot": {Text: "{{next}}"}, "an open brace": {Text: "{next"}, "code": {Text: "{{.Secret}}"}, "a line too long": {Text: strings.Repeat("x", maxLine+1)},
		"two lines": {Text: "a\nb"}, "an unknown claim": {Text: "a", Claims: "all", Else: "b"}, "a claim without an else": {Text: "a", Claims: "end"}, "an else with an unknown slot": {Text: "a", Claims: "end", Else: "{x}"},
	} {
		if err := (Template{Lines: []Line{one}}).Validate(); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if err := (Template{}).Validate(); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("no line: %v, want ErrInvalid", err)
	}
}

func TestChecklistsOfServices(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, c := range book(t, "en").RecoveryOf([]string{"teams", "yammer"}) {
		ids = append(ids, c.ID)
	}
	if want := []string{"teams", EveryService}; !slices.Equal(ids, want) {
		t.Errorf("%v, want %v", ids, want)
	}
}

// A message that may ask people to lower the security of their organisation has the
// guide's warning behind it, in each language; one that does not has none.
func TestMessageThatLowersSecurity(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"en": "Do not turn MFA off", "fr": "Ne pas désactiver la MFA", "ja": "MFA は無効にしないでください"} {
		m, _ := book(t, code).Message("announcement")
		for workaround, warned := range map[string]bool{"Switch multi-factor authentication off until noon": true, "Use Outlook on the web": false} {
			filled, err := m.Fill(Facts{Values: map[string]string{"workarounds": workaround}})
			if last := Text(filled.Lines[len(filled.Lines)-1]); err != nil || strings.Contains(last, want) != warned {
				t.Errorf("%s, %s: %q, %v", code, workaround, last, err)
			}
		}
	}
}
