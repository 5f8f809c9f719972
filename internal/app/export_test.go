package app

import "context"

// AskContacts is what the desk does every hour, for tests.
func (a *App) AskContacts(ctx context.Context) error { return a.askContacts(ctx) }
