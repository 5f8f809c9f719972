package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// People, clients and tenants are run in the pages, and each change is one
// entry in the audit log.
func TestAdministration(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	b := h.Browser()
	b.Enter("alex")
	audited := func(what string, form url.Values, path string, want int, action string) string {
		t.Helper()
		before, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		response, body := b.Send("POST", path, form)
		after, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
		if err != nil || response.StatusCode != want || after[0].N != before[0].N+1 || after[0].Action != action || after[0].Actor.Name != "alex" || after[0].Actor.Address != "127.0.0.1" {
			t.Errorf("%s: %s, entry %+v after %d, %v", what, response.Status, after[0], before[0].N, err)
		}
		return body
	}
	secretOf := func(body string) string {
		_, rest, _ := strings.Cut(body, `id="shown" value="`)
		secret, _, _ := strings.Cut(rest, `"`)
		return secret
	}
	made := secretOf(audited("add", url.Values{"name": {"Kim"}, "role": {"support-n1"}, "tenant": {storetest.Contoso}}, "/admin/users", 200, "user.add"))
	kim, _, err := h.Store.User(t.Context(), "kim")
	if err != nil || len(made) != 20 || kim.Grants[0].TenantID != storetest.Contoso {
		t.Fatalf("kim = %+v, %v, password %q", kim, err, made)
	}
	own := h.Browser()
	if own.Status("POST", "/login", url.Values{"name": {"kim"}, "password": {made}}) != http.StatusSeeOther {
		t.Error("the password that was shown does not sign in")
	}
	audited("roles", url.Values{"grant": {"support-n1@" + storetest.Contoso}, "role": {"reader"}, "tenant": {storetest.Fabrikam}}, "/admin/users/"+kim.ID+"/roles", 303, "user.roles")
	if own.Status("GET", "/account", nil, "Accept", "*/*") != http.StatusUnauthorized {
		t.Error("the session outlives a change of roles")
	}
	audited("password", url.Values{}, "/admin/users/"+kim.ID+"/password", 200, "user.password")
	audited("keep out", url.Values{"state": {"disabled"}}, "/admin/users/"+kim.ID+"/state", 303, "user.disable")
	secret := secretOf(audited("client", url.Values{"client": {"monitor"}, "tenant": {storetest.Contoso}, "scope": {tocsin.ScopeServiceHealth}}, "/admin/clients", 200, "client.add"))
	clients, err := h.Store.Clients(t.Context(), storetest.Contoso)
	if err != nil || len(clients) != 1 || !strings.HasPrefix(secret, "tcs_") {
		t.Fatalf("clients = %+v, %v, secret %q", clients, err, secret)
	}
	if _, body := b.Send("GET", "/admin/clients", nil); strings.Contains(body, secret) {
		t.Error("the secret is shown again")
	}
	audited("rotate", url.Values{}, "/admin/clients/"+clients[0].ID+"/rotate", 200, "client.rotate")
	audited("revoke", url.Values{}, "/admin/clients/"+clients[0].ID+"/revoke", 303, "client.revoke")
	const third = "33333333-3333-4333-8333-333333333333"
	audited("tenant", url.Values{"id": {third}, "label": {"Wingtip"}, "domain": {"wingtip.example wingtip.test"}}, "/admin/tenants", 303, "tenant.add")
	audited("change", url.Values{"label": {"wingtip"}, "displayName": {"Wingtip Toys"}, "domain": {"wingtip.example"}}, "/admin/tenants/"+third, 303, "tenant.change")
	audited("disable", url.Values{"state": {"disabled"}}, "/admin/tenants/"+third+"/state", 303, "tenant.change")
	if tenant, err := h.Store.Tenant(t.Context(), "wingtip"); err != nil || !tenant.Disabled || tenant.Title() != "Wingtip Toys" || len(tenant.Domains) != 1 {
		t.Errorf("tenant = %+v, %v", tenant, err)
	}
	for _, path := range []string{"/admin/users", "/admin/users/" + kim.ID, "/admin/clients", "/admin/tenants", "/admin/tenants/" + third, "/admin/audit", "/account", "/fr/admin/tenants", "/ja/admin/users"} {
		response, body := b.Send("GET", path, nil)
		if response.StatusCode != http.StatusOK || strings.Contains(body, "⟦") || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s: %s, or a text is missing", path, response.Status)
		}
	}
	if v, err := h.Store.VerifyAudit(t.Context(), 0, tocsin.Hash{}); err != nil || v.Problem != "" {
		t.Errorf("audit log: %+v, %v", v, err)
	}
}

// The last administrator cannot lock everybody out, and is told in their own
// language.
func TestLastAdministrator(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	alex := h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Contoso})
	b := h.Browser()
	b.Enter("alex")
	for path, form := range map[string]url.Values{"/roles": {"role": {"reader"}}, "/state": {"state": {"disabled"}}} {
		response, body := b.Send("POST", "/fr/admin/users/"+alex.ID+path, form)
		if response.StatusCode != http.StatusConflict || !strings.Contains(body, "C’est le dernier administrateur") {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
	if b.Status("GET", "/admin/audit", nil) != http.StatusOK {
		t.Error("the administrator was locked out")
	}
}
