package tocsin

import "time"

// A SettingsState says how the settings in force and the settings file stand to
// each other while a desk runs.
type SettingsState struct {
	Since   time.Time // when what is in force was taken; zero where no file is followed
	Problem string    // what is wrong with the file as it is now; "" for nothing
	FoundAt time.Time // when the problem was met first
	Restart []string  // keys whose new values wait for the next start
}
