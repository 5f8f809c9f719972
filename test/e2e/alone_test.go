package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store/storetest"
)

// programVariable makes the test binary the program itself, with the arguments
// that it holds, one a line.
const programVariable = "TOCSIN_E2E_PROGRAM"

func TestMain(m *testing.M) {
	if args := os.Getenv(programVariable); args != "" {
		os.Exit(cli.Main(context.Background(), cli.Env{
			Args: strings.Split(args, "\n"), Getenv: func(string) string { return "" }, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		}))
	}
	pgtest.Main(m)
}

// program is the program as a process of its own.
func program(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	command.Env = append(os.Environ(), programVariable+"="+strings.Join(args, "\n"))
	var printed bytes.Buffer
	command.Stderr = &printed
	return command, &printed
}

// refused runs a command that must fail, and returns what it says.
func refused(t *testing.T, args ...string) string {
	t.Helper()
	command, printed := program(t, args...)
	if err := command.Run(); err == nil {
		t.Fatalf("tocsin %s was not refused", strings.Join(args, " "))
	}
	return printed.String()
}

// One process runs a desk on a database file. The next one is told who does,
// short commands work beside it, and one that was killed keeps nobody out.
func TestSecondDeskIsRefused(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	first, _ := program(t, "serve", "--listen", "127.0.0.1:0", "--data", data, "--log-level", "error")
	out, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make([]byte, 64)
	if _, err := out.Read(ready); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"migrate"}} {
		said := refused(t, append(args, "--data", data)...)
		if !strings.Contains(said, "tocsin serve, process ") || !strings.Contains(said, " on ") || !strings.Contains(said, "since "+time.Now().UTC().Format("2006-")) {
			t.Errorf("tocsin %s: %s", args[0], said)
		}
	}
	if said := refused(t, "demo", "--listen", "127.0.0.1:0", "--data", data); !strings.Contains(said, "no demonstration") {
		t.Errorf("tocsin demo: %s", said)
	}
	run(t, data, &struct{}{}, "user", "add", "alex", "--role", "administrator")
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed
	if response := get(t, serve(t, data, "serve")+"/healthz", "", nil); response.StatusCode != http.StatusOK {
		t.Errorf("after a kill: %s", response.Status)
	}
}

// A demonstration stays out of a desk that is none and leaves it as it was; its
// own directory can be used again, and serve says what it is.
func TestDemoStaysOutOfDesks(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	before := digest(t, data)
	for _, args := range [][]string{{"--data", data}, {"--data", t.TempDir(), "--database", filepath.Join(data, "tocsin.db")}} {
		said := refused(t, append([]string{"demo", "--listen", "127.0.0.1:0"}, args...)...)
		if !strings.Contains(said, "holds a desk that is no demonstration") {
			t.Errorf("demo %s: %s", args, said)
		}
	}
	if after := digest(t, data); before != after {
		t.Errorf("the desk changed from %s to %s", before, after)
	}
	key := t.TempDir() // of a desk on PostgreSQL
	if err := os.WriteFile(filepath.Join(key, "master.key"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := refused(t, "demo", "--listen", "127.0.0.1:0", "--data", key); !strings.Contains(said, "holds the key of a desk") {
		t.Errorf("demo beside a key: %s", said)
	}
}

func TestDemoStaysOutOfPostgres(t *testing.T) {
	t.Parallel()
	dsn := pgtest.URL(t)
	s, err := storetest.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if said := refused(t, "demo", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--database", dsn); !strings.Contains(said, "holds a desk that is no demonstration") {
		t.Errorf("demo: %s", said)
	}
}

// digest names the files of a directory and their sizes and times.
func digest(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(f.Name() + " " + info.ModTime().String() + "\n")
	}
	return text.String()
}

// What a demonstration left is used again, by demo and by serve.
func TestDemoAgain(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	way := func() (people string) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(data, "demo.json"))
		if err != nil {
			t.Fatal(err)
		}
		var info struct {
			Base   string
			People json.RawMessage
		}
		if err := json.Unmarshal(text, &info); err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(info.People), info.Base, "")
	}
	var first string
	t.Run("first", func(t *testing.T) {
		serve(t, data, "demo", "--speed", "600")
		first = way()
	})
	t.Run("again", func(t *testing.T) {
		serve(t, data, "demo", "--speed", "600")
		if again := way(); again != first {
			t.Errorf("people %s became %s", first, again)
		}
	})
	t.Run("without its file", func(t *testing.T) {
		if err := os.Remove(filepath.Join(data, "demo.json")); err != nil {
			t.Fatal(err)
		}
		serve(t, data, "demo", "--speed", "600")
		if again := way(); len(again) < len(first)/2 {
			t.Errorf("people: %s", again)
		}
	})
	t.Run("serve", func(t *testing.T) {
		command, _ := program(t, "serve", "--listen", "127.0.0.1:0", "--data", data, "--log-level", "error")
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _, _ = command.Process.Kill(), command.Wait() }()
		said := make([]byte, 4096)
		n := 0
		for !strings.Contains(string(said[:n]), "demonstration") {
			more, err := out.Read(said[n:])
			if err != nil {
				t.Fatalf("serve says %q and no more: %v", said[:n], err)
			}
			n += more
		}
		base := strings.Fields(string(said[strings.Index(string(said[:n]), "http"):n]))[0]
		if response := get(t, base+"/login", "", nil); response.StatusCode != http.StatusOK {
			t.Errorf("pages: %s", response.Status)
		}
	})
}
