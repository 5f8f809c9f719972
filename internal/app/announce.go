package app

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/notify/webhook"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web/admin"
)

// announcing are the parts of a desk that tell people and programs of changes.
// They meet in the store; what the settings say can be swapped.
type announcing struct {
	setup      dispatch.Live
	held       held
	dispatcher *dispatch.Dispatcher // nil before the desk is built
	writer     *letters.Writer
	speaker    *dispatch.Speaker
	canaries   canaries
	attempts   *prometheus.CounterVec
	open       func(ctx context.Context, tenant tocsin.Tenant, regions bool) ([]route.Labels, error)
}

// deciding makes the consumer of changes that decides who hears.
func (r *Rooms) deciding() *dispatch.Consumer {
	return dispatch.NewConsumer(dispatch.ConsumerConfig{
		Archive: r.Archive, Ledger: r.Deliveries, Setup: r.announcing.setup.Setup, Now: time.Now,
		Silences: func(ctx context.Context, tx *store.Tx) ([]route.Silence, error) {
			return r.Deliveries.ActiveSilences(ctx, tx, time.Now())
		},
		Duty:     r.duty,
		Request:  r.Responses.Request,
		Audience: r.Deliveries.Audience, Publishing: r.Archive.Publishing,
		Open: func(ctx context.Context, tenant tocsin.Tenant, regions bool) ([]route.Labels, error) {
			if r.announcing.open == nil {
				return nil, nil
			}
			return r.announcing.open(ctx, tenant, regions)
		},
		Told: func() {
			if r.announcing.dispatcher != nil {
				r.announcing.dispatcher.Wake()
			}
		},
	})
}

// newAnnouncing makes what words and sends messages. Nothing is connected before
// there is something to tell.
func (a *App) newAnnouncing(c config.Config, o Options) (err error) {
	n := &a.announcing
	n.open = a.openLabels
	n.attempts = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tocsin_notify_attempts_total", Help: "Attempts to deliver a message, by kind of channel and by why it was not accepted; the reason is empty for those that were.",
	}, []string{"kind", "reason"})
	n.writer, err = letters.New(letters.Config{Press: a.press, Translator: a.translator, Rooms: a.Responses, Base: a.Base, Now: time.Now})
	if err != nil {
		return err
	}
	if n.canaries, err = a.newCanaries(); err != nil {
		return err
	}
	n.dispatcher = dispatch.NewDispatcher(dispatch.DispatcherConfig{
		Ledger: a.Deliveries, Scribe: n.writer, Setup: n.setup.Setup, Recipients: a.recipients, Canary: a.canaryPage, Jitter: rand.Float64, Now: time.Now, Log: o.Log,
		Counted: func(kind string, reason notify.Reason) { n.attempts.WithLabelValues(kind, string(reason)).Inc() },
	})
	n.speaker = dispatch.NewSpeaker(dispatch.SpeakerConfig{
		Rooms: a.Responses, Ledger: a.Deliveries, Setup: n.setup.Setup, Second: a.second, Told: func() { a.polled(); n.dispatcher.Wake() },
	})
	return a.setChannels(context.Background(), c)
}

// second reports whether a second person looks at what is said of incidents.
func (a *App) second() bool {
	setup := a.announcing.setup.Setup()
	return setup != nil && setup.Second
}

// repeater makes what has endpoints told again of what goes on.
func (a *App) repeater() *dispatch.Repeater {
	return dispatch.NewRepeater(dispatch.RepeaterConfig{
		Ledger: a.Deliveries, Setup: a.announcing.setup.Setup, Tenants: a.Archive.Tenants, Open: a.openLabels, Now: time.Now, Told: a.announcing.dispatcher.Wake,
		Silences: func(ctx context.Context) ([]route.Silence, error) { return a.Deliveries.SilencesAt(ctx, time.Now()) },
	})
}

// warden makes what tells of channels that take no messages.
func (a *App) warden() *dispatch.Warden {
	return dispatch.NewWarden(dispatch.WardenConfig{
		Ledger: a.Deliveries, Writer: a.announcing.writer, Setup: a.announcing.setup.Setup, Told: a.announcing.dispatcher.Wake, Now: time.Now, Log: a.log,
	})
}

// resending is the ledger for people, who wait for what they have sent again.
type resending struct {
	*delivery.Store
	wake func()
}

