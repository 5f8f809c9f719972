package route

// Shipped returns the routes of settings that write none: incidents, and
// whatever is neither an issue nor a message, at once; advisories, messages and
// planned work gather for a digest at 8 o'clock in a time zone, UTC when empty.
// What goes on is told again when nothing was told of it for a day.
// An incident hides the advisories of its service.
func Shipped(receiver, zone string) Settings {
	digest := "daily 08:00"
	if zone != "" {
		digest += " " + zone
	}
	return Settings{
		Routes: Spec{
			Receiver: receiver, GroupBy: []string{"issue"}, GroupWait: "0s", GroupInterval: "5m", RepeatInterval: "24h",
			Routes: []Spec{
				{Matchers: []string{`class="incident"`}},
				{Matchers: []string{`class=~"advisory|message|planned"`}, GroupBy: []string{}, Digest: digest},
			},
		},
		Inhibit: []InhibitSpec{{
			Source: []string{`class="incident"`, `service!=""`}, Target: []string{`class="advisory"`}, Equal: []string{"tenant", "service"},
		}},
	}
}
