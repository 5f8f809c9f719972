// Package browser tests the pages in a real browser, over the running demo.
package browser

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/httpserver/servetest"
)

// demo is the running desk that all tests look at.
type demo struct {
	start sync.Once
	info  app.DemoInfo
	err   error
	stop  context.CancelFunc
	done  chan error
}

// running is started by the first test and stopped at the end.
var running demo

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tocsin-browser")
	if err != nil {
		panic(err)
	}
	code := 1
	defer func() { os.Exit(code) }()
	defer os.RemoveAll(dir)
	defer func() {
		if running.stop != nil {
			running.stop()
			<-running.done
		}
	}()
	demoDir = dir
	code = browsertest.Run(m)
}

// demoDir is where the demo keeps its archive.
var demoDir string

// base is the address of the running demo, whose incident takes a minute.
func base(t testing.TB) string {
	t.Helper()
	running.start.Do(func() {
		ctx, stop := context.WithCancel(context.Background())
		ready := make(chan app.DemoInfo, 1)
		running.stop, running.done = stop, make(chan error, 1)
		go func() {
			running.done <- app.RunDemo(ctx, app.Demo{Listen: "127.0.0.1:0", Data: demoDir, Speed: 10, WithoutLane: !servetest.Lane(), Ready: func(i app.DemoInfo) { ready <- i }}, slog.New(slog.DiscardHandler))
		}()
		select {
		case running.info = <-ready:
		case running.err = <-running.done:
		case <-time.After(5 * time.Minute): // with the race detector on a busy machine
			running.err = fmt.Errorf("the demo did not start")
		}
	})
	if running.err != nil {
		t.Fatal(running.err)
	}
	return running.info.Base
}

var link = regexp.MustCompile(`<a [^>]*href="(/[^"#]*)"`)

// samples of addresses that differ only in what they are about.
var (
	about = regexp.MustCompile(`^/(issues|messages|services|incidents|admin/users|admin/tenants)/[^/?]+`)
	two   = regexp.MustCompile(`/compare/[^/]+/[^/]+$`)
	apart = regexp.MustCompile(`^/(fr|ja)(/|$)|^/static/|/files/|^/events|\.(csv|xml|json|ics|svg)(\?|$)`)
)

// pages follows the links from the first page and returns one address of each
// kind of page, in English.
func pages(t testing.TB) []string {
	t.Helper()
	return crawl(fetching(t, base(t)), kindOf)
}

// crawl follows links from the first page, as far as they lead to a kind of
// page that was not seen before.
func crawl(read, kindOf func(path string) string) []string {
	seen, queue, list := map[string]bool{}, []string{"/", "/preferences", "/nowhere"}, []string{}
	for len(queue) > 0 && len(list) < 120 {
		path := queue[0]
		queue = queue[1:]
		kind := kindOf(path)
		if seen[kind] {
			continue
		}
		seen[kind] = true
		text := read(path)
		if text == "" { // a file, which a browser saves
			continue
		}
		list = append(list, path)
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			next := html.UnescapeString(found[1])
			if !apart.MatchString(next) && !seen[kindOf(next)] {
				queue = append(queue, next)
			}
		}
	}
	slices.Sort(list)
	return list
}

// kindOf is what addresses of the same kind of page have in common.
func kindOf(address string) string {
	path, _, _ := strings.Cut(address, "?")
	return two.ReplaceAllString(about.ReplaceAllString(path, "/$1/one"), "/compare/two")
}

// fetching reads the pages of a desk as a stranger does.
func fetching(t testing.TB, base string) func(path string) string {
	return func(path string) string { return fetch(t, base+path) }
}

func fetch(t testing.TB, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 500 {
		t.Errorf("GET %s: %s", address, response.Status)
	}
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return ""
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
