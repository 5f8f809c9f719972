package route

import (
	"cmp"
	"errors"
	"fmt"

	"example.org/tocsin/internal/tocsin"
)

// RoomSpec says of which issues a room is opened, as the settings write it.
type RoomSpec struct {
	Name     string   `yaml:"name"`     // in the audit log and on the timeline of the room; its place in the list when empty
	Matchers []string `yaml:"matchers"` // conditions that hold together, as of routes, such as class="incident"
	Seats    int      `yaml:"seats"`    // at least so many seats are at the sites that the issue hits, by the business map, else so many users as the provider counts; where nobody knows, the room is opened. 0 does not ask
	Zone     string   `yaml:"zone"`     // in which days of the room are counted, such as Europe/Paris; UTC when empty
}

// A Room is a rule by which rooms are opened.
type Room struct {
	Name     string
	Matchers Matchers
	Seats    int // that are hit at least; 0 does not ask
	Zone     string
}

// maxRooms is how many rules there may be.
const maxRooms = 100

// maxSeats is the highest minimum of seats.
const maxSeats = 1_000_000_000

// CompileRooms reads the rules by which rooms are opened. The error joins a
// [tocsin.Error] of kind [tocsin.ErrInvalid] for each problem, whose field is the key
// below at, such as incidents.open[2].matchers[0].
func CompileRooms(at string, specs []RoomSpec, known Known) (list []Room, err error) {
	c := &compiler{known: known}
	if len(specs) > maxRooms {
		c.add(at, "There are more than %d.", maxRooms)
	}
	seen := map[string]bool{}
	for n, spec := range specs {
		place := fmt.Sprintf("%s[%d]", at, n)
		one := Room{Name: cmp.Or(spec.Name, fmt.Sprintf("rule %d", n+1)), Seats: spec.Seats, Zone: cmp.Or(spec.Zone, "UTC")}
		switch {
		case len(one.Name) > 100:
			c.add(place+".name", "Use at most 100 characters.")
		case seen[one.Name]:
			c.add(place+".name", "There are two rules with the name %q: set another.", tocsin.Clip(one.Name, 40))
		}
		seen[one.Name] = true
		if len(spec.Matchers) == 0 {
			c.add(place+".matchers", "Write at least one condition.")
		} else {
			one.Matchers = c.matchers(place+".matchers", spec.Matchers)
		}
		if spec.Seats < 0 || spec.Seats > maxSeats {
			c.add(place+".seats", "Write a number from 0 to %d.", maxSeats)
		}
		if _, ok := tocsin.ParseZone(one.Zone); !ok {
			c.add(place+".zone", "%q is no time zone, such as Europe/Paris.", tocsin.Clip(one.Zone, 40))
		}
		list = append(list, one)
	}
	return list, errors.Join(c.problems...)
}
