package app_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/tocsin"
)

const (
	contoso  = "11111111-1111-4111-8111-111111111111"
	fabrikam = "22222222-2222-4222-8222-222222222222"
	program  = "aaaaaaaa-1111-4111-8111-111111111111"
	canary   = "canary-of-the-client-secret"
	password = "correct horse battery"
)

// A desk runs until the test ends, beside an upstream that knows one tenant.
type desk struct {
	t        *testing.T
	app      *app.App
	upstream *fakegraph.Server
	client   *http.Client
	data     string
}

func newDesk(t *testing.T, change ...func(*config.Config)) *desk {
	t.Helper()
	world := fakegraph.NewWorld()
	if err := world.AddTenant(fakegraph.Tenant{ID: contoso, ClientID: program, Secret: canary}); err != nil {
		t.Fatal(err)
	}
	if err := world.SetOverview(tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational}, contoso); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, upstream: fakegraph.New(world, fakegraph.Config{}), data: t.TempDir()}
	address, err := d.upstream.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.upstream.Close() })
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	settings := config.Default()
	settings.Data, settings.Server.Listen = d.data, "127.0.0.1:0"
	settings.Clouds = []config.Cloud{
		{Name: "lab", Login: address, Graph: address + "/v1.0"},
		{Name: "closed", Login: "http://127.0.0.1:1", Graph: "http://127.0.0.1:1/v1.0"},
	}
	for _, f := range change {
		f(&settings)
	}
	if d.app, err = app.New(t.Context(), settings, app.Options{Log: slog.New(slog.DiscardHandler), Listener: listener, DueEvery: time.Second}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.app.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, d.app.Close()); err != nil {
			t.Error(err)
		}
	})
	user := tocsin.User{ID: signin.NewID(), Name: "alex", Grants: []tocsin.Grant{{Role: tocsin.RoleAdministrator}}}
	if err := d.app.Door.AddUser(t.Context(), user, password); err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil) // never fails
	d.client = &http.Client{Jar: jar}
	d.post("/login", url.Values{"name": {"alex"}, "password": {password}})
	return d
}

// post sends a form and returns the page that it leads to.
func (d *desk) post(path string, form url.Values) string {
	d.t.Helper()
	response, err := d.client.PostForm(d.app.Base()+path, form)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		d.t.Fatal(err)
	}
	if response.StatusCode >= 500 {
		d.t.Errorf("%s: %s %s", path, response.Status, body.String())
	}
	return body.String()
}

func source(cloud, secret string) url.Values {
	return url.Values{"source": {"graph"}, "cloud": {cloud}, "clientId": {program}, "secret": {secret}, "every": {"1m"}}
}

// A source is set up in the pages, says what it lacks, and is polled once it
// lacks nothing. Its secret is nowhere to be read.
func TestSourceIsSetUpInPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.post("/admin/tenants", url.Values{"id": {contoso}, "label": {"contoso"}})
	sources := "/admin/tenants/" + contoso + "/sources"
	wants := func(what, page string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q", what, want)
			}
		}
		if strings.Contains(page, canary) {
			t.Errorf("%s: the page shows the secret", what)
		}
	}
	wants("no cloud of ours", d.post(sources, source("https://evil.example", canary)), "is none of the clouds")
	wants("out of reach", d.post(sources, source("closed", canary)), "No connection could be made to the token endpoint.", "Probably a firewall stands in between")
	wants("wrong secret", d.post(sources, source("lab", "wrong")), "The client secret is wrong. Probably the secret’s id was pasted", "HTTP 401 · AADSTS7000215 · invalid_client", `<q lang="" dir="auto" translate="no">AADSTS7000215: The client secret is not valid.</q>`)
	for path, want := range map[string]string{"healthOverviews": "ServiceHealth.Read.All is granted", "messages": "ServiceMessage.Read.All is granted"} {
		d.upstream.Inject(fakegraph.Fault{Kind: fakegraph.FaultAnswer, PathContains: path, Status: http.StatusForbidden, ContentType: "application/json", Body: "{}"})
		wants("without permission for "+path, d.post(sources, source("lab", canary)), `<span class="strong">`+want+`</span><span class="c-down">Failed</span><div><p>The request was refused (403)`)
		d.upstream.ClearFaults()
	}
	wants("all good", d.post(sources+"/graph/test", nil), "Everything that the source needs is there.")
	deadline := time.Now().Add(30 * time.Second)
	for {
		states, err := d.app.Archive.Sources(t.Context(), contoso)
		if err != nil {
			t.Fatal(err)
		}
		if len(states) == 1 && !states[0].LastOKAt.IsZero() {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not polled: %+v", states)
		}
		<-time.After(50 * time.Millisecond)
	}
	files, err := filepath.Glob(filepath.Join(d.data, "tocsin.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err != nil || bytes.Contains(text, []byte(canary)) {
			t.Errorf("%s holds the secret, %v", filepath.Base(file), err)
		}
	}
	d.post(sources+"/graph/remove", nil)
	if states, err := d.app.Archive.Sources(t.Context(), contoso); err != nil || len(states) != 0 {
		t.Errorf("after removing: %+v, %v", states, err)
	}
}

// A sealed secret that somebody moves to another tenant's row opens for nobody.
func TestSecretIsBoundToItsTenant(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for id, name := range map[string]string{contoso: "contoso", fabrikam: "fabrikam"} {
		d.post("/admin/tenants", url.Values{"id": {id}, "label": {name}})
		d.post("/admin/tenants/"+id+"/sources", source("lab", canary))
	}
	_, err := d.app.Store.Writer().ExecContext(t.Context(), `UPDATE connections SET sealed =
		(SELECT c.sealed FROM connections c JOIN tenants t ON t.num = c.tenant WHERE t.name = 'contoso') WHERE tenant = (SELECT num FROM tenants WHERE name = 'fabrikam')`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.app.Sources.Test(t.Context(), fabrikam, "graph"); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("Test with a secret of another tenant: %v", err)
	}
	if _, err := d.app.Sources.Test(t.Context(), contoso, "graph"); err != nil {
		t.Errorf("Test of the tenant whose it is: %v", err)
	}
}
