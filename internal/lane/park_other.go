//go:build !linux

package lane

// A lot is where connections wait without a goroutine: nowhere.
type lot struct{}

func openLot() *lot             { return nil }
func (*lot) close()             {}
func (*Server) park(*conn) bool { return false }
func (*Server) leave(*conn)     {}
func (*Server) attend()         {}
