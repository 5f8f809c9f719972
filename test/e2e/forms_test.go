package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/test/ask"
)

// asked is what both APIs are asked about the notices of a form.
func asked(ids ...string) []string {
	list := []string{
		"/v1.0/admin/serviceAnnouncement/issues", "/v1.0/admin/serviceAnnouncement/messages", "/v1.0/admin/serviceAnnouncement/healthOverviews?$expand=issues",
		"/v1.0/admin/serviceAnnouncement/issues?$filter=" + url.QueryEscape("startDateTime ge 2026-09-14T00:00:00Z") + "&$orderby=lastModifiedDateTime",
	}
	for _, id := range ids {
		list = append(list, "/api/v1.0/contoso.com/ServiceComms/Messages?$filter="+url.QueryEscape("Id eq '"+id+"'"))
	}
	return list
}

// tokens gives the token for the API that an address belongs to.
func tokens(t *testing.T, data, base string) func(address string) string {
	t.Helper()
	byAPI := map[bool]string{}
	for graph, resource := range map[bool]string{true: "graph", false: "legacy"} {
		var token struct {
			Token string `json:"access_token"`
		}
		run(t, data, &token, "token", "create", "--tenant", "contoso", "--resource", resource, "--base", base)
		byAPI[graph] = token.Token
	}
	return func(address string) string { return byAPI[strings.HasPrefix(address, "/v1.0")] }
}

// answers imports a file into a fresh desk and asks both APIs. Addresses of the
// desk itself are left out of what they say.
func answers(t *testing.T, file string, questions []string) []string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	var imported struct{ Refused, Doubtful int }
	if run(t, data, &imported, "import", file, "--tenant", "contoso"); imported.Refused != 0 || imported.Doubtful != 0 {
		t.Errorf("imported %+v, want everything without a doubt", imported)
	}
	base := serve(t, data, "serve")
	token := tokens(t, data, base)
	var list []string
	for _, question := range questions {
		response, body := ask.Get(t, http.DefaultClient, base+question, token(question))
		if response.StatusCode != http.StatusOK || strings.Contains(question, "Id") && strings.Contains(string(body), `"value":[]`) {
			t.Fatalf("%s: %s %s", question, response.Status, body)
		}
		list = append(list, strings.ReplaceAll(string(body), base, "BASE"))
	}
	return list
}

// A form that loses nothing is answered byte for byte as the API's own.
func TestFormsAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	compare := func(t *testing.T, dir, truth string, forms []string, questions []string) {
		t.Helper()
		want := answers(t, filepath.Join(dir, truth), questions)
		for _, form := range forms {
			t.Run(form, func(t *testing.T) {
				t.Parallel()
				for i, got := range answers(t, filepath.Join(dir, form), questions) {
					if got != want[i] {
						t.Errorf("%s answers\n%s\nwant\n%s", questions[i], got, want[i])
					}
				}
			})
		}
	}
	t.Run("made up", func(t *testing.T) {
		t.Parallel()
		compare(t, "../../internal/collect/file/testdata/forms", "graph.json", []string{
			"m365.json", "lines.jsonl", "capitals.json", "sdk-ps7.json", "sdk-one-by-one-ps7.json", "sdk-ps51-utf16.json", "sdk-ps51-utf8-mark.json",
			"sdk-ps51-ansi.json", "sdk-ps51-wrapped.json", "sdk-ps51-date-objects.json",
		}, asked("EX910001", "TM910002", "MC910003"))
	})
	t.Run("samples", func(t *testing.T) {
		t.Parallel()
		dir := "../../../shared/data/forms"
		if _, err := os.Stat(dir); err != nil {
			t.Skip("the samples are not at hand:", err)
		}
		compare(t, dir, "graph.json", []string{"m365-json.json", "graph-lines.jsonl", "sdk-issues-ps7.json", "sdk-issues-ps51.json", "sdk-issues-value-count-ps51.json"}, asked("EX960101", "TM960102"))
	})
}

// What a tool cut off is refused with what to do, and costs the sound elements
// nothing; a date in the order of some country is stored as none.
func TestFormsThatLose(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	file := filepath.Join(t.TempDir(), "mixed.json")
	const sound = `{"id":"EX910001","title":"Sound","startDateTime":"2026-09-14T06:30:00Z","lastModifiedDateTime":"2026-09-14T11:20:44Z","classification":"advisory","status":"investigating","service":"Exchange Online","posts":[]}`
	local := strings.NewReplacer("EX910001", "EX910004", "2026-09-14T11:20:44Z", "9/14/2026 11:20:44 AM").Replace(sound)
	cut := `{"Id":"TM910002","Title":"Cut","Classification":"incident","Status":"serviceDegradation","Service":"Microsoft Teams","Details":"","Posts":"@{CreatedDateTime=; PostType=regular}","AdditionalProperties":{}}`
	if err := os.WriteFile(file, []byte("["+sound+","+cut+","+local+",7]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--dry-run"}, {}, {}} {
		out, code := tocsin(t, data, append([]string{"import", file, "--tenant", "contoso", "--output", "json"}, args...)...)
		var got struct {
			New, Unchanged, Refused, Doubtful int
			Refusals                          []struct{ File, Place, ID, Member, Reason string }
			Warnings                          []string
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 || got.New+got.Unchanged != 2 || got.Refused != 2 || got.Doubtful != 1 {
			t.Fatalf("import %v: exit code %d, %+v, %v", args, code, got, err)
		}
		if r := got.Refusals[0]; r.File != "mixed.json" || r.ID != "TM910002" || r.Place != "value 1: element 2" || r.Member != "Details" || !strings.Contains(r.Reason, "`-Depth 10`") {
			t.Errorf("refused %+v", r)
		}
		for _, want := range []string{"mixed.json", "element 3", "EX910004", "lastModifiedDateTime", "9/14/2026 11:20:44 AM"} {
			if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], want) {
				t.Errorf("warnings %q, want one that names %s", got.Warnings, want)
			}
		}
		if strings.Contains(out, "tocsin.") || strings.Contains(out, "Go ") || strings.Contains(out, "struct") {
			t.Errorf("words of the program's inside: %s", out)
		}
	}
	base := serve(t, data, "serve")
	token := tokens(t, data, base)
	var issues page
	get(t, base+"/v1.0/admin/serviceAnnouncement/issues?$orderby=id", token("/v1.0"), &issues)
	if len(issues.Value) != 2 || issues.Value[1]["lastModifiedDateTime"] != nil || issues.Value[1]["startDateTime"] != "2026-09-14T06:30:00Z" {
		t.Errorf("Graph says %v, want null for what could not be read", issues.Value)
	}
	var messages page
	get(t, base+"/api/v1.0/contoso.com/ServiceComms/Messages?$filter="+url.QueryEscape("Id eq 'EX910004'"), token("/api"), &messages)
	if len(messages.Value) != 1 || messages.Value[0]["LastUpdatedTime"] != nil {
		t.Errorf("the legacy API says %v, want null for what could not be read", messages.Value)
	}
	var overviews page
	get(t, base+"/v1.0/admin/serviceAnnouncement/healthOverviews", token("/v1.0"), &overviews)
	for _, o := range overviews.Value {
		if o["id"] == "TM910002" || o["service"] == "EX910001" {
			t.Errorf("a made-up service: %v", o)
		}
	}
}
