package app

import (
	"context"
	"log/slog"

	"example.org/tocsin/internal/config"
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

// SetLevel sets the level of a log by its name in the settings; nil is for a log
// whose level stays.
func SetLevel(level *slog.LevelVar, name string) error {
	if level == nil {
		return nil
	}
	return level.UnmarshalText([]byte(name))
}
