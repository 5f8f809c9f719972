package conformance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/tocsin"
)

// Who may not ask the legacy or the own API any longer is refused in the middle
// of connections that are asked all the time.
func TestOtherAPIsAskedAgainAfterAChange(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*desk, string) error{
		"revoked client": func(d *desk, id string) error { return d.Programs.RevokeClient(t.Context(), id, time.Now()) },
		"closed tenant": func(d *desk, _ string) error {
			_, err := d.Archive.ChangeTenant(t.Context(), contoso, func(c *tocsin.Tenant) error { c.Disabled = true; return nil })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t)
			client := tocsin.Client{ID: signin.NewID(), TenantID: contoso, Name: "ends", CreatedAt: time.Now(), Scopes: []string{tocsin.ScopeServiceHealth, tocsin.ScopeDeskRead}}
			if _, err := app.AddClient(t.Context(), d.Programs, client); err != nil {
				t.Fatal(err)
			}
			lines := map[string]*servetest.Line{}
			for api, resource := range map[string]string{"legacy": app.LegacyResource, "own": d.Base()} {
				var err error
				if d.tokens[api+" ends"], err = d.Issuer.Mint(t.Context(), client, resource, time.Hour); err != nil {
					t.Fatal(err)
				}
			}
			requests := map[string]string{
				"legacy": d.request("GET", communications+"Services", "legacy ends"), "own": d.request("GET", "/api/tocsin/v1/tenants/contoso/issues/EX100", "own ends"),
			}
			for api, request := range requests {
				lines[api] = d.wire(t)
				for range 5 {
					if status := lines[api].Status(request); status != "200" {
						t.Fatal(api, status)
					}
				}
			}
			if err := change(d, client.ID); err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			for api, request := range requests {
				for lines[api].Status(request) == "200" {
					if time.Since(begun) > access.Follow+5*time.Second {
						t.Fatal(api, "goes on being answered")
					}
					time.Sleep(time.Millisecond)
				}
				t.Logf("%s: refused after %v", api, time.Since(begun).Round(time.Millisecond))
				want := map[string]string{"revoked client": "401", "closed tenant": "403"}[name]
				if status := lines[api].Status(request); status != want {
					t.Errorf("%s: %s, want %s", api, status, want)
				}
			}
		})
	}
}

// Probes that ask all the time are answered by what is known of the last second.
func TestReadinessAskedAgain(t *testing.T) {
	t.Parallel()
	d := start(t, func(c *config.Config, _ *app.Options) { c.Server.Lane = true })
	for _, target := range []string{"/readyz", "/health"} {
		c, before, run, longest := d.wire(t), "", 0, 0
		for range 300 {
			head, body := c.Ask(d.request("GET", target, ""))
			if !strings.Contains(head[0], " 200 ") || !strings.Contains(body, "ok") {
				t.Fatal(target, head, body)
			}
			run++
			if now := alike(head); now != before { // the handler sends its fields in any order
				before, run = now, 0
			}
			longest = max(longest, run)
		}
		if longest < 30 {
			t.Errorf("%s: the handler was asked each %d times", target, longest)
		}
	}
}

// What is kept of answers is told beside what it stays below.
func TestKeptMemoryIsTold(t *testing.T) {
	t.Parallel()
	d := start(t)
	for range 3 {
		d.ask(t, "graph contoso", "GET", announcements+"issues", "", "Accept-Encoding", "gzip")
		d.ask(t, "legacy contoso", "GET", communications+"Messages", "", "Accept-Encoding", "gzip")
	}
	text := d.ask(t, "", "GET", "/metrics", "").body
	for _, name := range []string{"graph entities", "graph answers", "legacy entities", "texts"} {
		var held, limit float64
		for line := range strings.Lines(text) {
			if value, ok := strings.CutPrefix(line, `tocsin_cache_bytes{cache="`+name+`"} `); ok {
				_, _ = fmt.Sscan(value, &held)
			}
			if value, ok := strings.CutPrefix(line, `tocsin_cache_limit_bytes{cache="`+name+`"} `); ok {
				_, _ = fmt.Sscan(value, &limit)
			}
		}
		if held < 500 || held > limit {
			t.Errorf("%s: %v bytes of %v", name, held, limit)
		}
	}
	if !strings.Contains(text, `tocsin_snapshot_items{kind="issue"}`) {
		t.Error("nobody tells how many issues are in memory")
	}
}
