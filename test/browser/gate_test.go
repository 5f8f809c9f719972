package browser

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/tocsin"
)

// A row says how a route of the desk is looked at.
type row struct {
	route string // its path in the table of routes, in no language
	// who looks at it, on the demo; a stranger when empty
	who tocsin.Role
	// at lists the addresses: a path, or a path and the selector of a link on it,
	// as in "/issues > a.t", for what has ids.
	at []string
	// data says that the route answers no page; journey that its page is one of
	// those on the way of [TestPageInside].
	data, journey bool
}

// serves reports whether the route of a row answers an address.
func (r row) serves(path string) bool {
	mux := http.NewServeMux()
	mux.Handle("GET "+r.route, http.NotFoundHandler())
	_, pattern := mux.Handler(httptest.NewRequest(http.MethodGet, path, nil))
	return pattern != ""
}

// rows are all routes of the demo that answer GET, in the order of the table.
// A new page needs no more than its row here.
func rows() []row {
	const admin = tocsin.RoleAdministrator
	return []row{
		{route: "/accessibility", at: []string{"/accessibility"}},
		{route: "/account", who: admin, at: []string{"/account"}},
		{route: "/account/feeds", who: admin, at: []string{"/account/feeds"}},
		{route: "/account/feeds/remove", journey: true},
		{route: "/account/passkeys/remove", journey: true},
		{route: "/account/subscriptions", who: admin, at: []string{"/account/subscriptions"}},
		{route: "/account/subscriptions/end", journey: true},
		{route: "/admin", who: admin, at: []string{"/admin"}},
		{route: "/admin/audit", who: admin, at: []string{"/admin/audit", "/admin/audit?who=alex&what=session"}},
		{route: "/admin/audit.csv", data: true},
		{route: "/admin/clients", who: admin, at: []string{"/admin/clients"}},
		{route: "/admin/clients/{id}/revoke", who: admin, at: []string{`/admin/clients > a[href*="/revoke"]`}},
		{route: "/admin/consumers", who: admin, at: []string{"/admin/consumers"}},
		{route: "/admin/deliveries", who: admin, at: []string{"/admin/deliveries", "/admin/deliveries?state=dead&q=EX1"}},
		{route: "/admin/deliveries/{id}", journey: true},
		{route: "/admin/engines", who: admin, at: []string{"/admin/engines"}},
		{route: "/admin/contacts", who: admin, at: []string{"/admin/contacts"}},
		{route: "/admin/contacts/{id}", journey: true},
		{route: "/admin/contacts/{id}/remove", journey: true},
		{route: "/admin/liaisons", who: admin, at: []string{"/admin/liaisons"}},
		{route: "/admin/liaisons/{id}", journey: true},
		{route: "/admin/liaisons/{id}/remove", journey: true},
		{route: "/admin/publications", who: admin, at: []string{"/admin/publications"}},
		{route: "/admin/publications/{id}", who: admin, at: []string{`/admin/publications > main th a[href*="/admin/publications/"]`}},
		{route: "/admin/reachability", who: admin, at: []string{"/admin/reachability"}},
		{route: "/admin/routes", who: admin, at: []string{"/admin/routes", "/admin/routes?labels=class%3D%22advisory%22", "/admin/routes?labels=klass", "/admin/routes?item=EX1"}},
		{route: "/admin/silences", who: admin, at: []string{"/admin/silences"}},
		{route: "/admin/sites", who: admin, at: []string{"/admin/sites"}},
		{route: "/admin/sites/{id}", journey: true},
		{route: "/admin/sites/{id}/remove", journey: true},
		{route: "/admin/teams", who: admin, at: []string{"/admin/teams"}},
		{route: "/admin/teams/{id}", journey: true},
		{route: "/admin/teams/{id}/remove", journey: true},
		{route: "/admin/tenants", who: admin, at: []string{"/admin/tenants"}},
		{route: "/admin/tenants/{id}", who: admin, at: []string{`/admin/tenants > main a[href*="/admin/tenants/"]`}},
		{route: "/admin/tenants/{id}/sources/{name}/remove", journey: true},
		{route: "/admin/tenants/{id}/state", journey: true},
		{route: "/admin/translations", who: admin, at: []string{"/admin/translations", "/admin/translations?to=fr&show=written&q=mail"}},
		{route: "/admin/translations/files", who: admin, at: []string{"/admin/translations/files"}},
		{route: "/admin/translations/issues/{id}", who: admin, at: []string{"/admin/translations/issues/EX748468", "/admin/translations/issues/EX748468?to=de&post=1"}},
		{route: "/admin/translations/lines/{id}", journey: true},
		{route: "/admin/translations/lines/{id}/withdraw", journey: true},
		{route: "/admin/translations/messages/{id}", who: admin, at: []string{"/admin/translations/messages/MC1016338"}},
		{route: "/admin/translations/terms", who: admin, at: []string{"/admin/translations/terms"}},
		{route: "/admin/translations/terms/remove", journey: true},
		{route: "/admin/users", who: admin, at: []string{"/admin/users"}},
		{route: "/admin/users/{id}", who: admin, at: []string{`/admin/users > main a[href*="/admin/users/"]`}},
		{route: "/admin/users/{id}/state", journey: true},
		{route: "/api/docs", at: []string{"/api/docs"}},
		{route: "/api/openapi.json", data: true},
		{route: "/api/v2/components.json", data: true},
		{route: "/api/v2/incidents.json", data: true},
		{route: "/api/v2/incidents/unresolved.json", data: true},
		{route: "/api/v2/scheduled-maintenances.json", data: true},
		{route: "/api/v2/status.json", data: true},
		{route: "/api/v2/summary.json", data: true},
		{route: "/atom.xml", data: true},
		{route: "/badge.svg", data: true},
		{route: "/calendar.ics", data: true},
		{route: "/call/{id}", at: []string{"/call/none"}},
		{route: "/changes", at: []string{"/changes"}},
		{route: "/components", at: []string{"/components"}},
		{route: "/de/status/{tenant}", at: []string{"/de/status/contoso"}},
		{route: "/de/status/{tenant}/embed", at: []string{"/de/status/contoso/embed"}},
		{route: "/de/status/{tenant}/help", at: []string{"/de/status/contoso/help"}},
		{route: "/de/status/{tenant}/{id}/{n}", at: []string{"/de/status/contoso > main .pub__open a"}},
		{route: "/de/status/{tenant}/{id}/{n}/report", at: []string{"/de/status/contoso/EX748468/1/report"}},
		{route: "/es/status/{tenant}", at: []string{"/es/status/contoso?kind=message"}},
		{route: "/es/status/{tenant}/embed", at: []string{"/es/status/contoso/embed"}},
		{route: "/es/status/{tenant}/help", at: []string{"/es/status/contoso/help"}},
		{route: "/es/status/{tenant}/{id}/{n}", at: []string{"/es/status/contoso?kind=message > main a.t"}},
		{route: "/es/status/{tenant}/{id}/{n}/report", at: []string{"/es/status/contoso/EX748468/1/report"}},
		{route: "/events", data: true},
		{route: "/feed.json", data: true},
		{route: "/feed.xml", data: true},
		{route: "/feeds/{secret}/atom.xml", data: true},
		{route: "/feeds/{secret}/calendar.ics", data: true},
		{route: "/feeds/{secret}/feed.json", data: true},
		{route: "/feeds/{secret}/feed.xml", data: true},
		{route: "/health", data: true},
		{route: "/healthz", data: true},
		{route: "/history", at: []string{"/history", "/history?service=Exchange"}},
		{route: "/history.csv", data: true},
		{route: "/issues", at: []string{"/issues", "/issues?v=ended&type=advisory", "/issues?service=Nothing"}},
		{route: "/issues.csv", data: true},
		{route: "/issues/{id}", at: []string{"/ > #r-issues a.t", "/issues?v=ended > main a.t", "/services/RemoteAccess > main a.t"}},
		{route: "/issues/{id}/compare/{a}/{b}", at: []string{`/issues/EX748468 > a[href*="/compare/"]`}},
		{route: "/issues/{id}/files/{file}", data: true},
		{route: "/issues/{id}/help", who: tocsin.RoleSupportN1, at: []string{"/issues/EX748468/help"}},
		{route: "/issues/{id}/report", at: []string{"/issues/EX748468/report?to=fr"}},
		{route: "/knowledge", who: tocsin.RoleSupportN2, at: []string{"/knowledge"}},
		{route: "/knowledge/{list}/{id}", who: tocsin.RoleSupportN2, at: []string{"/knowledge/faq/mfa", "/knowledge/messages/closure", "/knowledge/runbook/escalation"}},
		{route: "/login", at: []string{"/login", "/login?name=reader&next=%2Faccount"}},
		{route: "/login/{provider}", at: []string{"/login/none"}},
		{route: "/login/{provider}/callback", at: []string{"/login/none/callback"}},
		{route: "/messages", at: []string{"/messages", "/messages?v=all&due=90d&owner=nobody", "/messages?service=Nothing"}},
		{route: "/messages", who: tocsin.RoleServiceSupport, at: []string{"/messages"}},
		{route: "/messages/{id}", who: tocsin.RoleServiceSupport, at: []string{"/messages > main a.t"}},
		{route: "/messages/{id}/compare/{a}/{b}", at: []string{`/messages/MC1016338 > a[href*="/compare/"]`}},
		{route: "/messages/{id}/files/{file}", data: true},
		{route: "/messages/{id}/report", who: tocsin.RoleServiceSupport, at: []string{"/messages/MC1016338/report?to=fr"}},
		{route: "/metrics", data: true},
		{route: "/own", who: admin, at: []string{"/own"}},
		{route: "/own/issues/new", who: admin, at: []string{"/own/issues/new"}},
		{route: "/own/issues/{id}", who: admin, at: []string{`/own > main a[href*="/own/issues/TC"]:not([href*="/edit"])`}},
		{route: "/own/issues/{id}/edit", who: admin, at: []string{`/own > main a[href*="/edit"]`}},
		{route: "/own/services/new", who: admin, at: []string{"/own/services/new"}},
		{route: "/own/services/{id}", who: admin, at: []string{`/own > main a[href*="/own/services/"]:not([href*="new"])`}},
		{route: "/own/work/new", who: admin, at: []string{"/own/work/new"}},
		{route: "/preferences", at: []string{"/preferences"}},
		{route: "/canary/{token}", at: []string{"/canary/none"}},
		{route: "/contact/{token}", at: []string{"/contact/none"}},
		{route: "/survey/{token}", at: []string{"/survey/none"}},
		{route: "/probes", who: admin, at: []string{"/probes"}},
		{route: "/readyz", data: true},
		{route: "/report", who: tocsin.RoleReader, at: []string{"/report", "/report?sent=exchange", "/report?at=2024-07-19T06%3A40%3A00Z&issue=EX748468"}},
		{route: "/requests", who: tocsin.RoleServiceSupport, at: []string{"/requests"}},
		{route: "/requests/new", who: tocsin.RoleServiceSupport, at: []string{"/requests/new?issue=MO821132", "/requests/new?incident=1"}},
		{route: "/requests/{n}", who: tocsin.RoleServiceSupport, at: []string{"/requests/1"}},
		{route: "/requests/{n}/edit", who: tocsin.RoleServiceSupport, at: []string{"/requests/1/edit"}},
		{route: "/requests/{n}/files/{file}", who: tocsin.RoleServiceSupport, data: true},
		{route: "/requests/{n}/pack", who: tocsin.RoleServiceSupport, data: true},
		{route: "/requests/{n}/pack.txt", who: tocsin.RoleServiceSupport, data: true},
		{route: "/search", at: []string{"/search", "/search?q=mail", "/search?q=nothing+at+all"}},
		{route: "/services", at: []string{"/services"}},
		{route: "/services/{id}", at: []string{"/services/Exchange", "/services/RemoteAccess", "/services/microsoftteams?day=" + time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)}},
		{route: "/subscribe", journey: true},
		{route: "/subscription/{token}", journey: true},
		{route: "/setup", at: []string{"/setup?code=wrong"}},
		{route: "/static/{name}", data: true},
		{route: "/status/{tenant}/api/v2/components.json", data: true},
		{route: "/status/{tenant}/api/v2/incidents.json", data: true},
		{route: "/status/{tenant}/api/v2/incidents/unresolved.json", data: true},
		{route: "/status/{tenant}/api/v2/scheduled-maintenances.json", data: true},
		{route: "/status/{tenant}/api/v2/status.json", data: true},
		{route: "/status/{tenant}/api/v2/summary.json", data: true},
		{route: "/status/{tenant}/atom.xml", data: true},
		{route: "/status/{tenant}/badge.json", data: true},
		{route: "/status/{tenant}/badge.svg", data: true},
		{route: "/status/{tenant}/embed", at: []string{"/status/contoso/embed", "/status/contoso/embed?tz=Asia/Tokyo&theme=dark"}},
		{route: "/status/{tenant}/embed.json", data: true},
		{route: "/status/{tenant}/feed.json", data: true},
		{route: "/status/{tenant}/feed.xml", data: true},
		{route: "/status/{tenant}/probe", data: true},
		{route: "/status/{tenant}/probe/{service}", data: true},
		{route: "/status/{tenant}", at: []string{"/status/contoso", "/status/contoso?class=plannedMaintenance&service=Sway", "/status/fabrikam"}},
		{route: "/status/{tenant}/help", at: []string{"/status/contoso/help"}},
		{route: "/status/{tenant}/report", at: []string{"/status/contoso/report", "/status/contoso/report?sent=teams"}},
		{route: "/status/{tenant}/{id}/{n}", at: []string{"/status/contoso > main .pub__open a", "/status/contoso?kind=message > main a.t", "/status/contoso/EX748468/1"}},
		{route: "/status/{tenant}/{id}/{n}/report", at: []string{"/status/contoso/EX748468/1/report"}},
		{route: "/tenants", at: []string{"/tenants", "/tenants?name=nobody"}},
		{route: "/incidents", who: tocsin.RoleIncidentManager, at: []string{"/incidents"}},
		{route: "/incidents/{n}", who: tocsin.RoleIncidentManager, at: []string{"/incidents/1"}},
		{route: "/incidents/{n}/handover", who: tocsin.RoleIncidentManager, at: []string{"/incidents/1/handover"}},
		{route: "/map", who: admin, at: []string{"/map", "/map?v=all", "/map?v=what-if&down=microsoftteams&slow=Exchange"}},
		{route: "/map/edit", who: admin, at: []string{"/map/edit?kind=process&name=Closing+of+the+month", "/map/edit?kind=use", "/map/edit?kind=sheet&name=Exchange"}},
		{route: "/map/file", data: true},
		{route: "/map/import", who: admin, at: []string{"/map/import"}},
		{route: "/map/sheets/{service}", who: tocsin.RoleSupportN1, at: []string{"/map/sheets/Exchange", "/map/sheets/SharePoint"}},
		{route: "/incidents/{n}/events", data: true},
		{route: "/incidents/{n}/part", data: true},
		{route: "/incidents/{n}/messages/{m}", who: tocsin.RoleIncidentManager, at: []string{"/incidents/1/messages/1"}},
		{route: "/incidents/{n}/message", who: tocsin.RoleIncidentManager, at: []string{"/incidents/1/message?of=managers"}},
		{route: "/triage", who: tocsin.RoleSupportN1, at: []string{"/triage"}},
		{route: "/triage/{id}", who: tocsin.RoleSupportN1, at: []string{"/triage/1", "/triage/2"}},
		{route: "/triage/{id}/pack", data: true},
		{route: "/triage/{id}/{name}", who: tocsin.RoleSupportN1, at: []string{
			"/triage/2/scope", "/triage/2/shd", "/triage/2/compare", "/triage/2/environment", "/triage/2/clients", "/triage/2/codes", "/triage/2/escalate", "/triage/2/nothing",
		}},
		{route: "/version", data: true},
		{route: "/wall", at: []string{"/wall"}},
		{route: "/{$}", at: []string{"/", "/?tenant=fabrikam"}},
		{route: "/{$}", who: admin, at: []string{"/"}},
		{route: "", at: []string{"/nowhere"}}, // what nobody serves
	}
}

