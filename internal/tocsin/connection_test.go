package tocsin_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A connection is read as often as a source of the settings file may be.
func TestLeastInterval(t *testing.T) {
	t.Parallel()
	for every, refused := range map[time.Duration]bool{0: true, 14 * time.Second: true, 15 * time.Second: false, 24 * time.Hour: false, 25 * time.Hour: true} {
		err := tocsin.Connection{Every: every}.Validate()
		if got := err != nil && strings.Contains(err.Error(), "every"); got != refused {
			t.Errorf("%v: %v, want refused %v", every, err, refused)
		}
	}
}
