package app

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// recipients finds who endpoints stand for that are no channels of the settings.
// Strangers are told nothing while their tenant does not publish for everybody.
func (a *App) recipients(ctx context.Context, keys []string) (map[string]dispatch.Recipient, error) {
	var ids []string
	for _, key := range keys {
		if id, ok := delivery.SubscriptionOf(key); ok {
			ids = append(ids, id)
		}
	}
	found := map[string]dispatch.Recipient{}
	if err := a.asked(ctx, keys, found, time.Now()); err != nil {
		return nil, err
	}
	if err := a.onDuty(ctx, keys, found); err != nil {
		return nil, err
	}
	list, err := a.Deliveries.SubscriptionsByID(ctx, ids)
	if err != nil || len(list) == 0 {
		return found, err
	}
	var tenants map[string]string
	if slices.ContainsFunc(list, func(one tocsin.Subscription) bool { return one.Public() }) {
		if tenants, err = a.published(ctx); err != nil {
			return nil, err
		}
	}
	for _, one := range list {
		tenant, open := tenants[one.TenantID]
		if one.State == tocsin.SubscriptionPaused || one.Public() && !open {
			continue
		}
		found[delivery.SubscriptionKey(one.ID)] = recipientOf(one, tenant, a.Base())
	}
	return found, nil
}

// published are the names of the tenants that publish for everybody, by id.
func (a *App) published(ctx context.Context) (map[string]string, error) {
	list, err := a.Archive.Publishings(ctx)
	if err != nil {
		return nil, err
	}
	tenants, err := a.Archive.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	open := map[string]string{}
	for _, p := range list {
		i := slices.IndexFunc(tenants, func(t tocsin.Tenant) bool { return t.ID == p.TenantID })
		if i >= 0 && !tenants[i].Disabled && p.Readership == tocsin.ForEverybody {
			open[p.TenantID] = tenants[i].Name
		}
	}
	return open, nil
}

// openToStrangers are the tenants that strangers may subscribe to, by name: those
// that publish for everybody, where the settings let them and mail can be sent.
func (a *App) openToStrangers(ctx context.Context) ([]tocsin.Tenant, error) {
	setup := a.announcing.setup.Setup()
	if setup.Mailer() == nil || !setup.Strangers {
		return nil, nil
	}
	open, err := a.published(ctx)
	if err != nil {
		return nil, err
	}
	list, err := a.Archive.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(t tocsin.Tenant) bool { return open[t.ID] == "" })
	slices.SortFunc(list, func(a, b tocsin.Tenant) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// recipientOf is whom a subscription stands for. tenant is the name of the tenant
// whose published pages strangers read.
func recipientOf(one tocsin.Subscription, tenant, base string) dispatch.Recipient {
	r := dispatch.Recipient{Channel: one.Channel, Address: one.Address, Language: one.Language, Page: base + lang.Prefix(one.Language, lang.Languages()) + subscriptionPath + one.Token}
	if r.Zone, _ = tocsin.ParseZone(one.Zone); r.Zone == nil {
		r.Zone = time.UTC
	}
	if one.Channel != "" {
		r.Page = ""
	}
	if one.Public() {
		r.Link = func(f notify.Fact) string {
			return base + lang.Prefix(one.Language, lang.Publications()) + "/status/" + url.PathEscape(tenant) + "/" + url.PathEscape(f.ID) + "/" + strconv.Itoa(f.N)
		}
	}
	return r
}

// subscriptionPath is where the page of a subscription is, before its token.
const subscriptionPath = "/subscription/"

// Subscribing takes subscriptions, and has addresses asked whether they want them.
type Subscribing struct {
	*delivery.Store
	writer *letters.Writer
	setup  func() *dispatch.Setup
	wake   func()
}

// NewSubscribing makes what takes subscriptions under some settings, beside a
// desk that may run elsewhere and sends what is to be asked.
func NewSubscribing(c config.Config, r *Rooms) (Subscribing, error) {
	setup, err := NewSetup(c, time.Now)
	if err != nil {
		return Subscribing{}, err
	}
	writer, err := letters.New(letters.Config{Now: time.Now})
	return Subscribing{r.Deliveries, writer, func() *dispatch.Setup { return setup }, func() {}}, err
}

// subscribing takes subscriptions for the desk.
func (a *App) subscribing() Subscribing {
	return Subscribing{a.Deliveries, a.announcing.writer, a.announcing.setup.Setup, func() { a.announcing.dispatcher.Wake() }}
}

// Subscribe adds a subscription to a tenant, as [delivery.Store.Subscribe] does.
// It fails with [tocsin.ErrConflict] while nobody can be told, and with
// [tocsin.ErrInvalid] for a channel or a language that there is not.
func (s Subscribing) Subscribe(ctx context.Context, one tocsin.Subscription, tenant tocsin.Tenant, now time.Time) (tocsin.Subscription, error) {
	one.TenantID = tenant.ID
	if !lang.Published(one.Language) {
		return one, tocsin.Invalidf("language", "%q is none of %s.", tocsin.Clip(one.Language, 20), strings.Join(lang.Publications(), ", "))
	}
	if one.Channel != "" && !slices.Contains(s.Channels(), one.Channel) {
		return one, tocsin.Invalidf("channel", "There is no channel %s%s", tocsin.Clip(one.Channel, 40), tocsin.Meant(one.Channel, s.Channels()))
	}
	if one.Channel == "" && !s.Mails() {
		return one, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "mail", Message: "No channel of kind mail is set up: nobody can be told by mail."}
	}
	question, err := s.writer.AskSubscriber(one.Language, tenant)
	if err != nil {
		return one, err
	}
	if one, err = s.Store.Subscribe(ctx, one, question.Body(), now); err == nil {
		s.wake()
	}
	return one, err
}

// Mails reports whether people can be told by mail.
func (s Subscribing) Mails() bool {
	return s.setup().Mailer() != nil
}

// Channels lists the channels of the settings by name.
func (s Subscribing) Channels() []string {
	setup := s.setup()
	if setup == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(setup.Exits))
}

// MaySubscribe is [access.MaySubscribe], for commands.
func MaySubscribe(grants []tocsin.Grant, one tocsin.Subscription, class string) bool {
	return access.MaySubscribe(grants, one, class)
}
