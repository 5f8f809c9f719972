package httpserver

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// Bodies of every size around the buffers of net/http arrive whole, in one part or
// in two, one after the other on one connection, whoever asks.
func TestWriteWhole(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	body := func(n int) []byte { return bytes.Repeat([]byte("0123456789abcde\n"), n/16+1)[:n] }
	server := &http.Server{
		ConnContext: withGatherer, ReadHeaderTimeout: time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Query().Get("n"))
			w.Header().Set("Content-Length", strconv.Itoa(n))
			w.Header()["Date"] = nil
			head, _ := strconv.Atoi(r.URL.Query().Get("head"))
			writeWhole(r.Context(), w, http.StatusOK, body(n)[:min(n, head)], body(n)[min(n, head):])
		}),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(gatherersOf{l}) }()
	defer func() {
		if err := errors.Join(server.Close(), ignoreClosed(<-done)); err != nil {
			t.Error(err)
		}
	}()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	sizes := []int{0, 1, 2047, 2048, 100_000, 300_000}
	for n := 3900; n < 4200; n++ {
		sizes = append(sizes, n, n+4096)
	}
	for i, n := range sizes {
		for _, method := range []string{"GET", "HEAD"} {
			if _, err := fmt.Fprintf(conn, "%s /?n=%d&head=%d HTTP/1.1\r\nHost: x\r\n\r\n", method, n, i%3*700); err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequestWithContext(context.Background(), method, "/", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := http.ReadResponse(in, r)
			if err != nil {
				t.Fatalf("%s %d: %v", method, n, err)
			}
			got, err := io.ReadAll(answer.Body)
			if err != nil || method == "GET" && !bytes.Equal(got, body(n)) || method == "HEAD" && len(got) > 0 {
				t.Fatalf("%s %d: %d bytes, %v", method, n, len(got), err)
			}
		}
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
