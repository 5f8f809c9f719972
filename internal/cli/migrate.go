package cli

import (
	"context"
	"fmt"
	"io"
)

type migrateCmd struct{}

func (c *migrateCmd) Run(ctx context.Context, s *session) error {
	archive, _, err := s.openStore(ctx) // opening migrates
	if err != nil {
		return err
	}
	defer archive.Close()
	return s.print(map[string]string{"engine": archive.Engine(), "state": "current"}, func(w io.Writer) {
		fmt.Fprintf(w, "The %s database is at this program's version.\n", archive.Engine())
	})
}
