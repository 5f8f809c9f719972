package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// T-62: nobody in the first line silences anything; who may gives a reason and an
// end within a day, it is audited, and every page of the tenant says so while it
// holds.
func TestSilences(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	h.Person("lou", tocsin.Grant{Role: tocsin.RoleSupportN1})
	h.Person("mia", tocsin.Grant{Role: tocsin.RoleServiceSupport, TenantID: storetest.Contoso})
	h.Person("noa", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam})
	enter := func(name string) *webtest.Browser {
		b := h.Browser()
		b.Enter(name)
		return b
	}
	lou, mia, noa := enter("lou"), enter("mia"), enter("noa")
	form := url.Values{"matchers": {`service="Exchange"`}, "of": {storetest.Contoso}, "lasts": {"2"}, "reason": {"Work of <our> own"}}
	if lou.Status("POST", "/admin/silences", form) != http.StatusForbidden || lou.Status("GET", "/admin/silences", nil) != http.StatusForbidden {
		t.Error("the first line may silence")
	}
	changed := func(key, value string) url.Values {
		f := url.Values{}
		for k, v := range form {
			f[k] = v
		}
		f.Set(key, value)
		return f
	}
	for _, test := range []struct {
		key, value string
		status     int
		want       string
	}{
		{"of", storetest.Fabrikam, http.StatusNotFound, ""},
		{"of", "desk", http.StatusNotFound, ""},
		{"of", "", http.StatusNotFound, ""},
		{"reason", " ", http.StatusBadRequest, "Say why, in at most"},
		{"matchers", `service=~".*"`, http.StatusBadRequest, "Write conditions that are understood"},
		{"lasts", "25", http.StatusBadRequest, "A silence ends within 24 hours"},
		{"lasts", "", http.StatusBadRequest, "It ends before it starts"},
	} {
		response, page := mia.Send("POST", "/admin/silences", changed(test.key, test.value))
		if response.StatusCode != test.status || !strings.Contains(html.UnescapeString(page), test.want) {
			t.Errorf("%s=%q: %d, want %d with %q in %s", test.key, test.value, response.StatusCode, test.status, test.want, page)
		}
		if test.status == http.StatusBadRequest && test.key != "reason" && !strings.Contains(page, "Work of &lt;our&gt; own") {
			t.Errorf("%s=%q: the page forgets the reason", test.key, test.value)
		}
	}
	if page := noa.Open("/issues"); strings.Contains(page, "held back until") {
		t.Error("a banner before there is a silence")
	}
	if got := mia.Status("POST", "/fr/admin/silences", form); got != http.StatusSeeOther {
		t.Fatalf("add: %d", got)
	}
	for path, wants := range map[string][]string{
		"/admin/silences": {"service=&#34;Exchange&#34;", "contoso", "Work of &lt;our&gt; own", "by mia", "holds", "End the silence of service=&#34;Exchange&#34;"},
		"/issues":         {"Messages are held back until ", "Work of &lt;our&gt; own (mia)", `href="/admin/silences`},
		"/fr/issues":      {"Des messages sont retenus jusqu’à ", "Work of &lt;our&gt; own (mia)"},
		"/ja/issues":      {"まで一部の通知を抑止しています。"},
	} {
		webtest.Has(t, path, mia.Open(path), wants...)
	}
	webtest.Has(t, "the first line", lou.Open("/issues?tenant=contoso"), "Messages are held back until ")
	webtest.Lacks(t, "the first line", lou.Open("/issues?tenant=contoso"), `href="/admin/silences`)
	webtest.Lacks(t, "another tenant", noa.Open("/issues"), "held back")
	list, err := h.Store.Silences(t.Context(), h.Clock())
	if err != nil || len(list) != 1 || !list[0].EndsAt.Equal(list[0].StartsAt.Add(2*time.Hour)) {
		t.Fatal(list, err)
	}
	end := "/admin/silences/" + list[0].ID + "/end"
	if lou.Status("POST", end, nil) != http.StatusForbidden || noa.Status("POST", end, nil) != http.StatusForbidden {
		t.Error("others may end it")
	}
	if mia.Status("POST", end, nil) != http.StatusSeeOther || mia.Status("POST", end, nil) != http.StatusConflict || mia.Status("POST", "/admin/silences/none/end", nil) != http.StatusNotFound {
		t.Error("ending")
	}
	h.Pass(time.Second) // a page is the same for a second
	webtest.Lacks(t, "after its end", mia.Open("/issues"), "held back")
	webtest.Has(t, "after its end", mia.Open("/admin/silences"), "ended by mia")
	log, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 2})
	if err != nil || len(log) != 2 || log[0].Action != "silence.end" || log[1].Action != "silence.add" || log[1].Actor.Name != "mia" || log[1].TenantID != storetest.Contoso {
		t.Errorf("%+v, %v", log, err)
	}
}

