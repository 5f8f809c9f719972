package app_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/sink"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// mailbox is a mail server of the test.
func mailbox(t *testing.T) *sink.Server {
	t.Helper()
	box, err := sink.Listen("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- box.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return box
}

func read(t *testing.T, address string) (status int, body string) {
	t.Helper()
	response, err := http.Get(address) //nolint:gosec,noctx // of this test
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// awaitLetter returns the first letter of a mailbox, once it has come with a link.
func awaitLetter(t *testing.T, box *sink.Server, link *regexp.Regexp) (letter string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !link.MatchString(letter); {
		if time.Now().After(deadline) {
			t.Fatalf("no letter came: %s", letter)
		}
		<-time.After(50 * time.Millisecond)
		_, letter = read(t, box.Pages()+"/1")
	}
	return letter
}

// lacks fails when the database of a desk has a token.
func (d *desk) lacks(token string) {
	d.t.Helper()
	files, err := filepath.Glob(filepath.Join(d.data, "tocsin.db*"))
	if err != nil || len(files) == 0 {
		d.t.Fatal(files, err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err != nil || bytes.Contains(text, []byte(token)) {
			d.t.Errorf("%s has the link, %v", filepath.Base(file), err)
		}
	}
}

// Whoever is on the emergency list for a quarter gets one letter, in the language of
// the channel, whose link shows what is asked and whose button confirms it; neither
// the ledger nor the database has the link.
func TestEmergencyLetter(t *testing.T) {
	t.Parallel()
	box := mailbox(t)
	d := newDesk(t, func(c *config.Config) {
		c.Notify.Channels = []config.Channel{{Name: "desk-mail", Kind: "mail", Language: "de", Mail: config.Mail{
			From: "Desk <desk@contoso.example>", To: "desk@contoso.example", Relay: config.Relay{Host: sink.Host, Port: box.MailPort(), TLS: "none"},
		}}}
	})
	alex, _, err := d.app.People.User(t.Context(), "alex")
	if err != nil {
		t.Fatal(err)
	}
	contact := tocsin.Contact{ID: tocsin.NewGUID(), Of: tocsin.UserParty(alex.ID), Mail: "alex@home.example", Phone: "112", CreatedAt: time.Now().Add(-tocsin.ContactTerm)}
	if err := d.app.People.AddContact(t.Context(), contact); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.app.AskContacts(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	linked := regexp.MustCompile(regexp.QuoteMeta(d.app.Base()) + `/contact/([a-z2-7]{32})`)
	letter := awaitLetter(t, box, linked)
	if !strings.Contains(letter, "Sind Sie im Notfall noch erreichbar?") || !strings.Contains(letter, "alex@home.example") {
		t.Errorf("%s", letter)
	}
	link, token := linked.FindStringSubmatch(letter)[0], linked.FindStringSubmatch(letter)[1]
	if status, page := read(t, link); status != http.StatusOK || !strings.Contains(page, "112") {
		t.Errorf("%d: %s", status, page)
	}
	d.lacks(token)
	if page := d.post("/contact/"+token, url.Values{"do": {"confirm"}}); !strings.Contains(page, "it is confirmed") {
		t.Errorf("%s", page)
	}
	if err := d.app.AskContacts(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := d.app.People.Contacts(t.Context())
	if err != nil || len(list) != 1 || time.Since(list[0].ConfirmedAt) > time.Hour || list[0].Asks != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	asked := 0
	entries, err := d.app.Store.Audit(t.Context(), store.AuditQuery{Limit: 100})
	for _, e := range entries {
		if e.Action == "contact.ask" {
			asked++
		}
	}
	if err != nil || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

// Without a channel that sends mail nobody is asked.
func TestNobodyIsAskedWithoutMail(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	alex, _, err := d.app.People.User(t.Context(), "alex")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.app.People.AddContact(t.Context(), tocsin.Contact{ID: tocsin.NewGUID(), Of: tocsin.UserParty(alex.ID), Mail: "alex@home.example", CreatedAt: time.Now().Add(-tocsin.ContactTerm)}); err != nil {
		t.Fatal(err)
	}
	if err := d.app.AskContacts(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, err := d.app.People.Contacts(t.Context()); err != nil || len(list) != 1 || list[0].Asks != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// A channel whose settings say so is sent a test each day, in its language, whose link
// shows what is asked and whose button confirms it; neither the ledger nor the
// database has the link.
func TestCanaryLetter(t *testing.T) {
	t.Parallel()
	box := mailbox(t)
	d := newDesk(t, func(c *config.Config) {
		c.Notify.Channels = []config.Channel{{Name: "desk-mail", Kind: "mail", Language: "fr", Canary: time.Now().UTC().Add(-time.Minute).Format("15:04"), Mail: config.Mail{
			From: "Desk <desk@contoso.example>", To: "desk@contoso.example", Relay: config.Relay{Host: sink.Host, Port: box.MailPort(), TLS: "none"},
		}}}
	})
	for range 2 {
		if err := d.app.SendCanaries(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	linked := regexp.MustCompile(regexp.QuoteMeta(d.app.Base()) + `(/fr/canary/([a-z2-7]{32}))`)
	letter := awaitLetter(t, box, linked)
	if !strings.Contains(letter, "Test quotidien") {
		t.Errorf("%s", letter)
	}
	found := linked.FindStringSubmatch(letter)
	if status, page := read(t, found[0]); status != http.StatusOK || !strings.Contains(page, "desk-mail") {
		t.Errorf("%d: %s", status, page)
	}
	d.lacks(found[2])
	if page := d.post(found[1], url.Values{"do": {"confirm"}}); !strings.Contains(page, "quelqu") || strings.Contains(page, `value="confirm"`) {
		t.Errorf("%s", page)
	}
	state, err := d.app.Deliveries.Canaries(t.Context(), time.Now())
	if err != nil || state["channel:desk-mail"].ConfirmedAt.IsZero() {
		t.Errorf("%+v, %v", state, err)
	}
	if status, _ := read(t, box.Pages()+"/2"); status == http.StatusOK {
		t.Error("two tests came")
	}
}
