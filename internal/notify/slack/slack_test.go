package slack_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/slack"
	"example.org/tocsin/internal/notify/wire"
)

func makeChannel(_ *testing.T, address string, timeout time.Duration, inside bool) (notify.Channel, error) {
	return slack.New(wire.Config{Address: address, Timeout: timeout, Inside: inside, Now: notifytest.Now})
}

func TestContract(t *testing.T) {
	t.Parallel()
	notifytest.Contract(t, makeChannel, http.StatusOK, "ok")
}

func TestWordsOfSlack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		body   string
		reason notify.Reason
	}{
		{200, "", notify.ReasonRefused},
		{200, "<html>sign in</html>", notify.ReasonRefused},
		{200, `{"ok":false,"error":"x"}`, notify.ReasonRefused},
		{202, "ok", notify.ReasonRefused},
		{403, "invalid_token", notify.ReasonAuthentication},
		{403, "action_prohibited", notify.ReasonRefused},
		{404, "no_service", notify.ReasonGone},
		{410, "channel_is_archived", notify.ReasonGone},
		{400, "invalid_payload", notify.ReasonContent},
		{429, "rate_limited", notify.ReasonRate},
		{500, "rollup_error", notify.ReasonRefused},
	} {
		notifytest.Make(makeChannel).Refused(t, test.status, test.body, test.reason)
	}
}

func sent(t *testing.T, m *notify.Message) []byte {
	t.Helper()
	return notifytest.Make(makeChannel).Sent(t, "", http.StatusOK, "ok", m)[0].Body
}

// T-46: what an outsider wrote mentions nobody and links nowhere.
func TestMessage(t *testing.T) {
	t.Parallel()
	m := notifytest.Message()
	m.Repeat, m.Letter.Repeated = true, "(repeat)"
	body := sent(t, m)
	var shape struct {
		Text   string
		Blocks []any
	}
	if err := json.Unmarshal(body, &shape); err != nil {
		t.Fatal(err)
	}
	notifytest.Golden(t, "message.json", shape)
	for _, block := range shape.Blocks {
		text, ok := block.(map[string]any)["text"].(map[string]any)
		if !ok || text["type"] != "mrkdwn" {
			continue
		}
		for i, part := range strings.Split(text["text"].(string), "<") {
			if i > 0 && !strings.HasPrefix(part, "https://status.contoso.com/contoso/issues/EX123456|") {
				t.Errorf("markup of others: <%s", part)
			}
		}
	}
}

func TestLongTextIsCut(t *testing.T) {
	t.Parallel()
	m := notifytest.Message()
	m.Letter.Shortened = "Shortened. All of it is behind the link."
	one := m.Letter.Entries[0]
	one.Blocks = append([]notify.Block(nil), one.Blocks...)
	one.Blocks[1].Lines = []notify.Line{{Text: strings.Repeat("Users & others are affected. ", 2000)}}
	for range 60 {
		m.Letter.Entries = append(m.Letter.Entries, one)
	}
	var p struct {
		Blocks []struct{ Text, Elements any }
	}
	body := sent(t, m)
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatal(err)
	}
	if len(p.Blocks) > 50 || len(p.Blocks) < 40 || !strings.Contains(string(body), m.Letter.Shortened) {
		t.Errorf("%d blocks", len(p.Blocks))
	}
}
