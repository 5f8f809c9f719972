package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// demoWatched is how long before the present day the desk of a demonstration
// says that it has watched: what came about since then is in its log.
const demoWatched = 3 * 24 * time.Hour

// fill imports the archive unless an earlier run did.
func (r *demoRun) fill(ctx context.Context, desk *App) error {
	if seq, err := desk.Store.LastSeq(ctx); err != nil || seq > 0 {
		return err
	}
	for _, t := range r.content.Tenants() {
		lists := map[tocsin.Kind]*collect.List{}
		var order []collect.List
		past := r.content.History(t.ID)
		n := slices.IndexFunc(past, func(s demo.Seen) bool { return !s.At.Before(r.info.Anchor.Add(-demoWatched)) })
		if n < 0 {
			n = len(past)
		}
		for _, seen := range past[:n] {
			list, ok := lists[seen.Kind]
			if !ok {
				list = &collect.List{Kind: seen.Kind}
				lists[seen.Kind] = list
			}
			list.Items = append(list.Items, collect.Item{Body: seen.Body, Hash: tocsin.HashOf(seen.Body), At: seen.At})
		}
		for _, kind := range []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindMessage} {
			if list, ok := lists[kind]; ok {
				order = append(order, *list)
			}
		}
		if _, err := desk.Collector.Import(ctx, t.ID, "graph", order); err != nil {
			return err
		}
		if err := watched(ctx, desk, t.ID, past[n:]); err != nil {
			return err
		}
		if err := r.attach(ctx, desk, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// watched records what came about as polls of that time would have: as changes
// that are told.
func watched(ctx context.Context, desk *App, tenantID string, past []demo.Seen) error {
	for len(past) > 0 {
		n := 1
		for n < len(past) && past[n].At.Equal(past[0].At) {
			n++
		}
		record := archive.Record{TenantID: tenantID, Source: "graph", SeenAt: past[0].At}
		for _, seen := range past[:n] {
			doc, err := tocsin.ReadDocument(seen.Kind, seen.Body)
			if err != nil {
				return err
			}
			record.Entries = append(record.Entries, archive.Entry{Document: doc, SeenAt: seen.At})
		}
		if _, err := desk.Archive.Record(ctx, record); err != nil {
			return err
		}
		past = past[n:]
	}
	return nil
}

// author lets the first tenant speak for a service of its own: an issue that is
// open and work that is planned. A later run repeats the same requests, which
// has no effect.
func (r *demoRun) author(ctx context.Context, desk *App) error {
	then := r.info.Anchor
	act := func(key string) author.Act {
		return author.Act{TenantID: r.content.Tenants()[0].ID, By: "demo", Key: key}
	}
	// at is somebody who writes at a time before midnight of the present day.
	at := func(before time.Duration) *author.Author {
		return author.New(desk.Archive, desk.Model, func() time.Time { return then.Add(-before) })
	}
	_, err := at(demoWatched).AddService(ctx, act("demo-service"), author.ServiceDraft{
		ID: "RemoteAccess", Name: "Remote access (VPN)",
		Features: []tocsin.Feature{{Name: "Gateway", DisplayName: "Gateways"}, {Name: "SignIn", DisplayName: "Sign-in with a token"}},
	})
	if err != nil {
		return err
	}
	opened, err := at(170*time.Minute).OpenIssue(ctx, act("demo-issue"), author.IssueDraft{
		Service: "RemoteAccess", Feature: "Gateway", Title: "Connections through the Lyon gateway drop after a few minutes",
		Status: tocsin.StatusInvestigating, Impact: "Users in the south reconnect every few minutes.", StartAt: then.Add(-3 * time.Hour),
		Post: author.PostDraft{Content: "User impact: Users who connect through Lyon lose the connection after a few minutes.\n\n" +
			"Current status: We look into the line with its operator."},
	})
	if errors.Is(err, archive.ErrKeyReused) { // by a demonstration of an older version, which said it otherwise
		return nil
	}
	if err != nil {
		return err
	}
	_, err = at(95*time.Minute).PostToIssue(ctx, act("demo-post"), opened.Held.ID, author.PostDraft{
		Status: tocsin.StatusDegradation,
		Content: "User impact: Users who connect through Lyon lose the connection after a few minutes.\n\n" +
			"Current status: We moved half of the load to Paris. The operator replaces a part of the line in the morning.\n\n" +
			"Workaround: Choose the gateway Paris in the list of the client.",
	})
	if err != nil {
		return err
	}
	_, err = at(30*time.Hour).PlanMaintenance(ctx, act("demo-maintenance"), author.MaintenanceDraft{
		Service: "RemoteAccess", Title: "New certificates on all gateways", Impact: "Connections end once and can be opened again at once.",
		StartAt: then.Add(5*24*time.Hour + 20*time.Hour), EndAt: then.Add(5*24*time.Hour + 22*time.Hour),
		Post: author.PostDraft{Content: "User impact: Each connection ends once during the work.\n\nNext steps: Save your work before it begins."},
	})
	return err
}
