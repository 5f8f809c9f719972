package app

import (
	"context"
	"time"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/store/people"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/account"
	"example.org/tocsin/internal/web/admin"
	"example.org/tocsin/internal/web/dependency"
	"example.org/tocsin/internal/web/messages"
	"example.org/tocsin/internal/web/own"
	"example.org/tocsin/internal/web/part"
	"example.org/tocsin/internal/web/probes"
	"example.org/tocsin/internal/web/public"
	"example.org/tocsin/internal/web/requests"
	"example.org/tocsin/internal/web/respond"
	"example.org/tocsin/internal/web/room"
	"example.org/tocsin/internal/web/status"
	"example.org/tocsin/internal/web/subscriptions"
	"example.org/tocsin/internal/web/translations"
)

// pages puts the families of pages together: one line each.
func (a *App) pages(c config.Config) (*web.Pages, error) {
	parts := part.New(part.Config{Model: a.Model, Archive: a.Archive, Handlings: a.People, Portals: a.Sources, Door: a.Door, Translator: a.translator, Reports: a.Translation, Network: a.Door.Network, Help: a.Responses, Carried: a.carried()})
	surveys, err := a.master.Derive("request survey")
	if err != nil {
		return nil, err
	}
	outside := public.New(public.Config{Parts: parts, Model: a.Model, Press: a.press, Translations: a.translator, Progress: a.translator, Wait: a.policy.Wait, Entries: a.Archive, Demo: a.demo})
	return web.New(web.Config{
		Model: a.Model, Archive: a.Archive, Streams: a.live, Door: a.Door, Readers: a.People, Silences: a.Deliveries, Base: a.names.First(), Names: a.names.All()[1:], Now: time.Now, Demo: a.demo,
	},
		parts.Family(),
		status.New(status.Config{Parts: parts, Model: a.Model, Archive: a.Archive, Duty: a.taking(), Requests: a.Responses, Rooms: a.Responses}).Family(),
		messages.New(messages.Config{Parts: parts, Model: a.Model, Archive: a.Archive, Handlings: a.People, Marks: a.People, Person: a.person}).Family(),
		outside.Family(),
		respond.New(respond.Config{Parts: parts, Model: a.Model, Past: a.past, Archive: a.Archive, Calls: a.Responses, Extras: a.Responses, Reports: a.Responses, Help: a.Responses, Edits: a.Responses, Votes: a.Responses, Incidents: a.Responses, Rooms: a.Responses, Speech: a.speech(), Places: a.People, Press: a.press, Network: a.Door.Network}).Family(),
		probes.New(probes.Config{Store: a.Responses, Calls: a.Responses, Now: time.Now, Beacons: c.Reports.Beacons, Places: beaconPlaces{a.Archive, a.People}, Network: a.Door.Network}).Family(),
		room.New(room.Config{Parts: parts, Model: a.Model, Archive: a.Archive, Incidents: a.Responses, Clerk: a.Responses, Wake: a.polled, Runbook: a.Responses, Register: a.Responses, Timeline: a.Responses, Requests: a.Responses, Carried: a.carried(), Edits: a.Responses, Messages: a.announcing.speaker, Base: a.Base, Approve: a.second}).Family(),
		dependency.New(dependency.Config{Model: a.Model, Maps: a.Responses, People: a.People}).Family(),
		requests.New(requests.Config{Parts: parts, Model: a.Model, Requests: a.Responses, Work: a.Responses, Ending: a.Responses, Files: a.Responses, Origins: a.Responses, People: a.People, Terms: a.supportOf(c), SurveyKey: surveys, Tenants: a.Archive, Keep: c.Reports.KeepFor()}).Family(),
		own.New(own.Config{Parts: parts, Author: a.Author, Archive: a.Archive, Feeds: outside}).Family(),
		subscriptions.New(subscriptions.Config{Parts: parts, Ledger: a.subscribing(), Emergency: a.People, Channels: a.subscribing().Channels, Open: a.openToStrangers, Network: a.Door.Network}).Family(),
		account.New(account.Config{Parts: parts, Door: a.Door, People: a.People, Everyone: c.Server.Pages == "everyone", Contact: c.Server.Contact}).Family(),
		admin.New(admin.Config{Admin: administration{a.Store, a.Archive, a.People, a.Programs}, Connections: a.Sources, Consumers: consuming{a.Store, a.outbox}, Engines: a.engines, Ledger: a.Translation, Settings: a.settings, Silences: a.Deliveries, Deliveries: resending{a.Deliveries, a.announcing.dispatcher.Wake}, Subscriptions: a.Deliveries, Canaries: canariesSet{a}, Routing: a.routingNow, Routes: routeBook{a}, Door: a.Door}).Family(),
		translations.New(translations.Config{
			Parts: parts, Memory: a.Translation, Proposals: translate.NewProposals(a.Translation),
		}).Family(),
	)
}

// speech has the facts for what is said of incidents.
func (a *App) speech() speech.Desk {
	return speech.Desk{Model: a.Model, Rooms: a.Responses, Edits: a.Responses, Carried: a.carried(), Base: a.Base}
}

// carried reads what services carry.
func (r *Rooms) carried() business.Library {
	return business.Library{Maps: r.Responses, People: r.People}
}

// beaconPlaces knows tenants and their sites.
type beaconPlaces struct {
	*notices
	people *people.Store
}

// Sites returns the sites of all tenants.
func (p beaconPlaces) Sites(ctx context.Context) ([]tocsin.Site, error) { return p.people.Sites(ctx) }
