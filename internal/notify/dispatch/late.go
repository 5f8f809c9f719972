package dispatch

import (
	"context"
	"time"

	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// late are the deliveries of a step of a runbook that is late: by the routes that name
// steps, and by no other, so that whoever hears of issues does not hear of the work
// on them; where none does, to those who have it to do. What several tenants share
// goes to each endpoint once.
func (c *Consumer) late(ctx context.Context, d decision, change tocsin.Change, labels route.Labels) (rows []delivery.Row, err error) {
	_, silenced := route.Silenced(d.silences, labels, d.now)
	seen := map[string]bool{}
	add := func(endpoint, route string) *delivery.Row {
		if seen[endpoint] {
			return nil
		}
		seen[endpoint] = true
		row := delivery.Row{Change: change.Seq, Endpoint: endpoint, Kind: delivery.KindIncident, Group: groupKey("late " + change.ID), Route: route}
		if silenced {
			row.Cancelled = CancelledSilence
		}
		rows = append(rows, row)
		return &rows[len(rows)-1]
	}
	for _, r := range d.setup.Policy.Taken(labels) {
		for _, name := range d.setup.Receivers[r.Receiver] {
			if d.setup.Exits[name] == nil {
				continue
			}
			if row := add(delivery.ChannelKey(name), r.ID+" → "+r.Receiver); row != nil {
				d.opens(row, r)
			}
		}
	}
	if len(rows) > 0 || c.Duty == nil {
		return rows, nil
	}
	endpoints, err := c.Duty(ctx, change.ID)
	for _, endpoint := range endpoints {
		add(endpoint, "duty of the step")
	}
	return rows, err
}

// opens has a delivery wait for the time intervals of its route.
func (d decision) opens(row *delivery.Row, r *route.Route) {
	if len(r.Active)+len(r.Mute) == 0 || row.Cancelled != "" {
		return
	}
	at, ok := d.setup.Policy.Opens(r, d.now)
	if !ok {
		row.Cancelled = CancelledMute
		return
	}
	row.Due = func(time.Time) time.Time { return at }
}
