package notifytest

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Program returns the path of an installed program. Without it the test is
// skipped, or fails where TOCSIN_TEST_REQUIRE names it.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name, err.Error())
	}
	return path
}

// Missing skips a test for want of something by name, or fails it where
// TOCSIN_TEST_REQUIRE names that.
func Missing(t testing.TB, name, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("TOCSIN_TEST_REQUIRE"), ","), name) {
		t.Fatalf("TOCSIN_TEST_REQUIRE names %s: %s", name, why)
	}
	t.Skipf("without %s: %s", name, why)
}
