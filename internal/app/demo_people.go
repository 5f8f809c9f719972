package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// invite makes somebody for each role, or finds those of an earlier run.
func (r *demoRun) invite(ctx context.Context, desk *App) error {
	passwords := map[string]string{}
	for _, p := range r.info.People {
		passwords[p.Name] = p.Password
	}
	r.info.People = nil
	for _, role := range tocsin.Roles() {
		one := DemoPerson{Name: string(role), Password: passwords[string(role)], Address: r.info.Base + "/login?name=" + string(role)}
		if one.Password == "" {
			one.Password = signin.NewPassword()
			if err := r.welcome(ctx, desk, role, one.Password); err != nil {
				return err
			}
		}
		r.info.People = append(r.info.People, one)
	}
	return nil
}

// welcome makes somebody with a role, or gives them another password when an
// earlier run was stopped before it had left theirs.
func (r *demoRun) welcome(ctx context.Context, desk *App, role tocsin.Role, password string) error {
	known, _, err := desk.People.User(ctx, string(role))
	switch {
	case err == nil:
		return desk.Door.SetPassword(ctx, known.ID, password)
	case !errors.Is(err, tocsin.ErrNotFound):
		return err
	}
	return desk.Door.AddUser(ctx, tocsin.User{ID: tocsin.NewGUID(), Name: string(role), Grants: []tocsin.Grant{{Role: role}}}, password)
}

// organise makes the teams and sites that the demonstration tells of, with how
// teams are reached, and hands messages to them. It does nothing where an earlier
// run, or somebody since, made one.
func (r *demoRun) organise(ctx context.Context, desk *App) error {
	if known, err := desk.People.Teams(ctx); err != nil || len(known) > 0 {
		return err
	}
	for _, site := range demo.Sites() {
		site.ID, site.CreatedAt = tocsin.NewGUID(), r.info.Started
		if err := desk.People.AddSite(ctx, site); err != nil {
			return err
		}
	}
	for _, t := range demo.Teams() {
		if err := r.gather(ctx, desk, t); err != nil {
			return err
		}
	}
	for _, more := range []func(context.Context, *App) error{r.callIn, r.carry, r.openRoom} {
		if err := more(ctx, desk); err != nil {
			return err
		}
	}
	return nil
}

// openRoom has the incident manager handle the live incident, and somebody else
// write.
func (r *demoRun) openRoom(ctx context.Context, desk *App) error {
	user, _, err := desk.People.User(ctx, string(tocsin.RoleIncidentManager))
	if err != nil {
		return err
	}
	ctx = tocsin.WithActor(ctx, tocsin.Actor{UserID: user.ID, Name: user.Name})
	room, err := desk.Responses.OpenIncident(ctx, demo.Room(r.info.Started), r.info.Started)
	if err != nil {
		return err
	}
	for role, holder := range map[string]tocsin.Role{"manager": tocsin.RoleIncidentManager, "comms": tocsin.RoleCommunications} {
		if err := desk.Responses.GiveRole(ctx, room.N, role, string(holder), r.info.Started); err != nil {
			return err
		}
	}
	err = desk.Responses.SetIncidentState(ctx, room.N, tocsin.IncidentState{Service: "Exchange", State: "partial", Workaround: "Outlook on the web"}, r.info.Started)
	if err != nil {
		return err
	}
	if err := r.sayFirst(ctx, desk, room); err != nil {
		return err
	}
	return r.ask(ctx, desk, room.N)
}

// ask has the service support administrator be the one who speaks with the provider,
// and second-line support prepare a request for them, in the room of an incident.
func (r *demoRun) ask(ctx context.Context, desk *App, incident int64) error {
	speaker, _, err := desk.People.User(ctx, string(tocsin.RoleServiceSupport))
	if err != nil {
		return err
	}
	standIn, _, err := desk.People.User(ctx, string(tocsin.RoleSupportN3))
	if err != nil {
		return err
	}
	err = desk.People.AddLiaison(ctx, tocsin.Liaison{ID: tocsin.NewGUID(), TenantID: demo.Contoso, UserID: speaker.ID, StandInID: standIn.ID, Reach: "+33 1 70 00 00 01, 08:00–20:00", CreatedAt: r.info.Started})
	if err != nil {
		return err
	}
	ctx = tocsin.WithActor(ctx, tocsin.Actor{Name: string(tocsin.RoleSupportN2)})
	draft := respond.RequestDraft{
		Content: demo.Request(r.info.Started, incident), Proposed: &tocsin.RequestSeverity{Stage: "proposed", Severity: "A", Why: "access/ko-many"},
		Duties: []tocsin.RequestDuty{{Duty: "clients", Done: true, Note: "desktop and web"}, {Duty: "perimeter", Done: true, Note: "inside, mobile network, VPN"}},
	}
	_, err = desk.Responses.OpenRequest(ctx, demo.Contoso, draft, r.info.Started)
	return err
}

// callIn has the service desk note its calls.
func (r *demoRun) callIn(ctx context.Context, desk *App) error {
	user, _, err := desk.People.User(ctx, string(tocsin.RoleSupportN1))
	if err != nil {
		return err
	}
	ctx = tocsin.WithActor(ctx, tocsin.Actor{UserID: user.ID, Name: user.Name})
	for _, answers := range demo.Calls() {
		if _, err := desk.Responses.OpenTriage(ctx, demo.Contoso, answers, "", r.info.Started); err != nil {
			return err
		}
	}
	return nil
}

// demoHanded bounds how many messages a team has.
const demoHanded = 8

// gather makes one team.
func (r *demoRun) gather(ctx context.Context, desk *App, t demo.Team) error {
	team := tocsin.Team{ID: tocsin.NewGUID(), TenantID: t.TenantID, Name: t.Name, CreatedAt: r.info.Started}
	for _, role := range t.Roles {
		user, _, err := desk.People.User(ctx, string(role))
		if err != nil {
			return err
		}
		team.Members = append(team.Members, user.ID)
	}
	if err := desk.People.AddTeam(ctx, team); err != nil {
		return err
	}
	party := tocsin.TeamParty(team.ID)
	err := desk.People.AddContact(ctx, tocsin.Contact{ID: tocsin.NewGUID(), TenantID: t.TenantID, Of: party, Mail: t.Mail, CreatedAt: r.info.Started})
	if err != nil || t.Service == "" {
		return err
	}
	return r.hand(ctx, desk, t, party, tocsin.UserParty(team.Members[0]))
}

// hand gives messages about a service, those that are current first, to a team
// and to one of its people, who have begun with some.
func (r *demoRun) hand(ctx context.Context, desk *App, t demo.Team, team, person tocsin.Party) error {
	snapshot, err := desk.Model.Snapshot(ctx, t.TenantID)
	if err != nil {
		return err
	}
	over := readmodel.InstantOf(r.info.Started)
	rows := slices.DeleteFunc(slices.Clone(snapshot.Messages), func(row *readmodel.Row) bool {
		return row.Private || !slices.Contains(strings.Split(row.Service, "\n"), t.Service)
	})
	slices.SortStableFunc(rows, func(a, b *readmodel.Row) int { // none without an end in the demonstration
		return cmp.Or(-cmp.Compare(min(a.EndAt, over), min(b.EndAt, over)), cmp.Compare(a.ID, b.ID))
	})
	for n, row := range rows[:min(len(rows), demoHanded)] {
		_, err := desk.People.ChangeHandling(ctx, t.TenantID, row.ID, r.info.Started, func(h *tocsin.Handling) error {
			if h.Owner = team; n%3 == 1 {
				h.Owner, h.State = person, tocsin.HandlingPlanned
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
