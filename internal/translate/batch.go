package translate

import (
	"context"
	"math/rand/v2"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/tocsin"
)

// Bounds of how much is done about what fails.
const (
	maxTries     = 3 // of one call
	firstPause   = 500 * time.Millisecond
	longestPause = 10 * time.Second // an engine that wants more is left alone
	maxPieces    = 16               // calls to find the text that fails among those of a batch
	maxQuoted    = 4 << 10          // bytes of a refused answer that are kept
)

// asking is one job on its way through a chain.
type asking struct {
	*Chains
	job      Job
	texts    []asked // without a translation so far
	outcomes []Outcome
}

// asked is a text on its way.
type asked struct {
	index  int
	sent   string
	accept func(answer string) (string, Reason)
}

// fail notes why texts have no translation so far.
func (a *asking) fail(texts []asked, reason Reason, again time.Time) {
	for _, one := range texts {
		a.outcomes[one.index] = Outcome{Reason: reason, Again: again}
	}
}

// through asks one engine for all that no engine before it has translated.
func (a *asking) through(ctx context.Context, m *member) error {
	waiting := a.texts
	a.texts = nil
	for len(waiting) > 0 {
		left, again, err := m.left(ctx, a.now())
		if err != nil {
			return err
		}
		batch, rest, reason := cut(waiting, m.Engine.Limits(), left)
		waiting = rest
		switch reason {
		case ReasonBudget:
			a.fail(batch, ReasonBudget, again)
		case ReasonFailed: // too long for this engine
			a.fail(batch, ReasonFailed, time.Time{})
		default:
			if err := a.batch(ctx, m, batch); err != nil {
				return err
			}
			continue
		}
		a.texts = append(a.texts, batch...)
	}
	return nil
}

// cut takes the next batch: as many texts as the engine takes at once and its
// budget allows. A reason says why those that it returns cannot be asked.
func cut(waiting []asked, limits Limits, left int) (batch, rest []asked, reason Reason) {
	n, total := 0, 0
	for n < len(waiting) && n < max(1, limits.Texts) {
		more := utf8.RuneCountInString(waiting[n].sent)
		switch {
		case n == 0 && more > limits.Characters:
			return waiting[:1], waiting[1:], ReasonFailed
		case n == 0 && more > left:
			return waiting[:1], waiting[1:], ReasonBudget
		}
		if total+more > min(limits.Characters, left) {
			break
		}
		total += more
		n++
	}
	return waiting[:n], waiting[n:], ReasonNone
}

// batch asks an engine for texts, in smaller pieces when it fails on them: one
// text that it cannot take costs the others nothing.
func (a *asking) batch(ctx context.Context, m *member, batch []asked) error {
	language := m.languages[a.job.To]
	if _, closed := language.enter(a.now()); closed != nil {
		a.giveUp(batch, closed)
		return nil
	}
	defer language.abandon()
	pieces, calls, translated := [][]asked{batch}, 0, false
	var last *Failure
	for len(pieces) > 0 {
		piece := pieces[0]
		pieces = pieces[1:]
		if calls++; calls > maxPieces {
			a.giveUp(piece, last)
			continue
		}
		f, err := a.piece(ctx, m, piece)
		if err != nil {
			return err
		}
		switch {
		case f == nil:
			translated = true
		case f.Class == FailureText && len(piece) > 1:
			last = f
			half := len(piece) / 2
			pieces = append(pieces, piece[:half], piece[half:])
		default:
			last = f
			a.giveUp(piece, f)
		}
	}
	switch {
	case translated:
		language.leave(nil, a.now())
	case last.Class == FailureText:
		language.leave(last, a.now()) // it takes none of them: perhaps it does not speak the language
	}
	return nil
}

// giveUp leaves texts to the next engine.
func (a *asking) giveUp(texts []asked, f *Failure) {
	reason, again := ReasonFailed, f.Again
	switch {
	case f.Class == FailureQuota:
		reason, again = ReasonBudget, a.now().Add(max(openQuota, f.Again.Sub(a.now())))
	case again.IsZero() && f.Class != FailureText:
		again = a.now().Add(openAtFirst)
	}
	a.fail(texts, reason, again)
	a.texts = append(a.texts, texts...)
}

