package servetest

import (
	"bufio"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A Line is one connection, on which answers are looked at as they are sent.
type Line struct {
	tb   testing.TB
	conn net.Conn
	in   *bufio.Reader
}

// Dial connects to a base address.
func Dial(tb testing.TB, base string) *Line {
	tb.Helper()
	conn, err := (&net.Dialer{}).DialContext(tb.Context(), "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	return &Line{tb, conn, bufio.NewReader(conn)}
}

// Close ends the connection before the test does.
func (l *Line) Close() error { return l.conn.Close() }

// Get is a request for a target of a base address with a token; headers are
// lines.
func Get(base, target, token string, headers ...string) string {
	lines := []string{"GET " + target + " HTTP/1.1", "Host: " + strings.TrimPrefix(base, "http://")}
	if token != "" {
		lines = append(lines, "Authorization: Bearer "+token)
	}
	return strings.Join(append(lines, headers...), "\r\n") + "\r\n\r\n"
}

// Ask sends a request and returns the lines of the head of its answer as they
// came, and its body.
func (l *Line) Ask(request string) (head []string, body string) {
	l.tb.Helper()
	if _, err := io.WriteString(l.conn, request); err != nil {
		l.tb.Fatal(err)
	}
	in, length := textproto.NewReader(l.in), 0
	for {
		line, err := in.ReadLine()
		if err != nil {
			l.tb.Fatal(err)
		}
		if line == "" {
			break
		}
		head = append(head, line)
		if name, value, _ := strings.Cut(line, ": "); name == "Content-Length" {
			if length, err = strconv.Atoi(value); err != nil {
				l.tb.Fatal(err)
			}
		}
	}
	if strings.HasPrefix(request, "HEAD") || strings.Contains(head[0], " 304 ") {
		return head, ""
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(l.in, text); err != nil {
		l.tb.Fatal(err)
	}
	return head, string(text)
}

// Status sends a request and returns the status of its answer, such as 200.
func (l *Line) Status(request string) string {
	l.tb.Helper()
	head, _ := l.Ask(request)
	_, status, _ := strings.Cut(head[0], " ")
	return status[:3]
}

// Lasting are the lines of a head, sorted, without those that differ from one
// answer to another: its date, how long it took, and the name of the request.
func Lasting(head []string) string {
	list := slices.DeleteFunc(slices.Clone(head), func(line string) bool {
		name, _, _ := strings.Cut(line, ": ")
		return slices.Contains([]string{"Date", "X-Time-Taken", "X-Request-Id", "X-Activity-Id", "Request-Id"}, name)
	})
	slices.Sort(list)
	return strings.Join(list, "\n")
}
