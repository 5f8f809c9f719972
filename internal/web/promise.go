package web

import "example.org/tocsin/internal/tocsin"

// promiseView is when the provider said it would speak again.
type promiseView struct {
	At    *moment
	Words string // in 18 min, 42 min late
	Tone  string // late, soon
}

// nextPromise is the promise of an issue that is still to be kept.
func (v *visit) nextPromise(issue tocsin.Issue) *promiseView { return nil }
