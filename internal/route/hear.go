package route

import "time"

// Hearing is one route that an event takes, and when it would be told by it.
type Hearing struct {
	Route *Route
	Group Labels    // what the changes of one message have in common
	Due   time.Time // when the first change of a group is sent, if the route is active then
	// Opens is when it is really sent: Due, or the first instant after it at which
	// the route is not muted; zero when there is none within 400 days.
	Opens time.Time
	Muted []string // the intervals that mute the route when it is due
}

// Hear returns the routes that labels take at an instant, in the order of the
// tree.
func (p *Policy) Hear(labels Labels, at time.Time) []Hearing {
	list := make([]Hearing, 0, 2)
	for _, r := range p.Taken(labels) {
		h := Hearing{Route: r, Group: r.Group(labels), Due: r.Due(at, time.Time{})}
		h.Muted, _ = p.Muted(r, h.Due)
		if opens, ok := p.Opens(r, h.Due); ok {
			h.Opens = opens
		}
		list = append(list, h)
	}
	return list
}
