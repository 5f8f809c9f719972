// Package jobs runs the desk's background jobs on River, on both engines of the
// store. A job carries only names: the rows of the store are the truth, so a
// job that is lost, late or run twice does no harm.
//
// Two kinds of jobs are of this package. A periodic one looks for sources that are due and
// enqueues one poll for each, at most one at a time per source; the poll claims
// its source under a lease. A periodic sweeper puts right what a crash left
// behind. Other parts of the program register theirs as a [Periodic]. With many processes on one PostgreSQL, River elects who runs the
// periodic jobs and spreads the polls.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Config says how often the engine looks around.
type Config struct {
	DueEvery   time.Duration // between two looks for due sources
	SweepEvery time.Duration // between two sweeps
	Pollers    int           // polls at the same time in this process
	JobTimeout time.Duration // longer than any poll may take
	KeepPolls  time.Duration // age at which uneventful rows leave the poll log
}

// Default looks for due sources every 15 seconds.
func Default() Config {
	return Config{DueEvery: 15 * time.Second, SweepEvery: time.Minute, Pollers: 8, JobTimeout: 11 * time.Minute, KeepPolls: 35 * 24 * time.Hour}
}

// How soon a job runs whose insertion the process that works was not told of,
// as of those that are inserted before it listens. On a database file it is
// told of every poll, and never of a periodic look: that comes late by a tenth
// of what lies between two looks, on average.
const (
	fetchEvery      = time.Second
	fetchPollsEvery = 15 * time.Second
	fetchesPerLook  = 5
)

// stopGrace is how long a stop waits for jobs in hand before it cancels them.
const stopGrace = 15 * time.Second

// poller polls one source if it is due.
type poller interface {
	Poll(ctx context.Context, tenantID, name string, force bool) (tocsin.Poll, error)
}

// client is what both kinds of River client have in common.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
}

// queue is the part of the store that says what is due, and puts right what a
// crash left behind.
type queue interface {
	DueSources(ctx context.Context, now time.Time, limit int) ([]tocsin.SourceState, error)
	Sweep(ctx context.Context, now, keep time.Time) (int64, error)
}

// An Engine runs jobs until its Run ends.
type Engine struct {
	config Config
	queue  queue
	poller poller
	now    func() time.Time
	log    *slog.Logger
	client client
	look   chan struct{}
	next   chan time.Duration // until a source is due before the next look
}

// New makes an engine on the databases of s that also runs the given periodic
// jobs. polled is called after each poll that was stored, to shorten somebody's
// wait; it may be nil.
func New(config Config, s *store.Store, q queue, p poller, now func() time.Time, log *slog.Logger, polled func(), others ...Periodic) (*Engine, error) {
	e := &Engine{config: config, queue: q, poller: p, now: now, log: log, look: make(chan struct{}, 1), next: make(chan time.Duration, 1)}
	workers := river.NewWorkers()
	river.AddWorker(workers, &dueWorker{engine: e})
	river.AddWorker(workers, &sweepWorker{engine: e})
	river.AddWorker(workers, &pollWorker{engine: e, polled: polled})
	named := map[string]Periodic{}
	for _, other := range others {
		named[other.Name] = other
	}
	river.AddWorker(workers, &periodicWorker{jobs: named})
	settings := &river.Config{
		FetchPollInterval:    fetchEvery,
		JobTimeout:           config.JobTimeout,
		RescueStuckJobsAfter: config.JobTimeout + time.Minute,
		Logger:               slog.New(quiet{log.Handler()}),
		MaxAttempts:          1,
		PeriodicJobs: []*river.PeriodicJob{
			periodic(config.DueEvery, dueArgs{}, nil),
			periodic(config.SweepEvery, sweepArgs{}, nil),
		},
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: 2},
			pollQueue:          {MaxWorkers: config.Pollers},
		},
		CompletedJobRetentionPeriod: 10 * time.Minute,
		DiscardedJobRetentionPeriod: 24 * time.Hour,
		Workers:                     workers,
	}
	for _, other := range others {
		settings.PeriodicJobs = append(settings.PeriodicJobs, periodic(other.Every, periodicArgs{other.Name}, periodicOpts(other)))
	}
	var err error
	if s.Pool() != nil {
		e.client, err = newClient[pgx.Tx](riverpgxv5.New(s.Pool()), settings)
	} else {
		settings.FetchPollInterval = config.DueEvery / fetchesPerLook
		settings.Queues[pollQueue] = river.QueueConfig{MaxWorkers: config.Pollers, FetchPollInterval: fetchPollsEvery}
		e.client, err = newClient[*sql.Tx](lone{riversqlite.New(s.Writer())}, settings)
	}
	if err != nil {
		return nil, fmt.Errorf("set up background work: %w", err)
	}
	return e, nil
}

// Run works until ctx ends, then finishes the jobs in hand.
func (e *Engine) Run(ctx context.Context) error {
	// River gets a context that outlives ctx, so that jobs in hand can finish.
	if err := e.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start background work: %w", err)
	}
	// The first look need not wait until a leader of the periodic jobs is elected.
	e.Look()
	early := time.NewTimer(e.config.DueEvery)
	defer early.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case wait := <-e.next:
			early.Reset(wait)
		case <-early.C:
			e.Look()
		case <-e.look:
			if err := e.enqueueDue(ctx); err != nil && ctx.Err() == nil {
				e.log.WarnContext(ctx, "look for due sources", "err", err)
			}
		}
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	if err := e.client.Stop(stopCtx); err != nil {
		hardCtx, cancelHard := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
		defer cancelHard()
		return errors.Join(fmt.Errorf("stop background work: %w", err), e.client.StopAndCancel(hardCtx))
	}
	return nil
}

// Look makes Run look for due sources at once, to shorten the wait of somebody
// who made one due. Nothing depends on it.
func (e *Engine) Look() {
	select {
	case e.look <- struct{}{}:
	default:
	}
}

// enqueueDue puts one poll into the queue for every source that is due. A
// source that has one waiting or running gets no second. For one that is due
// before the next look, Run looks once more: a source is polled as often as its
// setting says, and not only at looks.
func (e *Engine) enqueueDue(ctx context.Context) error {
	now := e.now()
	near, err := e.queue.DueSources(ctx, now.Add(e.config.DueEvery), 1000)
	if err != nil {
		return err
	}
	var due []tocsin.SourceState
	early := e.config.DueEvery
	for _, source := range near {
		switch {
		case source.LeaseEnds.After(now):
		case !source.DueAt.After(now):
			due = append(due, source)
		default:
			early = min(early, source.DueAt.Sub(now))
		}
	}
	if early < e.config.DueEvery {
		select {
		case e.next <- early:
		default: // Run has one in hand and looks then
		}
	}
	if len(due) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(due))
	for i, source := range due {
		jobs[i] = river.InsertManyParams{Args: pollArgs{Tenant: source.TenantID, Source: source.Name}}
	}
	if _, err := e.client.InsertMany(ctx, jobs); err != nil {
		return fmt.Errorf("enqueue polls: %w", err)
	}
	return nil
}
