// Package e2e tests the whole program through its command line and over HTTP.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/cli"
	"example.org/tocsin/test/ask"
)

// tocsin runs one command in a directory of data and returns what it printed.
func tocsin(t *testing.T, data string, args ...string) (stdout string, code int) {
	t.Helper()
	var out, problems bytes.Buffer
	code = cli.Main(t.Context(), cli.Env{
		Args: append(args, "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems,
	})
	if code != 0 {
		t.Logf("tocsin %s: exit code %d\n%s", strings.Join(args, " "), code, problems.String())
	}
	return out.String(), code
}

// run runs a command that must succeed and reads its JSON.
func run(t *testing.T, data string, into any, args ...string) {
	t.Helper()
	out, code := tocsin(t, data, append(args, "--output", "json")...)
	if code != 0 {
		t.Fatalf("tocsin %s failed", strings.Join(args, " "))
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatalf("tocsin %s printed %q: %v", strings.Join(args, " "), out, err)
	}
}

// serve runs "tocsin serve" or "tocsin demo" until the test ends and returns
// the address that it prints.
func serve(t *testing.T, data string, args ...string) string {
	t.Helper()
	return serveAt(t, data, "127.0.0.1:0", args...)
}

// serveAt is serve for one address to listen on.
func serveAt(t *testing.T, data, listen string, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- cli.Main(ctx, cli.Env{
			Args:   append(args, "--listen", listen, "--data", data, "--log-level", "error"),
			Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: writer, Stderr: os.Stderr,
		})
		_ = writer.Close()
	}()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("tocsin %s ended with exit code %d", args[0], code)
		}
	})
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		if at := strings.Index(lines.Text(), "http"); at >= 0 && strings.Contains(lines.Text()[at:], "://") {
			go func() { _, _ = io.Copy(io.Discard, reader) }() // what it prints later is of no interest
			return strings.Fields(lines.Text()[at:])[0]
		}
	}
	t.Fatalf("tocsin %s printed no address", args[0])
	return ""
}

// get asks with a token and reads the JSON of the answer.
func get(t *testing.T, address, token string, into any) *http.Response {
	t.Helper()
	response, body := ask.Get(t, http.DefaultClient, address, token)
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatalf("%s answered %d %q: %v", address, response.StatusCode, body, err)
		}
	}
	return response
}

// body reads what everybody may read.
func body(t *testing.T, address string) string {
	t.Helper()
	_, text := ask.Get(t, http.DefaultClient, address, "")
	return string(text)
}

