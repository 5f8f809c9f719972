package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A desk is backed up while it runs, and stands elsewhere with the same heads of
// its chains; whoever had a session or a set-up link has none there.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	data, there := t.TempDir(), filepath.Join(t.TempDir(), "there")
	var ignored map[string]any
	run(t, data, &ignored, "tenant", "add", "--id", contosoID, "--name", "contoso", "--domain", "contoso.com")
	serve(t, data, "serve") // makes the master key and a set-up link
	run(t, data, &ignored, "service", "add", "--id", "Vpn", "--tenant", "contoso", "--name", "Remote access")
	run(t, data, &ignored, "issue", "create", "--tenant", "contoso", "--service", "Vpn", "--title", "Slow", "--status", "serviceDegradation", "--text", "We look into it.")
	dir := t.TempDir()
	phrase, file := filepath.Join(dir, "phrase"), filepath.Join(dir, "desk.backup")
	if err := os.WriteFile(phrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var made, checked struct {
		Rows   int
		SHA256 string
		Key    string `json:"masterKey"`
	}
	run(t, data, &made, "backup", file, "--passphrase-file", phrase)
	run(t, t.TempDir(), &checked, "backup", "verify", file, "--passphrase-file", phrase)
	if made != checked || made.Rows == 0 || len(made.SHA256) != 64 || len(made.Key) != 16 {
		t.Errorf("made %+v, checked %+v", made, checked)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	restore := []string{"restore", file, "--passphrase-file", phrase}
	if _, code := tocsin(t, there, restore...); code != 1 {
		t.Errorf("without the master key: exit code %d", code)
	}
	key, err := os.ReadFile(filepath.Join(data, "master.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(there, "master.key"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	var done struct {
		Rows, CodesEnded int
		SHA256           string
	}
	run(t, there, &done, restore...)
	if done.Rows != made.Rows || done.SHA256 != made.SHA256 || done.CodesEnded != 1 {
		t.Errorf("%+v, want the %d rows and one code ended", done, made.Rows)
	}
	var was, is struct {
		Tenants []struct{ Head string }
	}
	run(t, data, &was, "verify")
	run(t, there, &is, "verify")
	if len(is.Tenants) != 1 || is.Tenants[0] != was.Tenants[0] {
		t.Errorf("heads %+v, want %+v", is, was)
	}
	for _, args := range [][]string{{"backup", file, "--passphrase-file", phrase}, {"backup", file + "2"}, restore} {
		if _, code := tocsin(t, there, args...); code == 0 {
			t.Errorf("%q: no error", args)
		}
	}
	base := serve(t, there, "serve")
	if page := read(t, base+"/healthz"); page == "" {
		t.Error("the restored desk does not answer")
	}
	answer, err := http.Get(base + "/") //nolint:noctx // of a test
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode >= http.StatusInternalServerError {
		t.Errorf("the first page: %d, %v", answer.StatusCode, err)
	}
	if out, _ := tocsin(t, there, "issue", "list", "--tenant", "contoso"); !strings.Contains(out, "Slow") {
		t.Errorf("issues: %s", out)
	}
}
