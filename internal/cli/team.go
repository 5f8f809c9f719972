package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type teamCmd struct {
	Add    teamAddCmd    `cmd:"" help:"Add a team. Example: tocsin team add Messaging --tenant contoso --member duty-officer --member support-n2"`
	List   teamListCmd   `cmd:"" help:"List teams with their members. Example: tocsin team list --tenant contoso --output json"`
	Remove teamRemoveCmd `cmd:"" help:"Remove a team and its contacts; messages that it owns are nobody's then. Example: tocsin team remove Messaging"`
}

// teamJSON is a team as commands print it.
type teamJSON struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Tenant    string   `json:"tenant,omitempty"` // name; none for the whole desk
	TenantID  string   `json:"tenantId,omitempty"`
	Members   []string `json:"members"` // names to show
	MemberIDs []string `json:"memberIds"`
	CreatedAt string   `json:"createdAt"`
}

// ofDesk is the flag of what belongs to a tenant or to the whole desk.
type ofDesk struct {
	Tenant string `help:"Tenant that it belongs to: GUID, domain or name. Default: the whole desk." placeholder:"TENANT"`
}

// id is the id of the tenant, "" for the whole desk.
func (o ofDesk) id(ctx context.Context, desk *app.Rooms) (string, error) {
	if o.Tenant == "" {
		return "", nil
	}
	tenant, err := desk.Archive.Tenant(ctx, o.Tenant)
	return tenant.ID, err
}

// inTenant is the flag that narrows a list.
type inTenant struct {
	Tenant string `help:"List what serves one tenant only: its own and that of the whole desk." placeholder:"TENANT"`
}

// printNouns prints what serves the tenant that is asked for, all without one.
// Each is made a row of columns with the names of tenants and parties.
func printNouns[T, J any](ctx context.Context, s *session, o inTenant, head string, read func(context.Context, *app.Rooms) ([]T, error), owner func(T) string, row func(T, labels) (J, []string)) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	tenants, only, err := tenantNames(ctx, desk, o.Tenant)
	if err != nil {
		return err
	}
	parties, err := desk.People.PartyNames(ctx)
	if err != nil {
		return err
	}
	all, err := read(ctx, desk)
	if err != nil {
		return err
	}
	list := []J{}
	table := []string{head}
	for _, one := range all {
		if only == "" || tocsin.Serves(owner(one), only) {
			printed, cells := row(one, labels{tenants, parties})
			for i := range cells {
				cells[i] = oneLine(cells[i])
			}
			list, table = append(list, printed), append(table, strings.Join(cells, "\t"))
		}
	}
	return s.print(list, func(w io.Writer) {
		out := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(out, strings.Join(table, "\n"))
		_ = out.Flush() // standard output
	})
}

// labels are names by id.
type labels struct {
	tenants map[string]string
	parties map[tocsin.Party]string
}

// place is the name of a tenant, or what stands for the whole desk.
func (l labels) place(tenantID string) string {
	if tenantID == "" {
		return "(desk)"
	}
	return l.tenants[tenantID]
}

// removeNoun removes the one thing that ref names by its id or by a name, in any
// letter case.
func removeNoun[T any](ctx context.Context, s *session, noun, ref string, read func(context.Context, *app.Rooms) ([]T, error), names func(T, labels) (id, name string), remove func(context.Context, *app.Rooms, string, time.Time) error) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	parties, err := desk.People.PartyNames(ctx)
	if err != nil {
		return err
	}
	all, err := read(ctx, desk)
	if err != nil {
		return err
	}
	var ids []string
	name := ""
	for _, one := range all {
		if id, label := names(one, labels{parties: parties}); strings.EqualFold(ref, id) || strings.EqualFold(ref, label) {
			ids, name = append(ids, id), label
		}
	}
	switch {
	case len(ids) == 0:
		return tocsin.NotFoundf("There is no %s %q.", noun, tocsin.Clip(ref, 64))
	case len(ids) > 1:
		return tocsin.Conflictf("There are several of that name: give one of the ids %s.", strings.Join(ids, ", "))
	}
	if err := remove(ctx, desk, ids[0], time.Now()); err != nil {
		return err
	}
	return s.print(map[string]string{"id": ids[0], "name": name, "state": "removed"}, func(w io.Writer) { fmt.Fprintf(w, "Removed %s %s.\n", noun, name) })
}

func allTeams(ctx context.Context, desk *app.Rooms) ([]tocsin.Team, error) {
	return desk.People.Teams(ctx)
}

type teamAddCmd struct {
	Name   string   `arg:"" help:"Name of the team."`
	Member []string `help:"Name or id of somebody with a role in the tenant; may be repeated." placeholder:"USER"`
	ofDesk
}

func (c *teamAddCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	team := tocsin.Team{ID: tocsin.NewGUID(), Name: c.Name, CreatedAt: time.Now()}
	if team.TenantID, err = c.id(ctx, desk); err != nil {
		return err
	}
	for _, ref := range c.Member {
		user, _, err := desk.People.User(ctx, ref)
		if err != nil {
			return fmt.Errorf("member %q: %w", tocsin.Clip(ref, 64), err)
		}
		team.Members = append(team.Members, user.ID)
	}
	team.Normalize()
	if err := desk.People.AddTeam(ctx, team); err != nil {
		return err
	}
	return s.print(map[string]string{"id": team.ID, "name": team.Name}, func(w io.Writer) { fmt.Fprintf(w, "Added team %s (%s).\n", team.Name, team.ID) })
}

type teamListCmd struct{ inTenant }

func (c *teamListCmd) Run(ctx context.Context, s *session) error {
	return printNouns(ctx, s, c.inTenant, "NAME\tTENANT\tMEMBERS\tID", allTeams, func(t tocsin.Team) string { return t.TenantID }, newTeamJSON)
}

func newTeamJSON(t tocsin.Team, l labels) (teamJSON, []string) {
	members := make([]string, len(t.Members))
	for i, id := range t.Members {
		members[i] = l.parties[tocsin.UserParty(id)]
	}
	slices.Sort(members)
	printed := teamJSON{
		ID: t.ID, Name: t.Name, Tenant: l.tenants[t.TenantID], TenantID: t.TenantID, Members: members, MemberIDs: append([]string{}, t.Members...), CreatedAt: date(t.CreatedAt),
	}
	return printed, []string{t.Name, l.place(t.TenantID), strings.Join(members, ", "), t.ID}
}

type teamRemoveCmd struct {
	Team string `arg:"" help:"Name or id."`
}

func (c *teamRemoveCmd) Run(ctx context.Context, s *session) error {
	return removeNoun(ctx, s, "team", c.Team, allTeams, func(t tocsin.Team, _ labels) (id, name string) { return t.ID, t.Name },
		func(ctx context.Context, desk *app.Rooms, id string, now time.Time) error {
			return desk.People.RemoveTeam(ctx, id, now)
		})
}
