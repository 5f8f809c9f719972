package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"example.org/tocsin/internal/tocsin"
)

const pollQueue = "polls"

// active are the states in which a job of the same arguments makes another one
// needless.
func active() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}
}

// lone is the driver for a database file, which has one process that works: jobs
// that it inserts are handed over in memory. Otherwise River asks the file
// twenty times a second what others may have inserted.
type lone struct{ *riversqlite.Driver }

func (lone) SupportsListener() bool     { return false }
func (lone) SupportsListenNotify() bool { return false }

func newClient[Tx any](driver riverdriver.Driver[Tx], config *river.Config) (client, error) {
	return river.NewClient(driver, config)
}

func periodic(every time.Duration, args river.JobArgs, opts *river.InsertOpts) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) { return args, opts },
		&river.PeriodicJobOpts{RunOnStart: true})
}

// dueArgs is the periodic job that looks for due sources.
type dueArgs struct{}

func (dueArgs) Kind() string { return "due_sources" }

// InsertOpts keeps looks from piling up behind a slow database.
func (dueArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByState: active()}}
}

type dueWorker struct {
	river.WorkerDefaults[dueArgs]
	engine *Engine
}

func (w *dueWorker) Work(ctx context.Context, _ *river.Job[dueArgs]) error {
	return w.engine.enqueueDue(ctx)
}

// sweepArgs is the periodic job that puts right what a crash left behind.
type sweepArgs struct{}

func (sweepArgs) Kind() string { return "sweep" }

// InsertOpts keeps sweeps from piling up.
func (sweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByState: active()}}
}

type sweepWorker struct {
	river.WorkerDefaults[sweepArgs]
	engine *Engine
}

func (w *sweepWorker) Work(ctx context.Context, _ *river.Job[sweepArgs]) error {
	now := w.engine.now()
	freed, err := w.engine.queue.Sweep(ctx, now, now.Add(-w.engine.config.KeepPolls))
	if err == nil && freed > 0 {
		w.engine.log.WarnContext(ctx, "freed claims of processes that ended", "claims", freed)
	}
	return err
}

// A Periodic is a job that a part of the program wants done again and again, by
// one process at a time.
type Periodic struct {
	Name     string        // never changes
	Every    time.Duration // between two runs; intervals under five seconds come in bursts
	Attempts int           // tries of one run, with growing waits; 1 when 0
	Run      func(ctx context.Context) error
}

// periodicArgs names the job to run.
type periodicArgs struct {
	Name string `json:"name" river:"unique"`
}

func (periodicArgs) Kind() string { return "periodic" }

// periodicOpts keeps runs of one job from piling up.
func periodicOpts(p Periodic) *river.InsertOpts {
	return &river.InsertOpts{MaxAttempts: max(p.Attempts, 1), UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: active()}}
}

type periodicWorker struct {
	river.WorkerDefaults[periodicArgs]
	jobs map[string]Periodic
}

func (w *periodicWorker) Work(ctx context.Context, job *river.Job[periodicArgs]) error {
	p, ok := w.jobs[job.Args.Name]
	if !ok {
		return nil // of another version of the program
	}
	return p.Run(ctx)
}

// pollArgs names the source to poll.
type pollArgs struct {
	Tenant string `json:"tenant"`
	Source string `json:"source"`
}

func (pollArgs) Kind() string { return "poll" }

// InsertOpts allows one poll per source in the queue.
func (pollArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: pollQueue, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: active()}}
}

type pollWorker struct {
	river.WorkerDefaults[pollArgs]
	engine *Engine
	polled func()
}

func (w *pollWorker) Work(ctx context.Context, job *river.Job[pollArgs]) error {
	_, err := w.engine.poller.Poll(ctx, job.Args.Tenant, job.Args.Source, false)
	switch {
	case errors.Is(err, tocsin.ErrConflict), errors.Is(err, tocsin.ErrNotFound):
		// Another process has it, or it was taken out of the settings.
		w.engine.log.DebugContext(ctx, "poll not needed", "tenant", job.Args.Tenant, "source", job.Args.Source, "reason", err)
		return nil
	case err != nil:
		return err
	}
	if w.polled != nil {
		w.polled()
	}
	return nil
}

// quiet passes on River's warnings and errors only: at its info level it
// reports on itself.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
