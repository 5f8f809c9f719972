package app

import (
	"context"
	"log/slog"
	"sync/atomic"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// follow has the parts of the desk take settings that change while it runs. A
// part that is to follow as well is one line here: a [config.Follower] that makes
// ready what it needs and returns what puts it in force.
func (a *App) follow(o Options) {
	if a.settings == nil {
		return
	}
	a.settings.Follow(func(_ context.Context, next config.Config) (func(context.Context) error, error) {
		return func(context.Context) error {
			a.limiter.Set(next.Limits.PerMinute)
			return SetLevel(o.Level, next.Log.Level)
		}, nil
	})
	a.settings.Follow(a.Sources.Follow)
	a.settings.Follow(a.followChannels)
}

// supportOf returns what tenants have agreed with the provider's support, as the
// settings say when it is asked.
func (a *App) supportOf(c config.Config) func(tenantID string) tocsin.SupportTerms {
	var now atomic.Pointer[config.Config]
	now.Store(&c)
	if a.settings != nil {
		a.settings.Follow(func(_ context.Context, next config.Config) (func(context.Context) error, error) {
			return func(context.Context) error {
				now.Store(&next)
				return nil
			}, nil
		})
	}
	return func(tenantID string) tocsin.SupportTerms { return now.Load().SupportOf(tenantID) }
}

// SetLevel sets the level of a log by its name in the settings; nil is for a log
// whose level stays.
func SetLevel(level *slog.LevelVar, name string) error {
	if level == nil {
		return nil
	}
	return level.UnmarshalText([]byte(name))
}
