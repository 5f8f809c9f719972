//go:build !race

package agreement

// watched tells that the race detector watches; see race_test.go.
const watched = false
