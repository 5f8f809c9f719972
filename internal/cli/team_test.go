package cli_test

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.org/tocsin/internal/cli"
)

// Teams, sites and contacts are added, listed in each form and removed; what
// serves a tenant is its own and that of the whole desk.
func TestTeamsSitesContacts(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	ids := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	run := func(line string) string {
		t.Helper()
		var out, problems bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{
			Args: append(strings.Fields(line), "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems,
		})
		if code != 0 {
			t.Fatalf("tocsin %s ends with %d: %s", line, code, problems.String())
		}
		return strings.Join(strings.Fields(ids.ReplaceAllString(out.String(), "ID")), " ")
	}
	for _, line := range []string{
		"tenant add --id 11111111-2222-4333-8444-555555555555 --name contoso", "tenant add --id 11111111-2222-4333-8444-555555555556 --name fabrikam",
		"user add kim --role support-n1@contoso", "user add ana --display Anna --role reader", "team add Mail --tenant contoso --member kim --member ana", "team add Mail", "team add Network --tenant fabrikam",
		"site add Paris --tenant contoso --region EMEA --seats 1200 --zone Europe/Paris", "site add Home",
		"contact add --user kim --tenant contoso --mail kim@home.example", "contact add --team Mail --tenant contoso --phone 112",
	} {
		run(line)
	}
	for _, tt := range []struct{ line, want string }{
		{"team list", "NAME TENANT MEMBERS ID Mail (desk) ID Mail contoso Anna, kim ID Network fabrikam ID"},
		{"team list --tenant contoso", "NAME TENANT MEMBERS ID Mail (desk) ID Mail contoso Anna, kim ID"},
		{"site list --tenant contoso", "NAME TENANT REGION SEATS TIME ZONE ID Home (desk) 0 UTC ID Paris contoso EMEA 1200 Europe/Paris ID"},
		{"site list --tenant fabrikam", "NAME TENANT REGION SEATS TIME ZONE ID Home (desk) 0 UTC ID"},
		{"contact list", "OF TENANT MAIL PHONE CONFIRMED ID Mail contoso 112 ID kim contoso kim@home.example ID"},
		{"contact list --tenant fabrikam --output json", "[]"},
		{"site remove paris", "Removed site Paris."},
		{"contact remove KIM", "Removed contact kim."},
		{"team remove network", "Removed team Network."},
		{"contact list", "OF TENANT MAIL PHONE CONFIRMED ID Mail contoso 112 ID"},
	} {
		if got := run(tt.line); got != tt.want {
			t.Errorf("tocsin %s prints\n%s, want\n%s", tt.line, got, tt.want)
		}
	}
	if got := run("site list --output csv"); !strings.HasPrefix(strings.TrimPrefix(got, "\ufeff"), "id,name,tenant,tenantId,region,seats,timeZone,createdAt ID,Home,,,,0,UTC,") {
		t.Errorf("as CSV: %s", got)
	}
}
