package tocsin_test

import (
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestClosest(t *testing.T) {
	t.Parallel()
	keys := []string{"tenantId", "clientId", "every", "name", "domains", "secretEnv"}
	for word, want := range map[string]string{
		"tenantID": "tenantId", "tenant_id": "tenantId", "TENANTID": "tenantId", "domain": "domains", "evrey": "every", "clientid": "clientId", "secretenv": "secretEnv",
		"interval": "", "id": "", "x": "", "": "", "naem": "name", "nom": "",
	} {
		if got := tocsin.Closest(word, keys); got != want {
			t.Errorf("Closest(%q) = %q, want %q", word, got, want)
		}
	}
}
