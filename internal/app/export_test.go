package app

import (
	"context"
	"fmt"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/route"
)

// AskContacts is what the desk does every hour, for tests.
func (a *App) AskContacts(ctx context.Context) error { return a.askContacts(ctx) }

// SendCanaries has the daily tests sent whose time has come.
func (a *App) SendCanaries(ctx context.Context) error { return a.announcing.canaries.keeper.Look(ctx) }

// SaveRoutes is what the page of routes does.
func (a *App) SaveRoutes(ctx context.Context, text string, after int64) error {
	_, err := routeBook{a}.SaveRoutes(ctx, text, after, time.Now())
	return err
}

// TakeSettings has other settings take effect, as the watcher of their file does.
func (a *App) TakeSettings(ctx context.Context, c config.Config) error {
	apply, err := a.followChannels(ctx, c)
	if err != nil {
		return err
	}
	return apply(ctx)
}

// Receivers are those of all routes that hold, and whether a page wrote them.
func (a *App) Receivers() (list string) {
	r := a.routingNow()
	r.Policy.Root.Walk(func(one *route.Route, _ int) { list += one.Receiver + " " })
	return list + fmt.Sprint(r.Holds)
}

// Duty returns the endpoints of those who have a step of an incident to do.
func (a *App) Duty(ctx context.Context, step string) ([]string, error) { return a.duty(ctx, step) }
