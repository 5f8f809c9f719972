package access

// CacheLen is the number of tokens that the verifier remembers.
func (v *Verifier) CacheLen() int { return v.remembered.tokens.Len() }

// Len is the number of callers that the limiter counts.
func (l *Limiter) Len() int { return l.callers.Len() }
