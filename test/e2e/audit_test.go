package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	vocabulary "example.org/tocsin/internal/tocsin"
)

// A witness reads the audit log of a desk from outside.
type witness struct {
	t       *testing.T
	archive *storetest.Desk
	data    string
}

// expect does something and finds who did what to which thing in the log.
func (w *witness) expect(action, who, address, object string, do func()) {
	w.t.Helper()
	before, start := w.last(), time.Now().Add(-time.Microsecond)
	do()
	entries, err := w.archive.Audit(w.t.Context(), store.AuditQuery{Limit: 20})
	if err != nil {
		w.t.Fatal(err)
	}
	found := slices.IndexFunc(entries, func(e vocabulary.AuditEntry) bool {
		return e.N > before && e.Action == action && strings.Contains(e.Object, object)
	})
	if found < 0 {
		w.t.Errorf("%s of %q by %s left no entry", action, object, who)
		return
	}
	if e := entries[found]; e.Actor.Name != who || e.Actor.Address != address || e.At.Before(start.Truncate(time.Microsecond)) || e.At.After(time.Now()) {
		w.t.Errorf("%s: %q from %q at %v, want %q from %q", action, e.Actor.Name, e.Actor.Address, e.At, who, address)
	}
}

func (w *witness) last() int64 {
	w.t.Helper()
	entries, err := w.archive.Audit(w.t.Context(), store.AuditQuery{Limit: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(entries) == 0 {
		return 0
	}
	return entries[0].N
}

// command expects an entry of a command, in the name of the command line.
func (w *witness) command(action, object string, args ...string) (printed map[string]any) {
	w.t.Helper()
	w.expect(action, "command line", "", object, func() { run(w.t, w.data, &printed, args...) })
	return printed
}

func (w *witness) file(name, content string) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// Whatever somebody changes, by whichever door, is in the audit log under their
// name: what, where from and when.
func TestAuditOfEveryDoor(t *testing.T) {
	t.Parallel()
	w := &witness{t: t, data: filepath.Join(t.TempDir(), "desk")}
	run(t, w.data, &map[string]any{}, "migrate")
	var err error
	if w.archive, err = storetest.New(t.Context(), filepath.Join(w.data, "tocsin.db")); err != nil {
		t.Fatal(err)
	}
	defer w.archive.Close()
	client := w.commands()
	person := w.command("user.add", "alex", "user", "add", "alex", "--role", "administrator")
	settings := w.file("tocsin.yaml", `
clouds: [{name: closed, login: "http://127.0.0.1:1", graph: "http://127.0.0.1:1/v1.0"}]
tenants:
  - {name: wingtip, tenantId: 33333333-3333-4333-8333-333333333333, kind: file, label: drop, path: "`+w.file("empty.json", `{"value":[]}`)+`", provider: Acme, every: 1h}
`)
	var base string
	w.expect("tenant.put", "settings file", "", "wingtip", func() {
		w.expect("source.put", "settings file", "", "drop", func() {
			w.expect("source.provider", "settings file", "", "drop", func() { base = serve(t, w.data, "serve", "--config", settings) })
		})
	})
	w.api(base, client)
	w.pages(base, person["password"].(string))
	if v, err := w.archive.VerifyAudit(t.Context(), 0, vocabulary.Hash{}); err != nil || v.Problem != "" || v.Entries < 45 {
		t.Errorf("VerifyAudit = %+v, %v", v, err)
	}
}

// commands runs every command that changes something and returns a client of
// the own API.
func (w *witness) commands() map[string]any {
	w.t.Helper()
	w.command("tenant.add", "contoso", "tenant", "add", "--id", contosoID, "--name", "contoso", "--domain", "contoso.com")
	client := w.command("client.add", "robot", "client", "add", "--name", "robot", "--scope", "Desk.Read", "--scope", "Desk.Author", "--scope", "Desk.Manage", "--tenant", "contoso")
	other := w.command("client.add", "other", "client", "add", "--name", "other", "--scope", "Desk.Read", "--tenant", "contoso")["clientId"].(string)
	secret := w.command("client.secret.add", "other", "client", "secret", "add", other)
	w.command("client.secret.revoke", "other", "client", "secret", "revoke", other, secret["id"].(string))
	w.command("token.create", "other", "token", "create", "--client", other)
	w.command("client.revoke", "other", "client", "revoke", other)
	key := w.command("key.add", "", "key", "rotate")
	w.command("key.retire", "all but ", "key", "rotate")
	w.command("key.revoke", "all but ", "key", "rotate", "--revoke")
	if key["id"] == "" {
		w.t.Errorf("key = %v", key)
	}
	w.command("user.add", "kim", "user", "add", "kim", "--role", "reader")
	w.command("user.disable", "kim", "user", "disable", "kim")
	w.command("user.enable", "kim", "user", "enable", "kim")
	w.command("user.password", "kim", "user", "passwd", "kim")
	w.command("team.add", "Mail", "team", "add", "Mail", "--tenant", "contoso", "--member", "kim")
	w.command("contact.add", "Mail", "contact", "add", "--team", "Mail", "--tenant", "contoso", "--phone", "112")
	w.command("contact.remove", "Mail", "contact", "remove", "Mail")
	w.command("team.remove", "Mail", "team", "remove", "Mail")
	w.command("site.add", "Paris", "site", "add", "Paris", "--seats", "12")
	w.command("site.remove", "Paris", "site", "remove", "Paris")
	w.command("archive.import", "import", "import", w.file("issue.json", sample), "--tenant", "contoso")
	w.command("file.attach", "issue EX20119", "attach", "EX20119", w.file("review.txt", "what happened"), "--tenant", "contoso")
	w.command("item.write", "service Vpn", "service", "add", "--id", "Vpn", "--name", "Remote access", "--tenant", "contoso")
	w.command("item.write", "issue TC1001", "issue", "create", "--service", "Vpn", "--title", "Slow", "--status", "serviceDegradation", "--tenant", "contoso")
	w.command("item.write", "issue TC1001", "issue", "post", "TC1001", "--text", "We look.", "--tenant", "contoso")
	w.command("item.write", "issue TC1001", "issue", "resolve", "TC1001", "--text", "Over.", "--tenant", "contoso")
	w.command("item.write", "message TC1002", "message", "create", "--title", "New", "--text", "Install it.", "--tenant", "contoso")
	return client
}

// api sends every request of the own API that changes something.
func (w *witness) api(base string, client map[string]any) {
	w.t.Helper()
	id, secret := client["clientId"].(string), client["clientSecret"].(string)
	response, err := http.PostForm(base+"/contoso.com/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "resource": {base}, "client_id": {id}, "client_secret": {secret},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var token struct {
		Token string `json:"access_token"`
	}
	decode(w.t, response, &token)
	if err := w.archive.PutSource(w.t.Context(), contosoID, "idle", 24*time.Hour); err != nil {
		w.t.Fatal(err)
	}
	api := base + "/api/tocsin/v1/"
	for _, tt := range []struct{ action, object, method, path, body string }{
		{"item.write", "service Fax", "POST", "/services", `{"id":"Fax","name":"Fax"}`},
		{"item.write", "service Fax", "PATCH", "/services/Fax", `{"name":"Telefax"}`},
		{"item.write", "issue TC1003", "POST", "/issues", `{"service":"Fax","title":"No paper","status":"serviceDegradation"}`},
		{"item.write", "issue TC1003", "PATCH", "/issues/TC1003", `{"title":"No paper at all"}`},
		{"item.write", "issue TC1003", "POST", "/issues/TC1003/posts", `{"content":"We look."}`},
		{"item.write", "issue TC1003", "POST", "/issues/TC1003/resolve", `{"content":"Over."}`},
		{"item.write", "issue TC1004", "POST", "/maintenance", `{"service":"Fax","title":"Toner","startAt":"2030-01-05T20:00:00Z","endAt":"2030-01-05T22:00:00Z"}`},
		{"item.write", "issue TC1004", "PATCH", "/maintenance/TC1004", `{"title":"Toner and paper"}`},
		{"item.write", "message TC1005", "POST", "/messages", `{"title":"News","content":"Read it."}`},
		{"item.write", "message TC1005", "PATCH", "/messages/TC1005", `{"title":"No news"}`},
		{"message.handle", "TC1005", "PUT", "/messages/TC1005/handling", `{"state":"done","owner":"kim"}`},
		{"source.poll", "idle", "POST", "/sources/idle/poll", ""},
		{"team.add", "Fax team", "POST", "teams", `{"name":"Fax team"}`},
		{"site.add", "Lyon", "POST", "sites", `{"name":"Lyon"}`},
	} {
		w.expect(tt.action, "client "+id, "127.0.0.1", tt.object, func() {
			at := api + tt.path
			if strings.HasPrefix(tt.path, "/") {
				at = api + "tenants/contoso.com" + tt.path
			}
			w.send(http.DefaultClient, tt.method, at, tt.body, http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token.Token}, "If-Match": {"*"}})
		})
	}
}

