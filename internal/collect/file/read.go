// Package file reads notices from files: answers of either API, single
// entities, lines of recorded history, and what tools make of them, such as the
// output of ConvertTo-Json. The kind is recognised by the whole set of members,
// never by the file's name. Begin reading at [Open].
package file

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/tocsin"
)

// maxFile bounds a file that is held in memory, inflated, in bytes.
const maxFile = 256 << 20

// A File is one file of notices that is known to be whole: JSON from the first
// byte to the last, as far as its lists go. It is read as a stream, one element
// at a time.
type File struct {
	Name     string
	Elements int      // how many elements its lists have
	Warnings []string // what was put right on the way

	open func() (io.ReadCloser, error)
	ansi bool // its bytes are those of Windows-1252
}

// A Notice is one element of a file that can be stored.
type Notice struct {
	collect.Item
	tocsin.Document
	Place string // where in the file it stands, such as "value 1: element 3"
}

// A Refusal is one element of a file that cannot be stored.
type Refusal struct { //nolint:errname // file.Refusal says it
	File   string
	Place  string // such as "value 1: element 3"
	ID     string // "" when not even that can be read
	Member string // the odd one, such as "Posts[0].Description"; "" for the whole element
	Reason string // a phrase, such as "is text where a list belongs"
}

func (r Refusal) Error() string {
	text := r.File + ": " + r.Place + ": "
	if r.ID != "" {
		text += r.ID + ": "
	}
	if r.Member != "" {
		text += r.Member + " "
	}
	return text + r.Reason + "."
}

// Open reads a whole file once and finds out what it is. It fails with
// [tocsin.ErrInvalid] when the file breaks off, is no JSON or holds nothing: an
// error names the file and the place. The file is opened again for [File.Each].
func Open(name string, open func() (io.ReadCloser, error)) (*File, error) {
	return look(name, open, math.MaxInt64)
}

// look opens a file that has up to limit bytes when it is inflated.
func look(name string, open func() (io.ReadCloser, error), limit int64) (*File, error) {
	f := &File{Name: name, open: open}
	in, err := open()
	if err != nil {
		return nil, refuse(name, 0, "%v", err)
	}
	defer in.Close()
	b, err := inflate(in)
	if err != nil {
		return nil, refuse(name, 0, "%v", err)
	}
	text, wide := decode(b, false)
	counted := &census{from: text, limit: limit}
	s := newSplitter(counted, func([]byte) error { return nil })
	err = s.run()
	switch {
	case err != nil:
		return nil, f.broken(s, err)
	case counted.nul:
		return nil, refuse(name, 0, "it holds a NUL")
	case counted.bad && (wide || !counted.ansi()):
		return nil, refuse(name, 0, "it is neither UTF-8 nor another encoding that can be told, write it again with `-Encoding utf8`")
	case s.elements == 0 && !s.empty:
		return nil, refuse(name, 0, "it holds no notices")
	}
	f.Elements, f.ansi = s.elements, counted.bad
	if s.stray {
		f.Warnings = append(f.Warnings, name+": left out a stray opening brace, as in the API reference's own sample.")
	}
	if f.ansi {
		f.Warnings = append(f.Warnings, name+": it is not UTF-8 and was read as Windows-1252. If letters look wrong, write it again with `-Encoding utf8`.")
	}
	return f, nil
}

// broken says where a file breaks off or is no JSON.
func (f *File) broken(s *splitter, err error) error {
	var syntax syntaxError
	switch {
	case errors.Is(err, errEnds):
		return refuse(f.Name, s.offset(), "it ends within %s, want the rest of it", s.place())
	case errors.As(err, &syntax):
		return refuse(f.Name, s.offset()+1, "%s is not JSON: %q does not belong there", s.place(), syntax.byte)
	}
	return refuse(f.Name, s.offset(), "%v", err)
}

func refuse(name string, offset int64, format string, args ...any) error {
	where := name
	if offset > 0 {
		where = fmt.Sprintf("%s, before byte %d", name, offset)
	}
	return tocsin.Invalidf("file", "%s: %s.", where, fmt.Sprintf(format, args...))
}

// Each reads the file and calls found for each notice and refused for each
// element that is none, in the order of the file. It stops at the first error
// of found. What found gets is valid until it returns.
func (f *File) Each(found func(*Notice) error, refused func(Refusal)) error {
	return f.each(found, func(r Refusal, _ []byte) { refused(r) })
}

func (f *File) each(found func(*Notice) error, refused func(Refusal, []byte)) error {
	in, err := f.open()
	if err != nil {
		return refuse(f.Name, 0, "%v", err)
	}
	defer in.Close()
	b, err := inflate(in)
	if err != nil {
		return refuse(f.Name, 0, "%v", err)
	}
	text, _ := decode(b, f.ansi)
	c := &reading{file: f, catalogue: newCatalogue(), found: found, refused: refused}
	s := newSplitter(text, c.element)
	c.splitter = s
	if err := s.run(); err != nil {
		if c.stopped != nil {
			return c.stopped
		}
		return f.broken(s, err)
	}
	return nil
}

// Read reads all notices of one file, or none: an error names the file and the
// place. Warnings tell what was put right on the way. It holds the file in
// memory with all that is read from it; see [Open] for another way.
func Read(r io.Reader, name string) (lists []collect.List, warnings []string, err error) {
	inflated, err := inflate(r)
	if err != nil {
		return nil, nil, refuse(name, 0, "%v", err)
	}
	text, err := io.ReadAll(io.LimitReader(inflated, maxFile+1))
	switch {
	case err != nil:
		return nil, nil, refuse(name, 0, "%v", err)
	case len(text) > maxFile:
		return nil, nil, refuse(name, 0, "it is larger than %d bytes", maxFile)
	}
	f, err := Open(name, func() (io.ReadCloser, error) { return io.NopCloser(bufio.NewReader(bytes.NewReader(text))), nil })
	if err != nil {
		return nil, nil, err
	}
	var first error
	byKind := map[tocsin.Kind]*collect.List{}
	err = f.Each(func(n *Notice) error {
		list, ok := byKind[n.Kind]
		if !ok {
			list = &collect.List{Kind: n.Kind}
			byKind[n.Kind] = list
		}
		n.Item.Body = bytes.Clone(n.Item.Body)
		list.Items = append(list.Items, n.Item)
		return nil
	}, func(r Refusal) {
		if first == nil {
			first = tocsin.Invalidf("file", "%v", r)
		}
	})
	if err = errors.Join(err, first); err != nil {
		return nil, nil, err
	}
	for _, kind := range []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindMessage} {
		if list, ok := byKind[kind]; ok {
			list.Listed = len(list.Items)
			lists = append(lists, *list)
		}
	}
	return lists, f.Warnings, nil
}
