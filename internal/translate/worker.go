package translate

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
)

// wishes is the part of the memory that the worker takes from and gives to.
type wishes interface {
	WantAll(ctx context.Context, language string, without []string, now time.Time) error
	ClaimWants(ctx context.Context, language string, without []string, limit int, now time.Time, lease time.Duration) ([]translation.Want, error)
	Settle(ctx context.Context, language string, settled []translation.Settlement, glossary int64, now time.Time) error
	TellReplaced(ctx context.Context, language string, now time.Time) (int, error)
	words
}

// words are what the desk wants of engines.
type words interface {
	Terms(ctx context.Context) ([]translation.Term, error)
	GlossaryVersion(ctx context.Context) (int64, error)
}

// engines answer texts: see [Chains.Ask].
type engines interface {
	Ask(ctx context.Context, job Job) ([]Outcome, error)
}

// Times and bounds of asking.
const (
	// wantLease is how long texts of a process that was killed wait until another
	// asks for them again.
	wantLease = 5 * time.Minute
	// wantBatch is how many texts are claimed at once: newer ones come between.
	wantBatch = 50
	// lookEvery is how long a text may wait for a worker that nobody wakes.
	lookEvery = 15 * time.Second
	// tellEvery is how often pages hear at most of lines that took the place of
	// others: each time they are all made anew.
	tellEvery = time.Minute
	// firstRetry is how long after a failure a text is asked for again at the
	// earliest; the wait doubles with each failure up to lastRetry.
	firstRetry = time.Minute
	lastRetry  = 6 * time.Hour
)

// A Worker asks engines for what is wanted, outside of transactions, the newest
// first. Claims are under a lease: what a process had that was killed is asked
// for again, and what it had kept is not.
type Worker struct {
	WorkerConfig
	book  *Book
	wakes map[string]chan struct{}
}

// WorkerConfig is what a worker works with.
type WorkerConfig struct {
	Memory  wishes
	Engines engines
	Policy  Policy
	Kept    *Kept  // what it reads of the glossary for those who protect texts; may be nil
	Told    func() // called when pages have something new to show; may be nil
	Now     func() time.Time
	Log     *slog.Logger
}

// NewWorker makes a worker for the languages of a policy.
func NewWorker(c WorkerConfig) *Worker {
	w := &Worker{WorkerConfig: c, book: DefaultBook(), wakes: map[string]chan struct{}{}}
	for _, language := range c.Policy.Languages {
		w.wakes[language] = make(chan struct{}, 1)
	}
	return w
}

// Kept are the words that the desk wants left alone, as the glossary had them
// when the worker read it last.
type Kept struct{ words atomic.Pointer[[]string] }

// Guard returns what protects and checks texts, the words of the desk among them.
func (k *Kept) Guard(b *Book) Guard {
	return func(text, language string) (string, func(string) (string, Reason)) {
		var words []string
		if known := k.words.Load(); known != nil {
			words = *known
		}
		return b.Guard(words...)(text, language)
	}
}

// Wake has the worker look at once. Nothing depends on it.
func (w *Worker) Wake() {
	for _, wake := range w.wakes {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// Run asks engines until ctx ends, each language by itself. What was archived
// before a language had an engine is wanted first.
func (w *Worker) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for _, language := range w.Policy.Languages {
		group.Go(func() { w.drive(ctx, language) })
	}
	group.Wait()
	return nil
}

// drive asks for one language until ctx ends.
func (w *Worker) drive(ctx context.Context, language string) {
	complain := func(err error) {
		if err != nil && ctx.Err() == nil {
			w.Log.WarnContext(ctx, "translation is behind", "language", language, "err", err)
		}
	}
	complain(w.Memory.WantAll(ctx, language, w.Policy.Quiet, w.Now()))
	told := w.Now()
	for ctx.Err() == nil {
		n, err := w.Pass(ctx, language)
		if complain(err); w.Now().Sub(told) >= tellEvery {
			told = w.Now()
			complain(w.tell(ctx, language))
		}
		if err == nil && n > 0 {
			continue
		}
		timer := time.NewTimer(lookEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		case <-w.wakes[language]:
			timer.Stop()
		}
	}
}

// tell has pages show the lines that took the place of others.
func (w *Worker) tell(ctx context.Context, language string) error {
	n, err := w.Memory.TellReplaced(ctx, language, w.Now())
	if n > 0 && w.Told != nil {
		w.Told()
	}
	return err
}

// Pass asks for the newest texts that are wanted in a language, at most a batch,
// and keeps what comes of it. It returns how many there were.
func (w *Worker) Pass(ctx context.Context, language string) (int, error) {
	wants, err := w.Memory.ClaimWants(ctx, language, w.Policy.Quiet, wantBatch, w.Now(), wantLease)
	if err == nil && len(wants) == 0 {
		err = w.tell(ctx, language)
	}
	if err != nil || len(wants) == 0 {
		return 0, err
	}
	glossary, terms, kept, err := w.glossary(ctx, language)
	if err != nil {
		return 0, err
	}
	var settled []translation.Settlement
	job := Job{To: language, Glossary: terms}
	asked := wants[:0:0]
	for _, want := range wants {
		if _, ok := w.book.Line(language, Segment{Kind: SegmentSentence, Text: want.Text}); ok { // it has learned it, or only another language lacks it
			settled = append(settled, translation.Settlement{Want: want, Drop: true})
			continue
		}
		if target, ok := w.book.Names(language, want.Text, kept...); ok {
			settled = append(settled, translation.Settlement{Want: want, Text: target})
			continue
		}
		asked, job.Texts = append(asked, want), append(job.Texts, want.Text)
	}
	if len(asked) > 0 {
		var outcomes []Outcome
		outcomes, err = w.Engines.Ask(ctx, job)
		for i, outcome := range outcomes {
			if one, ok := w.settlement(asked[i], outcome); ok {
				settled = append(settled, one)
			}
		}
	}
	// What an engine has said is kept although the program ends: it is paid for.
	if problem := w.Memory.Settle(context.WithoutCancel(ctx), language, settled, glossary, w.Now()); problem != nil {
		return 0, problem
	}
	if w.Told != nil && len(settled) > 0 {
		w.Told()
	}
	return len(wants), err
}

// settlement says what becomes of a want by its outcome; false leaves it to the
// end of the lease, since nobody was asked.
func (w *Worker) settlement(want translation.Want, o Outcome) (translation.Settlement, bool) {
	one := translation.Settlement{Want: want, Text: o.Text, Engine: tocsin.Clip(o.By, 80), Model: tocsin.Clip(o.Model, 80), Reason: string(o.Reason), Answer: o.Answer}
	if o.Text == "" && o.Reason == ReasonNone {
		return one, false
	}
	if o.Text == "" && !o.Again.IsZero() {
		one.Retry = w.Now().Add(min(firstRetry<<min(want.Tries, 16), lastRetry))
		if o.Again.After(one.Retry) {
			one.Retry = o.Again
		}
	}
	return one, true
}

// glossary returns the version of the glossary, the terms of a language, and the
// words that are left alone.
func (w *Worker) glossary(ctx context.Context, language string) (version int64, terms map[string]string, words []string, err error) {
	if version, err = w.Memory.GlossaryVersion(ctx); err != nil {
		return 0, nil, nil, err
	}
	list, err := w.Memory.Terms(ctx)
	terms = map[string]string{}
	for _, t := range list {
		switch t.Language {
		case language:
			terms[t.Source] = t.Target
		case "":
			words = append(words, t.Source)
		}
	}
	if w.Kept != nil && err == nil {
		w.Kept.words.Store(&words)
	}
	return version, terms, words, err
}
