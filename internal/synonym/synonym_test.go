package synonym_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/synonym"
	"example.org/tocsin/internal/tocsin"
)

// What people type leads to the words that posts use, and to the service.
func TestRead(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct{ terms, services, out string }{
		"OWA":                            {"owa>outlook on the web", "Exchange", ""},
		"ExO":                            {"exo>exchange", "Exchange", ""},
		"Is OWA down?":                   {"owa>outlook on the web", "Exchange", "is down"},
		"Outlook on the web":             {"outlook on the web>outlook sur le web", "Exchange", ""},
		"outlook sur le web lent":        {"outlook sur le web>outlook on the web, lent>slow", "Exchange", ""},
		"sign-in":                        {"sign-in>sign in", "OrgLiveID", ""},
		"Sign in problem":                {"sign in>sign-in", "OrgLiveID", "problem"},
		"connexion":                      {"connexion>sign-in", "OrgLiveID", ""},
		"サインインできない":                      {"サインインできない>sign-in", "OrgLiveID", ""},
		"Teamsの会議が遅い":                    {"teamsの会議が遅い>teams, teamsの会議が遅い>meeting, teamsの会議が遅い>delay", "microsoftteams", ""},
		"l'accès à la boite aux lettres": {"l'accès>access, boite aux lettres>mailbox", "Exchange", "à la"},
		"reunion":                        {"reunion>meeting", "microsoftteams", ""},
		"MFA":                            {"mfa>multifactor", "OrgLiveID", ""},
		"送信が":                            {"送信が>send", "", ""},
		"rooms <b>cellars":               {"rooms>, <b>cellars>", "", ""},
		`"owa" is`:                       {"owa>", "", "is"},
		`owa"`:                           {"owa>outlook on the web", "Exchange", ""},
		"is it down":                     {"is>, it>, down>", "", ""},
		"a&b":                            {"a&b>", "", ""},
		"?":                              {"?>", "", ""},
		"":                               {"", "", ""},
		"mail Mail MAIL":                 {"mail>courriel", "Exchange", ""},
	} {
		q := synonym.Read(typed)
		var terms, services []string
		for _, term := range q.Terms {
			alike := ""
			for _, one := range strings.Split(want.terms, ", ") {
				if name, other, _ := strings.Cut(one, ">"); name == term.Typed && (other == "" && len(term.Alike) == 0 || slices.Contains(term.Alike, other)) {
					if alike = other; !slices.Contains(terms, one) {
						break
					}
				}
			}
			if len(term.Alike) > 0 && alike == "" {
				alike = strings.Join(term.Alike, "/")
			}
			terms = append(terms, term.Typed+">"+alike)
			for _, s := range term.Services {
				if !slices.Contains(services, s) {
					services = append(services, s)
				}
			}
			if term.Words[0].Text != term.Typed {
				t.Errorf("%q: looks for %q before what was typed", typed, term.Words[0].Text)
			}
		}
		if got := strings.Join(terms, ", "); got != want.terms || strings.Join(services, " ") != want.services || strings.Join(q.LeftOut, " ") != want.out {
			t.Errorf("%q is %q of %v without %v, want %+v", typed, got, services, q.LeftOut, want)
		}
	}
}

// A short word counts as a word only: every third post has towards or response.
func TestShortWordsStandAlone(t *testing.T) {
	t.Parallel()
	for typed, text := range map[string]string{"OWA": "We are working towards a fix", "ExO": "an exotic response", "spo": "In response", "EOP": "people", "signin": "designing", "lent": "silently"} {
		for _, word := range synonym.Read(typed).Terms[0].Words {
			if word.At(plaintext.Fold(text), 0) >= 0 {
				t.Errorf("%q finds %q by %q", typed, text, word.Text)
			}
		}
	}
}

// The table names services that exist, each word once, and words that can be
// looked for.
func TestTable(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("table.json")
	if err != nil {
		t.Fatal(err)
	}
	var entries []struct{ Services, Words []string }
	if err := json.Unmarshal(body, &entries); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, one := range entries {
		for _, id := range one.Services {
			if tocsin.ServiceNamesOf(id) == nil {
				t.Errorf("no service has the id %q", id)
			}
		}
		if len(one.Words) == 0 || len(one.Words) > 24 || !isLatin(one.Words[0]) {
			t.Errorf("%q: up to 24 words, the English ones first", one.Words)
		}
		for _, word := range one.Words {
			text, whole := strings.CutPrefix(word, "=")
			if text != plaintext.Fold(text) || seen[text] {
				t.Errorf("%q is not folded, or is there twice", word)
			}
			seen[text] = true
			if whole && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789 ") != "" {
				t.Errorf("%q: a word of its own has Latin letters, digits and blanks", word)
			}
		}
	}
	// The names that the provider shows lead to their services.
	for _, id := range []string{"Exchange", "microsoftteams", "SharePoint", "OneDriveForBusiness", "OrgLiveID", "OSDPPlatform", "Intune", "O365Client", "officeonline", "Purview", "PowerBIcom", "MicrosoftFlow", "PowerApps", "DynamicsCRM", "Microsoft365Defender", "cloudappsecurity", "Windows365", "RMS", "Lync", "Viva"} {
		if terms := synonym.Read(tocsin.ServiceNameOf(id)).Terms; len(terms) != 1 || !terms[0].Names(id) {
			t.Errorf("%q is read as %+v", tocsin.ServiceNameOf(id), terms)
		}
	}
}

func isLatin(word string) bool {
	return strings.Trim(word, "=abcdefghijklmnopqrstuvwxyz0123456789 -/") == ""
}

// Nothing that is typed breaks anything, and no part of it is lost.
func FuzzRead(f *testing.F) {
	f.Add(`OWA "x" サインインできない l'accès`)
	f.Fuzz(func(t *testing.T, text string) {
		q := synonym.Read(text)
		if got := len(q.Terms) == 0; got != (strings.Trim(plaintext.Fold(text), `" `) == "") && len(q.LeftOut) == 0 {
			t.Errorf("%q: %+v", text, q)
		}
		for _, term := range q.Terms {
			if len(term.Words) == 0 || term.Words[0].Text == "" {
				t.Errorf("%q: %+v", text, term)
			}
		}
	})
}
