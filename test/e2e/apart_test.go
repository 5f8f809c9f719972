package e2e

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"
)

// watch opens a stream about a tenant and passes on the data of its events.
func watch(t *testing.T, base, tenant string) <-chan string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/events?tenant="+tenant, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	told := make(chan string, 16)
	lines := bufio.NewScanner(response.Body)
	lines.Scan() // "retry: …": the stream is open
	go func() {  // ends with the body
		defer close(told)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				told <- data
			}
		}
	}()
	return told
}

// version is the version of a tenant that its overview shows.
func version(t *testing.T, base, tenant string) string {
	t.Helper()
	_, after, found := strings.Cut(body(t, base+"/?tenant="+tenant), `data-events="`)
	address, _, _ := strings.Cut(after, `"`)
	if !found || !strings.Contains(address, "seen=") {
		t.Fatalf("the overview of %s has no address of events: %q", tenant, address)
	}
	return address
}

// What happens in one tenant is told to nobody who looks at another: no event,
// no other version, no line in the log.
func TestTenantsAreToldApart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	for name, id := range map[string]string{"contoso": "11111111-2222-3333-4444-555555555555", "fabrikam": "22222222-2222-3333-4444-555555555555"} {
		run(t, data, new(map[string]any), "tenant", "add", "--id", id, "--name", name, "--domain", name+".com")
		run(t, data, new(map[string]any), "import", "../../docs/examples/issues.json", "--tenant", name)
	}
	base := serve(t, data, "serve", "--config", settings(t, "server: {pages: everyone}\n"))
	versions := [2]string{version(t, base, "contoso"), version(t, base, "fabrikam")}
	contoso, fabrikam := watch(t, base, "contoso"), watch(t, base, "fabrikam")

	run(t, data, new(map[string]any), "service", "add", "--tenant", "contoso", "--id", "Intranet", "--name", "Intranet")
	select {
	case <-contoso:
	case <-time.After(20 * time.Second):
		t.Fatal("the tenant that changed was not told")
	}
	if version(t, base, "contoso") == versions[0] {
		t.Error("the overview of the tenant that changed has the version of before")
	}
	if now := version(t, base, "fabrikam"); now != versions[1] {
		t.Errorf("the overview of the other tenant went from %s to %s", versions[1], now)
	}
	if !strings.Contains(body(t, base+"/changes?tenant=contoso"), "Intranet") || strings.Contains(body(t, base+"/changes?tenant=fabrikam"), "Intranet") {
		t.Error("the change stands in the wrong log")
	}
	select {
	case version := <-fabrikam:
		t.Errorf("the other tenant was told of version %s", version)
	default:
	}
}
