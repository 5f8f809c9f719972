package public_test

import (
	"html"
	"net/http"
	"regexp"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Two tenants publish, each with words that the other must not have: none of
// them is in any public answer about the other, in any language, nor is a
// message about data privacy of either.
func TestCanariesOfTenants(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	words := map[string]string{storetest.Contoso: "heron", storetest.Fabrikam: "magpie"}
	names := map[string]string{storetest.Contoso: "contoso", storetest.Fabrikam: "fabrikam"}
	for tenant, word := range words {
		h.Record(tenant, tocsin.Issue{
			ID: "EX" + word, Title: "Mail of the " + word + " is late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation,
			Impact: "Mail of the " + word + " waits.", StartAt: storetest.T0, ModifiedAt: storetest.T0,
			Posts: []tocsin.Post{{CreatedAt: storetest.T0, Type: "regular", ContentType: "text", Content: "Current status: We look for the " + word + "."}},
		})
		h.Message(tenant, tocsin.Message{
			ID: "MC" + word, Title: "New nest of the " + word, Services: []string{"Exchange Online"}, Category: "planForChange", Severity: "normal",
			StartAt: storetest.T0, ModifiedAt: storetest.T0, ActionRequiredBy: storetest.T0.AddDate(0, 1, 0), ContentType: "text", Content: "The " + word + " moves.",
		})
		h.Message(tenant, tocsin.Message{
			ID: "MCprivate" + word, Title: "secretive " + word, Services: []string{"Exchange Online"}, Category: "planForChange", Severity: "normal", Tags: []string{"Data privacy"},
			StartAt: storetest.T0, ModifiedAt: storetest.T0, ActionRequiredBy: storetest.T0.AddDate(0, 1, 0), ContentType: "text", Content: "secretive.",
		})
		h.Publish(tenant)
	}
	h.Pass(time.Minute)
	b, read := h.Browser(), 0
	for tenant, other := range map[string]string{storetest.Contoso: storetest.Fabrikam, storetest.Fabrikam: storetest.Contoso} {
		own, foreign := words[tenant], regexp.MustCompile(`(?i)`+words[other]+`|`+names[other]+`|`+other+`|secretive|private`+words[tenant])
		seen := map[string]bool{}
		var follow func(path string)
		follow = func(path string) {
			if seen[path] || len(seen) > 400 {
				return
			}
			seen[path] = true
			response, body := b.Send("GET", path, nil)
			if response.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", path, response.Status)
				return
			}
			read++
			if word := foreign.FindString(body); word != "" {
				t.Errorf("%s has %q", path, word)
			}
			for _, link := range regexp.MustCompile(`(?:href|src)="((?:/[a-z]{2})?/status/`+names[tenant]+`[^"#]*)`).FindAllStringSubmatch(body, -1) {
				follow(html.UnescapeString(link[1]))
			}
		}
		base := "/status/" + names[tenant]
		for _, prefix := range []string{"", "/fr", "/ja", "/es", "/de"} {
			follow(prefix + base)
			follow(prefix + base + "/EX" + own + "/1")
			follow(prefix + base + "/MC" + own + "/1")
		}
		for _, file := range []string{"/feed.xml", "/atom.xml", "/feed.json", "/embed"} {
			for _, query := range []string{"", "?lang=ja"} {
				follow(base + file + query)
			}
		}
		if !seen[base+"/EX"+own+"/1"] || len(seen) < 30 {
			t.Errorf("only %d answers of %s were read", len(seen), names[tenant])
		}
	}
	if stray := b.Status("GET", "/status/contoso/EXmagpie/1", nil); stray != http.StatusNotFound {
		t.Errorf("the other tenant's update at this address: status %d", stray)
	}
	t.Logf("%d answers", read)
}
