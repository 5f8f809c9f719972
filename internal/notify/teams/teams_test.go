package teams_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/teams"
	"example.org/tocsin/internal/notify/wire"
)

func makeChannel(_ *testing.T, address string, timeout time.Duration, inside bool) (notify.Channel, error) {
	return teams.New(teams.Config{
		Wire:  wire.Config{Address: address, Timeout: timeout, Inside: inside, Now: notifytest.Now},
		Hosts: []string{"127.0.0.1"},
	})
}

func TestContract(t *testing.T) {
	t.Parallel()
	notifytest.Contract(t, makeChannel, http.StatusAccepted, "")
}

func TestAddressIsOpaque(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://default0123.4d.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/ab/triggers/manual/paths/invoke?api-version=1&sig=x",
		"https://default0123.4d.environment.api.powerplatform.com/powerautomate/automations/direct/cu/04/workflows/ab?sig=x",
		"https://prod-1.westeurope.logic.azure.com/anything",
		"https://DEFAULT.API.PowerPlatform.com./x",
		"https://hooks.contoso.com/relay",
	} {
		if err := teams.CheckAddress(address, []string{"Hooks.contoso.com"}); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for address, words := range map[string]string{
		"": "whole address", "default.api.powerplatform.com/x": "whole address", "https://": "whole address", "http://x.api.powerplatform.com/a": "https",
		"https://contoso.webhook.office.com/webhookb2/a": "retired", "https://outlook.office.com/webhook/a": "retired",
		"https://api.powerplatform.com.evil.example/x": "under `hosts`", "https://evilapi.powerplatform.com.example/x": "under `hosts`",
		"https://xapi.powerplatform.com/secret-path": "under `hosts`",
	} {
		err := teams.CheckAddress(address, nil)
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAnswersOfWorkflows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		body   string
		reason notify.Reason
		words  string
	}{
		{401, `{"error":{"code":"DirectApiAuthorizationRequired"}}`, notify.ReasonAuthentication, "fetch its address again"},
		{404, `{"error":{"code":"WorkflowNotFound"}}`, notify.ReasonGone, "fetch its address again"},
		{200, `{"error":{"code":"x"}}`, notify.ReasonRefused, "an error in its words"},
		{200, "Webhook message delivery failed with error: returned HTTP error 413", notify.ReasonRefused, "an error in its words"},
	} {
		if f := notifytest.Make(makeChannel).Refused(t, test.status, test.body, test.reason); !strings.Contains(f.Detail, test.words) {
			t.Errorf("%d %s: %q", test.status, test.body, f.Detail)
		}
	}
}

// sent is the body of a message.
func sent(t *testing.T, m *notify.Message) []byte {
	t.Helper()
	return notifytest.Make(makeChannel).Sent(t, "", http.StatusAccepted, "", m)[0].Body
}

// T-46: what an outsider wrote changes no shape.
func TestCard(t *testing.T) {
	t.Parallel()
	m := notifytest.Message()
	m.Repeat, m.Letter.Repeated = true, "(repeat)"
	var shape any
	if err := json.Unmarshal(sent(t, m), &shape); err != nil {
		t.Fatal(err)
	}
	notifytest.Golden(t, "card.json", shape)
	check(t, shape)
}

// check holds a card to what readers of cards do: every value of a text is a
// string, and nothing of others is in an element that reads Markdown.
func check(t *testing.T, value any) {
	t.Helper()
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			check(t, one)
		}
	case map[string]any:
		if v["type"] == "TextBlock" || v["type"] == "FactSet" {
			t.Error("a text that is read as Markdown")
		}
		if text, ok := v["text"]; ok {
			if _, ok := text.(string); !ok {
				t.Errorf("a text is %v", text)
			}
		}
		for _, one := range v {
			check(t, one)
		}
	}
}

// F-89: a text of 28 KB and more is cut at a sentence, with the link that has it
// all.
func TestLongTextIsCut(t *testing.T) {
	t.Parallel()
	m := notifytest.Message()
	m.Letter.Shortened = "Shortened. All of it is behind the link."
	long := notify.Line{Text: strings.TrimSpace(strings.Repeat("日本の利用者に影響があります。Users in Japan are affected. ", 2000)), Language: "ja"}
	m.Letter.Entries[0].Blocks[1].Lines = []notify.Line{long, long}
	body := string(sent(t, m))
	if len(body) > 20<<10 || len(body) < 19<<10 {
		t.Errorf("%d bytes", len(body))
	}
	for _, words := range []string{m.Letter.Shortened, "Open EX123456", "We restarted 12 servers."} {
		if !strings.Contains(body, words) {
			t.Errorf("%q is missing", words)
		}
	}
}
