package storetest

import (
	"slices"
	"testing"

	"example.org/tocsin/internal/store/archive"
)

// Traits checks that an archive says what it is, also to those who only look at
// it: it must be empty.
func Traits(t *testing.T, dsn string) {
	t.Helper()
	s := Open(t, dsn)
	if demo, err := s.IsDemo(t.Context()); err != nil || demo {
		t.Errorf("a new archive is a demonstration's: %v, %v", demo, err)
	}
	AddTenants(t, s)
	for range 2 {
		if err := s.MarkDemo(t.Context(), T0); err != nil {
			t.Fatal(err)
		}
	}
	if demo, err := s.IsDemo(t.Context()); err != nil || !demo {
		t.Errorf("marked: %v, %v", demo, err)
	}
	f, err := archive.Inspect(t.Context(), dsn)
	if err != nil || !f.Archive || !f.Demo || !slices.Equal(f.Tenants, []string{Contoso, Fabrikam}) {
		t.Errorf("Inspect = %+v, %v", f, err)
	}
}
