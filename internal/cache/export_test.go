package cache

// Holds reports whether there is a value, without asking for it.
func (c *Cache[K, V]) Holds(key K) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, young := c.young[key]
	_, old := c.old[key]
	return young || old
}
