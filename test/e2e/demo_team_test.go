package e2e

import (
	"slices"
	"testing"
)

// A demonstration has teams with members, ways to reach them and messages of
// their own, made once.
func TestDemoHasTeams(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	for range 2 {
		t.Run("demo", func(t *testing.T) { serve(t, data, "demo", "--speed", "600") })
		var teams []struct {
			Name    string
			Members []string
		}
		run(t, data, &teams, "team", "list")
		var names []string
		for _, one := range teams {
			names = append(names, one.Name)
			if len(one.Members) == 0 {
				t.Errorf("%s has no members", one.Name)
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"Collaboration", "Incident management", "Messaging", "Service desk"}) {
			t.Errorf("teams: %v", names)
		}
		var sites, contacts []struct{ Name string }
		run(t, data, &sites, "site", "list")
		run(t, data, &contacts, "contact", "list")
		if len(sites) != 3 || len(contacts) != len(teams) {
			t.Errorf("%d sites, %d contacts", len(sites), len(contacts))
		}
	}
}
