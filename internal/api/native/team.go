package native

import (
	"context"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// people are who things are given to, and where they work.
type people interface {
	PartyNames(ctx context.Context) (map[tocsin.Party]string, error)
	Parties(ctx context.Context, tenantID string) ([]tocsin.NamedParty, error)
	teams
	sites
	contacts
}

type teams interface {
	Teams(ctx context.Context) ([]tocsin.Team, error)
	AddTeam(ctx context.Context, t tocsin.Team) error
	ChangeTeam(ctx context.Context, id string, now time.Time, change func(*tocsin.Team) error) (tocsin.Team, error)
	RemoveTeam(ctx context.Context, id string, now time.Time) error
}

func equalID(a, b string) bool { return strings.EqualFold(a, b) }

// teamBody is a team.
type teamBody struct {
	ID        string       `json:"id" format:"uuid"`
	Name      string       `json:"name" example:"Messaging"`
	TenantID  string       `json:"tenantId,omitempty" format:"uuid" doc:"Missing when it belongs to the whole desk."`
	Members   []memberBody `json:"members" nullable:"false" doc:"Of a team of the whole desk those alone who have to do with the client's tenant."`
	CreatedAt time.Time    `json:"createdAt"`
}

// memberBody is a member of a team.
type memberBody struct {
	ID   string `json:"id" format:"uuid"`
	Name string `json:"name" doc:"As people read it."`
}

type teamDraft struct {
	Name      string   `json:"name" minLength:"1" maxLength:"100" doc:"Once in its tenant, in whatever letter case."`
	MemberIDs []string `json:"memberIds,omitempty" maxItems:"500" doc:"People with a role in the tenant."`
	DraftPlace
}

type teamPatch struct {
	Name      *string   `json:"name,omitempty" minLength:"1" maxLength:"100"`
	MemberIDs *[]string `json:"memberIds,omitempty" maxItems:"500" doc:"All of them: who is left out is a member no more."`
}

func (a *API) registerTeams() {
	registerNoun(a, noun[tocsin.Team, teamBody, teamDraft, teamPatch]{
		one: "team", many: "teams", title: "Team", reads: access.ReadDesk,
		place: func(t tocsin.Team) (id, tenantID string) { return t.ID, t.TenantID },
		show:  newTeamBody,
		draft: func(d teamDraft) (tocsin.Team, DraftPlace) {
			return tocsin.Team{Name: d.Name, Members: d.MemberIDs}, d.DraftPlace
		},
		put: func(t *tocsin.Team, id, tenantID string, now time.Time) {
			t.ID, t.TenantID, t.CreatedAt = id, tenantID, now
		},
		patch: func(p teamPatch, t *tocsin.Team, _ time.Time) {
			if p.Name != nil {
				t.Name = *p.Name
			}
			if p.MemberIDs != nil {
				t.Members = *p.MemberIDs
			}
		},
		all: a.people.Teams, add: a.people.AddTeam, change: a.people.ChangeTeam, remove: a.people.RemoveTeam,
	})
}

func newTeamBody(t tocsin.Team, names *partyNames) teamBody {
	body := teamBody{ID: t.ID, Name: t.Name, TenantID: t.TenantID, Members: []memberBody{}, CreatedAt: t.CreatedAt.UTC()}
	for _, id := range t.Members {
		if p := tocsin.UserParty(id); t.TenantID != "" || names.seen == nil || names.seen[p] {
			body.Members = append(body.Members, memberBody{id, names.all[p]})
		}
	}
	return body
}
