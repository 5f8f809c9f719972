package cli

import (
	"context"
	"fmt"
	"io"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/store"
)

type migrateCmd struct{}

func (c *migrateCmd) Run(ctx context.Context, s *session) error {
	settings, err := s.prepare()
	if err != nil {
		return err
	}
	hold, err := app.Take(ctx, settings, "migrate") // a desk that runs would meet tables that it does not know
	if err != nil {
		return err
	}
	defer func() { _ = hold.Release() }()                   // the process ends
	archive, err := store.Open(ctx, settings.DatabaseDSN()) // opening migrates
	if err != nil {
		return err
	}
	defer archive.Close()
	return s.print(map[string]string{"engine": archive.Engine(), "state": "current"}, func(w io.Writer) {
		fmt.Fprintf(w, "The %s database is at this program's version.\n", archive.Engine())
	})
}
