package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

type importCmd struct {
	Tenant string   `help:"Tenant that saw the notices: GUID, domain or name." required:"" placeholder:"TENANT"`
	Files  []string `arg:"" name:"file" help:"Files of Graph or ServiceComms answers, single entities, or history lines; - for standard input. The kind is recognised."`
}

// importJSON is what an import came to.
type importJSON struct {
	Tenant   string   `json:"tenant"`
	Files    int      `json:"files"`
	Items    int      `json:"items"`
	New      int      `json:"new"`
	Updated  int      `json:"updated"`
	Warnings []string `json:"warnings,omitempty"`
}

// Run reads every file before it stores anything: a file that cannot be read
// leaves the archive as it was.
func (c *importCmd) Run(ctx context.Context, s *session) error {
	archive, settings, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer archive.Close()
	tenant, err := archive.Tenant(ctx, c.Tenant)
	if err != nil {
		return err
	}
	result := importJSON{Tenant: tenant.Name, Files: len(c.Files)}
	lists, err := c.read(s.env.Stdin, &result)
	if err != nil {
		return err
	}
	changes, err := collect.New(archive, time.Now, s.logger(settings)).Import(ctx, tenant.ID, "import", lists)
	if err != nil {
		return err
	}
	for _, change := range changes {
		switch change.What {
		case tocsin.WhatNew:
			result.New++
		case tocsin.WhatUpdated, tocsin.WhatReturned, tocsin.WhatLeft:
			result.Updated++
		}
	}
	if len(changes) >= packFrom {
		if err := pack(ctx, archive, tenant.ID, s.logger(settings)); err != nil {
			return err
		}
	}
	return s.print(result, func(w io.Writer) {
		for _, warning := range result.Warnings {
			fmt.Fprintln(s.env.Stderr, "tocsin:", warning)
		}
		fmt.Fprintf(w, "%s: read %s from %s: %d new, %d updated.\n",
			result.Tenant, count(result.Items, "item", "items"), count(result.Files, "file", "files"), result.New, result.Updated)
	})
}

// packFrom is how many changes make an import pack the tenant's rows.
const packFrom = 1000

// pack writes the rows of a large tenant in the form from which the desk starts
// quickly, so that the first start after an import is quick as well.
func pack(ctx context.Context, archive *store.Store, tenantID string, log *slog.Logger) error {
	model := readmodel.New(archive, time.Now, log)
	if _, err := model.Snapshot(ctx, tenantID); err != nil {
		return err
	}
	return model.Save(ctx)
}

func (c *importCmd) read(stdin io.Reader, result *importJSON) ([]collect.List, error) {
	var lists []collect.List
	var problems []error
	for _, name := range c.Files {
		found, warnings, err := readFile(name, stdin)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		result.Warnings = append(result.Warnings, warnings...)
		for _, list := range found {
			result.Items += len(list.Items)
		}
		lists = append(lists, found...)
	}
	return lists, errors.Join(problems...)
}

func readFile(name string, stdin io.Reader) ([]collect.List, []string, error) {
	if name == "-" {
		return file.Read(stdin, "standard input")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, tocsin.Invalidf("file", "%v", err)
	}
	defer f.Close()
	return file.Read(f, filepath.Base(name))
}
