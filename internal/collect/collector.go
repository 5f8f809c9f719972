package collect

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// Times that polls keep to.
const (
	// Lease is how long a claim holds. A poll that takes longer is given up.
	Lease = 10 * time.Minute
	// fullEvery is how often whole lists are asked for, which finds what has
	// left and what was changed without a new time stamp.
	fullEvery = 24 * time.Hour
	// overlap is how far an incremental poll reaches back behind the newest
	// time stamp it has seen.
	overlap = time.Hour
	// maxBackoff bounds the wait after polls that failed.
	maxBackoff = 15 * time.Minute
	// shortPolls is how many full polls in a row must miss an item before it is
	// believed that it left with an implausible share of its list.
	shortPolls = 3
)

// storage is the part of the store that collecting needs.
type storage interface {
	ClaimSource(ctx context.Context, tenantID, name string, now time.Time, lease time.Duration, force bool) (tocsin.SourceState, error)
	FinishPoll(ctx context.Context, end archive.PollEnd, found *archive.Record) ([]tocsin.Change, error)
	Unreadable(ctx context.Context, tenantID string) ([]tocsin.Unreadable, error)
	RequestsSince(ctx context.Context, tenantID, source string, since time.Time) ([]archive.Spent, error)
	Record(ctx context.Context, r archive.Record) ([]tocsin.Change, error)
	comparer
	fileArchive
}

// A Target is one source of one tenant.
type Target struct {
	TenantID string
	Name     string
	Source   Source
	Full     bool // ask for whole lists every time
}

// A Collector polls targets and stores what they bring.
type Collector struct {
	archive storage
	now     func() time.Time
	log     *slog.Logger

	mu      sync.Mutex
	targets map[[2]string]*turns
}

// turns is a target whose polls here take turns. The claim keeps two polls
// apart until the first is stored; what the source itself then remembers is a
// moment later.
type turns struct {
	Target
	turn chan struct{} // holds one while a poll uses the source

	// Of the last poll here: what the source remembers may be older than what
	// another process has stored since.
	epoch      int64
	unreadable int
}

// forget makes the source take the next answer in whole when what it remembers
// may hide a list that is short or holds what cannot be read: another process
// has polled since, and one of the two met some.
func (t *turns) forget(state tocsin.SourceState) {
	if state.Epoch == t.epoch+1 || state.Unreadable == 0 && t.unreadable == 0 && state.Shorts == 0 {
		return
	}
	if source, ok := t.Source.(forgetter); ok {
		source.Forget()
	}
}

// Sources that remember what they saw implement these two.
type (
	committer interface{ Commit() }
	forgetter interface{ Forget() }
)

// New makes a collector of no targets.
func New(archive storage, now func() time.Time, log *slog.Logger) *Collector {
	return &Collector{archive: archive, now: now, log: log, targets: map[[2]string]*turns{}}
}

// Add makes a target known. The last one of a name counts.
func (c *Collector) Add(t Target) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.targets[[2]string{t.TenantID, t.Name}] = &turns{Target: t, turn: make(chan struct{}, 1)}
}

// Remove makes a target unknown. A poll of it that runs goes on.
func (c *Collector) Remove(tenantID, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.targets, [2]string{tenantID, name})
}

// Targets lists the targets, in no given order.
func (c *Collector) Targets() []Target {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Target, 0, len(c.targets))
	for _, t := range c.targets {
		list = append(list, t.Target)
	}
	return list
}

// Poll polls one target once and stores the outcome, whatever it is. It polls
// only when the target is due, unless force is set. The error is that of the
// store, or [tocsin.ErrConflict] when somebody else polls the target, or
// [tocsin.ErrNotFound] when it is not configured; a poll that failed upstream is
// no error but an outcome.
func (c *Collector) Poll(ctx context.Context, tenantID, name string, force bool) (tocsin.Poll, error) {
	c.mu.Lock()
	target, ok := c.targets[[2]string{tenantID, name}]
	c.mu.Unlock()
	if !ok {
		return tocsin.Poll{}, tocsin.NotFoundf("The source %s is not configured here.", tocsin.Clip(name, 64))
	}
	started := c.now()
	state, err := c.archive.ClaimSource(ctx, tenantID, name, started, Lease, force)
	if err != nil {
		return tocsin.Poll{}, fmt.Errorf("poll %s: %w", name, err)
	}
	target.turn <- struct{}{}
	defer func() { <-target.turn }()
	target.forget(state)
	p := &poll{target: target.Target, state: state, started: started, collector: c}
	p.full = target.Full || state.LastFullAt.IsZero() || state.Shorts > 0 || state.Unreadable > 0 || started.Sub(state.LastFullAt) >= fullEvery
	result, err := p.run(ctx)
	target.epoch, target.unreadable = state.Epoch, state.Unreadable
	if p.unreadable != nil {
		target.unreadable = len(p.unreadable)
	}
	return result, err
}

