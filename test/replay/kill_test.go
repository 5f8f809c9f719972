package replay

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/graph"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// kills is how often the collector is killed during one replay: less often where
// the automation does not run.
func kills() int {
	if os.Getenv("TOCSIN_TEST_REQUIRE") != "" {
		return 100
	}
	return 40
}

// pollTakes is about how long one poll takes, in microseconds: kills are spread
// over that time.
const pollTakes = 30_000

// childVariable makes the test binary a collector instead: it holds the
// database and the upstream's address.
const childVariable = "TOCSIN_REPLAY_CHILD"

func TestMain(m *testing.M) {
	if settings := os.Getenv(childVariable); settings != "" {
		if err := collectorProcess(settings); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	pgtest.Main(m)
}

// collectorProcess says when it is ready, polls once for each instant that it
// reads, in microseconds, and answers with the outcome.
func collectorProcess(settings string) error {
	dsn, address, _ := strings.Cut(settings, "\n")
	s, err := storetest.New(context.Background(), dsn)
	if err != nil {
		return err
	}
	var now time.Time
	clock := func() time.Time { return now }
	source, err := newSource(address, clock)
	if err != nil {
		return err
	}
	c := collect.New(s, clock, slog.New(slog.DiscardHandler))
	c.Add(collect.Target{TenantID: tenant, Name: "first", Source: source, Full: true})
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		us, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			return err
		}
		now = time.UnixMicro(us).UTC()
		p, err := c.Poll(context.Background(), tenant, "first", true)
		if err != nil {
			return err
		}
		fmt.Println(p.Outcome)
	}
	return s.Close()
}

func newSource(address string, clock func() time.Time) (*graph.Source, error) {
	return graph.New(graph.Config{
		TenantID: tenant, ClientID: "app", Secret: "secret",
		TokenURL: address + "/" + tenant + "/oauth2/v2.0/token", BaseURL: address + "/v1.0",
	}, clock)
}

// child is a running collector process.
type child struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

func startChild(t *testing.T, dsn, address string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{command: exec.CommandContext(t.Context(), self)}
	c.command.Env = append(os.Environ(), childVariable+"="+dsn+"\n"+address)
	c.command.Stderr = os.Stderr
	if c.in, err = c.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewScanner(out)
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	if !c.out.Scan() || c.out.Text() != "ready" {
		t.Fatalf("the collector did not start: %v", c.command.Wait())
	}
	return c
}

// ask lets the child poll at an instant.
func (c *child) ask(at time.Time) { fmt.Fprintln(c.in, at.UnixMicro()) }

// kill ends the child as a power cut would.
func (c *child) kill() {
	_ = c.command.Process.Signal(syscall.SIGKILL)
	_ = c.command.Wait() // it was killed
}

// TestKilledCollector kills the collector at random moments of a replay and
// starts it again: the archive must come out as if nothing had happened.
func TestKilledCollector(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a hundred processes")
	}
	lines := recorded(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))

	dsn := filepath.Join(t.TempDir(), "tocsin.db")
	d := newDesk(t, dsn, lines[0].SeenAt)
	steps := groups(lines)
	left, killed := kills(), 0
	var c *child
	for i, step := range steps {
		d.put(t, step)
		d.set(step[0].SeenAt)
		for n := (left + len(steps) - i - 1) / (len(steps) - i); n > 0; n-- {
			if c == nil {
				c = startChild(t, dsn, d.upstream.URL())
			}
			c.ask(d.now())
			time.Sleep(time.Duration(random.IntN(pollTakes)) * time.Microsecond)
			c.kill()
			c, left, killed = nil, left-1, killed+1
			d.set(d.now().Add(collect.Lease + time.Second)) // until the claim of the dead is free
		}
		c = d.complete(t, c, dsn)
	}
	c.kill()
	d.check(t, lines, versionsOf(t, lines))
	polls, err := d.store.Polls(t.Context(), tenant, 1000)
	abandoned := 0
	for _, p := range polls {
		if p.Outcome == tocsin.OutcomeAbandoned {
			abandoned++
		}
	}
	t.Logf("killed %d times, %d of them within a poll (%v)", killed, abandoned, err)
	if abandoned < kills()/10 {
		t.Errorf("only %d kills hit a poll: the moments are badly chosen", abandoned)
	}
}

// complete polls until one poll is complete, so that every state of the world
// was seen, as it was when the history was recorded.
func (d *desk) complete(t *testing.T, c *child, dsn string) *child {
	t.Helper()
	if c == nil {
		c = startChild(t, dsn, d.upstream.URL())
	}
	c.ask(d.now())
	if !c.out.Scan() {
		t.Fatalf("the collector ended by itself: %v", c.command.Wait())
	}
	if outcome := tocsin.Outcome(c.out.Text()); !outcome.Complete() {
		t.Fatalf("poll at %v: %s", d.now(), outcome)
	}
	return c
}

func (d *desk) put(t *testing.T, step []line) {
	t.Helper()
	for _, l := range step {
		if err := d.world.Put(tocsin.KindMessage, l.Message, tenant); err != nil {
			t.Fatal(err)
		}
	}
}
