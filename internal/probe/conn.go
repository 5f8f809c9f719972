package probe

import (
	"bufio"
	"errors"
	"net"
)

// maxHeader is how many bytes a connection may send before the header of an
// answer has ended.
const maxHeader = 64 << 10

var errHeader = errors.New("the header of the answer is too large")

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
