package translate_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// scripted is an engine that does what a test says.
type scripted struct {
	name   string
	limits translate.Limits
	mu     sync.Mutex
	asked  [][]string
	do     func(call int, job translate.Job) (translate.Answer, error)
}

func (s *scripted) Name() string { return s.name }

func (s *scripted) Limits() translate.Limits {
	if s.limits == (translate.Limits{}) {
		return translate.Limits{Texts: 50, Characters: 10_000}
	}
	return s.limits
}

func (s *scripted) Translate(_ context.Context, job translate.Job) (translate.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, job.Texts)
	return s.do(len(s.asked), job)
}

// upper answers each text in capital letters.
func upper(_ int, job translate.Job) (translate.Answer, error) {
	answer := translate.Answer{Model: "m1"}
	for _, text := range job.Texts {
		answer.Texts = append(answer.Texts, strings.ToUpper(text))
	}
	return answer, nil
}

func failing(f *translate.Failure) func(int, translate.Job) (translate.Answer, error) {
	return func(int, translate.Job) (translate.Answer, error) { return translate.Answer{}, f }
}

// books is a ledger in memory.
type books struct {
	mu     sync.Mutex
	usage  []translate.Usage
	broken error
}

func (b *books) NoteUsage(_ context.Context, u translate.Usage) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.usage = append(b.usage, u)
	return b.broken
}

func (b *books) SpentSince(_ context.Context, engine string, day time.Time) (sent, billed int, err error) {
	defer runtime.Gosched() // others come between reading and writing
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, u := range b.usage {
		if u.Engine == engine && !u.Day.Before(day) {
			sent, billed = sent+u.Sent, billed+u.Billed
		}
	}
	return sent, billed, b.broken
}

func (b *books) sum() (sum translate.Usage) {
	for _, u := range b.usage {
		sum.Calls, sum.Failures, sum.Sent, sum.Billed, sum.Refused = sum.Calls+u.Calls, sum.Failures+u.Failures, sum.Sent+u.Sent, sum.Billed+u.Billed, sum.Refused+u.Refused
	}
	return sum
}

// world is a desk's engines with a clock that waits by moving on.
type world struct {
	now    time.Time
	waits  []time.Duration
	ledger books
	log    strings.Builder
}

func newWorld() *world { return &world{now: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)} }

