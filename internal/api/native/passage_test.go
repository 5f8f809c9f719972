package native_test

import (
	"fmt"
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
)

// A program puts a passage into own words, sees a conflict where somebody was
// faster, and has what is shipped shown again; the book of the tenant follows.
func TestPassages(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	const path = contoso + "/knowledge/passages"
	if n := d.must(200, "GET", "reader", path+"?language=ja", "").count(); n != 58 {
		t.Errorf("%d passages", n)
	}
	const one, words = path + "/faq/center", `{"version":1,"words":[{"field":"question","text":"Q?"},{"field":"answer","text":"Ask <b>us</b>."}]}`
	got := d.must(200, "PUT", "contoso", one, words)
	if got.body["version"] != 2.0 || got.body["item"] != "faq/center" || !strings.Contains(got.text, `"state":"shown"`) {
		t.Errorf("%s", got.text)
	}
	d.must(409, "PUT", "contoso", one, words)
	waits := d.must(200, "PUT", "contoso", one, `{"version":2,"words":[{"field":"question","text":"Q?"},{"field":"answer","text":"Turn MFA off."}]}`)
	if waits.body["version"] != 2.0 || waits.body["waits"] != true {
		t.Errorf("%s", waits.text)
	}
	book := d.must(200, "GET", "reader", contoso+"/knowledge", "").text
	if !strings.Contains(book, `us\u003c/b\u003e.`) && !strings.Contains(book, "Ask <b>us</b>.") || strings.Contains(book, "Turn MFA off.") {
		t.Errorf("the book: %s", book)
	}
	if other := d.must(200, "GET", "fabrikam", fabrikam+"/knowledge", "").text; strings.Contains(other, "us</b>") || strings.Contains(other, `us\u003c`) {
		t.Error("another tenant reads the edit")
	}
	for _, tt := range []struct {
		method, token, path, body string
		status                    int
	}{
		{"GET", "reader", one + "?language=fr", "", 200},
		{"GET", "reader", one + "?language=de", "", 400},
		{"GET", "reader", path + "/faq/weather", "", 404},
		{"GET", "fabrikam", one, "", 403},
		{"PUT", "reader", one, words, 403},
		{"PUT", "contoso", path + "/faq/weather", words, 404},
		{"PUT", "contoso", path + "/services/teams", `{"version":1,"words":[{"field":"symptoms","text":"one"}]}`, 400},
		{"PUT", "contoso", path + "/services/teams", `{"version":1,"words":[{"field":"id","text":"one"}]}`, 400},
		{"PUT", "contoso", one, `{"version":0,"words":[]}`, 400},
		{"DELETE", "reader", one, "", 403},
		{"DELETE", "contoso", one, "", 204},
		{"DELETE", "contoso", one, "", 404},
	} {
		d.must(tt.status, tt.method, tt.token, tt.path, tt.body)
	}
	if again := d.must(200, "GET", "reader", one, ""); again.body["version"] != 1.0 || strings.Count(again.text, `"state":"over"`) != 2 {
		t.Errorf("%s", again.text)
	}
}

// Messages and rows of the runbook are passages, too: a placeholder that there is not
// is refused with its place and with those that there are.
func TestTemplatePassages(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	const one = contoso + "/knowledge/passages/runbook/escalation"
	draft := func(version, deliverable string) string {
		return `{"version":` + version + `,"words":[{"field":"objective","text":"Ask"},{"field":"deliverable","text":"` + deliverable + `"},{"field":"owner","text":"Desk"},{"field":"due","text":"+45 min"}]}`
	}
	if got := d.must(200, "PUT", "contoso", one, draft("1", "Ticket {id}")); got.body["version"] != 2.0 || !strings.Contains(got.text, `"field":"deliverable","text":"Ticket {id}"`) {
		t.Errorf("%s", got.text)
	}
	for text, want := range map[string]string{"Ticket {next}": "There is no placeholder {next} (line 1, column 8): use {id}.", "Ticket {id": "begins at line 1, column 8 and does not end"} {
		if got := d.must(400, "PUT", "contoso", one, draft("2", text)); !strings.Contains(got.text, want) {
			t.Errorf("%s", got.text)
		}
	}
	d.must(403, "PUT", "reader", one, draft("2", "Ticket"))
	d.must(403, "PUT", "fabrikam", one, draft("2", "Ticket"))
	d.must(404, "PUT", "contoso", contoso+"/knowledge/passages/messages/poem", draft("1", "Ticket"))
	d.must(200, "GET", "reader", contoso+"/knowledge/passages/messages/closure?language=ja", "")
	entries, err := d.store.Audit(t.Context(), store.AuditQuery{Limit: 100})
	if err != nil || !strings.Contains(fmt.Sprint(entries), "template.edit") {
		t.Errorf("audit log: %v, %v", entries, err)
	}
	d.must(204, "DELETE", "contoso", one, "")
}