// poll is one claimed poll.
type poll struct {
	collector  *Collector
	target     Target
	state      tocsin.SourceState
	started    time.Time
	full       bool
	budget     *budget
	shorts     int
	watermark  time.Time
	missed     map[tocsin.Kind][]archive.Missing
	current    bool // the lists on which the health of services stands have arrived
	moved      bool // the archive has moved on from what the source remembers
	unreadable []tocsin.Unreadable
}

func (p *poll) run(ctx context.Context) (tocsin.Poll, error) {
	pollCtx, cancel := context.WithTimeout(ctx, Lease-time.Minute)
	defer cancel()
	result, found, failure := p.ask(pollCtx)
	result.TenantID, result.Source, result.Epoch = p.state.TenantID, p.state.Name, p.state.Epoch
	result.Full, result.StartedAt, result.FinishedAt = p.full, p.started, p.collector.now()
	if p.budget != nil {
		result.Requests = p.budget.spent
	}
	end := archive.PollEnd{
		Poll: result, Watermark: p.watermark, Shorts: p.shorts, DueAt: p.nextDue(result, failure), Current: p.current, Unreadable: p.unreadable, Missed: p.missed,
	}
	// The outcome is stored also when the caller has given up meanwhile: a
	// graceful stop finishes what is in hand.
	changes, err := p.collector.archive.FinishPoll(context.WithoutCancel(ctx), end, found)
	if err != nil {
		return result, fmt.Errorf("poll %s: %w", p.target.Name, err)
	}
	p.remember(found != nil)
	for _, change := range changes {
		result = counted(result, change)
	}
	p.report(ctx, result, failure)
	return result, nil
}

// remember tells the source what has become of its answer. A list that was too
// short must be compared again, however it looks.
func (p *poll) remember(stored bool) {
	if p.moved {
		if source, ok := p.target.Source.(forgetter); ok {
			source.Forget()
		}
		return
	}
	if source, ok := p.target.Source.(committer); ok && stored {
		source.Commit()
	}
}

// ask asks the upstream and compares its answer with the archive.
func (p *poll) ask(ctx context.Context) (result tocsin.Poll, found *archive.Record, failure *Failure) {
	p.shorts = p.state.Shorts // unless this poll finds out
	failed := func(err error) (tocsin.Poll, *archive.Record, *Failure) {
		failure := asFailure(err)
		result.Outcome, result.Problem = tocsin.OutcomeFailed, failure.Problem
		return result, nil, failure
	}
	var err error
	if p.budget, err = newBudget(ctx, p.collector.archive, p.state, p.collector.now); err != nil {
		return failed(err)
	}
	ask := Ask{Full: p.full, Spend: p.budget.spend}
	if !p.full && !p.state.Watermark.IsZero() {
		ask.Since = p.state.Watermark.Add(-overlap)
	}
	answer, err := p.target.Source.Poll(ctx, ask)
	if err != nil {
		return failed(err)
	}
	for _, list := range answer.Lists {
		result.Items += list.Listed
	}
	before, err := p.before(ctx)
	if err != nil {
		return failed(err)
	}
	comparison := comparison{p.collector.archive, p.state.TenantID, p.state.Name, p.started}
	diffs, err := comparison.all(ctx, answer)
	if err != nil {
		return failed(err)
	}
	s := settle(diffs)
	if s.failure == nil || s.failure.NotBefore.IsZero() {
		p.fetchFiles(ctx, ask)
	}
	p.conclude(&result, s)
	if p.state.Shorts > 0 || p.shorts > 0 {
		p.missed = missed(diffs, p.shorts == 0)
	}
	if list := unread(before, diffs, p.started, p.full); len(list)+len(before) > 0 {
		p.unreadable = list
		result.Unreadable, result.Problem = elements(list), result.Problem.And(unreadProblem(list))
	}
	return result, &archive.Record{
		TenantID: p.state.TenantID, Source: p.state.Name, SeenAt: p.started,
		Silent: p.state.LastOKAt.IsZero(), Entries: s.entries, Left: s.left,
	}, s.failure
}

