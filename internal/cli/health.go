package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

type healthCmd struct {
	List healthListCmd `cmd:"" help:"List services with their status. Example: tocsin health list --tenant contoso"`
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

// health lists the services of the tenant, with since when nobody has looked.
func (o ofTenant) health(ctx context.Context, s *session) ([]healthJSON, error) {
	archive, tenant, err := o.open(ctx, s)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
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
	items, _, err := archive.Items(ctx, tenant.ID, store.ItemsQuery{Kind: tocsin.KindOverview, Limit: 1000})
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
