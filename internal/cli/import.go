package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

type importCmd struct {
	Tenant string   `help:"Tenant that saw the notices: GUID, domain or name." required:"" placeholder:"TENANT"`
	DryRun bool     `help:"Say what would be stored and store nothing."`
	Files  []string `arg:"" name:"file" help:"Files of Graph or ServiceComms answers, single entities, what ConvertTo-Json or the CLI for Microsoft 365 made of them, or history lines; - for standard input. The kind is recognised."`
}

// Help is what stands below the flags.
func (importCmd) Help() string {
	return `    Get-MgServiceAnnouncementIssue -All | ConvertTo-Json -Depth 10 > issues.json
    m365 tenant serviceannouncement healthissue list -o json > issues.json
    tocsin import issues.json --tenant contoso --dry-run

What a tool cut off, or is no notice, is named and not stored; the exit code is then 1. See docs/import.md.`
}

// importJSON is what an import came to.
type importJSON struct {
	Tenant    string        `json:"tenant"`
	DryRun    bool          `json:"dryRun,omitempty"`
	Files     int           `json:"files"`
	Items     int           `json:"items"`
	New       int           `json:"new"`
	Updated   int           `json:"updated"`
	Unchanged int           `json:"unchanged"`
	Refused   int           `json:"refused"`
	Doubtful  int           `json:"doubtful"` // stored, though something of it could not be read
	Kinds     []kindJSON    `json:"kinds"`
	Refusals  []refusalJSON `json:"refusals,omitempty"`
	Warnings  []string      `json:"warnings,omitempty"`
}

// kindJSON is what an import came to for one kind.
type kindJSON struct {
	Kind      tocsin.Kind `json:"kind"`
	Items     int         `json:"items"`
	New       int         `json:"new"`
	Updated   int         `json:"updated"`
	Unchanged int         `json:"unchanged"`
	Doubtful  int         `json:"doubtful"`
}

// refusalJSON is an element that was not stored.
type refusalJSON struct {
	File   string `json:"file"`
	Place  string `json:"place"`
	ID     string `json:"id,omitempty"`
	Member string `json:"member,omitempty"`
	Reason string `json:"reason"`
}

// maxTold is how many refusals and warnings an import lists. It counts all.
const maxTold = 1000

// Run looks through every file before it stores anything: one that breaks off
// leaves the archive as it was. Elements that cannot be stored are named and
// cost the others nothing.
func (c *importCmd) Run(ctx context.Context, s *session) error {
	desk, settings, err := s.openStore(ctx)
	desk, tenant, err := ofTenant{c.Tenant}.find(ctx, desk, err)
	if err != nil {
		return err
	}
	defer desk.Close()
	files, done, err := c.open(s.env.Stdin)
	defer done()
	if err != nil {
		return err
	}
	run := &importing{
		session: s, result: importJSON{Tenant: tenant.Name, DryRun: c.DryRun, Files: len(files)}, doubtful: map[tocsin.Kind]int{},
		ingest: collect.New(desk.Archive, time.Now, s.logger(settings)).Ingest(tenant.ID, tocsin.SourceImport),
	}
	run.ingest.Dry = c.DryRun
	if err := run.all(ctx, files); err != nil {
		return err
	}
	if !c.DryRun && run.ingest.Changed() >= packFrom {
		if err := pack(ctx, desk, tenant.ID, s.logger(settings)); err != nil {
			return err
		}
	}
	return run.tell()
}

// open looks through the files. What it returns last removes what it made of
// standard input, which can be read only once.
func (c *importCmd) open(stdin io.Reader) (files []*file.File, done func(), err error) {
	var kept []string
	done = func() {
		for _, name := range kept {
			_ = os.Remove(name)
		}
	}
	var problems []error
	for _, name := range c.Files {
		path, shown := name, filepath.Base(name)
		if name == "-" {
			if path, err = keep(stdin); err != nil {
				return nil, done, err
			}
			kept, shown = append(kept, path), "standard input"
		}
		opened, err := file.Open(shown, func() (io.ReadCloser, error) { return os.Open(path) })
		if err != nil {
			problems = append(problems, err)
			continue
		}
		files = append(files, opened)
	}
	return files, done, errors.Join(problems...)
}

