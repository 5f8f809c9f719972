//go:build unix

package lane

import (
	"io"
	"syscall"
)

// A sleeper reads from a socket into memory that it takes when there is
// something to read. What can be answered at once never leaves it.
type sleeper struct {
	raw  syscall.RawConn
	conn *conn
	try  func(fd uintptr) bool // once, as a method value is made anew each time
	have []byte
	err  error
}

// waiterOf finds the way in which a connection waits.
func waiterOf(c *conn) waiter {
	if c.plain == nil {
		return held{c.rwc, &c.server.buffers}
	}
	raw, err := c.plain.SyscallConn()
	if err != nil {
		return held{c.rwc, &c.server.buffers}
	}
	s := &sleeper{raw: raw, conn: c}
	s.try = s.look
	return s
}

func (s *sleeper) read(bool) ([]byte, error) {
	err := s.raw.Read(s.try)
	if err == nil {
		err = s.err
	}
	have := s.have
	s.have, s.err = nil, nil
	return have, err
}

// look reads what there is, and reports false where there is more to wait for:
// nothing has come, or all that came is answered. After a read that did not fill
// its buffer the socket is empty, and the system tells of what comes then; only of an
// end that came together with the request it does not, so that this is seen when
// the connection comes to rest.
func (s *sleeper) look(fd uintptr) bool {
	pool := &s.conn.server.buffers
	b := pool.get()
	for {
		n, err := syscall.Read(int(fd), b[:cap(b)])
		switch {
		case err == syscall.EINTR:
			continue
		case err == nil && n > 0:
			on := true
			if s.have = b[:n]; n < cap(b) {
				s.have, on = s.conn.stand(b[:n])
			}
			switch {
			case !on:
				s.err = io.EOF
			case len(s.have) > 0:
				return true
			}
			s.have = nil
			pool.put(b)
			return !on
		}
		pool.put(b)
		if err == syscall.EAGAIN {
			return false
		}
		if s.err = err; err == nil {
			s.err = io.EOF
		}
		return true
	}
}
