package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// demoFile is what a demonstration leaves in its directory.
const demoFile = "demo.json"

// refuseDesk keeps a demonstration out of a desk that is none, before anything
// is written: what it adds, accounts and entries of the audit log among it,
// cannot be taken out again.
func (r *demoRun) refuseDesk(ctx context.Context, c config.Config) error {
	found, err := archive.Inspect(ctx, c.DatabaseDSN())
	if err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(c.Data, demoFile))
	known := err == nil
	switch {
	case found.Demo, known && !found.Archive, known && onlyDemo(found.Tenants):
		return nil
	case found.Archive:
		return tocsin.Conflictf("The database holds a desk that is no demonstration. Nothing was changed. Leave out --data, or name a directory of its own.")
	}
	if _, err := os.Stat(filepath.Join(c.Data, "master.key")); !errors.Is(err, fs.ErrNotExist) {
		return tocsin.Conflictf("%s holds the key of a desk that is no demonstration. Nothing was changed. Leave out --data, or name a directory of its own.", c.Data)
	}
	return nil
}

// publish opens to everybody what the first tenant publishes, unless an earlier
// run or a visitor of it has chosen already.
func (r *demoRun) publish(ctx context.Context, desk *App) error {
	first := r.content.Tenants()[0]
	r.info.Published = r.info.Base + "/status/" + first.Name
	chosen, err := desk.Archive.Publishing(ctx, first.ID)
	if err != nil || !chosen.ChangedAt.IsZero() {
		return err
	}
	_, err = desk.Archive.ChangePublishing(ctx, first.ID, r.info.Started, func(p *tocsin.Publishing) error {
		p.Readership, p.Advisories, p.Messages = tocsin.ForEverybody, true, true
		p.Help = "Service desk (made up): +33 1 99 00 12 34, Monday to Friday, 7:00 to 20:00"
		return nil
	})
	return err
}

// onlyDemo reports whether all tenants are those of the demonstration.
func onlyDemo(tenants []string) bool {
	made := []string{demo.Contoso, demo.Fabrikam, demo.Northwind}
	return len(tenants) > 0 && !slices.ContainsFunc(tenants, func(id string) bool { return !slices.Contains(made, id) })
}

// findNature finds out whether the archive is that of a demonstration, and marks
// it when it is about to become one.
func (a *App) findNature(ctx context.Context, c config.Config, o Options) (err error) {
	if o.Demo {
		a.demo = true
		return a.Archive.MarkDemo(ctx, time.Now())
	}
	a.demo, err = isDemo(ctx, c, a.Archive)
	return err
}

// IsDemo reports whether the archive is that of a demonstration.
func (a *App) IsDemo() bool { return a.demo }

// isDemo reports whether an archive is marked as that of a demonstration, or was
// made by one before demonstrations marked theirs.
func isDemo(ctx context.Context, c config.Config, a *archive.Store) (bool, error) {
	marked, err := a.IsDemo(ctx)
	if err != nil || marked {
		return marked, err
	}
	if _, err := os.Stat(filepath.Join(c.Data, demoFile)); err != nil {
		return false, nil //nolint:nilerr // without the file it is none
	}
	tenants, err := a.Tenants(ctx)
	ids := make([]string, len(tenants))
	for i, t := range tenants {
		ids[i] = t.ID
	}
	return onlyDemo(ids), err
}
