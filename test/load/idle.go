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
// have sent one request each, with a token.
func idle(ctx context.Context, s settings, of servers) error {
	for name, desk := range map[string]*child{"lane": of.lane, "library": of.library} {
		each, err := idleOf(ctx, s, desk)
		if err != nil {
			return fmt.Errorf("idle connections: %w", err)
		}
		fmt.Printf("an idle connection of the %s costs %.1f KB of resident memory\n", name, each/1024)
	}
	return nil
}

func idleOf(ctx context.Context, s settings, desk *child) (float64, error) {
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
			return 0, err
		}
		conns = append(conns, conn)
		if _, err := io.WriteString(conn, request); err != nil {
			return 0, err
		}
		w, err := http.ReadResponse(bufio.NewReaderSize(conn, 512), nil)
		if err != nil {
			return 0, err
		}
		if _, err := io.Copy(io.Discard, w.Body); err != nil || w.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("status %d: %w", w.StatusCode, err)
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(s.settle):
	}
	return float64(resident(desk.cmd.Process.Pid)-before) / float64(len(conns)), nil
}
