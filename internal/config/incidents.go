package config

import "example.org/tocsin/internal/route"

// Incidents says how the desk works in the rooms of incidents.
type Incidents struct {
	Approve bool             `yaml:"approve"` // a message waits for a second person, who approves it or returns it to its writer
	Open    []route.RoomSpec `yaml:"open"`    // rules by which a room is opened for an issue, once; the first that matches counts
}

// Rooms returns the rules by which rooms are opened. Errors are of kind
// [tocsin.ErrInvalid], each with its whole key.
func (c Config) Rooms() ([]route.Room, error) {
	return route.CompileRooms("incidents.open", c.Incidents.Open, route.Known{Labels: route.EventLabels(), Values: route.EventValues()})
}
