package letters_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// managers is a wording for people who decide.
func managers() *letters.Wording {
	return &letters.Wording{
		Title:  "{services} : {title}",
		Lead:   []string{"À l'attention des responsables ({count})."},
		Text:   []string{"{status}, avant : {was}", "{status}", "{impact}", "Conséquence : {impact}", "Ce qui aide : {workaround}", "Accolade {{vide}", "Prochain point : {next}", "{tenants}"},
		Footer: []string{"Centre de services"},
		Link:   "Détail de {id}",
	}
}

// A wording says what an audience is told; lines without a value are left out,
// and marks of who translated stay.
func TestWording(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	own := managers()
	if problems := own.Check(); len(problems) > 0 {
		t.Fatal(problems)
	}
	first := d.record(story(1, tocsin.StatusInvestigating), storetest.Contoso)
	second := d.record(story(2, tocsin.StatusDegradation), storetest.Contoso)
	source := d.record(tocsin.Issue{ID: "SP1", Title: "{impact} of a title", Service: "SharePoint Online", Classification: "advisory", Status: tocsin.StatusDegradation, ModifiedAt: storetest.T0}, storetest.Contoso)
	var all []string
	for _, list := range [][]int{{0}, {1}, {2}, {1, 2}} {
		waiting := slices.Concat(first, second, source)
		told := waiting[:0:0]
		for _, i := range list {
			told = append(told, waiting[i])
		}
		plain := d.write("fr", notify.KindUpdate, told)
		content, err := d.Word(plain, own, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		text := print(content.Letter)
		for _, line := range content.Letter.Footer {
			text += line.Text + "\n"
		}
		all = append(all, text)
		if again, err := notify.DecodeContent(content.Body()); err != nil || print(again.Letter) != print(content.Letter) {
			t.Errorf("%+v, %v", again, err)
		}
		if unworded, err := d.Word(plain, nil, time.UTC); err != nil || unworded != plain {
			t.Errorf("%v, %v", unworded, err)
		}
	}
	golden(t, "wording.txt", strings.Join(all, "\n---\n"))
}

// What is wrong with a wording is said with its key.
func TestWordingCheck(t *testing.T) {
	t.Parallel()
	many := make([]string, 31)
	for name, tt := range map[string]struct {
		wording letters.Wording
		want    string
	}{
		"unknown":   {letters.Wording{Text: []string{"{impact}", "{impcat}"}}, "text[1]: {impcat} is no placeholder; did you mean impact?"},
		"open":      {letters.Wording{Title: "{impact"}, "title: { is no placeholder"},
		"elsewhere": {letters.Wording{Lead: []string{"{impact}"}}, "lead[0]: {impact} is no placeholder; there are count, heading, title."},
		"lines":     {letters.Wording{Footer: []string{"a\nb"}}, "footer[0]: Write one line"},
		"long":      {letters.Wording{Link: strings.Repeat("x", 601)}, "link: Write one line of at most 600 bytes."},
		"many":      {letters.Wording{Text: many}, "text: Write at most 30 lines."},
		"template":  {letters.Wording{Title: "{{.Secret}}"}, ""},
	} {
		problems := tt.wording.Check()
		if tt.want == "" && len(problems) == 0 {
			continue
		}
		if len(problems) != 1 || !strings.HasPrefix(problems[0].Error(), tt.want) {
			t.Errorf("%s: %v", name, problems)
		}
	}
}
