package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/config"
)

// A check tells every problem that somebody has to mend, and none that follows
// from another one.
func TestCheckTellsAll(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		environ    []string
		want       []string // fields
	}{
		{name: "good", file: "server:\n  listen: 127.0.0.1:8080\n"},
		{name: "a shape and values", file: "server:\n  listen: 8080\n  base: not a url\ntenants: contoso\n", want: []string{"tenants", "server.listen", "server.base"}},
		{name: "unknown keys", file: "server:\n  listn: 127.0.0.1:0\nlog:\n  level: loud\n", want: []string{"server.listn", "log.level"}},
		{name: "what was misspelt is not missing as well", file: "tenants:\n- tenantID: 11111111-2222-4333-8444-555555555555\n  name: contoso\n", want: []string{"tenants[0].tenantID"}},
		{name: "several tenants", file: "tenants:\n- tenantID: x\n  name: a\n- name: b\n  tenantId: nope\n", want: []string{"tenants[0].tenantID", "tenants[1].tenantId"}},
		{name: "variables", environ: []string{"TOCSIN_SERVR_LISTEN=:1", "TOCSIN_SERVER_BASE=", "TOCSIN_CLIENT_SECRET=x", "HOME=/", "TOCSIN_CONFIG=x"}, want: []string{"TOCSIN_SERVR_LISTEN"}},
		{name: "no YAML", file: "server: [", want: []string{"config"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "tocsin.yaml")
			if err := os.WriteFile(path, []byte(test.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, problems := config.Check(path, func(string) string { return "" }, test.environ)
			var fields []string
			for _, one := range problems {
				fields = append(fields, one.Field)
			}
			if diff := cmp.Diff(test.want, fields); diff != "" {
				t.Errorf("problems (-want +got):\n%s\n%v", diff, problems)
			}
		})
	}
}