func (w *world) chains(t *testing.T, members ...translate.Member) *translate.Chains {
	t.Helper()
	ids := []string{}
	for _, m := range members {
		ids = append(ids, m.ID)
	}
	chains, err := translate.NewChains(translate.ChainsConfig{
		Members: members, Chains: map[string][]string{"fr": ids, "ja": ids}, Ledger: &w.ledger, Now: func() time.Time { return w.now },
		Guard: func(text, _ string) (string, func(string) (string, translate.Reason)) {
			return text, func(answer string) (string, translate.Reason) {
				if answer == text {
					return "", translate.ReasonUnchanged
				}
				return answer, translate.ReasonNone
			}
		},
		Wait: func(ctx context.Context, d time.Duration) error {
			w.waits, w.now = append(w.waits, d), w.now.Add(d)
			return ctx.Err()
		},
		Log: slog.New(slog.NewTextHandler(io.MultiWriter(&w.log), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return chains
}

func ask(t *testing.T, c *translate.Chains, texts ...string) []translate.Outcome {
	t.Helper()
	outcomes, err := c.Ask(t.Context(), translate.Job{To: "fr", Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

// words shows outcomes in short: the text, or the reason in brackets.
func words(outcomes []translate.Outcome) string {
	list := []string{}
	for _, o := range outcomes {
		if o.Reason != translate.ReasonNone {
			list = append(list, "["+string(o.Reason)+"]")
			continue
		}
		list = append(list, o.By+":"+o.Text)
	}
	return strings.Join(list, " ")
}

func numbered(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("text %02d", i))
	}
	return list
}

func TestChainAsksInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld()
	one := &scripted{name: "One", do: func(n int, job translate.Job) (translate.Answer, error) {
		answer, _ := upper(n, job)
		answer.Texts[1] = job.Texts[1] // fails the check
		answer.Texts[2] = ""           // not translated
		answer.Billed = 100
		return answer, nil
	}}
	two := &scripted{name: "Two", do: upper}
	outcomes := ask(t, w.chains(t, translate.Member{ID: "one", Engine: one}, translate.Member{ID: "two", Engine: two}), "a", "b", "c")
	if got := words(outcomes); got != "One:A Two:B Two:C" || outcomes[0].Model != "m1" || outcomes[1].Engine != "two" {
		t.Errorf("outcomes %s %+v", got, outcomes)
	}
	if len(two.asked) != 1 || !slices.Equal(two.asked[0], []string{"b", "c"}) {
		t.Errorf("the second engine was asked %v", two.asked)
	}
	if sum := w.ledger.sum(); sum.Calls != 2 || sum.Sent != 5 || sum.Billed != 100 || sum.Refused != 2 {
		t.Errorf("ledger %+v", sum)
	}
	alone := ask(t, w.chains(t, translate.Member{ID: "one", Engine: one}), "a", "b", "c")
	if words(alone) != "One:A [unchanged] [failed]" || alone[1].Answer != "b" || alone[1].Engine != "one" {
		t.Errorf("what failed a check: %+v", alone)
	}
	unknown, err := w.chains(t).Ask(t.Context(), translate.Job{To: "de", Texts: []string{"a"}})
	if err != nil || words(unknown) != "[noEngine]" {
		t.Errorf("without an engine: %v %v", unknown, err)
	}
}

// What passes is tried again, with longer pauses; what does not is not.
func TestRetries(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		failure translate.Failure
		fails   int // calls, then it works
		calls   int
		want    string
		waits   int
	}{
		{"once", translate.Failure{Class: translate.FailurePassing, Status: 503}, 1, 2, "E:A", 1},
		{"twice", translate.Failure{Class: translate.FailurePassing}, 2, 3, "E:A", 2},
		{"for good", translate.Failure{Class: translate.FailurePassing, Status: 529}, 9, 3, "[failed]", 2},
		{"key", translate.Failure{Class: translate.FailureOff, Status: 401}, 1, 1, "[failed]", 0},
		{"quota", translate.Failure{Class: translate.FailureQuota, Status: 456}, 1, 1, "[budget]", 0},
		{"text", translate.Failure{Class: translate.FailureText, Status: 400}, 1, 1, "[failed]", 0},
	} {
		w := newWorld()
		e := &scripted{name: "E", do: func(n int, job translate.Job) (translate.Answer, error) {
			if n <= test.fails {
				return translate.Answer{}, &test.failure
			}
			return upper(n, job)
		}}
		outcomes := ask(t, w.chains(t, translate.Member{ID: "e", Engine: e}), "a")
		if got := words(outcomes); got != test.want || len(e.asked) != test.calls || len(w.waits) != test.waits {
			t.Errorf("%s: %s after %d calls and %v", test.name, got, len(e.asked), w.waits)
		}
		for i, pause := range w.waits {
			if least := 250 * time.Millisecond << i; pause < least || pause >= 6*least {
				t.Errorf("%s: pause %d is %v", test.name, i, pause)
			}
		}
		if again := outcomes[0].Again; test.want != "E:A" && again.IsZero() == (test.name != "text") {
			t.Errorf("%s: again at %v", test.name, again)
		}
	}
}

// A provider that says when it wants to be asked again is not asked before:
// seconds are waited for, more leaves it alone.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for after, calls := range map[time.Duration]int{4 * time.Second: 2, 5 * time.Minute: 1} {
		w := newWorld()
		start := w.now
		e := &scripted{name: "E", do: func(n int, job translate.Job) (translate.Answer, error) {
			if n == 1 {
				return translate.Answer{}, &translate.Failure{Class: translate.FailurePassing, Status: 429, Again: start.Add(after)}
			}
			return upper(n, job)
		}}
		chains := w.chains(t, translate.Member{ID: "e", Engine: e})
		outcomes := ask(t, chains, "a")
		if len(e.asked) != calls {
			t.Errorf("%v: %d calls", after, len(e.asked))
		}
		if calls == 2 {
			if words(outcomes) != "E:A" || w.now.Sub(start) != after {
				t.Errorf("%v: %s, waited %v", after, words(outcomes), w.waits)
			}
			continue
		}
		if !outcomes[0].Again.Equal(start.Add(after)) || len(w.waits) > 0 {
			t.Errorf("%v: %+v, waited %v", after, outcomes, w.waits)
		}
		w.now = start.Add(after - time.Second)
		if ask(t, chains, "a"); len(e.asked) != 1 {
			t.Error("it was asked before its time")
		}
		w.now = start.Add(after)
		if got := words(ask(t, chains, "a")); got != "E:A" {
			t.Errorf("afterwards: %s", got)
		}
	}
}

// One text that an engine cannot take costs the others nothing, and an engine
// that takes nothing is not asked for each text alone.
func TestBatchesAreParted(t *testing.T) {
	t.Parallel()
	w := newWorld()
	picky := &scripted{name: "E", do: func(n int, job translate.Job) (translate.Answer, error) {
		if slices.Contains(job.Texts, "text 07") {
			return translate.Answer{}, &translate.Failure{Class: translate.FailureText, Status: 400}
		}
		if slices.Contains(job.Texts, "text 12") { // fewer texts than asked
			answer, err := upper(n, job)
			answer.Texts = answer.Texts[1:]
			return answer, err
		}
		return upper(n, job)
	}}
	outcomes := ask(t, w.chains(t, translate.Member{ID: "e", Engine: picky}), numbered(16)...)
	for i, o := range outcomes {
		if bad := i == 7 || i == 12; bad != (o.Reason == translate.ReasonFailed) || !bad && o.Text != fmt.Sprintf("TEXT %02d", i) {
			t.Errorf("text %d: %+v", i, o)
		}
	}
	closed := &scripted{name: "E", do: failing(&translate.Failure{Class: translate.FailureText, Status: 400})}
	outcomes = ask(t, w.chains(t, translate.Member{ID: "e", Engine: closed}), numbered(50)...)
	if len(closed.asked) > 16 || strings.Count(words(outcomes), "[failed]") != 50 {
		t.Errorf("%d calls, %s", len(closed.asked), words(outcomes))
	}
}

func TestBatchesKeepTheLimits(t *testing.T) {
	t.Parallel()
	w := newWorld()
	e := &scripted{name: "E", do: upper, limits: translate.Limits{Texts: 3, Characters: 20}}
	texts := []string{"aaaaaaaaaa", "bbbbbbbbbb", "c", "d", "e", "f", strings.Repeat("é", 21), strings.Repeat("é", 20)}
	outcomes := ask(t, w.chains(t, translate.Member{ID: "e", Engine: e}), texts...)
	var sizes []int
	for _, batch := range e.asked {
		sizes = append(sizes, len(batch))
	}
	if !slices.Equal(sizes, []int{2, 3, 1, 1}) || outcomes[6].Reason != translate.ReasonFailed || outcomes[7].Text == "" {
		t.Errorf("batches of %v, %s", sizes, words(outcomes))
	}
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	w := newWorld()
	well := false
	e := &scripted{name: "E", do: func(n int, job translate.Job) (translate.Answer, error) {
		if !well {
			return translate.Answer{}, &translate.Failure{Class: translate.FailurePassing, Status: 500}
		}
		return upper(n, job)
	}}
	other := &scripted{name: "O", do: upper}
	chains := w.chains(t, translate.Member{ID: "e", Engine: e}, translate.Member{ID: "o", Engine: other})
	for range 20 {
		if got := words(ask(t, chains, "a")); got != "O:A" {
			t.Fatalf("the next engine did not step in: %s", got)
		}
	}
	if len(e.asked) != 15 { // 5 jobs of 3 tries
		t.Errorf("an engine that is down was asked %d times", len(e.asked))
	}
	state := func() translate.EngineState {
		states, err := chains.States(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return states[0]
	}
	if s := state(); s.Until.IsZero() || s.Class != translate.FailurePassing || s.ID != "e" || !slices.Equal(s.Languages, []string{"fr", "ja"}) {
		t.Errorf("state %+v", s)
	}
	first := state().Until.Sub(w.now)
	w.now = state().Until
	if ask(t, chains, "a"); len(e.asked) != 16 {
		t.Errorf("a trial was %d calls", len(e.asked)-15)
	}
	if second := state().Until.Sub(w.now); second < 2*first-5*time.Second {
		t.Errorf("left alone for %v, then for %v", first, second)
	}
	w.now, well = state().Until, true
	if got := words(ask(t, chains, "a")); got != "E:A" || !state().Until.IsZero() {
		t.Errorf("after the trial: %s %+v", got, state())
	}
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	e := &scripted{name: "E", do: upper}
	chains := w.chains(t, translate.Member{ID: "e", Engine: e, Budget: translate.Budget{Day: 20, Month: 30}})
	if got := words(ask(t, chains, strings.Repeat("a", 15))); !strings.HasPrefix(got, "E:") || strings.Contains(w.log.String(), "budget") {
		t.Errorf("%s %s", got, w.log.String())
	}
	outcomes := ask(t, chains, "bbbb", strings.Repeat("c", 9), "d")
	if outcomes[0].Text == "" || outcomes[1].Reason != translate.ReasonBudget || outcomes[2].Text == "" {
		t.Errorf("a text that fits was held back: %+v", outcomes)
	}
	if again := outcomes[1].Again; !again.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("again at %v", again)
	}
	if got := words(ask(t, chains, "x")); got != "[budget]" {
		t.Errorf("over the budget: %s", got)
	}
	ask(t, chains, "x")
	if n := strings.Count(w.log.String(), "most of the budget"); n != 1 {
		t.Errorf("warned %d times: %s", n, w.log.String())
	}
	w.now = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	if got := words(ask(t, chains, "x")); got != "E:X" {
		t.Errorf("the next day: %s", got)
	}
	// What the engine bills counts when it is more.
	w.ledger.usage = append(w.ledger.usage, translate.Usage{Day: w.now, Engine: "e", Billed: 29})
	if outcomes := ask(t, chains, "yy"); outcomes[0].Reason != translate.ReasonBudget {
		t.Errorf("billed characters do not count: %+v", outcomes)
	}
}

// What cannot be counted is not sent, and who is called off stops at once.
func TestErrorsEndAJob(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.ledger.broken = errors.New("disk full")
	e := &scripted{name: "E", do: upper}
	if _, err := w.chains(t, translate.Member{ID: "e", Engine: e}).Ask(t.Context(), translate.Job{To: "fr", Texts: []string{"a"}}); err == nil || len(e.asked) > 0 {
		t.Errorf("sent without being counted: %v %v", err, e.asked)
	}
	w = newWorld()
	ctx, cancel := context.WithCancel(t.Context())
	e = &scripted{name: "E", do: func(int, translate.Job) (translate.Answer, error) {
		cancel()
		return translate.Answer{}, ctx.Err()
	}}
	if _, err := w.chains(t, translate.Member{ID: "e", Engine: e}).Ask(ctx, translate.Job{To: "fr", Texts: []string{"a"}}); !errors.Is(err, context.Canceled) || len(e.asked) != 1 {
		t.Errorf("called off: %v, %d calls", err, len(e.asked))
	}
	if _, err := translate.NewChains(translate.ChainsConfig{Chains: map[string][]string{"fr": {"none"}}}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("an engine that there is not: %v", err)
	}
}

// An engine that takes nothing in one language goes on being asked in others.
func TestLanguageThatAnEngineDoesNotSpeak(t *testing.T) {
	t.Parallel()
	w := newWorld()
	e := &scripted{name: "E", do: func(n int, job translate.Job) (translate.Answer, error) {
		if job.To == "ja" {
			return translate.Answer{}, &translate.Failure{Class: translate.FailureText, Status: 400}
		}
		return upper(n, job)
	}}
	chains := w.chains(t, translate.Member{ID: "e", Engine: e})
	for range 20 {
		if _, err := chains.Ask(t.Context(), translate.Job{To: "ja", Texts: []string{"a"}}); err != nil {
			t.Fatal(err)
		}
		if got := words(ask(t, chains, "a")); got != "E:A" {
			t.Fatalf("in the other language: %s", got)
		}
	}
	if states, err := chains.States(t.Context()); err != nil || len(e.asked) != 25 || !slices.Equal(states[0].Mute, []string{"ja"}) || !states[0].Until.IsZero() {
		t.Errorf("%d calls, %+v, %v", len(e.asked), states, err)
	}
}

// Several who ask at once keep the budget together, to the character: as many
// calls as it has room for, and none of the others.
func TestBudgetIsKeptTogether(t *testing.T) {
	t.Parallel()
	w := newWorld()
	e := &scripted{name: "E", do: upper}
	chains := w.chains(t, translate.Member{ID: "e", Engine: e, Budget: translate.Budget{Day: 100}})
	const ten = "abcdefghij"
	var group sync.WaitGroup
	var translated, refused atomic.Int32
	for range 40 {
		group.Go(func() {
			outcomes, err := chains.Ask(t.Context(), translate.Job{To: "fr", Texts: []string{ten}})
			switch {
			case err != nil || len(outcomes) != 1:
				t.Error(outcomes, err)
			case outcomes[0].Text != "":
				translated.Add(1)
			case outcomes[0].Reason == translate.ReasonBudget && !outcomes[0].Again.IsZero():
				refused.Add(1)
			}
		})
	}
	group.Wait()
	if sum := w.ledger.sum(); sum.Sent != 100 || sum.Calls != 10 || translated.Load() != 10 || refused.Load() != 30 {
		t.Errorf("sent %d of 100 in %d calls; %d of 40 were translated, %d refused", sum.Sent, sum.Calls, translated.Load(), refused.Load())
	}
	if got := ask(t, chains, "x")[0]; got.Reason != translate.ReasonBudget {
		t.Errorf("afterwards %+v", got)
	}
}
