package web_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// secret puts a message about data privacy into a tenant.
func (h *house) secret(tenant string) {
	h.t.Helper()
	h.message(tenant, tocsin.Message{
		ID: "MC9", Title: "Confidential inquiry", Services: []string{"Exchange Online"}, Category: "preventOrFixIssue", Severity: "normal", Tags: []string{"Data privacy"},
		StartAt: storetest.T0, ModifiedAt: storetest.T0, ActionRequiredBy: h.clock().AddDate(0, 0, 3), ContentType: "text", Content: "Confidential details.",
	})
}

// Messages about data privacy are there for those who may read them, in the
// tenants in which they may, and for nobody else on any page.
func TestPrivacyPosts(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.messages()
	h.secret(storetest.Contoso)
	h.secret(storetest.Fabrikam)
	reader := tocsin.Grant{Role: tocsin.RoleReader}
	h.person("admin", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.person("privacy", reader, tocsin.Grant{Role: tocsin.RolePrivacyReader, TenantID: storetest.Contoso})
	h.person("support", tocsin.Grant{Role: tocsin.RoleServiceSupport})
	h.person("reader", reader)
	for _, tt := range []struct {
		who, tenant string
		sees        bool
	}{
		{"admin", "contoso", true},
		{"admin", "fabrikam", true},
		{"privacy", "contoso", true},
		{"privacy", "fabrikam", false},
		{"support", "contoso", false},
		{"reader", "contoso", false},
	} {
		b := h.browser()
		b.enter(tt.who)
		for _, path := range []string{"/messages?", "/messages?v=all&due=30d&", "/search?q=confidential&", "/search?q=MC9+inquiry&", "/?", "/fr/messages?", "/ja/?", "/calendar.ics?"} {
			_, page := b.send("GET", path+"tenant="+tt.tenant, nil)
			if got := strings.Contains(page, `/messages/MC9`); got != tt.sees || !tt.sees && strings.Contains(page, "Confidential") {
				t.Errorf("%s at %s of %s: shown %t, want %t", tt.who, path, tt.tenant, got, tt.sees)
			}
		}
		want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[tt.sees]
		for _, path := range []string{"/messages/mc9?", "/messages/MC9/compare/1/1?"} {
			if got := b.status("GET", path+"tenant="+tt.tenant, nil); got != want {
				t.Errorf("%s at %s of %s: status %d, want %d", tt.who, path, tt.tenant, got, want)
			}
		}
	}
	b := h.browser()
	b.enter("support")
	if got := b.status("POST", "/messages/MC9/handling?tenant=contoso", map[string][]string{"state": {"done"}}); got != http.StatusNotFound {
		t.Errorf("handling of what one may not read: status %d", got)
	}
}
