package room_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// outage is a desk with an outage, and its incident manager at it.
func outage(t *testing.T) (*webtest.House, *webtest.Browser) {
	t.Helper()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Contoso})
	h.Person("lou", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	h.Person("max", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Fabrikam})
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, ContentType: "text", Content: "User impact: Mail waits."}},
	})
	b := h.Browser()
	b.Enter("kim")
	return h, b
}

// opened opens a room by the form, and returns its path.
func opened(t *testing.T, b *webtest.Browser) string {
	t.Helper()
	return sent(t, b, "/incidents", url.Values{"title": {"Mail waits"}, "issue": {"ex900100"}})
}

// sent sends a form that must be taken, and returns where it leads.
func sent(t *testing.T, b *webtest.Browser, path string, form url.Values) string {
	t.Helper()
	path, _, _ = strings.Cut(path, "#")
	response, page := b.Send(http.MethodPost, path, form)
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("POST %s: status %d: %s", path, response.StatusCode, page)
	}
	to, _, _ := strings.Cut(response.Header.Get("Location"), "#")
	to, _, _ = strings.Cut(to, "?")
	return to
}

func TestCourseOfARoom(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	webtest.Has(t, "form", b.Open("/incidents?issue=EX900100"), `value="Mail waits"`, `value="EX900100"`)
	at := opened(t, b)
	page := b.Open(at)
	webtest.Has(t, "room", page, "Mail waits", `href="/issues/EX900100`, "Detection", "First announcement", "Queues are empty", "Incident opened", `href="/requests/new?incident=1`)
	webtest.Has(t, "issue", b.Open("/issues/EX900100"), `href="/requests/new?issue=EX900100`)
	h.Pass(20 * time.Minute)
	webtest.Has(t, "room, late", b.Open(at), "min late")
	sent(t, b, at+"/work", url.Values{"do": {"step"}, "step": {"detection"}, "place": {"runbook"}})
	sent(t, b, at+"/work", url.Values{"do": {"state"}, "service": {"Exchange"}, "state": {"ko"}, "workaround": {"Outlook on the desktop"}})
	sent(t, b, at+"/work", url.Values{"do": {"decision"}, "text": {"MFA stays"}})
	sent(t, b, at+"/work", url.Values{"do": {"measure"}, "what": {"Retries raised"}, "undo": {"N2, tonight"}})
	sent(t, b, at+"/run", url.Values{"do": {"role"}, "role": {"comms"}, "text": {"The duty officer"}})
	webtest.Has(t, "room, worked in", b.Open(at), "Detection: done", "Exchange: KO", "Outlook on the desktop", "MFA stays", "Retries raised", "To be undone", "The duty officer", "0 OK, 0 partial, 1 KO",
		`value="ko" required checked`, "1\u00a0service affected", "No request belongs to this incident")
	sent(t, b, "/requests/new", url.Values{"incident": {"1"}, "title": {"Mail waits in Paris"}, "to": {"provider"}, "severity": {"A"}, "kind": {"technical"}, "region": {"France"}, "draft": {"1"}})
	webtest.Has(t, "room with a request", b.Open(at), `href="/requests/1`, "SR-2026-0001", "Mail waits in Paris", "Being prepared since", `sev sev--a`,
		"Request SR-2026-0001 opened</a> <span>· Mail waits in Paris</span>")
	for _, prefix := range []string{"/fr", "/ja"} {
		if page := b.Open(prefix + at); strings.Contains(page, "room.") || !strings.Contains(page, "MFA stays") {
			t.Errorf("%s: %s", prefix, page)
		}
	}
}

// A message says nothing in the provider's name that its newest post does not
// say, names what is missing, and is kept as it was sent.
func TestMessagesOfARoom(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	sent(t, b, at+"/work", url.Values{"do": {"state"}, "service": {"Exchange"}, "state": {"partial"}, "workaround": {"Outlook on the desktop"}})
	page := b.Open(at + "/message?of=announcement")
	webtest.Has(t, "announcement", page, "Microsoft confirms a degradation", "Exchange: Outlook on the desktop", "summarise here", "Microsoft confirme une dégradation", "回避策", `class="drafts"`, "<var>Exchange")
	if response, page := b.Send(http.MethodPost, at+"/sent", url.Values{"of": {"announcement"}, "do": {"outside"}}); response.StatusCode != http.StatusBadRequest || !strings.Contains(page, "Fill in first: Symptoms") {
		t.Errorf("status %d: %s", response.StatusCode, page)
	}
	webtest.Has(t, "closure", b.Open(at+"/message?of=closure"), "Nothing new from Microsoft since")
	sent(t, b, at+"/sent", url.Values{"of": {"announcement"}, "symptoms": {"mail waits {next}"}, "do": {"outside"}})
	webtest.Has(t, "room", b.Open(at), "Sent: First announcement", "mail waits {next}", "First announcement: done")
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusServiceRestored, StartAt: storetest.T0, EndAt: h.Clock(), ModifiedAt: h.Clock(), Posts: []tocsin.Post{{CreatedAt: h.Clock(), ContentType: "text", Content: "Final status: it is over."}},
	})
	h.Pass(time.Minute)
	if err := h.Model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	webtest.Has(t, "closure", b.Open(at+"/message?of=closure"), "Microsoft announces that it is being resolved")
}

