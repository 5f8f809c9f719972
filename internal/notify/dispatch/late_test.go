package dispatch_test

import (
	"context"
	"testing"
	"time"

	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A late step is told by the routes that name steps, once for all tenants; by no
// route for everything, and by none that merely does not exclude it. Where no route
// names it, whoever has it to do is told.
func TestLateStepsThroughRoutes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		routes route.Spec
		want   map[string][]string
		duty   string
	}{
		"a route for everything":   {route.Spec{Receiver: "last", GroupWait: "0s"}, nil, "pending"},
		"one that excludes others": {route.Spec{Receiver: "last", GroupWait: "0s", Routes: []route.Spec{{Receiver: "duty", Matchers: []string{`kind!="message"`}}}}, nil, "pending"},
		"one for steps": {
			route.Spec{Receiver: "last", GroupWait: "0s", Routes: []route.Spec{{Receiver: "duty", Matchers: []string{`kind="step"`, `step="detection"`}}}},
			map[string][]string{"duty": {"incident 1/detection.0"}},
			"",
		},
		"one for another step": {route.Spec{Receiver: "last", GroupWait: "0s", Routes: []route.Spec{{Receiver: "duty", Matchers: []string{`kind="step"`, `step="review"`}}}}, nil, "pending"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, storetest.File(t), route.Settings{Routes: tt.routes})
			w.consumer = dispatch.NewConsumer(dispatch.ConsumerConfig{
				Archive: w.Archive, Ledger: w.Ledger, Setup: func() *dispatch.Setup { return w.setup }, Now: w.Now,
				Duty: func(_ context.Context, step string) ([]string, error) {
					if step != "1/detection" {
						t.Errorf("who has %s to do?", step)
					}
					return []string{delivery.DutyKey("kim")}, nil
				},
			})
			storetest.AddTenants(t, w)
			w.follow()
			if _, err := w.OpenIncident(t.Context(), tocsin.Incident{Title: "x", TenantIDs: []string{storetest.Contoso, storetest.Fabrikam}, Zone: "UTC"}, w.Now()); err != nil {
				t.Fatal(err)
			}
			if first, err := w.TellLateStep(t.Context(), 1, tocsin.LateStep{Step: tocsin.StepDetection, DueAt: w.Now().Add(-time.Minute)}, w.Now()); err != nil || !first {
				t.Fatal(first, err)
			}
			w.follow()
			list, err := w.Deliveries(t.Context(), delivery.Query{Endpoint: delivery.DutyKey("kim"), Limit: 10})
			if err != nil || (len(list) > 0) != (tt.duty != "") {
				t.Errorf("duty: %+v, %v", list, err)
			}
			if tt.duty == "" {
				w.dispatch()
			}
			for _, channel := range []string{"duty", "other", "last"} {
				if tt.duty == "" {
					if got := w.takers[channel].told(); len(got) != len(tt.want[channel]) {
						t.Errorf("%s got %q, want %q", channel, got, tt.want[channel])
					}
				} else if rows, err := w.Deliveries(t.Context(), delivery.Query{Endpoint: delivery.ChannelKey(channel), Limit: 10}); err != nil || len(rows) > 0 {
					t.Errorf("%s is told: %+v, %v", channel, rows, err)
				}
			}
		})
	}
}
