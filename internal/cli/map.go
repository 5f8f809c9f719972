package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

type mapCmd struct {
	Import mapImportCmd `cmd:"" help:"Take a map of what services carry from a file, YAML or CSV, in the place of the one that holds. Example: tocsin map import map.yaml --tenant contoso"`
	Export mapExportCmd `cmd:"" help:"Write the map as a file that import reads. Example: tocsin map export --tenant contoso --form csv"`
	Check  mapCheckCmd  `cmd:"" help:"Say what import would find wrong with a file, each fault with its line. Example: tocsin map check map.csv --tenant contoso"`
}

// mapJSON is what a command did with a map.
type mapJSON struct {
	Tenant    string `json:"tenant"`
	Version   int64  `json:"version"` // of the map that holds; 0 for none
	Processes int    `json:"processes"`
	Uses      int    `json:"uses"`
	Sheets    int    `json:"sheets"`
}

// mapFile names a file with a map.
type mapFile struct {
	ofTenant
	File string `arg:"" help:"File with the map, CSV where its name ends with .csv; - for standard input, which may hold either."`
}

// read reads a map for a tenant whose archive is open.
func (f mapFile) read(ctx context.Context, s *session, desk *app.Rooms, tenant tocsin.Tenant, now time.Time) (tocsin.BusinessMap, error) {
	from := s.env.Stdin
	if f.File != "-" {
		file, err := os.Open(f.File)
		if err != nil {
			return tocsin.BusinessMap{}, tocsin.Invalidf("file", "%v", err)
		}
		defer file.Close()
		from = file
	}
	body, err := io.ReadAll(io.LimitReader(from, business.MaxFile+1))
	if err != nil {
		return tocsin.BusinessMap{}, tocsin.Invalidf("file", "%v", err)
	}
	names, err := mapNames(ctx, desk, tenant, now)
	if err != nil {
		return tocsin.BusinessMap{}, err
	}
	m, faults := business.Read(business.FormOf(f.File, body), body, tenant.ID, names, now)
	return m, faults.Err()
}

// mapNames are the names that a map of a tenant may use.
func mapNames(ctx context.Context, desk *app.Rooms, tenant tocsin.Tenant, now time.Time) (*business.Directory, error) {
	snapshot, err := readmodel.New(desk.Reading(), func() time.Time { return now }, slog.New(slog.DiscardHandler)).Snapshot(ctx, tenant.ID)
	if err != nil {
		return nil, err
	}
	return business.Library{Maps: desk.Responses, People: desk.People}.Directory(ctx, tenant.ID, snapshot.NamedServices())
}

func (s *session) printMap(tenant tocsin.Tenant, m *tocsin.BusinessMap, done string) error {
	j := mapJSON{tenant.Name, m.Version, len(m.Processes), len(m.Uses), len(m.Sheets)}
	return s.print(j, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s, %s and %s %s.\n", j.Tenant, count(j.Processes, "process", "processes"), count(j.Uses, "use", "uses"), count(j.Sheets, "sheet", "sheets"), done)
	})
}

type mapImportCmd struct{ mapFile }

func (c *mapImportCmd) Run(ctx context.Context, s *session) error {
	desk, tenant, err := c.openToWrite(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	now := time.Now().UTC()
	m, err := c.read(ctx, s, desk, tenant, now)
	if err != nil {
		return err
	}
	was, err := desk.Responses.BusinessMap(ctx, tenant.ID)
	if err != nil {
		return err
	}
	written, err := desk.Responses.PutBusinessMap(ctx, m, was.Version, now)
	if err != nil {
		return err
	}
	return s.printMap(tenant, &written, fmt.Sprintf("are version %d now", written.Version))
}

type mapCheckCmd struct{ mapFile }

func (c *mapCheckCmd) Run(ctx context.Context, s *session) error {
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	m, err := c.read(ctx, s, desk, tenant, time.Now().UTC())
	if err != nil {
		return err
	}
	return s.printMap(tenant, &m, "can be imported")
}

type mapExportCmd struct {
	ofTenant
	File string `arg:"" optional:"" help:"File to make; standard output without one."`
	Form string `help:"Form of the file: yaml or csv." enum:"yaml,csv" default:"yaml"`
}

func (c *mapExportCmd) Run(ctx context.Context, s *session) error {
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	names, err := mapNames(ctx, desk, tenant, time.Now().UTC())
	if err != nil {
		return err
	}
	m, err := desk.Responses.BusinessMap(ctx, tenant.ID)
	if err != nil {
		return err
	}
	body, err := business.Write(c.Form, &m, names)
	if err != nil {
		return fmt.Errorf("write map: %w", err)
	}
	if c.File == "" || c.File == "-" {
		_, err = s.env.Stdout.Write(body)
		return err
	}
	file, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return tocsin.Invalidf("file", "%v", err)
	}
	if _, err = file.Write(body); err != nil {
		_ = file.Close() // the first error says more
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return s.printMap(tenant, &m, "written to "+c.File)
}
