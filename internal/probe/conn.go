package probe

import (
	"bufio"
	"context"
	"errors"
	"net"
	"time"
)

// maxHeader is how many bytes a connection may send before the header of an
// answer has ended.
const maxHeader = 64 << 10

var errHeader = errors.New("the header of the answer is too large")

// timedOut reports whether an error says that time was up.
func timedOut(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// endedBy has reading and writing on a connection fail once ctx ends, until stop is
// called.
func endedBy(ctx context.Context, conn net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}

// A bounded connection is read until a bound.
type bounded struct {
	net.Conn
	left int
}

func (r *bounded) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errHeader
	}
	n, err := r.Conn.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// A buffered connection begins with what was read ahead.
type buffered struct {
	net.Conn
	reader *bufio.Reader
}

func (c *buffered) Read(p []byte) (int, error) {
	if c.reader.Buffered() > 0 {
		return c.reader.Read(p)
	}
	return c.Conn.Read(p)
}
