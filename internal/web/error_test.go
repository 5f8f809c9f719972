package web_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/web/webtest"
)

// What errors say is English; readers of other languages get our own words only.
func TestErrorInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	for path, want := range map[string]bool{"/?tenant=nobody": true, "/fr/?tenant=nobody": false, "/ja/?tenant=nobody": false} {
		status, _, body := d.Get(path)
		if status != http.StatusNotFound || strings.Contains(body, "There is no tenant of that name.") != want {
			t.Errorf("%s: %d, the English detail is there: %v, want %v", path, status, !want, want)
		}
	}
}
