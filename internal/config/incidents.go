package config

// Incidents says how the desk works in the rooms of incidents.
type Incidents struct {
	Approve bool `yaml:"approve"` // a message waits for a second person, who approves it or returns it to its writer
}
