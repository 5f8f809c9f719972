package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
	"example.org/tocsin/internal/web/public"
)

// ExportSite writes the public pages of a tenant into a directory. Each file
// appears whole: a web server that shows them meanwhile never sends half of one.
// One that says what it said before is not touched, so that what others keep of
// it stays good. The archive of a demo stays marked as one. The continuity sheets
// of the tenant are in it if they are asked for.
func ExportSite(ctx context.Context, c config.Config, r *Rooms, tenant tocsin.Tenant, sheets bool, dir string) (files, size int, err error) {
	demo, err := isDemo(ctx, c, r.Archive)
	if err != nil {
		return 0, 0, fmt.Errorf("export site: %w", err)
	}
	model := readmodel.New(r.Reading(), time.Now, slog.New(slog.DiscardHandler))
	model.QuietAfter(time.Duration(c.Advisories.QuietAfter))
	parts := part.New(part.Config{Model: model, Archive: r.Archive})
	pages := public.New(public.Config{Parts: parts, Model: model, Press: publish.New(r.Archive, time.Now), Translations: translate.NewTranslator(&oneState{Store: r.Translation}, r.policy, time.Now), Demo: demo})
	shell, err := web.New(web.Config{Model: model, Archive: r.Archive, Now: time.Now, Demo: demo}, parts.Family(), pages.Family())
	if err != nil {
		return 0, 0, err
	}
	var continuity []public.Continuity
	if sheets {
		if continuity, err = continuityOf(ctx, r, model, tenant); err != nil {
			return 0, 0, fmt.Errorf("export site: %w", err)
		}
	}
	var written, sizes atomic.Int64
	err = pages.Site(ctx, shell, tenant, continuity, func(name string, body []byte) error {
		written.Add(1)
		sizes.Add(int64(len(body)))
		return replaceFile(filepath.Join(dir, filepath.FromSlash(name)), body)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("export site: %w", err)
	}
	return int(written.Load()), int(sizes.Load()), nil
}

// continuityOf returns the continuity sheets of a tenant, with names.
func continuityOf(ctx context.Context, r *Rooms, model *readmodel.Model, tenant tocsin.Tenant) (sheets []public.Continuity, err error) {
	snapshot, err := model.Snapshot(ctx, tenant.ID)
	if err != nil {
		return nil, err
	}
	m, names, err := business.Library{Maps: r.Responses, People: r.People}.Of(ctx, tenant.ID, snapshot.NamedServices())
	for _, s := range m.Sheets {
		sheets = append(sheets, public.Continuity{ContinuitySheet: s, ServiceName: names.ServiceName(s.Service), OwnerName: names.TeamName(s.Owner)})
	}
	return sheets, err
}

// oneState is the memory of translations for what is written in one go: whether
// it has changed is asked once, not for each text.
type oneState struct {
	*translation.Store
	mu        sync.Mutex
	revisions map[string]int64 // by language
}

// Revision returns the number of the state at the first question.
func (o *oneState) Revision(ctx context.Context, language string) (int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n, ok := o.revisions[language]; ok {
		return n, nil
	}
	n, err := o.Store.Revision(ctx, language)
	if err == nil {
		if o.revisions == nil {
			o.revisions = map[string]int64{}
		}
		o.revisions[language] = n
	}
	return n, err
}

// replaceFile puts a file that everybody may read in place of another one,
// unless that is the same.
func replaceFile(path string, body []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, body) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = file.Write(body)
	err = errors.Join(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
