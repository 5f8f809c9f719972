package alertmanager_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/tocsin"
)

// startServer starts an Alertmanager on a free port of this machine and returns
// its address.
func startServer(t *testing.T) string {
	t.Helper()
	program := notifytest.Program(t, "prometheus-alertmanager")
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yml")
	if err := os.WriteFile(config, []byte("route: {receiver: none}\nreceivers: [{name: none}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	command := exec.CommandContext(ctx, program, "--config.file="+config, "--storage.path="+dir, "--web.listen-address=127.0.0.1:0", "--cluster.listen-address=")
	log, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = command.Wait() })
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, log) }() // ends with the program
			return "http://" + found[1]
		}
	}
	t.Fatal("it does not start")
	return ""
}

// listening finds the address in the log.
var listening = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

// activeAt lists the statuses of the alerts of one item that the server holds for
// active.
func activeAt(t *testing.T, address, id string) (list []string) {
	t.Helper()
	answer, err := http.Get(address + `/api/v2/alerts?filter=` + fmt.Sprintf("id%%3D%%22%s%%22", id)) //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var alerts []alert
	if err := json.NewDecoder(answer.Body).Decode(&alerts); err != nil {
		t.Fatal(err)
	}
	for _, a := range alerts {
		if a.EndsAt.After(time.Now()) {
			list = append(list, a.Labels["status"])
		}
	}
	return list
}

// What opens, changes and ends is one alert that changes and ends, in a server of
// another program's making.
func TestRealServer(t *testing.T) {
	t.Parallel()
	address := startServer(t)
	c, err := makeChannel(t, address, time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	m := notifytest.Message()
	f := &m.Facts[0]
	for i, step := range []struct {
		change      string
		was, status tocsin.Status
		want        string
	}{
		{"opened", "", tocsin.StatusInvestigating, "[investigating]"},
		{"status", tocsin.StatusInvestigating, tocsin.StatusDegradation, "[serviceDegradation]"},
		{"post", "", tocsin.StatusDegradation, "[serviceDegradation]"},
		{"resolved", tocsin.StatusDegradation, tocsin.StatusServiceRestored, "[]"},
		{"opened", "", tocsin.StatusDegradation, "[serviceDegradation]"},
	} {
		f.Change, f.Was, f.Status = step.change, step.was, step.status
		f.StartAt, f.At = time.Now().Add(-time.Hour), time.Now().Add(time.Duration(i-5)*time.Second)
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(activeAt(t, address, f.ID)); got != step.want {
			t.Errorf("after %q: %s active, want %s", step.change, got, step.want)
		}
	}
	m.Kind = notify.KindTest
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Error(err)
	}
}
