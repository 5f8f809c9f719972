//go:build !race

package route

const race = false // the detector is off
