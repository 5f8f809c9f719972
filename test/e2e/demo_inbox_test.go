package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A demonstration shows what its channels have sent: mails in three languages,
// cards and signed webhooks come as the incident unfolds.
func TestDemoInbox(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	serve(t, data, "demo", "--speed", "100")
	text, err := os.ReadFile(filepath.Join(data, "demo.json"))
	if err != nil {
		t.Fatal(err)
	}
	var info struct{ Inbox string }
	if err := json.Unmarshal(text, &info); err != nil || !strings.HasPrefix(info.Inbox, "http://127.0.0.1:") {
		t.Fatalf("inbox %q, %v", info.Inbox, err)
	}
	base := strings.TrimSuffix(info.Inbox, "/demo/mail")
	for page, wants := range map[string][]string{
		"/demo/mail":     {"[serviceRestored] MO821132", `lang="fr"`, `lang="ja"`},
		"/fr/demo/cards": {"[serviceRestored] MO821132"},
		"/ja/demo/hooks": {"✓", "MO821132"},
	} {
		var last string
		deadline := time.Now().Add(time.Minute)
		for missing := wants; len(missing) > 0; {
			if last = read(t, base+page); strings.Contains(last, missing[0]) {
				missing = missing[1:]
				continue
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: no %q in\n%s", page, missing[0], last)
			}
			<-time.After(200 * time.Millisecond)
		}
	}
}

func read(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address) //nolint:noctx // of a test
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
