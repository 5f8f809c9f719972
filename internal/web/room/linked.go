package room

import (
	"slices"
	"strconv"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A linked request is a support request that belongs to an incident.
type linked struct {
	Key                             string // as the timeline names it
	Href, Title, Ref, Letter, Level string
	Words                           string // who has to move
	Ours                            bool   // we have
	Since                           *lang.Moment
}

// maxLinked is how many requests of a tenant a room shows.
const maxLinked = 20

// linked lists the requests of an incident, of the tenants in which the visitor may
// open them.
func (v *view) linked(i tocsin.Incident) (list []linked, err error) {
	visitor := access.VisitorOf(v.R.Context())
	for _, id := range i.TenantIDs {
		at := slices.IndexFunc(v.Tenants, func(t tocsin.Tenant) bool { return t.ID == id })
		if at < 0 || !visitor.May(access.HandleRequests, id) {
			continue
		}
		found, err := v.pages.config.Requests.Requests(v.R.Context(), store.RequestsQuery{TenantID: id, Incident: i.N, Limit: maxLinked})
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			n := strconv.FormatInt(r.N, 10)
			one := linked{Key: tocsin.RoomRequest(i.TenantIDs, id, r.N), Href: web.AddressOf(v.Code, "/requests/"+n, v.Tenants[at].Name), Title: r.Content.Title, Letter: r.Content.Severity, Level: levelOf(r.Content.Severity)}
			one.Ref = v.RequestRef(r)
			one.Words, one.Ours = v.waits(r)
			if r.State != tocsin.RequestEnded {
				one.Since = v.Moment(r.WaitsSince)
			}
			list = append(list, one)
		}
	}
	return list, nil
}

// A named request is what an entry of the timeline is about, with the text that tells
// what became of it.
type named struct{ key, words, state string }

// name has entries about requests lead to them and say their titles, as far as the
// visitor may open them.
func (v *view) name(entries []entry, list []linked) {
	for n := range entries {
		one := &entries[n]
		at := slices.IndexFunc(list, func(l linked) bool { return l.Key == one.request.key })
		if at >= 0 {
			one.Words = v.Text(one.request.words, "subject", list[at].Ref, "state", one.request.state)
			one.Href, one.More = list[at].Href, list[at].Title
		}
	}
}

// waits says who has to move in a request.
func (v *view) waits(r tocsin.Request) (words string, ours bool) {
	switch {
	case r.State == tocsin.RequestEnded:
		return v.Text("room.request.ended"), false
	case r.State == tocsin.RequestFiled && r.Waits == tocsin.WaitsForUs:
		return v.Text("room.request.us"), true
	case r.State == tocsin.RequestFiled:
		return v.Text("room.request.filed"), false
	case r.ForProvider():
		return v.Text("room.request.prepare"), true
	}
	return v.Text("room.request.desk"), false
}

// levelOf is a severity as a part of classes.
func levelOf(severity string) string {
	return map[string]string{"A": "a", "B": "b"}[severity]
}
