package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What takes something away asks first, on a page that changes nothing, and
// says what will happen.
func TestTakingAwayAsksFirst(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	kim := h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	client := tocsin.Client{ID: signin.NewID(), TenantID: storetest.Contoso, Name: "monitor", Scopes: tocsin.TenantScopes(), CreatedAt: storetest.T0}
	if err := h.Store.AddClient(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	b := h.Browser()
	b.Enter("alex")
	before, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/admin/clients/" + client.ID + "/revoke":           "Revoke monitor?",
		"/admin/users/" + kim.ID + "/state":                 "Disable kim?",
		"/admin/tenants/" + storetest.Contoso + "/state":    "Disable contoso?",
		"/fr/admin/tenants/" + storetest.Contoso + "/state": "Désactiver contoso\u202f?",
	} {
		_, body := b.Send("GET", path, nil)
		webtest.Has(t, path, body, want, `method="post" action="`+path)
	}
	for _, path := range []string{"/admin/clients/none/revoke", "/admin/users/none/state", "/admin/tenants/none/state", "/admin/tenants/" + storetest.Contoso + "/sources/none/remove", "/account/passkeys/remove?id=00"} {
		if got := b.Status("GET", path, nil); got != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got)
		}
	}
	after, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || after[0].N != before[0].N {
		t.Errorf("asking was written down as entry %d after %d, %v", after[0].N, before[0].N, err)
	}
}

// A program is called by its name in the audit log, also where it can be
// chosen; one that is not known any more, by its id.
func TestAuditNamesClients(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	b := h.Browser()
	b.Enter("alex")
	b.Send("POST", "/admin/clients", url.Values{"client": {"monitor & co"}, "tenant": {storetest.Contoso}, "scope": {tocsin.ScopeServiceHealth}})
	clients, err := h.Store.Clients(t.Context(), storetest.Contoso)
	if err != nil || len(clients) != 1 {
		t.Fatal(clients, err)
	}
	for i, id := range []string{clients[0].ID, "0b7c0000-0000-4000-8000-000000000000"} {
		ctx := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "client " + id})
		if err := h.Store.AddTenant(ctx, tocsin.Tenant{ID: signin.NewID(), Name: fmt.Sprintf("tenant%d", i), CreatedAt: storetest.T0}); err != nil {
			t.Fatal(err)
		}
	}
	_, page := b.Send("GET", "/fr/admin/audit", nil)
	for _, want := range []string{`<th role="rowheader" scope="row" class="first">Client monitor &amp; co</th>`, `>Client monitor &amp; co</option>`, ">client 0b7c0000-"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// The audit log is narrowed by who, what, where and when, and saved as a table.
func TestAuditIsFiltered(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.Browser()
	b.Enter("alex")
	b.Send("POST", "/admin/clients", url.Values{"client": {"monitor"}, "tenant": {storetest.Contoso}, "scope": {tocsin.ScopeServiceHealth}})
	for query, want := range map[string]struct{ has, lacks string }{
		"who=alex":                     {"<code translate=\"no\">client.add</code>", "<code translate=\"no\">user.add</code>"},
		"who=desk&what=user.add":       {"<code translate=\"no\">user.add</code>", "<code translate=\"no\">client.add</code>"},
		"in=" + storetest.Contoso:      {"<code translate=\"no\">client.add</code>", "<code translate=\"no\">session.begin</code>"},
		"what=session.begin":           {">Password</td>", "client.add</code>"},
		"who=nobody":                   {"No entry fits the filter.", "<tbody"},
		"who=alex&what=tenant.add":     {"No entry fits the filter.", "<tbody"},
		"period=1d&what=client.add":    {`href="/admin/audit.csv?period=1d&amp;what=client.add"`, "No entry fits the filter."},
		"who=%3Cscript%3E&period=%27x": {"No entry fits the filter.", "<script>"},
	} {
		_, body := b.Send("GET", "/admin/audit?"+query, nil)
		body = strings.ReplaceAll(body, "<wbr>", "")
		if !strings.Contains(body, want.has) || strings.Contains(body, want.lacks) {
			t.Errorf("%s: the page lacks %q or has %q", query, want.has, want.lacks)
		}
	}
	response, body := b.Send("GET", "/admin/audit.csv?what=client.add", nil)
	lines := strings.Split(strings.TrimSpace(body), "\n")
	if response.Header.Get("Content-Disposition") != `attachment; filename="tocsin-audit.csv"` || len(lines) != 2 || !strings.Contains(lines[1], ",alex,") {
		t.Errorf("table: %s, %q", response.Header.Get("Content-Disposition"), lines)
	}
}

// What is taken is said at its field, in the language of the page.
func TestTakenIsSaidAtTheField(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	b := h.Browser()
	b.Enter("alex")
	const third = "33333333-3333-4333-8333-333333333333"
	client := url.Values{"client": {"monitoring"}, "tenant": {storetest.Contoso}, "scope": {tocsin.ScopeServiceHealth}}
	if status := b.Status("POST", "/admin/clients", client); status != http.StatusOK {
		t.Fatal(status)
	}
	for _, tt := range []struct {
		path, field, en, fr, ja string
		form                    url.Values
	}{
		{"/admin/clients", "client", "This tenant already has a client of that name.", "Ce locataire a déjà un client de ce nom.", "同じ名前のクライアントがすでにあります", client},
		{"/admin/tenants", "id", "There is a tenant with that id already.", "Il existe déjà un locataire avec cet identifiant.", "この ID のテナントはすでにあります", url.Values{"id": {storetest.Contoso}, "label": {"other"}}},
		{"/admin/tenants", "label", "Another tenant has that name.", "Un autre locataire porte déjà ce nom.", "別のテナントがこの名前を使用しています", url.Values{"id": {third}, "label": {"contoso"}}},
		{"/admin/tenants", "domain", "Another tenant has one of these domains.", "Un autre locataire possède l’un de ces domaines.", "別のテナントがこのドメインを使用しています", url.Values{"id": {third}, "label": {"other"}, "domain": {"contoso.com"}}},
		{"/admin/tenants/" + storetest.Fabrikam, "label", "Another tenant has that name.", "Un autre locataire porte déjà ce nom.", "別のテナントがこの名前を使用しています", url.Values{"label": {"contoso"}}},
	} {
		for prefix, want := range map[string]string{"": tt.en, "/fr": tt.fr, "/ja": tt.ja} {
			response, body := b.Send("POST", prefix+tt.path, tt.form)
			if response.StatusCode != http.StatusConflict || !strings.Contains(body, `id="`+tt.field+`-e"`) || !strings.Contains(body, want) {
				t.Errorf("%s%s, %s: %s, without %q at its field", prefix, tt.path, tt.field, response.Status, want)
			}
		}
	}
}
