// Package speech has what messages about an incident are filled with, and their
// texts in every language: facts of the room, of the provider's newest post and of
// what services carry in the business. Pages, the own API and commands ask it, so
// that all of them say the same.
//
// It keeps nothing: templates are package respond's, what was said is kept by
// package store/respond. Begin at [Desk.Gather] and [Facts.Drafts].
package speech

import (
	"context"
	"embed"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

//go:embed locales
var files embed.FS

// model has the texts of issues.
type model interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// rooms is the part of the store that has what is written down of incidents.
type rooms interface {
	IncidentRoom(ctx context.Context, n int64) (store.Room, error)
}

// wordings is the part of the store that has what desks put into their own words.
type wordings interface {
	Edits(ctx context.Context, tenantID string) ([]tocsin.Edit, error)
}

// A Desk is where facts come from.
type Desk struct {
	Model   model
	Rooms   rooms
	Edits   wordings         // none: what is shipped is said
	Carried business.Library // of what services carry; its maps may be nil
	Base    func() string    // address of the pages, for links; may be nil
}

// Asked says who asks for facts, and where they look.
type Asked struct {
	Tenant  *readmodel.Snapshot                                // that is looked at: names of services, posts of issues
	Of      func(tenantID string) (*readmodel.Snapshot, error) // another one of the incident
	ReadMap func(tenantID string) bool                         // whether they may read its map
	Now     time.Time
}

// Facts are what a message is filled with.
type Facts struct {
	Values map[string]string // by slot: what people wrote, and what is the same in every language
	Said   []string          // claims that the provider's newest post supports
	Next   time.Time         // when the next update is due; zero for none
	Since  time.Time         // of the newest post; zero without any
	Zone   *time.Location    // in which times are told

	asked  Asked
	number int64     // of the incident
	form   form      // where people say what is left
	update int       // number of the update
	due    time.Time // of the update that is to be sent, zero where that has passed
	tried  []tried
	stalls []Stall
	share  share
	edits  []tocsin.Edit
	sample bool // they are made up
}

// tried is how somebody found a service.
type tried struct{ name, state, workaround string }

// Gather gathers what a room and the provider say. An incident without a zone is
// told in that of its reader.
func (d Desk) Gather(ctx context.Context, i tocsin.Incident, a Asked, zone *time.Location) (f Facts, err error) {
	room, err := d.Rooms.IncidentRoom(ctx, i.N)
	if err != nil {
		return f, err
	}
	return d.GatherRoom(ctx, i, room, a, zone)
}

// GatherRoom is [Desk.Gather] of a room that was read.
func (d Desk) GatherRoom(ctx context.Context, i tocsin.Incident, room store.Room, a Asked, zone *time.Location) (f Facts, err error) {
	if own, ok := tocsin.ParseZone(i.Zone); ok {
		zone = own
	}
	f = Facts{Values: map[string]string{"id": strings.Join(i.Issues, ", ")}, Zone: zone, asked: a, number: i.N}
	f.form = d.formOf(i, a.Tenant)
	f.tried = triedIn(a.Tenant, i, room)
	if f.edits, err = d.Words(ctx, i.TenantIDs); err != nil {
		return f, err
	}
	if f.stalls, err = d.Stalls(ctx, i, room, a); err != nil {
		return f, err
	}
	plan := respond.CourseOf(i, room.Steps)
	if update, ok := plan.Current(tocsin.StepUpdates, a.Now); ok {
		f.update, f.Next = update.N, respond.Due(respond.Key{Step: tocsin.StepUpdates, N: update.N + 1}, i.T0(), zone)
		if update.Due.After(a.Now) {
			f.due = update.Due
		}
	}
	for _, id := range i.Issues {
		if row, ok := a.Tenant.Issue(id); ok {
			if err := d.hear(ctx, &f, row); err != nil {
				return f, err
			}
		}
	}
	f.count(i.TenantIDs)
	return f, nil
}

// Words returns what tenants put into their own words, as far as they share it.
func (d Desk) Words(ctx context.Context, tenantIDs []string) ([]tocsin.Edit, error) {
	if d.Edits == nil {
		return nil, nil
	}
	lists := make([][]tocsin.Edit, len(tenantIDs))
	for n, id := range tenantIDs {
		list, err := d.Edits.Edits(ctx, id)
		if err != nil {
			return nil, err
		}
		lists[n] = list
	}
	return respond.Shared(lists), nil
}

// triedIn is what was found last of each service of an incident, by name.
func triedIn(s *readmodel.Snapshot, i tocsin.Incident, room store.Room) (list []tried) {
	for _, state := range room.LastStates() {
		list = append(list, tried{serviceName(s, state.Service), state.State, state.Workaround})
	}
	slices.SortStableFunc(list, func(a, b tried) int { return strings.Compare(a.name, b.name) })
	return list
}

// serviceName is the name of a service of the tenant that is looked at, else its id.
func serviceName(s *readmodel.Snapshot, id string) string {
	for n := range s.Services {
		if s.Services[n].ID == id {
			return s.Services[n].Name
		}
	}
	return id
}

// hear takes down what the newest post of an issue says.
func (d Desk) hear(ctx context.Context, f *Facts, row *readmodel.Row) error {
	issue, err := d.Model.Issue(ctx, row)
	if err != nil || len(issue.Posts) == 0 {
		return err
	}
	newest := slices.MaxFunc(issue.Posts, func(a, b tocsin.Post) int { return a.CreatedAt.Compare(b.CreatedAt) })
	if newest.CreatedAt.After(f.Since) {
		f.Since = newest.CreatedAt
	}
	if row.Status == tocsin.StatusFalsePositive || row.LeftAt != 0 && !row.Course().Over(f.asked.Now) {
		return nil // it no longer stands by what it said
	}
	f.Said = append(f.Said, "trouble")
	switch {
	case row.Course().Over(f.asked.Now):
		f.Said = append(f.Said, "end", "progress")
	case row.Status.Severity() == tocsin.SeverityRecovering:
		f.Said = append(f.Said, "progress")
	}
	for _, s := range post.Read(newest).Sections {
		if s.Kind == post.KindEstimatedTime && f.Values["eta"] == "" {
			f.Values["eta"] = s.Text
		}
		if f.share.said == "" {
			f.share.said = saidShare(s.Text)
		}
	}
	return nil
}

var locales = sync.OnceValues(func() (map[string]*lang.Locale, error) { //nolint:gochecknoglobals // read once, never changed
	all := map[string]*lang.Locale{}
	for _, code := range lang.Languages() {
		l, err := lang.NewLocale(code, files)
		if err != nil {
			return nil, err
		}
		all[code] = l
	}
	return all, nil
})
