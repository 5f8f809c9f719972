package dispatch_test

import (
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// What is said of an incident is sent as any other message: tried again under its id,
// in the order in which it was said, through the fallback where a channel refuses it
// for good, by nobody whom a route names. The room knows what became of it.
func TestSpeaking(t *testing.T) {
	t.Parallel()
	engines(t, speaking)
}

func speaking(t *testing.T, dsn string) {
	w := newWorld(t, dsn, route.Settings{Routes: route.Spec{Receiver: "last", GroupWait: "0s"}})
	storetest.AddTenants(t, w)
	w.follow()
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "kim", Name: "kim"})
	i, err := w.OpenIncident(ctx, tocsin.Incident{Title: "Mail waits", TenantIDs: []string{storetest.Contoso, storetest.Fabrikam}, Zone: "UTC"}, w.Now())
	if err != nil {
		t.Fatal(err)
	}
	speaker := dispatch.NewSpeaker(dispatch.SpeakerConfig{Rooms: w.Responses, Ledger: w.Ledger, Setup: func() *dispatch.Setup { return w.setup }, Second: func() bool { return false }})
	say := func(channels ...string) tocsin.IncidentMessage {
		t.Helper()
		m, err := speaker.Say(ctx, i.N, tocsin.IncidentMessage{Name: "Hourly", Channels: channels, Words: []tocsin.IncidentWords{{Language: "en", Subject: "Mail waits"}}}, tocsin.IncidentStep{}, w.Now())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	w.setup.Exits["last"].Kind = "pagerduty"
	if got := speaker.Channels(); len(got) != 2 || got[0].Name != "duty" {
		t.Errorf("channels: %+v, want those for words", got)
	}
	w.takers["duty"].set(func(*notify.Message) error { return &notify.Failure{Reason: notify.ReasonUnreachable} })
	first, second := say("duty"), say("duty", "other")
	w.follow()
	w.dispatch()
	w.expect("last")
	w.expect("other", "incident 1.0")
	fate := func(m tocsin.IncidentMessage) (list []string) {
		t.Helper()
		all, err := speaker.Said(ctx, i.N)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all[slices.IndexFunc(all, func(o tocsin.IncidentMessage) bool { return o.N == m.N })].Deliveries {
			list = append(list, d.Channel+" "+d.State+" "+d.Reason)
		}
		return list
	}
	if got := fate(second); !slices.Equal(got, []string{"duty pending ", "other sent "}) && !slices.Equal(got, []string{"duty retry unreachable", "other sent "}) {
		t.Errorf("the second one: %q", got)
	}
	w.takers["duty"].set(nil)
	w.pass(10 * time.Minute)
	w.dispatch()
	w.expect("duty", "incident 1.0", "incident 1.0")
	got := w.takers["duty"].got
	if len(got) == 2 && (got[0].Facts[0].ID != "1" || got[0].Thread == "" || got[0].Thread != got[1].Thread || got[0].Kind != notify.KindIncident || got[0].Attempt < 2 || got[0].ID == got[1].ID) {
		t.Errorf("sent: %+v", got)
	}
	if got := fate(first); !slices.Equal(got, []string{"duty sent "}) {
		t.Errorf("the first one: %q", got)
	}
	w.takers["duty"].set(func(*notify.Message) error {
		return &notify.Failure{Reason: notify.ReasonRefused, Permanent: true}
	})
	third := say("duty")
	w.dispatch()
	if got := fate(third); !slices.Equal(got, []string{"duty dead refused", "other sent "}) {
		t.Errorf("refused for good: %q", got)
	}
	if got := w.takers["other"].got; got[len(got)-1].Kind != notify.KindIncident {
		t.Errorf("in the place of another channel: %+v", got[len(got)-1])
	}
}
