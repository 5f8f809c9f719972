package dispatch

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/store/delivery"
)

// CanaryEvery is how often it is looked which channels are to be sent a test.
const CanaryEvery = time.Minute

// canaryLate is how long after its time the test of a day is still sent, by a desk
// that was off or has learned of it since.
const canaryLate = 12 * time.Hour

// canaries is the part of the ledger about daily tests.
type canaries interface {
	AskCanary(ctx context.Context, c delivery.Canary, token func(batch string) string, content []byte, now time.Time) (bool, error)
}

// canaryWriter words a daily test.
type canaryWriter interface {
	Canary(language, channel string, machine bool) (*notify.Content, error)
}

// CanaryConfig is what a canary keeper works with.
type CanaryConfig struct {
	Ledger canaries
	Writer canaryWriter
	Setup  func() *Setup
	Token  func(batch string) string // what the link of a test has
	Told   func()                    // called when there is something to send; may be nil
	Now    func() time.Time
}

// A CanaryKeeper has channels whose settings say so sent a test each day.
type CanaryKeeper struct{ CanaryConfig }

// NewCanaryKeeper makes a canary keeper.
func NewCanaryKeeper(c CanaryConfig) *CanaryKeeper { return &CanaryKeeper{c} }

// Look has the tests sent whose time has come: one a day by the clock of the channel,
// however many look. What fails of one channel costs no other its test.
func (k *CanaryKeeper) Look(ctx context.Context) error {
	setup := k.Setup()
	if setup == nil {
		return nil
	}
	now, told := k.Now(), false
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(setup.Exits)) {
		exit := setup.Exits[name]
		if exit.Canary.IsZero() {
			continue
		}
		at := exit.Canary.Last(now)
		if now.Sub(at) >= canaryLate {
			continue
		}
		first, err := k.ask(ctx, exit, at, now)
		told = told || first
		problems = append(problems, err)
	}
	if told && k.Told != nil {
		k.Told()
	}
	return errors.Join(problems...)
}

func (k *CanaryKeeper) ask(ctx context.Context, exit *Exit, at, now time.Time) (bool, error) {
	content, err := k.Writer.Canary(exit.Language, exit.Name, exit.machine())
	if err != nil {
		return false, err
	}
	one := delivery.Canary{Endpoint: delivery.ChannelKey(exit.Name), Day: at.In(exit.Zone).Format(time.DateOnly), Machine: exit.machine()}
	return k.Ledger.AskCanary(ctx, one, k.Token, content.Body(), now)
}

// machine reports whether nobody reads what a channel is sent: that it was accepted is
// all that can be known.
func (e *Exit) machine() bool { return e.Kind == "webhook" || e.Kind == "alertmanager" }
