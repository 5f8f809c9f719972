package config

import (
	"slices"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Reports says how long the desk keeps what people leave in reports and calls, and
// whose pages inside may tell it how services work.
type Reports struct {
	// Keep is how long reports, beacons, results of probes, and the words and files of calls are kept, such as 2160h, at least 24h, at
	// most 17520h; 720h, thirty days, when empty.
	Keep    Duration `yaml:"keep"`
	Beacons []string `yaml:"beacons"` // short names of the tenants for which POST /rum takes beacons; none when empty, and the address does not exist
}

// Bounds of how long the words of people are kept.
const (
	minKeep = 24 * time.Hour
	maxKeep = 2 * 365 * 24 * time.Hour
)

// KeepFor returns how long the words of people are kept.
func (r Reports) KeepFor() time.Duration {
	if r.Keep == 0 {
		return 30 * 24 * time.Hour
	}
	return time.Duration(r.Keep)
}

// validateReports reports settings that could not be obeyed.
func (c Config) validateReports() (problems []error) {
	if keep := c.Reports.KeepFor(); keep < minKeep || keep > maxKeep {
		problems = append(problems, tocsin.Invalidf("reports.keep", "%v is not between %v and %v.", keep, minKeep, maxKeep))
	}
	if slices.Contains(c.Reports.Beacons, "") {
		problems = append(problems, tocsin.Invalidf("reports.beacons", "Name tenants by their short names."))
	}
	return problems
}
