package admin

import (
	"context"
	"slices"
	"time"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// directory is the part of the store about teams and what else belongs to a
// tenant or to the whole desk.
type directory interface {
	Parties(ctx context.Context, tenantID string) ([]tocsin.NamedParty, error)
	PartyNames(ctx context.Context) (map[tocsin.Party]string, error)
	crews
	sites
	contacts
	liaisons
}

type crews interface {
	Teams(ctx context.Context) ([]tocsin.Team, error)
	AddTeam(ctx context.Context, t tocsin.Team) error
	ChangeTeam(ctx context.Context, id string, now time.Time, change func(*tocsin.Team) error) (tocsin.Team, error)
	RemoveTeam(ctx context.Context, id string, now time.Time) error
}

// teamNoun makes the pages about teams.
func teamNoun(d directory) noun[tocsin.Team] {
	return noun[tocsin.Team]{
		key: "teams", one: "team", columns: []string{"field.called", "field.members"},
		place: func(t tocsin.Team) (id, tenantID string) { return t.ID, t.TenantID },
		row:   teamRow, fields: teamFields,
		read: func(v *view, t *tocsin.Team) {
			t.Name, t.Members = v.R.PostFormValue("called"), v.R.PostForm["members"]
		},
		holds: func(t tocsin.Team) []tocsin.Party {
			members := make([]tocsin.Party, len(t.Members))
			for i, id := range t.Members {
				members[i] = tocsin.UserParty(id)
			}
			return members
		},
		put: func(t *tocsin.Team, id, tenantID string, now time.Time) {
			t.ID, t.TenantID, t.CreatedAt = id, tenantID, now
		},
		all: d.Teams, add: d.AddTeam, change: d.ChangeTeam, remove: d.RemoveTeam,
	}
}

func teamRow(v *view, t tocsin.Team, names map[tocsin.Party]string) nounRow {
	members := make([]string, len(t.Members))
	for i, id := range t.Members {
		members[i] = names[tocsin.UserParty(id)]
	}
	slices.Sort(members)
	cell := nounCell{Value: v.Join(members)}
	if len(members) == 0 {
		cell = nounCell{Value: v.Text("team.nobody"), Dim: true}
	}
	return nounRow{Title: t.Name, Cells: []nounCell{cell}}
}

// teamFields are a name, and people to tick: those of the place, and who is a
// member.
func teamFields(v *view, t tocsin.Team, known *parties) []web.Field {
	members := v.Field("members", "").NotRequired()
	members.Ticks = true
	list := known.people()
	for _, id := range t.Members {
		p := known.named(tocsin.UserParty(id))
		if p.Name != "" && !slices.ContainsFunc(list, func(n tocsin.NamedParty) bool { return n.Party == p.Party }) {
			list = append(list, p)
		}
	}
	for _, p := range list {
		members.Choices = append(members.Choices, web.Choice{Value: p.ID, Name: p.Name, On: slices.Contains(t.Members, p.ID)})
	}
	fields := []web.Field{v.Field("called", t.Name).Hinted(v.Text("field.called.hint"))}
	if members.Choices != nil {
		fields = append(fields, members)
	}
	return fields
}
