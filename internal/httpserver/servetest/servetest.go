// Package servetest serves what tests ask over HTTP as the desk does it: by the
// lane, or without it where the environment says TOCSIN_TEST_LANE=off.
package servetest

import (
	"context"
	"net"
	"os"
	"testing"

	"example.org/tocsin/internal/httpserver"
)

// Lane is the setting server.lane of tests.
func Lane() bool { return os.Getenv("TOCSIN_TEST_LANE") != "off" }

// Serve serves what c says, with the setting, until the test ends, and returns
// the base address.
func Serve(t testing.TB, c httpserver.Config) string {
	t.Helper()
	c.Lane = Lane()
	s, err := httpserver.New(c)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return "http://" + listener.Addr().String()
}
