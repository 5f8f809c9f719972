package graph_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// No token says that its holder may read messages about data privacy: none of
// them shows one, in no list, count, search or by id.
func TestNoPrivacyPosts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.record(storetest.Contoso,
		tocsin.Message{ID: "MC1", Title: "Public", ModifiedAt: now(), Content: "words", ContentType: "text"},
		tocsin.Message{ID: "MC2", Title: "Confidential", Tags: []string{"Data privacy"}, ModifiedAt: now(), Content: "words", ContentType: "text"},
	)
	for _, token := range []string{"contoso", "person"} {
		for _, path := range []string{"messages", "messages?$count=true", "messages?$search=words", "messages?$filter=contains(title,'n')", "messages?$orderby=title%20desc", "messages?$select=id"} {
			r := d.ask(http.MethodGet, token, announcements+path, "")
			if body := r.body; r.status != http.StatusOK || strings.Contains(body, "MC2") || strings.Contains(body, "Confidential") || strings.Contains(body, `count":2`) {
				t.Errorf("%s as %s: %d %s", path, token, r.status, body)
			}
		}
		if r := d.ask(http.MethodGet, token, announcements+"messages/MC2", ""); r.status != http.StatusNotFound {
			t.Errorf("by id as %s: %d %s", token, r.status, r.body)
		}
	}
}
