package fakegraph

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A window remembers the latest requests of one app in one tenant, refused
// ones included: asking again at once keeps the app out.
type window struct {
	at []time.Time // ascending
}

// wait is how long the app has to wait before a request at now would be within
// limit requests per span.
func (w *window) wait(now time.Time, limit int, span time.Duration) time.Duration {
	if limit < 0 || len(w.at) < limit {
		return 0
	}
	if limit == 0 {
		return span
	}
	return max(0, w.at[len(w.at)-limit].Add(span).Sub(now))
}

// admit counts a request and says how long its sender must wait, 0 when it is
// within the limits.
func (s *Server) admit(x *exchange) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.ToLower(x.tenant.ID)
	s.requests[key]++
	w := s.windows[key+"/"+x.tenant.ClientID]
	if w == nil {
		w = &window{}
		s.windows[key+"/"+x.tenant.ClientID] = w
	}
	wait := max(
		w.wait(x.now, s.cfg.PerMinute, time.Minute),
		w.wait(x.now, s.cfg.PerHour, time.Hour))
	if keep := max(s.cfg.PerMinute, s.cfg.PerHour, 0); len(w.at) >= 2*keep+1 {
		w.at = append(w.at[:0], w.at[len(w.at)-keep:]...)
	}
	w.at = append(w.at, x.now)
	if wait > 0 {
		s.throttled[key]++
	}
	return wait
}

// tooMany is the documented answer to a request beyond the limits.
func (s *Server) tooMany(x *exchange, wait time.Duration) answer {
	a := throttledAnswer(x)
	switch s.cfg.RetryAfter {
	case RetryFraction:
		a.header.Set("Retry-After", strconv.FormatFloat(wait.Seconds(), 'f', 3, 64))
	case RetryDate:
		a.header.Set("Retry-After", x.now.Add(wait+time.Second-1).Format(http.TimeFormat))
	default:
		a.header.Set("Retry-After", fmt.Sprint(int64((wait+time.Second-1)/time.Second)))
	}
	return a
}

func throttledAnswer(x *exchange) answer {
	return jsonAnswer(http.StatusTooManyRequests, map[string]any{"error": map[string]any{
		"code": "TooManyRequests",
		"innerError": map[string]any{
			"code":       "429",
			"date":       x.now.Format("2006-01-02T15:04:05"),
			"message":    "Please retry after",
			"request-id": x.id,
			"status":     "429",
		},
		"message": "Please retry again later.",
	}})
}