// Each route that could answer a page has a row, and each row a route; what is
// said to be no page is none.
func TestEveryRouteHasItsRow(t *testing.T) {
	t.Parallel()
	home := base(t)
	served := map[string]bool{"": true}
	for _, route := range running.info.Routes {
		if path, ok := strings.CutPrefix(route.Pattern, "GET "); ok && route.Handle != nil {
			served[path] = true
		}
	}
	listed := map[string]bool{}
	for _, r := range rows() {
		listed[r.route] = true
		if !served[r.route] {
			t.Errorf("the row of %q has no route", r.route)
		}
		if r.data != (r.at == nil && !r.journey) {
			t.Errorf("the row of %q says nothing to look at", r.route)
		}
		if r.data && !strings.HasSuffix(r.route, "/events") { // which does not end
			plain := strings.NewReplacer("{id}", "EX748468", "{file}", "none", "{name}", "none", "{secret}", "none", "{tenant}", "none", "{service}", "none").Replace(r.route)
			answer(t, home+plain)
		}
	}
	for path := range served {
		for _, prefix := range languages {
			if rest, ok := strings.CutPrefix(path, cmp.Or(prefix, "/en")); ok && (rest == "" || served[rest]) {
				path = "" // the same in a language
			}
		}
		if !listed[path] {
			t.Errorf("the route GET %s has no row in the gate: say in rows() how it is reached, and it is looked at in every language, theme and width", path)
		}
	}
}

