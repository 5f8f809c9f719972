package app

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/admin"
)

// routesEvery is how often it is looked whether another process has written routes.
const routesEvery = 5 * time.Second

// A Routed says which routes hold: those of the pages when they have written any that
// fit the channels and receivers of the settings, else those of the settings.
type Routed struct {
	Version delivery.RoutesVersion // the newest that the pages have written
	Holds   bool                   // it does, else what the settings say
	Problem error                  // why it does not though it was written
}

// WithRoutes returns settings with the routes that the pages have written in the place
// of their own, and which of the two hold.
func (r *Rooms) WithRoutes(ctx context.Context, c config.Config) (config.Config, Routed, error) {
	version, err := r.Deliveries.Routes(ctx)
	if err != nil || version.Text == "" {
		return c, Routed{Version: version}, err
	}
	next, problem := c.WithRouting(version.Text)
	if problem != nil {
		return c, Routed{Version: version, Problem: problem}, nil
	}
	return next, Routed{Version: version, Holds: true}, nil
}

// held is what a desk tells by now, and what it is made of.
type held struct {
	mu     sync.Mutex
	file   config.Config // what the settings say
	config config.Config // with the routes that hold
	routed Routed
}

// now returns the settings with the routes that hold.
func (h *held) now() (config.Config, Routed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.config, h.routed
}

// settings returns what the settings say by themselves.
func (h *held) settings() config.Config {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.file
}

// setChannels puts what settings say about who hears what, and how, in the place
// of what held, with the routes that the pages have written. On an error what held stays.
func (r *Rooms) setChannels(ctx context.Context, c config.Config) error {
	n := &r.announcing
	n.held.mu.Lock()
	defer n.held.mu.Unlock()
	next, routed, err := r.WithRoutes(ctx, c)
	if err != nil {
		return err
	}
	setup, err := NewSetup(next, time.Now)
	if err != nil {
		return err
	}
	n.held.file, n.held.config, n.held.routed = c, next, routed
	n.setup.Swap(setup)
	return nil
}

// followRoutes takes the routes that other processes have written, until ctx ends.
func (a *App) followRoutes(ctx context.Context) error {
	ticker := time.NewTicker(routesEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := a.takeRoutes(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "the routes of the pages cannot be read: those before hold", "err", err)
		}
	}
}

// takeRoutes puts the newest routes of the pages in force.
func (a *App) takeRoutes(ctx context.Context) error {
	_, routed := a.announcing.held.now()
	n, err := a.Deliveries.RoutesNow(ctx)
	if err != nil || n == routed.Version.N {
		return err
	}
	if err := a.setChannels(ctx, a.announcing.held.settings()); err != nil {
		return err
	}
	_, routed = a.announcing.held.now()
	if routed.Problem != nil {
		a.log.ErrorContext(ctx, "the routes of the pages do not fit the settings: those of the settings hold", "version", routed.Version.N, "err", routed.Problem)
	}
	a.announcing.dispatcher.Wake()
	return nil
}

// routeBook keeps the routes that the pages write.
type routeBook struct{ *App }

// RoutesVersions is [delivery.Store.RoutesVersions].
func (b routeBook) RoutesVersions(ctx context.Context, limit int) ([]delivery.RoutesVersion, error) {
	return b.Deliveries.RoutesVersions(ctx, limit)
}

// SaveRoutes is [delivery.Store.SaveRoutes] of a text that can be used, and has it hold
// at once; other processes take it within seconds.
func (b routeBook) SaveRoutes(ctx context.Context, text string, after int64, now time.Time) (delivery.RoutesVersion, error) {
	if text != "" {
		if _, err := b.announcing.held.settings().WithRouting(text); err != nil {
			return delivery.RoutesVersion{}, err
		}
	}
	v, err := b.Deliveries.SaveRoutes(ctx, text, after, now)
	if err != nil {
		return v, err
	}
	return v, b.takeRoutes(ctx)
}

// CheckRoutes returns who would hear by a text of routes, or what is wrong with it.
func (b routeBook) CheckRoutes(text string) (admin.Routing, []*tocsin.Error) {
	next, err := b.announcing.held.settings().WithRouting(text)
	if err != nil {
		return admin.Routing{}, config.Problems(err)
	}
	p, err := next.Policy()
	if err != nil {
		return admin.Routing{}, config.Problems(err)
	}
	return routingOf(p, next), nil
}

// ShadowRoutes returns what a text of routes would have sent since a time, by receiver.
func (b routeBook) ShadowRoutes(ctx context.Context, text string, since time.Time) ([]admin.Shadowed, error) {
	checked, problems := b.CheckRoutes(text)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	shadow, err := b.Shadow(ctx, checked.Policy, since, time.Now(), 0)
	if err != nil {
		return nil, err
	}
	var list []admin.Shadowed
	for _, day := range shadow.Days {
		i := slices.IndexFunc(list, func(one admin.Shadowed) bool { return one.Receiver == day.Receiver })
		if i < 0 {
			i = len(list)
			list = append(list, admin.Shadowed{Receiver: day.Receiver})
		}
		list[i].Changes, list[i].Messages, list[i].Calls = list[i].Changes+day.Changes, list[i].Messages+day.Messages, list[i].Calls+day.Calls
	}
	slices.SortFunc(list, func(a, b admin.Shadowed) int { return strings.Compare(a.Receiver, b.Receiver) })
	return list, nil
}