// send sends a request that must succeed.
func (w *witness) send(by *http.Client, method, address, body string, header http.Header) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header = header
	response, err := by.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 400 {
		w.t.Errorf("%s %s %s: %s", method, address, body, response.Status)
	}
}

// pages sends every form that changes something, as the administrator alex.
func (w *witness) pages(base, password string) {
	w.t.Helper()
	jar, _ := cookiejar.New(nil) // never fails
	alex := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := func(action, object, path string, values url.Values) {
		w.t.Helper()
		w.expect(action, "alex", "127.0.0.1", object, func() {
			w.send(alex, "POST", base+path, values.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
		})
	}
	enter := func() { form("session.begin", "", "/login", url.Values{"name": {"alex"}, "password": {password}}) }
	enter()
	form("user.add", "sam", "/admin/users", url.Values{"name": {"sam"}, "role": {"reader"}})
	sam, _, err := w.archive.User(w.t.Context(), "sam")
	if err != nil {
		w.t.Fatal(err)
	}
	form("user.roles", "sam", "/admin/users/"+sam.ID+"/roles", url.Values{"role": {"support-n1"}})
	form("user.password", "sam", "/admin/users/"+sam.ID+"/password", url.Values{})
	form("user.disable", "sam", "/admin/users/"+sam.ID+"/state", url.Values{"state": {"disabled"}})
	form("user.enable", "sam", "/admin/users/"+sam.ID+"/state", url.Values{"state": {"active"}})
	form("client.add", "monitor", "/admin/clients", url.Values{"client": {"monitor"}, "tenant": {contosoID}, "scope": {"ServiceHealth.Read"}})
	clients, err := w.archive.Clients(w.t.Context(), contosoID)
	if err != nil {
		w.t.Fatal(err)
	}
	monitor := clients[slices.IndexFunc(clients, func(c vocabulary.Client) bool { return c.Name == "monitor" })].ID
	form("client.rotate", "monitor", "/admin/clients/"+monitor+"/rotate", url.Values{})
	form("client.revoke", "monitor", "/admin/clients/"+monitor+"/revoke", url.Values{})
	const fourth = "44444444-4444-4444-8444-444444444444"
	form("tenant.add", "fourth", "/admin/tenants", url.Values{"id": {fourth}, "label": {"fourth"}})
	form("tenant.change", "fourth", "/admin/tenants/"+fourth, url.Values{"label": {"fourth"}, "group": {"eu"}})
	form("source.put", "graph", "/admin/tenants/"+fourth+"/sources", url.Values{
		"source": {"graph"}, "cloud": {"closed"}, "clientId": {"aaaaaaaa-0000-4000-8000-000000000001"}, "secret": {"secret"}, "every": {"1h"},
	})
	form("source.remove", "graph", "/admin/tenants/"+fourth+"/sources/graph/remove", url.Values{})
	in := "?in=" + contosoID
	form("team.add", "Messaging", "/admin/teams"+in, url.Values{"called": {"Messaging"}, "members": {sam.ID}})
	form("site.add", "Nice", "/admin/sites"+in, url.Values{"called": {"Nice"}})
	form("contact.add", "sam", "/admin/contacts"+in, url.Values{"of": {"user:" + sam.ID}, "phone": {"112"}})
	form("liaison.add", "sam", "/admin/liaisons"+in, url.Values{"user": {sam.ID}, "reach": {"by day"}})
	form("message.handle", "TC1002", "/messages/TC1002/handling?tenant=contoso", url.Values{"state": {"done"}, "owner": {"user:" + sam.ID}})
	form("user.password", "alex", "/account/password", url.Values{"old": {password}, "password": {password + "!"}})
	password += "!"
	enter()
	form("session.end", "", "/logout", url.Values{})
}

// decode reads the JSON of an answer that must be well.
func decode(t *testing.T, response *http.Response, into any) {
	t.Helper()
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", response.Request.URL, response.Status, err)
	}
}
