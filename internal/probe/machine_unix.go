//go:build !windows

package probe

import "runtime"

// readMachine reads the files that resolvers of libraries read. On Linux the
// environment says all that programs share about proxies; elsewhere there are
// settings that are not read.
func readMachine() (m Machine) {
	m.Resolvers = readResolvConf(beginning("/etc/resolv.conf"))
	m.Hosts = beginning("/etc/hosts")
	m.proxies.system.known = runtime.GOOS == "linux"
	return m
}

// systemLanguages lists none: the environment says it.
func systemLanguages() []string { return nil }