// answer fails where what is said to be data is a page.
func answer(t *testing.T, address string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode == http.StatusOK && strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%s is a page", address)
	}
}

// Every page is as it should be, for everybody.
func TestPage(t *testing.T) {
	t.Parallel()
	base(t)
	for _, code := range []string{"en", "fr", "ja"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			watcher{t: t, code: code, tabs: map[tocsin.Role]*browsertest.Tab{}}.all()
		})
	}
}

// A watcher looks at the pages in one language.
type watcher struct {
	t    *testing.T
	code string
	tabs map[tocsin.Role]*browsertest.Tab
}

func (w watcher) all() {
	n := 0
	for _, r := range rows() {
		for _, at := range r.at {
			if number := n; slices.Contains(turn(n), w.code) {
				w.t.Run(strings.ReplaceAll(at, "/", "_"), func(t *testing.T) {
					w.look(t, r, at, number)
				})
			}
			n++
		}
	}
}

func (w watcher) look(t *testing.T, r row, at string, n int) {
	t.Helper()
	tab := w.tab(r.who)
	path, link, linked := strings.Cut(at, " > ")
	prefix := languages[w.code]
	if r.route == "/api/docs" || strings.HasPrefix(r.route, "/es/") || strings.HasPrefix(r.route, "/de/") {
		prefix = "" // it has one language
	}
	if tab.Go(base(w.t) + prefix + path); linked {
		href := browsertest.Eval[string](tab, fmt.Sprintf(`document.querySelector(%q)?.href ?? ""`, link))
		if href == "" {
			t.Errorf("%s: no link %s", path, link)
			return
		}
		tab.Go(href)
	}
	name := r.route
	if path != r.route {
		name += " at " + at
	}
	if r.who != "" {
		name += " as " + string(r.who)
	}
	sound(t, tab, strings.TrimPrefix(name, " at "), w.code, n)
}

// tab is one in which somebody has signed in.
func (w watcher) tab(who tocsin.Role) *browsertest.Tab {
	if w.tabs[who] == nil {
		tab := browsertest.Open(w.t)
		watched(tab)
		if who != "" {
			one := personOf(w.t, who)
			tab.Go(base(w.t) + "/login")
			submit(tab, ".login__form", map[string]string{"name": one.Name, "password": one.Password})
			tab.Wait(`location.pathname === "/"`)
		}
		w.tabs[who] = tab
	}
	return w.tabs[who]
}