// page is an answer of either API.
type page struct {
	Value []map[string]any `json:"value"`
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

const contosoID = "11111111-2222-3333-4444-555555555555"

// newTenant sets a desk up by script, as the README says, and returns the
// client's id and secret.
func newTenant(t *testing.T, data string) (id, secret string) {
	t.Helper()
	var tenant struct{ ID string }
	run(t, data, &tenant, "tenant", "add", "--id", contosoID, "--name", "contoso", "--domain", "contoso.com")
	var client struct {
		ID     string `json:"clientId"`
		Secret string `json:"clientSecret"`
	}
	run(t, data, &client, "client", "add", "--tenant", "contoso", "--scope", "ServiceHealth.Read", "--scope", "ServiceHealth.Read.All", "--scope", "ServiceMessage.Read.All")
	if tenant.ID != contosoID || client.ID == "" || client.Secret == "" {
		t.Fatalf("tenant %+v, client %+v", tenant, client)
	}
	return client.ID, client.Secret
}

// signIn asks the token endpoint as scripts for the provider's API do.
func signIn(t *testing.T, base, id, secret string) string {
	t.Helper()
	response, err := http.PostForm(base+"/contoso.com/oauth2/token?api-version=1.0", url.Values{
		"grant_type": {"client_credentials"}, "resource": {"https://manage.office.com"}, "client_id": {id}, "client_secret": {secret}, "earliest_time": {"-15m@s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var token struct {
		Type      string `json:"token_type"`
		Token     string `json:"access_token"`
		ExpiresOn string `json:"expires_on"`
	}
	if err := json.NewDecoder(response.Body).Decode(&token); err != nil || token.Type != "Bearer" || token.ExpiresOn == "" {
		t.Fatalf("token endpoint: %s %+v %v", response.Status, token, err)
	}
	return token.Token
}

const sample = `{"value":[{"Id":"EX20119","Name":"EX20119","Title":null,"StartTime":"2026-04-01T22:25:00Z","EndTime":"2026-04-07T21:48:00Z","Status":"Service restored",
"Messages":[{"PublishedTime":"2026-04-03T18:45:32.56Z","MessageText":"second\r\n"},{"PublishedTime":"2026-04-01T22:34:28.76Z","MessageText":"first"}],
"LastUpdatedTime":"2026-04-08T21:54:49.55Z","Workload":"Exchange Online","WorkloadDisplayName":"Exchange","Feature":"Access","FeatureDisplayName":"E-Mail and calendar access"}]}`

// An empty desk works by script: tenant, client, import, serve, token, answer.
func TestDeskByScript(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	id, secret := newTenant(t, data)
	file := filepath.Join(t.TempDir(), "messages.json")
	if err := os.WriteFile(file, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 0} {
		var imported struct{ New, Updated, Items int }
		run(t, data, &imported, "import", file, "--tenant", "contoso.com")
		if imported.New != want || imported.Items != 1 || imported.Updated != 0 {
			t.Errorf("import %d: %+v, want %d new", i+1, imported, want)
		}
	}
	base := serve(t, data, "serve")
	token := signIn(t, base, id, secret)
	var answer page
	response := get(t, base+"/api/v1.0/contoso.com/ServiceComms/Messages?$filter=Id%20eq%20%27EX20119%27", token, &answer)
	if response.StatusCode != http.StatusOK || len(answer.Value) != 1 {
		t.Fatalf("Messages: %s %+v", response.Status, answer)
	}
	m := answer.Value[0]
	if m["Workload"] != "Exchange" || m["WorkloadDisplayName"] != "Exchange Online" || m["Title"] != nil || m["Name"] != "EX20119" || m["Status"] != "Service restored" {
		t.Errorf("message = %v", m)
	}
	if posts, ok := m["Messages"].([]any); !ok || len(posts) != 2 || posts[0].(map[string]any)["MessageText"] != "first" {
		t.Errorf("posts = %v, want them ascending", m["Messages"])
	}
	if response := get(t, base+"/api/v1.0/contoso.com/ServiceComms/Messages", "", &answer); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: %s", response.Status)
	}
	var created struct {
		Token string `json:"access_token"`
	}
	run(t, data, &created, "token", "create", "--tenant", "contoso") // by a script that does not know the address
	if response := get(t, base+"/api/v1.0/"+contosoID+"/ServiceComms/Services", created.Token, &answer); response.StatusCode != http.StatusOK {
		t.Errorf("with a token from the command line: %s %+v", response.Status, answer.Error)
	}
	var found struct {
		Tenants []struct {
			Versions int
			Problem  string
		}
		Audit struct {
			Entries int
			Head    string
			Problem string
		}
	}
	run(t, data, &found, "verify")
	if len(found.Tenants) != 1 || found.Tenants[0].Versions != 1 || found.Tenants[0].Problem != "" || found.Audit.Entries < 2 || found.Audit.Problem != "" {
		t.Errorf("verify = %+v", found)
	}
	run(t, data, &found, "verify", "--audit", found.Audit.Head)
}

// The demo shows its incident through the real collector, and what it prints
// works.
func TestDemo(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	base := serve(t, data, "demo", "--speed", "300")
	text, err := os.ReadFile(filepath.Join(data, "demo.json"))
	if err != nil {
		t.Fatal(err)
	}
	var info struct {
		Tenants []struct{ ID, Name, Domain, Token, GraphToken string }
	}
	if err := json.Unmarshal(text, &info); err != nil || len(info.Tenants) != 3 {
		t.Fatalf("demo.json: %v %s", err, text)
	}
	contoso := info.Tenants[0]
	legacy := base + "/api/v1.0/" + contoso.Domain + "/ServiceComms/"
	var services, current page
	get(t, legacy+"Services", contoso.Token, &services)
	get(t, legacy+"CurrentStatus", contoso.Token, &current)
	if len(services.Value) < 25 || len(current.Value) < 25 {
		t.Errorf("%d services, %d statuses, want at least 25", len(services.Value), len(current.Value))
	}
	deadline := time.Now().Add(60 * time.Second)
	for {
		var incident page
		get(t, legacy+"Messages?$filter=Id%20eq%20%27MO821132%27", contoso.Token, &incident)
		if len(incident.Value) == 1 {
			if posts, ok := incident.Value[0]["Messages"].([]any); ok && len(posts) >= 9 {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the incident did not unfold: %+v", incident.Value)
		}
		time.Sleep(200 * time.Millisecond)
	}
	if text := body(t, base+"/changes?to="+time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)); !strings.Contains(text, "TM813629") {
		t.Error("the log tells of nothing before this day")
	}
	if response := get(t, base+"/", "", nil); response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		t.Errorf("first page: %s %v", response.Status, response.Header)
	}
	for _, path := range []string{"/health", "/healthz", "/readyz", "/version", "/metrics"} {
		if response := get(t, base+path, "", nil); response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
	for _, series := range []string{
		`m365_service_health{service_id="Exchange",service_name="Exchange Online",tenant="contoso"} `,
		`tocsin_collector_last_success_timestamp_seconds{source="graph",tenant="fabrikam"} 1`,
		`tocsin_collector_stale{source="graph",tenant="contoso"} 0`,
		"process_start_time_seconds ", "process_resident_memory_bytes ", "go_goroutines ",
	} {
		if text := body(t, base+"/metrics"); !strings.Contains(text, series) {
			t.Errorf("/metrics lacks %s", series)
		}
	}
	fabrikam := info.Tenants[1]
	if response := get(t, legacy+"Services", fabrikam.Token, nil); response.StatusCode != http.StatusForbidden {
		t.Errorf("another tenant's token: %s, want 403", response.Status)
	}
}

func TestUsedWrongly(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	for _, args := range [][]string{
		{"nonsense"},
		{"tenant", "add", "--id", "x", "--name", "y"},
		{"tenant", "add"},
		{"import", "nowhere.json", "--tenant", contosoID},
		{"demo", "--speed", "-1"},
		{"config", "check", "--config", "/nowhere.yaml"},
	} {
		if _, code := tocsin(t, data, args...); code != 2 && args[0] != "import" || code == 0 {
			t.Errorf("tocsin %s: exit code %d, want 2", strings.Join(args, " "), code)
		}
	}
	// A monitoring system reads 2 as critical.
	if out, code := tocsin(t, data, "check", "--tenant"); code != 3 || !strings.HasPrefix(out, "UNKNOWN - ") {
		t.Errorf("tocsin check --tenant: exit code %d, %q, want 3", code, out)
	}
}
