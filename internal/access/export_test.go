package access

// CacheLen is the number of tokens that the verifier remembers.
func (v *Verifier) CacheLen() int {
	v.cache.mu.RLock()
	defer v.cache.mu.RUnlock()
	return len(v.cache.entries)
}

// Len is the number of callers that the limiter counts.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.callers)
}
