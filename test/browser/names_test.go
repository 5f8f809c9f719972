package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/tocsin"
)

// reading reads pages with the session of a tab that is on the desk.
func reading(tab *browsertest.Tab) func(path string) string {
	return func(path string) string {
		text, _ := json.Marshal(path) // never fails for strings
		return browsertest.Eval[string](tab, `fetch(`+string(text)+`).then((r) => r.status < 500 && (r.headers.get("Content-Type") ?? "").startsWith("text/html") ? r.text() : "")`)
	}
}

// hostilePeople makes everything whose name somebody chooses be called as the
// payloads are, as far as the desk takes them, and returns the pages of some
// of the people. Names of tenants and sources take no such characters.
func hostilePeople(t *testing.T, desk *app.App, admin tocsin.User) (pages []string) {
	t.Helper()
	now := time.Now()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := desk.Archive.ChangeTenant(t.Context(), contoso, func(tenant *tocsin.Tenant) error {
		for i := 0; i < len(payloads); i += 3 {
			tenant.Groups = append(tenant.Groups, payloads[i])
		}
		return nil
	})
	check(err)
	for i, payload := range payloads {
		client := tocsin.Client{ID: signin.NewID(), TenantID: contoso, Name: payload, Scopes: tocsin.TenantScopes(), CreatedAt: now}
		if len(payload) <= 100 && i%2 == 0 {
			_, err := app.AddClient(t.Context(), desk.Programs, client)
			check(err)
		}
		if utf8.RuneCountInString(payload) <= 100 {
			team := tocsin.Team{ID: tocsin.NewGUID(), TenantID: contoso, Name: payload, CreatedAt: now}
			if len(team.Name) < 98 { // two of the payloads differ in letter case alone
				team.Name += strconv.Itoa(i)
			}
			check(desk.People.AddTeam(t.Context(), team))
			_, err := desk.People.ChangeHandling(t.Context(), contoso, fmt.Sprintf("MC%07d", i%12+1), now, func(h *tocsin.Handling) error {
				*h = tocsin.Handling{State: tocsin.HandlingStates()[1], Owner: tocsin.TeamParty(team.ID)}
				return nil
			})
			check(err)
		}
		if utf8.RuneCountInString(payload) > 100 || i%3 != 1 {
			payload = strings.Repeat("W", 100)
		}
		user := tocsin.User{ID: signin.NewID(), Name: fmt.Sprint(payload, i), Display: payload, Issuer: payload, Subject: fmt.Sprint(i), CreatedAt: now}
		check(desk.People.AddUser(t.Context(), user, ""))
		if i < 12 {
			pages = append(pages, "/admin/users/"+user.ID)
			check(desk.People.AddPasskey(t.Context(), tocsin.Passkey{ID: []byte{byte(i)}, UserID: admin.ID, Name: payloads[i], Credential: []byte("{}"), CreatedAt: now}))
		}
	}
	return pages
}

// visitAs signs somebody in with a browser that calls itself something.
func visitAs(t *testing.T, base, agent, name, password string) {
	t.Helper()
	form := url.Values{"name": {name}, "password": {password}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("User-Agent", agent)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Errorf("signing in as %q: %s", agent, response.Status)
	}
}

// hostileNames looks at the pages behind sign-in: what people, programs,
// groups, teams that own, passkeys and browsers are called is text on all of them.
func hostileNames(t *testing.T, tab *browsertest.Tab, desk *app.App) {
	t.Helper()
	admin := tocsin.User{ID: signin.NewID(), Name: "kim", Display: payloads[0], Grants: []tocsin.Grant{{Role: tocsin.RoleAdministrator}}}
	if err := desk.Door.AddUser(t.Context(), admin, password); err != nil {
		t.Fatal(err)
	}
	people := hostilePeople(t, desk, admin)
	visitAs(t, desk.Base(), payloads[11], admin.Name, password)
	visitAs(t, desk.Base(), strings.Repeat("W", 400), admin.Name, password)
	enter(tab, desk.Base(), admin.Name)
	paths := slices.DeleteFunc(crawl(reading(tab), kindOf), func(path string) bool { return path == "/nowhere" })
	paths = append(append(paths, people...), "/messages/MC0000001", "/login?"+url.Values{"name": {payloads[1]}, "next": {payloads[57]}}.Encode())
	for i, path := range paths {
		if about.MatchString(path) && !sampled(i) {
			continue
		}
		tab.Size([]int{1440, 390}[i%2], 900)
		tab.Go(desk.Base() + path)
		for _, found := range browsertest.Eval[[]string](tab, findings) {
			t.Errorf("%s: %s", path, found)
		}
	}
	for _, path := range []string{"/account", "/admin/users", "/admin/clients", "/admin/tenants", "/admin/audit"} {
		if !slices.Contains(paths, path) {
			t.Errorf("no link leads to %s", path)
		}
	}
}