// A closure leads to a form that has issue and time, and from there to a request with
// the same; both are kept.
func TestClosureLeadsToAForm(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	page := b.Open(at + "/message?of=closure")
	links := regexp.MustCompile(`https://desk\.example(/(?:fr/|ja/)?report\?[^\s<"]+)`).FindAllStringSubmatch(page, -1)
	if len(links) != 3 {
		t.Fatalf("%d links, want 3: %v", len(links), links)
	}
	i, err := h.Store.Incident(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		to := html.UnescapeString(link[1])
		form := b.Open(to)
		when := `value="` + i.T0().UTC().Format("2006-01-02 15:04") + `"`
		webtest.Has(t, to, form, `name="issue"`, `value="EX900100"`, `name="since"`, when)
		ask := regexp.MustCompile(`href="([^"]*/requests/new\?[^"]+)"`).FindStringSubmatch(form)
		if ask == nil {
			t.Fatalf("%s leads to no request", to)
		}
		webtest.Has(t, ask[1], b.Open(html.UnescapeString(ask[1])), `value="EX900100"`, when)
	}
	webtest.Lacks(t, "what it does not know", b.Open("/requests/new?issue=XX%3Cb%3E900&at=2999-01-01T00:00:00Z"), "XX&lt;b", "XX<b", `="2999-01-01`)
}

// Nobody ends an incident before everything is checked, and what two do at once
// is told to the slower one.
func TestEndOfARoom(t *testing.T) {
	t.Parallel()
	_, b := outage(t)
	at := opened(t, b)
	response, page := b.Send(http.MethodPost, at+"/run", url.Values{"do": {"close"}})
	if response.StatusCode != http.StatusConflict {
		t.Fatalf("status %d: %s", response.StatusCode, page)
	}
	for _, item := range []string{"exchange/queues", "exchange/mail", "exchange/cache", "all/shd", "all/people"} {
		sent(t, b, at+"/work", url.Values{"do": {"check"}, "item": {item}})
	}
	sent(t, b, at+"/work", url.Values{"do": {"uncheck"}, "item": {"all/message"}, "text": {"Nobody noticed"}})
	if response, page := b.Send(http.MethodPost, at+"/work", url.Values{"do": {"check"}, "item": {"all/shd"}}); response.StatusCode != http.StatusConflict || !strings.Contains(page, "kim") {
		t.Errorf("twice: status %d: %s", response.StatusCode, page)
	}
	sent(t, b, at+"/run", url.Values{"do": {"close"}})
	webtest.Has(t, "room", b.Open(at), "Incident closed", "For the review", "Nobody noticed")
	if status := b.Status(http.MethodPost, at+"/work", url.Values{"do": {"step"}, "step": {"escalation"}}); status != http.StatusConflict {
		t.Errorf("step of a closed incident: status %d", status)
	}
	webtest.Has(t, "list", b.Open("/incidents"), "Closed", "Mail waits")
}

