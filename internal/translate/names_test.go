package translate_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/translate"
)

// A text of names, ids, dates and quoted texts alone has nothing to translate:
// it is its own translation, with names and dates as the language writes them.
// One word more, and it has not.
func TestNames(t *testing.T) {
	t.Parallel()
	book := translate.DefaultBook()
	for _, tt := range []struct{ text, fr, ja string }{
		{"42 %", "42 %", "42 %"},
		{"https://contoso.example/a?b=c", "https://contoso.example/a?b=c", "https://contoso.example/a?b=c"},
		{"Outlook on the web / Microsoft Teams", "Outlook on the web / Microsoft Teams", "Outlook on the web / Microsoft Teams"},
		{"EX123456, KB4012345 (16.0.17328.20162)", "EX123456, KB4012345 (16.0.17328.20162)", "EX123456, KB4012345 (16.0.17328.20162)"},
		{"Teams, SharePoint, Exchange admin center", "Teams, SharePoint, le centre d’administration Exchange", "Teams, SharePoint, Exchange 管理センター"},
		{"“Something went wrong. Try again.”", "“Something went wrong. Try again.”", "“Something went wrong. Try again.”"},
		{"Set-Mailbox, admin@contoso.com, C:\\Users\\a", "Set-Mailbox, admin@contoso.com, C:\\Users\\a", "Set-Mailbox, admin@contoso.com, C:\\Users\\a"},
		{"EX123456 (Monday)", "EX123456 (lundi)", "EX123456 (月曜日)"},
		{"Outlook, too", "", ""},
		{"Outlook and Teams", "", ""},
		{"It says “Something went wrong.”", "", ""},
		{"The web", "", ""},
		{"Frobnicator 2000", "", ""},
		{strings.Repeat("Outlook, ", 200), "", ""},
	} {
		for language, want := range map[string]string{"fr": tt.fr, "ja": tt.ja, "it": ""} {
			if got, ok := book.Names(language, tt.text); got != want || ok != (want != "") {
				t.Errorf("%q in %s: %q, %v; want %q", tt.text, language, got, ok, want)
			}
		}
	}
	if got, ok := book.Names("fr", "Frobnicator 2000", "Frobnicator"); got != "Frobnicator 2000" || !ok {
		t.Errorf("with a word of the desk: %q, %v", got, ok)
	}
}

// What has nothing to translate is asked of no engine and says so, also where
// the desk has named the words.
func TestNamesGoToNoEngine(t *testing.T) {
	t.Parallel()
	d := newDesk(t, translate.Policy{Languages: []string{"fr"}})
	if err := d.PutTerm(t.Context(), translation.Term{Source: "Frobnicator"}, d.now); err != nil {
		t.Fatal(err)
	}
	d.record(issue(t, "EX1", "Outlook on the web / EX123456", d.now, odd+"\n\nFrobnicator, Teams\n\n“Purple elephants”"), storetest.Contoso)
	d.consume()
	waiting := d.shown(storetest.Contoso, "fr", "Frobnicator, Teams\n“Purple elephants”\n42")
	check(t, "before", waiting, []string{"originalwaiting: Frobnicator, Teams", "names: “Purple elephants”", "names: 42"})
	d.work("fr")
	check(t, "asked", d.engines.asked, []string{"fr: " + odd})
	check(t, "after", d.shown(storetest.Contoso, "fr", "Frobnicator, Teams"), []string{"names: Frobnicator, Teams"})
}
