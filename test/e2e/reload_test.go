package e2e

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A running desk takes a changed settings file, by itself and on SIGHUP, and
// keeps the settings of before while the file is wrong.
func TestSettingsAreReloaded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "tocsin.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte("log: {level: error}\nserver: {listen: '127.0.0.1:0'}\ndata: "+filepath.Join(dir, "desk")+"\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tenant := func(name, digit string) string {
		return "  - {name: " + name + ", tenantId: " + strings.Repeat(digit, 8) + "-1111-4111-8111-111111111111, kind: file, path: " + dir + "}\n"
	}
	write("tenants:\n" + tenant("contoso", "1"))
	desk, _ := program(t, "serve", "--config", path)
	out, err := desk.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := desk.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "Tocsin listens on ")
	if err != nil || !ok {
		t.Fatal(line, err)
	}
	hup := func() {
		t.Helper()
		if err := desk.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	const fabrikam = `tocsin_collector_stale{source="file",tenant="fabrikam"}`
	metrics(t, address, "tocsin_settings_valid 1", `tocsin_collector_stale{source="file",tenant="contoso"}`)
	write("tenants: [{name: contoso")
	hup()
	metrics(t, address, "tocsin_settings_valid 0", `tocsin_collector_stale{source="file",tenant="contoso"}`)
	write("tenants:\n" + tenant("contoso", "1") + tenant("fabrikam", "2") + "limits: {perMinute: 60}\nserver: {lane: false}\n")
	metrics(t, address, "tocsin_settings_valid 0") // two keys of one name
	write("tenants:\n" + tenant("contoso", "1") + tenant("fabrikam", "2") + "signIn: {idle: 30m}\n")
	metrics(t, address, "tocsin_settings_valid 1", "tocsin_settings_restart 1", fabrikam) // without a signal
	if err := desk.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = desk.Wait() // the test binary ends by the signal
}

// metrics waits until all of the lines are in the metrics.
func metrics(t *testing.T, address string, wants ...string) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(time.Minute)
	for {
		response, err := http.Get(address + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		missing := ""
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				missing = want
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-timeout:
			t.Fatalf("the metrics lack %q", missing)
		case <-tick.C:
		}
	}
}