// What is sent in a form that makes no sense is refused, and the room stays.
func TestBadFormsOfARoom(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	for name, tt := range map[string]struct {
		path string
		form url.Values
		want int
	}{
		"no such step":         {"/work", url.Values{"do": {"step"}, "step": {"coffee"}}, 400},
		"a number of no hour":  {"/work", url.Values{"do": {"step"}, "step": {"updates/999999999999999999999"}}, 400},
		"a time that is none":  {"/work", url.Values{"do": {"note"}, "text": {"x"}, "at": {"soon"}}, 400},
		"empty note":           {"/work", url.Values{"do": {"note"}}, 400},
		"needless, no reason":  {"/work", url.Values{"do": {"needless"}, "step": {"escalation"}}, 400},
		"a state that is none": {"/work", url.Values{"do": {"state"}, "service": {"Exchange"}, "state": {"great"}}, 400},
		"item of another list": {"/work", url.Values{"do": {"check"}, "item": {"teams/call"}}, 400},
		"no such act":          {"/work", url.Values{"do": {"dance"}}, 404},
		"T0 in a year":         {"/run", url.Values{"do": {"start"}, "t0": {"2099-01-01 09:00"}, "text": {"x"}}, 400},
		"no T0":                {"/run", url.Values{"do": {"start"}, "text": {"x"}}, 400},
		"no such message":      {"/sent", url.Values{"of": {"poem"}}, 404},
	} {
		if response, page := b.Send(http.MethodPost, at+tt.path, tt.form); response.StatusCode != tt.want {
			t.Errorf("%s: status %d, want %d: %s", name, response.StatusCode, tt.want, page)
		}
	}
	lou, max := h.Browser(), h.Browser()
	lou.Enter("lou")
	max.Enter("max")
	if status := lou.Status(http.MethodPost, at+"/run", url.Values{"do": {"close"}}); status != http.StatusForbidden {
		t.Errorf("support runs an incident: %d", status)
	}
	webtest.Has(t, "room of support", lou.Open(at), "Mail waits")
	if status := max.Status(http.MethodGet, at, nil); status != http.StatusNotFound {
		t.Errorf("room of another tenant: %d", status)
	}
	h.Person("eve", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Fabrikam}, tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	eve := h.Browser()
	eve.Enter("eve")
	webtest.Has(t, "room of somebody with another role elsewhere", eve.Open(at), "Mail waits")
	for path, form := range map[string]url.Values{"/run": {"do": {"close"}}, "/sent": {"of": {"closure"}}} {
		if status := eve.Status(http.MethodPost, at+path, form); status != http.StatusNotFound {
			t.Errorf("%s by a role of another tenant: %d", path, status)
		}
	}
	if page := max.Open("/incidents"); strings.Contains(page, "Mail waits") {
		t.Error("another tenant's incident is listed")
	}
}

// A message goes through the channels that were chosen, into the ledger; what becomes
// of it stands in the room. One that does not name a channel, or another one than
// there is, is not sent.
func TestMessagesThroughChannels(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	form := func(channels ...string) url.Values {
		return url.Values{"of": {"short-alert"}, "symptoms": {"mail waits"}, "services": {"Exchange"}, "regions": {"Europe"}, "users": {"40 %"}, "workarounds": {"none"}, "do": {"send"}, "channels": channels}
	}
	webtest.Has(t, "form", b.Open(at+"/message?of=short-alert"), `value="staff"`, "managers (teams, en)", "Through which channels")
	for name, tt := range map[string]struct {
		channels []string
		says     string
	}{"none": {nil, "Choose a channel"}, "no such one": {[]string{"stuff"}, "There is no channel stuff"}, "one for alerts": {[]string{"pager"}, "There is no channel pager"}} {
		if response, page := b.Send(http.MethodPost, at+"/sent", form(tt.channels...)); response.StatusCode != http.StatusBadRequest || !strings.Contains(page, tt.says) {
			t.Errorf("%s: status %d: %s", name, response.StatusCode, page)
		}
	}
	sent(t, b, at+"/sent", form("staff", "managers", "staff"))
	webtest.Lacks(t, "room in French", b.Open("/fr"+at), "Short alert")
	webtest.Has(t, "room", b.Open(at), "Sent: Short alert", "Sent through channels", "managers <span class=\"st c-neutral\">", "Waiting", "First announcement: done")
	rows, err := h.Store.Ledger.Deliveries(t.Context(), delivery.Query{Limit: 10})
	if err != nil || len(rows) != 2 || rows[0].Kind != delivery.KindIncident || rows[1].Endpoint != "channel:staff" {
		t.Errorf("ledger: %+v, %v", rows, err)
	}
	for _, prefix := range []string{"/fr", "/ja"} {
		if page := b.Open(prefix + at + "/messages/1"); strings.Contains(page, "room.") || !strings.Contains(page, "EX900100") {
			t.Errorf("%s: %s", prefix, page)
		}
	}
}

