package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// maxKeys is how many key presses the call of a known outage may take, from the
// page with the questions to the verdict.
const maxKeys = 14

// keyed is a call: the keys that answer it, and where it comes to.
type keyed struct {
	name, tenant string
	keys         []string
	open         func(h hand) // what is done after the first verdict, nil for nothing
	fr, ja       string       // the verdict
}

// The keys go from one group of questions to the next: an arrow chooses within
// one, Space ticks or chooses where the keyboard is.
func keyedCalls() []keyed {
	const down, tab, space, enter = kb.ArrowDown, kb.Tab, " ", kb.Enter
	result := func(field string, ups int) func(h hand) {
		return func(h hand) {
			h.press(`a[href*="/clients"]`)
			h.arrives(`location.pathname.endsWith("/clients")`)
			h.to("#" + field)
			for range ups {
				h.tab.Press(kb.ArrowUp)
			}
			h.press(`button[value="verdict"]`)
			h.arrives(`/triage\/\d+$/.test(location.pathname)`)
		}
	}
	return []keyed{
		{name: "the outage MO821132", tenant: "contoso", keys: []string{space, tab, space, tab, space, tab, space, tab, tab, space, tab, space, enter}, fr: "Incident global : rattacher à MO821132", ja: "世界規模のインシデント：MO821132 に関連付ける"},
		{name: "a proxy intercepts", tenant: "fabrikam", keys: []string{down, tab, space, tab, tab, tab, tab, space, down, tab, down, down, enter}, fr: "Cause locale : le réseau", ja: "社内側の原因：ネットワーク"},
		{name: "names lie", tenant: "fabrikam", keys: []string{down, tab, space, tab, tab, tab, tab, space, down, tab, down, down, down, enter}, fr: "Cause locale : le réseau", ja: "社内側の原因：ネットワーク"},
		{name: "one broken client", tenant: "fabrikam", keys: []string{down, down, down, tab, space, tab, tab, tab, tab, space, enter}, open: result("other-client", 3), fr: "Cause locale : le poste", ja: "社内側の原因：端末"},
		{name: "identity", tenant: "fabrikam", keys: []string{down, down, tab, tab, tab, tab, space, tab, space, tab, down, enter}, open: result("account", 3), fr: "Cause locale : le compte ou l'identité", ja: "社内側の原因：アカウントまたは認証"},
	}
}

// Five calls are qualified by keyboard alone, with and without script, and the
// one of a known outage in few key presses.
func TestTriageByKeyboard(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN1})
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "MO821132", Title: "Users may be unable to access various Microsoft 365 apps and services", Service: "Microsoft 365 suite", ServiceID: tocsin.SuiteID, Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, ContentType: "text", Content: "User impact: access fails."}},
	})
	for _, script := range []bool{true, false} {
		tab := browsertest.Open(t)
		if !script {
			tab.NoScript()
		}
		tab.Go(h.Base + "/login")
		hand{t, tab}.signIn("kim", webtest.Password)
		tab.Wait(`location.pathname === "/"`)
		for _, code := range []string{"fr", "ja"} {
			for _, call := range keyedCalls() {
				tab.Go(h.Base + "/" + code + "/triage?tenant=" + call.tenant)
				tab.Wait(`document.readyState === "complete" && document.activeElement.name === "scope"`)
				for _, key := range call.keys {
					tab.Press(key)
				}
				tab.Wait(`/triage\/\d+$/.test(location.pathname) && document.readyState === "complete"`)
				if call.open != nil {
					call.open(hand{t, tab})
				}
				want := map[string]string{"fr": call.fr, "ja": call.ja}[code]
				got := strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(browsertest.Eval[string](tab, `document.querySelector("h1").textContent`))
				if got != want {
					t.Errorf("%s in %s, script %v: %q, want %q", call.name, code, script, got, want)
				}
			}
		}
	}
	if n := len(keyedCalls()[0].keys); n > maxKeys {
		t.Errorf("the call of a known outage takes %d key presses, more than %d", n, maxKeys)
	}
}
