// Package watch notices what no source tells: that a source has turned stale, and
// that an update which the provider promised has not come. Both are appended to
// the changes of the archive, so that everybody who follows those hears of them
// in the same way. That a source is heard again is appended by the poll itself.
//
// It may import health, readmodel, section and tocsin. Begin reading at
// [Watch.Look].
package watch

import (
	"context"
	"errors"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// Every is how often to look, and so how late a change may be.
const Every = 30 * time.Second

// oldNews is how long after a promise was due its being late is no news: it is
// stored, and announced to nobody.
const oldNews = time.Hour

// archive is the part of the store that watching needs.
type archive interface {
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
	TellStale(ctx context.Context, now time.Time) (int, error)
	TellLate(ctx context.Context, c tocsin.Change, due time.Time) error
}

// model is the part of the read side that watching needs.
type model interface {
	Snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error)
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// A Watch looks at sources and promises.
type Watch struct {
	archive archive
	model   model
	now     func() time.Time
}

// New makes a watch over all tenants of an archive.
func New(a archive, m model, now func() time.Time) *Watch {
	return &Watch{archive: a, model: m, now: now}
}

// Look appends a change for each source that has turned stale and for each
// promise that is late, if there is none yet. One tenant or issue that cannot be
// read costs the others nothing; its error is returned at the end.
func (w *Watch) Look(ctx context.Context) error {
	_, err := w.archive.TellStale(ctx, w.now())
	problems := []error{err}
	tenants, err := w.archive.Tenants(ctx)
	if err != nil {
		return errors.Join(append(problems, err)...)
	}
	for _, tenant := range tenants {
		if !tenant.Disabled {
			problems = append(problems, w.promises(ctx, tenant.ID))
		}
	}
	return errors.Join(problems...)
}

// promises looks at the newest post of each open issue of a tenant.
func (w *Watch) promises(ctx context.Context, tenantID string) error {
	snapshot, err := w.model.Snapshot(ctx, tenantID)
	if err != nil {
		return err
	}
	now := w.now()
	report, err := health.Judge(ctx, w.model, snapshot, now)
	if err != nil {
		return err
	}
	var problems []error
	for _, one := range report.Open {
		if due, late := lateSince(one.Content, now); late {
			c := tocsin.Change{TenantID: tenantID, ID: one.ID, N: int(one.N), At: now, Silent: now.Sub(due) > oldNews}
			problems = append(problems, w.archive.TellLate(ctx, c, due))
		}
	}
	return errors.Join(problems...)
}

// lateSince returns when the next update was due that the newest post of an open
// issue promised, if that has passed. A date that cannot be right is none.
func lateSince(issue tocsin.Issue, now time.Time) (time.Time, bool) {
	if issue.Status.Healthy() || len(issue.Posts) == 0 {
		return time.Time{}, false
	}
	for _, p := range post.Promises(issue.Posts[len(issue.Posts)-1:], now) {
		if p.What == post.PromisedUpdate && p.State == post.StateOverdue {
			return p.DueAt, true
		}
	}
	return time.Time{}, false
}
