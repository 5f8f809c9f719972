package ask

import (
	"context"
	"errors"
	"net"
	"testing"
)

// A Desk is a program that runs until its context ends.
type Desk interface {
	Run(ctx context.Context) error
	Close() error
}

// Run runs a desk until the test ends, and fails the test when it ends with an
// error. A listener that is closed by then is none.
func Run(t testing.TB, desk Desk) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- desk.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		err := <-done
		if closing := desk.Close(); err == nil && !errors.Is(closing, net.ErrClosed) {
			err = closing
		}
		if err != nil {
			t.Errorf("the desk ended with %v", err)
		}
	})
}
