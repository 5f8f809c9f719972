package e2e

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
)

// A large import leaves the rows packed, so that the desk starts quickly.
func TestImportPacksRows(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	var lines strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&lines, `{"id":"EX%d","title":"Mail is late","service":"Exchange Online","classification":"advisory","status":"serviceRestored","isResolved":true,`+
			`"startDateTime":"2026-03-02T07:40:00Z","endDateTime":"2026-03-02T11:15:00Z","lastModifiedDateTime":"2026-03-02T11:32:08Z","posts":[]},`, 100000+i)
	}
	file := filepath.Join(t.TempDir(), "issues.json")
	list := `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#admin/serviceAnnouncement/issues","value":[` + strings.TrimSuffix(lines.String(), ",") + `]}`
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	var imported struct{ New int }
	if run(t, data, &imported, "import", file, "--tenant", contosoID); imported.New != 6000 {
		t.Fatalf("imported %+v", imported)
	}
	archive, err := storetest.New(t.Context(), filepath.Join(data, "tocsin.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	last, err := archive.LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if block, err := archive.Block(t.Context(), contosoID); err != nil || block.Seq != last {
		t.Errorf("the packed rows are of change %d, %v, want %d", block.Seq, err, last)
	}
}

// What is exported is what another desk imports: every version of everything,
// and when it was seen.
func TestExportIsImported(t *testing.T) {
	t.Parallel()
	desks := []string{filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "other")}
	for _, data := range desks {
		newTenant(t, data)
	}
	var ignored json.RawMessage
	one, tenant := desks[0], []string{"--tenant", "contoso"}
	run(t, one, &ignored, append([]string{"service", "add", "--id", "Vpn", "--name", "Remote access"}, tenant...)...)
	run(t, one, &ignored, append([]string{"issue", "create", "--service", "Vpn", "--title", "Sign-in is slow <&>", "--status", "serviceDegradation"}, tenant...)...)
	run(t, one, &ignored, append([]string{"issue", "post", "TC1001", "--text", "We look into it.", "--status", "restoringService"}, tenant...)...)
	run(t, one, &ignored, append([]string{"issue", "resolve", "TC1001"}, tenant...)...)
	run(t, one, &ignored, append([]string{"message", "create", "--title", "A new client", "--text", "Install it.", "--service", "Vpn"}, tenant...)...)

	var flaps strings.Builder
	for i, status := range []string{"investigating", "serviceInterruption", "investigating", "serviceInterruption", "investigating", "serviceRestored", "serviceInterruption"} {
		fmt.Fprintf(&flaps, `{"id":"EX500001","seenAt":"2026-03-02T08:0%d:00Z","message":{"id":"EX500001","title":"Mail is late","service":"Exchange Online","classification":"incident",`+
			`"status":%q,"isResolved":false,"startDateTime":"2026-03-02T07:40:00Z","lastModifiedDateTime":"2026-03-02T08:00:00Z","posts":[]}}`+"\n", i, status)
	}
	seen := filepath.Join(t.TempDir(), "flaps.jsonl")
	if err := os.WriteFile(seen, []byte(flaps.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, one, &ignored, append([]string{"import", seen}, tenant...)...)

	var health struct {
		Status string
		Issues []struct{ ID string }
	}
	if run(t, one, &health, append([]string{"health", "get", "remote access"}, tenant...)...); health.Status != "serviceOperational" || len(health.Issues) != 0 {
		t.Errorf("health get: %+v, want an operational service without issues", health)
	}

	files := make([]string, len(desks))
	for i, data := range desks {
		files[i] = filepath.Join(t.TempDir(), "data.jsonl.gz")
		if i > 0 {
			run(t, data, &ignored, append([]string{"import", files[i-1]}, tenant...)...)
		}
		var exported struct{ Items, Versions int }
		if run(t, data, &exported, append([]string{"export", "data", files[i]}, tenant...)...); exported.Items != 5 || exported.Versions < 15 {
			t.Errorf("exported %+v, want a service, its health, two issues and a message with all their versions", exported)
		}
	}
	var again struct{ New, Updated int }
	if run(t, desks[1], &again, append([]string{"import", files[0]}, tenant...)...); again.New+again.Updated != 0 {
		t.Errorf("imported again: %+v, want no news", again)
	}
	var issue struct{ Document struct{ Status string } }
	if run(t, desks[1], &issue, append([]string{"issue", "get", "EX500001"}, tenant...)...); issue.Document.Status != "serviceInterruption" {
		t.Errorf("the imported issue ends on %q, want the interruption that was seen last", issue.Document.Status)
	}
	if a, b := exportedLines(t, files[0]), exportedLines(t, files[1]); !slices.Equal(a, b) {
		t.Errorf("exported:\n%s\nimported, and exported again:\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

// exportedLines are the lines of an export without the names of sources, sorted.
func exportedLines(t *testing.T, name string) []string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	inflated, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	decoder := json.NewDecoder(inflated)
	for {
		var line map[string]any
		if err := decoder.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		delete(line, "source")
		text, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(text))
	}
	slices.Sort(lines)
	return lines
}
