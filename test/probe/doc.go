// Package probe has no code: its tests put the program into networks that
// interfere, which are namespaces of Linux with real resolvers and proxies in
// them. They need root, and are skipped elsewhere with a line.
package probe
