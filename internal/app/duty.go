package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// tellLate notes which steps of runbooks are late.
func (a *App) tellLate(ctx context.Context) error {
	n, err := respond.TellLate(ctx, a.Responses, time.Now())
	if n > 0 {
		a.polled()
	}
	return err
}

// duty returns the endpoints of those who have a step of an incident to do: whoever
// has its part, else its manager, where the emergency list has a mail address under
// their name.
func (r *Rooms) duty(ctx context.Context, step string) (endpoints []string, err error) {
	n, name, _ := tocsin.StepOf(step)
	i, err := r.Responses.Incident(ctx, n)
	if err != nil {
		return nil, err
	}
	room, err := r.Responses.IncidentRoom(ctx, n)
	if err != nil {
		return nil, err
	}
	holder := map[string]string{}
	for _, role := range room.Holders() {
		holder[role.Role] = role.Name
	}
	who := cmp.Or(holder[respond.StepRole(name)], holder["manager"])
	if who == "" {
		return nil, nil
	}
	contacts, err := r.People.Contacts(ctx)
	if err != nil {
		return nil, err
	}
	served, err := r.served(ctx, i)
	if err != nil {
		return nil, err
	}
	names, err := r.People.PartyNames(ctx)
	for _, c := range contacts {
		if c.Mail != "" && strings.EqualFold(names[c.Of], who) && (c.TenantID == "" || slices.Contains(served, c.TenantID)) {
			endpoints = append(endpoints, delivery.DutyKey(c.ID))
		}
	}
	return endpoints, err
}

// served are the tenants of an incident that are not disabled.
func (r *Rooms) served(ctx context.Context, i tocsin.Incident) (ids []string, err error) {
	tenants, err := r.Archive.Tenants(ctx)
	for _, t := range tenants {
		if !t.Disabled && slices.Contains(i.TenantIDs, t.ID) {
			ids = append(ids, t.ID)
		}
	}
	return ids, err
}

// onDuty adds to found the people of the emergency list that endpoints of duties
// stand for.
func (a *App) onDuty(ctx context.Context, keys []string, found map[string]dispatch.Recipient) error {
	if !slices.ContainsFunc(keys, func(key string) bool { _, ok := delivery.DutyOf(key); return ok }) {
		return nil
	}
	list, err := a.People.Contacts(ctx)
	if err != nil {
		return err
	}
	language := a.mailLanguage()
	for _, c := range list {
		if key := delivery.DutyKey(c.ID); c.Mail != "" && slices.Contains(keys, key) {
			found[key] = dispatch.Recipient{Address: c.Mail, Language: language, Zone: time.UTC}
		}
	}
	return nil
}
