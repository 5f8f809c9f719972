package respond_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What is known stands beside an incident with what the team says of it; what
// lowers security is told once a second person approved it, with the warning.
func TestWhatIsKnownToHelp(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	h.Person("bo", tocsin.Grant{Role: tocsin.RoleSupportN3, TenantID: storetest.Contoso})
	ana, bo := h.Browser(), h.Browser()
	ana.Enter("ana")
	bo.Enter("bo")
	page := plain(kim.Open("/fr/issues/MO821132/help"))
	webtest.Has(t, "the page", page, "Client Outlook de bureau en cache, client mobile, relai SMTP sortant si l'envoi différé est acceptable.", "Risque de divergence", "Dois‑je désactiver temporairement la MFA", "Pourquoi je ne vois pas MO821132")
	sent(t, kim, "/fr/issues/MO821132/help", url.Values{"way": {"teams"}, "worked": {"yes"}})
	sent(t, ana, "/fr/issues/MO821132/help", url.Values{"way": {"teams"}, "worked": {"no"}})
	webtest.Has(t, "the votes", plain(kim.Open("/fr/issues/MO821132/help")), "a fonctionné pour 1, pas pour 1")
	for name, form := range map[string]url.Values{"nothing": {}, "what nobody wrote": {"way": {tocsin.NewGUID()}, "worked": {"yes"}}, "neither": {"way": {"teams"}, "worked": {"maybe"}}} {
		if got := kim.Status("POST", "/issues/MO821132/help", form); got != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, got)
		}
	}
	if got := kim.Status("GET", "/issues/MO1/help", nil); got != http.StatusNotFound {
		t.Errorf("of no issue: status %d", got)
	}
	if got := kim.Status("POST", "/knowledge", url.Values{"service": {"teams"}, "remedy": {"x"}}); got != http.StatusForbidden {
		t.Errorf("the first line writes: status %d", got)
	}
	sent(t, ana, "/fr/knowledge", url.Values{"service": {"teams"}, "remedy": {"Passez par le pont audio interne."}})
	sent(t, ana, "/fr/knowledge", url.Values{"service": {"teams"}, "remedy": {"Désactivez la MFA jusqu'à midi."}})
	webtest.Has(t, "at once", plain(kim.Open("/fr/issues/MO821132/help")), "pont audio interne")
	for name, path := range map[string]string{"the incident": "/fr/issues/MO821132/help", "the list": "/fr/knowledge"} {
		webtest.Lacks(t, name+" before it is approved", plain(kim.Open(path)), "jusqu'à midi")
	}
	waits := plain(bo.Open("/fr/knowledge"))
	id := regexp.MustCompile(`name="id" value="([0-9a-f-]+)"><button class="btn btn--s" type="submit" name="do" value="approve"`).FindStringSubmatch(waits)
	if id == nil {
		t.Fatalf("nothing to approve: %s", waits)
	}
	if got := ana.Status("POST", "/fr/knowledge", url.Values{"do": {"approve"}, "id": {id[1]}}); got != http.StatusConflict {
		t.Errorf("approved by the one who wrote it: status %d", got)
	}
	sent(t, bo, "/fr/knowledge", url.Values{"do": {"approve"}, "id": {id[1]}})
	webtest.Has(t, "approved", plain(kim.Open("/fr/issues/MO821132/help")), "jusqu'à midi", "Ne pas désactiver la MFA")
	sent(t, bo, "/fr/knowledge", url.Values{"do": {"end"}, "id": {id[1]}})
	webtest.Lacks(t, "withdrawn", plain(kim.Open("/fr/issues/MO821132/help")), "jusqu'à midi")
	if got := ana.Status("POST", "/fr/knowledge", url.Values{"service": {"teams"}}); got != http.StatusBadRequest {
		t.Errorf("no text: status %d", got)
	}
}

