//go:build unix

package lane

import (
	"io"
	"syscall"
)

// A sleeper reads from a socket into memory that it takes when there is
// something to read.
type sleeper struct {
	raw  syscall.RawConn
	pool *buffers
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
	s := &sleeper{raw: raw, pool: &c.server.buffers}
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

// look reads what there is, and reports false for nothing.
func (s *sleeper) look(fd uintptr) bool {
	b := s.pool.get()
	for {
		n, err := syscall.Read(int(fd), b[:cap(b)])
		switch {
		case err == syscall.EINTR:
			continue
		case err == nil && n > 0:
			s.have = b[:n]
			return true
		}
		s.pool.put(b)
		if err == syscall.EAGAIN {
			return false
		}
		if s.err = err; err == nil {
			s.err = io.EOF
		}
		return true
	}
}
