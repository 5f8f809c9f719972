package httpclient

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Bounds of a wait that an upstream asks for.
const (
	minRetry = time.Second
	maxRetry = time.Hour
)

// RetryAfter reads a Retry-After header: seconds, also with a fraction as Graph
// sends them, or an HTTP date in any of its three forms. The instant lies
// between a second and an hour from now. ok is false when the header says
// nothing that can be read.
func RetryAfter(header string, now time.Time) (at time.Time, ok bool) {
	header = strings.TrimSpace(header)
	wait := time.Duration(0)
	if seconds, err := strconv.ParseFloat(header, 64); plainNumber(header) && (err == nil || errors.Is(err, strconv.ErrRange)) {
		wait = time.Duration(math.Min(seconds, maxRetry.Seconds()) * float64(time.Second))
	} else if date, err := http.ParseTime(header); err == nil {
		wait = date.Sub(now)
	} else {
		return time.Time{}, false
	}
	return now.Add(min(max(wait, minRetry), maxRetry)), true
}

// plainNumber refuses the exponents, signs and names that ParseFloat takes.
func plainNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789.") == "" && strings.Count(text, ".") <= 1
}
