package e2e

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/plaintext"
	vocabulary "example.org/tocsin/internal/tocsin"
)

const recentPosts = "../../../shared/data/message-center-2026.jsonl.gz"

// recent reads real posts of one summer, or skips the test where they are not
// at hand.
func recent(t *testing.T) []vocabulary.Message {
	t.Helper()
	file, err := os.Open(recentPosts)
	if err != nil {
		t.Skip("no recorded data at hand:", err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []vocabulary.Message
	lines := bufio.NewScanner(packed)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var m vocabulary.Message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	if lines.Err() != nil || len(list) != 65 {
		t.Fatalf("%d posts, %v, want 65", len(list), lines.Err())
	}
	return list
}

// Real posts are imported, listed by both APIs and on the page of messages, and
// shown whole.
func TestRecentPosts(t *testing.T) {
	t.Parallel()
	posts := recent(t)
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	var imported struct{ New, Refused, Doubtful int }
	if run(t, data, &imported, "import", recentPosts, "--tenant", "contoso"); imported.New != len(posts) || imported.Refused+imported.Doubtful != 0 {
		t.Fatalf("imported %+v", imported)
	}
	base := serve(t, data, "serve", "--config", settings(t, "server:\n  pages: everyone\n"))
	token := tokens(t, data, base)
	graph := everything(t, base, "/v1.0/admin/serviceAnnouncement/messages", token, "id")
	legacy := everything(t, base, "/api/v1.0/contoso.com/ServiceComms/Messages?$filter="+url.QueryEscape("StartTime ge 2026-01-01T00:00:00Z and EndTime le 2100-01-01T00:00:00Z"), token, "Id")
	listed := body(t, base+"/messages?tenant=contoso&v=all") + body(t, base+"/messages?tenant=contoso&v=all&page=2")
	for _, m := range posts {
		if got, _ := graph[m.ID]["body"].(map[string]any); got["content"] != m.Content || graph[m.ID]["title"] != m.Title {
			t.Errorf("Graph: %s is %v", m.ID, graph[m.ID]["title"])
		}
		texts, _ := legacy[m.ID]["Messages"].([]any)
		if len(texts) != 1 || texts[0].(map[string]any)["MessageText"] != m.Content || legacy[m.ID]["MessageType"] != "MessageCenter" {
			t.Errorf("legacy: %s is %v with %d texts", m.ID, legacy[m.ID]["Title"], len(texts))
		}
		if !strings.Contains(listed, m.ID) {
			t.Errorf("%s is not on the page of messages", m.ID)
		}
		shown := shownText(body(t, base+"/messages/"+m.ID+"?tenant=contoso"))
		for line := range strings.Lines(plaintext.Text(m.Content, m.ContentType)) {
			line := shownText(line)
			heading := strings.Trim(line, "[]: ") // is shown as one, without the signs that mark it in the text
			if !strings.Contains(shown, line) && (len(line) > 100 || !strings.Contains(shown, heading)) {
				t.Errorf("the page of %s lacks %q", m.ID, line)
			}
		}
	}
}

// everything follows a list to its end and returns its items by their id.
func everything(t *testing.T, base, address string, token func(string) string, id string) map[string]map[string]any {
	t.Helper()
	items := map[string]map[string]any{}
	for next := base + address; next != ""; {
		var answer map[string]any
		if response := get(t, next, token(address), &answer); response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", next, response.Status)
		}
		list, _ := answer["value"].([]any)
		for _, item := range list {
			one := item.(map[string]any)
			items[one[id].(string)] = one
		}
		if next, _ = answer["@odata.nextLink"].(string); next == "" {
			next, _ = answer["odata.nextLink"].(string)
		}
	}
	return items
}

// shownText is the text of a page with single blanks.
func shownText(page string) string {
	return strings.Join(strings.Fields(plaintext.Text(page, "html")), " ")
}
