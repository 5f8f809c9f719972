package cli

import (
	"context"
	"fmt"
	"io"

	"example.org/tocsin/internal/app"
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
	defer func() { _ = hold.Release() }()     // the process ends
	desk, err := app.OpenRooms(ctx, settings) // opening migrates
	if err != nil {
		return err
	}
	defer desk.Close()
	return s.print(map[string]string{"engine": desk.Store.Engine(), "state": "current"}, func(w io.Writer) {
		fmt.Fprintf(w, "The %s database is at this program's version.\n", desk.Store.Engine())
	})
}
