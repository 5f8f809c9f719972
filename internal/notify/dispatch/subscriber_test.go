package dispatch_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// subscribing makes a desk on which people subscribe, told by the channel duty;
// routes tell nobody.
func subscribing(t *testing.T, dsn string) *world {
	w := newWorld(t, dsn, route.Settings{Routes: route.Spec{Receiver: "nobody"}})
	w.setup.Subscribers = "duty"
	storetest.AddTenants(t, w)
	w.consumer = dispatch.NewConsumer(dispatch.ConsumerConfig{
		Archive: w.Archive, Ledger: w.Ledger, Setup: func() *dispatch.Setup { return w.setup }, Now: w.Now, Audience: w.Audience, Publishing: w.Publishing,
	})
	w.config.Recipients = func(ctx context.Context, keys []string) (map[string]dispatch.Recipient, error) {
		found := map[string]dispatch.Recipient{}
		for _, key := range keys {
			id, _ := delivery.SubscriptionOf(key)
			if one, err := w.Subscription(ctx, id); err == nil && one.State != tocsin.SubscriptionPaused {
				r := dispatch.Recipient{Channel: one.Channel, Address: one.Address, Language: one.Language, Zone: time.UTC, Page: "https://desk.example/subscription/" + one.Token}
				if one.Public() {
					r.Link = func(f notify.Fact) string { return "https://desk.example/status/contoso/" + f.ID }
				}
				found[key] = r
			}
		}
		return found, nil
	}
	w.follow()
	return w
}

// subscribe adds a subscription that was confirmed.
func (w *world) subscribe(address string, change func(*tocsin.Subscription)) tocsin.Subscription {
	w.t.Helper()
	one := tocsin.Subscription{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, UserID: tocsin.NewGUID(), Address: address, Classes: []string{"incident"}, Language: "en", Zone: "Europe/Paris"}
	if change != nil {
		change(&one)
	}
	question, err := notify.NewContent(notify.KindAsk, &notify.Letter{Heading: "ask", Entries: []notify.Entry{{}}}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if one, err = w.Subscribe(w.t.Context(), one, question.Body(), w.Now()); err != nil {
		w.t.Fatal(err)
	}
	if one.State == tocsin.SubscriptionPending {
		w.dispatch()
		if one, err = w.ConfirmSubscription(w.t.Context(), one.Token, w.Now()); err != nil {
			w.t.Fatal(err)
		}
	}
	return one
}

// to is what an address got, by headings.
func (w *world) to(address string) (list []string) {
	w.takers["duty"].mu.Lock()
	defer w.takers["duty"].mu.Unlock()
	for _, m := range w.takers["duty"].got {
		if m.Endpoint.Address == address {
			list = append(list, m.Letter.Heading)
		}
	}
	return list
}

// People hear of what they subscribed to: of the class, the service and the tenant
// that they chose, at once or at their hour, by mail or by a channel.
func TestSubscribers(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		w := subscribing(t, dsn)
		w.subscribe("all@contoso.example", nil)
		w.subscribe("teams@contoso.example", func(s *tocsin.Subscription) { s.Services = []string{"microsoftteams"} })
		w.subscribe("lower@contoso.example", func(s *tocsin.Subscription) { s.Services = []string{"exchange"} })
		w.subscribe("advisory@contoso.example", func(s *tocsin.Subscription) { s.Classes = []string{"advisory"} })
		w.subscribe("fabrikam@contoso.example", func(s *tocsin.Subscription) { s.TenantID = storetest.Fabrikam })
		w.subscribe("daily@contoso.example", func(s *tocsin.Subscription) { s.Digest, s.Classes = "daily 08:00", []string{"incident", "advisory"} })
		w.subscribe("", func(s *tocsin.Subscription) { s.Channel = "other" })
		w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "EX2", 1, advisory))
		w.follow()
		w.dispatch()
		for address, want := range map[string][]string{
			"all@contoso.example": {"ask", "update EX1.1"}, "teams@contoso.example": {"ask"}, "lower@contoso.example": {"ask", "update EX1.1"},
			"advisory@contoso.example": {"ask", "update EX2.1"}, "fabrikam@contoso.example": {"ask"}, "daily@contoso.example": {"ask"},
		} {
			if got := w.to(address); !slices.Equal(got, want) {
				t.Errorf("%s got %q, want %q", address, got, want)
			}
		}
		w.expect("other", "update EX1.1")
		w.pass(time.Minute)
		w.record(storetest.Contoso, issue(t, "EX1", 2, nil))
		w.record(storetest.Contoso, issue(t, "EX1", 3, nil))
		w.follow()
		w.dispatch()
		if got := w.to("all@contoso.example"); len(got) != 2 {
			t.Errorf("what follows does not gather: %q", got)
		}
		w.pass(10 * time.Minute)
		w.dispatch()
		if got := w.to("all@contoso.example"); !slices.Equal(got, []string{"ask", "update EX1.1", "update EX1.2 EX1.3"}) {
			t.Errorf("%q", got)
		}
		w.pass(24 * time.Hour)
		w.dispatch()
		if got := w.to("daily@contoso.example"); !slices.Equal(got, []string{"ask", "digest EX1.1 EX2.1 EX1.2 EX1.3"}) {
			t.Errorf("digest: %q", got)
		}
		w.pass(24 * time.Hour)
		w.dispatch()
		if got := w.to("daily@contoso.example"); len(got) != 2 {
			t.Errorf("an empty digest: %q", got)
		}
	})
}