// Where a second person looks at messages, nothing leaves before they have: not by
// its writer, not by two at once, not in another form than was read.
func TestApprovalOfMessages(t *testing.T) {
	t.Parallel()
	h, kim := outage(t)
	h.Second.Store(true)
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Contoso})
	alex := h.Browser()
	alex.Enter("alex")
	at := opened(t, kim)
	form := url.Values{"of": {"announcement"}, "symptoms": {"mail waits"}, "workarounds": {"none"}, "services": {"Exchange"}, "do": {"send"}, "channels": {"staff"}}
	sent(t, kim, at+"/sent", form)
	webtest.Has(t, "room", kim.Open(at), "Waits for a second person")
	if page := kim.Open(at + "/messages/1"); strings.Contains(page, "Approve and send") {
		t.Error("the writer is asked to approve")
	}
	approve := url.Values{"do": {"approve"}, "revision": {"1"}}
	if status := kim.Status(http.MethodPost, at+"/messages/1", approve); status != http.StatusForbidden {
		t.Errorf("the writer approves: %d", status)
	}
	webtest.Has(t, "message", alex.Open(at+"/messages/1"), "Approve and send", "mail waits")
	sent(t, alex, at+"/messages/1", url.Values{"do": {"return"}, "revision": {"1"}, "text": {"Say since when"}})
	webtest.Has(t, "returned", kim.Open(at), "Returned", "Say since when")
	webtest.Has(t, "written anew", kim.Open(at+"/message?edit=1"), `value="mail waits"`, `name="revision" value="1"`)
	form.Set("symptoms", "mail waits since 9")
	form.Set("edit", "1")
	form.Set("revision", "1")
	sent(t, kim, at+"/sent", form)
	if status := alex.Status(http.MethodPost, at+"/messages/1", approve); status != http.StatusConflict {
		t.Errorf("approved as it was: %d", status)
	}
	approve.Set("revision", "2")
	sent(t, alex, at+"/messages/1", approve)
	webtest.Has(t, "room", kim.Open(at), "Sent through channels", "alex", "First announcement: done", "mail waits since 9")
	if status := alex.Status(http.MethodPost, at+"/messages/1", approve); status != http.StatusConflict {
		t.Errorf("approved twice: %d", status)
	}
	if status := alex.Status(http.MethodPost, at+"/messages/9", approve); status != http.StatusNotFound {
		t.Errorf("no such message: %d", status)
	}
}

// What the services of a room may hold up in the business stands in the room, in the
// message to managers and on the sheet for whoever takes over, in each language; and
// for nobody where nobody wrote a map.
func TestRoomSaysWhatMayStall(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	h.Record(storetest.Contoso, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation})
	at := opened(t, b)
	if page := b.Open(at); strings.Contains(page, "may stall") {
		t.Error("something stalls without a map")
	}
	_, err := h.Store.PutBusinessMap(t.Context(), tocsin.BusinessMap{
		TenantID: storetest.Contoso, Uses: []tocsin.MapUse{{Name: "Approvals", Services: []string{"Exchange"}}},
		Processes: []tocsin.MapProcess{{Name: "Approval of invoices", Department: "Finance", Uses: []string{"Approvals"}}},
	}, 0, h.Clock())
	if err != nil {
		t.Fatal(err)
	}
	sentence := "Approval of invoices (Finance) may stall: Exchange Online"
	webtest.Has(t, "room", b.Open(at), sentence)
	webtest.Has(t, "managers", b.Open(at+"/message?of=managers"), sentence, "Approval of invoices (Finance) risque de s’arrêter", "Approval of invoices（Finance）が止まるおそれがあります")
	webtest.Has(t, "issue", b.Open("/issues/EX900100"), sentence)
	webtest.Has(t, "service", b.Open("/services/Exchange"), sentence)
	webtest.Has(t, "wall", b.Open("/wall"), sentence)
	sent(t, b, at+"/work", url.Values{"do": {"measure"}, "what": {"Retries raised"}, "undo": {"N2, tonight"}})
	sent(t, b, at+"/work", url.Values{"do": {"decision"}, "text": {"MFA stays"}})
	sent(t, b, at+"/run", url.Values{"do": {"role"}, "role": {"comms"}, "text": {"The duty officer"}})
	webtest.Has(t, "hand-over", b.Open(at+"/handover"), sentence, "Retries raised", "N2, tonight", "MFA stays", "The duty officer", "Detection", "Mail waits.", "EX900100")
	for _, prefix := range []string{"/fr", "/ja"} {
		if page := b.Open(prefix + at + "/handover"); strings.Contains(page, "room.") || !strings.Contains(page, "Retries raised") {
			t.Errorf("%s: %s", prefix, page)
		}
	}
	sent(t, b, at+"/work", url.Values{"do": {"state"}, "service": {"Exchange"}, "state": {"ok"}})
	if page := b.Open(at); strings.Contains(page, "may stall") {
		t.Error("somebody tried the service, and it works")
	}
	reader := h.Browser()
	h.Person("ray", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	reader.Enter("ray")
	for _, path := range []string{"/issues/EX900100", "/wall", "/services/Exchange"} {
		if page := reader.Open(path); strings.Contains(page, "may stall") {
			t.Errorf("%s tells a reader what stalls", path)
		}
	}
}

