package cli

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the goldens and docs/commands.md")

// golden compares text with a file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./internal/cli -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of date (-file +program); write it with: go test ./internal/cli -update\n%s", path, diff)
	}
}

// env is an environment without variables and what was printed to it.
func env(args ...string) (e Env, stdout, stderr *bytes.Buffer) {
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return Env{Args: args, Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: stdout, Stderr: stderr}, stdout, stderr
}

// commands are all commands and groups of commands in the order of the help.
func commands(node *kong.Node) (list []*kong.Node) {
	for _, child := range node.Children {
		list = append(append(list, child), commands(child)...)
	}
	return list
}

func model() *kong.Node {
	e, _, _ := env()
	return newParser(context.Background(), e, &root{}).Model.Node
}

// Help texts are read in a review, and are the manual page of the command line.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	var manual strings.Builder
	manual.WriteString("# Command line\n\n<!-- Written by: go test ./internal/cli -update -->\n\n" +
		"Exit codes: 0 done, 1 failed, 2 used wrongly. Flags come before or after arguments; `--output json` makes results readable for programs, and `--output csv` lists for spreadsheets.\n")
	help := func(name string, args []string) {
		e, stdout, stderr := env(append(args, "--help")...)
		if code := Main(t.Context(), e); code != exitDone {
			t.Errorf("%s --help ends with %d: %s", name, code, stderr)
		}
		golden(t, filepath.Join("testdata", "help", strings.ReplaceAll(name, " ", "-")+".golden"), stdout.String())
		manual.WriteString("\n## " + name + "\n\n```\n" + strings.TrimSpace(stdout.String()) + "\n```\n")
	}
	help("tocsin", nil)
	for _, node := range commands(model()) {
		path := strings.TrimPrefix(node.Path(), "tocsin ")
		help("tocsin "+path, strings.Fields(path))
	}
	golden(t, "../../docs/commands.md", manual.String())
}

func TestEveryCommandHasAnExampleThatParses(t *testing.T) {
	t.Parallel()
	for _, node := range commands(model()) {
		if !node.Leaf() {
			continue
		}
		examples := examplesOf(node.Detail)
		if len(examples) == 0 {
			t.Errorf("tocsin %s has no example: end its help with %q and a line that works", node.Path(), strings.TrimSpace(exampleMark))
			continue
		}
		for _, example := range examples {
			if !strings.HasPrefix("tocsin "+example, node.FullPath()) {
				t.Errorf("the example of %q is of another command: %s", node.FullPath(), example)
			}
			parse(t, example)
		}
	}
}

// examplesOf are the commands in the help of one, without the program.
func examplesOf(detail string) (list []string) {
	for line := range strings.Lines(detail) {
		if example, ok := strings.CutPrefix(line, "    tocsin "); ok {
			list = append(list, strings.TrimSpace(example))
		}
	}
	return list
}

// parse reads a line as the program does, without running it.
func parse(t *testing.T, line string) {
	t.Helper()
	e, _, _ := env()
	if _, err := newParser(t.Context(), e, &root{}).Parse(strings.Fields(line)); err != nil {
		t.Errorf("tocsin %s: %v", line, err)
	}
}

// documented are the commands in the code blocks of a document.
func documented(t *testing.T, path string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, block := range strings.Split(string(text), "```") {
		if i%2 == 0 {
			continue
		}
		for line := range strings.Lines(block) {
			line, _, _ = strings.Cut(line, " #")
			line = strings.TrimPrefix(strings.TrimSpace(line), "go run ./cmd/")
			if command, ok := strings.CutPrefix(line, "tocsin "); ok {
				lines = append(lines, command)
			}
		}
	}
	return lines
}

func TestCommandsOfDocumentsParse(t *testing.T) {
	t.Parallel()
	lines := documented(t, "../../README.md")
	if len(lines) < 8 {
		t.Errorf("README.md names %d commands", len(lines))
	}
	for _, line := range append(lines, documented(t, "../../CONTRIBUTING.md")...) {
		parse(t, line)
	}
}

// What the README tells a new user to type works in the order in which it
// stands there. The two commands that serve are tested in test/e2e.
func TestCommandsOfReadmeWork(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	for _, line := range documented(t, "../../README.md") {
		args := strings.Fields(strings.ReplaceAll(line, "docs/", "../../docs/"))
		if args[0] == "demo" || args[0] == "serve" {
			continue
		}
		e, stdout, stderr := env(append(args, "--data", data)...)
		e.Getenv = func(name string) string { return map[string]string{"CONTOSO_SECRET": "secret"}[name] }
		if code := Main(t.Context(), e); code != exitDone {
			t.Errorf("tocsin %s ends with %d: %s", line, code, stderr)
		}
		if stdout.Len() == 0 {
			t.Errorf("tocsin %s prints nothing", line)
		}
	}
}
