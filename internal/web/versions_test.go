//go:build unix

package web_test

import (
	"testing"

	"example.org/tocsin/internal/web/webtest"
)

// The page of an issue reads its text, its versions and its files, however many
// versions there are: the status of each is beside it, not in its text.
func TestVersionsAreNotRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	long(d, 40)
	first := d.Page("/issues/EX40") // it finds out what all pages of the tenant share
	d.Reads.Queries.Store(0)
	again := d.Page("/issues/EX40")
	if n := d.Reads.Queries.Load(); n > 3 {
		t.Errorf("the page made %d queries", n)
	}
	if first != again {
		t.Error("the second page says something else than the first")
	}
	webtest.Has(t, "page", again, "Service interruption", "Service degradation", "Restoring service")
}
