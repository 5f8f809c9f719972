package access_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

var update = flag.Bool("update", false, "write goldens")

// The table of roles is a decision: it changes in a golden that people read.
func TestRolesAndPermissions(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for _, p := range access.Permissions() {
		fmt.Fprintf(&text, "%s\n", p)
		for _, r := range tocsin.Roles() {
			if access.Grants([]tocsin.Grant{{Role: r}}, p, "") {
				fmt.Fprintf(&text, "    %s\n", r)
			}
		}
	}
	path := filepath.Join("testdata", "roles.golden")
	if *update {
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != text.String() {
		t.Errorf("roles give other permissions than %s says (%v):\n%s", path, err, text.String())
	}
}

func TestGrantsStayInTheirTenant(t *testing.T) {
	t.Parallel()
	const a, b = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	v := access.Visitor{User: tocsin.User{ID: a}, Grants: []tocsin.Grant{{Role: tocsin.RoleAdministrator, TenantID: a}, {Role: tocsin.RoleMessageReader, TenantID: b}}}
	tests := []struct {
		name   string
		p      access.Permission
		tenant string
		want   bool
	}{
		{"own tenant", access.ManageSources, a, true},
		{"other tenant", access.ManageSources, b, false},
		{"another role there", access.ReadMessages, b, true},
		{"and not more", access.ReadHealth, b, false},
		{"no tenant", access.ManageSources, "", false},
		{"the desk", access.ManageUsers, a, false},
		{"the audit log", access.ReadAudit, "", false},
		{"a stranger's tenant", access.ReadHealth, "33333333-3333-4333-8333-333333333333", false},
		{"an unknown permission", access.Permission("all"), a, false},
		{"programs", access.ReadLegacy, a, false},
		{"this machine", access.Local, a, false},
	}
	for _, tt := range tests {
		if got := v.May(tt.p, tt.tenant); got != tt.want {
			t.Errorf("%s: May(%s, %q) = %v, want %v", tt.name, tt.p, tt.tenant, got, tt.want)
		}
	}
	v.Needs = access.ReadHealth
	if !v.Sees(a) || v.Sees(b) {
		t.Error("Sees does not ask for what the route needs")
	}
	if (access.Visitor{Needs: access.ReadHealth}).Sees(a) || (access.Visitor{}).May(access.SignedIn, "") {
		t.Error("the zero visitor may do something")
	}
}
