package dispatch

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// Bounds of telling again.
const (
	// RepeatEvery is how often it is looked what is to be told again, and so how late
	// that may be.
	RepeatEvery = 30 * time.Second
	// maxRepeats bounds what is decided on at once.
	maxRepeats = 500
	// lookAgain is how long what may not be told now waits for the next look.
	lookAgain = time.Minute
)

// repeats is the part of the ledger that telling again works on.
type repeats interface {
	Repeats(ctx context.Context, now time.Time, limit int) ([]delivery.Repeat, error)
	TellAgain(ctx context.Context, list []delivery.Decision, now time.Time) (int, error)
}

// RepeaterConfig is what a repeater works with.
type RepeaterConfig struct {
	Ledger  repeats
	Setup   func() *Setup
	Tenants func(ctx context.Context) ([]tocsin.Tenant, error)
	// Open are the labels of the open issues of a tenant, with their regions where
	// somebody asks for those.
	Open func(ctx context.Context, tenant tocsin.Tenant, regions bool) ([]route.Labels, error)
	// Silences are those that hold. May be nil.
	Silences func(ctx context.Context) ([]route.Silence, error)
	Told     func() // called when there is something to send; may be nil
	Now      func() time.Time
}

// A Repeater has endpoints told again of issues that they were told of through a
// route and that go on, when nothing was told for the route's repeat interval. It
// keeps nothing itself.
type Repeater struct{ RepeaterConfig }

// NewRepeater makes a repeater.
func NewRepeater(c RepeaterConfig) *Repeater { return &Repeater{c} }

// looking is what one look needs.
type looking struct {
	setup    *Setup
	tenants  map[string]tocsin.Tenant
	silences []route.Silence
	open     map[string][]route.Labels // by tenant
	routes   map[string]*route.Route   // by id
	now      time.Time
}

// Look decides on all that is due. A tenant whose issues cannot be read costs the
// others nothing; its error is returned at the end.
func (r *Repeater) Look(ctx context.Context) error {
	l := looking{setup: r.Setup(), open: map[string][]route.Labels{}, routes: map[string]*route.Route{}, now: r.Now()}
	if l.setup == nil || l.setup.Policy == nil || len(l.setup.Exits) == 0 {
		return nil
	}
	l.setup.Policy.Root.Walk(func(one *route.Route, _ int) { l.routes[one.ID] = one })
	tenants, err := r.Tenants(ctx)
	if err != nil {
		return err
	}
	l.tenants = tocsin.TenantsByID(tenants)
	if r.Silences != nil {
		if l.silences, err = r.Silences(ctx); err != nil {
			return err
		}
	}
	var problems []error
	for {
		due, err := r.Ledger.Repeats(ctx, l.now, maxRepeats)
		if err != nil || len(due) == 0 {
			return errors.Join(append(problems, err)...)
		}
		list := make([]delivery.Decision, len(due))
		for i, one := range due {
			if list[i], err = r.decide(ctx, l, one); err != nil {
				problems = append(problems, err)
				list[i] = delivery.Decision{Repeat: one, Next: l.now.Add(lookAgain)}
			}
		}
		n, err := r.Ledger.TellAgain(ctx, list, l.now)
		if err != nil {
			return errors.Join(append(problems, err)...)
		}
		if n > 0 && r.Told != nil {
			r.Told()
		}
	}
}

// decide says whether an issue is told again now, later or never.
func (r *Repeater) decide(ctx context.Context, l looking, one delivery.Repeat) (delivery.Decision, error) {
	never := delivery.Decision{Repeat: one}
	later := delivery.Decision{Repeat: one, Next: l.now.Add(lookAgain)}
	tenant, through := l.tenants[one.TenantID], l.routes[one.Route]
	name := delivery.ChannelName(one.Endpoint)
	if tenant.ID == "" || tenant.Disabled || through == nil || l.setup.exit(one.Endpoint) == nil || !slices.Contains(l.setup.Receivers[through.Receiver], name) {
		return never, nil
	}
	open, ok := l.open[tenant.ID]
	if !ok {
		var err error
		if open, err = r.Open(ctx, tenant, asksRegions(l.setup, l.silences)); err != nil {
			return never, err
		}
		l.open[tenant.ID] = open
	}
	i := slices.IndexFunc(open, func(labels route.Labels) bool { return labels.Get("issue") == one.Ref.ID })
	if i < 0 {
		return never, nil
	}
	if one.Failing { // what waits for it tells of the issue already
		later.Next = l.now.Add(through.RepeatInterval)
		return later, nil
	}
	if _, silenced := route.Silenced(l.silences, open[i], l.now); silenced {
		return later, nil
	}
	if _, _, inhibited := l.setup.Policy.Inhibited(open[i], open); inhibited {
		return later, nil
	}
	if at, ok := l.setup.Policy.Opens(through, l.now); !ok || at.After(l.now) {
		later.Next = at
		if !ok {
			later.Next = l.now.Add(through.RepeatInterval)
		}
		return later, nil
	}
	group := ""
	if !through.GroupByAll {
		group = groupKey("repeat " + through.GroupKey(open[i]))
	}
	return delivery.Decision{Repeat: one, Tell: true, Next: l.now.Add(through.RepeatInterval), Row: delivery.Row{
		Kind: string(notify.KindRepeat), Group: group, Route: through.ID + " → " + through.Receiver + ", again",
	}}, nil
}
