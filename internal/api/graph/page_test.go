package graph_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// many are issues whose sort keys repeat.
func many(n int) []any {
	var list []any
	for i := range n {
		issue := tocsin.Issue{
			ID: fmt.Sprintf("EX%05d", i), Title: fmt.Sprintf("Title %d", i%7), Service: "Exchange Online", ServiceID: "Exchange", Status: tocsin.StatusDegradation,
			Classification: "incident", StartAt: day(1 + i%5), ModifiedAt: day(1 + i%11), Posts: []tocsin.Post{{CreatedAt: day(1), Content: strings.Repeat("text ", 100)}},
		}
		if i%3 == 0 {
			issue.EndAt, issue.Status, issue.Resolved = day(9), tocsin.StatusServiceRestored, true
		}
		list = append(list, issue)
	}
	return list
}

// follow reads a list to its end through next links.
func (d *desk) follow(tb testing.TB, target string, header ...string) (ids []string, pages int) {
	tb.Helper()
	for target != "" {
		got := d.get(target, header...)
		if got.status != 200 || pages > 500 {
			tb.Fatalf("%s: %d %.300s", target, got.status, got.body)
		}
		for _, v := range got.Value {
			ids = append(ids, v["id"].(string))
		}
		pages++
		if got.Next != "" && !strings.HasPrefix(got.Next, base+"/v1.0/admin/serviceAnnouncement/") {
			tb.Fatalf("next link to %s", got.Next)
		}
		target = strings.TrimPrefix(got.Next, base)
	}
	return ids, pages
}

func TestPaging(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.record(storetest.Contoso, many(250)...)
	d.record(storetest.Contoso, overviewOf("Exchange", "Exchange Online", tocsin.StatusDegradation))
	tests := []struct {
		target string
		size   string
		pages  int
		items  int
	}{
		{"issues", "", 3, 250},
		{"issues", "5", 50, 250},
		{"issues", "5000", 1, 250},
		{"issues?$top=100", "", 1, 100},
		{"issues?$top=150", "", 2, 150},
		{"issues?$skip=60", "", 2, 190},
		{"issues?$skip=60&$top=120", "", 2, 120},
		{"issues?$top=250", "", 3, 250},
		{"issues?$top=999&$count=true", "", 3, 250},
		{"issues?$filter=isResolved eq true", "10", 9, 84},
		{"issues?$orderby=lastModifiedDateTime desc", "7", 36, 250},
		{"issues?$orderby=endDateTime,title desc&$skip=3", "", 3, 247},
		{"issues?$orderby=length(title),startDateTime", "", 3, 250},
		{"issues?$orderby=lastModifiedDateTime desc&$top=20", "", 1, 20},
		{"issues?$orderby=lastModifiedDateTime desc&$top=120&$count=true", "50", 3, 120},
		{"healthOverviews/Exchange Online/issues", "", 3, 250},
		{"issues?$select=id&$search=title", "", 3, 250},
	}
	for _, tt := range tests {
		header := []string{"Prefer", "odata.maxpagesize=" + tt.size}
		ids, pages := d.follow(t, tt.target, header...)
		distinct := slices.Compact(slices.Sorted(slices.Values(ids)))
		if pages != tt.pages || len(ids) != tt.items || len(distinct) != tt.items {
			t.Errorf("%s by %s: %d pages, %d items, %d distinct; want %d, %d", tt.target, tt.size, pages, len(ids), len(distinct), tt.pages, tt.items)
		}
	}
	got := d.get("issues?$top=7&$filter=id ne 'x'&$count=true&$select=id", "Prefer", "odata.maxpagesize=5")
	next, err := url.Parse(got.Next)
	if err != nil || got.header.Get("Preference-Applied") != "odata.maxpagesize=5" || *got.Count != 250 {
		t.Fatalf("%v %s", err, got.body)
	}
	if q := next.Query(); q.Get("$top") != "7" || q.Get("$filter") != "id ne 'x'" || q.Get("$select") != "id" || q.Get("$count") != "true" {
		t.Errorf("the next link does not keep the options: %s", got.Next)
	}
	target := strings.TrimPrefix(got.Next, base)
	for name, bad := range map[string]string{
		"other filter": strings.Replace(target, "%27x%27", "%27y%27", 1), "other list": strings.Replace(target, "issues", "messages", 1),
		"cut": target[:len(target)-2], "beta": strings.Replace(target, "ne", "eq", 1),
	} {
		if got := d.get(bad); got.status != 400 {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	if got := d.ask("GET", "fabrikam", target, ""); got.status != 400 || got.Error.Code != "BadRequest" {
		t.Errorf("Fabrikam opens Contoso's page: %d %s", got.status, got.body)
	}
}

// Rows that come and go between two pages move nothing across their border.
func TestPagingWhileDataChanges(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"", "&$orderby=startDateTime desc"} {
		d := newDesk(t)
		d.record(storetest.Contoso, many(30)...)
		first := d.get("issues?$select=id"+order, "Prefer", "odata.maxpagesize=10")
		d.record(storetest.Contoso, tocsin.Issue{ID: "AA1", Title: "new", StartAt: day(20), ModifiedAt: day(20)}, tocsin.Issue{ID: "EX00000x", Title: "new", StartAt: day(21), ModifiedAt: day(20)})
		rest, _ := d.follow(t, strings.TrimPrefix(first.Next, base), "Prefer", "odata.maxpagesize=10")
		all := append(strings.Fields(first.ids()), rest...)
		if len(all) != 30 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != 30 {
			t.Errorf("order %q: %d rows: %v", order, len(all), all)
		}
	}
}

// Pages of any size, in any order, with any skip and limit, say together what
// one page says.
func TestPagesAddUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.record(storetest.Contoso, many(90)...)
	rapid.Check(t, func(r *rapid.T) {
		options := "$skip=" + fmt.Sprint(rapid.IntRange(0, 95).Draw(r, "skip"))
		if rapid.Bool().Draw(r, "limited") {
			options += "&$top=" + fmt.Sprint(rapid.IntRange(0, 100).Draw(r, "top"))
		}
		options += rapid.SampledFrom([]string{"", "&$count=true"}).Draw(r, "count")
		options += rapid.SampledFrom([]string{"", "&$orderby=title", "&$orderby=endDateTime desc,startDateTime", "&$orderby=toupper(title) desc", "&$orderby=isResolved"}).Draw(r, "order")
		options += rapid.SampledFrom([]string{"", "&$filter=isResolved eq false", "&$filter=title eq 'Title 3'", "&$search=\"Title 2\""}).Draw(r, "filter")
		whole, _ := d.follow(t, "issues?"+options, "Prefer", "odata.maxpagesize=1000")
		parts, _ := d.follow(t, "issues?"+options, "Prefer", fmt.Sprintf("odata.maxpagesize=%d", rapid.IntRange(1, 40).Draw(r, "size")))
		if !slices.Equal(whole, parts) {
			r.Errorf("%s:\n%v\n%v", options, whole, parts)
		}
	})
}

