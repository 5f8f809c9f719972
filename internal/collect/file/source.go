package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/tocsin"
)

// maxFiles bounds how many files of a directory are read.
const maxFiles = 10_000

// Source polls a file, or all files of a directory, that something else writes.
type Source struct{ path string }

// New makes a source of a file or directory. It fails with [tocsin.ErrInvalid]
// without one; that it can be read is for a poll to find out.
func New(path string) (*Source, error) {
	if path == "" {
		return nil, tocsin.Invalidf("path", "Name a file or directory.")
	}
	return &Source{path}, nil
}

// Poll reads every file, all or nothing. Files whose name starts with a dot
// are left out, being still written, and so is what is no plain file. Together
// the files are whole lists: what none of them holds any more has left, except
// that a kind of which they hold nothing at all is not a list.
func (s *Source) Poll(ctx context.Context, _ collect.Ask) (collect.Answer, error) {
	paths, err := s.files()
	if err != nil {
		return collect.Answer{}, &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemPath), Cause: err}
	}
	var answer collect.Answer
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return collect.Answer{}, err
		}
		lists, err := readOne(path)
		if err != nil {
			return collect.Answer{}, &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemFile, "name", filepath.Base(path)), Cause: err}
		}
		for _, list := range lists {
			answer.Lists = merge(answer.Lists, list)
		}
	}
	return answer, nil
}

// files are the plain files to be read, in order of name.
func (s *Source) files() ([]string, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return nil, err
	}
	if info.Mode().IsRegular() {
		return []string{s.path}, nil
	}
	if !info.IsDir() {
		return nil, errors.New("it is neither a file nor a directory")
	}
	entries, err := os.ReadDir(s.path)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, entry := range entries {
		if entry.Name()[0] == '.' {
			continue
		}
		path := filepath.Join(s.path, entry.Name())
		info, err := os.Stat(path) // follows links
		if err != nil {
			return nil, err
		}
		// To open a pipe would wait for its other end.
		if info.Mode().IsRegular() {
			paths = append(paths, path)
		}
	}
	if len(paths) > maxFiles {
		return nil, fmt.Errorf("it holds more than %d files", maxFiles)
	}
	return paths, nil
}

func readOne(path string) ([]collect.List, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lists, _, err := Read(file, filepath.Base(path))
	return lists, err
}

// merge adds a list to that of its kind: a kind is listed once.
func merge(lists []collect.List, more collect.List) []collect.List {
	for i := range lists {
		if lists[i].Kind == more.Kind {
			lists[i].Items = append(lists[i].Items, more.Items...)
			lists[i].Listed += more.Listed
			return lists
		}
	}
	more.Full = true
	return append(lists, more)
}
