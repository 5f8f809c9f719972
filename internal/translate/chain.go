package translate

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Member is an engine with what it may be used for.
type Member struct {
	ID     string // its name in the settings
	Engine Engine
	Budget Budget
}

// A Guard makes a text ready for an engine: it returns what is sent, with ⟦n⟧
// in the place of what must not be touched, and a function that puts an answer
// right again, or says which check it failed.
type Guard func(text, language string) (sent string, accept func(answer string) (string, Reason))

// ChainsConfig says which engines there are and who is asked for what.
type ChainsConfig struct {
	Members []Member
	Chains  map[string][]string // ids of members by language, the first one asked first
	Ledger  ledger              // nothing is counted, and no budget kept, when nil
	Guard   Guard
	Now     func() time.Time
	// Wait returns after a time, or with an error when ctx has ended; the clock of
	// the machine when nil.
	Wait func(ctx context.Context, d time.Duration) error
	Log  *slog.Logger
}

// Chains ask engines: for each language those that the settings name, in their
// order, until one has an answer that passes the checks. They are safe for use
// by several at once.
type Chains struct {
	members    []*member
	byLanguage map[string][]*member
	ledger     ledger
	guard      Guard
	now        func() time.Time
	wait       func(ctx context.Context, d time.Duration) error
	log        *slog.Logger
	warned     warnings
}

// member is an engine at work.
type member struct {
	Member
	chains    *Chains
	counting  sync.Mutex // held from reading the ledger to writing it
	breaker   breaker    // of the engine
	last      atomic.Pointer[LastFailure]
	languages map[string]*breaker // of the languages that it is asked for: it may not speak one
}

// NewChains makes chains. It fails with [tocsin.ErrInvalid] for one that names
// an engine that there is not.
func NewChains(c ChainsConfig) (*Chains, error) {
	chains := &Chains{byLanguage: map[string][]*member{}, ledger: c.Ledger, guard: c.Guard, now: c.Now, wait: c.Wait, log: c.Log}
	if c.Ledger == nil {
		chains.ledger = uncounted{}
	}
	if c.Wait == nil {
		chains.wait = wait
	}
	byID := map[string]*member{}
	for _, one := range c.Members {
		m := &member{Member: one, chains: chains, languages: map[string]*breaker{}}
		byID[one.ID], chains.members = m, append(chains.members, m)
	}
	for language, ids := range c.Chains {
		for _, id := range ids {
			if byID[id] == nil {
				return nil, tocsin.Invalidf("chains."+language, "There is no engine %q.", tocsin.Clip(id, 40))
			}
			byID[id].languages[language] = &breaker{}
			chains.byLanguage[language] = append(chains.byLanguage[language], byID[id])
		}
	}
	return chains, nil
}

// wait waits by the clock of the machine.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Languages returns the languages that have an engine, in the order of
// [Languages].
func (c *Chains) Languages() []string {
	return slices.DeleteFunc(Languages(), func(language string) bool { return len(c.byLanguage[language]) == 0 })
}

// An Outcome is what the engines made of one text.
type Outcome struct {
	Text   string // "" when there is a reason
	Engine string // name in the settings of the engine that translated it, or whose answer failed a check
	By     string // name of the engine as people know it
	Model  string // name and version of its model, "" when it does not say
	Reason Reason // why there is no translation
	Answer string // what failed the check, cut at 4 KiB
	// Again is when asking once more may help; zero when the same question would
	// have the same answer.
	Again time.Time
}

// Ask has the texts of a job translated and returns an outcome for each, in
// their order. The texts are as the provider wrote them: they are protected
// here. An error says that the ledger failed or that ctx has ended; outcomes
// that were there by then stand beside it, the others have no text and no reason.
func (c *Chains) Ask(ctx context.Context, job Job) ([]Outcome, error) {
	a := &asking{Chains: c, job: job, outcomes: make([]Outcome, len(job.Texts))}
	for i, text := range job.Texts {
		sent, accept := c.guard(text, job.To)
		a.texts = append(a.texts, asked{i, sent, accept})
	}
	chain := c.byLanguage[job.To]
	if len(chain) == 0 {
		for i := range a.outcomes {
			a.outcomes[i].Reason = ReasonNoEngine
		}
	}
	for _, m := range chain {
		if err := a.through(ctx, m); err != nil {
			return a.outcomes, fmt.Errorf("translate with engine %s: %w", m.ID, err)
		}
	}
	return a.outcomes, nil
}

// An EngineState is how an engine is doing.
type EngineState struct {
	ID, Name   string
	Languages  []string
	Budget     Budget
	SpentDay   int // characters that count against the budget
	SpentMonth int
	Until      time.Time    // it is left alone until then; zero when it is asked
	Class      FailureClass // why it is left alone
	Mute       []string     // languages in which it takes nothing, and is left alone
	Last       *LastFailure // nil when nothing has failed since the program began
}

// A LastFailure is what failed last at an engine.
type LastFailure struct {
	At     time.Time
	Class  FailureClass
	Status int    // of the HTTP answer; 0 when there was none
	Code   string // what the provider calls it; "" for none
}

// Order returns the names in the settings of the engines that are asked for a
// language, the first one first; nil when there is none.
func (c *Chains) Order(language string) []string {
	var ids []string
	for _, m := range c.byLanguage[language] {
		ids = append(ids, m.ID)
	}
	return ids
}

// States returns how each engine is doing, in the order of the settings.
func (c *Chains) States(ctx context.Context) ([]EngineState, error) {
	now := c.now()
	list := make([]EngineState, len(c.members))
	for i, m := range c.members {
		s, err := m.spending(ctx, now)
		if err != nil {
			return nil, err
		}
		e := EngineState{ID: m.ID, Name: m.Engine.Name(), Budget: m.Budget, SpentDay: s.day, SpentMonth: s.month}
		e.Until, e.Class = m.breaker.state(now)
		e.Last = m.last.Load()
		for _, language := range c.Languages() {
			if b := m.languages[language]; b != nil {
				e.Languages = append(e.Languages, language)
				if until, _ := b.state(now); !until.IsZero() {
					e.Mute = append(e.Mute, language)
				}
			}
		}
		list[i] = e
	}
	return list, nil
}
