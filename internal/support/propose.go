package support

import (
	"maps"
	"slices"

	"example.org/tocsin/internal/tocsin"
)

// Propose returns the severity that the answers of a triage speak for, with the
// sentence of the table that holds and what of the triage decided, such as
// access/ko-many. ok is false where the answers say too little.
func Propose(a tocsin.TriageAnswers) (s tocsin.RequestSeverity, ok bool) {
	states := slices.Collect(maps.Values(a.States))
	ko, partial := slices.Contains(states, "ko"), slices.Contains(states, "partial")
	around := slices.ContainsFunc([]string{"other-client", "no-proxy", "other-network"}, func(check string) bool { return a.Checks[check] == "ok" })
	say := func(severity, why string) (tocsin.RequestSeverity, bool) {
		return tocsin.RequestSeverity{Stage: "proposed", Severity: severity, Why: why}, true
	}
	switch narrow := a.Scope == "one" || a.Scope == "team"; {
	case ko && a.Scope == "many":
		return say("A", "access/ko-many")
	case ko && a.Scope == "site":
		return say("A", "access/ko-site")
	case a.Scope == "one" && around:
		return say("C", "accepted/accepted")
	case narrow:
		return say("B", "partial/one")
	case a.Scope == "many":
		return say("A", "many/many")
	case ko:
		return say("A", "access/ko")
	case partial:
		return say("B", "usable/partial")
	}
	return s, false
}

// Answered returns the answers to the duties that a triage gives already.
func Answered(a tocsin.TriageAnswers) (duties []tocsin.RequestDuty) {
	tried := func(checks ...string) bool {
		return slices.ContainsFunc(checks, func(check string) bool { return a.Checks[check] != "" && a.Checks[check] != "unknown" })
	}
	if tried("account") {
		duties = append(duties, tocsin.RequestDuty{Duty: "accounts", Done: true})
	}
	if tried("other-client", "outlook", "teams-call", "teams-meeting", "teams-file") {
		duties = append(duties, tocsin.RequestDuty{Duty: "clients", Done: true})
	}
	if tried("other-network", "no-proxy") {
		duties = append(duties, tocsin.RequestDuty{Duty: "perimeter", Done: true})
	}
	return duties
}