// What is shipped is edited in the language of the page, as often as somebody likes;
// a text that lowers security waits for a second person and leaves the former one in
// place meanwhile. Taken back, what was shipped holds again.
func TestShippedIsEdited(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	ana := h.Browser()
	ana.Enter("ana")
	webtest.Has(t, "the form", plain(ana.Open("/fr/knowledge?edit=teams")), `name="replaces" value="teams"`, "bascule audio RTC")
	webtest.Lacks(t, "for those who may not write", plain(kim.Open("/fr/knowledge?edit=teams")), `name="replaces"`)
	edit := func(replaces, text string) {
		t.Helper()
		sent(t, ana, "/fr/knowledge", url.Values{"service": {"teams"}, "remedy": {text}, "limits": {"À nos risques."}, "replaces": {replaces}})
	}
	edit("teams", "Passez par le pont 12.")
	edit("teams", "Passez par le pont 13.")
	edit("teams", "Coupez l'antivirus.")
	page := plain(kim.Open("/fr/knowledge"))
	webtest.Has(t, "edited", page, "Passez par le pont 13.", "version 3", "À nos risques.")
	webtest.Lacks(t, "edited", page, "pont 12", "antivirus.", "bascule audio RTC")
	webtest.Has(t, "in Japanese as it was", plain(kim.Open("/ja/knowledge")), "デスクトップ")
	webtest.Lacks(t, "in Japanese as it was", plain(kim.Open("/ja/issues/MO821132/help")), "pont 13")
	own, err := h.Store.Workarounds(t.Context(), storetest.Contoso)
	slices.SortFunc(own, func(a, b tocsin.Workaround) int { return a.Version - b.Version })
	if err != nil || len(own) != 2 || own[0].Version != 3 || own[1].Version != 4 || own[1].Holds() {
		t.Fatalf("%+v, %v", own, err)
	}
	webtest.Has(t, "edited by its id", plain(ana.Open("/fr/knowledge?edit="+own[0].ID)), "Passez par le pont 13.</textarea>")
	for _, w := range own {
		sent(t, ana, "/fr/knowledge", url.Values{"do": {"end"}, "id": {w.ID}})
	}
	webtest.Has(t, "taken back", plain(kim.Open("/fr/knowledge")), "bascule audio RTC")
	for name, replaces := range map[string]string{"another service": "exchange", "nothing": "weather"} {
		if got := ana.Status("POST", "/fr/knowledge", url.Values{"service": {"teams"}, "remedy": {"x"}, "replaces": {replaces}}); got != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, got)
		}
	}
}

