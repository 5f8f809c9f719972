//go:build !race

package routes

const race = false // the detector is off