// Retry is [delivery.Store.Retry], and has it done at once.
func (r resending) Retry(ctx context.Context, id, endpoint string, now time.Time) (int, error) {
	n, err := r.Store.Retry(ctx, id, endpoint, now)
	if err == nil {
		r.wake()
	}
	return n, err
}

// taking is the ledger for those who take incidents in hand, whose pages show it at
// once.
type taking struct {
	*delivery.Store
	look func()
}

func (a *App) taking() taking { return taking{a.Deliveries, a.polled} }

// Acknowledge is [delivery.Store.Acknowledge], and has the pages show it.
func (t taking) Acknowledge(ctx context.Context, tenantID string, ref tocsin.Ref, now time.Time) (tocsin.Acknowledgement, error) {
	one, err := t.Store.Acknowledge(ctx, tenantID, ref, now)
	if err == nil {
		t.look()
	}
	return one, err
}

// followChannels takes other channels and routes while the desk runs. It is a
// [config.Follower].
func (a *App) followChannels(ctx context.Context, next config.Config) (func(context.Context) error, error) {
	next.Server.Base = a.Base() // as it was made when none was given
	routed, _, err := a.WithRoutes(ctx, next)
	if err != nil {
		return nil, err
	}
	if _, err := NewSetup(routed, time.Now); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		if err := a.setChannels(ctx, next); err != nil {
			return err
		}
		a.announcing.dispatcher.Wake()
		return nil
	}, nil
}

// routingNow returns who hears of what.
func (a *App) routingNow() admin.Routing {
	setup := a.announcing.setup.Setup()
	settings, routed := a.announcing.held.now()
	r := routingOf(setup.Policy, settings)
	r.Written, r.Holds, r.Unfit = routed.Version, routed.Holds, config.Problems(routed.Problem)
	r.Preview = func(ctx context.Context, channel, tenantID, id string, n int) (*notify.Letter, error) {
		exit := setup.Exits[channel]
		if exit == nil {
			return nil, tocsin.NotFoundf("There is no channel %s.", tocsin.Clip(channel, 40))
		}
		p, err := a.preview(ctx, a.announcing.writer, exit, tenantID, id, n)
		if err != nil {
			return nil, err
		}
		return p.Content.Letter, nil
	}
	return r
}

// routingOf is who hears by a policy of settings.
func routingOf(p *route.Policy, c config.Config) admin.Routing {
	r := admin.Routing{Policy: p, Channels: c.Notify.ChannelsOf}
	for _, one := range c.Notify.Channels {
		r.Names = append(r.Names, one.Name)
	}
	slices.Sort(r.Names)
	if text, err := c.RoutingText(); err == nil {
		r.Text = text
	}
	return r
}

// openLabels are the labels of the open issues of a tenant.
func (a *App) openLabels(ctx context.Context, tenant tocsin.Tenant, regions bool) ([]route.Labels, error) {
	snapshot, err := a.Model.Snapshot(ctx, tenant.ID)
	if err != nil {
		return nil, err
	}
	var list []route.Labels
	for _, row := range health.OpenRows(snapshot, time.Now()) {
		s := &dispatch.Subject{
			Kind: tocsin.KindIssue, ID: row.ID, Class: row.Class, Status: row.Status, Severity: health.SeverityOf(row), Feature: row.Feature,
			Services: []notify.Service{{ID: row.ServiceID, Name: row.Service}},
		}
		if regions {
			body, err := a.Archive.Body(ctx, row.Document)
			if err != nil {
				return nil, err
			}
			s.Place(body)
		}
		list = append(list, dispatch.LabelsOf(s, tenant, "", regions))
	}
	return list, nil
}

// A Previewed is what a channel would say of a version.
type Previewed struct {
	Kind    string // of the channel
	Version int
	Content *notify.Content
}

// Preview returns what a channel of the settings would say of a version of an
// issue or a message, 0 for the newest. Nothing is sent. It fails with
// [tocsin.ErrNotFound] when there is no such channel or version, and with
// [tocsin.ErrUnavailable] while its translation is being made.
func (r *Rooms) Preview(ctx context.Context, c config.Config, channel, tenantID, id string, n int) (Previewed, error) {
	exit, err := exitOf(c, channel)
	if err != nil {
		return Previewed{}, err
	}
	writer, err := letters.New(letters.Config{
		Press: publish.New(r.Archive, time.Now), Translator: translate.NewTranslator(r.Translation, r.policy, time.Now), Base: func() string { return c.Server.Base }, Now: time.Now,
	})
	if err != nil {
		return Previewed{}, err
	}
	return r.preview(ctx, writer, exit, tenantID, id, n)
}

