package tocsin

// A Severity is how bad the state of a service, an issue or a tenant is, on
// the one scale of the product: every output orders, counts and colours by it.
// Severities compare with < and >.
type Severity uint8

// The severities, from well to worst. Unknown ranks below what is known to be
// broken, which it must never hide, and above everything else: silence may be
// an outage, so it outranks a recovery. An advisory leaves users their service,
// and nearly always one is open somewhere: it ranks below a recovery, in which
// users may still be cut off.
const (
	SeverityOK           Severity = iota // works
	SeverityPlanned                      // works, and announced work is under way
	SeverityAdvisory                     // an advisory is open, or something is looked into
	SeverityRecovering                   // the provider says that it is being restored
	SeverityUnknown                      // nobody looked, or what was said is no verdict
	SeverityDegraded                     // works badly
	SeverityInterruption                 // does not work
)

// Severities returns all severities, the worst first.
func Severities() []Severity {
	return []Severity{
		SeverityInterruption, SeverityDegraded, SeverityUnknown, SeverityRecovering, SeverityAdvisory, SeverityPlanned, SeverityOK,
	}
}

// String returns the name of s in outputs for programs: "ok", "planned",
// "advisory", "recovering", "unknown", "degraded" or "interruption".
func (s Severity) String() string {
	switch s {
	case SeverityOK:
		return "ok"
	case SeverityPlanned:
		return "planned"
	case SeverityRecovering:
		return "recovering"
	case SeverityAdvisory:
		return "advisory"
	case SeverityDegraded:
		return "degraded"
	case SeverityInterruption:
		return "interruption"
	}
	return "unknown"
}

// MarshalText writes the name of s.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Well reports whether s needs nobody's attention: it works, with or without
// announced work.
func (s Severity) Well() bool { return s <= SeverityPlanned }

// Broken reports whether s means that users are affected now.
func (s Severity) Broken() bool { return s >= SeverityDegraded }

// UnmarshalText reads the name of a severity as [Severity.String] writes it; what
// is none is unknown.
func (s *Severity) UnmarshalText(text []byte) error {
	*s = SeverityUnknown
	for _, one := range Severities() {
		if one.String() == string(text) {
			*s = one
		}
	}
	return nil
}
