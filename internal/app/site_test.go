package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A file that says what it said at the last export is not written again: what
// others keep of it stays good.
func TestExportLeavesWhatIsTheSame(t *testing.T) {
	t.Parallel()
	c, rooms, tenant := published(t, 3)
	dir := t.TempDir()
	export := func() (os.FileInfo, int) {
		files, size, err := ExportSite(t.Context(), c, rooms, tenant, false, dir)
		if err != nil || files < 15 || size == 0 {
			t.Fatal(files, size, err)
		}
		info, err := os.Stat(filepath.Join(dir, "ja", "updates", "EX0", "2.html"))
		if err != nil {
			t.Fatal(err)
		}
		return info, files
	}
	first, files := export()
	again, _ := export()
	if !os.SameFile(first, again) {
		t.Error("a file that is the same was replaced")
	}
	name := filepath.Join(dir, "ja", "updates", "EX0", "2.html")
	if err := os.WriteFile(name, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	changed, n := export()
	if changed.Size() != first.Size() || changed.Mode() != first.Mode() || n != files {
		t.Errorf("%d bytes with mode %v, %d files", changed.Size(), changed.Mode(), n)
	}
}

// Continuity sheets are in the files of those who ask for them, and in no others.
func TestExportHasSheetsWhenAsked(t *testing.T) {
	t.Parallel()
	c, rooms, tenant := published(t, 1)
	m := tocsin.BusinessMap{TenantID: tenant.ID, Sheets: []tocsin.ContinuitySheet{{Service: "Exchange", Documents: "On the file server", Numbers: "+33 1 99 00 12 34"}}}
	if _, err := rooms.Responses.PutBusinessMap(t.Context(), m, 0, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, asked := range []bool{false, true} {
		dir := t.TempDir()
		if _, _, err := ExportSite(t.Context(), c, rooms, tenant, asked, dir); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"help.html", "ja/help.html"} {
			page, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			if has := bytes.Contains(page, []byte("On the file server")) && bytes.Contains(page, []byte("33 1 99 00 12 34")); has != asked {
				t.Errorf("%s: sheets asked for: %v, there: %v", name, asked, has)
			}
		}
	}
}
