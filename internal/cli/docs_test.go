package cli

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every command line in the documentation is one that the program takes: names
// of commands and flags, and values where few are allowed.
func TestDocumentedCommandsExist(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, page := range append(pages, "../../README.md") {
		if filepath.Base(page) == "commands.md" {
			continue // the help itself
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range commandLines(string(text)) {
			lines++
			e, _, _ := env()
			if _, err := newParser(context.Background(), e, &root{}).Parse(args); err != nil {
				t.Errorf("%s: tocsin %s: %v", filepath.Base(page), strings.Join(args, " "), err)
			}
		}
	}
	if lines < 15 {
		t.Errorf("only %d command lines were found", lines)
	}
}

var (
	fence   = regexp.MustCompile("(?ms)^ *```[a-z]*\n(.*?)^ *```")
	command = regexp.MustCompile(`(?m)^(?:.*(?:/|\$\())?\s*tocsin ([a-z][^#)\n]*)`)
	word    = regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s]+`)
)

// commandLines are those of a page's blocks, without what a shell or a monitor
// puts in.
func commandLines(page string) (lines [][]string) {
	for _, block := range fence.FindAllStringSubmatch(page, -1) {
		for _, line := range command.FindAllStringSubmatch(block[1], -1) {
			var args []string
			for _, one := range word.FindAllString(line[1], -1) {
				args = append(args, strings.Trim(one, `'"`))
			}
			if !slices.Contains(args, "…") {
				lines = append(lines, args)
			}
		}
	}
	return lines
}

// The command of a monitor is an object of its own form: its flags exist too.
func TestDocumentedPluginFlagsExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	flags := regexp.MustCompile(`(?m)^    "--([a-z-]+)" =`).FindAllStringSubmatch(string(text), -1)
	for _, node := range commands(model()) {
		if node.Path() != "tocsin check" {
			continue
		}
		var known []string
		for _, group := range node.AllFlags(false) {
			for _, flag := range group {
				known = append(known, flag.Name)
			}
		}
		for _, flag := range flags {
			if !slices.Contains(known, flag[1]) {
				t.Errorf("tocsin check has no flag --%s", flag[1])
			}
		}
	}
	if len(flags) < 5 {
		t.Errorf("only %d flags were found", len(flags))
	}
}
