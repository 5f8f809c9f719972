package room

import (
	"cmp"
	"slices"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A matrixRow is how a service works, now and at the times before.
type matrixRow struct {
	ID, Name   string
	Before     []cell
	Now        string // ok, partial or ko; "" where nobody tried it
	Look       web.Look
	Options    []choice
	Workaround string
	By         string
	At         *lang.Moment
}

// A cell is how a service worked at a time.
type cell struct {
	web.Look
	Time string
}

type choice struct {
	Value string
	web.Look
	On bool
}

// maxChoice is how many characters of a service's name a list to choose from shows,
// so that it stays whole on a phone.
const maxChoice = 24

// maxColumns is how many earlier times the matrix shows.
const maxColumns = 3

// matrix words what people found when they tried the services.
func (v *view) matrix(page *roomPage, i tocsin.Incident, states []tocsin.IncidentState) {
	ids := slices.Clone(i.Services)
	latest := map[string]tocsin.IncidentState{}
	for _, s := range states {
		if !slices.Contains(ids, s.Service) {
			ids = append(ids, s.Service)
		}
		latest[s.Service] = s
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(v.serviceName(a), v.serviceName(b)) })
	columns := v.columns(states)
	counts := map[string]int{}
	for _, id := range ids {
		now := latest[id]
		row := matrixRow{ID: id, Name: v.serviceName(id), Now: now.State, Look: v.stateLook(now.State), Workaround: now.Workaround, By: now.By}
		if now.State != "" {
			row.At = v.Moment(now.At)
			counts[now.State]++
		}
		for _, at := range columns {
			row.Before = append(row.Before, cell{v.stateLook(stateAt(states, id, at)), at.words})
		}
		for _, state := range tocsin.IncidentStates() {
			row.Options = append(row.Options, choice{state, v.stateLook(state), state == now.State})
		}
		page.Matrix = append(page.Matrix, row)
	}
	for _, at := range columns {
		page.Instants = append(page.Instants, at.words)
	}
	page.Touched = counts["partial"] + counts["ko"]
	page.Tally = v.Text("room.tally", "ok", counts["ok"], "partial", counts["partial"], "ko", counts["ko"])
	for n, services := 0, v.services(); n < len(services); n++ {
		s := &services[n]
		if !slices.Contains(ids, s.ID) {
			page.Services = append(page.Services, web.Choice{Value: s.ID, Name: tocsin.Clip(s.Name, maxChoice)})
		}
	}
	slices.SortFunc(page.Services, func(a, b web.Choice) int { return cmp.Compare(a.Name, b.Name) })
}

// A column is a moment at which the matrix was different from now.
type column struct {
	micros int64
	words  string
}

// columns are the last moments before the present one at which something was
// written down, a minute apart at least.
func (v *view) columns(states []tocsin.IncidentState) (list []column) {
	for _, s := range states[:max(0, len(states)-1)] {
		words := v.HM(s.At.In(v.Zone))
		if n := len(list); n > 0 && list[n-1].words == words {
			list[n-1].micros = s.At.UnixMicro()
			continue
		}
		list = append(list, column{s.At.UnixMicro(), words})
	}
	return list[max(0, len(list)-maxColumns):]
}

// stateAt is what was last found of a service at a moment, "" for nothing.
func stateAt(states []tocsin.IncidentState, service string, at column) (state string) {
	for _, s := range states {
		if s.Service == service && s.At.UnixMicro() <= at.micros {
			state = s.State
		}
	}
	return state
}

// stateLook is how a state of the matrix is shown.
func (v *view) stateLook(state string) web.Look {
	sign, ok := map[string][2]string{"ok": {"ok", "ok"}, "partial": {"degraded", "degraded"}, "ko": {"down", "down"}}[state]
	if !ok {
		return web.Look{Family: "neutral", Glyph: "unknown", Words: v.Text("room.state.none")}
	}
	return web.Look{Family: sign[0], Glyph: sign[1], Words: v.Text("room.state." + state)}
}

// serviceName is the name of a service of the tenant that is looked at, else its
// id.
func (v *view) serviceName(id string) string {
	for n, services := 0, v.services(); n < len(services); n++ {
		if s := &services[n]; s.ID == id {
			return s.Name
		}
	}
	return id
}
