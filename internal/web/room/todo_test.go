package room_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// readBy is what a press sends along of the text that was read.
var readBy = regexp.MustCompile(`name="read" value="([0-9a-f]+)"`)

// The update of the hour is sent by one press as it was read, through the channels of
// the message before. Where something has changed meanwhile nothing is sent.
func TestUpdateByOnePress(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	sent(t, b, at+"/work", url.Values{"do": {"state"}, "service": {"Exchange"}, "state": {"ko"}})
	webtest.Lacks(t, "before the first message", b.Open(at), `name="read"`)
	sent(t, b, at+"/sent", url.Values{"of": {"announcement"}, "symptoms": {"mail waits"}, "workarounds": {"none"}, "do": {"send"}, "channels": {"staff"}})
	page := b.Open(at)
	webtest.Has(t, "room", page, "Send update no. 1", "nothing new from Microsoft since", `name="channels" value="staff"`)
	read := readBy.FindStringSubmatch(page)
	if read == nil {
		t.Fatal("nothing to press")
	}
	press := url.Values{"of": {"hourly"}, "do": {"send"}, "channels": {"staff"}, "read": {read[1]}}
	sent(t, b, at+"/work", url.Values{"do": {"state"}, "service": {"Exchange"}, "state": {"partial"}})
	if response, page := b.Send(http.MethodPost, at+"/sent", press); response.StatusCode != http.StatusConflict || !strings.Contains(page, "no longer as you read it") {
		t.Errorf("another text than was read: status %d: %s", response.StatusCode, page)
	}
	press.Set("read", readBy.FindStringSubmatch(b.Open(at))[1])
	sent(t, b, at+"/sent", press)
	webtest.Has(t, "room", b.Open(at), "Update no. 1: done")
	if response, _ := b.Send(http.MethodPost, at+"/sent", press); response.StatusCode != http.StatusConflict {
		t.Errorf("pressed by two: status %d", response.StatusCode)
	}
	list, err := h.Store.IncidentMessages(t.Context(), 1)
	if err != nil || len(list) != 2 || !strings.Contains(list[0].In("fr").Text(), "rien de nouveau") {
		t.Errorf("%+v, %v", list, err)
	}
}

// The head of a room leads to what the visitor may do, and to the end once the
// provider announces it.
func TestHeadOfARoomLeads(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	todo := func(b *webtest.Browser) string {
		_, part, _ := strings.Cut(b.Open(at), `id="todo"`)
		part, _, _ = strings.Cut(part, "</header>")
		return part
	}
	webtest.Has(t, "manager", todo(b), `href="/triage`, "message?of=announcement", "/requests/new?incident=1", "message?of=hourly")
	webtest.Lacks(t, "manager", todo(b), "message?of=closure", "#checks")
	lou := h.Browser()
	lou.Enter("lou")
	webtest.Has(t, "support", todo(lou), "/requests/new?incident=1")
	webtest.Lacks(t, "support", todo(lou), "message?of=")
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusServiceRestored, StartAt: storetest.T0, EndAt: h.Clock(), ModifiedAt: h.Clock(), Posts: []tocsin.Post{{CreatedAt: h.Clock(), ContentType: "text", Content: "Final status: it is over."}},
	})
	h.Pass(time.Minute)
	if err := h.Model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	webtest.Has(t, "announced as over", todo(b), "message?of=closure")
	sent(t, b, at+"/sent", url.Values{"of": {"closure"}, "do": {"outside"}})
	webtest.Has(t, "closed with words", todo(b), `href="#checks"`, "Check the recovery: 6\u00a0items")
	items := []string{"exchange/queues", "exchange/mail", "exchange/cache", "all/shd", "all/people"}
	sent(t, b, at+"/work", url.Values{"do": {"check"}, "item": items})
	if response, page := b.Send(http.MethodPost, at+"/work", url.Values{"do": {"check"}, "item": {"all/shd", "all/message"}}); response.StatusCode != http.StatusConflict || !strings.Contains(page, "kim") {
		t.Errorf("one was ticked before: status %d", response.StatusCode)
	}
	if response, _ := b.Send(http.MethodPost, at+"/work", url.Values{"do": {"check"}}); response.StatusCode != http.StatusBadRequest {
		t.Errorf("nothing ticked: status %d", response.StatusCode)
	}
	webtest.Has(t, "checked", todo(b), `href="#end"`)
}
