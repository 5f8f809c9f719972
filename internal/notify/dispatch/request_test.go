package dispatch_test

import (
	"slices"
	"testing"

	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// What becomes of a support request is told by the routes that name requests, with its
// labels; by no route for everything, and not as shipped.
func TestRequestsThroughRoutes(t *testing.T) {
	t.Parallel()
	named := func(matchers ...string) route.Settings {
		return route.Settings{Routes: route.Spec{Receiver: "last", GroupWait: "0s", Routes: []route.Spec{{Receiver: "duty", Matchers: matchers}}}}
	}
	for name, tt := range map[string]struct {
		routes route.Settings
		want   []string // that the channel for the duty is told
	}{
		"as shipped":             {route.Shipped("last", ""), nil},
		"one that excludes":      {named(`kind!="message"`), nil},
		"one for requests":       {named(`kind="request"`), []string{"opened 1", "closed 1", "opened 2"}},
		"one for the provider's": {named(`kind="request"`, `to="provider"`), []string{"opened 2"}},
		"one for what is worst":  {named(`kind="request"`, `level="A"`, `change!="closed"`), []string{"opened 2"}},
		"one for a service":      {named(`kind=~"request|step"`, `service="Exchange"`, `issue="EX1"`), []string{"opened 1", "closed 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, storetest.File(t), tt.routes)
			w.consumer = dispatch.NewConsumer(dispatch.ConsumerConfig{Archive: w.Archive, Ledger: w.Ledger, Setup: func() *dispatch.Setup { return w.setup }, Now: w.Now, Request: w.Request})
			storetest.AddTenants(t, w)
			w.follow()
			for _, c := range []tocsin.RequestContent{
				{To: "desk", Title: "Mail waits", Kind: "technical", Severity: "C", Services: []string{"Exchange Online"}, Issue: "EX1"}, {To: "provider", Title: "Mail waits", Kind: "technical", Severity: "A"},
			} {
				if _, err := w.OpenRequest(t.Context(), storetest.Contoso, respond.RequestDraft{Content: c}, w.Now()); err != nil {
					t.Fatal(err)
				}
			}
			for _, err := range []error{w.SayInRequest(t.Context(), storetest.Contoso, 1, tocsin.RequestSaid{Kind: "note", Text: "For us.", At: w.Now()}, w.Now()), w.EndRequest(t.Context(), storetest.Contoso, 1, "", w.Now())} {
				if err != nil {
					t.Fatal(err)
				}
			}
			w.follow()
			var got []string
			rows, err := w.Deliveries(t.Context(), delivery.Query{Endpoint: delivery.ChannelKey("duty"), Limit: 10})
			for _, row := range rows {
				got = append(got, string(row.Change.What)+" "+row.Change.ID)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("the duty is told %q, %v, want %q", got, err, tt.want)
			}
			if rows, err := w.Deliveries(t.Context(), delivery.Query{Endpoint: delivery.ChannelKey("last"), Limit: 10}); err != nil || len(rows) > 0 {
				t.Errorf("whoever hears of the provider is told: %+v, %v", rows, err)
			}
		})
	}
}
