// Package triage answers "ours or theirs?": it weighs what a call, a probe, the
// provider's posts and the reports of colleagues say, and finds the cause, or that
// it is not known yet. A wrong "provider" is the worst error: while anything local
// is open, or speaks for a local cause, the verdict is never the provider.
//
// What weighs what is the table weights.yaml. The package keeps nothing and asks
// nobody: it is given evidence, open issues and reports, and is a function of
// them. Begin at [Weigh].
package triage

import "time"

// An Outcome is what a check came to. Checks by a program pass, fail or cannot
// tell; those by hand are ok, partial, ko or unknown; questions have answers of
// their own, which the table of weights lists.
type Outcome string

// Outcomes that several checks have.
const (
	Pass    Outcome = "pass"
	Fail    Outcome = "fail"
	Unknown Outcome = "unknown" // not done, not answered, or cannot tell
	OK      Outcome = "ok"      // what failed works then
	Partial Outcome = "partial"
	KO      Outcome = "ko" // it fails then as well
)

// Checks whose outcomes the package itself looks at.
const (
	CheckScope    = "scope"    // one, team, site, many
	CheckServices = "services" // one, several
	CheckNetwork  = "network"  // both, internal, vpn
	CheckCode     = "code"     // server, auth, proxy, portal, name, certificate, request, other
	CheckIssue    = "shd"      // match, part, restored, none
	CheckReports  = "reports"  // sites, site, none
	CheckBeacons  = "beacons"  // sites, site, fine

	CheckOtherNetwork = "other-network"
	CheckNoProxy      = "no-proxy"
	CheckOtherClient  = "other-client"
	CheckAccount      = "account"
	CheckOutlook      = "outlook"
)

// Evidence is what one check came to. The zero time is of evidence that is as old
// as the triage.
type Evidence struct {
	Check   string    // as in the table of weights; what follows a slash says of what, as in "dns/outlook.office365.com"
	Outcome Outcome   // one of the check's
	Detail  string    // for people, as it was found; at most 1,000 characters
	At      time.Time // when it was found
	Origin  string    // who found it: "call", "caller", "desk", "reports", "server", or the name of a seat
}
