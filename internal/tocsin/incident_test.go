package tocsin_test

import (
	"slices"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// What is normalised does not reach into the lists of whoever made it.
func TestNormalizeLeavesTheLists(t *testing.T) {
	t.Parallel()
	tenants := []string{"b", "a", "b"}
	i := tocsin.Incident{TenantIDs: tenants}
	i.Normalize()
	if !slices.Equal(i.TenantIDs, []string{"a", "b"}) || !slices.Equal(tenants, []string{"b", "a", "b"}) {
		t.Errorf("%v of %v", i.TenantIDs, tenants)
	}
}
