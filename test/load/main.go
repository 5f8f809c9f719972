// Command load measures a desk against nginx on one core of this machine. It
// makes an archive, starts the real server with authentication on and, when
// it is installed, nginx with the same bytes as files, and asks both in turn
// over loopback, so that whatever else the machine does slows both. It prints
// ratios with their spread; absolute figures mean little elsewhere. A second
// desk with a copy of the archive has server.lane off, and is asked in the same
// rounds.
//
//	go run ./test/load                  the whole programme, some minutes
//	go run ./test/load -issues 100000   a smaller archive
//	go run ./test/load -page            only the overview of a signed-in reader, of a desk of its own
//	go run ./test/load -tls             the same over TLS 1.3, nginx with the same certificate
//	go run ./test/load -dir DIR         keep the archive in DIR and use it again
//
// The generator is bounded: -conns connections, -span for each run, -rounds
// runs of each server. What one request costs a server is its processor time
// over a run, divided by the answers: on one core, that is what limits it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

// settings are what the command line says.
type settings struct {
	dir      string
	issues   int
	conns    int
	rounds   int
	span     time.Duration
	settle   time.Duration
	serve    bool
	page     bool
	tls      bool
	lane     bool
	measure  string
	profile  string
	only     string
	sendfile string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// scheme begins the addresses of the servers.
func (s settings) scheme() string {
	if s.tls {
		return "https://"
	}
	return "http://"
}

func run(ctx context.Context) error {
	var s settings
	flag.StringVar(&s.dir, "dir", "", "directory of the archive; a temporary one when empty")
	flag.IntVar(&s.issues, "issues", 1_000_000, "issues of the largest tenant")
	flag.IntVar(&s.conns, "conns", 8, "connections of the generator")
	flag.IntVar(&s.rounds, "rounds", 5, "runs of each server for each question")
	flag.DurationVar(&s.span, "span", time.Second, "length of one run")
	flag.DurationVar(&s.settle, "settle", 5*time.Second, "how long idle connections are left alone before their memory is looked at")
	flag.StringVar(&s.only, "only", "", "ask only the questions whose name contains this")
	flag.StringVar(&s.sendfile, "sendfile", "off", "nginx setting: off as it comes, or on to hand files to the kernel without reading them")
	flag.StringVar(&s.profile, "profile", "", "write a processor profile of the server to this file")
	flag.BoolVar(&s.page, "page", false, "ask only for the overview of a desk of its own, signed in")
	flag.BoolVar(&s.tls, "tls", false, "serve and ask over TLS 1.3")
	flag.BoolVar(&s.lane, "lane", true, "answer by the lane (used by the program itself)")
	flag.BoolVar(&s.serve, "serve", false, "be the server (used by the program itself)")
	flag.StringVar(&s.measure, "measure", "", "measure start and memory with this tenant (used by the program itself)")
	flag.Parse()
	switch {
	case s.serve:
		return serve(ctx, s)
	case s.measure != "":
		return measure(ctx, s)
	}
	if s.dir == "" || s.page {
		dir, err := os.MkdirTemp("", "tocsin-load")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		s.dir = dir
	}
	if s.page {
		return compare(ctx, s)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "tocsin.db")); err != nil {
		if err := generate(ctx, s); err != nil {
			return fmt.Errorf("make archive: %w", err)
		}
	}
	if s.only == "" {
		if err := starts(ctx, s); err != nil {
			return err
		}
	}
	return compare(ctx, s)
}
