package lane

// Parked returns how many connections wait without a goroutine, and Held how
// many there are at all.
func (s *Server) Parked() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.parked {
			n++
		}
	}
	return n
}

func (s *Server) Held() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Parks says whether connections are parked.
func (s *Server) Parks(yes bool) { s.unparked = !yes }
