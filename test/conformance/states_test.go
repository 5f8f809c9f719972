package conformance

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
)

// afCode is the form of the legacy API's codes: a number, a full stop, two
// blanks, a sentence.
var afCode = regexp.MustCompile(`^AF\d{3,5}\.  \S.*\.$`)

// A fault is a way to spoil a request, and the statuses that may answer it.
type fault struct {
	name    string
	query   string
	headers []string
	method  string
	path    string // put behind the path of the route
}

// faults are the classes of bad input of the rules that both APIs keep, and
// some requests that are good.
func faults() []fault {
	long := strings.Repeat("a", 9000)
	return []fault{
		{name: "none"},
		{name: "bad escape", query: "$filter=%zz"},
		{name: "half an escape", query: "$filter=Id%2"},
		{name: "semicolon", query: "$top=5;$filter=x"},
		{name: "nul", query: "$filter=%00"},
		{name: "control character", query: "$top=1%0d%0aX:y"},
		{name: "broken UTF-8", query: "$filter=%ff"},
		{name: "overlong UTF-8", query: "$filter=%c0%af"},
		{name: "unknown option", query: "nope=1"},
		{name: "unknown system option", query: "$nope=1"},
		{name: "option that is not offered", query: "$apply=x"},
		{name: "option twice", query: "$top=1&$top=2"},
		{name: "option twice in two spellings", query: "$top=1&top=2"},
		{name: "no option name", query: "=1"},
		{name: "not a number", query: "$top=x"},
		{name: "negative", query: "$skip=-1"},
		{name: "huge number", query: "$top=99999999999999999999"},
		{name: "no filter", query: "$filter="},
		{name: "half a filter", query: "$filter=id%20eq"},
		{name: "unknown property", query: "$filter=nope%20eq%201"},
		{name: "property of the store", query: "$filter=TenantId%20eq%20'x'"},
		{name: "wrong type", query: "$filter=startswith(1,2)"},
		{name: "sql", query: "$filter=1=1;--"},
		{name: "always true", query: "$filter=true"},
		{name: "or true", query: "$filter=false%20or%20true"},
		{name: "quote", query: "$filter=Id%20eq%20'x'''%20or%20''%20eq%20'"},
		{name: "deep", query: "$filter=" + strings.Repeat("(", 300) + "true" + strings.Repeat(")", 300)},
		{name: "many nots", query: "$filter=" + strings.Repeat("not%20", 300) + "true"},
		{name: "many parts", query: "$filter=true" + strings.Repeat("%20or%20true", 300)},
		{name: "long", query: "$filter=Id%20eq%20'" + long + "'"},
		{name: "arithmetic", query: "$filter=1%20add%201%20eq%202"},
		{name: "no such function", query: "$filter=sleep(5)"},
		{name: "expand nothing", query: "$expand=nope"},
		{name: "crafted expand", query: "$expand=issues($expand=issues($expand=issues("},
		{name: "expand without an end", query: "$expand=issues($filter=("},
		{name: "select nothing", query: "$select=nope"},
		{name: "order by nothing", query: "$orderby=nope%20desc"},
		{name: "order by a collection", query: "$orderby=posts"},
		{name: "forged page token", query: "$skiptoken=AAAA"},
		{name: "empty page token", query: "$skiptoken="},
		{name: "search without an end", query: "$search=\"a"},
		{name: "unknown format", query: "$format=atom"},
		{name: "leap second", query: "$filter=startDateTime%20gt%202026-06-30T23:59:60Z"},
		{name: "no zone", query: "$filter=startDateTime%20gt%202026-06-30T23:59:59"},
		{name: "no such day", query: "$filter=startDateTime%20gt%202026-02-30"},
		{name: "only atom", headers: []string{"Accept", "application/atom+xml"}},
		{name: "nonsense accept", headers: []string{"Accept", ";;;,,,"}},
		{name: "odata 3", headers: []string{"OData-MaxVersion", "3.0"}},
		{name: "nonsense version", headers: []string{"OData-MaxVersion", "x"}},
		{name: "odata 5", headers: []string{"OData-Version", "5.0"}},
		{name: "large header", headers: []string{"X-Large", strings.Repeat("a", 20<<10)}},
		{name: "two tokens", headers: []string{"Authorization", "Bearer x"}},
		{name: "compressed", headers: []string{"Content-Encoding", "gzip"}},
		{name: "nonsense preference", headers: []string{"Prefer", "odata.maxpagesize=-1, =;"}},
		{name: "hostile request id", headers: []string{"client-request-id", "<script>"}},
		{name: "if match", headers: []string{"If-Match", "\"x\""}},
		{name: "nonsense conditions", headers: []string{"If-None-Match", "W/W/,,\"", "If-Modified-Since", "yesterday", "Range", "bytes=5-1"}},
		{name: "post", method: http.MethodPost},
		{name: "put", method: http.MethodPut},
		{name: "delete", method: http.MethodDelete},
		{name: "unknown method", method: "BREW"},
		{name: "head", method: http.MethodHead},
		{name: "dots", path: "/../../x"},
		{name: "escaped slash", path: "%2f..%2f.."},
		{name: "two slashes", path: "//"},
		{name: "nul in the path", path: "/%00"},
		{name: "traversal twice encoded", path: "/..%252f..%252fetc"},
		{name: "backslash", path: "%5c..%5c"},
		{name: "long path", path: "/" + long},
		{name: "key with quotes", path: "('a''b')"},
		{name: "half a key", path: "('a"},
		{name: "question", path: "?"},
	}
}

