package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// guid is an id of the suite, another one for each n and letter.
func guid(letter rune, n int) string {
	return fmt.Sprintf("%s-0000-4000-8000-%012d", strings.Repeat(string(letter), 8), n)
}

// crew are people of the suite: kim and ana of Contoso, joe of Fabrikam, alex of
// the whole desk, and bo, who may not sign in.
func crew(t *testing.T, s *Desk) (kim, ana, joe, alex, bo tocsin.User) {
	t.Helper()
	AddTenants(t, s)
	kim = person(1, "kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: Contoso})
	ana = person(2, "ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: Contoso})
	joe = person(3, "joe", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: Fabrikam})
	alex = person(4, "alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	bo = person(5, "bo", tocsin.Grant{Role: tocsin.RoleReader, TenantID: Contoso})
	for _, u := range []tocsin.User{kim, ana, joe, alex, bo} {
		addPerson(t, s, u)
	}
	if err := s.SetDisabled(t.Context(), bo.ID, true, T0); err != nil {
		t.Fatal(err)
	}
	return kim, ana, joe, alex, bo
}

// lastAudit is the newest audit entry as one line.
func lastAudit(t *testing.T, s *Desk) string {
	t.Helper()
	list, err := s.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || len(list) == 0 {
		t.Fatalf("Audit = %v, %v", list, err)
	}
	e := list[0]
	return fmt.Sprintf("%s %s in %q: %s", e.Action, e.Object, e.TenantID, e.Detail)
}

// refused checks that each of some changes failed with its kind of error.
func refused(t *testing.T, kind error, changes map[string]error) {
	t.Helper()
	for name, err := range changes {
		if !errors.Is(err, kind) {
			t.Errorf("%s: %v, want %v", name, err, kind)
		}
	}
}

// teamsOfTenants: a name is there once in a tenant, members have a role there,
// and what is removed takes with it what is about nothing else.
func teamsOfTenants(t *testing.T, s *Desk) {
	kim, ana, joe, alex, bo := crew(t, s)
	ctx := t.Context()
	mail := tocsin.Team{ID: guid('d', 1), TenantID: Contoso, Name: "Mail team", Members: []string{ana.ID, kim.ID}, CreatedAt: T0}
	given := mail
	given.Name, given.Members = " Mail team ", []string{strings.ToUpper(kim.ID), ana.ID, kim.ID}
	if err := s.AddTeam(ctx, given); err != nil {
		t.Fatal(err)
	}
	mail.Members = []string{kim.ID, ana.ID}
	if got := lastAudit(t, s); got != `team.add Mail team in "`+Contoso+`": members ana, kim` {
		t.Errorf("audit: %s", got)
	}
	before := lastAudit(t, s)
	add := func(n int, tenant, name string, members ...string) error {
		return s.AddTeam(ctx, tocsin.Team{ID: guid('d', n), TenantID: tenant, Name: name, Members: members, CreatedAt: T0})
	}
	refused(t, tocsin.ErrConflict, map[string]error{"the name": add(2, Contoso, "MAIL TEAM"), "the id": add(1, Fabrikam, "Other")})
	refused(t, tocsin.ErrInvalid, map[string]error{
		"no name": add(2, Contoso, " "), "two lines": add(2, Contoso, "a\nb"), "no such tenant": add(2, guid('9', 9), "Other"),
		"somebody of another tenant": add(2, Contoso, "Other", joe.ID), "somebody kept out": add(2, Contoso, "Other", bo.ID),
		"nobody": add(2, Contoso, "Other", guid('9', 9)), "no id": add(2, Contoso, "Other", "kim"), "no team id": s.AddTeam(ctx, tocsin.Team{ID: "x", Name: "x"}),
	})
	if got := lastAudit(t, s); got != before {
		t.Errorf("refused changes are audited: %s", got)
	}
	if err := errors.Join(add(3, "", "mail team", joe.ID, kim.ID), add(4, Fabrikam, "Mail team"), add(5, Contoso, "Élan", alex.ID)); err != nil {
		t.Errorf("the same name elsewhere: %v", err)
	}
	refused(t, tocsin.ErrConflict, map[string]error{"the name in capitals beyond ASCII": add(6, Contoso, "ÉLAN")})

	// Who is a member may stay one without a role; others may not come.
	if err := s.SetGrants(ctx, ana.ID, nil, false, T0); err != nil {
		t.Fatal(err)
	}
	got, err := s.ChangeTeam(ctx, strings.ToUpper(mail.ID), T0.Add(time.Hour), func(team *tocsin.Team) error {
		team.ID, team.TenantID, team.CreatedAt = guid('d', 9), Fabrikam, T0.Add(time.Hour)
		team.Name, team.Members = "Messaging", append(team.Members, alex.ID)
		return nil
	})
	mail.Name, mail.Members = "Messaging", []string{kim.ID, ana.ID, alex.ID}
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "changed", got, mail)
	list, err := s.Teams(ctx)
	if err != nil || len(list) != 4 {
		t.Fatalf("Teams = %+v, %v", list, err)
	}
	expect(t, "in the list", list[2], mail)
	change := func(id string, f func(*tocsin.Team) error) error {
		_, err := s.ChangeTeam(ctx, id, T0, f)
		return err
	}
	refused(t, tocsin.ErrConflict, map[string]error{
		"renaming": change(mail.ID, func(team *tocsin.Team) error { team.Name = "élan"; return nil }),
		"own":      change(mail.ID, func(*tocsin.Team) error { return tocsin.Conflictf("no") }),
	})
	refused(t, tocsin.ErrInvalid, map[string]error{
		"somebody of another tenant": change(mail.ID, func(team *tocsin.Team) error { team.Members = append(team.Members, joe.ID); return nil }),
	})
	refused(t, tocsin.ErrNotFound, map[string]error{"unknown": change(guid('d', 9), func(*tocsin.Team) error { return nil }), "removing": s.RemoveTeam(ctx, guid('d', 9), T0)})
	if err := s.AddContact(ctx, tocsin.Contact{ID: guid('e', 1), TenantID: Contoso, Of: tocsin.TeamParty(mail.ID), Mail: "mail@contoso.example", CreatedAt: T0}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveTeam(ctx, mail.ID, T0); err != nil {
		t.Fatal(err)
	}
	if got := lastAudit(t, s); got != `team.remove Messaging in "`+Contoso+`": with 1 contact; 0 messages without an owner` {
		t.Errorf("audit: %s", got)
	}
	if rest, err := s.Contacts(ctx); err != nil || len(rest) != 0 {
		t.Errorf("contacts of a removed team: %+v, %v", rest, err)
	}
}

// teamsAtOnce: of many who add one name, one does; no change of members is lost.
func teamsAtOnce(t *testing.T, s *Desk) {
	kim, ana, _, alex, _ := crew(t, s)
	ctx := t.Context()
	var group sync.WaitGroup
	var mu sync.Mutex
	added := 0
	for n := range 8 {
		group.Go(func() {
			err := s.AddTeam(ctx, tocsin.Team{ID: guid('d', n), TenantID: Contoso, Name: "Mail", CreatedAt: T0})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				added++
			} else if !errors.Is(err, tocsin.ErrConflict) {
				t.Errorf("adding: %v", err)
			}
		})
	}
	group.Wait()
	list, err := s.Teams(ctx)
	if err != nil || added != 1 || len(list) != 1 {
		t.Fatalf("%d added, %+v, %v", added, list, err)
	}
	for _, u := range []tocsin.User{kim, ana, alex} {
		group.Go(func() {
			_, err := s.ChangeTeam(ctx, list[0].ID, T0, func(team *tocsin.Team) error {
				team.Members = append(team.Members, u.ID)
				return nil
			})
			if err != nil {
				t.Errorf("joining: %v", err)
			}
		})
	}
	group.Wait()
	if list, err = s.Teams(ctx); err != nil || len(list[0].Members) != 3 {
		t.Errorf("members = %+v, %v", list, err)
	}
}

// sitesOfTenants: seats and time zone are what they can be.
func sitesOfTenants(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	paris := tocsin.Site{ID: guid('d', 1), TenantID: Contoso, Name: "Paris", Region: "EMEA", Seats: 1200, Zone: "Europe/Paris", CreatedAt: T0}
	if err := s.AddSite(ctx, paris); err != nil {
		t.Fatal(err)
	}
	if got := lastAudit(t, s); got != `site.add Paris in "`+Contoso+`": EMEA, 1200 seats, Europe/Paris` {
		t.Errorf("audit: %s", got)
	}
	add := func(change func(*tocsin.Site)) error {
		site := tocsin.Site{ID: guid('d', 2), TenantID: Contoso, Name: "Lyon", CreatedAt: T0}
		change(&site)
		return s.AddSite(ctx, site)
	}
	refused(t, tocsin.ErrConflict, map[string]error{"the name": add(func(site *tocsin.Site) { site.Name = "paris" })})
	refused(t, tocsin.ErrInvalid, map[string]error{
		"seats below none": add(func(site *tocsin.Site) { site.Seats = -1 }), "seats beyond all": add(func(site *tocsin.Site) { site.Seats = 10_000_001 }),
		"no zone": add(func(site *tocsin.Site) { site.Zone = "Europe/Lutetia" }), "the machine's zone": add(func(site *tocsin.Site) { site.Zone = "Local" }),
		"a file": add(func(site *tocsin.Site) { site.Zone = "../../etc/passwd" }), "a long region": add(func(site *tocsin.Site) { site.Region = strings.Repeat("x", 101) }),
		"no such tenant": add(func(site *tocsin.Site) { site.TenantID = guid('9', 9) }),
	})
	if err := add(func(*tocsin.Site) {}); err != nil {
		t.Error(err)
	}
	got, err := s.ChangeSite(ctx, paris.ID, T0, func(site *tocsin.Site) error { site.Seats = 900; return nil })
	if paris.Seats = 900; err != nil {
		t.Fatal(err)
	}
	expect(t, "changed", got, paris)
	list, err := s.Sites(ctx)
	if err != nil || len(list) != 2 || list[0].Name != "Lyon" || list[0].Location() != time.UTC || list[1].Location().String() != "Europe/Paris" {
		t.Errorf("Sites = %+v, %v", list, err)
	}
	if err := s.RemoveSite(ctx, paris.ID, T0); err != nil {
		t.Error(err)
	}
	if list, err = s.Sites(ctx); err != nil || len(list) != 1 {
		t.Errorf("after removing: %+v, %v", list, err)
	}
}

// contactsOfParties: personal data stay out of the audit log, and what was
// confirmed of another number is confirmed no more.
func contactsOfParties(t *testing.T, s *Desk) {
	kim, _, joe, alex, bo := crew(t, s)
	ctx := t.Context()
	c := tocsin.Contact{ID: guid('d', 1), TenantID: Contoso, Of: tocsin.UserParty(kim.ID), Mail: "kim@home.example", Phone: "+33 1 23 45 67 89", CreatedAt: T0}
	if err := s.AddContact(ctx, c); err != nil {
		t.Fatal(err)
	}
	if got := lastAudit(t, s); got != `contact.add kim in "`+Contoso+`": mail and telephone` {
		t.Errorf("audit: %s", got)
	}
	add := func(change func(*tocsin.Contact)) error {
		other := tocsin.Contact{ID: guid('d', 2), TenantID: Contoso, Of: tocsin.UserParty(alex.ID), Mail: "alex@home.example", CreatedAt: T0}
		change(&other)
		return s.AddContact(ctx, other)
	}
	bad := map[string]error{
		"neither":          add(func(c *tocsin.Contact) { c.Mail = "" }),
		"a name":           add(func(c *tocsin.Contact) { c.Mail = "Secret <secret@home.example>" }),
		"no address":       add(func(c *tocsin.Contact) { c.Mail = "secret" }),
		"two lines":        add(func(c *tocsin.Contact) { c.Mail = "secret@home.example\r\nBcc: all@contoso.example" }),
		"letters":          add(func(c *tocsin.Contact) { c.Phone = "secret" }),
		"an endless one":   add(func(c *tocsin.Contact) { c.Phone = strings.Repeat("1", 31) }),
		"nobody":           add(func(c *tocsin.Contact) { c.Of = tocsin.Party{} }),
		"a thing":          add(func(c *tocsin.Contact) { c.Of.Kind = "site" }),
		"no role there":    add(func(c *tocsin.Contact) { c.Of = tocsin.UserParty(joe.ID) }),
		"kept out":         add(func(c *tocsin.Contact) { c.Of = tocsin.UserParty(bo.ID) }),
		"an unknown team":  add(func(c *tocsin.Contact) { c.Of = tocsin.TeamParty(guid('e', 1)) }),
		"an unknown place": add(func(c *tocsin.Contact) { c.TenantID = guid('9', 9) }),
	}
	refused(t, tocsin.ErrInvalid, bad)
	for name, err := range bad {
		if strings.Contains(err.Error(), "ecret") {
			t.Errorf("%s: the error repeats what is personal: %v", name, err)
		}
	}
	refused(t, tocsin.ErrConflict, map[string]error{"a second one": add(func(c *tocsin.Contact) { c.Of = tocsin.UserParty(kim.ID) })})
	if err := add(func(c *tocsin.Contact) { c.TenantID, c.Of = "", tocsin.UserParty(kim.ID) }); err != nil {
		t.Errorf("one for the whole desk: %v", err)
	}
	change := func(f func(*tocsin.Contact)) tocsin.Contact {
		t.Helper()
		got, err := s.ChangeContact(ctx, c.ID, T0.Add(time.Hour), func(c *tocsin.Contact) error { f(c); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	c.ConfirmedAt = T0.Add(time.Hour)
	expect(t, "confirmed", change(func(c *tocsin.Contact) { c.ConfirmedAt = T0.Add(time.Hour) }), c)
	if got := lastAudit(t, s); got != `contact.change kim in "`+Contoso+`": mail and telephone, confirmed 2026-03-02` {
		t.Errorf("audit: %s", got)
	}
	expect(t, "saved again", change(func(c *tocsin.Contact) { c.Phone = " " + c.Phone }), c)
	c.Phone, c.ConfirmedAt = "112", time.Time{}
	expect(t, "with another number", change(func(c *tocsin.Contact) { c.Phone = "112" }), c)
	if err := s.RemoveContact(ctx, c.ID, T0); err != nil {
		t.Error(err)
	}
	if list, err := s.Contacts(ctx); err != nil || len(list) != 1 || list[0].TenantID != "" {
		t.Errorf("Contacts = %+v, %v", list, err)
	}
}

// liaisonsOfTenants: who speaks with the provider, and who does when they
// cannot, have a role in the tenant.
func liaisonsOfTenants(t *testing.T, s *Desk) {
	kim, ana, joe, alex, _ := crew(t, s)
	ctx := t.Context()
	l := tocsin.Liaison{ID: guid('d', 1), TenantID: Contoso, UserID: kim.ID, Reach: "weekdays, +33 1 23 45 67 89", StandInID: alex.ID, CreatedAt: T0}
	if err := s.AddLiaison(ctx, l); err != nil {
		t.Fatal(err)
	}
	if got := lastAudit(t, s); got != `liaison.add kim in "`+Contoso+`": stand-in alex` {
		t.Errorf("audit: %s", got)
	}
	add := func(change func(*tocsin.Liaison)) error {
		other := tocsin.Liaison{ID: guid('d', 2), TenantID: Contoso, UserID: ana.ID, CreatedAt: T0}
		change(&other)
		return s.AddLiaison(ctx, other)
	}
	refused(t, tocsin.ErrConflict, map[string]error{"twice": add(func(l *tocsin.Liaison) { l.UserID = kim.ID })})
	refused(t, tocsin.ErrInvalid, map[string]error{
		"no tenant": add(func(l *tocsin.Liaison) { l.TenantID = "" }), "nobody": add(func(l *tocsin.Liaison) { l.UserID = "" }),
		"no role there": add(func(l *tocsin.Liaison) { l.UserID = joe.ID }), "a stand-in without one": add(func(l *tocsin.Liaison) { l.StandInID = joe.ID }),
		"their own stand-in": add(func(l *tocsin.Liaison) { l.StandInID = ana.ID }), "a long story": add(func(l *tocsin.Liaison) { l.Reach = strings.Repeat("x", 101) }),
	})
	if err := add(func(*tocsin.Liaison) {}); err != nil {
		t.Error(err)
	}
	l.StandInID, l.Reach = "", "by day"
	got, err := s.ChangeLiaison(ctx, l.ID, T0, func(l *tocsin.Liaison) error { l.StandInID, l.Reach = "", "by day"; return nil })
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "changed", got, l)
	if err := s.RemoveLiaison(ctx, l.ID, T0); err != nil {
		t.Error(err)
	}
	if list, err := s.Liaisons(ctx); err != nil || len(list) != 1 || list[0].UserID != ana.ID {
		t.Errorf("Liaisons = %+v, %v", list, err)
	}
}

// partiesOfTenants: something is given to people with a role in the tenant and
// to its teams, and each has a name of its own.
func partiesOfTenants(t *testing.T, s *Desk) {
	kim, ana, joe, alex, bo := crew(t, s)
	ctx := t.Context()
	twin := person(6, "kim2", tocsin.Grant{Role: tocsin.RoleReader, TenantID: Contoso})
	twin.Display = "Kim"
	addPerson(t, s, twin)
	for n, tenant := range []string{Contoso, Fabrikam, ""} {
		if err := s.AddTeam(ctx, tocsin.Team{ID: guid('d', n), TenantID: tenant, Name: fmt.Sprint("Team ", n), CreatedAt: T0}); err != nil {
			t.Fatal(err)
		}
	}
	named := func(p tocsin.Party, name, account string) tocsin.NamedParty {
		return tocsin.NamedParty{Party: p, Name: name, Account: account}
	}
	got, err := s.Parties(ctx, strings.ToUpper(Contoso))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "of a tenant", got, []tocsin.NamedParty{
		named(tocsin.UserParty(alex.ID), "alex", "alex"), named(tocsin.UserParty(ana.ID), "ana", "ana"), named(tocsin.UserParty(kim.ID), "kim (kim)", "kim"), named(tocsin.UserParty(twin.ID), "Kim (kim2)", "kim2"),
		named(tocsin.TeamParty(guid('d', 0)), "Team 0", ""), named(tocsin.TeamParty(guid('d', 2)), "Team 2", ""),
	})
	if got, err = s.Parties(ctx, ""); err != nil || len(got) != 6 {
		t.Errorf("of the desk: %+v, %v", got, err)
	}
	names, err := s.PartyNames(ctx)
	if err != nil || len(names) != 9 || names[tocsin.UserParty(bo.ID)] != "bo" || names[tocsin.UserParty(joe.ID)] != "joe" || names[tocsin.TeamParty(guid('d', 1))] != "Team 1" {
		t.Errorf("PartyNames = %+v, %v", names, err)
	}
}
