package webhook_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/webhook"
	"example.org/tocsin/internal/notify/wire"
)

var (
	first  = "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef01234567"))
	second = "whsec_" + base64.StdEncoding.EncodeToString([]byte("fedcba9876543210fedcba98"))
)

func makeHook(_ *testing.T, address string, timeout time.Duration, inside bool) (notify.Channel, error) {
	return webhook.New(webhook.Config{Secret: first, Wire: wire.Config{Address: address, Timeout: timeout, Inside: inside, Now: notifytest.Now}})
}

// T-58, F-83, F-84: whatever the other side answers, 2xx alone is a success.
func TestContract(t *testing.T) {
	t.Parallel()
	notifytest.Contract(t, makeHook, http.StatusOK, `{"error":"no"}`)
}

// T-57: the vector that Standard Webhooks publishes.
func TestPublishedVector(t *testing.T) {
	t.Parallel()
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	if got := webhook.Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`)); got != "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
}

// While a secret is replaced both sign, in one header, the new one first; the id
// stays, and the time is that of the attempt.
func TestSignatures(t *testing.T) {
	t.Parallel()
	server := notifytest.Say(t, http.StatusNoContent, nil, "")
	now := notifytest.Now()
	c, err := webhook.New(webhook.Config{Secret: second, Previous: first, Wire: wire.Config{Address: server.URL, Inside: true, Now: func() time.Time { return now }}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Send(t.Context(), notifytest.Message()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(1500 * time.Millisecond)
	}
	seen := server.Seen()
	for i, at := range []string{"1795953600", "1795953601"} {
		h := seen[i].Header
		if h.Get("Webhook-Id") != notifytest.Message().ID || h.Get("Webhook-Timestamp") != at || h.Get("Content-Type") != "application/json" {
			t.Errorf("header %v", h)
		}
		want := "v1," + webhook.Sign([]byte("fedcba9876543210fedcba98"), h.Get("Webhook-Id"), at, seen[i].Body) + " v1," + webhook.Sign([]byte("0123456789abcdef01234567"), h.Get("Webhook-Id"), at, seen[i].Body)
		if got := h["Webhook-Signature"]; len(got) != 1 || got[0] != want {
			t.Errorf("signature %q, want %q", got, want)
		}
	}
	if string(seen[0].Body) != string(seen[1].Body) {
		t.Error("the body is another one at the second attempt")
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "hunter2", "whsec_", "whsec_aGk=", strings.TrimRight(first, "=") + "x", "whsec_" + strings.Repeat("A", 400), strings.TrimPrefix(first, "whsec_"), first + "\n"} {
		_, err := webhook.New(webhook.Config{Secret: secret, Wire: wire.Config{Address: "https://hooks.contoso.com", Now: notifytest.Now}})
		if err == nil || !strings.HasPrefix(err.Error(), "secret: ") || len(secret) > 6 && strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", secret, err)
		}
	}
	if a, b := webhook.NewSecret(), webhook.NewSecret(); a == b {
		t.Error("two secrets are the same")
	} else if _, err := webhook.New(webhook.Config{Secret: a, Previous: b, Wire: wire.Config{Address: "https://hooks.contoso.com", Now: notifytest.Now}}); err != nil {
		t.Error(err)
	}
}

// T-56: the desk does not tell itself.
func TestLoop(t *testing.T) {
	t.Parallel()
	c, err := webhook.New(webhook.Config{Secret: first, Own: []string{"https://Desk.contoso.com"}, Wire: wire.Config{Address: "https://desk.contoso.com/hook", Now: notifytest.Now}})
	if err != nil {
		t.Fatal(err)
	}
	if f := notifytest.Refused(t, c, notify.ReasonLoop); !f.Permanent {
		t.Errorf("%+v", f)
	}
}

// The body says the same for programs and in words; F-89: it is cut at 20 KB.
func TestBody(t *testing.T) {
	t.Parallel()
	body, err := webhook.Encode(notifytest.Message())
	if err != nil {
		t.Fatal(err)
	}
	var got webhook.Body
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	item := got.Data.Items[0]
	if got.Type != "issue.status" || got.Data.Version != 1 || item.ID != "EX123456" || item.Severity != "degraded" || item.Was != "investigating" || item.Title != notifytest.Hostile || item.Services[0].ID != "Exchange" {
		t.Errorf("%s", body)
	}
	if blocks := got.Data.Letter.Entries[0].Blocks; len(blocks) != 6 || blocks[0].Kind != "changed" || blocks[0].Lines[1].Origin != "machine translation" || got.Data.Letter.Cut {
		t.Errorf("%+v", got.Data.Letter)
	}
	long := notifytest.Message()
	letter := *long.Letter
	entry := letter.Entries[0]
	entry.Blocks = append([]notify.Block{{Kind: notify.BlockChanged, Label: "What changed", Lines: []notify.Line{{Text: strings.Repeat("We restarted a server. ", 3000), Language: "en"}}}}, entry.Blocks...)
	letter.Entries = []notify.Entry{entry}
	long.Letter = &letter
	if body, err = webhook.Encode(long); err != nil || len(body) > 20<<10 || len(body) < 15<<10 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	got = webhook.Body{}
	if err := json.Unmarshal(body, &got); err != nil || !got.Data.Letter.Cut || !strings.HasSuffix(strings.TrimSpace(got.Data.Letter.Entries[0].Blocks[0].Lines[0].Text), ".") {
		t.Errorf("%v, %v", err, got.Data.Letter.Cut)
	}
}

// A message of which nothing is known can be sent as well.
func TestEmpty(t *testing.T) {
	t.Parallel()
	body, err := webhook.Encode(&notify.Message{Kind: notify.KindTest, Letter: &notify.Letter{Language: "en"}})
	if err != nil || !strings.HasPrefix(string(body), `{"type":"test",`) || !strings.Contains(string(body), `"items":[]`) {
		t.Errorf("%s, %v", body, err)
	}
	if _, ok := errors.AsType[*notify.Failure](err); ok {
		t.Error(err)
	}
}
