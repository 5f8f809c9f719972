package cli

import (
	"slices"
	"testing"
)

func TestMembersHaveWords(t *testing.T) {
	t.Parallel()
	got := memberWords([]string{"isResolved", "endDateTime", "title", "details.NotifyInApp"})
	if want := []string{"resolved", "end", "title", "NotifyInApp"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
