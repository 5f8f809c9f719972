package dispatch_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/webhook"
	"example.org/tocsin/internal/notify/wire"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
)

// besideVariable has the benchmark be the desk that it measures: the database
// file and the address of the receiver, with a blank between.
const besideVariable = "TOCSIN_BENCH_BESIDE"

// profileVariable names a directory that gets a profile of the desk, cpu.pprof.
const profileVariable = "TOCSIN_BENCH_PROFILE"

// BenchmarkBeside makes 10,000 deliveries to one webhook in a process of its own,
// from the changes that are committed to the last outcome that is recorded, in
// turn with Alertmanager, which gets as many alerts through its API, in hundreds,
// and records nothing, and with a plain client that only posts. Processor time and
// peak memory are those of the process while it works; the receiver is in neither.
// Run it while the machine does nothing else:
//
//	go test ./internal/notify/dispatch -run '^$' -bench Beside -benchtime 5x
func BenchmarkBeside(b *testing.B) {
	if task := os.Getenv(besideVariable); task != "" {
		dsn, address, _ := strings.Cut(task, " ")
		serveBeside(b, dsn, address)
		return
	}
	program := notifytest.Program(b, "prometheus-alertmanager")
	var got atomic.Int64
	all := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if got.Add(1) == deliveries {
			all <- struct{}{}
		}
	}))
	defer server.Close()
	clear := func() { got.Store(0) }
	for range b.N {
		clear()
		bare := post(b, server.URL)
		<-all
		clear()
		ours := desk(b, server.URL)
		<-all
		clear()
		theirs := alertmanager(b, program, server.URL, all)
		b.Logf("desk %v, Alertmanager %v, bare client %.2f s: time %.2f, cpu %.2f, memory %.2f of Alertmanager's, %.2f of the bare client's speed", ours, theirs, bare.Seconds(),
			ours.took.Seconds()/theirs.took.Seconds(), ours.cpu.Seconds()/theirs.cpu.Seconds(), float64(ours.peak)/float64(theirs.peak), bare.Seconds()/ours.took.Seconds())
		b.ReportMetric(ours.took.Seconds()/theirs.took.Seconds(), "time")
		b.ReportMetric(ours.cpu.Seconds()/theirs.cpu.Seconds(), "cpu")
		b.ReportMetric(float64(ours.peak)/float64(theirs.peak), "memory")
		b.ReportMetric(bare.Seconds()/ours.took.Seconds(), "of-bare")
	}
}

// cost is what a process needed.
type cost struct {
	took, cpu time.Duration
	peak      int64 // bytes
}

func (c cost) String() string {
	return fmt.Sprintf("%.2f s, %.2f s of cpu, %d MB", c.took.Seconds(), c.cpu.Seconds(), c.peak>>20)
}

// usage reads the processor time of a process and its peak memory.
func usage(b *testing.B, pid int) (c cost) {
	b.Helper()
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		b.Skip("the cost of a process is not known here: ", err)
	}
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for _, field := range fields[11:13] { // in hundredths of a second
		n, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		c.cpu += time.Duration(n) * 10 * time.Millisecond
	}
	if _, line, ok := strings.Cut(string(status), "VmHWM:"); ok {
		if _, err := fmt.Sscan(line, &c.peak); err != nil {
			b.Fatal(err)
		}
		c.peak <<= 10
	}
	return c
}

// started starts a program and returns the first line of its output that matches.
func started(b *testing.B, command *exec.Cmd, pattern string) (found []string, output *bufio.Scanner) {
	b.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	command.Stdout, command.Stderr = w, w
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	_ = w.Close() // the program has it
	b.Cleanup(func() { _ = r.Close() })
	expression := regexp.MustCompile(pattern)
	for output = bufio.NewScanner(r); output.Scan(); {
		if found = expression.FindStringSubmatch(output.Text()); found != nil {
			return found, output
		}
	}
	b.Fatalf("%s did not start", command.Path)
	return nil, nil
}

