package live_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
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
// at which the last one was told, in nanoseconds. A page is a bare connection
// and stays open until all are told: thousands of browsers would share neither
// the work of a client nor that of leaving.
func openPages(settings string) {
	address, count, _ := strings.Cut(settings, " ")
	n, _ := strconv.Atoi(count)
	var begun, told sync.WaitGroup
	for range n {
		page, err := net.Dial("tcp", address)
		if err != nil {
			panic(err)
		}
		begun.Add(1)
		told.Go(func() {
			if _, err := page.Write([]byte("GET /?tenant=a HTTP/1.1\r\nHost: " + address + "\r\n\r\n")); err != nil {
				panic(err)
			}
			await(page, "retry: ")
			begun.Done()
			await(page, "data: ")
		})
	}
	begun.Wait()
	_, _ = os.Stdout.WriteString("open\n")
	told.Wait()
	_, _ = os.Stdout.WriteString(strconv.FormatInt(time.Now().UnixNano(), 10) + "\n")
}

// await reads until a text has come.
func await(page io.Reader, text string) {
	var buffer [512]byte
	for have := 0; !bytes.Contains(buffer[:have], []byte(text)); {
		n, err := page.Read(buffer[have:])
		if err != nil {
			panic(err)
		}
		have += n
	}
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
	command.Env = append(os.Environ(), pagesVariable+"="+d.server.Listener.Addr().String()+" "+strconv.Itoa(pages))
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
