package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// idleConns is how many connections wait for their next request at once.
const idleConns = 10_000

// idle says what connections that wait cost each desk in memory, of 10,000 that
// have sent one request each, with a token, and how long the desk takes to stop
// with them. It is stopped by that.
func idle(ctx context.Context, s settings, of servers) error {
	for _, one := range of.desks() {
		each, took, err := idleOf(ctx, s, one.desk)
		if err != nil {
			return fmt.Errorf("idle connections: %w", err)
		}
		fmt.Printf("an idle connection of the %s costs %.1f KB of resident memory; with %d of them it stops in %v\n", one.name, each/1024, idleConns, took.Round(time.Millisecond))
	}
	return nil
}

func idleOf(ctx context.Context, s settings, desk *child) (each float64, took time.Duration, err error) {
	d := duel{path: announcements + "issues/" + issue(7).ID}
	request := fmt.Sprintf(d.head(desk.address, desk.tokens["list"], ""), "") + "\r\n"
	conns := make([]net.Conn, 0, idleConns)
	defer func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
	}()
	before := resident(desk.cmd.Process.Pid)
	for range idleConns {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", desk.address)
		if err != nil {
			return 0, 0, err
		}
		conns = append(conns, conn)
		if _, err := io.WriteString(conn, request); err != nil {
			return 0, 0, err
		}
		w, err := http.ReadResponse(bufio.NewReaderSize(conn, 512), nil)
		if err != nil {
			return 0, 0, err
		}
		if _, err := io.Copy(io.Discard, w.Body); err != nil || w.StatusCode != http.StatusOK {
			return 0, 0, fmt.Errorf("status %d: %w", w.StatusCode, err)
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(s.settle):
	}
	each = float64(resident(desk.cmd.Process.Pid)-before) / float64(len(conns))
	asked := time.Now()
	desk.stop()
	return each, time.Since(asked), ctx.Err()
}
