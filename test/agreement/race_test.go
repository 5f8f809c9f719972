//go:build race

package agreement

// watched tells that the race detector watches, under which everything takes
// many times as long.
const watched = true