// before is what of the source could not be read until now.
func (p *poll) before(ctx context.Context) ([]tocsin.Unreadable, error) {
	if p.state.Unreadable == 0 {
		return nil, nil
	}
	all, err := p.collector.archive.Unreadable(ctx, p.state.TenantID)
	return slices.DeleteFunc(all, func(u tocsin.Unreadable) bool { return u.Source != p.state.Name }), err
}

// conclude says how a poll ended whose answer came to s. The next one reaches
// back as far as this one unless all lists arrived and are whole.
func (p *poll) conclude(result *tocsin.Poll, s settlement) {
	result.Withheld, result.Problem = s.withheld, s.problem
	p.moved = s.short
	switch {
	case s.failure != nil:
		result.Outcome, p.current = tocsin.OutcomePartial, s.current && !s.short
	case s.short:
		result.Outcome = tocsin.OutcomeShort
	default:
		result.Outcome, p.watermark = tocsin.OutcomeUnchanged, s.watermark
	}
	switch {
	case s.short:
		p.shorts = p.state.Shorts + 1
	case s.failure == nil:
		p.shorts = 0
	}
}

// nextDue keeps polls on their grid, backs off after failures and obeys the
// upstream's own wish.
func (p *poll) nextDue(result tocsin.Poll, failure *Failure) time.Time {
	now := result.FinishedAt
	next := p.state.DueAt.Add(p.state.Interval)
	if next.Before(now) {
		next = now.Add(p.state.Interval)
	}
	if failure == nil || result.Outcome == tocsin.OutcomePartial {
		if failure != nil && failure.NotBefore.After(next) {
			next = failure.NotBefore
		}
		return next
	}
	wait := p.state.Interval << min(p.state.Failures, 6)
	if failure.AuthState || wait > maxBackoff {
		wait = max(maxBackoff, p.state.Interval)
	}
	next = now.Add(wait)
	if failure.NotBefore.After(next) {
		next = failure.NotBefore
	}
	return next
}

func (p *poll) report(ctx context.Context, result tocsin.Poll, failure *Failure) {
	log := p.collector.log.With("tenant", result.TenantID, "source", result.Source)
	if failure == nil && result.Outcome.Complete() && result.Problem != nil {
		log.WarnContext(ctx, "poll brought doubtful notices", "reason", lang.English(result.Problem), "problem", result.Problem)
	}
	switch {
	case failure != nil && ctx.Err() == nil:
		if failure.Cause != nil {
			log = log.With("err", failure.Cause)
		}
		log.WarnContext(ctx, "poll failed", "outcome", result.Outcome, "reason", lang.English(result.Problem), "problem", result.Problem)
	case result.Outcome == tocsin.OutcomeShort:
		log.WarnContext(ctx, "poll was short", "reason", lang.English(result.Problem), "problem", result.Problem, "new", result.New, "updated", result.Updated, "withheld", result.Withheld)
	case result.Unreadable > 0:
		log.WarnContext(ctx, "poll met what cannot be read", "reason", lang.English(result.Problem), "problem", result.Problem, "new", result.New, "updated", result.Updated, "left", result.Left)
	case result.Outcome == tocsin.OutcomeChanged || result.New+result.Updated+result.Left > 0:
		log.InfoContext(ctx, "poll brought changes", "new", result.New, "updated", result.Updated, "left", result.Left)
	default:
		log.DebugContext(ctx, "poll unchanged", "requests", result.Requests)
	}
}

// counted adds one change to the counts of a poll.
func counted(p tocsin.Poll, c tocsin.Change) tocsin.Poll {
	if p.Outcome == tocsin.OutcomeUnchanged {
		p.Outcome = tocsin.OutcomeChanged
	}
	switch c.What {
	case tocsin.WhatNew:
		p.New++
	case tocsin.WhatUpdated, tocsin.WhatReturned:
		p.Updated++
	case tocsin.WhatLeft:
		p.Left++
	}
	return p
}
