package cli

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"example.org/tocsin/internal/probe"
)

// endpointsFile is a list with one endpoint of one's own on this machine.
func endpointsFile(t *testing.T, status int) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(server.Close)
	name := filepath.Join(t.TempDir(), "endpoints.yaml")
	text := "endpoints: [{service: Portal, host: 127.0.0.1, protocol: http, own: true, port: " + strconv.Itoa(server.Listener.Addr().(*net.TCPAddr).Port) + "}]"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// The command speaks the language of the seat, writes text that a desk can read,
// and fails where a check does.
func TestProbe(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		args   []string
		locale string
		code   int
		holds  []string
	}{
		{"english", 200, nil, "de_DE.UTF-8", exitDone, []string{"Pass", "answers with status 200"}},
		{"french", 200, nil, "fr_CA.UTF-8", exitDone, []string{"Réussi", "répond avec le code 200"}},
		{"japanese by flag", 500, []string{"--language", "ja"}, "fr_FR", exitFailed, []string{"不合格", "エラーを返しました"}},
		{"json", 500, []string{"--json"}, "", exitFailed, []string{`"code": "http.fault"`, `"cause": "service"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, stdout, stderr := env(append([]string{"probe", "--resolver", "127.0.0.1:9", "--endpoints", endpointsFile(t, tt.status)}, tt.args...)...)
			e.Getenv = func(name string) string { return map[string]string{"LANG": tt.locale}[name] }
			if code := Main(t.Context(), e); code != tt.code {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			for _, want := range tt.holds {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("%q is missing in\n%s", want, stdout)
				}
			}
		})
	}
}

func TestProbeForTheDesk(t *testing.T) {
	t.Parallel()
	var got sentProbe
	desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/probes/results" || json.Unmarshal(body, &got) != nil || got.Code != "good" {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"error":{"message":"The code is not known."}}`)
		}
	}))
	t.Cleanup(desk.Close)
	run := func(code string) (int, string, string) {
		e, stdout, stderr := env("probe", "run", "--resolver", "127.0.0.1:9", "--endpoints", endpointsFile(t, 200), "--paste", "--seat", "PC-0417", "--network", "4G", "--send", desk.URL+"/", "--code", code)
		return Main(t.Context(), e), stdout.String(), stderr.String()
	}
	status, stdout, stderr := run("good")
	if status != exitDone || got.Result == nil || got.Result.Seat != "PC-0417" || !strings.Contains(stderr, "The desk has the result") {
		t.Errorf("%d, %+v, %s", status, got, stderr)
	}
	if pasted, err := probe.ReadText(stdout); err != nil || pasted.Network != "4G" {
		t.Errorf("%+v, %v", pasted, err)
	}
	if status, _, stderr := run("bad"); status != exitFailed || !strings.Contains(stderr, "The code is not known.") {
		t.Errorf("%d, %s", status, stderr)
	}
	for _, args := range [][]string{{"--send", desk.URL}, {"--resolver", "x"}, {"--second", "x"}, {"--language", "de"}, {"--send", "ftp://x", "--code", "y"}} {
		e, _, stderr := env(append([]string{"probe", "--endpoints", endpointsFile(t, 200)}, args...)...)
		if code := Main(t.Context(), e); code != exitUsage {
			t.Errorf("%q: %d, %s", args, code, stderr)
		}
	}
}

func TestProbeLists(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	older := write("a.json", `[{"serviceArea":"Exchange","urls":["outlook.office365.com","*.office.com"],"tcpPorts":"80,443"},{"id":"x"}]`)
	newer := write("b.json", `[{"serviceArea":"Exchange","urls":["outlook.office365.com"],"tcpPorts":"443"}]`)
	for _, tt := range []struct {
		args   []string
		out    string
		stderr string
	}{
		{[]string{"probe", "list"}, "https://teams.microsoft.com:443", ""},
		{[]string{"probe", "list", "--to", filepath.Join(folder, "list.yaml")}, "", ""},
		{[]string{"probe", "import", older, "--to", filepath.Join(folder, "imported.yaml")}, "", ""},
		{[]string{"probe", "list", "--endpoints", filepath.Join(folder, "list.yaml")}, "https://outlook.office365.com:443", ""},
		{[]string{"probe", "list", "--endpoints", filepath.Join(folder, "imported.yaml")}, "http://outlook.office365.com:80", ""},
		{[]string{"probe", "list", "--output", "csv"}, "outlook.office365.com", ""},
		{[]string{"probe", "import", older}, "host: outlook.office365.com", "2 entries left out"},
		{[]string{"probe", "compare", older, newer}, "removed", "element 2 cannot be read"},
		{[]string{"probe", "compare", newer, newer}, "The lists have the same endpoints.", ""},
		{[]string{"probe", "compare", newer, newer, "--output", "json"}, "[]", ""},
	} {
		e, stdout, stderr := env(tt.args...)
		if code := Main(t.Context(), e); code != exitDone || !strings.Contains(stdout.String(), tt.out) || !strings.Contains(stderr.String(), tt.stderr) {
			t.Errorf("%q: %d\n%s\n%s", tt.args, code, stdout, stderr)
		}
	}
	e, _, stderr := env("probe", "list", "--to", filepath.Join(folder, "list.yaml"))
	if code := Main(t.Context(), e); code != exitFailed {
		t.Errorf("a file is written over: %d, %s", code, stderr)
	}
}
