// Package readers has real readers of feeds and calendars read from a running
// desk, two rounds each: an update that comes between them is told once. A reader
// that is not installed is skipped; TOCSIN_TEST_REQUIRE names those that must be
// there, parted by commas.
package readers

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/test/ask"
)

// tenant is that of the desk.
const tenant = "11111111-1111-4111-8111-111111111111"

// A desk is a running server with a tenant that publishes everything.
type desk struct {
	*app.App
	t       *testing.T
	began   time.Time
	private string // a private address, with a slash at its end
}

func start(t *testing.T) *desk {
	t.Helper()
	settings := config.Default()
	settings.Server.Lane = servetest.Lane()
	settings.Data = t.TempDir()
	settings.Server.Listen = "127.0.0.1:0"
	settings.Database = filepath.Join(settings.Data, "tocsin.db")
	a, err := app.New(t.Context(), settings, app.Options{Log: slog.New(slog.DiscardHandler), DueEvery: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{App: a, t: t, began: time.Now().UTC().Truncate(time.Minute)}
	d.fill()
	ask.Run(t, a)
	d.tell(1)
	return d
}

// fill adds the tenant and somebody with a private address.
func (d *desk) fill() {
	d.t.Helper()
	ctx := d.t.Context()
	one := tocsin.Tenant{ID: tenant, Name: "contoso", Domains: []string{"contoso.example"}, CreatedAt: d.began}
	one.Normalize()
	if err := d.Archive.AddTenant(ctx, one); err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.Archive.ChangePublishing(ctx, tenant, d.began, func(p *tocsin.Publishing) error {
		p.Readership, p.Advisories, p.Messages = tocsin.ForEverybody, true, true
		return nil
	}); err != nil {
		d.t.Fatal(err)
	}
	reader := tocsin.User{ID: signin.NewID(), Name: "reader", CreatedAt: d.began, Grants: []tocsin.Grant{{Role: tocsin.RoleReader}}}
	if err := d.People.AddUser(ctx, reader, ""); err != nil {
		d.t.Fatal(err)
	}
	secret, err := d.Door.NewFeedAddress(access.WithVisitor(ctx, access.Visitor{User: reader}, ""), tenant, "reader")
	if err != nil {
		d.t.Fatal(err)
	}
	d.private = d.Base() + "/feeds/" + secret + "/"
}

// tell writes the update with a number, and a message with a deadline and
// planned work that come with it.
func (d *desk) tell(n int) {
	d.t.Helper()
	at := d.began.Add(time.Duration(n-60) * time.Minute)
	works := d.began.AddDate(0, 0, n).Truncate(24 * time.Hour).Add(10 * time.Hour) // within one day: calendars list what crosses midnight under both
	posts := make([]tocsin.Post, n)
	for i := range posts {
		posts[i] = tocsin.Post{CreatedAt: d.began.Add(time.Duration(i-59) * time.Minute), ContentType: "html", Content: fmt.Sprintf("<p>User impact: Les courriers tardent, été %d &amp; 送信が遅延しています。</p>", i+1)}
	}
	r := archive.Record{TenantID: tenant, Source: "graph", SeenAt: at}
	for _, v := range []any{
		tocsin.Issue{ID: "EX1", Title: "Mail is late & <b>slow</b>", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: d.began.Add(-time.Hour), ModifiedAt: at, Posts: posts},
		tocsin.Message{ID: fmt.Sprintf("MC%d", n), Title: "Certificates change", Services: []string{"Exchange Online"}, Category: "planForChange", ActionRequiredBy: d.began.AddDate(0, 0, 10*n), StartAt: at, ModifiedAt: at},
		tocsin.Issue{ID: fmt.Sprintf("EX%d", 50+n), Title: "Move", Service: "Exchange Online", ServiceID: "Exchange", Classification: tocsin.ClassMaintenance, Status: tocsin.StatusOperational, StartAt: works, EndAt: works.Add(2 * time.Hour), ModifiedAt: at},
	} {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			d.t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := d.Archive.Record(d.t.Context(), r); err != nil {
		d.t.Fatal(err)
	}
	if err := d.Model.Refresh(d.t.Context(), true); err != nil {
		d.t.Fatal(err)
	}
}

// each is how many entries come with each call of tell.
const each = 3

// feeds are the addresses of what is told, by their form.
func (d *desk) feeds() map[string]string {
	base := d.Base() + "/status/contoso/"
	return map[string]string{"rss": base + "feed.xml", "atom": base + "atom.xml?lang=ja", "private": d.private + "feed.xml"}
}

// needs skips a test without a program, or fails it where the program is
// required by the name of a reader.
func needs(t *testing.T, reader, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		missing(t, reader, err)
	}
}

func missing(t *testing.T, reader string, why error) {
	t.Helper()
	if required(reader) {
		t.Fatalf("%s is required: %v", reader, why)
	}
	t.Skipf("without %s: %v", reader, why)
}

// run runs a program in a folder that is its home, which must succeed.
func run(t *testing.T, home, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir, command.Env = home, append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home, "LC_ALL=C.UTF-8", "TZ=UTC")
	var problems strings.Builder
	command.Stderr = &problems
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, problems.String())
	}
	return string(out)
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// rounds lets a reader read each form of the feed twice, in a home of its own. Read
// returns how many entries the reader has told so far.
func rounds(t *testing.T, read func(t *testing.T, home, address string) int) {
	t.Helper()
	d := start(t)
	homes := map[string]string{}
	for n := 1; n <= 2; n++ {
		for form, address := range d.feeds() {
			if homes[form] == "" {
				homes[form] = t.TempDir()
			}
			if got := read(t, homes[form], address); got != n*each {
				t.Errorf("%s, round %d: %d entries told, want %d", form, n, got, n*each)
			}
		}
		d.tell(n + 1)
	}
}

