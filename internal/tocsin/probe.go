package tocsin

import (
	"crypto/rand"
	"strings"
	"time"
)

// How the result of a probe reached the desk.
const (
	ProbeSent   = "sent"   // by a one-time code
	ProbePasted = "pasted" // as text, by somebody of the desk
	ProbeServer = "server" // the desk itself probed
)

// ProbeCodeLife is how long a one-time code is good for.
const ProbeCodeLife = 30 * time.Minute

// NewProbeCode makes a one-time code that people can read to each other: 50 bits.
func NewProbeCode() string {
	text := rand.Text()
	return text[:5] + "-" + text[5:10]
}

// ProbeCodeHash returns how a one-time code is kept, however it is typed.
func ProbeCodeHash(code string) Hash {
	return HashOf([]byte("probe " + strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.TrimSpace(code)))))
}

// A Probe is the result of a probe of the network, from a seat or from the
// server, as the desk keeps it.
type Probe struct {
	ID         string // GUID
	TenantID   string
	At         time.Time // by the clock of the seat, which may be wrong
	ReceivedAt time.Time // by that of the desk
	Seat       string    // as the person at it calls it, "" for unnamed
	Network    string    // as the person at it calls it, "" for unnamed
	Origin     string    // ProbeSent, ProbePasted or ProbeServer
	By         string    // name of who made the code, or pasted; "" for the server
	Cause      string    // of the closed list of package probe
	Result     []byte    // JSON, as package probe writes it
}
