package app

import (
	"os"
	"path/filepath"
	"testing"
)

// A file that says what it said at the last export is not written again: what
// others keep of it stays good.
func TestExportLeavesWhatIsTheSame(t *testing.T) {
	t.Parallel()
	c, rooms, tenant := published(t, 3)
	dir := t.TempDir()
	export := func() (os.FileInfo, int) {
		files, size, err := ExportSite(t.Context(), c, rooms, tenant, dir)
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