// piece asks an engine for texts, again after what passes. It returns the
// failure that is left; an error ends the job.
func (a *asking) piece(ctx context.Context, m *member, texts []asked) (*Failure, error) {
	for try := 1; ; try++ {
		trial, closed := m.breaker.enter(a.now())
		if closed != nil {
			return closed, nil
		}
		answer, f, err := a.call(ctx, m, texts)
		if err != nil {
			m.breaker.abandon()
			return nil, err
		}
		if f == nil {
			m.breaker.leave(nil, a.now())
			return nil, a.take(ctx, m, texts, answer)
		}
		if f.Class == FailureText || f.Code == budgetCode {
			m.breaker.abandon() // the engine is well
			return f, nil
		}
		pause := pauseBefore(try, f, a.now())
		if trial || try == maxTries || f.Class != FailurePassing || pause > longestPause {
			m.breaker.leave(f, a.now())
			a.log.WarnContext(ctx, "a translation engine failed", "engine", m.ID, "language", a.job.To, "error", f)
			return f, nil
		}
		m.breaker.abandon()
		if err := a.wait(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// pauseBefore returns how long to wait after a failure: what the provider asks
// for, or about twice as long each time.
func pauseBefore(try int, f *Failure, now time.Time) time.Duration {
	if f.Again.After(now) {
		return f.Again.Sub(now)
	}
	pause := firstPause << (try - 1)
	return pause/2 + rand.N(pause)
}

// call asks an engine once.
func (a *asking) call(ctx context.Context, m *member, texts []asked) (Answer, *Failure, error) {
	job := Job{To: a.job.To, Glossary: a.job.Glossary}
	for _, one := range texts {
		job.Texts = append(job.Texts, one.sent)
	}
	usage := Usage{Day: dayOf(a.now()), Engine: m.ID, Language: job.To}
	if f, err := m.reserve(ctx, usage, characters(job.Texts), a.now()); f != nil || err != nil {
		return Answer{}, f, err
	}
	answer, err := m.Engine.Translate(ctx, job)
	if ctx.Err() != nil {
		return Answer{}, nil, ctx.Err()
	}
	if err == nil && len(answer.Texts) != len(texts) {
		err = &Failure{Class: FailureText, Code: "count"}
	}
	usage.Billed = max(0, answer.Billed)
	if err != nil {
		usage.Failures = 1
	}
	if usage.Failures > 0 || usage.Billed > 0 {
		if noted := a.ledger.NoteUsage(ctx, usage); noted != nil {
			return Answer{}, nil, noted
		}
	}
	if err != nil {
		f := FailureOf(err)
		m.last.Store(&LastFailure{At: a.now(), Class: f.Class, Status: f.Status, Code: tocsin.Clip(f.Code, 60)})
		return Answer{}, f, nil
	}
	return answer, nil, nil
}

// take checks the texts of an answer. What fails a check is left to the next
// engine.
func (a *asking) take(ctx context.Context, m *member, texts []asked, answer Answer) error {
	refused := 0
	for i, one := range texts {
		text, reason := "", ReasonFailed
		if answer.Texts[i] != "" {
			text, reason = one.accept(answer.Texts[i])
		}
		if reason == ReasonNone {
			a.outcomes[one.index] = Outcome{Text: text, Engine: m.ID, By: m.Engine.Name(), Model: answer.Model}
			continue
		}
		refused++
		a.outcomes[one.index] = Outcome{
			Engine: m.ID, By: m.Engine.Name(), Model: answer.Model, Reason: reason, Answer: tocsin.Clip(answer.Texts[i], maxQuoted),
		}
		a.texts = append(a.texts, one)
	}
	if refused == 0 {
		return nil
	}
	return a.ledger.NoteUsage(ctx, Usage{Day: dayOf(a.now()), Engine: m.ID, Language: a.job.To, Refused: refused})
}