func TestBatch(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *graph.Config) { c.Admission = httpserver.NewAdmission(everyToken(), access.NewLimiter(1000)) })
	fill(d)
	request := func(id, url, more string) string {
		return fmt.Sprintf(`{"id":%q,"method":"GET","url":%q%s}`, id, url, more)
	}
	batch := func(token string, requests ...string) reply {
		return d.ask("POST", token, "/v1.0/$batch", `{"requests":[`+strings.Join(requests, ",")+`]}`)
	}
	got := batch("contoso", request("1", "/admin/serviceAnnouncement/issues?$top=1&$select=id", `,"headers":{"Accept":"application/json;odata.metadata=none"}`),
		request("2", "admin/serviceAnnouncement/issues/NO", ""), request("3", "admin/serviceAnnouncement/issues/$count", `,"dependsOn":["1"]`),
		request("4", "admin/serviceAnnouncement/issues", `,"dependsOn":["2"]`), request("5", "$batch", ""), request("6", "https://x.example/admin", ""), request("7", "//x/", ""))
	if got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	for _, want := range []string{
		`{"id":"1","status":200,`, `"body":{"value":[{"id":"EX100"}]}}`, `{"id":"2","status":404,`, `{"id":"3","status":200,`, `"body":"5"`, `{"id":"4","status":424,`,
		`{"id":"5","status":400,`, `{"id":"6","status":400,`, `{"id":"7","status":400,`,
	} {
		if !strings.Contains(got.body, want) {
			t.Errorf("no %s in %s", want, got.body)
		}
	}
	if got := batch("messages", request("1", "/admin/serviceAnnouncement/issues", ""), request("2", "/admin/serviceAnnouncement/messages", "")); !strings.Contains(got.body, `"id":"1","status":403`) || !strings.Contains(got.body, `"id":"2","status":200`) {
		t.Errorf("permissions within a batch: %s", got.body)
	}
	if got := batch("fabrikam", request("1", "/admin/serviceAnnouncement/issues", "")); !strings.Contains(got.body, "FB900") {
		t.Errorf("tenant within a batch: %s", got.body)
	}
	twenty := make([]string, 21)
	for i := range twenty {
		twenty[i] = request(fmt.Sprint(i), "admin", "")
	}
	for name, requests := range map[string][]string{
		"none": nil, "too many": twenty, "same id": {twenty[0], twenty[0]}, "no id": {`{"method":"GET","url":"admin"}`}, "no url": {`{"id":"1","method":"GET"}`},
		"later": {request("1", "admin", `,"dependsOn":["2"]`), twenty[2]}, "itself": {request("1", "admin", `,"dependsOn":["1"]`)},
	} {
		if got := batch("contoso", requests...); got.status != 400 || got.Error.Code != "BadRequest" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := batch("contoso", twenty[:20]...); got.status != 200 || strings.Count(got.body, `"status":200`) != 20 {
		t.Errorf("twenty requests: %d %s", got.status, got.body)
	}
}
