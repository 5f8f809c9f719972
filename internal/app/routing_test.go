package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// Routes that a page has written hold at once, in other processes within seconds, and
// over what the settings say, also where these change; what does not fit channels and
// receivers any more leaves the settings to hold and says why.
func TestRoutesOfPages(t *testing.T) {
	t.Parallel()
	hook := func(name string) config.Channel {
		return config.Channel{Name: name, Kind: "slack", Address: "https://hooks.example/x"}
	}
	two := func(c *config.Config) {
		c.Notify.Channels = []config.Channel{hook("duty"), hook("wall")}
		c.Notify.Receivers = []config.Receiver{{Name: "duty", Channels: []string{"duty"}}, {Name: "wall", Channels: []string{"wall"}}}
		c.Notify.Routes.Receiver = "wall"
	}
	var settings config.Config
	d := newDesk(t, func(c *config.Config) { two(c); settings = *c })
	receiver := func() string { t.Helper(); return d.app.Receivers() }
	if got := receiver(); got != "wall false" {
		t.Fatal(got)
	}
	actor := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "alex"})
	if err := d.app.SaveRoutes(actor, "routes:\n  receiver: nobody", 0); err == nil || !strings.Contains(err.Error(), "Line 2") || receiver() != "wall false" {
		t.Errorf("%v, %s", err, receiver())
	}
	if err := d.app.SaveRoutes(actor, "routes:\n  receiver: duty", 0); err != nil || receiver() != "duty true" {
		t.Errorf("%v, %s", err, receiver())
	}
	// Another process writes the next one.
	if _, err := d.app.Deliveries.SaveRoutes(actor, "routes:\n  receiver: wall\n  routes: [{receiver: duty}]", 1, time.Now()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); receiver() != "wall duty true"; {
		if time.Now().After(deadline) {
			t.Fatalf("the routes of another process do not hold: %s", receiver())
		}
		<-time.After(50 * time.Millisecond)
	}
	settings.Notify.Receivers = settings.Notify.Receivers[1:]
	if err := d.app.TakeSettings(t.Context(), settings); err != nil || receiver() != "wall false" {
		t.Errorf("settings that the routes do not fit: %v, %s", err, receiver())
	}
	two(&settings)
	if err := d.app.TakeSettings(t.Context(), settings); err != nil || receiver() != "wall duty true" {
		t.Errorf("settings that they fit again: %v, %s", err, receiver())
	}
	if err := d.app.SaveRoutes(actor, "", 2); err != nil || receiver() != "wall false" {
		t.Errorf("%v, %s", err, receiver())
	}
	if status, page := read(t, d.app.Base()+"/admin/routes"); status == http.StatusOK && strings.Contains(page, "receiver: wall") {
		t.Error("a stranger reads the routes")
	}
}
