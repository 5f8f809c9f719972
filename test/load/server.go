package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// ready is what a server process says on its first line.
type ready struct {
	Address string
	Tokens  map[string]string // by name of the tenant, and the API unless it is Graph's
	// Reader reads pages.
	Reader, Password string
}

// serve is the process of the server: the desk as `tocsin serve` runs it, with
// a client in each tenant.
func serve(ctx context.Context, s settings) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c := config.Default()
	c.Data, c.Server.Listen, c.Server.Lane = s.dir, listener.Addr().String(), s.lane
	c.Server.Base = "http://" + c.Server.Listen
	if s.tls {
		c.Server.Base, c.Server.TLS = "https://"+c.Server.Listen, config.TLS{Cert: filepath.Join(s.dir, certFile), Key: filepath.Join(s.dir, keyFile)}
	}
	desk, err := app.New(ctx, c, app.Options{Log: quiet(os.Stderr), Listener: listener})
	if err != nil {
		return err
	}
	defer desk.Close()
	info := ready{Address: c.Server.Listen, Tokens: map[string]string{}}
	if info.Reader, info.Password, err = storm(ctx, desk); err != nil {
		return err
	}
	for _, t := range tenants(s) {
		if _, err := desk.Archive.ChangePublishing(ctx, t.id, time.Now(), func(p *tocsin.Publishing) error { p.Readership, p.Advisories = tocsin.ForEverybody, true; return nil }); err != nil {
			return err
		}
	}
	for _, t := range append(tenants(s), pageTenant()) {
		if err := enter(ctx, desk, t, info.Tokens); err != nil {
			return err
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(info); err != nil {
		return err
	}
	stop, err := profile(s.profile)
	if err != nil {
		return err
	}
	defer stop()
	return desk.Run(ctx)
}

// enter adds a client of a tenant, and a token of it for each API.
func enter(ctx context.Context, desk *app.App, t tenant, tokens map[string]string) error {
	client := tocsin.Client{
		ID: tocsin.NewGUID(), TenantID: t.id, Name: tocsin.NewGUID(), CreatedAt: time.Now(),
		Scopes: []string{tocsin.ScopeServiceHealthAll, tocsin.ScopeServiceMessageAll, tocsin.ScopeServiceHealth, tocsin.ScopeDeskRead},
	}
	if _, err := app.AddClient(ctx, desk.Programs, client); err != nil {
		return err
	}
	for api, resource := range map[string]string{"": app.GraphResource, legacyAPI: app.LegacyResource, ownAPI: desk.Base()} {
		token, err := desk.Issuer.Mint(ctx, client, resource, time.Hour)
		if err != nil {
			return err
		}
		tokens[t.name+api] = token
	}
	return nil
}

// profile starts a processor profile if it has a file to go to.
func profile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close() // a profile that is cut short is seen when it is read
	}, nil
}

// measure is a process that opens the archive, loads one tenant and says how
// long that took and what an issue costs in memory.
func measure(ctx context.Context, s settings) error {
	before := heap()
	stop, err := profile(s.profile)
	if err != nil {
		return err
	}
	start, spent := time.Now(), used(os.Getpid())
	desk, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	for _, t := range tenants(s) {
		if t.name != s.measure {
			continue
		}
		model := readmodel.New(desk.Reading(), time.Now, quiet(os.Stderr))
		snapshot, err := model.Snapshot(ctx, t.id)
		if err != nil {
			return err
		}
		took, spent := time.Since(start), used(os.Getpid())-spent
		stop()
		each := float64(heap()-before) / float64(len(snapshot.Issues))
		fmt.Printf("%-17s %9d issues  start to snapshot %5.2f s (CPU %5.2f s)  heap %6.1f MB  %5.0f B an issue (goal %d%s)  resident %4d MB\n", t.name, len(snapshot.Issues),
			took.Seconds(), spent.Seconds(), float64(heap()-before)/1e6, each, goalBeyond, missed(each, goalBeyond), resident(os.Getpid())/1e6)
		if err := live(model, snapshot); err != nil {
			return err
		}
		runtime.KeepAlive(snapshot)
	}
	return nil
}

// A child is a process that this one started, kept to one processor.
type child struct {
	cmd     *exec.Cmd
	address string
	tokens  map[string]string

	reader, password string
}

// start runs a program on one processor where that can be asked for.
func start(ctx context.Context, name string, args ...string) *exec.Cmd {
	if pin, err := exec.LookPath("taskset"); err == nil {
		name, args = pin, append([]string{"-c", serverCPU, name}, args...)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	cmd.Stderr = os.Stderr
	return cmd
}

func self(s settings, args ...string) []string {
	return append([]string{"-dir", s.dir, "-issues", fmt.Sprint(s.issues), fmt.Sprintf("-page=%t", s.page), fmt.Sprintf("-tls=%t", s.tls), fmt.Sprintf("-lane=%t", s.lane)}, args...)
}

func startDesk(ctx context.Context, s settings) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := start(ctx, program, self(s, "-serve", "-profile", s.profile)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the server does not start: %w", err)
	}
	var info ready
	if err := json.Unmarshal(line, &info); err != nil {
		return nil, err
	}
	return &child{cmd: cmd, address: info.Address, tokens: info.Tokens, reader: info.Reader, password: info.Password}, nil
}

// startCopy starts a desk with a copy of the archive, below root, and without
// the lane.
func startCopy(ctx context.Context, s settings, root string) (*child, error) {
	dir := filepath.Join(root, "copy")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		body, err := os.ReadFile(filepath.Join(s.dir, file.Name()))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, file.Name()), body, 0o600); err != nil {
			return nil, err
		}
	}
	s.dir, s.lane, s.profile = dir, false, ""
	return startDesk(ctx, s)
}

// stop ends a child and waits for it.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(os.Interrupt)
	_ = c.cmd.Wait() // it ends by the signal
}

// startNginx serves the files of a directory; nil when it is not installed.
func startNginx(ctx context.Context, s settings, root string) (*child, error) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil, nil //nolint:nilnil // without nginx there is no baseline
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	conf := strings.NewReplacer("ROOT", root, "ADDRESS", address, "SENDFILE", s.sendfile, "TLS", securedBy(s)).Replace(`
daemon off; master_process off; worker_processes 1; pid ROOT/pid; error_log ROOT/error.log crit;
events { worker_connections 512; }
http {
  access_log off; sendfile SENDFILE; tcp_nopush on; keepalive_requests 100000000; etag on; gzip_static on; default_type application/json;
  open_file_cache max=100; open_file_cache_valid 600s;
  client_body_temp_path ROOT/b; proxy_temp_path ROOT/p; fastcgi_temp_path ROOT/f; uwsgi_temp_path ROOT/u; scgi_temp_path ROOT/s;
  server { listen ADDRESSTLS; root ROOT; }
}`)
	path := filepath.Join(root, "nginx.conf")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		return nil, err
	}
	cmd := start(ctx, program, "-p", root, "-c", path, "-e", filepath.Join(root, "error.log"))
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return &child{cmd: cmd, address: address}, conn.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, fmt.Errorf("nginx does not answer")
}
