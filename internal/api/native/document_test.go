package native_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

var update = flag.Bool("update", false, "write the goldens") //nolint:gochecknoglobals // as flags are

// The OpenAPI document is a promise to clients: it changes on purpose only.
func TestDocument(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	got := d.must(200, "GET", "", "/api/openapi.json", "")
	golden := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(golden, []byte(got.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.text); diff != "" {
		t.Errorf("the document differs; run the test with -update if that is meant (-want +got):\n%s", diff)
	}
}

// Another reader of OpenAPI finds the document valid, and each operation with
// what a client needs to know.
func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	text := d.must(200, "GET", "", "/api/openapi.json", "").text
	document, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Errorf("Validate: %v", err)
	}
	if document.OpenAPI != "3.1.0" {
		t.Errorf("version %q", document.OpenAPI)
	}
	routes := map[string]bool{}
	for _, route := range d.api.Routes() {
		routes[route.Pattern] = true
	}
	ids := map[string]bool{}
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			if pattern := method + " /api/tocsin/v1" + path; !routes[pattern] {
				t.Errorf("%s is described and not served", pattern)
			}
			if op.OperationID == "" || ids[op.OperationID] || op.Summary == "" || op.Security == nil || op.Responses.Value("401") == nil || op.Responses.Value("422") != nil {
				t.Errorf("%s %s is not fully described", method, path)
			}
			ids[op.OperationID] = true
		}
	}
	if len(ids) != len(routes) {
		t.Errorf("%d operations are described, %d served", len(ids), len(routes))
	}
}

// The page works without a script and loads nothing from elsewhere; its links
// lead somewhere.
func TestPage(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	got := d.must(200, "GET", "", "/api/docs", "")
	if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		t.Errorf("headers: %v", got.header)
	}
	for _, forbidden := range []string{"<script", "style=", "http://", "src="} {
		if strings.Contains(got.text, forbidden) {
			t.Errorf("the page holds %s", forbidden)
		}
	}
	plain := strings.ReplaceAll(got.text, "<wbr>", "")
	for _, route := range d.api.Routes() {
		if method, path, _ := strings.Cut(route.Pattern, " "); !strings.Contains(plain, method+" "+strings.TrimPrefix(path, "/api/tocsin/v1")+"<") {
			t.Errorf("the page lacks %s", route.Pattern)
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(got.text, -1) {
		if ids[m[1]] {
			t.Errorf("the id %s is there twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(got.text, -1) {
		if !ids[m[1]] {
			t.Errorf("the link to %s leads nowhere", m[1])
		}
	}
}

// tellAll appends changes of all kinds that are told and come with no version.
func tellAll(t *testing.T, d *desk) {
	t.Helper()
	err := d.store.InTx(t.Context(), func(tx *store.Tx) error {
		tenant, err := d.store.TenantNum(t.Context(), tx, storetest.Contoso)
		for _, what := range []tocsin.What{tocsin.WhatLate, tocsin.WhatStale, tocsin.WhatHeard} {
			err = errors.Join(err, tx.Tell(t.Context(), tenant, tocsin.Change{Kind: tocsin.KindSource, ID: "graph", What: what, At: d.now()}))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What is answered is what the document says: each answer is checked against
// its schema.
func TestAnswersMatchTheDocument(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	tellAll(t, d)
	document, err := openapi3.NewLoader().LoadFromData([]byte(d.must(200, "GET", "", "/api/openapi.json", "").text))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ pattern, body string }{
		{"GET /tenants", ""},
		{"GET /tenants/{tenant}", ""},
		{"PATCH /tenants/{tenant}", `{"groups":["a"]}`},
		{"POST /tenants/{tenant}/services", vpn},
		{"GET /tenants/{tenant}/services", ""},
		{"POST /tenants/{tenant}/issues", `{"service":"Vpn","title":"Slow","post":{"content":"x"}}`},
		{"POST /tenants/{tenant}/issues/{id}/posts", `{"content":"y"}`},
		{"GET /tenants/{tenant}/issues", ""},
		{"GET /tenants/{tenant}/issues/{id}", ""},
		{"GET /tenants/{tenant}/issues/{id}/versions", ""},
		{"GET /tenants/{tenant}/issues/{id}/versions/{n}", ""},
		{"GET /tenants/{tenant}/issues/{id}/differences", ""},
		{"POST /tenants/{tenant}/maintenance", `{"service":"Vpn","title":"Work","startAt":"2026-03-09T20:00:00Z","endAt":"2026-03-09T22:00:00+01:00"}`},
		{"GET /tenants/{tenant}/maintenance", ""},
		{"POST /tenants/{tenant}/messages", `{"title":"x","content":"y"}`},
		{"GET /tenants/{tenant}/messages", ""},
		{"GET /tenants/{tenant}/changes", ""},
		{"GET /tenants/{tenant}/verification", ""},
		{"GET /tenants/{tenant}/sources", ""},
		{"GET /tenants/{tenant}/polls", ""},
		{"POST /tenants/{tenant}/issues", `{"title":1}`},
		{"GET /tenants/{tenant}/sources/{name}", ""},
		{"POST /teams", `{"name":"x"}`},
		{"GET /teams", ""},
		{"GET /teams/{id}", ""},
		{"POST /sites", `{"name":"x","seats":3}`},
		{"GET /sites", ""},
		{"POST /contacts", `{"of":"user:` + kim + `"}`},
		{"GET /contacts", ""},
	} {
		method, path := fill(strings.Replace(step.pattern, " ", " /api/tocsin/v1", 1), "contoso")
		got := d.ask(method, "contoso", path, step.body)
		_, template, _ := strings.Cut(step.pattern, " ")
		response := document.Paths.Value(template).GetOperation(method).Responses.Status(got.status)
		if response == nil {
			t.Errorf("%s: the status %d is not described", step.pattern, got.status)
			continue
		}
		media := response.Value.Content.Get(got.header.Get("Content-Type"))
		if media == nil {
			t.Errorf("%s: the type %s is not described", step.pattern, got.header.Get("Content-Type"))
			continue
		}
		var value any
		if err := json.Unmarshal([]byte(got.text), &value); err != nil {
			t.Fatal(err)
		}
		if err := media.Schema.Value.VisitJSON(value); err != nil {
			t.Errorf("%s: %s does not match: %v", step.pattern, got.text, err)
		}
	}
}
