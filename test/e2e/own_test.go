package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// A team with no provider at all speaks for its own service: by script over
// HTTP, and readable where scripts for the provider's services look.
func TestAuthorByScript(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	var tenant struct{ ID string }
	run(t, data, &tenant, "tenant", "add", "--id", contosoID, "--name", "contoso", "--domain", "contoso.com")
	var client struct {
		ID     string `json:"clientId"`
		Secret string `json:"clientSecret"`
	}
	run(t, data, &client, "client", "add", "--tenant", "contoso", "--scope", "Desk.Read", "--scope", "Desk.Author",
		"--scope", "ServiceHealth.Read", "--scope", "ServiceHealth.Read.All", "--scope", "ServiceMessage.Read.All")
	base := serve(t, data, "serve")
	tokenFor := func(resource string) string {
		response, err := http.PostForm(base+"/contoso.com/oauth2/token", url.Values{
			"grant_type": {"client_credentials"}, "resource": {resource}, "client_id": {client.ID}, "client_secret": {client.Secret},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var token struct {
			Token string `json:"access_token"`
		}
		if err := json.NewDecoder(response.Body).Decode(&token); err != nil || token.Token == "" {
			t.Fatalf("token for %s: %s %v", resource, response.Status, err)
		}
		return token.Token
	}
	desk, legacy, graph := tokenFor(base), tokenFor("https://manage.office.com"), tokenFor("https://graph.microsoft.com")
	own := base + "/api/tocsin/v1/tenants/contoso.com"
	post(t, own+"/services", desk, http.StatusCreated, `{"id":"Vpn","name":"Remote access","features":[{"name":"Gateway"}]}`)
	issue := post(t, own+"/issues", desk, http.StatusCreated,
		`{"service":"Vpn","feature":"Gateway","title":"Sign-in is slow","status":"serviceDegradation","post":{"content":"We look into it."}}`)
	post(t, own+"/maintenance", desk, http.StatusCreated, `{"service":"Vpn","title":"New gateways","startAt":"2030-01-05T20:00:00Z","endAt":"2030-01-05T22:00:00Z"}`)
	post(t, own+"/messages", desk, http.StatusCreated, `{"title":"A new client","services":["Vpn"],"content":"Install it."}`)
	if issue["id"] != "TC1001" {
		t.Errorf("issue = %v", issue)
	}
	first := func(address, token string) map[string]any {
		t.Helper()
		var answer page
		if response := get(t, address, token, &answer); response.StatusCode != http.StatusOK || len(answer.Value) != 1 {
			t.Fatalf("%s: %s %+v", address, response.Status, answer)
		}
		return answer.Value[0]
	}
	expect := func(what string, object map[string]any, want map[string]any) {
		t.Helper()
		for name, value := range want {
			if object[name] != value {
				t.Errorf("%s: %s is %v, want %v", what, name, object[name], value)
			}
		}
	}
	comms, announcements := base+"/api/v1.0/contoso.com/ServiceComms/", base+"/v1.0/admin/serviceAnnouncement/"
	expect("legacy issue", first(comms+"Messages?$filter=Id%20eq%20%27TC1001%27", legacy), map[string]any{
		"Title": "Sign-in is slow", "Workload": "Vpn", "WorkloadDisplayName": "Remote access", "MessageType": "Incident", "Status": "Service degradation", "Feature": "Gateway",
	})
	expect("legacy maintenance", first(comms+"Messages?$filter=MessageType%20eq%20%27PlannedMaintenance%27", legacy), map[string]any{"Id": "TC1002", "Title": "New gateways"})
	expect("legacy message", first(comms+"Messages?$filter=MessageType%20eq%20%27MessageCenter%27", legacy), map[string]any{"Id": "TC1003"})
	expect("legacy status", first(comms+"CurrentStatus?$filter=Workload%20eq%20%27Vpn%27", legacy), map[string]any{"Status": "ServiceDegradation"})
	expect("Graph issue", first(announcements+"issues?$filter=isResolved%20eq%20false%20and%20classification%20eq%20%27incident%27", graph), map[string]any{
		"id": "TC1001", "classification": "incident", "status": "serviceDegradation", "service": "Remote access",
	})
	expect("Graph maintenance", first(announcements+"issues?$filter=id%20eq%20%27TC1002%27", graph), map[string]any{"classification": "unknownFutureValue", "isResolved": false})
	expect("Graph overview", first(announcements+"healthOverviews", graph), map[string]any{"id": "Vpn", "status": "serviceDegradation"})
	expect("Graph message", first(announcements+"messages", graph), map[string]any{"id": "TC1003", "title": "A new client"})
	post(t, own+"/issues/TC1001/resolve", desk, http.StatusOK, `{"content":"All is well."}`)
	expect("Graph overview", first(announcements+"healthOverviews", graph), map[string]any{"status": "serviceOperational"})
	expect("legacy issue", first(comms+"Messages?$filter=Id%20eq%20%27TC1001%27", legacy), map[string]any{"Status": "Service restored"})
	for _, token := range []string{legacy, graph, ""} {
		if response := get(t, own+"/issues", token, nil); response.StatusCode != http.StatusUnauthorized {
			t.Errorf("a token for another API: %s, want 401", response.Status)
		}
	}
	if response := get(t, base+"/api/docs", "", nil); response.StatusCode != http.StatusOK {
		t.Errorf("docs: %s", response.Status)
	}
}

// post sends JSON and reads the JSON of the answer.
func post(t *testing.T, address, token string, status int, body string) map[string]any {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil || response.StatusCode != status {
		t.Fatalf("POST %s %s: %s %s, want %d", address, body, response.Status, text, status)
	}
	return object
}

// The command line writes and reads the same archive, and a check tells
// monitoring systems by exit code.
func TestAuthorByCommand(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	newTenant(t, data)
	check := func(want int, line string, args ...string) {
		t.Helper()
		if out, code := tocsin(t, data, append([]string{"check", "--tenant", "contoso"}, args...)...); code != want || !strings.HasPrefix(out, line) {
			t.Errorf("check %v: %d %q, want %d %s", args, code, out, want, line)
		}
	}
	check(3, "UNKNOWN - 0 services")
	var written struct {
		ID      string
		Version int
	}
	run(t, data, &written, "service", "add", "--tenant", "contoso", "--id", "Vpn", "--name", "Remote access", "--feature", "Gateway")
	check(0, "OK - 1 service")
	run(t, data, &written, "issue", "create", "--tenant", "contoso", "--service", "Vpn", "--title", "Slow", "--status", "Service degradation", "--text", "We look into it.")
	if written.ID != "TC1001" || written.Version != 1 {
		t.Errorf("created %+v", written)
	}
	check(1, "WARNING - 1 service, 1 not well", "--service", "vpn")
	run(t, data, &written, "issue", "post", "TC1001", "--tenant", "contoso", "--status", "serviceInterruption")
	check(2, "CRITICAL - ")
	check(2, "CRITICAL - ", "--service", "Vpn", "--service", "Nothing")
	check(3, "UNKNOWN - ", "--service", "Nothing")
	check(3, "UNKNOWN - There is no tenant", "--tenant", "nowhere")
	var list []struct{ ID, Status, Source string }
	run(t, data, &list, "issue", "list", "--tenant", "contoso", "--open")
	if len(list) != 1 || list[0].ID != "TC1001" || list[0].Source != "own" {
		t.Errorf("issues = %+v", list)
	}
	run(t, data, &written, "issue", "resolve", "TC1001", "--tenant", "contoso", "--text", "All is well.")
	run(t, data, &list, "issue", "list", "--tenant", "contoso", "--open")
	if len(list) != 0 || written.Version != 3 {
		t.Errorf("after the end: %+v, version %d", list, written.Version)
	}
	check(0, "OK - ")
	run(t, data, &written, "message", "create", "--tenant", "contoso", "--title", "A new client", "--text", "Install it.", "--service", "Vpn")
	if out, code := tocsin(t, data, "message", "get", written.ID, "--tenant", "contoso"); code != 0 || !strings.Contains(out, "Install it.") || !strings.Contains(out, "Remote access") {
		t.Errorf("message get: %d %q", code, out)
	}
	var health []struct{ ID, Status string }
	run(t, data, &health, "health", "list", "--tenant", "contoso")
	if len(health) != 1 || health[0].Status != "serviceOperational" {
		t.Errorf("health = %+v", health)
	}
	if _, code := tocsin(t, data, "issue", "create", "--tenant", "contoso", "--service", "Nothing", "--title", "x"); code != 2 {
		t.Errorf("an unknown service: exit code %d, want 2", code)
	}
}