// Newsboat counts what is unread.
func TestNewsboat(t *testing.T) {
	t.Parallel()
	needs(t, "newsboat", "newsboat")
	rounds(t, func(t *testing.T, home, address string) (n int) {
		urls := write(t, home, "urls", address+"\n")
		options := []string{"-u", urls, "-c", filepath.Join(home, "cache"), "-C", "/dev/null", "-x"}
		run(t, home, "newsboat", append(options, "reload")...)
		out := run(t, home, "newsboat", append(options, "print-unread")...)
		if _, err := fmt.Sscanf(out, "%d unread", &n); err != nil {
			t.Errorf("newsboat says %q", out)
		}
		return n
	})
}

// Sfeed knows entries by guid, title and link.
func TestSfeed(t *testing.T) {
	t.Parallel()
	needs(t, "sfeed", "sfeed_update")
	needs(t, "sfeed", "curl")
	rounds(t, func(t *testing.T, home, address string) int {
		settings := write(t, home, "sfeedrc", "sfeedpath="+home+"/feeds\nfeeds() {\n\tfeed desk '"+address+"'\n}\n")
		run(t, home, "sfeed_update", settings)
		text, err := os.ReadFile(filepath.Join(home, "feeds", "desk"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Split(line, "\t") // time, title, link, content, type, id
			if len(fields) < 7 || fields[0] == "" || !strings.HasPrefix(fields[5], "urn:tocsin:"+tenant+":") || fields[4] != "html" || fields[3] == "" {
				t.Errorf("entry %q", line)
			}
		}
		return strings.Count(string(text), "\n")
	})
}

// Rss2email writes each entry as a mail.
func TestRSS2Email(t *testing.T) {
	t.Parallel()
	needs(t, "rss2email", "r2e")
	rounds(t, func(t *testing.T, home, address string) int {
		settings := filepath.Join(home, "r2e.cfg")
		r2e := func(args ...string) {
			run(t, home, "r2e", append([]string{"-c", settings, "-d", filepath.Join(home, "r2e.json")}, args...)...)
		}
		if _, err := os.Stat(settings); err != nil {
			if err := os.Mkdir(filepath.Join(home, "Maildir"), 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, home, "r2e.cfg", "[DEFAULT]\nto = reader@contoso.example\nfrom = desk@contoso.example\nemail-protocol = maildir\nmaildir-path = "+home+"/Maildir\nmaildir-mailbox = INBOX\nhtml-mail = True\n")
			r2e("add", "desk", address)
		}
		r2e("run")
		mails, err := filepath.Glob(filepath.Join(home, "Maildir", "INBOX", "new", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(mails)
	})
}

// Libraries of npm and of Go read ids, times and content of each entry.
func TestLibraries(t *testing.T) {
	t.Parallel()
	readers := map[string]func(t *testing.T, address string) string{}
	if why := npm(); why == nil {
		for _, name := range []string{"feedparser", "rss-parser"} {
			readers[name] = func(t *testing.T, address string) string {
				return run(t, t.TempDir(), "node", absolute(t, "read.mjs"), name, address)
			}
		}
	} else if required("node") {
		t.Fatal(why)
	}
	if program, why := gofeed(t); why == nil {
		readers["gofeed"] = func(t *testing.T, address string) string { return run(t, t.TempDir(), program, address) }
	} else if required("gofeed") {
		t.Fatal(why)
	}
	if len(readers) == 0 {
		t.Skip("neither npm ci was run in test/readers, nor can the module in gofeed be built")
	}
	for name, reader := range readers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rounds(t, func(t *testing.T, _, address string) int {
				out := reader(t, address)
				for line := range strings.Lines(out) {
					fields := strings.Fields(line) // id, time, whether there is content, title
					if len(fields) < 4 || !strings.HasPrefix(fields[0], "urn:tocsin:"+tenant+":") || fields[1] == "no" || fields[2] != "true" || !strings.HasPrefix(fields[3], "[") {
						t.Errorf("entry %q", line)
					}
				}
				return strings.Count(out, "\n")
			})
		})
	}
}