// Whoever is in a room gets what is new there, and the regions that it changes: not
// the page. Only those who see all of the room may listen or ask.
func TestPartsOfARoom(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	page := b.Open(at)
	webtest.Has(t, "room", page, `data-part="/incidents/1/part?after=1"`, `data-events="/incidents/1/events?`)
	work := func(form url.Values) { sent(t, b, at+"/work", form) }
	part := func(after string) string { return b.Open(at + "/part?after=" + after) }
	work(url.Values{"do": {"decision"}, "text": {"MFA stays"}})
	got := part("1")
	webtest.Has(t, "entry", got, `data-next="/incidents/1/part?after=2"`, `data-first="r-feed"`, "MFA stays")
	if strings.Contains(got, "Incident opened") || strings.Contains(got, "r-runbook") || strings.Contains(got, "<nav") {
		t.Errorf("more than what is new: %s", got)
	}
	if len(got)*10 > len(page) {
		t.Errorf("an entry is %d bytes, the page %d", len(got), len(page))
	}
	if got := part("2"); strings.Contains(got, "<li>") || !strings.Contains(got, `data-next="/incidents/1/part?after=2"`) {
		t.Errorf("nothing is new: %s", got)
	}
	work(url.Values{"do": {"step"}, "step": {"detection"}})
	webtest.Has(t, "step", part("2"), `id="r-runbook"`, `id="r-head"`, "Detection: done")
	work(url.Values{"do": {"state"}, "service": {"Exchange"}, "state": {"ko"}})
	webtest.Has(t, "state", b.Open("/fr"+at+"/part?after=3"), `id="r-matrix"`, `lang="fr"`, `data-next="/fr/incidents/1/part?after=4"`)
	work(url.Values{"do": {"amend"}, "entry": {"2"}, "text": {"MFA stays on"}})
	webtest.Has(t, "amended", part("4"), `data-whole="1"`)
	for range 25 {
		work(url.Values{"do": {"note"}, "text": {"x"}})
	}
	webtest.Has(t, "many", part("5"), `data-whole="1"`)
	if status := b.Status(http.MethodGet, at+"/part?after=soon", nil); status != http.StatusBadRequest {
		t.Errorf("after nothing: %d", status)
	}
	max := h.Browser()
	max.Enter("max")
	for _, path := range []string{"/part?after=1", "/events"} {
		if status := max.Status(http.MethodGet, at+path, nil); status != http.StatusNotFound {
			t.Errorf("%s of another tenant's room: %d", path, status)
		}
	}
}

// What a message promises stands in the room with its clock and on the sheet for
// whoever takes over, until another message is sent.
func TestPromiseOfAMessage(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	next := h.Clock().Add(20 * time.Minute).UTC().Format("15:04")
	form := url.Values{"of": {"short-alert"}, "services": {"Exchange"}, "workarounds": {"none"}, "next": {next}, "do": {"outside"}}
	sent(t, b, at+"/sent", form)
	webtest.Has(t, "room", b.Open(at), "Promised update", "In 20", "by what message 1\u00a0promised")
	webtest.Has(t, "hand-over", b.Open(at+"/handover"), "Promised update")
	h.Pass(12 * time.Minute)
	if _, err := respond.TellLate(t.Context(), h.Store, h.Clock()); err != nil {
		t.Fatal(err)
	}
	webtest.Has(t, "room, soon", b.Open(at), "Promised update: due soon, at ", `c-degraded`)
	webtest.Has(t, "part", b.Open(at+"/part?after=2"), `id="r-comms"`, `id="r-runbook"`)
	h.Pass(12 * time.Minute)
	if _, err := respond.TellLate(t.Context(), h.Store, h.Clock()); err != nil {
		t.Fatal(err)
	}
	for prefix, late := range map[string]string{"": "Promised update: late, it was due at ", "/fr": "Point promis : en retard", "/ja": "予告した次回の報告：遅延"} {
		if page := strings.ReplaceAll(b.Open(prefix+at), "\u00a0", " "); !strings.Contains(page, late) || strings.Contains(page, "⟦") {
			t.Errorf("%s: not late, or a text is missing", prefix)
		}
	}
	form.Set("next", "when there is news")
	sent(t, b, at+"/sent", form)
	if page := b.Open(at); strings.Contains(page, "as message") {
		t.Error("a promise holds after a newer message")
	}
}
