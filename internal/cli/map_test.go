package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A map goes out as it came in, in both forms; what is wrong with a file is told with
// its line, and changes nothing.
func TestMapAsFiles(t *testing.T) {
	t.Parallel()
	run := bench(t)
	must := func(line, want string) string {
		t.Helper()
		out, problems, code := run(line)
		if code != 0 || !strings.Contains(out, want) {
			t.Fatalf("%s: %d %s%s, want %q", line, code, out, problems, want)
		}
		return out
	}
	must("tenant add --id 11111111-1111-4111-8111-111111111111 --name contoso", "contoso")
	must("service add --tenant contoso --id Vpn --name Remote-access", "Vpn")
	must("team add Finance --tenant contoso", "Finance")
	must("site add Paris --tenant contoso --seats 1200", "Paris")
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bad := write("bad.yaml", "uses:\n  - name: a\n    services: [Fax]\nprocesses:\n  - name: p\n    owner: Payroll\n")
	for _, command := range []string{"check", "import"} {
		_, problems, code := run("map " + command + " " + bad + " --tenant contoso")
		if code == 0 || !strings.Contains(problems, "Line 3: No service here is called") || !strings.Contains(problems, "Line 6: No team here is called") {
			t.Errorf("%s: %d %s", command, code, problems)
		}
	}
	if out, _, _ := run("map export --tenant contoso"); strings.Contains(out, "uses") {
		t.Errorf("a refused file left %s", out)
	}
	good := write("good.yaml", "uses:\n  - {name: Approvals, services: [remote-access]}\nprocesses:\n  - {name: '=Invoices', owner: finance, sites: [paris], uses: [approvals], cost: 1200, currency: EUR}\nsheets:\n  - {service: Vpn, numbers: '+33 1'}\n")
	must("map check "+good+" --tenant contoso", "can be imported")
	must("map import "+good+" --tenant contoso", "are version 1 now")
	yaml := must("map export --tenant contoso", "owner: Finance")
	table := filepath.Join(dir, "out.csv")
	must("map export "+table+" --tenant contoso --form csv", "written to")
	must("map import "+table+" --tenant contoso", "are version 1 now") // the same says nothing new
	if again := must("map export --tenant contoso", "services: [Vpn]"); again != yaml {
		t.Errorf("through CSV: %s, was %s", again, yaml)
	}
	if _, problems, code := run("map export " + table + " --tenant contoso"); code == 0 {
		t.Errorf("a file was overwritten: %s", problems)
	}
}
