//go:build race

package route

const race = true // the detector is on
