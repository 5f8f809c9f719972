package part

import (
	"fmt"
	"html/template"
	"sync"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/readmodel"
)

// pastFor is how long what was worked out about the past is used again while
// nothing changes. Only the present day can be another meanwhile.
const pastFor = 5 * time.Minute

// maxPasts bounds what is kept of all tenants together in one of two
// generations.
const maxPasts = 512

// pasts keeps what was worked out about the past of tenants until something
// changes in them, and makes a crowd that asks about one of them wait for one
// answer. One tenant never waits for another.
type pasts struct {
	kept *cache.Cache[pastKey, pastEntry]
	mu   sync.Mutex             // for an instant only
	busy map[string]*sync.Mutex // by tenant, held while something is worked out
}

func newPasts() *pasts {
	return &pasts{kept: cache.New[pastKey, pastEntry](cache.Bounds{Entries: maxPasts}), busy: map[string]*sync.Mutex{}}
}

// of is what holds back those who ask about the same tenant.
func (p *pasts) of(tenant string) *sync.Mutex {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy[tenant] == nil {
		p.busy[tenant] = &sync.Mutex{}
	}
	return p.busy[tenant]
}

type pastKey struct{ tenant, what string }

type pastEntry struct {
	seq   int64
	until time.Time
	stale string // see [readmodel.Snapshot.Staleness]
	value any
}

// Remembered is what work returned for the same tenant in the same state, or
// what it returns now.
func Remembered[T any](v *View, what string, work func(*history.Past) (T, error)) (T, error) {
	s, key := v.Snapshot, pastKey{v.Snapshot.Tenant.ID, what}
	p := v.parts.pasts
	busy := p.of(key.tenant)
	busy.Lock()
	defer busy.Unlock()
	if e, ok := p.kept.Get(key); ok && e.seq == s.Seq && e.stale == s.Staleness() && v.Now.Before(e.until) {
		if value, ok := e.value.(T); ok {
			return value, nil
		}
	}
	value, err := work(v.Past())
	if err != nil {
		return value, err
	}
	p.kept.Put(key, pastEntry{s.Seq, v.Now.Add(pastFor), s.Staleness(), value}, 0)
	return value, nil
}

// Looks of a day in strips and calendars, as the style sheet numbers them.
const (
	DayQuiet = iota
	DayAdvisory
	DayDegraded
	DayDown
	DayUnknown
)

// dayLook is how a day looks. One still to come, or of which nobody has heard,
// is never quiet.
func dayLook(l history.Level) uint8 {
	switch l {
	case history.LevelQuiet:
		return DayQuiet
	case history.LevelWatch:
		return DayAdvisory
	case history.LevelDegraded:
		return DayDegraded
	case history.LevelDown:
		return DayDown
	}
	return DayUnknown
}

// Days returns the looks of the days from one to another, both included, of each
// service by workload id.
func (v *View) Days(what string, from, to time.Time) (map[string][]uint8, error) {
	return Remembered(v, "days "+what, func(past *history.Past) (map[string][]uint8, error) {
		all := map[string][]uint8{}
		for i := range v.Snapshot.Services {
			s := &v.Snapshot.Services[i]
			var looks []uint8
			err := past.EachDay(v.R.Context(), s, from, to, func(day history.Day) { looks = append(looks, dayLook(day.Level())) })
			if err != nil {
				return nil, err
			}
			all[s.ID] = looks
		}
		return all, nil
	})
}

// Figures returns the availability of each service between two instants.
func (v *View) Figures(what string, from, to time.Time) (map[string]history.Availability, error) {
	return Remembered(v, "figures "+what, func(past *history.Past) (map[string]history.Availability, error) {
		all := map[string]history.Availability{}
		for i := range v.Snapshot.Services {
			s := &v.Snapshot.Services[i]
			a, err := past.Availability(v.R.Context(), s, from, to)
			if err != nil {
				return nil, err
			}
			all[s.ID] = a
		}
		return all, nil
	})
}

// Month is the thirty days of each service beside its figure.
type Month struct {
	first   time.Time
	days    map[string][]uint8
	figures map[string]history.Availability
	strips  map[string]template.HTML
}

// stripDays is the length of the strip beside a service.
const stripDays = 30

// LastMonth returns the last thirty days of the services, today included, in
// UTC.
func (v *View) LastMonth() (Month, error) {
	today := v.Now.UTC().Truncate(24 * time.Hour)
	m := Month{first: today.AddDate(0, 0, 1-stripDays)}
	var err error
	if m.days, err = v.Days("30 "+today.Format(time.DateOnly), m.first, today); err != nil {
		return m, err
	}
	if m.figures, err = v.Figures("30", v.Now.AddDate(0, 0, -stripDays), v.Now); err != nil {
		return m, err
	}
	m.strips, err = Remembered(v, "strips "+v.Code+" "+today.Format(time.DateOnly), func(*history.Past) (map[string]template.HTML, error) {
		strips := map[string]template.HTML{}
		for id, looks := range m.days {
			says := append(said{}, looks...)
			says.text(today.Format(time.DateOnly), v.Href("/services/"+id))
			strip, err := v.keptPart("strip", says, func() any { return v.strip(id, looks, m.first) })
			if err != nil {
				return nil, err
			}
			strips[id] = strip
		}
		return strips, nil
	})
	return m, err
}

// Fragment returns a part of a page that is the same for everybody who reads the
// same language, made once for each state of the tenant.
func (v *View) Fragment(name string, model any) (template.HTML, error) {
	what := fmt.Sprintf("fragment %s %s %t", name, v.Code, len(v.Tenants) > 1)
	return Remembered(v, what, func(*history.Past) (template.HTML, error) {
		return v.Partial(name, model)
	})
}

// Share returns the availability of a service in words, "" when nothing is
// known.
func (v *View) Share(a history.Availability, decimals int) string {
	share, ok := a.Share(history.DegradedWeight)
	if !ok {
		return ""
	}
	return v.Percent(share, decimals)
}

// Mean returns the availability of some services together.
func Mean(services []readmodel.Service, figures map[string]history.Availability) (share float64, n int) {
	sum := 0.0
	for i := range services {
		if one, ok := figures[services[i].ID].Share(history.DegradedWeight); ok {
			sum += one
			n++
		}
	}
	return sum / float64(max(1, n)), n
}