// preview words a version as a channel would tell it.
func (r *Rooms) preview(ctx context.Context, writer *letters.Writer, exit *dispatch.Exit, tenantID, id string, n int) (Previewed, error) {
	ref := tocsin.Ref{Kind: tocsin.KindIssue, ID: id}
	versions, err := r.Archive.Versions(ctx, tenantID, ref)
	if errors.Is(err, tocsin.ErrNotFound) {
		ref.Kind = tocsin.KindMessage
		versions, err = r.Archive.Versions(ctx, tenantID, ref)
	}
	if err != nil {
		return Previewed{}, err
	}
	if n == 0 {
		n = versions[len(versions)-1].N
	}
	i := slices.IndexFunc(versions, func(v tocsin.Version) bool { return v.N == n })
	if i < 0 {
		return Previewed{}, tocsin.NotFoundf("%s has no version %d.", tocsin.Clip(id, 40), n)
	}
	change := tocsin.Change{TenantID: tenantID, Kind: ref.Kind, ID: ref.ID, N: n, What: tocsin.WhatUpdated, At: versions[i].SeenAt}
	if i == 0 {
		change.What = tocsin.WhatNew
	}
	content, until, err := writer.Write(ctx, exit.Language, exit.Zone, notify.KindUpdate, []delivery.Pending{{Change: change}})
	switch {
	case err != nil:
		return Previewed{}, err
	case !until.IsZero():
		return Previewed{}, &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "Its translation is being made: try again in a moment."}
	case content == nil:
		return Previewed{}, tocsin.NotFoundf("Nobody may be told of %s.", tocsin.Clip(id, 40))
	}
	if exit.Word != nil {
		content, err = exit.Word(content)
	}
	return Previewed{exit.Kind, n, content}, err
}

// exitOf finds a channel of the settings.
func exitOf(c config.Config, name string) (*dispatch.Exit, error) {
	setup, err := NewSetup(c, time.Now)
	if err != nil {
		return nil, err
	}
	if exit := setup.Exits[name]; exit != nil {
		return exit, nil
	}
	var names []string
	for _, one := range c.Notify.Channels {
		names = append(names, one.Name)
	}
	return nil, tocsin.NotFoundf("There is no channel %s%s", tocsin.Clip(name, 40), tocsin.Meant(name, names))
}

// A Tested is what came of a test of a channel.
type Tested struct {
	Kind    string
	Host    string
	Receipt notify.Receipt
	Failure *notify.Failure // nil when it was accepted
	Took    time.Duration
}

// TestChannel sends a message that says that it is a test through a channel of the
// settings, past the ledger. It fails with [tocsin.ErrNotFound] when there is no
// such channel.
func TestChannel(ctx context.Context, c config.Config, name string) (Tested, error) {
	exit, err := exitOf(c, name)
	if err != nil {
		return Tested{}, err
	}
	writer, err := letters.New(letters.Config{Now: time.Now})
	if err != nil {
		return Tested{}, err
	}
	began := time.Now()
	t := Tested{Kind: exit.Kind, Host: exit.Host}
	ctx, cancel := context.WithTimeout(ctx, dispatch.SendTimeout)
	defer cancel()
	t.Receipt, err = exit.Channel.Send(ctx, &notify.Message{
		ID: dispatch.NewID("test_", began), Kind: notify.KindTest, Attempt: 1, Endpoint: notify.Endpoint{Key: delivery.ChannelKey(name), Zone: exit.Zone},
		Language: exit.Language, MadeAt: began.UTC().Truncate(time.Microsecond), Letter: writer.Test(exit.Language, name),
	})
	if err != nil {
		t.Failure = notify.FailureOf(err)
	}
	t.Took = time.Since(began)
	return t, nil
}

// NewWebhookSecret makes a secret for a webhook.
func NewWebhookSecret() string { return webhook.NewSecret() }
