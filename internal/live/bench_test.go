package live_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
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

// benchPages is how many pages are open in the benchmark.
const benchPages = 5000

// BenchmarkStreams opens 5,000 pages from another process and tells them once:
// memory of a stream, when the last one knew, and that time in parts of what
// the same pages need when a loop does nothing but write to them.
func BenchmarkStreams(b *testing.B) {
	floor := openBare(b)
	bare := lastTold(b, floor.address, func() {}, floor.tell)
	m := newModel()
	d := serve(b, m, live.New(m), false)
	before := heap()
	told := lastTold(b, d.server.Listener.Addr().String(), func() {
		b.ReportMetric(float64(heap()-before)/benchPages, "bytes/stream")
	}, func() { d.set("a", "2") })
	b.ReportMetric(float64(told)/1e6, "ms-last-told")
	b.ReportMetric(float64(told)/float64(bare), "of-bare")
}

// lastTold opens pages at an address, calls open when all have begun, and is
// how long after tell the last one knew.
func lastTold(b *testing.B, address string, open, tell func()) time.Duration {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	command := exec.CommandContext(b.Context(), self)
	command.Env = append(os.Environ(), pagesVariable+"="+address+" "+strconv.Itoa(benchPages))
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
	open()
	start := time.Now()
	tell()
	lines.Scan()
	end, err := strconv.ParseInt(lines.Text(), 10, 64)
	if err != nil {
		b.Fatal(err, command.Wait())
	}
	_ = command.Wait()
	return time.Duration(end - start.UnixNano())
}

// bare is a server that knows nothing but its connections.
type bare struct {
	address string
	mu      sync.Mutex
	pages   []net.Conn
}

func openBare(b *testing.B) *bare {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &bare{address: listener.Addr().String()}
	b.Cleanup(func() {
		_ = listener.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, page := range s.pages {
			_ = page.Close()
		}
	})
	go func() {
		for {
			page, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.pages = append(s.pages, page)
			s.mu.Unlock()
			_, _ = page.Write([]byte("retry: 1\n\n"))
		}
	}()
	return s
}

// tell writes to all pages, on all processors.
func (s *bare) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var writers sync.WaitGroup
	processors := runtime.GOMAXPROCS(0)
	for part := range slices.Chunk(s.pages, (len(s.pages)+processors-1)/processors) {
		writers.Go(func() {
			for _, page := range part {
				_, _ = page.Write([]byte("id: 2\nevent: change\ndata: 2\n\n"))
			}
		})
	}
	writers.Wait()
}

// heap is the memory in use, stacks included.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
