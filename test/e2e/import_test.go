package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
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
	archive, err := store.Open(t.Context(), filepath.Join(data, "tocsin.db"))
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
