package conformance

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// soon is how long what another process ended may be answered for: the desk
// looks each second, and this machine may have much else to do.
const soon = 4 * time.Second

// A line is one connection to a desk that is kept, with the same fields in
// each request.
type line struct {
	conn   net.Conn
	in     *bufio.Reader
	target string
	fields string
	last   http.Header
}

// dial opens a connection for a target. Fields are pairs of name and value.
func (d *desk) dial(t *testing.T, target string, fields ...string) *line {
	t.Helper()
	at, err := url.Parse(d.Base())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	l := &line{conn: conn, in: bufio.NewReader(conn), target: target, fields: "Host: " + at.Host + "\r\n"}
	for i := 0; i+1 < len(fields); i += 2 {
		l.fields += fields[i] + ": " + fields[i+1] + "\r\n"
	}
	return l
}

// ask sends the request of the line again and returns the status.
func (l *line) ask(t *testing.T) int {
	t.Helper()
	_ = l.conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := fmt.Fprintf(l.conn, "GET %s HTTP/1.1\r\n%s\r\n", l.target, l.fields); err != nil {
		t.Fatalf("%s: %v", l.target, err)
	}
	response, err := http.ReadResponse(l.in, nil)
	if err != nil {
		t.Fatalf("%s: %v", l.target, err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	l.last = response.Header
	return response.StatusCode
}

// TestEndedOnKeptConnections has somebody else end what readers on open
// connections were let in by: a client, a key, a session, a person, roles and
// a tenant. Whatever each connection was given before, it is refused then.
func TestEndedOnKeptConnections(t *testing.T) {
	t.Parallel()
	for name, withLane := range map[string]bool{"lane": true, "library": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var settings config.Config
			d := start(t, func(c *config.Config, _ *app.Options) { c.Server.Lane, settings = withLane, *c })
			other, err := app.OpenRooms(t.Context(), settings) // as a command of the program does
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = other.Close() })
			w := &ender{desk: d, other: other}
			w.client(t)
			for what, end := range map[string]func(context.Context, tocsin.User, tocsin.Session) error{
				"session": func(ctx context.Context, u tocsin.User, s tocsin.Session) error {
					return other.People.EndSession(ctx, u.ID, s.ID, time.Now())
				},
				"person": func(ctx context.Context, u tocsin.User, _ tocsin.Session) error {
					return other.People.SetDisabled(ctx, u.ID, true, time.Now())
				},
				"roles": func(ctx context.Context, u tocsin.User, _ tocsin.Session) error {
					return other.People.SetGrants(ctx, u.ID, nil, false, time.Now())
				},
				"password": func(ctx context.Context, u tocsin.User, _ tocsin.Session) error {
					return other.People.SetPassword(ctx, u.ID, "another hash", time.Now())
				},
			} {
				w.person(t, what, end)
			}
			w.tenant(t)
		})
	}
}

type ender struct {
	*desk
	other *app.Rooms
}

// refused asks on each line until it is refused, and says after how long.
func (w *ender) refused(t *testing.T, what string, since time.Time, status func(int) bool, lines ...*line) {
	t.Helper()
	for _, l := range lines {
		for {
			asked := time.Now()
			got := l.ask(t)
			if status(got) {
				t.Logf("%s: %s is refused with %d after %v", what, l.target, got, asked.Sub(since).Round(time.Millisecond))
				break
			}
			if asked.Sub(since) > soon {
				t.Errorf("%s: %s is still answered with %d", what, l.target, got)
				break
			}
			<-time.After(20 * time.Millisecond)
		}
		if got := l.ask(t); !status(got) {
			t.Errorf("%s: %s was refused and is answered again with %d", what, l.target, got)
		}
	}
}

// warm asks often enough for everything to be remembered that may be.
func warm(t *testing.T, want int, lines ...*line) {
	t.Helper()
	for range 4 {
		for _, l := range lines {
			if got := l.ask(t); got != want {
				t.Fatalf("%s: %d, want %d", l.target, got, want)
			}
		}
	}
}