// Every list of what is shipped is edited by those who write workarounds, in the
// language of the page; two people do not overwrite each other, what lowers security
// waits for a second person, and taken back, what was shipped holds again.
func TestPassagesAreEdited(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	h.Person("bo", tocsin.Grant{Role: tocsin.RoleSupportN3, TenantID: storetest.Contoso})
	ana, bo := h.Browser(), h.Browser()
	ana.Enter("ana")
	bo.Enter("bo")
	webtest.Has(t, "the list", plain(ana.Open("/fr/knowledge")), `href="/fr/knowledge/faq/mfa"`, `href="/fr/knowledge/tree/scope"`, `href="/fr/knowledge/services/teams"`, `href="/fr/knowledge/express/code"`, `href="/fr/knowledge/channels/x"`)
	webtest.Lacks(t, "for the first line", plain(kim.Open("/fr/knowledge")), "/knowledge/faq")
	if got := kim.Status("GET", "/knowledge/faq/mfa", nil); got != http.StatusForbidden {
		t.Errorf("the first line edits: status %d", got)
	}
	for _, path := range []string{"/knowledge/faq/weather", "/knowledge/weather/mfa", "/knowledge/services/services"} {
		if got := ana.Status("GET", path, nil); got != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got)
		}
	}
	step := url.Values{"name": {"Compter <b>qui</b>"}, "text": {"combien sont touchés ?"}, "version": {"1"}}
	sent(t, ana, "/fr/knowledge/tree/scope", step)
	webtest.Has(t, "edited", plain(kim.Open("/fr/knowledge")), "Compter &lt;b&gt;qui&lt;/b&gt;", "combien sont touchés ?", "version 2")
	webtest.Lacks(t, "in English", plain(kim.Open("/knowledge")), "Compter")
	webtest.Has(t, "its page", plain(ana.Open("/fr/knowledge/tree/scope")), "version 2", "affichée · ana", "Tel que livré (version 1)", `name="version" value="2"`)
	if got := bo.Status("POST", "/fr/knowledge/tree/scope", step); got != http.StatusConflict {
		t.Errorf("from an older version: status %d", got)
	}
	if got := bo.Status("POST", "/fr/knowledge/tree/scope", url.Values{"name": {"x"}, "version": {"2"}}); got != http.StatusBadRequest {
		t.Errorf("without a text: status %d", got)
	}
	if got := bo.Status("POST", "/fr/knowledge/services/teams", url.Values{"symptoms": {"a\nb"}, "signs": {"a\nb\nc"}, "first": {"a\nb\nc"}, "say": {"x"}, "version": {"1"}}); got != http.StatusBadRequest {
		t.Errorf("a symptom less: status %d", got)
	}
	sent(t, ana, "/fr/knowledge/tree/scope", url.Values{"name": {"Compter"}, "text": {"coupez l'antivirus"}, "version": {"2"}})
	webtest.Has(t, "what waits", plain(kim.Open("/fr/knowledge")), "combien sont touchés ?")
	waits := regexp.MustCompile(`name="id" value="([0-9a-f-]+)"`).FindStringSubmatch(plain(bo.Open("/fr/knowledge/tree/scope")))
	if waits == nil {
		t.Fatal("nothing to approve")
	}
	webtest.Lacks(t, "for the one who wrote it", plain(ana.Open("/fr/knowledge/tree/scope")), `value="approve"`)
	if got := ana.Status("POST", "/fr/knowledge/tree/scope", url.Values{"do": {"approve"}, "id": {waits[1]}}); got != http.StatusConflict {
		t.Errorf("approved by the one who wrote it: status %d", got)
	}
	sent(t, bo, "/fr/knowledge/tree/scope", url.Values{"do": {"approve"}, "id": {waits[1]}})
	webtest.Has(t, "approved", plain(kim.Open("/fr/knowledge")), "coupez l'antivirus Ne pas désactiver la MFA", "version 3")
	sent(t, bo, "/fr/knowledge/tree/scope", url.Values{"do": {"withdraw"}})
	page := plain(kim.Open("/fr/knowledge"))
	webtest.Has(t, "taken back", page, "un ou plusieurs utilisateurs")
	webtest.Lacks(t, "taken back", page, "antivirus Ne pas")
	if got := bo.Status("POST", "/fr/knowledge/tree/scope", url.Values{"do": {"withdraw"}}); got != http.StatusNotFound {
		t.Errorf("twice: status %d", got)
	}
	// What is edited is read where calls are qualified, too.
	sent(t, ana, "/fr/knowledge/tree/scope", url.Values{"name": {"Compter"}, "text": {"combien ?"}, "version": {"3"}})
	webtest.Has(t, "the step of a call", plain(kim.Open(sent(t, kim, "/fr/triage", url.Values{"do": {"guide"}}))), "Compter")
}