// F-88: who leaves between the decision and the sending is sent nothing, and the
// ledger says why.
func TestUnsubscribedBetween(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		w := subscribing(t, dsn)
		one := w.subscribe("ana@contoso.example", nil)
		w.record(storetest.Contoso, issue(t, "EX1", 1, nil))
		w.follow()
		if _, err := w.Unsubscribe(t.Context(), one.Token, w.Now()); err != nil {
			t.Fatal(err)
		}
		w.dispatch()
		if got := w.to("ana@contoso.example"); !slices.Equal(got, []string{"ask"}) {
			t.Errorf("got %q", got)
		}
		if got := w.states(delivery.Query{}); !slices.Equal(got, []string{"EX1.1 subscription:" + one.ID + " cancelled unsubscribed"}) {
			t.Errorf("%q", got)
		}
	})
}

// A stranger hears of what the tenant publishes for everybody, with links to what
// they may read, and of nothing once it does so no longer.
func TestStrangersHearWhatIsPublished(t *testing.T) {
	t.Parallel()
	w := subscribing(t, storetest.File(t))
	one := w.subscribe("ana@contoso.example", func(s *tocsin.Subscription) { s.UserID, s.Classes = "", tocsin.SubscriptionClasses() })
	publish := func(readership tocsin.Readership) {
		t.Helper()
		if _, err := w.ChangePublishing(t.Context(), storetest.Contoso, w.Now(), func(p *tocsin.Publishing) error {
			p.Readership = readership
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	tell := func(id string) {
		t.Helper()
		w.record(storetest.Contoso, issue(t, id, 1, nil), issue(t, id+"0", 1, advisory))
		w.follow()
		w.dispatch()
	}
	tell("EX1")
	publish(tocsin.ForReaders)
	tell("EX2")
	publish(tocsin.ForEverybody)
	tell("EX3")
	publish(tocsin.ForNobody)
	tell("EX4")
	if got := w.to("ana@contoso.example"); !slices.Equal(got, []string{"ask", "update EX3.1"}) {
		t.Errorf("got %q", got)
	}
	got := w.takers["duty"].got
	if m := got[len(got)-1]; m.Facts[0].Link != "https://desk.example/status/contoso/EX3" || m.Endpoint.Unsubscribe != "https://desk.example/subscription/"+one.Token {
		t.Errorf("%+v", m)
	}
	if ask := got[0]; ask.Letter.Entries[0].Link != "https://desk.example/subscription/"+one.Token || ask.Endpoint.Unsubscribe != "" || ask.Kind != notify.KindAsk {
		t.Errorf("%+v", ask)
	}
}

// What a person's address does not take goes nowhere else, and pauses them in the
// end.
func TestAddressThatRefuses(t *testing.T) {
	t.Parallel()
	w := subscribing(t, storetest.File(t))
	one := w.subscribe("gone@contoso.example", nil)
	w.takers["duty"].set(func(m *notify.Message) error {
		return &notify.Failure{Reason: notify.ReasonGone, Permanent: true, Status: 550}
	})
	for _, id := range []string{"EX1", "EX2", "EX3", "EX4"} {
		w.record(storetest.Contoso, issue(t, id, 1, nil))
		w.follow()
		w.dispatch()
	}
	w.expect("other")
	if got, err := w.Subscription(t.Context(), one.ID); err != nil || got.State != tocsin.SubscriptionPaused || got.Reason != "gone" {
		t.Errorf("%+v, %v", got, err)
	}
	if got := w.states(delivery.Query{}); len(got) != 3 {
		t.Errorf("%q", got)
	}
}