// desk measures a desk that has 10,000 changes to tell.
func desk(b *testing.B, address string) cost {
	b.Helper()
	dsn := storetest.File(b)
	w := besideWorld(b, dsn, address)
	storetest.AddTenants(b, w)
	w.follow()
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: w.Now()}
	for i := range deliveries {
		r.Entries = append(r.Entries, archive.Entry{Document: issue(b, fmt.Sprintf("EX%d", i), 1, nil)})
	}
	if _, err := w.Record(b.Context(), r); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	command := exec.CommandContext(b.Context(), self, "-test.run=^$", "-test.bench=^BenchmarkBeside$", "-test.benchtime=1x")
	if dir := os.Getenv(profileVariable); dir != "" {
		command.Args = append(command.Args, "-test.cpuprofile="+filepath.Join(dir, "cpu.pprof"))
	}
	command.Env = append(os.Environ(), besideVariable+"="+dsn+" "+address)
	in, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	_, output := started(b, command, "^ready$")
	before := usage(b, command.Process.Pid)
	began := time.Now()
	_, _ = io.WriteString(in, "\n")
	for output.Scan() && output.Text() != "done" { // the end says so as well
	}
	c := usage(b, command.Process.Pid)
	c.took, c.cpu = time.Since(began), c.cpu-before.cpu
	_ = in.Close()
	for output.Scan() {
	}
	if err := command.Wait(); err != nil {
		b.Fatal(err)
	}
	return c
}

// besideWorld has one webhook that is told of everything, with the words that a
// desk sends.
func besideWorld(b *testing.B, dsn, address string) *world {
	b.Helper()
	w := newWorld(b, dsn, route.Settings{Routes: route.Spec{Receiver: "duty", GroupBy: []string{"..."}, GroupWait: "0s"}})
	hook, err := webhook.New(webhook.Config{Secret: webhook.NewSecret(), Wire: wire.Config{Address: address, Inside: true, Now: time.Now}})
	if err != nil {
		b.Fatal(err)
	}
	w.setup.Exits["duty"] = &dispatch.Exit{Name: "duty", Kind: "webhook", Channel: hook, Language: "en", Zone: time.UTC, Window: 256}
	w.config.Scribe, err = letters.New(letters.Config{
		Press: publish.New(w.Archive, w.Now), Base: func() string { return "https://status.contoso.com" }, Now: w.Now,
	})
	if err != nil {
		b.Fatal(err)
	}
	return w
}

// serveBeside is the desk in a process of its own: it begins when it is told to.
func serveBeside(b *testing.B, dsn, address string) {
	b.Helper()
	w := besideWorld(b, dsn, address)
	in := bufio.NewReader(os.Stdin)
	fmt.Print("\nready\n") // to the benchmark
	_, _ = in.ReadString('\n')
	ctx, cancel := context.WithCancel(b.Context())
	d := dispatch.NewDispatcher(w.config)
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	w.consumer.Told = d.Wake
	w.follow()
	for !w.quiet() {
		<-time.After(time.Millisecond)
	}
	fmt.Print("\ndone\n")
	_, _ = in.ReadString('\n')
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	sent := 0
	if err := w.Read().QueryRowContext(b.Context(), `SELECT count(*) FROM delivery_batches WHERE state = 'sent'`).Scan(&sent); err != nil || sent != deliveries {
		b.Fatalf("%d were recorded, %v", sent, err)
	}
}

// alertmanager measures an Alertmanager that gets 10,000 alerts.
func alertmanager(b *testing.B, program, address string, all <-chan struct{}) cost {
	b.Helper()
	dir := b.TempDir()
	config := filepath.Join(dir, "config.yml")
	text := "route: {receiver: hook, group_by: ['...'], group_wait: 0s}\nreceivers: [{name: hook, webhook_configs: [{url: '" + address + "'}]}]\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	command := exec.CommandContext(ctx, program, "--config.file="+config, "--storage.path="+dir, "--web.listen-address=127.0.0.1:0", "--cluster.listen-address=")
	found, output := started(b, command, `msg="Listening on" address=(\S+)`)
	go func() {
		for output.Scan() { // ends with the program
		}
	}()
	before := usage(b, command.Process.Pid)
	began := time.Now()
	for i := 0; i < deliveries; i += 100 {
		alerts(b, "http://"+found[1]+"/api/v2/alerts", i, began)
	}
	<-all
	c := usage(b, command.Process.Pid)
	c.took, c.cpu = time.Since(began), c.cpu-before.cpu
	cancel()
	_ = command.Wait() // killed
	return c
}

// alerts posts a hundred alerts.
func alerts(b *testing.B, address string, first int, at time.Time) {
	b.Helper()
	type alert struct {
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		StartsAt    time.Time         `json:"startsAt"`
	}
	list := make([]alert, 100)
	for i := range list {
		list[i] = alert{
			map[string]string{"alertname": "issue", "id": fmt.Sprintf("EX%d", first+i), "service": "Exchange Online", "class": "incident", "status": "serviceDegradation", "severity": "warning"},
			map[string]string{"summary": "Mail is late", "description": "Users cannot send mail."},
			at,
		}
	}
	body, err := json.Marshal(list)
	if err != nil {
		b.Fatal(err)
	}
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("Alertmanager answered %d", answer.StatusCode)
	}
}