// places are what the placeholders of route patterns are filled with: what
// Contoso has, or what only Fabrikam has.
func places(foreign bool) *strings.Replacer {
	if foreign {
		return strings.NewReplacer("{tenant}", fabrikam, "{service}", "Exchange", "/issues/{id}", "/issues/FB900", "{id}", "MC900", "{attachment}", "a1")
	}
	return strings.NewReplacer("{tenant}", contoso, "{service}", "Exchange", "/issues/{id}", "/issues/EX100", "{id}", "MC1000003", "{attachment}", "a1")
}

// Every request in every state, over all routes of the two APIs and all
// classes of bad input: no unplanned 5xx, no wider answer, and every error in
// the form of its API.
func TestStates(t *testing.T) {
	t.Parallel()
	d := start(t)
	asked, statuses := 0, map[int]int{}
	for _, route := range d.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		legacy := strings.HasPrefix(pattern, "/api/v1.0/")
		if !legacy && !strings.HasPrefix(pattern, "/v1.0") && !strings.HasPrefix(pattern, "/beta") {
			continue
		}
		api := "graph "
		if legacy {
			api = "legacy "
		}
		for _, who := range []string{"", "expired", "other audience", "other tenant", "none", "fabrikam", "messages", "contoso"} {
			for _, foreign := range []bool{false, true} {
				for _, f := range faults() {
					if (who != "contoso" || foreign) && f.name != "none" && asked%7 != 0 {
						asked++ // the full product for the owner, every seventh of the rest
						continue
					}
					asked++
					name := who
					if who != "" {
						name = api + who
					}
					got := d.spoiled(t, name, method, places(foreign).Replace(pattern), f)
					statuses[got.status]++
					if route.Needs == access.Public && got.status < 400 {
						continue // the same for everybody, whatever they send
					}
					check(t, f.name+": "+name+" "+route.Pattern, legacy, who, foreign, got)
					permitted(t, f.name+": "+name+" "+route.Pattern, route, who, got)
				}
			}
		}
	}
	t.Logf("answers by status: %v", statuses)
	if len(statuses) < 10 || statuses[200] == 0 || statuses[403] == 0 {
		t.Errorf("too few kinds of answers to have tried everything: %v", statuses)
	}
}

