package native_test

import (
	"fmt"
	"strings"
	"testing"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/native"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/store/storetest"
)

// fill puts what path parameters stand for into a pattern.
func fill(pattern, tenant string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, strings.NewReplacer("{tenant}", tenant, "{id}", "TC1001", "{name}", "graph", "{n}", "1").Replace(path)
}

// Every route refuses strangers, foreign tenants and those who lack its
// permission, in this order and always in the same form.
func TestEveryRouteRefuses(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.must(201, "POST", "fabrikam", fabrikam+"/services", vpn)
	d.must(201, "POST", "fabrikam", fabrikam+"/issues", `{"service":"Vpn","title":"Canary kestrel"}`)
	for _, route := range d.api.Routes() {
		method, path := fill(route.Pattern, "contoso")
		_, foreign := fill(route.Pattern, "fabrikam")
		_, nowhere := fill(route.Pattern, "nowhere")
		body := ""
		if method != "GET" && !strings.HasSuffix(path, "/poll") {
			body = "{}"
		}
		want := func(status int, got reply) {
			t.Helper()
			if got.status != status || got.header.Get("Content-Type") != "application/problem+json" || got.body["status"] != float64(status) || got.string("title") == "" || !strings.HasPrefix(got.string("instance"), "urn:uuid:") {
				t.Errorf("%s: %d %v %s, want %d", route.Pattern, got.status, got.header, got.text, status)
			}
			if cache := got.header.Get("Cache-Control"); cache != "private, no-store" {
				t.Errorf("%s: Cache-Control %q", route.Pattern, cache)
			}
			if strings.Contains(got.text, "kestrel") {
				t.Errorf("%s tells about another tenant: %s", route.Pattern, got.text)
			}
		}
		anonymous := d.ask(method, "", path, body)
		want(401, anonymous)
		if challenge := anonymous.header.Get("WWW-Authenticate"); challenge != `Bearer realm="`+base+`"` {
			t.Errorf("%s: challenge %q", route.Pattern, challenge)
		}
		forged := d.ask(method, "forged", path, body)
		want(401, forged)
		if !strings.Contains(forged.header.Get("WWW-Authenticate"), `error="invalid_token"`) {
			t.Errorf("%s: challenge %q", route.Pattern, forged.header.Get("WWW-Authenticate"))
		}
		want(404, d.ask(method, "nobody", path, body))
		poor := d.ask(method, "nothing", path, body)
		want(403, poor)
		if !strings.Contains(poor.header.Get("WWW-Authenticate"), `scope="`+route.Needs.Scope()+`"`) {
			t.Errorf("%s: challenge %q", route.Pattern, poor.header.Get("WWW-Authenticate"))
		}
		if route.Needs != access.ReadDesk {
			want(403, d.ask(method, "reader", path, body))
		}
		if foreign == path { // no tenant in the path
			continue
		}
		there, not := d.ask(method, "contoso", foreign, body), d.ask(method, "contoso", nowhere, body)
		want(403, there)
		want(403, not)
		if there.string("detail") != not.string("detail") {
			t.Errorf("%s: %q for a tenant that exists, %q for none", route.Pattern, there.text, not.text)
		}
	}
}