// Messages and the runbook are edited as what is known is; what cannot be filled, or
// would say what only the provider can say, is refused with its place; the message
// is shown as it reads, in each language.
func TestTemplatesAreEdited(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	ana := h.Browser()
	ana.Enter("ana")
	webtest.Has(t, "the list", plain(ana.Open("/knowledge")), `href="/knowledge/messages/closure"`, `href="/knowledge/runbook/detection"`)
	webtest.Lacks(t, "for the first line", plain(kim.Open("/knowledge")), "/knowledge/messages")
	const at = "/knowledge/messages/closure"
	page := plain(ana.Open(at))
	webtest.Has(t, "the form", page, "Messages · Closure (IT → All)", `name="line2"`, `name="else2"`, "Said once Microsoft's newest post says so", "{since}", "How it reads", "End of incident MO123456", "Nothing new from Microsoft since", "障害の終了 MO123456", "Fin d'incident MO123456")
	form := func(pairs ...string) url.Values {
		v := url.Values{"version": {"1"}}
		for _, f := range regexp.MustCompile(`(?s)<textarea[^>]* name="([a-z0-9]+)"[^>]*>([^<]*)</textarea>`).FindAllStringSubmatch(page, -1) {
			v.Set(f[1], f[2])
		}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for text, want := range map[string]string{
		"Restart {now}.":                 "There is no placeholder {now} (line 3, column 9). There are: {id}",
		"Restart {id":                    "A placeholder begins at line 3, column 9 and does not end",
		"The service is restored.":       "“The service is restored.” (line 3, column 1) holds only once Microsoft has said it",
		"":                               "Write a text.",
		strings.Repeat("all ", 255):      "Use at most 1,000 characters",
		"<script>{constructor}</script>": "There is no placeholder {constructor} (line 3, column 9)",
	} {
		response, got := ana.Send("POST", at, form("line3", text))
		if got = plain(got); response.StatusCode != http.StatusBadRequest || !strings.Contains(got, want) || strings.Contains(got, "<script>{") {
			t.Errorf("%q: status %d, want %q", text, response.StatusCode, want)
		}
	}
	if response, got := ana.Send("POST", at, form("line4", "Ask with {id}. {report}", "do", "preview", "room", "said")); response.StatusCode != http.StatusOK || !strings.Contains(plain(got), "Ask with MO123456.") || !strings.Contains(plain(got), "it is being resolved step by step") {
		t.Errorf("preview: status %d", response.StatusCode)
	}
	webtest.Lacks(t, "after a preview", plain(ana.Open(at)), "Ask with")
	room, err := h.Store.OpenIncident(t.Context(), tocsin.Incident{Title: "Mail waits", TenantIDs: []string{storetest.Contoso}, Issues: []string{"EX777"}, Zone: "UTC"}, h.Clock())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Store.OpenIncident(t.Context(), tocsin.Incident{Title: "Not theirs", TenantIDs: []string{storetest.Contoso, storetest.Fabrikam}, Zone: "UTC"}, h.Clock()); err != nil {
		t.Fatal(err)
	}
	sent(t, ana, at, form("line4", "Ask with {id}. {report}"))
	got := plain(ana.Open(at))
	webtest.Has(t, "saved", got, "version 2", "shown now · ana", "What differs", "<ins>Ask with {id}. {report}</ins>", `name="version" value="2"`)
	webtest.Lacks(t, "rooms to choose from", got, `<option value="2"`)
	_, got = ana.Send("POST", at, form("do", "preview", "room", strconv.FormatInt(room.N, 10), "line4", "Ask with {id}, please. {report}"))
	webtest.Has(t, "filled from a room", plain(got), "Ask with EX777, please.", `selected>Incident `+strconv.FormatInt(room.N, 10))
	h.Person("max", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Contoso})
	max := h.Browser()
	max.Enter("max")
	webtest.Has(t, "in the room", plain(max.Open("/incidents/1/message?of=closure")), "Ask with EX777.", "ouvrez un ticket")
	if got := ana.Status("POST", at, form("line4", "Ask with {id}! {report}")); got != http.StatusConflict {
		t.Errorf("from an older version: status %d", got)
	}
	sent(t, ana, at, url.Values{"do": {"withdraw"}})
	webtest.Has(t, "taken back", plain(max.Open("/incidents/1/message?of=closure")), "names the ID EX777")
	if got := ana.Status("POST", "/knowledge/runbook/detection", url.Values{"objective": {"x"}, "deliverable": {"x"}, "owner": {"x"}, "due": {"+20 min"}, "version": {"1"}}); got != http.StatusBadRequest {
		t.Errorf("another time than the clock's: status %d", got)
	}
	sent(t, ana, "/knowledge/runbook/detection", url.Values{"objective": {"Find out whose it is"}, "deliverable": {"x"}, "owner": {"Desk"}, "due": {"15 min"}, "version": {"1"}})
	webtest.Has(t, "in the room", plain(max.Open("/incidents/1")), "Find out whose it is", "Desk")
}
