package triage

import (
	"slices"

	"example.org/tocsin/internal/tocsin"
)

// A Next is what to do with a verdict.
type Next string

// The next steps.
const (
	Give     Next = "give"     // tell the caller the id of the issue and the workarounds
	Request  Next = "request"  // open a request with the provider
	Escalate Next = "escalate" // hand over to those who run the network, or identity
	Repair   Next = "repair"   // put the seat right
	GoOn     Next = "go-on"    // do what is open
)

// NextOf returns what to do next with a verdict. Where one of the reasons to open
// a ticket holds, it is to open one.
func NextOf(v Verdict, attached bool, reasons []string) Next {
	switch {
	case v.Cause == Provider && attached && len(reasons) == 0:
		return Give
	case v.Cause == Provider:
		return Request
	case v.Cause == Network, v.Cause == Identity:
		return Escalate
	case v.Cause == Client:
		return Repair
	}
	return GoOn
}

// Reasons returns which of the three reasons to open a ticket hold, by their ids
// in what is known: users of ours are hit and no issue of the tenant says so
// ("unlisted"); what is hit is worse than the provider's status ("worse"); it goes
// on after it was declared over ("persists"). None holds for a failure whose cause
// is on this side, or is not known to be on the other.
func Reasons(a tocsin.TriageAnswers, v Verdict, f Facts) []string {
	if v.Cause != Provider {
		return nil
	}
	m, ok := f.Issue(a)
	var list []string
	if !ok && !f.Stale {
		list = append(list, "unlisted")
	}
	if ok && m.Open() && worse(a, m) {
		list = append(list, "worse")
	}
	if ok && !m.Open() {
		list = append(list, "persists")
	}
	return list
}

// worse reports whether a service of the call is hit that the issue does not
// name, or one is down of which the issue is an advisory.
func worse(a tocsin.TriageAnswers, m Match) bool {
	for service, state := range a.States {
		if state == string(KO) && slices.Contains(a.Services, service) && (m.Advisory || !slices.Contains(m.Services, service)) {
			return true
		}
	}
	return false
}
