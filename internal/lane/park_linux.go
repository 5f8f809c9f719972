package lane

import (
	"errors"
	"os"
	"syscall"
)

// A lot is where plain connections wait that rest: it takes no goroutine for
// each of them. All of it but the file is guarded by the server's mu.
type lot struct {
	file  *os.File // of epoll
	epoll int
	conns map[int32]*conn // by the number of their socket
}

// openLot makes a lot; nil where the system has none left.
func openLot() *lot {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil
	}
	if err := syscall.SetNonblock(epoll, true); err != nil {
		_ = syscall.Close(epoll)
		return nil
	}
	return &lot{os.NewFile(uintptr(epoll), "connections"), epoll, map[int32]*conn{}}
}

// close ends attend, and waits for nothing. Who is parked stays so.
func (l *lot) close() {
	if l != nil {
		_ = l.file.Close()
	}
}

// park leaves a connection that rests in the lot, and reports false where its
// goroutine has to wait.
func (s *Server) park(c *conn) bool {
	sleeping, ok := c.waiter.(*sleeper)
	if !ok || s.lot == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping.Load() || c.state.Load() != waiting {
		return false
	}
	parked := false
	_ = sleeping.raw.Control(func(fd uintptr) { // one that is closed is seen by its goroutine
		c.fd = int32(fd) //nolint:gosec // as the system numbers them
		event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLONESHOT, Fd: c.fd}
		parked = syscall.EpollCtl(s.lot.epoll, syscall.EPOLL_CTL_ADD, int(fd), &event) == nil
	})
	if parked {
		c.parked = true
		s.lot.conns[c.fd] = c
	}
	return parked
}

// leave takes a parked connection out of the lot. mu is held.
func (s *Server) leave(c *conn) {
	delete(s.lot.conns, c.fd)
	c.parked = false
	if sleeping, ok := c.waiter.(*sleeper); ok {
		_ = sleeping.raw.Control(func(fd uintptr) { _ = syscall.EpollCtl(s.lot.epoll, syscall.EPOLL_CTL_DEL, int(fd), nil) }) // or it is closed
	}
}

// attend gives connections a goroutine again when there is something to read.
func (s *Server) attend() {
	raw, err := s.lot.file.SyscallConn()
	if err != nil {
		return
	}
	var events [64]syscall.EpollEvent
	for {
		n := 0
		if raw.Read(func(fd uintptr) bool {
			n, err = syscall.EpollWait(int(fd), events[:], 0)
			return n > 0 || err != nil && !errors.Is(err, syscall.EINTR)
		}) != nil || err != nil && !errors.Is(err, syscall.EINTR) {
			return
		}
		for _, event := range events[:max(n, 0)] {
			s.mu.Lock()
			c := s.lot.conns[event.Fd]
			if c != nil {
				s.leave(c)
			}
			s.mu.Unlock()
			if c != nil {
				s.group.Go(c.run)
			}
		}
	}
}
