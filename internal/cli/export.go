package cli

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

type exportCmd struct {
	Data exportDataCmd `cmd:"" help:"Write every version of the notices of a tenant, a line of JSON each, as tocsin import reads it. Example: tocsin export data contoso.jsonl.gz --tenant contoso"`
	Site exportSiteCmd `cmd:"" help:"Write the public page of a tenant as files that any web server can show. Example: tocsin export site /srv/status --tenant contoso"`
}

type exportSiteCmd struct {
	Dir    string `arg:"" help:"Directory for the files. It is made if there is none; other files in it stay."`
	Tenant string `help:"Tenant to show: GUID, domain or name." required:"" placeholder:"TENANT"`
	Sheets bool   `help:"Put the continuity sheets of the business map into help.html. Whoever reads the files then reads their documents, clients, meetings, telephone numbers and owners."`
}

// exportJSON is what an export wrote.
type exportJSON struct {
	Tenant string `json:"tenant"`
	Dir    string `json:"dir"`
	Files  int    `json:"files"`
	Bytes  int    `json:"bytes"`
}

func (c *exportSiteCmd) Run(ctx context.Context, s *session) error {
	desk, settings, err := s.openToRead(ctx)
	desk, tenant, err := ofTenant{c.Tenant}.find(ctx, desk, err)
	if err != nil {
		return err
	}
	defer desk.Close()
	files, size, err := app.ExportSite(ctx, settings, desk, tenant, c.Sheets, c.Dir)
	if err != nil {
		return err
	}
	return s.print(exportJSON{tenant.Name, c.Dir, files, size}, func(w io.Writer) {
		fmt.Fprintf(w, "%s of %s written to %s (%s).\n", count(files, "file", "files"), tenant.Name, c.Dir, count(size, "byte", "bytes"))
	})
}

type exportDataCmd struct {
	ofTenant
	File   string   `arg:"" help:"File to make, compressed when its name ends with .gz; - for standard output."`
	Kind   []string `help:"Only these kinds: service, overview, issue, message; may be repeated." enum:"service,overview,issue,message" placeholder:"KIND"`
	Latest bool     `help:"Only the version of each that holds now."`
}

// versionJSON is a line of exported data: what was seen, and when.
type versionJSON struct {
	ID      string          `json:"id"`
	Kind    tocsin.Kind     `json:"kind"`
	Version int             `json:"version"`
	Source  string          `json:"source"`
	SeenAt  string          `json:"seenAt"`
	Message json.RawMessage `json:"message"` // the notice, whatever its kind
}

// exportedJSON is what an export of data wrote.
type exportedJSON struct {
	Tenant   string `json:"tenant"`
	File     string `json:"file"`
	Items    int    `json:"items"`
	Versions int    `json:"versions"`
}

// Run writes to a file that is not there yet: an archive is not overwritten by
// mistake, and what was begun and not finished is removed.
func (c *exportDataCmd) Run(ctx context.Context, s *session) (err error) {
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	result := exportedJSON{Tenant: tenant.Name, File: c.File}
	if c.File == "-" {
		return c.write(ctx, desk, tenant, s.env.Stdout, &result)
	}
	file, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return tocsin.Invalidf("file", "%v", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(c.File))
		}
	}()
	var to io.WriteCloser = file
	if strings.HasSuffix(c.File, ".gz") {
		to = gzip.NewWriter(file)
	}
	if err := c.write(ctx, desk, tenant, to, &result); err != nil {
		return err
	}
	if to != file {
		if err := to.Close(); err != nil {
			return err
		}
	}
	if err := file.Close(); err != nil {
		return err
	}
	return s.print(result, func(w io.Writer) {
		fmt.Fprintf(w, "%s of %s of %s written to %s.\n", count(result.Versions, "version", "versions"), count(result.Items, "notice", "notices"), result.Tenant, c.File)
	})
}

// write writes kind by kind, what was heard of last first, each item's versions
// oldest first.
func (c *exportDataCmd) write(ctx context.Context, desk *app.Rooms, tenant tocsin.Tenant, to io.Writer, result *exportedJSON) error {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	for _, kind := range []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindMessage} {
		if len(c.Kind) > 0 && !slices.Contains(c.Kind, string(kind)) {
			continue
		}
		err := eachItem(ctx, desk, tenant, archive.ItemsQuery{Kind: kind, Private: true}, func(item archive.Item) error {
			n, err := c.writeItem(ctx, desk, tenant, item.Ref, encoder)
			result.Items, result.Versions = result.Items+1, result.Versions+n
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *exportDataCmd) writeItem(ctx context.Context, desk *app.Rooms, tenant tocsin.Tenant, ref tocsin.Ref, to *json.Encoder) (int, error) {
	versions, err := desk.Archive.Versions(ctx, tenant.ID, ref)
	if err != nil {
		return 0, err
	}
	if c.Latest {
		versions = versions[len(versions)-1:]
	}
	held, err := desk.Archive.Held(ctx, tenant.ID, ref, 0)
	if err != nil {
		return 0, err
	}
	for _, v := range versions {
		body, err := desk.Archive.BodyOf(ctx, v.Document)
		if err != nil {
			return 0, err
		}
		if v.N == held.N {
			body = held.Body // its newest text
		}
		if err := to.Encode(versionJSON{v.ID, v.Kind, v.N, v.Source, date(v.SeenAt), body}); err != nil {
			return 0, fmt.Errorf("write %s: %w", v.ID, err)
		}
	}
	return len(versions), nil
}
