package tocsin

import (
	"errors"
	"strings"
	"time"
)

// A Site is a place where people work who use the services: an office, a
// plant, or everybody at home. Its seats are what shares of users are
// reckoned from.
type Site struct {
	ID        string // GUID
	TenantID  string // "" for a site that all tenants share
	Name      string // 1 to 100 characters, once in its tenant in whatever letter case
	Region    string // free label such as "EMEA", at most 100 characters; "" when not said
	Seats     int    // users who work there, 0 when not known, at most 10 million
	Zone      string // IANA time zone such as "Europe/Paris"; "" for UTC
	CreatedAt time.Time
}

// maxSeats is more than one place can have.
const maxSeats = 10_000_000

// Normalize lowers the case of ids and trims texts.
func (s *Site) Normalize() {
	s.ID, s.TenantID = strings.ToLower(s.ID), strings.ToLower(s.TenantID)
	s.Name, s.Region, s.Zone = strings.TrimSpace(s.Name), strings.TrimSpace(s.Region), strings.TrimSpace(s.Zone)
}

// Validate reports every problem of a normalised site at once. Whether the
// time zone is known is asked of the database of time zones of the program.
func (s Site) Validate() error {
	problems := []error{checkGUID(s.ID), checkTenantID(s.TenantID), checkName(s.Name)}
	if !oneLine(s.Region) {
		problems = append(problems, Invalidf("region", "Use at most 100 characters on one line."))
	}
	if s.Seats < 0 || s.Seats > maxSeats {
		problems = append(problems, Invalidf("seats", "%d is not between 0 and %d.", s.Seats, maxSeats))
	}
	if _, ok := ParseZone(s.Zone); !ok {
		problems = append(problems, Invalidf("zone", "%q is no time zone such as Europe/Paris.", Clip(s.Zone, 64)))
	}
	return errors.Join(problems...)
}

// ParseZone returns the time zone with a name of the time zone database, UTC for
// "". One that means something else on each machine, as "Local" does, is none.
func ParseZone(name string) (zone *time.Location, ok bool) {
	if len(name) > 64 || strings.EqualFold(name, "local") {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}

// Location returns the time zone of the site, UTC where it is not known.
func (s Site) Location() *time.Location {
	if where, ok := ParseZone(s.Zone); ok {
		return where
	}
	return time.UTC
}
