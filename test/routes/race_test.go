//go:build race

package routes

const race = true // the detector is on
