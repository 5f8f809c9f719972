package subscriptions

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// days are when a digest may be sent, each day first, as subscriptions have them.
func days() []string {
	return []string{"daily", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
}

// form asks what somebody wants to be told of a tenant. classes are those that
// they may read, channels those that they may have it told to.
func (v *view) form(s *readmodel.Snapshot, classes, channels, followed []string) []web.Field {
	address := web.Field{ID: "address", Label: v.Text("subs.address"), Hint: v.Text("subs.address.hint"), Auto: "email", Type: "email", Max: 254, Optional: len(channels) > 0}
	fields := []web.Field{address}
	if len(channels) > 0 {
		channel := web.Field{ID: "channel", Label: v.Text("subs.channel"), Hint: v.Text("subs.channel.hint"), Choices: []web.Choice{{Name: v.Text("subs.channel.none"), On: true}}}
		for _, name := range channels {
			channel.Choices = append(channel.Choices, web.Choice{Value: name, Name: name})
		}
		fields = append(fields, channel)
	}
	what := web.Field{ID: "classes", Label: v.Text("subs.classes"), Ticks: true}
	for _, class := range classes {
		what.Choices = append(what.Choices, web.Choice{Value: class, Name: v.Text("subs.class." + class), On: class == "incident"})
	}
	language := web.Field{ID: "language", Label: v.Text("subs.language")}
	for _, code := range lang.Publications() {
		language.Choices = append(language.Choices, web.Choice{Value: code, Name: v.Text("subs.language." + code), On: code == v.Code})
	}
	when := web.Field{ID: "when", Label: v.Text("subs.when"), Choices: []web.Choice{{Value: "now", Name: v.Text("subs.when.now"), On: true}}}
	for _, day := range days() {
		when.Choices = append(when.Choices, web.Choice{Value: day, Name: v.Text("subs.when." + day)})
	}
	hour := web.Field{ID: "hour", Label: v.Text("subs.hour"), Hint: v.Text("subs.hour.hint")}
	for i := range 24 {
		at := fmt.Sprintf("%02d:00", i)
		hour.Choices = append(hour.Choices, web.Choice{Value: at, Name: at, On: at == "08:00"})
	}
	zone := web.Field{ID: "zone", Label: v.Text("subs.zone"), Value: v.Zone.String(), Auto: "off", Max: 64}
	fields = append(fields, what, when, hour, zone, language)
	if s == nil || len(s.Services) == 0 {
		return fields
	}
	services := web.Field{ID: "services", Label: v.Text("subs.services"), Hint: v.Text("subs.services.hint"), Ticks: true}
	for i := range s.Services {
		one := &s.Services[i]
		services.Choices = append(services.Choices, web.Choice{Value: one.ID, Name: one.Name, On: slices.Contains(followed, one.ID)})
	}
	return append(fields, services)
}

// sent is the subscription that a form asks for.
func (v *view) sent() (tocsin.Subscription, error) {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Subscription{}, tocsin.Invalidf("form", "The form cannot be read.")
	}
	form := v.R.PostForm
	one := tocsin.Subscription{
		ID: tocsin.NewGUID(), Address: form.Get("address"), Classes: form["classes"], Services: form["services"], Language: form.Get("language"), Zone: cmp.Or(form.Get("zone"), "UTC"),
	}
	if when := form.Get("when"); when != "now" {
		one.Digest = when + " " + form.Get("hour")
	}
	return one, nil
}

// A line is a subscription as pages show it.
type line struct {
	ID, Tenant, To, What, Services, When, State, Note string
	Paused                                            bool
	End, Open                                         string // addresses
}

// line shows a subscription of a tenant, whose services have names where s knows
// them.
func (v *view) line(one tocsin.Subscription, tenant string, s *readmodel.Snapshot) line {
	l := line{ID: one.ID, Tenant: tenant, To: cmp.Or(one.Address, one.Channel), Services: v.Text("subs.all"), When: v.Text("subs.when.now"), State: v.Text("subs.state." + string(one.State)), Paused: one.State == tocsin.SubscriptionPaused}
	var classes, services []string
	for _, class := range one.Classes {
		classes = append(classes, v.Text("subs.class."+class))
	}
	for _, id := range one.Services {
		name := id
		if s != nil {
			if service, ok := s.Service(id); ok {
				name = service.Name
			}
		}
		services = append(services, name)
	}
	if len(services) > 0 {
		l.Services = strings.Join(services, ", ")
	}
	l.What = strings.Join(classes, ", ")
	if day, hour, ok := strings.Cut(one.Digest, " "); ok {
		l.When = v.Text("subs.at", "when", v.Text("subs.when."+day), "hour", hour, "zone", one.Zone)
	}
	switch one.State {
	case tocsin.SubscriptionPending:
		l.Note = v.Text("subs.pending")
	case tocsin.SubscriptionPaused:
		l.Note = v.Text("subs.paused")
	}
	l.End, l.Open = v.Href("/account/subscriptions/end?id="+one.ID), v.Href("/subscription/"+one.Token)
	return l
}