// known makes lines of which the client has the answer already.
func (d *desk) known(t *testing.T, target string, fields ...string) *line {
	t.Helper()
	l := d.dial(t, target, fields...)
	warm(t, http.StatusOK, l)
	l.fields += "If-None-Match: " + l.last.Get("ETag") + "\r\n"
	warm(t, http.StatusNotModified, l)
	return l
}

// programs are lines of a client, for both APIs.
func (w *ender) programs(t *testing.T, c tocsin.Client) []*line {
	t.Helper()
	var lines []*line
	for target, resource := range map[string]string{
		announcements + "issues": app.GraphResource, announcements + "healthOverviews": app.GraphResource, strings.ReplaceAll(communications, "contoso.example", c.TenantID) + "CurrentStatus": app.LegacyResource,
	} {
		token, err := w.Issuer.Mint(t.Context(), c, resource, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		plain, gzip := w.dial(t, target, "Authorization", "Bearer "+token), w.dial(t, target, "Authorization", "Bearer "+token, "Accept-Encoding", "gzip")
		warm(t, http.StatusOK, plain, gzip)
		lines = append(lines, plain, gzip, w.known(t, target, "Authorization", "Bearer "+token))
	}
	return lines
}

// newClient adds a client of a tenant.
func (w *ender) newClient(t *testing.T, tenant string) tocsin.Client {
	t.Helper()
	c := tocsin.Client{
		ID: signin.NewID(), Name: signin.NewID(), TenantID: tenant, CreatedAt: time.Now(),
		Scopes: []string{tocsin.ScopeServiceHealth, tocsin.ScopeServiceHealthAll, tocsin.ScopeServiceMessageAll},
	}
	if _, err := app.AddClient(t.Context(), w.Programs, c); err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *ender) client(t *testing.T) {
	t.Helper()
	c := w.newClient(t, contoso)
	lines := w.programs(t, c)
	since := time.Now()
	if err := w.other.Programs.RevokeClient(t.Context(), c.ID, since); err != nil {
		t.Fatal(err)
	}
	w.refused(t, "client", since, func(status int) bool { return status == http.StatusUnauthorized }, lines...)
}

// person signs somebody in, and ends that.
func (w *ender) person(t *testing.T, what string, end func(context.Context, tocsin.User, tocsin.Session) error) {
	t.Helper()
	now, token := time.Now(), signin.NewID()+signin.NewID()
	user := tocsin.User{ID: signin.NewID(), Name: "reader-" + what, Grants: []tocsin.Grant{{Role: tocsin.RoleReader}}}
	if err := w.Door.AddUser(t.Context(), user, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	session := tocsin.Session{ID: signin.NewID(), Hash: tocsin.HashOf([]byte(token)), UserID: user.ID, Method: "password", Address: "127.0.0.1", CreatedAt: now, SeenAt: now, EndsAt: now.Add(time.Hour)}
	if err := w.People.AddSession(tocsin.WithActor(t.Context(), tocsin.Actor{UserID: user.ID, Name: user.Name}), session, tocsin.Hash{}); err != nil {
		t.Fatal(err)
	}
	var lines []*line
	for _, target := range []string{"/", "/issues", "/ja/messages"} {
		fields := []string{"Cookie", "tocsin=" + token, "Accept", "text/html"}
		lines = append(lines, w.dial(t, target, fields...), w.dial(t, target, append(fields, "Accept-Encoding", "gzip")...))
	}
	warm(t, http.StatusOK, lines...)
	since := time.Now()
	if err := end(t.Context(), user, session); err != nil {
		t.Fatal(err)
	}
	w.refused(t, what, since, func(status int) bool { return status >= 300 && status != http.StatusNotModified }, lines...)
}

func (w *ender) tenant(t *testing.T) {
	t.Helper()
	lines := w.programs(t, w.newClient(t, fabrikam))
	since := time.Now()
	if _, err := w.other.Archive.ChangeTenant(t.Context(), fabrikam, func(c *tocsin.Tenant) error { c.Disabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	w.refused(t, "tenant", since, func(status int) bool { return status >= 400 && status < 500 }, lines...)
}
