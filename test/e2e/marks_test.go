package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/issuertest"
)

// The programs of the tests: the desk itself, as people sign in to it, and one
// that reads the Graph API for them.
const (
	deskApp  = "de500000-0000-4000-8000-000000000001"
	graphApp = "a0000000-0000-4000-8000-000000000001"
	graphAPI = "api://health.contoso.com"
)

// A colleague is one person at both doors: in a browser and through a program.
type colleague struct {
	t           *testing.T
	base, token string
	browser     *http.Client
}

// sit signs somebody in to the pages through an issuer of the settings, and
// makes their token for the Graph API.
func sit(t *testing.T, base, issuer string, server *issuertest.Server, p issuertest.Person) colleague {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := server.Act(p, graphApp, graphAPI)
	if err != nil {
		t.Fatal(err)
	}
	one := colleague{t, base, token, &http.Client{Jar: jar}}
	server.Seat(p)
	at, page := one.visit(http.MethodGet, "/login/"+issuer+"?next=/messages", nil)
	if at != "/messages" {
		t.Fatalf("signing in through %s ends at %s: %s", issuer, at, page)
	}
	return one
}

// visit follows a link or sends a form, and returns where the browser is then
// and what it shows.
func (c colleague) visit(method, path string, form url.Values) (at, page string) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := c.browser.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		c.t.Fatalf("%s %s: %s %s %v", method, path, response.Status, text, err)
	}
	return response.Request.URL.Path, string(text)
}

// act marks messages through the Graph API.
func (c colleague) act(action string, ids ...string) {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"messageIds": ids})
	if err != nil {
		c.t.Fatal(err)
	}
	post(c.t, c.base+"/v1.0/admin/serviceAnnouncement/messages/"+action, c.token, http.StatusOK, string(body))
}

// expect holds the marks in the Graph API, and the unread messages of the page,
// against those that are wanted.
func (c colleague) expect(when string, want map[string]string) {
	c.t.Helper()
	var answer struct {
		Value []struct {
			ID        string
			ViewPoint struct{ IsRead, IsArchived, IsFavorited bool }
		}
	}
	response := get(c.t, c.base+"/v1.0/admin/serviceAnnouncement/messages", c.token, &answer)
	if response.StatusCode != http.StatusOK || len(answer.Value) != len(want) {
		c.t.Fatalf("%s: messages: %s %+v", when, response.Status, answer)
	}
	_, page := c.visit(http.MethodGet, "/messages?v=all", nil)
	for _, message := range answer.Value {
		var marks []string
		for name, set := range map[string]bool{"read": message.ViewPoint.IsRead, "archived": message.ViewPoint.IsArchived, "favourite": message.ViewPoint.IsFavorited} {
			if set {
				marks = append(marks, name)
			}
		}
		slices.Sort(marks)
		if got := strings.Join(marks, " "); got != want[message.ID] {
			c.t.Errorf("%s: Graph says that %s is %q, want %q", when, message.ID, got, want[message.ID])
		}
		class := `id="` + message.ID + `" class="unread `
		if strings.Contains(want[message.ID], "read") {
			class = `id="` + message.ID + `" class="readd"`
		}
		if !strings.Contains(page, class) {
			c.t.Errorf("%s: the page lacks %s", when, class)
		}
	}
}

// Whoever signs in through an identity provider has the same marks in the pages
// as in the programs that act for them there, and nobody else has.
func TestMarksOfPagesAndPrograms(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	entra, keycloak := issuers(t)
	for _, server := range []*issuertest.Server{entra, keycloak} {
		server.AddApp(issuertest.App{ID: deskApp, Secret: "s"})
	}
	var service, first, second struct{ ID string }
	run(t, data, &service, "service", "add", "--tenant", "contoso", "--id", "Vpn", "--name", "Remote access")
	run(t, data, &first, "message", "create", "--tenant", "contoso", "--title", "A new client", "--text", "Install it.", "--service", "Vpn")
	run(t, data, &second, "message", "create", "--tenant", "contoso", "--title", "New gateways", "--text", "Nothing to do.", "--service", "Vpn")
	base := serve(t, data, "serve", "--config", settings(t, fmt.Sprintf(`
signIn:
  oidc:
    - {name: entra, issuer: %[1]s/%[2]s/v2.0, clientId: %[4]s, secret: s, roles: &roles [{value: support, role: support-n2, tenant: %[2]s}]}
    - {name: keycloak, issuer: %[3]s, clientId: %[4]s, secret: s, claim: realm_access.roles, roles: *roles}
issuers:
  - {name: entra, kind: entra, issuer: %[1]s, audiences: [%[5]s], tenants: [contoso], scopes: &scopes [ServiceMessage.Read.All, ServiceMessageViewpoint.Write]}
  - {name: keycloak, issuer: %[3]s, audiences: [%[5]s], tenants: [contoso], scopes: *scopes}
`, entra.Base(), contosoID, issuertest.Realm(keycloak.Base()), deskApp, graphAPI)))
	a, b := first.ID, second.ID
	for name, server := range map[string]*issuertest.Server{"entra": entra, "keycloak": keycloak} {
		t.Run(name, func(t *testing.T) {
			person := issuertest.Person{
				Directory: contosoID, Object: "eeeeeeee-0000-4000-8000-000000000001", Name: "first",
				Roles: []string{"support"}, Scopes: []string{"ServiceMessage.Read.All", "ServiceMessageViewpoint.Write"},
			}
			one := sit(t, base, name, server, person)
			person.Object, person.Name = "eeeeeeee-0000-4000-8000-000000000002", "second"
			other := sit(t, base, name, server, person)

			one.expect("at first", map[string]string{a: "", b: ""})
			one.visit(http.MethodGet, "/messages/"+a, nil)
			one.expect("opened in the page", map[string]string{a: "read", b: ""})
			one.act("favorite", a)
			one.act("archive", a, b)
			one.act("markRead", b)
			one.expect("marked by a program", map[string]string{a: "archived favourite read", b: "archived read"})
			one.visit(http.MethodPost, "/messages/read", url.Values{"unread": {a}})
			one.expect("unread again in the page", map[string]string{a: "archived favourite", b: "archived read"})
			one.act("markUnread", b)
			one.act("unarchive", a, b)
			one.expect("unread again by a program", map[string]string{a: "favourite", b: ""})
			one.visit(http.MethodPost, "/messages/read", url.Values{})
			one.act("unfavorite", a)
			one.expect("all read in the page", map[string]string{a: "read", b: "read"})
			other.expect("somebody else", map[string]string{a: "", b: ""})
		})
	}
}
