package knowledge

import (
	"os"
	"strings"
	"testing"

	"example.org/tocsin/internal/lang"
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
			"actions": {len(b.Actions), 6}, "services": {len(b.Services), 4}, "measures": {len(b.Measures), 3}, "checks": {len(b.Checks), 4}, "steps of the tree": {len(b.Tree), 7},
			"rows of the express table": {len(b.Express), 4}, "reasons": {len(b.Reasons), 3}, "things to prepare": {len(b.Prepare), 4}, "questions": {len(b.FAQ), 4},
			"ways to anticipate": {len(b.Anticipation), 5}, "channels": {len(b.Channels), 2},
		} {
			if n[0] != n[1] {
				t.Errorf("%s: %d %s, want %d", code, n[0], name, n[1])
			}
		}
		for _, s := range b.Services {
			for name, cell := range map[string]string{"symptoms": b.Cell(s.Symptoms), "signs": b.Cell(s.Signs), "workarounds": b.Cell(s.First), "workaround": b.Cell(s.Workaround), "limits": s.Limits, "sentence": s.Say, "name": s.Name} {
				if cell == "" {
					t.Errorf("%s: %s has no %s", code, s.ID, name)
				}
			}
		}
		for _, q := range b.Express {
			if q.Question == "" || q.Answer == "" || q.Meaning == "" || q.Next == "" {
				t.Errorf("%s: the row %s of the express table has an empty cell", code, q.ID)
			}
		}
		if b.Warning == "" || b.Version == 0 {
			t.Errorf("%s: no warning or no version", code)
		}
	}
}

// outline is the ids of a book, and how many items its cells have: the same in
// each language.
func outline(b *Book) string {
	var out []string
	for _, list := range [][]Entry{b.Actions, b.Measures, b.Tree, b.Checks, b.Reasons, b.Prepare, b.Anticipation, b.Channels} {
		for _, e := range list {
			out = append(out, e.ID, strings.Join(e.Commands, ","), strings.Repeat("n", min(1, len(e.Name))))
		}
	}
	for _, list := range [][]Question{b.Express, b.FAQ} {
		for _, q := range list {
			out = append(out, q.ID)
		}
	}
	for _, s := range b.Services {
		out = append(out, s.ID)
		for _, cell := range [][]string{s.Symptoms, s.Signs, s.First, s.Workaround} {
			out = append(out, strings.Repeat("i", len(cell)))
		}
	}
	return strings.Join(out, " ")
}

func TestLanguagesHaveTheSameContent(t *testing.T) {
	t.Parallel()
	want := outline(book(t, "en"))
	for _, code := range lang.Languages() {
		if got := outline(book(t, code)); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", code, got, want)
		}
	}
}

// plain is a text without what typography adds.
func plain(text string) string {
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2011", "-", "’", "'").Replace(text)
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), " ;", ";")
}

// The French content is the guide's, word by word.
func TestFrenchIsTheGuide(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("../../../shared/documents/1-outage-guide.fr.txt")
	if err != nil {
		t.Skip("the guide is not here")
	}
	guide := plain(string(body))
	b := book(t, "fr").Of("MO821132")
	var texts []string
	for _, list := range [][]Entry{b.Actions, b.Measures, b.Tree, b.Checks, b.Reasons, b.Prepare, b.Anticipation, b.Channels} {
		for _, e := range list {
			texts = append(texts, e.Name, e.Text)
		}
	}
	for _, q := range append(b.Express, b.FAQ...) {
		texts = append(texts, q.Question, q.Answer, q.Meaning, q.Next)
	}
	for _, s := range b.Services {
		texts = append(texts, s.Name, b.Cell(s.Symptoms)+b.Cell(s.Signs)+b.Cell(s.First), b.Cell(s.Workaround)+s.Limits)
	}
	for _, text := range append(texts, b.Warning) {
		if !strings.Contains(guide, plain(text)) {
			t.Errorf("not in the guide: %s", text)
		}
	}
}

// Nothing that lowers security is ever shipped.
func TestNoWorkaroundLowersSecurity(t *testing.T) {
	t.Parallel()
	for _, code := range lang.Languages() {
		b := book(t, code)
		for _, s := range b.Services {
			for _, text := range []string{b.Cell(s.First), b.Cell(s.Workaround), s.Say} {
				if LowersSecurity(text) {
					t.Errorf("%s, %s: %s", code, s.ID, text)
				}
			}
		}
		for _, e := range b.Measures {
			if LowersSecurity(e.Text) {
				t.Errorf("%s: %s", code, e.Text)
			}
		}
	}
}

func TestLowersSecurity(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Turn off MFA until noon.": true, "Turn off M.F.A. until noon.": true, "turn off ＭＦＡ": true, "Skip multi-factor authentication": true,
		"Exclude the site from Conditional  Access": true, "Whitelist everything in the spam-filter": true, "Stop the anti-virus service": true, "Pause Microsoft Defender": true,
		"Désactiver l'authentification multifacteur": true, "Désactivez la MFA": true, "Contourner l’accès conditionnel": true, "Couper le filtre anti‑spam": true, "Désactiver l'antivirus": true,
		"多要素認証を無効にする": true, "条件付きアクセスを外す": true, "迷惑メール フィルターを切る": true, "ウイルス対策ソフトを停止する": true, "ｳｲﾙｽ対策を止める": true, "MFAを切る": true,
		"Use them fast: the desktop client.": false, "Utilisez le client de bureau.": false, "デスクトップ版を使う": false, "": false, "Escape the web app": false,
	} {
		if got := LowersSecurity(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestOfFillsInTheIssue(t *testing.T) {
	t.Parallel()
	for _, code := range lang.Languages() {
		for _, issue := range []string{"", "EX1"} {
			text := outlineOf(book(t, code).Of(issue))
			if strings.ContainsAny(text, "{}") || strings.Contains(text, "ID  ") || strings.Contains(text, "incident  ") || strings.Contains(text, "EX1") != (issue != "") {
				t.Errorf("%s about %q: a slot is left, or two blanks", code, issue)
			}
		}
	}
}

func outlineOf(b *Book) string {
	var out []string
	for _, list := range [][]Entry{b.Actions, b.Tree, b.Prepare} {
		for _, e := range list {
			out = append(out, e.Text)
		}
	}
	for _, list := range [][]Question{b.Express, b.FAQ} {
		for _, q := range list {
			out = append(out, q.Question, q.Answer, q.Meaning, q.Next)
		}
	}
	return strings.Join(out, " ")
}

func TestServicesOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Exchange": "exchange", "Exchange Online": "exchange", "Microsoft Teams": "teams", "microsoftteams": "teams", "SharePoint Online": "sharepoint", "OneDrive for Business": "sharepoint",
		"Microsoft Entra": "identity", "Identity Service": "identity", "Microsoft 365 suite": "exchange teams sharepoint identity", "OSDPPlatform": "exchange teams sharepoint identity", "Planner": "", "": "",
	} {
		if got := strings.Join(ServicesOf(name), " "); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
