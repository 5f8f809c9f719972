//go:build !unix

package lane

// waiterOf finds the way in which a connection waits.
func waiterOf(c *conn) waiter { return held{c.rwc, &c.server.buffers} }
