package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// The lines of docs/clients.md work as they stand, against a desk whose address
// takes the place of the one on the page.
func TestCurlLinesOfThePage(t *testing.T) {
	t.Parallel()
	page := clientsPage(t)
	block := regexp.MustCompile("(?s)<!-- run:[^\n]*\n```sh\n(.*?)```").FindStringSubmatch(page)
	if block == nil {
		t.Fatal("the page has no lines to run")
	}
	for _, program := range []string{"sh", "curl", "sed"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s: %v", program, err)
		}
	}
	base, id, secret := clientsDesk(t)
	script := strings.ReplaceAll(block[1], "https://health.contoso.com", base)
	if strings.Count(script, "\ncurl ") < 7 || strings.Count(script, base) != 1 {
		t.Fatalf("the lines are\n%s", script)
	}
	for _, line := range strings.Split(script, "\n") { // each answer is looked at for itself
		if strings.HasPrefix(line, "curl ") {
			script = strings.Replace(script, line, "echo; echo '=='; "+line, 1)
		}
	}
	command := exec.CommandContext(t.Context(), "sh", "-eu", "-c", script)
	command.Env = append(os.Environ(), "CLIENT_ID="+id, "CLIENT_SECRET="+secret, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the lines ended with %v:\n%s", err, out)
	}
	answers := strings.Split(string(out), "\n==\n")[1:]
	for i, want := range []string{`"healthOverviews"`, `"value":[`, `"id":"EX900001"`, `#admin/serviceAnnouncement/messages`, `<edmx:Edmx`, `"value":[`, `"Id":"EX900001"`} {
		if i >= len(answers) || !strings.Contains(strings.ReplaceAll(answers[i], "/healthOverviews\"", "\"healthOverviews\""), want) {
			t.Errorf("answer %d of %d lacks %s", i+1, len(answers), want)
		}
	}
}

// Rules for Prometheus can be read and name series that the desk has.
func TestSeriesOfThePage(t *testing.T) {
	t.Parallel()
	page := clientsPage(t)
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(page, -1) {
		var anything map[string]any
		if err := yaml.Unmarshal([]byte(block[1]), &anything); err != nil {
			t.Errorf("%v in\n%s", err, block[1])
		}
	}
	base, _, _ := clientsDesk(t)
	text := body(t, base+"/metrics") + body(t, base+"/metrics") // the first counts itself
	names := regexp.MustCompile(`\b(m365|tocsin|process|go)_[a-z_]+[a-z]\b`).FindAllString(page[strings.Index(page, "## Prometheus"):strings.Index(page, "## Icinga")], -1)
	if len(names) < 8 {
		t.Fatalf("only %v were found", names)
	}
	for _, name := range names {
		if !strings.Contains(text, "\n"+name+"{") && !strings.Contains(text, "\n"+name+" ") && !strings.HasPrefix(name, "tocsin_collector_") {
			t.Errorf("/metrics has no %s", name)
		}
	}
}

func clientsPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// clientsDesk is a desk with the examples of the documentation and a client.
func clientsDesk(t *testing.T) (base, id, secret string) {
	t.Helper()
	data := t.TempDir()
	id, secret = newTenant(t, data)
	health := filepath.Join(data, "health.json")
	const list = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#admin/serviceAnnouncement/healthOverviews","value":[{"id":"Exchange","service":"Exchange Online","status":"serviceOperational"}]}`
	if err := os.WriteFile(health, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"../../docs/examples/issues.json", health} {
		if _, code := tocsin(t, data, "import", file, "--tenant", "contoso"); code != 0 {
			t.Fatalf("import of %s: exit code %d", file, code)
		}
	}
	return serve(t, data, "serve"), id, secret
}
