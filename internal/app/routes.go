package app

import (
	"context"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/web/admin"
)

// followRouting makes ready who hears of what, as the settings say it, and
// returns what puts it whole in the place of what holds. It is a
// [config.Follower]: on an error what holds stays.
func (a *App) followRouting(_ context.Context, c config.Config) (func(context.Context) error, error) {
	_, err := c.Policy()
	return func(context.Context) error { return a.setRouting(c) }, err
}

// setRouting puts who hears of what in the place of what holds.
func (a *App) setRouting(c config.Config) error {
	p, err := c.Policy()
	if err == nil {
		a.routing.Store(&admin.Routing{Policy: p, Channels: c.Notify.ChannelsOf})
	}
	return err
}

// routingNow returns who hears of what.
func (a *App) routingNow() admin.Routing { return *a.routing.Load() }
