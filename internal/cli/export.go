package cli

import (
	"context"
	"fmt"
	"io"

	"example.org/tocsin/internal/app"
)

type exportCmd struct {
	Site exportSiteCmd `cmd:"" help:"Write the public page of a tenant as files that any web server can show. Example: tocsin export site /srv/status --tenant contoso"`
}

type exportSiteCmd struct {
	Dir    string `arg:"" help:"Directory for the files. It is made if there is none; other files in it stay."`
	Tenant string `help:"Tenant to show: GUID, domain or name." required:"" placeholder:"TENANT"`
}

// exportJSON is what an export wrote.
type exportJSON struct {
	Tenant string `json:"tenant"`
	Dir    string `json:"dir"`
	Files  int    `json:"files"`
	Bytes  int    `json:"bytes"`
}

func (c *exportSiteCmd) Run(ctx context.Context, s *session) error {
	archive, settings, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer archive.Close()
	tenant, err := archive.Tenant(ctx, c.Tenant)
	if err != nil {
		return err
	}
	files, size, err := app.ExportSite(ctx, settings, archive, tenant, c.Dir)
	if err != nil {
		return err
	}
	return s.print(exportJSON{tenant.Name, c.Dir, files, size}, func(w io.Writer) {
		fmt.Fprintf(w, "%s of %s written to %s (%d bytes).\n", count(files, "file", "files"), tenant.Name, c.Dir, size)
	})
}
