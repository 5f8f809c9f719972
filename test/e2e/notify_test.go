package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/webhook"
)

// hookSecret is that of the webhooks of these tests.
const hookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

// A desk tells a webhook of an incident within seconds, signed; the ledger says
// so, and what the other side refuses is there to be sent again.
func TestWebhook(t *testing.T) {
	t.Parallel()
	received := make(chan notifytest.Request, 10)
	refuse := make(chan struct{}, 1)
	hook := notifytest.Serve(t, func(w http.ResponseWriter, r notifytest.Request) {
		select {
		case <-refuse:
			w.WriteHeader(http.StatusGone)
		default:
			received <- r
		}
	})
	data := filepath.Join(t.TempDir(), "desk")
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	settings := fmt.Sprintf("notify:\n  channels:\n    - {name: ops-hook, kind: webhook, address: %q, secret: %s, inside: true, language: fr}\n", hook.URL+"/hook", hookSecret)
	if err := os.WriteFile(path, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	var tenant struct{ ID string }
	run(t, data, &tenant, "tenant", "add", "--id", contosoID, "--name", "contoso", "--domain", "contoso.com")
	base := serve(t, data, "serve", "--config", path)
	run(t, data, &tenant, "service", "add", "--id", "Vpn", "--tenant", "contoso", "--name", "Remote access")
	create := func(title string) string {
		t.Helper()
		var issue struct{ ID string }
		run(t, data, &issue, "issue", "create", "--tenant", "contoso", "--service", "Vpn", "--title", title, "--status", "serviceDegradation", "--text", "We look into it.")
		return issue.ID
	}
	id := create("Sign-in is slow")
	var r notifytest.Request
	select {
	case r = <-received:
	case <-time.After(20 * time.Second):
		t.Fatal("the webhook was not told")
	}
	var body webhook.Body
	if err := json.Unmarshal(r.Body, &body); err != nil {
		t.Fatal(err)
	}
	if want := "v1," + webhook.Sign([]byte("0123456789abcdef01234567"), body.Data.ID, r.Header.Get("Webhook-Timestamp"), r.Body); r.Header.Get("Webhook-Signature") != want {
		t.Errorf("signature %q, want %q", r.Header.Get("Webhook-Signature"), want)
	}
	if item := body.Data.Items[0]; body.Type != "issue.opened" || item.ID != id || item.Title != "Sign-in is slow" || item.Tenants[0].Name != "contoso" || body.Data.Letter.Language != "fr" {
		t.Errorf("%s", r.Body)
	}
	state := func(id, want string) {
		t.Helper()
		var list []struct{ ID, Channel, State, Message string }
		for end := time.Now().Add(20 * time.Second); ; {
			run(t, data, &list, "delivery", "list", "--channel", "ops-hook", "--config", path)
			if len(list) > 0 && list[0].ID == id && list[0].State == want {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("%+v, want %s in the state %s", list, id, want)
			}
		}
	}
	state(id, "sent")
	refuse <- struct{}{}
	id = create("Sign-in does not work")
	state(id, "dead")
	metrics(t, base, `tocsin_notify_undelivered{channel="ops-hook",reason="gone",state="dead"} 1`, `tocsin_notify_attempts_total{kind="webhook",reason=""} 1`)
	if out, code := tocsin(t, data, "delivery", "explain", id, "--config", path); code != 0 || !strings.Contains(out, "ops-hook: was not told by ") || !strings.Contains(out, "It wants no more messages at that address. Look at `address`.") {
		t.Errorf("%d %s", code, out)
	}
	run(t, data, &struct{}{}, "delivery", "retry", "--channel", "ops-hook", "--config", path)
	state(id, "sent")
	if out, code := tocsin(t, data, "channel", "test", "ops-hook", "--config", path); code != 0 || !strings.Contains(out, "accepted the test with status 200") {
		t.Errorf("%d %s", code, out)
	}
	refuse <- struct{}{}
	var out, problems bytes.Buffer
	code := cli.Main(t.Context(), cli.Env{Args: []string{"channel", "test", "ops-hook", "--config", path, "--data", data}, Getenv: func(string) string { return "" }, Stdout: &out, Stderr: &problems})
	if code == 0 || !strings.Contains(problems.String(), "Look at `address`.") || strings.Contains(problems.String(), "/hook") {
		t.Errorf("%d %s", code, problems.String())
	}
}
