package conformance

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

// issued is the answer of a token endpoint.
type issued struct {
	TokenType   string          `json:"token_type"`
	AccessToken string          `json:"access_token"`
	ExpiresOn   json.RawMessage `json:"expires_on"`
	Error       string          `json:"error"`
}

// signIn asks a token endpoint as clients do.
func (d *desk) signIn(t *testing.T, target string, form url.Values) (int, issued) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.Base()+target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := d.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer issued
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%s: %d %s", target, response.StatusCode, body)
	}
	return response.StatusCode, answer
}

// Clients sign in at either endpoint, with the leftovers that scripts send,
// and build the header from what the answer says.
func TestSignIn(t *testing.T) {
	t.Parallel()
	d := start(t)
	client := tocsin.Client{ID: signin.NewID(), TenantID: contoso, Name: "script", CreatedAt: time.Now(), Scopes: []string{tocsin.ScopeServiceHealth, tocsin.ScopeServiceHealthAll}}
	secret, err := app.AddClient(t.Context(), d.Programs, client)
	if err != nil {
		t.Fatal(err)
	}
	form := func(pairs ...string) url.Values {
		values := url.Values{"grant_type": {"client_credentials"}, "client_id": {client.ID}, "client_secret": {secret}}
		for i := 0; i+1 < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return values
	}
	for _, tt := range []struct {
		target string
		form   url.Values
		status int
		ask    string
	}{
		{"/" + contoso + "/oauth2/token?api-version=1.0", form("resource", "https://manage.office.com", "earliest_time", "-15m@s"), 200, communications + "Services"},
		{"/contoso.example/oauth2/token", form("resource", "https://manage.office.com/"), 200, communications + "CurrentStatus"},
		{"/contoso.example/oauth2/v2.0/token", form("scope", "https://manage.office.com/.default"), 200, communications + "Messages"},
		{"/contoso.example/oauth2/v2.0/token", form("scope", "https://graph.microsoft.com/.default"), 200, announcements + "issues"},
		{"/contoso.example/oauth2/token", form("resource", "https://graph.microsoft.com"), 200, announcements + "healthOverviews"},
		{"/contoso.example/oauth2/v2.0/token", form("scope", "https://graph.microsoft.com/.default", "client_secret", "wrong"), 401, ""},
		{"/fabrikam.example/oauth2/v2.0/token", form("scope", "https://graph.microsoft.com/.default"), 401, ""},
		{"/contoso.example/oauth2/token", form("resource", "https://other.example"), 400, ""},
		{"/contoso.example/oauth2/token", form("resource", "https://graph.microsoft.com", "grant_type", "password"), 400, ""},
	} {
		status, answer := d.signIn(t, tt.target, tt.form)
		if status != tt.status || (status == 200) == (answer.Error != "") {
			t.Errorf("%s %v: %d %+v, want %d", tt.target, tt.form, status, answer, tt.status)
		}
		if status != 200 || tt.ask == "" {
			continue
		}
		if strings.Contains(tt.target, "v2.0") == (len(answer.ExpiresOn) > 0 && answer.ExpiresOn[0] == '"') {
			t.Errorf("%s: expires_on is %s, which version 1 has as a string", tt.target, answer.ExpiresOn)
		}
		got := d.ask(t, "", "GET", tt.ask, "", "Authorization", answer.TokenType+" "+answer.AccessToken)
		if got.status != 200 {
			t.Errorf("%s with the token of %s: %d %s", tt.ask, tt.target, got.status, got.body)
		}
	}
}

// Who asks too often is told so in the form of the API, and when to come back.
func TestThrottling(t *testing.T) {
	t.Parallel()
	d := start(t)
	for api, tt := range map[string]struct{ resource, target, code string }{
		"graph":  {app.GraphResource, announcements + "issues?$top=1", "TooManyRequests"},
		"legacy": {app.LegacyResource, communications + "Services", "AF429.  Too many requests."},
	} {
		client := tocsin.Client{
			ID: signin.NewID(), TenantID: contoso, Name: "slow " + api, CreatedAt: time.Now(), PerMinute: 1,
			Scopes: []string{tocsin.ScopeServiceHealth, tocsin.ScopeServiceHealthAll},
		}
		if _, err := app.AddClient(t.Context(), d.Programs, client); err != nil {
			t.Fatal(err)
		}
		token, err := d.Issuer.Mint(t.Context(), client, tt.resource, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		first := d.ask(t, "", "GET", tt.target, "", "Authorization", "Bearer "+token)
		got := d.ask(t, "", "GET", tt.target, "", "Authorization", "Bearer "+token)
		if first.status != 200 || got.status != 429 || got.header.Get("Retry-After") == "" || !strings.Contains(got.body, `"code":"`+tt.code+`"`) {
			t.Errorf("%s: %d, then %d %v %s", api, first.status, got.status, got.header, got.body)
		}
		if api == "graph" {
			for _, want := range []string{`"innerError":{"code":"429","date":"`, `"message":"Please retry after"`, `"status":"429"`, `"message":"Please retry again later."`} {
				if !strings.Contains(got.body, want) {
					t.Errorf("the body lacks %s: %s", want, got.body)
				}
			}
		}
		checkError(t, api, api == "legacy", got)
	}
}