// spoiled asks for a route with a fault.
func (d *desk) spoiled(t *testing.T, who, method, path string, f fault) answer {
	t.Helper()
	if f.method != "" {
		method = f.method
	}
	target := path + f.path
	if f.query != "" {
		target += "?" + f.query
	}
	body := ""
	if method == http.MethodPost {
		body = `{"messageIds":["MC1000001"],"requests":[{"id":"1","method":"GET","url":"/admin/serviceAnnouncement/issues"}]}`
	}
	return d.ask(t, who, method, target, body, f.headers...)
}

// check holds one answer against what every answer keeps to.
func check(t *testing.T, name string, legacy bool, who string, foreign bool, got answer) {
	t.Helper()
	if got.status >= 500 && got.status != http.StatusNotImplemented {
		t.Errorf("%s: unplanned %d %.300s", name, got.status, got.body)
	}
	if who != "fabrikam" && strings.Contains(got.body, canary) {
		t.Errorf("%s: a wider answer: %d %.300s", name, got.status, got.body)
	}
	switch {
	case got.status < 300 && (who == "" || who == "expired" || who == "other audience" || who == "other tenant"):
		t.Errorf("%s: %d without a good token", name, got.status)
	case got.status < 300 && legacy && foreign != (who == "fabrikam"):
		t.Errorf("%s: %d for another tenant: %.200s", name, got.status, got.body)
	case got.status < 300 && !legacy && foreign && who == "contoso" && strings.HasPrefix(name, "none:") && strings.Contains(name, "{id}"):
		t.Errorf("%s: %d for what another tenant has: %.200s", name, got.status, got.body)
	}
	if got.status < 400 || strings.HasPrefix(name, "head") {
		return
	}
	checkError(t, name, legacy, got)
}

// permitted checks that nobody is served who lacks the permission of the route.
func permitted(t *testing.T, name string, route httpserver.Route, who string, got answer) {
	t.Helper()
	if route.Needs == access.Public {
		return
	}
	lacks := who == "none" || who == "messages" && route.Needs != access.ReadMessages
	if lacks && route.Needs != access.SignedIn && got.status < 300 {
		t.Errorf("%s: %d without the permission %s", name, got.status, route.Needs)
	}
}

// checkError holds an error against the form of its API.
func checkError(t *testing.T, name string, legacy bool, got answer) {
	t.Helper()
	var body struct {
		Error struct {
			Code, Message string
			InnerError    map[string]string
		}
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || !strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
		t.Errorf("%s: %d is no JSON error: %s %.200s", name, got.status, got.header.Get("Content-Type"), got.body)
		return
	}
	e := body.Error
	switch {
	case legacy && !afCode.MatchString(e.Code):
		t.Errorf("%s: %d has the code %q", name, got.status, e.Code)
	case !legacy && (e.Code == "" || len(e.InnerError["request-id"]) != 36 || len(e.InnerError["date"]) != 19 || e.InnerError["client-request-id"] == ""):
		t.Errorf("%s: %d has the body %s", name, got.status, got.body)
	case len(e.Message) > 600 || strings.Contains(got.body, "<script>") || strings.Contains(got.body, "SELECT ") || strings.Contains(got.body, ".go:"):
		t.Errorf("%s: %d says too much: %.300s", name, got.status, got.body)
	}
	for header, statuses := range map[string][]int{"WWW-Authenticate": {401}, "Allow": {405}, "Retry-After": {429, 503}} {
		for _, status := range statuses {
			if got.status == status && got.header.Get(header) == "" {
				t.Errorf("%s: %d without %s", name, got.status, header)
			}
		}
	}
	for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store", "OData-Version": "4.0"} {
		if got.header.Get(header) != want {
			t.Errorf("%s: %d has %s: %q", name, got.status, header, got.header.Get(header))
		}
	}
}
