// Command translation prints what the phrase book and a memory do for real posts,
// without any engine. For each post of an issue it says how many lines the book
// has in every language; for messages it replays their versions in time and says
// which share of the characters never reaches an engine, because the book or the
// memory of what was sent before has them:
//
//	go run ./test/translation [-data DIR] [-open N]
//
// DIR holds issue-posts.jsonl and message-center-*.jsonl.gz, whose texts are the
// provider's and no part of this project; without them the command says so and
// ends. With -open it lists the N open texts that cost most. Run it in the
// directory of the module.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/translate"
)

func main() {
	data := flag.String("data", "../shared/data", "directory of the records")
	open := flag.Int("open", 0, "how many open texts are listed")
	flag.Parse()
	if err := run(*data, *open); err != nil {
		fmt.Fprintln(os.Stderr, "translation:", err)
		os.Exit(1)
	}
}

func run(data string, open int) error {
	if _, err := os.Stat(data); errors.Is(err, fs.ErrNotExist) {
		fmt.Println("There are no records in " + data + ": nothing to measure.")
		return nil
	}
	costs := costs{}
	if err := issues(filepath.Join(data, "issue-posts.jsonl"), costs); err != nil {
		return err
	}
	r := replay{bodies: map[string]string{}, memory: map[translate.Key]bool{}, costs: costs}
	var all [2]counted
	for _, name := range []string{"message-center-updates.jsonl.gz", "message-center-2026.jsonl.gz"} { // in time
		r.counted = [2]counted{}
		if err := r.file(filepath.Join(data, name)); err != nil {
			return err
		}
		r.print(name)
		for i := range all {
			all[i].add(r.counted[i])
		}
	}
	r.counted = all
	r.print("all messages")
	costs.print(open)
	return nil
}

// costs is how many characters each open text costs, over all posts.
type costs map[string]int

func (c costs) print(most int) {
	texts := slices.SortedFunc(maps.Keys(c), func(a, b string) int { return cmp.Or(cmp.Compare(c[b], c[a]), cmp.Compare(a, b)) })
	for _, text := range texts[:min(most, len(texts))] {
		fmt.Printf("%6d  %s\n", c[text], text)
	}
}

// A tally counts lines and characters.
type tally struct{ lines, known, characters, kept int }

func (t tally) share() float64 { return percent(t.known, t.lines) }

func percent(part, whole int) float64 { return 100 * float64(part) / float64(max(1, whole)) }

// inBook reports whether the book has a segment in every language.
func inBook(s translate.Segment) bool {
	for _, language := range translate.Languages() {
		if _, ok := translate.DefaultBook().Line(language, s); !ok {
			return false
		}
	}
	return true
}

// issues prints for each post the share of lines by the book.
func issues(name string, costs costs) error {
	var all, whole tally
	err := lines(name, func(line []byte) error {
		var p struct {
			ID, FeedGUID, Title, LatestPost, Text   string
			MoreInfo, FinalUpdate, Scope, RootCause string
		}
		if err := json.Unmarshal(line, &p); err != nil {
			return err
		}
		text, full := post.Text(p.LatestPost+p.Text, "html"), true
		if text == "" { // republished in parts
			text, full = strings.Join([]string{p.Title, p.MoreInfo, p.FinalUpdate, p.Scope, p.RootCause}, "\n\n"), false
		}
		var t tally
		for _, s := range translate.Segments(text) {
			t.lines++
			if inBook(s) {
				t.known++
				continue
			}
			costs[s.Text] += utf8.RuneCountInString(s.Text)
		}
		all.lines, all.known = all.lines+t.lines, all.known+t.known
		if full {
			whole.lines, whole.known = whole.lines+t.lines, whole.known+t.known
		}
		fmt.Printf("%-14.14s %3d lines: %3d by book, %3d original, %3.0f %%\n", cmp.Or(p.ID, p.FeedGUID), t.lines, t.known, t.lines-t.known, t.share())
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Printf("posts in whole %3d lines: %3d by book, %.1f %%; with those republished in parts %d lines, %.1f %%\n\n", whole.lines, whole.known, whole.share(), all.lines, all.share())
	return nil
}

// A version is one state of a message in a record.
type version struct {
	SeenAt  string
	ID      string
	Message json.RawMessage
}

// file replays the versions of messages in the order in which they were seen.
func (r *replay) file(name string) error {
	var versions []version
	err := lines(name, func(line []byte) error {
		var v version
		if err := json.Unmarshal(line, &v); err != nil {
			return err
		}
		if v.Message == nil {
			v.Message = bytes.Clone(line)
		}
		versions = append(versions, v)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(versions, func(a, b version) int { return cmp.Compare(a.SeenAt, b.SeenAt) })
	for _, v := range versions {
		if err := r.see(v); err != nil {
			return err
		}
	}
	return nil
}

// A replay is the state of the memory on the way.
type replay struct {
	bodies  map[string]string
	memory  map[translate.Key]bool
	costs   costs
	counted [2]counted // first versions, changed ones
}

// counted are versions and what they hold.
type counted struct {
	versions int
	tally
}

func (c *counted) add(o counted) {
	c.versions += o.versions
	c.lines, c.known = c.lines+o.lines, c.known+o.known
	c.characters, c.kept = c.characters+o.characters, c.kept+o.kept
}

func (r *replay) see(v version) error {
	var m struct {
		ID                   string
		LastModifiedDateTime string
		Body                 struct{ Content, ContentType string }
	}
	if err := json.Unmarshal(v.Message, &m); err != nil {
		return err
	}
	text := post.Text(m.Body.Content, m.Body.ContentType)
	before, known := r.bodies[m.ID]
	if known && before == text {
		return nil // costs nothing
	}
	r.bodies[m.ID] = text
	t := &r.counted[0]
	if known {
		t = &r.counted[1]
	}
	t.versions++
	for _, s := range translate.Segments(text) {
		n := utf8.RuneCountInString(s.Text)
		t.lines, t.characters = t.lines+1, t.characters+n
		key := translate.KeyOf(s.Text)
		switch {
		case inBook(s):
			t.known++
			t.kept += n
		case r.memory[key]:
			t.kept += n
		default:
			r.memory[key] = true
			r.costs[s.Text] += n
		}
	}
	return nil
}

func (r *replay) print(name string) {
	fmt.Println(name)
	for i, what := range []string{"first versions:", "changed versions:"} {
		c := r.counted[i]
		fmt.Printf("  %4d %-17s %6d segments, %4.1f %% by book; %7d characters, %4.1f %% kept from the engine\n",
			c.versions, what, c.lines, c.share(), c.characters, percent(c.kept, c.characters))
	}
	fmt.Println()
}

// lines calls do with each line of a file, which may be compressed. A file that
// is not there has none.
func lines(name string, do func(line []byte) error) error {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		scanner = bufio.NewScanner(z)
	}
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		if len(scanner.Bytes()) == 0 {
			continue
		}
		if err := do(scanner.Bytes()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return scanner.Err()
}
