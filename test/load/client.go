package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A question is one request, as it goes over the wire.
type question struct {
	address string
	head    string // without the last empty line
	tls     bool
	vary    func() string // the end of each request's path; nil for head as it is
	status  int
}

// A result is what came of one run.
type result struct {
	answers   int
	bytes     int64
	took      time.Duration
	cpu       time.Duration // of the server
	latencies []time.Duration
}

func (r result) perSecond() float64 { return float64(r.answers) / r.took.Seconds() }

// cost is the server's processor time for one answer.
func (r result) cost() time.Duration {
	return time.Duration(float64(r.cpu) / float64(max(r.answers, 1)))
}

// quantile is the latency that a share of all answers stays below.
func (r result) quantile(share float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[min(int(float64(len(r.latencies))*share), len(r.latencies)-1)]
}

// ask sends the question over and over on some connections for a while.
func ask(ctx context.Context, q question, conns int, span time.Duration, pid int) (result, error) {
	var (
		wg       sync.WaitGroup
		mu       sync.Mutex
		total    result
		problems []error
	)
	before, start := used(pid), time.Now()
	for range conns {
		wg.Go(func() {
			one, err := (&asker{q: q}).run(ctx, start.Add(span))
			mu.Lock()
			defer mu.Unlock()
			total.answers += one.answers
			total.bytes += one.bytes
			total.latencies = append(total.latencies, one.latencies...)
			if err != nil {
				problems = append(problems, err)
			}
		})
	}
	wg.Wait()
	total.took, total.cpu = time.Since(start), used(pid)-before
	slices.Sort(total.latencies)
	return total, errors.Join(problems...)
}

// An asker is one connection.
type asker struct {
	q      question
	conn   net.Conn
	buffer []byte
}

func (a *asker) run(ctx context.Context, until time.Time) (r result, err error) {
	if a.conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", a.q.address); err != nil {
		return r, err
	}
	defer a.conn.Close()
	if a.q.tls {
		a.conn = tls.Client(a.conn, trusting())
	}
	if err := a.conn.SetDeadline(until.Add(20 * time.Second)); err != nil {
		return r, err
	}
	a.buffer = make([]byte, 256<<10)
	fixed := []byte(fmt.Sprintf(a.q.head, "") + "\r\n")
	for ctx.Err() == nil {
		sent := time.Now()
		if sent.After(until) {
			return r, nil
		}
		request := fixed
		if a.q.vary != nil {
			request = []byte(fmt.Sprintf(a.q.head, a.q.vary()) + "\r\n")
		}
		if _, err := a.conn.Write(request); err != nil {
			return r, err
		}
		n, err := a.read()
		if err != nil {
			return r, err
		}
		r.answers++
		r.bytes += n
		r.latencies = append(r.latencies, time.Since(sent))
	}
	return r, ctx.Err()
}

// read takes in one answer and returns the length of its body.
func (a *asker) read() (int64, error) {
	have := 0
	for {
		n, err := a.conn.Read(a.buffer[have:])
		if err != nil {
			return 0, err
		}
		have += n
		end := bytes.Index(a.buffer[:have], []byte("\r\n\r\n"))
		if end < 0 {
			continue
		}
		head := a.buffer[:end+2]
		if status, _ := strconv.Atoi(string(head[9:12])); status != a.q.status {
			return 0, fmt.Errorf("status %d, want %d: %.300s", status, a.q.status, a.buffer[:have])
		}
		length := int64(0)
		if at := bytes.Index(head, []byte("Content-Length: ")); at >= 0 && a.q.status != 304 {
			text, _, _ := bytes.Cut(head[at+16:], []byte("\r"))
			if length, err = strconv.ParseInt(string(text), 10, 64); err != nil {
				return 0, err
			}
		}
		for rest := length - int64(have-end-4); rest > 0; {
			n, err := a.conn.Read(a.buffer)
			if err != nil {
				return 0, err
			}
			rest -= int64(n)
		}
		return length, nil
	}
}
