package translate

import (
	"context"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"
)

// Usage is what was asked of an engine for one language on one day.
type Usage struct {
	Day      time.Time // its first instant, UTC
	Engine   string    // its name in the settings
	Language string
	Calls    int
	Failures int // calls without an answer
	Sent     int // characters, code points
	Billed   int // characters, as the engine reports them
	Refused  int // answers that failed a check
}

// ledger keeps count of what engines were asked.
type ledger interface {
	// NoteUsage adds to the usage of a day.
	NoteUsage(ctx context.Context, u Usage) error
	// SpentSince returns the characters that were sent to an engine in all
	// languages since a day began, and those that it reports as billed.
	SpentSince(ctx context.Context, engine string, day time.Time) (sent, billed int, err error)
}

// uncounted is a ledger that keeps nothing.
type uncounted struct{}

func (uncounted) NoteUsage(context.Context, Usage) error { return nil }

func (uncounted) SpentSince(context.Context, string, time.Time) (sent, billed int, err error) {
	return 0, 0, nil
}

// A Budget bounds the characters that an engine is sent, code points; 0 is no
// bound.
type Budget struct {
	Day   int
	Month int
}

// warnAt is the part of a budget, in percent, from which on operators are
// warned.
const warnAt = 80

// spent is how much of its budget an engine has used.
type spent struct{ day, month int }

// spending reads what counts against a member's budget: what was sent, or what
// the engine bills when that is more.
func (m *member) spending(ctx context.Context, now time.Time) (s spent, err error) {
	for _, part := range []struct {
		since time.Time
		into  *int
	}{{dayOf(now), &s.day}, {monthOf(now), &s.month}} {
		sent, billed, err := m.chains.ledger.SpentSince(ctx, m.ID, part.since)
		if err != nil {
			return s, fmt.Errorf("read what engine %s was sent: %w", m.ID, err)
		}
		*part.into = max(sent, billed)
	}
	return s, nil
}

// left returns how many characters a member may still be sent, and when that
// changes if it is none.
func (m *member) left(ctx context.Context, now time.Time) (characters int, again time.Time, err error) {
	const unbounded = 1 << 30
	if m.Budget == (Budget{}) {
		return unbounded, time.Time{}, nil
	}
	s, err := m.spending(ctx, now)
	if err != nil {
		return 0, time.Time{}, err
	}
	m.warn(ctx, s, now)
	characters = unbounded
	if m.Budget.Day > 0 {
		characters, again = max(0, m.Budget.Day-s.day), dayOf(now).AddDate(0, 0, 1)
	}
	if m.Budget.Month > 0 && m.Budget.Month-s.month < characters {
		characters, again = max(0, m.Budget.Month-s.month), monthOf(now).AddDate(0, 1, 0)
	}
	return characters, again, nil
}

// budgetCode is the code of a failure that is the desk's own: the budget has no
// room for a call.
const budgetCode = "budget"

// reserve writes what a call sends to the ledger before it is sent, so that a
// process that dies has counted it. It returns a failure when the budget has no
// room, whoever else has taken it meanwhile.
func (m *member) reserve(ctx context.Context, usage Usage, characters int, now time.Time) (*Failure, error) {
	m.counting.Lock()
	defer m.counting.Unlock()
	left, again, err := m.left(ctx, now)
	if err != nil {
		return nil, err
	}
	if characters > left {
		return &Failure{Class: FailureQuota, Code: budgetCode, Again: again}, nil
	}
	usage.Calls, usage.Sent = 1, characters
	return nil, m.chains.ledger.NoteUsage(ctx, usage)
}

// warnings remembers of which budgets operators were warned.
type warnings struct {
	mu    sync.Mutex
	given map[string]bool
}

// warn logs once a day, and once a month, that most of a budget is used.
func (m *member) warn(ctx context.Context, s spent, now time.Time) {
	for _, one := range []struct {
		period       string
		used, budget int
	}{{now.Format("2006-01-02"), s.day, m.Budget.Day}, {now.Format("2006-01"), s.month, m.Budget.Month}} {
		if MostlySpent(one.used, one.budget) && m.chains.warned.first(m.ID+" "+one.period) {
			m.chains.log.WarnContext(ctx, "most of the budget of a translation engine is used",
				"engine", m.ID, "period", one.period, "used", one.used, "budget", one.budget)
		}
	}
}

// MostlySpent reports whether so much of a budget is used that operators are
// warned. Without a budget nothing is.
func MostlySpent(used, budget int) bool { return budget > 0 && percent(used, budget) >= warnAt }

func (w *warnings) first(key string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.given[key] {
		return false
	}
	if w.given == nil || len(w.given) > 1000 {
		w.given = map[string]bool{}
	}
	w.given[key] = true
	return true
}

func percent(used, budget int) int { return int(int64(used) * 100 / int64(budget)) }

func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

func monthOf(at time.Time) time.Time {
	return time.Date(at.UTC().Year(), at.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
}

// characters counts those of texts, code points.
func characters(texts []string) (n int) {
	for _, text := range texts {
		n += utf8.RuneCountInString(text)
	}
	return n
}
