package triage

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed weights.yaml
var weightsFile []byte

// A Cause is where a failure comes from.
type Cause string

// The causes, and that it is not known.
const (
	Provider     Cause = "provider"
	Network      Cause = "network"
	Identity     Cause = "identity"
	Client       Cause = "client"
	UnknownCause Cause = "unknown"
)

// Causes lists the causes that evidence can speak for, the provider first.
func Causes() []Cause { return []Cause{Provider, Network, Identity, Client} }

// Confidence is how sure a verdict is.
type Confidence string

// The degrees of confidence. A verdict that is not known has none.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// Why says why a verdict is unknown.
type Why string

// The reasons for an unknown verdict.
const (
	WhyOpen          Why = "open"          // a local check is open
	WhyContradictory Why = "contradictory" // evidence speaks for several causes
	WhyLittle        Why = "little"        // too little evidence for any
)

// Table is the weights, and how much a verdict needs.
type Table struct {
	Version                    int
	Enough, Lead, High, Medium int
	Checks                     map[string]map[Outcome]Weight
}

// A Weight is what one outcome of a check adds, by cause.
type Weight struct {
	Provider, Network, Identity, Client int
	Unless                              map[string]Outcome // takes the weight away when one of these is so
	Open                                bool               // the check is not settled
}

// Of returns what the weight adds to a cause.
func (w Weight) Of(c Cause) int {
	switch c {
	case Provider:
		return w.Provider
	case Network:
		return w.Network
	case Identity:
		return w.Identity
	case Client:
		return w.Client
	}
	return 0
}

var weights = sync.OnceValues(func() (Table, error) { //nolint:gochecknoglobals // read once, never changed
	var t Table
	decoder := yaml.NewDecoder(bytes.NewReader(weightsFile))
	decoder.KnownFields(true)
	if err := decoder.Decode(&t); err != nil {
		return Table{}, fmt.Errorf("read weights of evidence: %w", err)
	}
	return t, nil
})

// Weights returns the table that [Weigh] weighs by. It is shared: nobody changes
// it.
func Weights() (Table, error) { return weights() }

// A Weighed is evidence with what it adds and to which cause.
type Weighed struct {
	Evidence
	For  Cause // UnknownCause for what is open or speaks for none
	N    int   // how much it adds to that cause
	Open bool  // it settles nothing
}

// A Verdict is where a failure comes from, as far as the evidence tells.
type Verdict struct {
	Cause      Cause
	Confidence Confidence // "" while the cause is unknown
	Why        Why        // it is unknown, "" when it is known
	Open       []string   // local checks that keep it from being the provider
	Scores     map[Cause]int
	Evidence   []Weighed // in the order given
}

// Local counts the pieces of evidence that speak for a cause on this side, Remote
// those for the provider, Left those that are open.
func (v Verdict) Local() int {
	return v.count(func(w Weighed) bool { return w.N > 0 && w.For != Provider })
}

// Remote counts the pieces of evidence that speak for the provider.
func (v Verdict) Remote() int {
	return v.count(func(w Weighed) bool { return w.N > 0 && w.For == Provider })
}

// Left counts the checks that are open.
func (v Verdict) Left() int { return v.count(func(w Weighed) bool { return w.Open }) }

func (v Verdict) count(is func(Weighed) bool) (n int) {
	for _, w := range v.Evidence {
		if is(w) {
			n++
		}
	}
	return n
}

// Weigh finds the cause that evidence speaks for. Of two pieces about the same
// thing both count: what contradicts itself makes the verdict unknown. It fails
// only where the program was built with a table that cannot be read.
func Weigh(evidence []Evidence) (Verdict, error) {
	table, err := Weights()
	if err != nil {
		return Verdict{Cause: UnknownCause}, err
	}
	v := Verdict{Cause: UnknownCause, Scores: map[Cause]int{}}
	for _, e := range evidence {
		weight := table.weightOf(e, evidence)
		w := weight.weigh(e)
		if w.N > 0 {
			for _, c := range Causes() {
				v.Scores[c] += weight.Of(c)
			}
		}
		v.Evidence = append(v.Evidence, w)
	}
	v.Open = openLocally(evidence, table)
	v.decide(table)
	return v, nil
}

// CheckOf returns the check of evidence without what it was done to.
func CheckOf(check string) string {
	check, _, _ = strings.Cut(check, "/")
	return check
}

// weightOf is what evidence adds beside all the other.
func (t Table) weightOf(e Evidence, all []Evidence) Weight {
	w := t.Checks[CheckOf(e.Check)][e.Outcome]
	for check, outcome := range w.Unless {
		if has(all, check, outcome) {
			return Weight{}
		}
	}
	return w
}

// weigh is evidence that has the weight.
func (w Weight) weigh(e Evidence) Weighed {
	out := Weighed{Evidence: e, For: UnknownCause, Open: w.Open}
	for _, c := range Causes() {
		if n := w.Of(c); n > out.N {
			out.For, out.N = c, n
		}
	}
	return out
}

func has(all []Evidence, check string, outcomes ...Outcome) bool {
	return slices.ContainsFunc(all, func(e Evidence) bool {
		return CheckOf(e.Check) == check && slices.Contains(outcomes, e.Outcome)
	})
}

// openLocally lists the local checks without which it may be this side after all:
// from which network it fails, always; whether another client fails as well or
// another account, unless several people are hit; and whatever was begun and came
// to nothing.
func openLocally(all []Evidence, t Table) []string {
	var open []string
	if !has(all, CheckNetwork, "both", "internal", "vpn") && !has(all, CheckOtherNetwork, OK, KO) {
		open = append(open, CheckNetwork)
	}
	if !has(all, CheckScope, "team", "site", "many") && !has(all, CheckOtherClient, OK, KO) {
		open = append(open, CheckOtherClient)
	}
	if has(all, CheckCode, "auth") && !has(all, CheckAccount, OK, KO) {
		open = append(open, CheckAccount)
	}
	for _, e := range all {
		check := CheckOf(e.Check)
		if e.Outcome == Partial && t.Checks[check][Partial].Open && !slices.Contains(open, check) {
			open = append(open, check)
		}
	}
	return open
}

// decide draws the conclusion from the scores.
func (v *Verdict) decide(t Table) {
	best, local := UnknownCause, 0
	for _, c := range Causes()[1:] {
		local += v.Scores[c]
		if v.Scores[c] > v.Scores[best] {
			best = c
		}
	}
	remote := v.Scores[Provider]
	switch {
	case local == 0 && remote >= t.Enough && len(v.Open) == 0:
		v.conclude(Provider, t)
	case local == 0 && remote >= t.Enough:
		v.Why = WhyOpen
	case v.Scores[best] >= t.Enough && v.Scores[best] >= remote+t.Lead && v.Scores[best] >= local-v.Scores[best]+t.Lead:
		v.conclude(best, t)
	case local > 0 && remote+local >= t.Enough:
		v.Why = WhyContradictory
	case len(v.Open) > 0:
		v.Why = WhyOpen
	default:
		v.Why = WhyLittle
	}
}

func (v *Verdict) conclude(c Cause, t Table) {
	v.Cause, v.Confidence = c, Low
	switch n := v.Scores[c]; {
	case n >= t.High:
		v.Confidence = High
	case n >= t.Medium:
		v.Confidence = Medium
	}
}
