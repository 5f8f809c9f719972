package dispatch

import (
	"cmp"
	"context"
	"slices"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// A Recipient is whom an endpoint stands for that is no channel of the settings.
type Recipient struct {
	Channel  string // of the settings, by which they are told; "" for the one of subscriptions
	Address  string // "" for the channel's own
	Language string
	Zone     *time.Location
	// Page is the address at which they answer and leave.
	Page string
	// Link returns the page about an item that they may read; nil where they read
	// those of the desk.
	Link func(notify.Fact) string
}

// recipients finds who endpoints stand for, by their keys. Those who are to be
// told nothing any more are absent.
type recipients func(ctx context.Context, keys []string) (map[string]Recipient, error)

// exits finds where the deliveries of claimed endpoints go, by their numbers: nil
// for an endpoint that is there no longer.
func (d *Dispatcher) exits(ctx context.Context, setup *Setup, claims []delivery.Claim) (map[int64]*Exit, error) {
	found := make(map[int64]*Exit, len(claims))
	var keys []string
	for _, c := range claims {
		if exit := setup.exit(c.Key); exit != nil {
			found[c.Num] = exit
		} else {
			keys = append(keys, c.Key)
		}
	}
	if len(keys) == 0 || d.Recipients == nil {
		return found, nil
	}
	people, err := d.Recipients(ctx, keys)
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		one, ok := people[c.Key]
		if by := setup.Exits[cmp.Or(one.Channel, setup.Subscribers)]; ok && by != nil {
			found[c.Num] = by.to(one)
		}
	}
	return found, nil
}

// to returns the way to one person: what they cannot be told goes nowhere else.
func (e *Exit) to(one Recipient) *Exit {
	exit := *e
	exit.Fallback, exit.person = "", &one
	exit.Language, exit.Zone = cmp.Or(one.Language, e.Language), one.Zone
	return &exit
}

// address fills in what of a message is the person's own.
func (one *Recipient) address(m *notify.Message) {
	if m.Endpoint.Address = one.Address; m.Kind != notify.KindAsk {
		m.Endpoint.Unsubscribe = one.Page
	}
	if one.Link == nil && m.Kind != notify.KindAsk {
		return
	}
	facts := slices.Clone(m.Facts)
	for i := range facts {
		facts[i].Link = one.Link(facts[i])
	}
	m.Facts = facts
	link(m, func(i int) (string, bool) {
		if m.Kind == notify.KindAsk {
			return one.Page, true
		}
		if i < len(facts) {
			return facts[i].Link, true
		}
		return "", false
	})
}

// link gives entries of a message, which is shared, links of its own.
func link(m *notify.Message, to func(entry int) (string, bool)) {
	letter := *m.Letter
	letter.Entries = slices.Clone(letter.Entries)
	for i := range letter.Entries {
		if address, ok := to(i); ok {
			letter.Entries[i].Link = address
		}
	}
	m.Letter = &letter
}

// subscribers are the deliveries of a change to those who subscribed.
func (c *Consumer) subscribers(ctx context.Context, d decision, one decided) ([]delivery.Row, error) {
	list := d.audience.Of(one.tenant.ID)
	if len(list) == 0 || one.subject.Class == ClassSource {
		return nil, nil
	}
	var services []string
	for _, s := range one.subject.Services {
		services = append(services, s.ID)
	}
	published, err := c.published(ctx, list, one)
	if err != nil {
		return nil, err
	}
	var wanting []*tocsin.Subscription
	for i := range list {
		s := &list[i]
		if s.Wants(one.subject.Class, services) && (!s.Public() || published) && d.setup.Exits[cmp.Or(s.Channel, d.setup.Subscribers)] != nil {
			wanting = append(wanting, s)
		}
	}
	rows := make([]delivery.Row, 0, len(wanting))
	for _, s := range wanting {
		row := delivery.Row{Change: one.change.Seq, Endpoint: delivery.SubscriptionKey(s.ID), Kind: string(one.kind), Route: subscribed, Cancelled: one.cancelled}
		d.time(&row, routeOf(s), one.labels)
		rows = append(rows, row)
	}
	return rows, nil
}

// subscribed is the route of what somebody subscribed to, as the ledger has it.
const subscribed = "subscription"

// gatherFor is how long what follows the first change of an issue gathers for a
// subscriber.
const gatherFor = 5 * time.Minute

// routeOf is when a subscription is told: at once by issue, or all that has
// gathered at its hour.
func routeOf(s *tocsin.Subscription) *route.Route {
	r := &route.Route{ID: subscribed, Options: route.Options{GroupBy: []string{"issue"}, GroupInterval: gatherFor}}
	if s.Digest == "" {
		return r
	}
	if digest, err := route.ParseDigest(s.Digest + " " + cmp.Or(s.Zone, "UTC")); err == nil {
		r.GroupBy, r.Digest = nil, digest
	}
	return r
}

// published reports whether a tenant publishes a change for everybody, asked only
// where a stranger subscribed.
func (c *Consumer) published(ctx context.Context, list []tocsin.Subscription, one decided) (bool, error) {
	for i := range list {
		if !list[i].Public() || c.Publishing == nil {
			continue
		}
		p, err := c.Publishing(ctx, one.tenant.ID)
		return err == nil && p.Readership == tocsin.ForEverybody && p.Publishes(one.subject.Kind, one.subject.Class), err
	}
	return false, nil
}
