package app

import "context"

// AskContacts is what the desk does every hour, for tests.
func (a *App) AskContacts(ctx context.Context) error { return a.askContacts(ctx) }

// SendCanaries has the daily tests sent whose time has come.
func (a *App) SendCanaries(ctx context.Context) error { return a.announcing.canaries.keeper.Look(ctx) }
