// Package opening opens rooms by the rules of the settings: it is a consumer of the
// changes, so that an issue that is new, or whose status changed, opens its room once,
// whatever dies and however many desks run.
//
// What is old opens nothing: what a first poll, an import or a restore brought, and
// what was found late. To read on, begin with [Consumer.Handle].
package opening

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// ConsumerName is the name of the consumer of changes that opens rooms.
const ConsumerName = "rooms"

// texts is the part of the archive that is read, in the transaction of the consumer.
type texts interface {
	Documents(ctx context.Context, tx *store.Tx, batch []tocsin.Change) ([]archive.Pair, error)
	DocumentBody(ctx context.Context, tx *store.Tx, document int64) ([]byte, error)
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
}

// rooms is the part of the store that opens them.
type rooms interface {
	OpenByRule(ctx context.Context, tx *store.Tx, o tocsin.IncidentOpening, draft tocsin.Incident, now time.Time) (int64, error)
}

// A Consumer opens rooms.
type Consumer struct {
	Archive texts
	Rooms   rooms
	Carried business.Library // of what services carry
	Rules   func() []route.Room
	Now     func() time.Time
}

// Handle opens the rooms that a batch of changes asks for. It is a [store.Handler].
func (c *Consumer) Handle(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
	rules := c.Rules()
	if len(rules) == 0 || !slices.ContainsFunc(batch, candidate) {
		return nil
	}
	list, err := c.Archive.Tenants(ctx)
	if err != nil {
		return err
	}
	pairs, err := c.Archive.Documents(ctx, tx, batch)
	if err != nil {
		return err
	}
	for i, change := range batch {
		at := slices.IndexFunc(list, func(t tocsin.Tenant) bool { return t.ID == change.TenantID })
		if !candidate(change) || at < 0 || pairs[i].Late || pairs[i].After == 0 || c.Now().Sub(change.At) > archive.OldNews {
			continue
		}
		if err := c.open(ctx, tx, rules, list[at], change, pairs[i]); err != nil {
			return err
		}
	}
	return nil
}

// candidate reports whether a change may open a room.
func candidate(change tocsin.Change) bool {
	return change.Kind == tocsin.KindIssue && !change.Silent && change.What.Versioned()
}

// open opens a room for a change that the first of the rules takes.
func (c *Consumer) open(ctx context.Context, tx *store.Tx, rules []route.Room, tenant tocsin.Tenant, change tocsin.Change, pair archive.Pair) error {
	after, err := c.Archive.DocumentBody(ctx, tx, pair.After)
	if err != nil {
		return err
	}
	var before []byte
	if pair.Before != 0 {
		if before, err = c.Archive.DocumentBody(ctx, tx, pair.Before); err != nil {
			return err
		}
	}
	labels, ok, err := dispatch.Preview(change, tenant, before, after, c.Now())
	if err != nil || !ok || !slices.Contains([]string{"opened", "status"}, labels.Get("change")) {
		return nil //nolint:nilerr // what cannot be read opens nothing, and holds up nobody
	}
	var issue tocsin.Issue
	if issue.UnmarshalJSON(after) != nil || !issue.Course().Ongoing(c.Now()) {
		return nil
	}
	for _, rule := range rules {
		if !rule.Matchers.Match(labels) {
			continue
		}
		reach, enough, err := c.reach(ctx, rule, tenant, issue)
		if err != nil {
			return err
		}
		if !enough {
			continue
		}
		_, err = c.Rooms.OpenByRule(ctx, tx, tocsin.IncidentOpening{TenantID: tenant.ID, Issue: change.ID, Rule: rule.Name, Service: issue.ServiceID, StartedAt: issue.StartAt, Reach: reach}, draft(rule, tenant, change, issue), c.Now())
		if errors.Is(err, tocsin.ErrInvalid) {
			return nil
		}
		return err
	}
	return nil
}

// draft is the room of an issue. Its start is the desk's first sight of it, which is
// the change for an issue that is new.
func draft(rule route.Room, tenant tocsin.Tenant, change tocsin.Change, issue tocsin.Issue) tocsin.Incident {
	title := strings.Join(strings.Fields(issue.Title), " ")
	if runes := []rune(title); len(runes) > maxTitle {
		title = string(runes[:maxTitle])
	}
	if title == "" {
		title = change.ID
	}
	i := tocsin.Incident{Title: title, TenantIDs: []string{tenant.ID}, Issues: []string{change.ID}, Zone: rule.Zone, Starts: []tocsin.IncidentStart{{T0: change.At}}}
	if issue.ServiceID != "" {
		i.Services = []string{issue.ServiceID}
	}
	return i
}

// maxTitle is how many characters the title of a room has.
const maxTitle = 200
