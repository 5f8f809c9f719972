package file

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/tocsin"
)

// Source polls a file, or all files of a directory, that something else writes.
type Source struct{ path string }

// New makes a source of a file or directory.
func New(path string) (*Source, error) {
	if path == "" {
		return nil, tocsin.Invalidf("path", "Name a file or directory.")
	}
	return &Source{path}, nil
}

// Poll reads every file, all or nothing. Files whose name starts with a dot
// are left out: they are still being written. What is no longer in the files
// has not left.
func (s *Source) Poll(ctx context.Context, _ collect.Ask) (collect.Answer, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return collect.Answer{}, &collect.Failure{Reason: "The path cannot be read.", Cause: err}
	}
	root, names := filepath.Dir(s.path), []string{filepath.Base(s.path)}
	if info.IsDir() {
		root = s.path
		if names, err = fs.Glob(os.DirFS(s.path), "*"); err != nil {
			return collect.Answer{}, &collect.Failure{Reason: "The directory cannot be listed.", Cause: err}
		}
		names = slices.DeleteFunc(names, func(name string) bool { return name[0] == '.' })
	}
	var answer collect.Answer
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return collect.Answer{}, err
		}
		lists, err := readOne(filepath.Join(root, name))
		if err != nil {
			return collect.Answer{}, &collect.Failure{Reason: "The file " + name + " cannot be read.", Cause: err}
		}
		answer.Lists = append(answer.Lists, lists...)
	}
	return answer, nil
}

func readOne(path string) ([]collect.List, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || info.IsDir() {
		return nil, err
	}
	lists, _, err := Read(file, filepath.Base(path))
	return lists, err
}