// keep writes a stream to a file that only its owner can read.
func keep(from io.Reader) (name string, err error) {
	to, err := os.CreateTemp("", "tocsin-import-")
	if err != nil {
		return "", fmt.Errorf("keep standard input: %w", err)
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		return to.Name(), fmt.Errorf("keep standard input: %w", errors.Join(err, os.Remove(to.Name())))
	}
	return to.Name(), nil
}

// importing is an import under way.
type importing struct {
	*session
	ingest   *collect.Ingest
	result   importJSON
	doubtful map[tocsin.Kind]int
}

func (run *importing) all(ctx context.Context, files []*file.File) error {
	for _, f := range files {
		run.ingest.Total += f.Elements
		run.result.Warnings = append(run.result.Warnings, f.Warnings...)
	}
	shown := newProgress(run.env.Stderr, run.ingest.Total, time.Now)
	run.ingest.Stored = shown.show
	defer shown.clear()
	for _, f := range files {
		err := f.Each(func(n *file.Notice) error {
			run.doubt(f.Name, n)
			return run.ingest.Add(ctx, n.Document, n.At)
		}, run.refuse)
		if err != nil {
			return err
		}
	}
	counts, err := run.ingest.Finish(ctx)
	if err != nil {
		return err
	}
	run.count(counts)
	return nil
}

func (run *importing) doubt(name string, n *file.Notice) {
	if len(n.Document.Doubts) == 0 {
		return
	}
	run.doubtful[n.Kind]++
	if run.result.Doubtful++; len(run.result.Warnings) < maxTold {
		run.result.Warnings = append(run.result.Warnings, fmt.Sprintf("%s: %s: %s: %s.", name, n.Place, n.ID, strings.Join(n.Document.Doubts, "; ")))
	}
}

func (run *importing) refuse(r file.Refusal) {
	if run.result.Refused++; len(run.result.Refusals) < maxTold {
		run.result.Refusals = append(run.result.Refusals, refusalJSON(r))
	}
}

func (run *importing) count(counts map[tocsin.Kind]collect.Count) {
	r := &run.result
	r.Kinds = []kindJSON{}
	for _, kind := range []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindMessage} {
		n, ok := counts[kind]
		if !ok {
			continue
		}
		r.Kinds = append(r.Kinds, kindJSON{kind, n.Items, n.New, n.Updated, n.Unchanged, run.doubtful[kind]})
		r.Items, r.New, r.Updated, r.Unchanged = r.Items+n.Items, r.New+n.New, r.Updated+n.Updated, r.Unchanged+n.Unchanged
	}
}

// tell prints what the import came to. It fails when something was refused.
func (run *importing) tell() error {
	r := run.result
	err := run.print(r, func(w io.Writer) {
		for _, warning := range r.Warnings {
			fmt.Fprintln(run.env.Stderr, "tocsin: warning:", warning)
		}
		for _, refusal := range r.Refusals {
			fmt.Fprintln(run.env.Stderr, "tocsin: refused:", file.Refusal(refusal))
		}
		verb := "read"
		if r.DryRun {
			verb = "would read"
		}
		fmt.Fprintf(w, "%s: %s %s from %s: %d new, %d updated, %d unchanged, %d refused.\n",
			r.Tenant, verb, count(r.Items, "item", "items"), count(r.Files, "file", "files"), r.New, r.Updated, r.Unchanged, r.Refused)
		for _, k := range r.Kinds {
			fmt.Fprintf(w, "  %-9s %d new, %d updated, %d unchanged", string(k.Kind)+"s", k.New, k.Updated, k.Unchanged)
			if k.Doubtful > 0 {
				fmt.Fprintf(w, ", %d with warnings", k.Doubtful)
			}
			fmt.Fprintln(w)
		}
	})
	if err == nil && r.Refused > 0 {
		err = fmt.Errorf("%s not stored", count(r.Refused, "element was", "elements were"))
	}
	return err
}

// packFrom is how many changes make an import pack the tenant's rows.
const packFrom = 1000

// pack writes the rows of a large tenant in the form from which the desk starts
// quickly, so that the first start after an import is quick as well.
func pack(ctx context.Context, desk *app.Rooms, tenantID string, log *slog.Logger) error {
	model := readmodel.New(desk.Reading(), time.Now, log)
	if _, err := model.Snapshot(ctx, tenantID); err != nil {
		return err
	}
	return model.Save(ctx)
}
