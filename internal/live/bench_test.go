package live_test

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/live"
)

// pagesVariable makes the test binary open that many pages at an address, and
// tell how long the last one waited for an event.
const pagesVariable = "TOCSIN_LIVE_PAGES"

func TestMain(m *testing.M) {
	if settings := os.Getenv(pagesVariable); settings != "" {
		openPages(settings)
		return
	}
	os.Exit(m.Run())
}

// openPages opens pages and prints "open" when all have begun, then the moment
// at which the last one was told, in nanoseconds.
func openPages(settings string) {
	address, count, _ := strings.Cut(settings, " ")
	n, _ := strconv.Atoi(count)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: n}}
	var begun, told sync.WaitGroup
	begun.Add(n)
	for range n {
		told.Go(func() {
			response, err := client.Get(address)
			if err != nil {
				panic(err)
			}
			defer response.Body.Close()
			lines := bufio.NewScanner(response.Body)
			lines.Scan()
			begun.Done()
			for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: ") {
			}
		})
	}
	begun.Wait()
	_, _ = os.Stdout.WriteString("open\n")
	told.Wait()
	_, _ = os.Stdout.WriteString(strconv.FormatInt(time.Now().UnixNano(), 10) + "\n")
}

// BenchmarkStreams opens 5,000 pages from another process and tells them once:
// memory of a stream, and when the last one knew.
func BenchmarkStreams(b *testing.B) {
	const pages = 5000
	m := newModel()
	d := serve(b, m, live.New(m), false)
	before := heap()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	command := exec.CommandContext(b.Context(), self)
	command.Env = append(os.Environ(), pagesVariable+"="+d.server.URL+"?tenant=a "+strconv.Itoa(pages))
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "open" {
		b.Fatal("the pages did not open: is ulimit -n large enough?")
	}
	b.ReportMetric(float64(heap()-before)/pages, "bytes/stream")
	start := time.Now()
	d.set("a", "2")
	lines.Scan()
	end, err := strconv.ParseInt(lines.Text(), 10, 64)
	if err != nil {
		b.Fatal(err, command.Wait())
	}
	b.ReportMetric(float64(end-start.UnixNano())/1e6, "ms-last-told")
	_ = command.Wait()
}

// heap is the memory in use, stacks included.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
