package browser

import (
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/test/ask"
)

// Somebody signs in, adds a passkey and signs in with it, by keyboard alone.
func TestSignInByKeyboard(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	h := hand{t, tab}
	base := namedDesk(t)
	tab.Go(base + "/")
	tab.Wait(`location.pathname == "/login"`)
	h.signIn("kim", password)
	tab.Wait(`location.pathname == "/"`)

	tab.Authenticator()
	tab.Go(base + "/account")
	tab.Wait(`!document.querySelector("[data-key-add]").hidden`)
	h.press("#keyname", "phone", kb.Tab, kb.Enter)
	tab.Wait(`location.search == "?done=passkey" && document.body.innerText.includes("phone")`)

	h.press(`form[action$="/logout"] button`)
	tab.Wait(`location.pathname == "/login"`)
	tab.Wait(`!document.querySelector("[data-passkey]").hidden`)
	h.press("[data-passkey]")
	tab.Wait(`location.pathname == "/"`)
	tab.Go(base + "/account")
	if text := browsertest.Eval[string](tab, `document.body.innerText`); !strings.Contains(text, "Passkey · 127.0.0.1") {
		t.Errorf("the session is not that of a passkey: %s", text)
	}
}

// namedDesk runs a desk that has a name, as passkeys want it, and one person
// until the test ends.
func namedDesk(t *testing.T) string {
	t.Helper()
	desk := emptyDesk(t)
	user := tocsin.User{ID: signin.NewID(), Name: "kim", Grants: []tocsin.Grant{{Role: tocsin.RoleReader}}}
	if err := desk.Door.AddUser(t.Context(), user, password); err != nil {
		t.Fatal(err)
	}
	return desk.Base()
}

// emptyDesk runs a desk in which nobody has an account until the test ends.
func emptyDesk(t *testing.T, clouds ...config.Cloud) *app.App {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	settings := config.Default()
	settings.Server.Lane = servetest.Lane()
	settings.Clouds = clouds
	settings.Notify.Channels = []config.Channel{{Name: "post", Kind: "mail", Mail: config.Mail{From: "desk@contoso.example", Relay: config.Relay{Host: "127.0.0.1", Port: 1, TLS: "none"}}}}
	settings.Notify.Subscriptions.Public = true
	settings.Data, settings.Server.Base = t.TempDir(), "http://localhost:"+port
	desk, err := app.New(t.Context(), settings, app.Options{Log: slog.New(slog.DiscardHandler), Listener: listener})
	if err != nil {
		t.Fatal(err)
	}
	return runDesk(t, desk)
}

// runDesk runs a desk until the test ends.
func runDesk(t *testing.T, desk *app.App) *app.App {
	t.Helper()
	ask.Run(t, desk)
	return desk
}
