package status

import (
	"context"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/part"
)

// rooms has the incidents that the desk handles.
type rooms interface {
	IncidentsTold(ctx context.Context, ns []int64) ([]tocsin.Incident, error)
}

// roomed are the incidents that a page of the log tells of, by number: those alone whose
// room the visitor may enter.
type roomed map[int64]tocsin.Incident

// roomsIn reads the incidents that changes tell of.
func (v *view) roomsIn(told []archive.Told) (roomed, error) {
	found := roomed{}
	var ns []int64
	for _, one := range told {
		if ofRoom(one.Kind) {
			ns = append(ns, roomOf(one.ID))
		}
	}
	slices.Sort(ns)
	if ns = slices.Compact(ns); len(ns) == 0 {
		return found, nil
	}
	list, err := v.pages.config.Rooms.IncidentsTold(v.R.Context(), ns)
	visitor := access.VisitorOf(v.R.Context())
	for _, i := range list {
		shut := func(id string) bool { return !visitor.May(access.WorkIncidents, id) }
		if slices.Contains(i.TenantIDs, v.Snapshot.Tenant.ID) && !slices.ContainsFunc(i.TenantIDs, shut) {
			found[i.N] = i
		}
	}
	return found, err
}

// seen leaves out what happened in rooms that the visitor may not enter.
func (r roomed) seen(told []archive.Told) []archive.Told {
	return slices.DeleteFunc(told, func(one archive.Told) bool {
		if !ofRoom(one.Kind) {
			return false
		}
		_, ok := r[roomOf(one.ID)]
		return !ok
	})
}

func ofRoom(kind tocsin.Kind) bool { return kind == tocsin.KindIncident || kind == tocsin.KindStep }

// roomOf is the number of the incident of a change, such as 12 of 12/updates/3.
func roomOf(id string) int64 {
	n, _, _ := strings.Cut(id, "/")
	return numberOf(n)
}

// roomLine says what happened in the room of an incident.
func (v *view) roomLine(h happening, r roomed) template.HTML {
	i := r[roomOf(h.ID)]
	n := strconv.FormatInt(i.N, 10)
	link := part.IDLink(v.Href("/incidents/"+n), n)
	if h.Kind == tocsin.KindIncident {
		return v.Rich("change.room."+string(h.What), "n", link, "title", i.Title)
	}
	_, step, _ := strings.Cut(h.ID, "/")
	return v.Rich("change.step."+string(h.What), "n", link, "title", i.Title, "step", v.stepName(step))
}

// stepName is what a step of a runbook is called, such as announcement or updates/3.
func (v *view) stepName(step string) string {
	name, number, _ := strings.Cut(step, "/")
	if n, err := strconv.Atoi(number); err == nil {
		return v.Text("step.update", "n", n)
	}
	if slices.Contains(tocsin.IncidentSteps(), name) {
		return v.Text("step." + name)
	}
	return name
}
