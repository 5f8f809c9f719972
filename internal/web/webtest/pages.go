package webtest

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/qualify"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/store/storetest"
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

// wiring is what the pages of a desk are made of. Where people work inside, they
// handle and mark messages and run the desk; elsewhere everybody may read.
type wiring struct {
	shell   web.Config
	model   *readmodel.Model
	archive *counted
	door    *signin.SignIn
	inside  bool
	person  func(tocsin.User) string
	second  *atomic.Bool // whether a second person looks at messages of incidents
}

// speaker has messages of incidents sent through two channels that lead nowhere.
func (w wiring) speaker() *dispatch.Speaker {
	setup := &dispatch.Setup{Exits: map[string]*dispatch.Exit{"staff": {Name: "staff", Kind: "mail", Language: "fr"}, "managers": {Name: "managers", Kind: "teams", Language: "en"}, "pager": {Name: "pager", Kind: "pagerduty"}}}
	desk := w.archive.Desk
	return dispatch.NewSpeaker(dispatch.SpeakerConfig{
		Rooms: desk, Ledger: desk.Ledger, Setup: func() *dispatch.Setup { return setup }, Second: func() bool { return w.second != nil && w.second.Load() },
	})
}

// base is the address of the desk.
func (w wiring) base() string { return w.shell.Base }

// pages puts all families together, as internal/app does.
func (w wiring) pages() (*web.Pages, error) {
	desk := w.archive.Desk
	translator := translate.NewTranslator(desk.Translations, translate.Policy{}, w.shell.Now)
	shared := part.Config{Model: w.model, Archive: w.archive, Translator: translator, Reports: desk.Translations, Network: w.door.Network, Help: desk, Carried: business.Library{Maps: desk, People: desk}}
	post := messages.Config{Model: w.model, Archive: w.archive, Person: w.person}
	if w.inside {
		shared.Handlings, shared.Portals, shared.Door = desk, sources{desk}, w.door
		post.Handlings, post.Marks = desk, desk
	}
	parts := part.New(shared)
	post.Parts = parts
	outside := public.New(public.Config{Parts: parts, Model: w.model, Press: publish.New(w.archive, w.shell.Now), Translations: translator, Entries: desk, Demo: w.shell.Demo})
	past, err := qualify.NewPast(w.model, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	families := []web.Family{
		parts.Family(),
		status.New(status.Config{Parts: parts, Model: w.model, Archive: w.archive, Duty: desk, Requests: desk, Rooms: desk}).Family(),
		messages.New(post).Family(),
		outside.Family(),
		respond.New(respond.Config{Parts: parts, Model: w.model, Past: past, Archive: w.archive, Calls: desk, Extras: desk, Reports: desk, Help: desk, Edits: desk, Votes: desk, Incidents: desk, Rooms: desk, Speech: speech.Desk{Model: w.model, Rooms: desk, Edits: desk, Carried: business.Library{Maps: desk, People: desk}, Base: w.base}, Places: desk, Press: publish.New(w.archive, w.shell.Now), Network: w.door.Network}).Family(),
		subscriptions.New(subscriptions.Config{Parts: parts, Ledger: subscribing{desk}, Emergency: desk, Channels: func() []string { return []string{"duty"} }, Open: subscribing{desk}.open, Network: w.door.Network}).Family(),
		account.New(account.Config{Parts: parts, Door: w.door, People: desk, Everyone: !w.inside, Contact: "access@contoso.com"}).Family(),
		translations.New(translations.Config{Parts: parts, Memory: desk.Translations, Proposals: translate.NewProposals(desk.Translations)}).Family(),
	}
	if w.inside {
		families = append(families, room.New(room.Config{Parts: parts, Model: w.model, Archive: w.archive, Incidents: desk, Clerk: desk, Runbook: desk, Register: desk, Timeline: desk, Requests: desk, Carried: business.Library{Maps: desk, People: desk}, Edits: desk, Messages: w.speaker(), Base: w.base, Approve: func() bool { return w.second != nil && w.second.Load() }}).Family())
		families = append(families, dependency.New(dependency.Config{Model: w.model, Maps: desk, People: desk}).Family())
		families = append(families, requests.New(requests.Config{Parts: parts, Model: w.model, Requests: desk, Work: desk, Ending: desk, Files: desk, Origins: desk, People: desk, Terms: terms, SurveyKey: SurveyKey(), Tenants: desk, Keep: 30 * 24 * time.Hour}).Family())
		families = append(families, probes.New(probes.Config{Store: desk, Calls: desk, Now: w.shell.Now, Beacons: []string{"contoso"}, Places: desk, Network: w.door.Network}).Family())
		families = append(families, own.New(own.Config{Parts: parts, Author: author.New(desk, w.model, w.shell.Now), Archive: desk, Feeds: outside}).Family())
		families = append(families, admin.New(admin.Config{
			Admin: desk, Connections: sources{desk}, Consumers: consumers{desk}, Engines: limping{}, Ledger: desk.Translations, Settings: mistyped{}, Silences: desk, Deliveries: desk.Ledger, Subscriptions: desk, Routing: routeBook{desk}.routing, Routes: routeBook{desk}, Door: w.door,
			Canaries: desk,
		}).Family())
	}
	return web.New(w.shell, families...)
}

// SurveyKey seals the links of surveys.
func SurveyKey() []byte { return []byte("a key of thirty-two bytes, or so.") }

// subscribing takes subscriptions of a desk that sends nothing.
type subscribing struct{ *storetest.Desk }

// Subscribe has the address asked by a message that nobody reads.
func (s subscribing) Subscribe(ctx context.Context, one tocsin.Subscription, tenant tocsin.Tenant, now time.Time) (tocsin.Subscription, error) {
	one.TenantID = tenant.ID
	return s.Ledger.Subscribe(ctx, one, []byte("?"), now)
}

// open are the tenants that publish for everybody.
func (s subscribing) open(ctx context.Context) (open []tocsin.Tenant, err error) {
	list, err := s.Archive.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		p, err := s.Archive.Publishing(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		if p.Readership == tocsin.ForEverybody {
			open = append(open, t)
		}
	}
	return open, nil
}

// terms are what every tenant has agreed with the provider's support: the team works
// on weekdays.
func terms(string) tocsin.SupportTerms {
	spans, _ := tocsin.ParseHours([]string{"Mon-Fri 08:00-18:00"}) // read in a test of its own
	return tocsin.SupportTerms{Plan: "Unified", Phone: "+33 1 57 00 00 00", Open: "24/7", Hours: tocsin.Hours{Zone: time.UTC, Spans: spans}}
}
