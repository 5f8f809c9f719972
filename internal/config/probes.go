package config

import (
	"net/netip"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Probes says whether the server itself probes its network, as tocsin probe does
// at a seat. Without every nothing is probed and nothing is connected.
type Probes struct {
	Every     Duration `yaml:"every"`     // time between two probes of the server, such as 15m, at least 10m; it does not probe when empty
	Tenants   []string `yaml:"tenants"`   // short names of the tenants on whose page the results are shown, at least one
	Endpoints string   `yaml:"endpoints"` // file of endpoints; the list that is shipped when empty
	Second    string   `yaml:"second"`    // address of a second resolver to ask beside the system's, such as 9.9.9.9
	Network   string   `yaml:"network"`   // what to call the server's network on the page; server when empty
}

// minProbes is the shortest time between two probes: results are kept.
const minProbes = 10 * time.Minute

// validateProbes reports settings of probes that could not be obeyed.
func (c Config) validateProbes() (problems []error) {
	p := c.Probes
	add := func(key, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf("probes."+key, format, args...))
	}
	every := time.Duration(p.Every)
	switch {
	case every == 0 && (len(p.Tenants) > 0 || p.Endpoints != "" || p.Second != "" || p.Network != ""):
		add("every", "Say how often: without it the server does not probe.")
	case every != 0 && every < minProbes:
		add("every", "%v is shorter than %v.", every, minProbes)
	}
	if every != 0 && len(p.Tenants) == 0 {
		add("tenants", "Name the tenants on whose page the results are shown.")
	}
	if _, err := netip.ParseAddr(p.Second); p.Second != "" && err != nil {
		add("second", "%q is no address such as 9.9.9.9.", tocsin.Clip(p.Second, 60))
	}
	if len(p.Network) > 60 || strings.ContainsFunc(p.Network, func(r rune) bool { return r < ' ' }) {
		add("network", "Use at most 60 characters on one line.")
	}
	return problems
}
