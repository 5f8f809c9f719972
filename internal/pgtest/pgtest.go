// Package pgtest gives tests a PostgreSQL of their own: one private server per
// test process, found where distributions put it, run as an unprivileged user,
// and gone when the process is. It is imported by tests only.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// require names what must not be missing, separated by commas.
const require = "TOCSIN_TEST_REQUIRE"

// server is the process's own PostgreSQL.
type server struct {
	start   sync.Once
	err     error
	dir     string
	port    int
	command *exec.Cmd
	how     string // to copy a database, as a clause
	count   atomic.Int64
}

// shared is started by the first test that asks for it and stopped by [Main].
var shared server //nolint:gochecknoglobals // one server per process is the point

// Main runs the tests of a package and stops the server, if one was started.
// Call it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	shared.stop()
	os.Exit(code)
}

// URL is the address of a new, empty database, dropped when the test ends. It
// skips the test when there is no PostgreSQL, or fails it when
// TOCSIN_TEST_REQUIRE asks for one.
func URL(t testing.TB) string {
	t.Helper()
	if shared.start.Do(func() { shared.err = shared.run() }); shared.err != nil {
		if slices.Contains(strings.Split(os.Getenv(require), ","), "postgres") {
			t.Fatalf("PostgreSQL is required: %v", shared.err)
		}
		t.Skipf("no PostgreSQL: %v", shared.err)
	}
	return shared.create(t, "template1")
}

// Copy makes a copy of a database that [URL] gave and nobody is connected to,
// and drops it when the test ends.
func Copy(t testing.TB, dsn string) string {
	t.Helper()
	parsed, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return shared.create(t, strings.TrimPrefix(parsed.Path, "/"))
}

// create makes a database after another one.
func (s *server) create(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.count.Add(1))
	if err := s.execute(`CREATE DATABASE ` + name + ` TEMPLATE ` + template + s.how); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.execute(`DROP DATABASE ` + name + ` WITH (FORCE)`); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return s.url(name)
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, url.PathEscape(database))
}

func (s *server) execute(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// run makes a cluster in a temporary directory and starts it.
func (s *server) run() error {
	bin, err := find()
	if err != nil {
		return err
	}
	if s.dir, err = directory(); err != nil {
		return err
	}
	as, err := unprivileged(s.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, s.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	s.command = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=400", "-c", "shared_buffers=64MB")
	// The server goes with this process, also when it is killed.
	s.command.SysProcAttr, s.command.Dir = dieTogether(as), s.dir
	if err := s.command.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	if err := s.wait(); err != nil {
		return err
	}
	// Before version 15 files are copied anyway. Later ones otherwise log each page.
	if s.execute(`CREATE DATABASE probe STRATEGY FILE_COPY`) == nil {
		s.how = ` STRATEGY FILE_COPY`
	}
	return nil
}

// wait returns when the server answers.
func (s *server) wait() error {
	var err error
	for range 300 {
		if err = s.execute(`SELECT 1`); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("postgres does not answer: %w", err)
}

func (s *server) stop() {
	if s.command != nil && s.command.Process != nil {
		_ = s.command.Process.Signal(syscall.SIGINT) // a fast shutdown
		_ = s.command.Wait()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// find is the directory of initdb and postgres: on the PATH, or the newest
// where Debian puts them.
func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "postgres")); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("initdb is neither on the PATH nor in /usr/lib/postgresql")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
