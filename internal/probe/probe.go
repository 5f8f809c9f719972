// Package probe looks at the network from where it runs: names, the way out,
// connections, certificates, answers and the clock, of the endpoints of a list
// that somebody edits. It tells a network that interferes from a service that is
// down.
//
// Each check passes, fails or cannot tell, as a code of a closed list with its
// arguments; package lang makes a sentence of it. A check that was not possible
// cannot tell: it never passes. Everything is asked at once and cut after
// [Limit]. Nothing is asked but the endpoints of the list, the resolvers and the
// proxy that are set, and a name that cannot exist (RFC 6761, 6.4).
//
// The package connects by itself and not through httpclient, which trusts what a
// probe is there to doubt. It sends no secret but the proxy's own. Begin at [Run].
package probe

import (
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/lang"
)

// Limit is the duration after which a probe is cut. What has not come by then
// cannot tell.
const Limit = 8 * time.Second

// An Outcome is what a check came to.
type Outcome string

// The outcomes.
const (
	Pass    Outcome = "pass"
	Fail    Outcome = "fail"
	Unknown Outcome = "unknown" // cannot tell
)

// Severity orders outcomes, the least severe first: none, a pass, what cannot be
// told, a failure.
func (o Outcome) Severity() int { return slices.Index([]Outcome{"", Pass, Unknown, Fail}, o) }

// A Kind is what a check looks at.
type Kind string

// The kinds of check, in the order in which a connection needs them.
const (
	DNS     Kind = "dns"
	Proxy   Kind = "proxy"
	Connect Kind = "connect"
	TLS     Kind = "tls"
	HTTP    Kind = "http"
	UDP     Kind = "udp"
	Clock   Kind = "clock"
)

// Kinds lists all kinds of check in their order.
func Kinds() []Kind { return []Kind{DNS, Proxy, Connect, TLS, HTTP, UDP, Clock} }

// A Check is one thing that was looked at.
type Check struct {
	Kind         Kind              `json:"kind"`
	Service      string            `json:"service,omitempty"` // id of the service that the endpoint serves
	Target       string            `json:"target,omitempty"`  // host, host:port or protocol://host:port; none of the seat itself
	Outcome      Outcome           `json:"outcome"`
	Code         string            `json:"code"` // of the closed list [Codes]
	Args         map[string]string `json:"args,omitempty"`
	Milliseconds int64             `json:"milliseconds"`
}

// A Result is what one probe came to.
type Result struct {
	At           time.Time `json:"at"`                // by the clock of the seat, UTC
	Seat         string    `json:"seat,omitempty"`    // as the person at it calls it
	Network      string    `json:"network,omitempty"` // as the person at it calls it, such as office or 4G
	System       string    `json:"system"`            // operating system and architecture
	Cause        string    `json:"cause"`             // the first cause that applies of the closed list [Causes]
	Milliseconds int64     `json:"milliseconds"`
	Checks       []Check   `json:"checks"`
}

// Failed reports whether any check failed.
func (r *Result) Failed() bool { return r.count(Fail) > 0 }

func (r *Result) count(o Outcome) (n int) {
	for i := range r.Checks {
		if r.Checks[i].Outcome == o {
			n++
		}
	}
	return n
}

// Sentence words a check.
func (c *Check) Sentence(l *lang.Locale) string { return l.Measured(c.Code, c.Args) }

// Sentence words the cause.
func (r *Result) Sentence(l *lang.Locale) string { return l.Measured("cause."+r.Cause, nil) }

// found makes a check; pairs are names and values of arguments.
func found(outcome Outcome, code string, pairs ...string) Check {
	c := Check{Outcome: outcome, Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if c.Args == nil {
			c.Args = map[string]string{}
		}
		c.Args[pairs[i]] = pairs[i+1]
	}
	return c
}

// seconds writes a limit for people, such as "3".
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
