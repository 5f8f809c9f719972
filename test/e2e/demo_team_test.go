package e2e

import (
	"slices"
	"testing"
)

// A demonstration has teams of the desk with members and those of the business
// without, ways to reach all of them and messages of their own, made once.
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
			if business := slices.Contains([]string{"Finance", "Human resources", "Sales"}, one.Name); business != (len(one.Members) == 0) {
				t.Errorf("%s has %d members", one.Name, len(one.Members))
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"Collaboration", "Finance", "Human resources", "Incident management", "Messaging", "Sales", "Service desk"}) {
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
