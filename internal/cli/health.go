package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

type healthCmd struct {
	List healthListCmd `cmd:"" help:"List services with their status. Example: tocsin health list --tenant contoso"`
	Get  healthGetCmd  `cmd:"" help:"Show the status of one service, and what is open about it. Example: tocsin health get Exchange --tenant contoso --output json"`
}

type healthListCmd struct{ ofTenant }

// healthJSON is a service with its status as commands print it.
type healthJSON struct {
	ID         string `json:"id"`
	Service    string `json:"service"`
	Status     string `json:"status"`
	Since      string `json:"since"`
	StaleSince string `json:"staleSince,omitempty"` // the status was last confirmed then
}

func (c *healthListCmd) Run(ctx context.Context, s *session) error {
	list, err := c.health(ctx, s)
	if err != nil {
		return err
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tSERVICE\tSTATUS\tSINCE\tUNKNOWN SINCE")
		for _, h := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", oneLine(h.ID), oneLine(h.Service), h.Status, h.Since, h.StaleSince)
		}
		_ = table.Flush() // standard output
	})
}

type healthGetCmd struct {
	ofTenant
	Service string `arg:"" help:"Id or name of the service."`
}

// serviceHealthJSON is one service as commands print it.
type serviceHealthJSON struct {
	healthJSON
	Issues []itemJSON `json:"issues"` // that are open about it, the latest first
}

func (c *healthGetCmd) Run(ctx context.Context, s *session) error {
	archive, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer archive.Close()
	list, err := healthOf(ctx, archive, tenant)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(h healthJSON) bool {
		return strings.EqualFold(h.ID, c.Service) || strings.EqualFold(h.Service, c.Service)
	})
	if at < 0 {
		return tocsin.NotFoundf("There is no service %q.", tocsin.Clip(c.Service, 80))
	}
	one := serviceHealthJSON{healthJSON: list[at], Issues: []itemJSON{}}
	err = eachItem(ctx, archive, tenant, store.ItemsQuery{Kind: tocsin.KindIssue, OpenAt: time.Now()}, func(item store.Item) error {
		if item.ServiceID == one.ID && !item.Status.Healthy() {
			one.Issues = append(one.Issues, newItemJSON(item))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.print(one, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s  %s since %s\n", oneLine(one.ID), oneLine(one.Service), one.Status, one.Since)
		if one.StaleSince != "" {
			fmt.Fprintf(w, "Unknown since %s: nobody has looked.\n", one.StaleSince)
		}
		for _, i := range one.Issues {
			fmt.Fprintf(w, "%s  %s  %s  %s\n", i.ID, i.Status, i.Class, oneLine(i.Title))
		}
	})
}

// maxServices is how many services of a tenant are told.
const maxServices = 1000

func (o ofTenant) health(ctx context.Context, s *session) ([]healthJSON, error) {
	archive, tenant, err := o.open(ctx, s)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	return healthOf(ctx, archive, tenant)
}

// healthOf lists the services of the tenant, with since when nobody has looked.
func healthOf(ctx context.Context, archive *store.Store, tenant tocsin.Tenant) ([]healthJSON, error) {
	states, err := archive.Sources(ctx, tenant.ID)
	if err != nil {
		return nil, err
	}
	stale := map[string]string{tocsin.SourceOwn: ""}
	for _, state := range states {
		stale[state.Name] = ""
		if since, is := state.StaleSince(time.Now()); is {
			if stale[state.Name] = date(since); since.IsZero() {
				stale[state.Name] = "never polled"
			}
		}
	}
	items, _, err := archive.Items(ctx, tenant.ID, store.ItemsQuery{Kind: tocsin.KindOverview, Limit: maxServices})
	if err != nil {
		return nil, err
	}
	list := []healthJSON{}
	for _, item := range items {
		held, err := archive.Held(ctx, tenant.ID, item.Ref, 0)
		if err != nil {
			return nil, err
		}
		if !item.LeftAt.IsZero() {
			continue
		}
		since, looked := stale[item.Source]
		if !looked { // imported once: nobody looks any more
			since = date(held.SeenAt)
		}
		list = append(list, healthJSON{item.ID, item.Service, string(item.Status), date(held.At), since})
	}
	return list, nil
}