// A silence of the whole desk shows where it may concern a tenant, and tells
// nobody of other tenants.
func TestSilencesOfTheDesk(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	h.Person("mia", tocsin.Grant{Role: tocsin.RoleServiceSupport, TenantID: storetest.Contoso})
	for matchers, reason := range map[string]string{`tenant_name="fabrikam"`: "Fabrikam moves", `group="emea",class="advisory"`: "For EMEA", `service="Teams"`: "For all"} {
		s := tocsin.Silence{ID: tocsin.NewGUID(), Matchers: matchers, Reason: reason, StartsAt: h.Clock(), EndsAt: h.Clock().Add(time.Hour)}
		if _, err := h.Store.AddSilence(t.Context(), s, h.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	b := h.Browser()
	b.Enter("mia")
	page := b.Open("/issues")
	webtest.Has(t, "/issues", page, "For EMEA", "For all")
	webtest.Lacks(t, "/issues", page, "Fabrikam moves", `href="/admin/silences"`)
	webtest.Lacks(t, "/admin/silences", regexp.MustCompile(`(?s)<main.*</main>`).FindString(b.Open("/admin/silences")), "Fabrikam moves", "For all")
	h.Pass(time.Hour)
	webtest.Lacks(t, "an hour later", b.Open("/issues"), "held back")
}

// The tree of routes is shown with who hears, and a form says who would.
func TestRoutes(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	b := h.Browser()
	b.Enter("alex")
	for path, wants := range map[string][]string{
		"/admin/routes":    {"class=&#34;incident&#34;", "ops-hook, duty-mail", "not within night", "gathered for daily 08:00 Europe/Paris", "everything else", "Around the next change of the clock:", "is not told; both agree in tenant, service"},
		"/fr/admin/routes": {"ops-hook, duty-mail", "pas pendant night", "tout le reste"},
		"/ja/admin/routes": {"そのほかすべて"},
		"/admin/routes?labels=" + url.QueryEscape(`class="incident", service="Exchange", severity="degraded", issue="EX1"`): {"Who would hear now", "routes[0]", "hear by a route above already: duty-mail", "{issue=&#34;EX1&#34;}"},
	} {
		webtest.Has(t, path, b.Open(path), wants...)
	}
	for _, labels := range []string{`klass="incident"`, `class!="incident"`, `class`, `=`, strings.Repeat("x", 2000)} {
		response, page := b.Send("GET", "/admin/routes?labels="+url.QueryEscape(labels), nil)
		if response.StatusCode != http.StatusBadRequest || !strings.Contains(page, "Write labels that there are") {
			t.Errorf("%.40s: %d", labels, response.StatusCode)
		}
	}
}

// What a channel would say of an item is shown as text, each part in its language.
func TestPreview(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	b := h.Browser()
	b.Enter("alex")
	ask := func(item, channel, of string) string {
		return "/admin/routes?" + url.Values{"item": {item}, "channel": {channel}, "of": {of}}.Encode()
	}
	page := b.Open(ask(" EX1 ", "wall", storetest.Contoso))
	webtest.Has(t, "wall", page, "What a channel would say", `aria-label="As wall would say it"`, `<p lang="fr"><b>Courrier &lt;b&gt;lent&lt;/b&gt;</b></p>`, `<p lang="en">Users wait.</p>`,
		`<small lang="fr">(traduction automatique)</small>`, "Sans titre.", "Centre de services", `<option value="wall" selected>`, `value="EX1"`)
	for path, want := range map[string]int{
		ask("EX9", "wall", storetest.Contoso): http.StatusNotFound, ask("EX1", "nobody", storetest.Contoso): http.StatusNotFound,
		ask("EX2", "wall", storetest.Contoso): http.StatusOK, ask("EX1", "wall", "strange"): http.StatusNotFound, ask("", "wall", "strange"): http.StatusOK,
	} {
		if response, page := b.Send("GET", path, nil); response.StatusCode != want || strings.Contains(page, "Courrier") {
			t.Errorf("%s: %d, want %d", path, response.StatusCode, want)
		}
	}
	webtest.Has(t, "fr", b.Open("/fr"+ask("EX2", "wall", storetest.Contoso)), "La traduction est en cours")
}
