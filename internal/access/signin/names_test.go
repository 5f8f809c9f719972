package signin_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/store/storetest"
)

// Whoever signs in through a provider comes back to the address where they are.
// Passkeys belong to the host of the desk's own address and those below it.
func TestSignInUnderSeveralNames(t *testing.T) {
	t.Parallel()
	var issuer string
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/keys",
		})
	}))
	t.Cleanup(provider.Close)
	issuer = provider.URL
	master, err := access.NewMasterKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	door, err := signin.New(signin.Config{
		Base: "https://contoso.com", Names: []string{"https://desk.contoso.com", "https://desk.intra"},
		Archive: storetest.Open(t, storetest.File(t)), Master: master, Address: httpserver.Proxies(nil).Address,
		Providers: []signin.Provider{{ID: "id", Label: "Id", Issuer: issuer, ClientID: "desk"}}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		host, base string
		passkeys   bool
	}{
		{"contoso.com", "https://contoso.com", true},
		{"127.0.0.1:8080", "https://contoso.com", true}, // behind a proxy that names itself
		{"DESK.contoso.com:443", "https://desk.contoso.com", true},
		{"desk.intra", "https://desk.intra", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/login/id", nil)
		r.Host = tt.host
		w := httptest.NewRecorder()
		if err := door.Leave(w, r, "id", "/"); err != nil {
			t.Fatal(err)
		}
		to, err := url.Parse(w.Result().Header.Get("Location"))
		if got := to.Query().Get("redirect_uri"); err != nil || got != tt.base+"/login/id/callback" {
			t.Errorf("under %s: redirect_uri %s, %v", tt.host, got, err)
		}
		for _, c := range w.Result().Cookies() {
			if !c.Secure || c.Domain != "" || c.Path != "/" {
				t.Errorf("under %s: cookie %+v", tt.host, c)
			}
		}
		if got := door.HasPasskeys(r); got != tt.passkeys {
			t.Errorf("under %s: passkeys %v", tt.host, got)
		}
	}
}
