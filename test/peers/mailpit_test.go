package peers

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/notify/mail"
	"example.org/tocsin/internal/notify/notifytest"
)

// mailpit is a running server.
type mailpit struct {
	t    *testing.T
	api  string
	smtp int
}

// free is a port at which nobody listens.
func free(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func startMailpit(t *testing.T) *mailpit {
	t.Helper()
	program := notifytest.Program(t, "mailpit")
	m := &mailpit{t: t, smtp: free(t)}
	listen := "127.0.0.1:" + strconv.Itoa(free(t))
	m.api = "http://" + listen
	ctx, stop := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, program, "--smtp", "127.0.0.1:"+strconv.Itoa(m.smtp), "--listen", listen, "--database", filepath.Join(t.TempDir(), "mailpit.db"), "--disable-version-check", "--block-remote-css-and-fonts")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = command.Wait() })
	for deadline := time.Now().Add(30 * time.Second); ; {
		if answer, err := http.Get(m.api + "/livez"); err == nil { //nolint:noctx // of a test
			_ = answer.Body.Close()
			return m
		}
		if time.Now().After(deadline) {
			t.Fatal("mailpit does not answer")
		}
		<-time.After(50 * time.Millisecond)
	}
}

// get asks its API.
func (m *mailpit) get(path string, into any) {
	m.t.Helper()
	answer, err := http.Get(m.api + path) //nolint:noctx // of a test
	if err != nil {
		m.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil || answer.StatusCode != http.StatusOK {
		m.t.Fatalf("%s: status %d, %v\n%s", path, answer.StatusCode, err, text)
	}
}

// What a message is to mailpit.
type parsed struct {
	MessageID, Subject, Text, HTML string
	To                             []struct{ Address string }
	ListUnsubscribe                struct {
		Header, HeaderPost, Errors string
		Links                      []string
	}
}

// Mailpit reads in mails of five languages what was meant: both parts, the one-click
// way to leave, the thread; and finds their HTML fit for the readers that it knows.
func TestMailpit(t *testing.T) {
	t.Parallel()
	m := startMailpit(t)
	relay := &mail.Relay{Host: "127.0.0.1", Port: m.smtp, TLS: mail.NoTLS, Now: time.Now}
	t.Cleanup(relay.Close)
	channel, err := mail.New(mail.Config{From: "Service desk <desk@contoso.com>", To: "team@contoso.com", Base: "https://status.contoso.com", Via: []mail.Transport{relay}})
	if err != nil {
		t.Fatal(err)
	}
	writer, err := letters.New(letters.Config{Now: notifytest.Now})
	if err != nil {
		t.Fatal(err)
	}
	sent := map[string]*notify.Message{}
	for _, language := range []string{"en", "fr", "ja", "es", "de"} {
		for _, id := range []string{"msg_one_" + language, "msg_two_" + language} {
			message := notifytest.Message()
			message.ID, message.Language, message.Thread = id, language, "thr_"+language
			words := writer.Test(language, "ops")
			message.Letter.Language, message.Letter.Title, message.Letter.Footer = language, words.Title, words.Lead
			message.Letter.UnsubscribeLabel = "Unsubscribe"
			message.Endpoint.Unsubscribe = "https://status.contoso.com/s/" + id
			if _, err := channel.Send(t.Context(), message); err != nil {
				t.Fatal(err)
			}
			sent[id+"@status.contoso.com"] = message
		}
	}
	var list struct {
		Messages []struct{ ID, MessageID string }
	}
	m.get("/api/v1/messages?limit=50", &list)
	if len(list.Messages) != len(sent) {
		t.Fatalf("%d mails came, want %d", len(list.Messages), len(sent))
	}
	for _, one := range list.Messages {
		want := sent[one.MessageID]
		if want == nil {
			t.Errorf("a mail with the id %q", one.MessageID)
			continue
		}
		m.check(one.ID, want)
	}
}

// check holds what mailpit made of a mail against what was sent.
func (m *mailpit) check(id string, want *notify.Message) {
	m.t.Helper()
	var got parsed
	m.get("/api/v1/message/"+id, &got)
	heading := want.Letter.Heading + ": " + want.Letter.Title.Text
	if got.Subject != heading || len(got.To) != 1 || got.To[0].Address != "team@contoso.com" {
		m.t.Errorf("%s: subject %q to %v, want %q", want.ID, got.Subject, got.To, heading)
	}
	for _, block := range want.Letter.Entries[0].Blocks {
		for _, line := range block.Lines {
			if !strings.Contains(strings.Join(strings.Fields(got.Text), " "), strings.Join(strings.Fields(line.Text), " ")) {
				m.t.Errorf("%s: the text lacks %q\n%s", want.ID, line.Text, got.Text)
			}
		}
	}
	if strings.Contains(got.HTML, "<at>") || !strings.Contains(got.HTML, "Mail &lt;b&gt;late&lt;/b&gt;") {
		m.t.Errorf("%s: HTML\n%s", want.ID, got.HTML)
	}
	if u := got.ListUnsubscribe; u.Errors != "" || len(u.Links) != 1 || u.Links[0] != want.Endpoint.Unsubscribe || u.HeaderPost != "List-Unsubscribe=One-Click" {
		m.t.Errorf("%s: %+v", want.ID, u)
	}
	var head map[string][]string
	m.get("/api/v1/message/"+id+"/headers", &head)
	root := "<" + want.Thread + "@status.contoso.com>"
	for name, value := range map[string]string{"References": root, "In-Reply-To": root, "List-Id": "<updates.status.contoso.com>", "Auto-Submitted": "auto-generated", "Content-Language": want.Language} {
		if values := head[name]; len(values) != 1 || values[0] != value {
			m.t.Errorf("%s: %s %q, want %q", want.ID, name, values, value)
		}
	}
	var judged struct {
		Total    struct{ Supported, Partial, Unsupported float64 }
		Warnings []struct {
			Title string
			Score struct{ Unsupported float64 }
		}
	}
	m.get("/api/v1/message/"+id+"/html-check", &judged)
	if judged.Total.Supported < 60 || judged.Total.Unsupported > 3 { // what some know in part is spacing, and reads well without
		m.t.Errorf("%s: the HTML is known to %v%% of readers, in part to %v%%, not to %v%%: %+v", want.ID, judged.Total.Supported, judged.Total.Partial, judged.Total.Unsupported, judged.Warnings)
	}
}