// Outside of the routes strangers learn nothing, and those who may enter get
// 404 or 405.
func TestOtherPaths(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	for path, status := range map[string]int{
		"/api/tocsin/v1":                                  404,
		"/api/tocsin/v1/":                                 404,
		"/api/tocsin/v1/nothing":                          404,
		"/api/tocsin/v1//tenants":                         404,
		"/api/tocsin/v1/../v1/tenants":                    404,
		"/api/tocsin/v1/tenants/":                         404,
		"/api/tocsin/v1/tenants/contoso/issues/%2e%2e":    404,
		"/api/tocsin/v1/tenants/contoso/issues/a%2Fb":     404,
		"/api/tocsin/v1/tenants/contoso/issues/%00":       404,
		"/api/tocsin/v1/tenants/contoso/issues/%ff":       404,
		"/api/tocsin/v1/tenants/contoso/issues/TC9":       404,
		"/api/tocsin/v1/tenants/CONTOSO.com/issues":       200,
		"/api/tocsin/v1/tenants/contoso/verification/x":   404,
		"/api/tocsin/v1/tenants/contoso/issues/TC9/posts": 405,
	} {
		if got := d.ask("GET", "contoso", path, ""); got.status != status {
			t.Errorf("%s: %d %s, want %d", path, got.status, got.text, status)
		}
		if got := d.ask("GET", "", path, ""); got.status != 401 {
			t.Errorf("%s: %d for a stranger, want 401", path, got.status)
		}
	}
	if got := d.ask("DELETE", "contoso", contoso+"/issues", ""); got.status != 405 || got.header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("DELETE: %d %v", got.status, got.header)
	}
	if got := d.ask("HEAD", "contoso", contoso+"/issues", ""); got.status != 200 || got.text != "" {
		t.Errorf("HEAD: %d %q", got.status, got.text)
	}
	if got := d.ask("GET", "contoso", contoso, "", "Authorization", "Basic x"); got.status != 401 {
		t.Errorf("another scheme: %d", got.status)
	}
}

