package ntfy_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/ntfy"
	"example.org/tocsin/internal/notify/wire"
	"example.org/tocsin/internal/tocsin"
)

func makeChannel(_ *testing.T, address string, timeout time.Duration, inside bool) (notify.Channel, error) {
	u := address
	if !strings.Contains(u, "/hooks/") {
		u += "/outages"
	}
	return ntfy.New(ntfy.Config{Wire: wire.Config{Address: u, Timeout: timeout, Inside: inside, Now: notifytest.Now}, Token: "tk_" + notifytest.Secret})
}

func TestContract(t *testing.T) {
	t.Parallel()
	notifytest.Contract(t, makeChannel, http.StatusOK, `{"id":"aBc123"}`)
}

func TestTopicIsNeeded(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://ntfy.example", "https://ntfy.example/", "://"} {
		if _, err := ntfy.New(ntfy.Config{Wire: wire.Config{Address: address, Inside: true, Now: notifytest.Now}}); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	server := notifytest.Say(t, http.StatusOK, nil, `{"id":"aBc123"}`)
	c, err := makeChannel(t, server.URL+"/below", time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	m := notifytest.Message()
	m.Repeat, m.Letter.Repeated, m.Letter.Shortened = true, "(repeat)", "Shortened."
	m.Letter.Entries[0].Severity = tocsin.SeverityInterruption
	m.Letter.Entries[0].Blocks[1].Lines = []notify.Line{{Text: strings.Repeat("長い文です。", 2000)}}
	receipt, err := c.Send(t.Context(), m)
	if err != nil || receipt.Detail != "id aBc123" {
		t.Fatalf("%+v, %v", receipt, err)
	}
	r := server.Seen()[0]
	var got struct {
		Topic, Title, Message, Click string
		Priority                     int
	}
	if err := json.Unmarshal(r.Body, &got); err != nil {
		t.Fatal(err)
	}
	if r.Path != "/below" || r.Header.Get("Authorization") != "Bearer tk_"+notifytest.Secret || got.Topic != "outages" || got.Priority != 5 ||
		got.Title != "(repeat) [serviceDegradation] EX123456" || got.Click != "https://status.contoso.com/contoso/issues/EX123456" {
		t.Errorf("%s %+v", r.Path, got)
	}
	if n := len(got.Message); n > 4000 || n < 3900 || !strings.HasSuffix(got.Message, "。\n\nShortened.") || !strings.Contains(got.Message, "machine translation") {
		t.Errorf("%d bytes: %q", n, got.Message)
	}
}
