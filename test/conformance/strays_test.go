package conformance

import (
	"encoding/json"
	"strings"
	"testing"
)

// Addresses that miss an API by a slash, a letter or a part: each is explained
// in the form of that API, never by a page, never by a redirect, and names the
// right one.
func strays(t *testing.T, d *desk) {
	legacy, graph, own, token := `{"error":{"code":"AF30010.  `, `{"error":{"code":"ResourceNotFound"`, `{"type":"about:blank"`, `{"error":"invalid_request"`
	for _, tt := range []struct{ target, form, meant string }{
		{"//api/v1.0/contoso.example/ServiceComms/Services", legacy, "/api/v1.0/contoso.example/ServiceComms/Services"},
		{"///api/v1.0/contoso.example/ServiceComms/Services", legacy, "/api/v1.0/contoso.example/ServiceComms/Services"},
		{"/api//v1.0/contoso.example/ServiceComms/Services", legacy, "/api/v1.0/contoso.example/ServiceComms/Services"},
		{"/./api/v1.0/contoso.example/ServiceComms/Messages", legacy, "/api/v1.0/contoso.example/ServiceComms/Messages"},
		{"/x/../api/v1.0/contoso.example/ServiceComms/Messages", legacy, "/api/v1.0/contoso.example/ServiceComms/Messages"},
		{"/api%2fv1.0/contoso.example/ServiceComms/Messages", legacy, "/api/v1.0/contoso.example/ServiceComms/Messages"},
		{"/API/V1.0/contoso.example/servicecomms/messages/", legacy, "/api/v1.0/contoso.example/ServiceComms/Messages"},
		{"/contoso.example/ServiceComms/Messages", legacy, "/api/v1.0/contoso.example/ServiceComms/Messages"},
		{"/api/v1.0//contoso.example/ServiceComms/Messages", legacy, "/api/v1.0/contoso.example/ServiceComms/Messages"},
		{"/api/v1.0/contoso.example/ServiceComms%2FMessages", legacy, "/api/v1.0/contoso.example/ServiceComms/Messages"},
		{"/api/v1.0/x/../contoso.example/ServiceComms/Messages", legacy, "/api/v1.0/contoso.example/ServiceComms/Messages"},
		{"/ServiceComms/CurrentStatus", legacy, "/api/v1.0/{tenant}/ServiceComms/CurrentStatus"},
		{"/api", legacy, "/api/v1.0/{tenant}/ServiceComms"},
		{"/api/", legacy, "/api/v1.0/{tenant}/ServiceComms"},
		{"/api/v2", legacy, "/api/v1.0/{tenant}/ServiceComms"},
		{"/api/v2.0/contoso.example/ServiceComms/Messages", legacy, "/api/v1.0/contoso.example/ServiceComms/Messages"},
		{"//v1.0/admin/serviceAnnouncement/issues", graph, "/v1.0/admin/serviceAnnouncement/issues"},
		{"/./v1.0/admin/serviceAnnouncement/issues/", graph, "/v1.0/admin/serviceAnnouncement/issues"},
		{"/x/../beta/admin/serviceAnnouncement/issues", graph, "/beta/admin/serviceAnnouncement/issues"},
		{"/v1.0%2Fadmin%2FserviceAnnouncement%2Fissues", graph, "/v1.0/admin/serviceAnnouncement/issues"},
		{"/v2.0/admin/serviceAnnouncement/issues", graph, "/v1.0/admin/serviceAnnouncement/issues"},
		{"/v2.0", graph, "/v1.0/"},
		{"/v1/", graph, "/v1.0/"},
		{"/v1.0//admin/serviceAnnouncement/issues", graph, "/v1.0/admin/serviceAnnouncement/issues"},
		{"/v1.0/admin/serviceAnnouncement/issues//", graph, "/v1.0/admin/serviceAnnouncement/issues"},
		{"/v1.0//users", graph, "/v1.0/admin/serviceAnnouncement"},
		{"/admin/serviceAnnouncement/messages", graph, "/v1.0/admin/serviceAnnouncement/messages"},
		{"/Admin/ServiceAnnouncement/", graph, "/v1.0/Admin/ServiceAnnouncement"},
		{"/$metadata", graph, "/v1.0/$metadata"},
		{"//api/tocsin/v1/tenants", own, "/api/tocsin/v1/tenants"},
		{"/Api/Tocsin/V1/tenants/", own, "/api/tocsin/v1/tenants"},
		{"/api/tocsin", own, "/api/tocsin/v1/"},
		{"/api/tocsin/v2/tenants", own, "/api/tocsin/v1/"},
		{"/api/docs/", own, "/api/docs"},
		{"/api/swagger", own, "/api/tocsin/v1/"},
		{"//contoso.example/oauth2/v2.0/token", token, "/contoso.example/oauth2/v2.0/token"},
		{"/contoso.example/oauth2/token/", token, "/contoso.example/oauth2/token"},
		{"/contoso.example/OAuth2/V2.0/Token", token, "/contoso.example/oauth2/v2.0/token"},
		{"/contoso.example//oauth2/token", token, "/contoso.example/oauth2/token"},
		{"/oauth2/v2.0/token", token, "/{tenant}/oauth2/v2.0/token"},
		{"/contoso.example/oauth2/v2.0/authorize", token, "/contoso.example/oauth2/v2.0/token"},
		{"/.well-known/openid-configuration", token, "/{tenant}/.well-known/openid-configuration"},
		{"/healthz/", "There is nothing", "/healthz"},
		{"//metrics", "There is nothing", "/metrics"},
	} {
		for _, accept := range []string{"application/json", "*/*", "text/html"} {
			for _, method := range []string{"GET", "POST"} {
				who := ""
				switch { // the API itself answers, which tells strangers nothing
				case strings.HasPrefix(tt.target, "/v1.0/"):
					who = "graph contoso"
				case strings.HasPrefix(tt.target, "/api/v1.0/"):
					who = "legacy contoso"
				}
				got := d.ask(t, who, method, tt.target, "", "Accept", accept)
				if got.status != 404 || !strings.HasPrefix(got.body, tt.form) || got.header.Get("Location") != "" {
					t.Errorf("%s %s for %s: %d %v %.200s, want %s", method, tt.target, accept, got.status, got.header, got.body, tt.form)
				}
				if !strings.Contains(got.body, "Did you mean "+tt.meant+"?") {
					t.Errorf("%s %s: %.300s, want %s", method, tt.target, got.body, tt.meant)
				}
			}
		}
	}
	for _, target := range []string{"/", "/nothing", "/issues/NOPE", "//issues", "/fr/nothing", "/account", "/static/nothing.css", "/favicon.ico/x"} {
		for _, accept := range []string{"application/json", "application/json, text/plain, */*", "application/problem+json"} {
			got := d.ask(t, "", "GET", target, "", "Accept", accept)
			if kind := got.header.Get("Content-Type"); got.status >= 400 && (kind != "application/problem+json" || !json.Valid([]byte(got.body))) {
				t.Errorf("%s for %s: %d %s %.200s", target, accept, got.status, kind, got.body)
			}
		}
	}
	if got := d.ask(t, "", "GET", "/nothing", "", "Accept", "text/html"); got.status != 404 || !strings.HasPrefix(got.body, "<!") {
		t.Errorf("people get no page: %d %.200s", got.status, got.body)
	}
}
