package web

import (
	"strings"
	"time"
)

// ReadTime reads a time as people write it: an hour of today or of yesterday, a day
// and an hour, in the reader's zone, or an instant. It reports false for anything
// else.
func (v *Request) ReadTime(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	zone := v.Zone
	if at, err := time.ParseInLocation("15:04", text, zone); err == nil {
		today := v.Now.In(zone)
		at = time.Date(today.Year(), today.Month(), today.Day(), at.Hour(), at.Minute(), 0, 0, zone)
		if at.After(v.Now) { // they mean the last time that clocks showed it
			at = time.Date(today.Year(), today.Month(), today.Day()-1, at.Hour(), at.Minute(), 0, 0, zone)
		}
		return at.UTC(), true
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at.UTC(), true
		}
	}
	at, err := time.Parse(time.RFC3339, text)
	return at.UTC(), err == nil
}
