package cli_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/cli"
)

// A command that only reads makes no desk where there is none: a directory that
// is named wrongly is said to be so.
func TestReadingMakesNoDesk(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"check", "--tenant", "contoso"},
		{"health", "list", "--tenant", "contoso"},
		{"health", "get", "Exchange", "--tenant", "contoso"},
		{"issue", "list", "--tenant", "contoso"},
		{"issue", "get", "EX1", "--tenant", "contoso"},
		{"issue", "watch", "EX1", "--tenant", "contoso"},
		{"message", "list", "--tenant", "contoso"},
		{"message", "get", "MC1", "--tenant", "contoso"},
		{"verify"},
		{"export", "site", "site", "--tenant", "contoso"},
		{"export", "data", "-", "--tenant", "contoso"},
		{"tenant", "list"},
		{"user", "list"},
		{"team", "list"},
		{"site", "list"},
		{"contact", "list"},
		{"client", "list", "--tenant", "contoso"},
		{"client", "secret", "list", "4d7f3a52-0c3e-4a43-9d44-7d1e5f0b8a11"},
		{"key", "list"},
		{"consumer", "list"},
		{"silence", "list"},
		{"incident", "list"},
		{"incident", "show", "1"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "desk")
			var out bytes.Buffer
			code := cli.Main(t.Context(), cli.Env{
				Args: append(args, "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
			})
			want := "There is no desk in " + data + ": it has no database tocsin.db."
			if code == 0 || !strings.Contains(out.String(), want) {
				t.Errorf("exit code %d, %q, want %q", code, out.String(), want)
			}
			if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the directory was made: %v", err)
			}
		})
	}
}
