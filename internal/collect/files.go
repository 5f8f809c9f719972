package collect

import (
	"context"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// A Fetcher is a source that can also fetch the files of items that it lists:
// the review of an issue, the attachments of a message.
type Fetcher interface {
	// Fetch asks for all files of one item, all or nothing.
	Fetch(ctx context.Context, ask Ask, kind tocsin.Kind, id string) ([]Fetched, error)
}

// A Fetched is one file as it came. What it says about itself is hostile; the
// store normalises it.
type Fetched struct {
	File    tocsin.File
	Content []byte
}

// fileArchive is the part of the store that fetching files needs.
type fileArchive interface {
	FileTasks(ctx context.Context, tenantID, source string, now time.Time, limit int) ([]archive.FileTask, error)
	EndFileTask(ctx context.Context, tenantID string, ref tocsin.Ref, retryAt time.Time) error
	PutFile(ctx context.Context, tenantID string, ref tocsin.Ref, f tocsin.File, content []byte) (tocsin.File, error)
}

// Bounds of fetching: files are dear to have, but never at the cost of polls.
const (
	filesPerPoll = 10        // items whose files one poll fetches at most
	fileTries    = 10        // after that many failures an item is given up
	fileRetry    = time.Hour // wait after the first failure; doubled with each
	fileRetryMax = 7 * 24 * time.Hour
)

// fetchFiles fetches what earlier polls found to have files, as long as half
// of the hour's budget is left for polls. A failure puts the item off and
// fails nothing else.
func (p *poll) fetchFiles(ctx context.Context, ask Ask) {
	fetcher, ok := p.target.Source.(Fetcher)
	if !ok {
		return
	}
	archive, log := p.collector.archive, p.collector.log.With("tenant", p.state.TenantID, "source", p.state.Name)
	tasks, err := archive.FileTasks(ctx, p.state.TenantID, p.state.Name, p.collector.now(), filesPerPoll)
	if err != nil {
		log.WarnContext(ctx, "file tasks not read", "err", err)
		return
	}
	for _, task := range tasks {
		if !p.budget.spare() || ctx.Err() != nil {
			return
		}
		err := p.fetch(ctx, fetcher, ask, task.Ref)
		retryAt := time.Time{}
		if err != nil {
			log.WarnContext(ctx, "files not fetched", "notice", task.ID, "tries", task.Tries+1, "err", err)
			if task.Tries+1 < fileTries {
				retryAt = p.collector.now().Add(min(fileRetry<<task.Tries, fileRetryMax))
			}
		}
		if err := archive.EndFileTask(context.WithoutCancel(ctx), p.state.TenantID, task.Ref, retryAt); err != nil {
			log.WarnContext(ctx, "file task not ended", "notice", task.ID, "err", err)
			return
		}
	}
}

func (p *poll) fetch(ctx context.Context, fetcher Fetcher, ask Ask, ref tocsin.Ref) error {
	fetched, err := fetcher.Fetch(ctx, ask, ref.Kind, ref.ID)
	if err != nil {
		return err
	}
	for _, f := range fetched {
		f.File.SeenAt, f.File.Source = p.started, p.state.Name
		if _, err := p.collector.archive.PutFile(ctx, p.state.TenantID, ref, f.File, f.Content); err != nil {
			return err
		}
	}
	return nil
}
