package store_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.org/tocsin/internal/store/storetest"
)

// nobody is a user that owns no files.
const nobody = 65534

// asReader reads the archive at dsn in a process of a user that may not write.
func asReader(t *testing.T, dsn string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "/proc/self/exe") // whatever the modes of the directories above it
	command.Dir = "/"
	command.Env = append(os.Environ(), readVariable+"="+dsn)
	if os.Geteuid() == 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, NoSetGroups: true}}
	}
	out, _ := command.CombinedOutput() // what it says is compared
	return strings.TrimSpace(string(out))
}

// A user that may only read a desk's files reads what the desk has, running or
// not, and leaves no file behind.
func TestReadWithoutWriting(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		running   bool
		dir, file os.FileMode
		want      string
	}{
		{"running", true, 0o555, 0o444, "2 <nil> <nil>"},
		{"stopped", false, 0o555, 0o444, "2 <nil> <nil>"},
		{"stopped, new files allowed", false, 0o777, 0o444, "2 <nil> <nil>"},
		{"no new files allowed", false, 0o555, 0o666, "2 <nil> <nil>"},
		{"unreadable", false, 0o555, 0, "This user may not read the database "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dsn := storetest.File(t)
			desk, err := storetest.New(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			storetest.AddTenants(t, desk)
			if !tt.running {
				if err := desk.Close(); err != nil {
					t.Fatal(err)
				}
			} else {
				defer desk.Close()
			}
			dir := filepath.Dir(dsn)
			files, err := filepath.Glob(dsn + "*")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range files {
				chmod(t, name, tt.file)
			}
			chmod(t, filepath.Dir(dir), 0o755)
			chmod(t, dir, tt.dir)
			defer chmod(t, dir, 0o700)
			if got := asReader(t, dsn); !strings.HasPrefix(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if after, err := filepath.Glob(dsn + "*"); tt.dir == 0o555 && (err != nil || len(after) != len(files)) {
				t.Errorf("left behind: %v, %v, before %v", after, err, files)
			}
		})
	}
}

func chmod(t *testing.T, name string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(name, mode); err != nil {
		t.Error(err)
	}
}
