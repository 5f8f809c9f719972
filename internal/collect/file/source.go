package file

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// Poll reads every file. Files whose name starts with a dot are left out, being
// still written, and so is what is no plain file. Together the files are whole
// lists: what none of them holds any more has left, except that a kind of which
// they hold nothing at all is not a list. A file that cannot be read costs no
// other, but may hold anything: then nothing has left.
func (s *Source) Poll(ctx context.Context, _ collect.Ask) (collect.Answer, error) {
	paths, err := s.files()
	if err != nil {
		return collect.Answer{}, &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemPath), Cause: err}
	}
	p := polled{catalogue: newCatalogue()}
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return collect.Answer{}, err
		}
		if err := p.read(path); err != nil && p.lost == nil {
			p.lost = &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemFile, "name", filepath.Base(path)), Cause: err}
		}
	}
	if p.lost != nil {
		for i := range p.lists {
			p.lists[i].Full = false
		}
		p.lists = append(p.lists, collect.Lost(p.lost, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindMessage)...)
	}
	return collect.Answer{Lists: p.lists}.Checked()
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

// polled is what the files of a poll hold.
type polled struct {
	lists     []collect.List
	catalogue *catalogue
	lost      *collect.Failure // why a file could not be read
}

// read adds what one file holds, or nothing of a file that breaks off.
func (p *polled) read(path string) error {
	f, err := look(filepath.Base(path), func() (io.ReadCloser, error) { return os.Open(path) }, maxFile)
	if err != nil {
		return err
	}
	var found []collect.List
	size := 0
	hold := func(kind tocsin.Kind, item collect.Item) error {
		if size += len(item.Body); size > maxFile {
			return fmt.Errorf("it is larger than %d bytes", maxFile)
		}
		item.Body = bytes.Clone(item.Body)
		found = merge(found, collect.List{Kind: kind, Items: []collect.Item{item}, Listed: 1})
		return nil
	}
	var refused error
	err = f.each(func(n *Notice) error { return hold(n.Kind, n.Item) }, func(r Refusal, raw []byte) {
		item := collect.Item{Body: raw, Hash: tocsin.HashOf(raw), Odd: r}
		if r.Member != "" {
			item.Odd = &json.UnmarshalTypeError{Field: r.Member, Value: r.Reason} // as encoding/json would say it
		}
		refused = errors.Join(refused, hold(p.kindOf(raw), item))
	})
	if err = errors.Join(err, refused); err != nil {
		return err
	}
	for _, list := range found {
		p.lists = merge(p.lists, list)
	}
	return nil
}

// kindOf is what an element seems to be that cannot be read. What nobody can
// tell may be an issue, which weighs most.
func (p *polled) kindOf(raw []byte) tocsin.Kind {
	c := reading{catalogue: p.catalogue}
	o, _ := c.outline(raw) // as far as it goes
	e, ok := o.entity()
	switch {
	case ok && e == graphMessage || ok && e == legacyMessage && tocsin.SeemsMessage(raw):
		return tocsin.KindMessage
	case tocsin.SeemsNotice(o.id, 1): // whatever is left of it
		if tocsin.SeemsMessage(raw) {
			return tocsin.KindMessage
		}
	case ok && (e == graphOverview || e == legacyStatus):
		return tocsin.KindOverview
	case ok && e == legacyService:
		return tocsin.KindService
	}
	return tocsin.KindIssue
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
