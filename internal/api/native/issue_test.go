package native_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/pgtest"
)

func TestAuthoring(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) *desk{
		"sqlite": func(t *testing.T) *desk { t.Helper(); return sqlite(t) }, "postgres": func(t *testing.T) *desk { t.Helper(); return newDesk(t, pgtest.URL(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authoring(t, open(t))
		})
	}
}

func authoring(t *testing.T, d *desk) {
	t.Helper()
	service := d.must(201, "POST", "contoso", contoso+"/services", vpn)
	if service.string("status") != "serviceOperational" || !strings.HasSuffix(service.header.Get("Location"), "/services/Vpn") {
		t.Errorf("service: %v %s", service.header, service.text)
	}
	issue := d.must(201, "POST", "contoso", contoso+"/issues",
		`{"service":"Vpn","feature":"Gateway","title":"Sign-in is slow","status":"serviceDegradation","post":{"content":"Current status: We look into it."}}`, "Idempotency-Key", "a-1")
	if issue.string("id") != "TC1001" || issue.string("classification") != "incident" || issue.string("source") != "own" || issue.header.Get("ETag") == "" {
		t.Errorf("issue: %v %s", issue.header, issue.text)
	}
	again := d.must(201, "POST", "contoso", contoso+"/issues",
		`{"service":"Vpn","feature":"Gateway","title":"Sign-in is slow","status":"serviceDegradation","post":{"content":"Current status: We look into it."}}`, "Idempotency-Key", `"a-1"`)
	if again.text != issue.text || again.header.Get("ETag") != issue.header.Get("ETag") {
		t.Errorf("repeated: %s, want %s", again.text, issue.text)
	}
	d.must(409, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"Another"}`, "Idempotency-Key", "a-1")
	tag := issue.header.Get("ETag")
	d.must(304, "GET", "contoso", contoso+"/issues/tc1001", "", "If-None-Match", tag)
	d.must(412, "GET", "contoso", contoso+"/issues/tc1001", "", "If-Match", `"3-0123456789abcdef"`)
	d.must(200, "GET", "contoso", contoso+"/issues/tc1001", "", "If-Match", tag)
	d.must(304, "GET", "contoso", contoso+"/issues/tc1001", "", "If-Match", "*", "If-None-Match", tag)
	posted := d.must(201, "POST", "contoso", contoso+"/issues/TC1001/posts", `{"content":"Current status: We found the cause.","status":"Restoring service"}`, "If-Match", tag)
	if posted.string("status") != "restoringService" || len(posted.body["posts"].([]any)) != 2 {
		t.Errorf("posted: %s", posted.text)
	}
	d.must(412, "POST", "contoso", contoso+"/issues/TC1001/posts", `{"content":"Late."}`, "If-Match", tag)
	d.must(200, "PATCH", "contoso", contoso+"/issues/TC1001", `{"title":"Sign-in was slow","impact":"Some waited."}`, "If-Match", posted.header.Get("ETag"))
	resolved := d.must(200, "POST", "contoso", contoso+"/issues/TC1001/resolve", `{"content":"Final status: All is well."}`)
	if resolved.body["resolved"] != true || resolved.string("statusWords") != "Service restored" {
		t.Errorf("resolved: %s", resolved.text)
	}
	if s := d.must(200, "GET", "contoso", contoso+"/services/Vpn", ""); s.string("status") != "serviceOperational" {
		t.Errorf("service: %s", s.text)
	}
	versions := d.must(200, "GET", "contoso", contoso+"/issues/TC1001/versions", "")
	if list := versions.body["value"].([]any); len(list) != 4 || list[0].(map[string]any)["author"] != "c1" {
		t.Errorf("versions: %s", versions.text)
	}
	if v := d.must(200, "GET", "contoso", contoso+"/issues/TC1001/versions/1", ""); v.body["body"].(map[string]any)["title"] != "Sign-in is slow" {
		t.Errorf("version 1: %s", v.text)
	}
	d.must(404, "GET", "contoso", contoso+"/issues/TC1001/versions/9", "")
	if v := d.must(200, "GET", "contoso", contoso+"/verification", ""); v.body["intact"] != true {
		t.Errorf("verification: %s", v.text)
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.must(201, "POST", "contoso", contoso+"/services", vpn)
	d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"Slow","post":{"content":"User impact: Users wait.\n\nCurrent status: We look into it."}}`)
	d.must(201, "POST", "contoso", contoso+"/issues/TC1001/posts", `{"content":"User impact: Users wait.\n\nCurrent status: We look into the cause."}`)
	got := d.must(200, "GET", "contoso", contoso+"/issues/TC1001/differences?from=1&to=2", "")
	posts := got.body["posts"].([]any)
	if len(posts) != 1 {
		t.Fatalf("differences: %s", got.text)
	}
	text := got.text
	for _, want := range []string{`"what":"added"`, `"kind":"userImpact","label":"User impact","what":"same"`, `{"op":"delete","text":"it"}`, `{"op":"insert","text":"the cause"}`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if last := d.must(200, "GET", "contoso", contoso+"/issues/TC1001/differences", ""); last.text != text {
		t.Errorf("by default: %s, want the last two versions", last.text)
	}
	d.must(400, "GET", "contoso", contoso+"/issues/TC1001/differences?to=1", "")
	d.must(201, "POST", "contoso", contoso+"/messages", `{"title":"New client","content":"Install it soon.","tags":["a"]}`)
	d.must(200, "PATCH", "contoso", contoso+"/messages/TC1002", `{"content":"Install it today.","tags":["b"]}`)
	message := d.must(200, "GET", "contoso", contoso+"/messages/TC1002/differences", "")
	for _, want := range []string{`{"op":"insert","text":"today"}`, `"addedItems":["b"]`} {
		if !strings.Contains(message.text, want) {
			t.Errorf("no %s in %s", want, message.text)
		}
	}
}