// The ids and texts of one tenant are nothing to another.
func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.must(201, "POST", "fabrikam", fabrikam+"/services", vpn)
	d.must(201, "POST", "fabrikam", fabrikam+"/issues", `{"service":"Vpn","title":"Canary kestrel"}`)
	d.must(201, "POST", "fabrikam", fabrikam+"/messages", `{"title":"Canary kestrel","content":"x"}`)
	for _, path := range []string{"/issues/TC1001", "/messages/TC1002", "/services/Vpn", "/issues/TC1001/versions", "/issues/TC1001/versions/1", "/issues/TC1001/differences"} {
		got, none := d.ask("GET", "contoso", contoso+path, ""), d.ask("GET", "contoso", contoso+strings.ReplaceAll(path, "TC10", "TC90"), "")
		if got.status != 404 || none.status != 404 || got.string("title") != none.string("title") {
			t.Errorf("%s: %s, want the same as %s", path, got.text, none.text)
		}
	}
	for _, path := range []string{"/issues", "/messages", "/maintenance", "/services", "/changes", "/sources", "/polls"} {
		if got := d.must(200, "GET", "contoso", contoso+path, ""); len(got.body["value"].([]any)) != 0 {
			t.Errorf("%s: %s", path, got.text)
		}
	}
	if got := d.must(200, "GET", "contoso", "/api/tocsin/v1/tenants", ""); strings.Contains(got.text, "fabrikam") {
		t.Errorf("tenants: %s", got.text)
	}
	d.must(400, "POST", "contoso", contoso+"/issues/TC1001/posts", `{"content":"x","status":"nonsense"}`)
	d.must(404, "POST", "contoso", contoso+"/issues/TC1001/posts", `{"content":"x"}`)
	d.must(400, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"x"}`)
}

func TestManagers(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	list := d.must(200, "GET", "all", "/api/tocsin/v1/tenants", "")
	if len(list.body["value"].([]any)) != 2 {
		t.Errorf("tenants: %s", list.text)
	}
	added := d.must(201, "POST", "all", "/api/tocsin/v1/tenants", `{"id":"33333333-3333-4333-8333-333333333333","name":"Litware","domains":["litware.com"]}`)
	if added.string("name") != "litware" || added.string("shape") != "both" || added.header.Get("Location") != "/api/tocsin/v1/tenants/33333333-3333-4333-8333-333333333333" {
		t.Errorf("added: %v %s", added.header, added.text)
	}
	d.must(409, "POST", "all", "/api/tocsin/v1/tenants", `{"id":"44444444-4444-4444-8444-444444444444","name":"x","domains":["litware.com"]}`)
	bad := d.must(400, "POST", "all", "/api/tocsin/v1/tenants", `{"id":"4","name":"!"}`)
	if len(bad.body["errors"].([]any)) != 2 {
		t.Errorf("bad tenant: %s", bad.text)
	}
	one := d.must(200, "GET", "all", "/api/tocsin/v1/tenants/litware.com", "")
	tag := one.header.Get("ETag")
	d.must(304, "GET", "all", "/api/tocsin/v1/tenants/litware.com", "", "If-None-Match", tag)
	d.must(412, "GET", "all", "/api/tocsin/v1/tenants/litware.com", "", "If-Match", `"3-0123456789abcdef"`)
	d.must(200, "GET", "all", "/api/tocsin/v1/tenants/litware.com", "", "If-Match", tag)
	d.must(304, "GET", "all", "/api/tocsin/v1/tenants/litware.com", "", "If-Match", "*", "If-None-Match", tag)
	d.must(200, "PATCH", "all", "/api/tocsin/v1/tenants/litware", `{"disabled":true,"groups":["emea"]}`, "If-Match", tag)
	d.must(412, "PATCH", "all", "/api/tocsin/v1/tenants/litware", `{"disabled":false}`, "If-Match", tag)
	d.must(404, "GET", "all", "/api/tocsin/v1/tenants/nowhere", "")
	d.must(403, "GET", "all", fabrikam+"/issues", "") // managing is not reading
	d.must(403, "POST", "all", fabrikam+"/services", vpn)
	d.must(200, "GET", "all", fabrikam+"/sources", "")
	d.must(200, "PATCH", "contoso", contoso, `{"groups":["a","b"]}`)
	d.must(403, "PATCH", "contoso", contoso, `{"disabled":true}`)
	d.must(200, "PATCH", "all", contoso, `{"disabled":true}`)
	d.must(403, "GET", "contoso", contoso, "")
	d.must(403, "GET", "contoso", contoso+"/issues", "")
	d.must(200, "PATCH", "all", contoso, `{"disabled":false}`)
	d.must(200, "GET", "contoso", contoso, "")
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	d := newDesk(t, t.TempDir()+"/tocsin.db", func(c *native.Config) { c.Admission = httpserver.NewAdmission(everyToken(), access.NewLimiter(1)) })
	d.must(200, "GET", "contoso", contoso, "")
	if got := d.must(429, "GET", "contoso", contoso, ""); got.header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
	}
	d.must(401, "GET", "", contoso, "")
}

func TestSources(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	if err := d.store.PutSource(t.Context(), storetest.Contoso, "graph", 180e9); err != nil {
		t.Fatal(err)
	}
	got := d.must(200, "GET", "contoso", contoso+"/sources/graph", "")
	if got.string("state") != "new" || got.string("every") != "3m0s" {
		t.Errorf("source: %s", got.text)
	}
	d.must(202, "POST", "contoso", contoso+"/sources/graph/poll", "")
	d.must(404, "POST", "contoso", contoso+"/sources/nothing/poll", "")
	d.must(404, "GET", "contoso", contoso+"/sources/nothing", "")
	// What the desk writes is no source, and makes none stale.
	d.must(201, "POST", "contoso", contoso+"/services", vpn)
	list := d.must(200, "GET", "contoso", contoso+"/sources", "")
	if len(list.body["value"].([]any)) != 1 {
		t.Errorf("sources: %s", list.text)
	}
	snapshot, err := d.model.Snapshot(t.Context(), storetest.Contoso)
	if err != nil || snapshot.Stale {
		t.Errorf("the tenant is stale: %v, %v", snapshot.Stale, err)
	}
}

// A follower gets every change once, also when it asks one at a time.
func TestFollow(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.must(201, "POST", "contoso", contoso+"/services", vpn)
	d.must(201, "POST", "fabrikam", fabrikam+"/services", vpn)
	d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"Slow"}`)
	after, seen := 0.0, []string{}
	for {
		got := d.must(200, "GET", "contoso", fmt.Sprintf("%s/changes?limit=1&after=%.0f", contoso, after), "")
		list := got.body["value"].([]any)
		if len(list) == 0 {
			break
		}
		change := list[0].(map[string]any)
		seen = append(seen, fmt.Sprint(change["kind"], " ", change["id"]))
		after = got.body["nextSequence"].(float64)
	}
	if got := strings.Join(seen, ", "); got != "service Vpn, overview Vpn, issue TC1001, overview Vpn" {
		t.Errorf("followed %s", got)
	}
}
