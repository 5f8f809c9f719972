//go:build race

package dispatch_test

const race = true // the detector is on