// gofeed builds the program in the folder of that name, which is a module of its
// own and kept as text, so that tools of this module leave it alone.
func gofeed(t *testing.T) (string, error) {
	t.Helper()
	folder := t.TempDir()
	for from, to := range map[string]string{"go.mod": "go.mod", "go.sum": "go.sum", "main.txt": "main.go"} {
		text, err := os.ReadFile(filepath.Join("gofeed", from))
		if err != nil {
			t.Fatal(err)
		}
		write(t, folder, to, string(text))
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", "gofeed", ".")
	build.Dir = folder
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build gofeed: %w\n%s", err, out)
	}
	return filepath.Join(folder, "gofeed"), nil
}

// events are how many events come with each call of tell.
const events = 2

// Vdirsyncer fetches the calendar at its private address, khal shows it.
func TestCalendar(t *testing.T) {
	t.Parallel()
	needs(t, "vdirsyncer", "vdirsyncer")
	needs(t, "khal", "khal")
	d := start(t)
	home := t.TempDir()
	synced := write(t, home, "vdirsyncer", `[general]
status_path = "`+home+`/status/"
[pair desk]
a = "kept"
b = "served"
collections = null
conflict_resolution = "b wins"
[storage kept]
type = "filesystem"
path = "`+home+`/calendar/"
fileext = ".ics"
[storage served]
type = "http"
url = "`+d.private+`calendar.ics"
`)
	khal := write(t, home, "khal", "[calendars]\n[[desk]]\npath = "+home+"/calendar/\nreadonly = True\n[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\nlocal_timezone = UTC\ndefault_timezone = UTC\n[sqlite]\npath = "+home+"/khal.db\n")
	if err := os.MkdirAll(filepath.Join(home, "calendar"), 0o700); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		if n == 1 {
			run(t, home, "vdirsyncer", "-c", synced, "discover")
		}
		run(t, home, "vdirsyncer", "-c", synced, "sync")
		shown := run(t, home, "khal", "-c", khal, "list", "--format", "{title}", "--day-format", "", d.began.AddDate(0, 0, -1).Format(time.DateOnly), "60d")
		if got := strings.Count(shown, "[contoso] "); got != n*events || strings.Count(shown, "MC1 Certificates change") != 1 || !strings.Contains(shown, "Planned work: EX51 Move") {
			t.Errorf("round %d: %d events, want %d\n%s", n, got, n*events, shown)
		}
		d.tell(n + 1)
	}
}

// Ical.js reads the calendar as browsers do.
func TestICAL(t *testing.T) {
	t.Parallel()
	if why := npm(); why != nil {
		missing(t, "node", why)
	}
	d := start(t)
	for n := 1; n <= 2; n++ {
		out := run(t, t.TempDir(), "node", absolute(t, "read.mjs"), "ical.js", d.private+"calendar.ics")
		if strings.Count(out, "\n") != n*events || strings.Count(out, " true [contoso] ") != n*events {
			t.Errorf("round %d:\n%s", n, out)
		}
		d.tell(n + 1)
	}
}

func required(reader string) bool {
	return slices.Contains(strings.Split(os.Getenv("TOCSIN_TEST_REQUIRE"), ","), reader)
}

// npm says why the readers of npm cannot run: they are installed once, at the
// versions of package-lock.json, where node is required.
var npm = sync.OnceValue(func() error { //nolint:gochecknoglobals // once for all tests
	if _, err := exec.LookPath("node"); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join("node_modules", ".package-lock.json")); err == nil {
		return nil
	}
	if !required("node") {
		return errors.New("the readers are not installed: npm ci in test/readers does it")
	}
	if out, err := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return nil
})

func absolute(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
