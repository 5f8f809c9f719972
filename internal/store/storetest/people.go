package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// peopleChecks are what the room of people promises.
func peopleChecks() checks {
	return checks{
		"Clients":        clients,
		"ClientSecrets":  clientSecrets,
		"UsedAssertions": usedAssertions,
		"SigningKeys":    signingKeys,
		"Users":          users,
		"Objects":        objects,
		"Sessions":       sessions,
		"SetUp":          setUp,
		"Passkeys":       passkeys,
		"FeedAddresses":  feedAddresses,
		"Rotation":       rotation,
		"Reading":        reading,
		"Viewpoints":     viewpoints,
		"Handlings":      handlings,
		"HandlingsAway":  handlingsAway,
		"Teams":          teamsOfTenants,
		"TeamsThatOwn":   teamsThatOwn,
		"TeamsAtOnce":    teamsAtOnce,
		"Sites":          sitesOfTenants,
		"Contacts":       contactsOfParties,
		"ContactsAsked":  contactsAsked,
		"Liaisons":       liaisonsOfTenants,
		"Parties":        partiesOfTenants,
	}
}

// person is a local user of the suite.
func person(n int, name string, grants ...tocsin.Grant) tocsin.User {
	return tocsin.User{ID: fmt.Sprintf("bbbbbbbb-0000-4000-8000-%012d", n), Name: name, Display: name, CreatedAt: T0, Grants: grants}
}

func addPerson(t *testing.T, s *Desk, u tocsin.User) {
	t.Helper()
	if err := s.AddUser(t.Context(), u, "hash of "+u.Name); err != nil {
		t.Fatal(err)
	}
}

func session(t *testing.T, s *Desk, u tocsin.User, token string) tocsin.Session {
	t.Helper()
	n := tocsin.Session{
		ID: fmt.Sprintf("cccccccc-0000-4000-8000-%012x", token), Hash: tocsin.HashOf([]byte(token)), UserID: u.ID,
		Method: "password", Agent: "browser", Address: "192.0.2.1", CreatedAt: T0, SeenAt: T0, EndsAt: T0.Add(24 * time.Hour),
	}
	if err := s.AddSession(t.Context(), n, tocsin.Hash{}); err != nil {
		t.Fatal(err)
	}
	return n
}

func users(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	alex := person(1, "alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	kim := person(2, "kim", tocsin.Grant{Role: tocsin.RoleReader, TenantID: Contoso}, tocsin.Grant{Role: tocsin.RoleSupportN1, TenantID: Fabrikam})
	addPerson(t, s, alex)
	addPerson(t, s, kim)
	got, password, err := s.User(ctx, "KIM")
	expect(t, "user", got, kim)
	if err != nil || password != "hash of kim" {
		t.Errorf("password = %q, %v", password, err)
	}
	if err := s.AddUser(ctx, person(3, "kim"), ""); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("second kim: %v, want ErrConflict", err)
	}
	if err := s.AddUser(ctx, person(3, "no spaces"), ""); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("bad name: %v, want ErrInvalid", err)
	}
	federated := tocsin.User{ID: person(4, "").ID, Name: "kim", Display: "Kim", Issuer: "https://id.example", Subject: "42", CreatedAt: T0}
	if err := s.AddUser(ctx, federated, ""); err != nil {
		t.Errorf("somebody of another issuer with a name that is taken here: %v", err)
	}
	if got, err := s.UserOf(ctx, "https://id.example", "42"); err != nil || got.ID != federated.ID {
		t.Errorf("UserOf = %+v, %v", got, err)
	}
	if _, err := s.UserOf(ctx, "https://id.example", "43"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("unknown subject: %v, want ErrNotFound", err)
	}
	if got, _, err := s.User(ctx, "kim"); err != nil || got.ID != kim.ID {
		t.Errorf("User(kim) = %+v, %v: names are those of local accounts", got, err)
	}
	if err := s.SetDisabled(ctx, alex.ID, true, T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("disabling the last administrator: %v, want ErrConflict", err)
	}
	if err := s.SetGrants(ctx, alex.ID, nil, false, T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("taking the last administrator's role: %v, want ErrConflict", err)
	}
	if list, err := s.Users(ctx); err != nil || len(list) != 3 || list[0].Name != "alex" || len(list[1].Grants)+len(list[2].Grants) != 2 {
		t.Errorf("Users = %+v, %v", list, err)
	}
}

// objects: a directory says later than at the first sign-in who somebody is.
func objects(t *testing.T, s *Desk) {
	ctx := t.Context()
	const first, second = "AAAAAAAA-0000-4000-8000-00000000000A", "aaaaaaaa-0000-4000-8000-00000000000b"
	kim := tocsin.User{ID: person(4, "").ID, Name: "kim", Display: "Kim", Issuer: "https://id.example", Subject: "42", ObjectID: first, CreatedAt: T0}
	if err := s.AddUser(ctx, kim, ""); err != nil {
		t.Fatal(err)
	}
	if got, err := s.UserOf(ctx, kim.Issuer, kim.Subject); err != nil || got.ObjectID != strings.ToLower(first) {
		t.Errorf("object = %q, %v", got.ObjectID, err)
	}
	if err := s.SetObjectID(ctx, kim.ID, second); err != nil {
		t.Error(err)
	}
	if got, err := s.UserOf(ctx, kim.Issuer, kim.Subject); err != nil || got.ObjectID != second {
		t.Errorf("object = %q, %v", got.ObjectID, err)
	}
	local := person(5, "alex")
	addPerson(t, s, local)
	if err := s.SetObjectID(ctx, local.ID, second); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("object of a local account: %v, want ErrNotFound", err)
	}
}

func sessions(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	addPerson(t, s, person(1, "alex", tocsin.Grant{Role: tocsin.RoleAdministrator}))
	kim := person(2, "kim", tocsin.Grant{Role: tocsin.RoleReader})
	addPerson(t, s, kim)
	ends := map[string]func() error{
		"sign-out":     func() error { return s.EndSession(ctx, kim.ID, sessionID(t, s, kim), T0) },
		"password":     func() error { return s.SetPassword(ctx, kim.ID, "another", T0) },
		"disable":      func() error { return s.SetDisabled(ctx, kim.ID, true, T0) },
		"enable":       func() error { return s.SetDisabled(ctx, kim.ID, false, T0) },
		"role":         func() error { return s.SetGrants(ctx, kim.ID, []tocsin.Grant{{Role: tocsin.RoleSupportN2}}, false, T0) },
		"claimed role": func() error { return s.SetGrants(ctx, kim.ID, []tocsin.Grant{{Role: tocsin.RoleReader}}, true, T0) },
		"its limit":    func() error { _, err := s.Sweep(ctx, T0.Add(25*time.Hour), T0); return err },
	}
	for name, end := range ends {
		if name == "enable" {
			continue
		}
		n := session(t, s, kim, name)
		if got, who, err := s.Session(ctx, n.Hash); err != nil || got != n || who.ID != kim.ID || len(who.Grants) == 0 {
			t.Fatalf("Session = %+v, %+v, %v", got, who, err)
		}
		before := sessionRevision(t, s)
		if err := end(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if after := sessionRevision(t, s); (after > before) != (name != "its limit") {
			t.Errorf("after %s the session revision is %d, was %d", name, after, before)
		}
		if _, _, err := s.Session(ctx, n.Hash); !errors.Is(err, tocsin.ErrNotFound) {
			t.Errorf("after %s: %v, want ErrNotFound", name, err)
		}
		if name == "disable" {
			if err := s.AddSession(ctx, n, tocsin.Hash{}); !errors.Is(err, tocsin.ErrForbidden) {
				t.Errorf("session of a disabled person: %v, want ErrForbidden", err)
			}
			if err := ends["enable"](); err != nil {
				t.Error(err)
			}
		}
	}
	old := session(t, s, kim, "old")
	next := old
	next.Hash, next.ID = tocsin.HashOf([]byte("next")), person(9, "").ID
	before := sessionRevision(t, s)
	if err := s.AddSession(ctx, next, old.Hash); err != nil {
		t.Fatal(err)
	}
	if after := sessionRevision(t, s); after <= before {
		t.Errorf("the session revision is %d, was %d: a session has ended", after, before)
	}
	before = sessionRevision(t, s)
	if _, _, err := s.Session(ctx, old.Hash); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("the token of before signing in: %v, want ErrNotFound", err)
	}
	if err := s.TouchSession(ctx, next.Hash, T0.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	if list, err := s.Sessions(ctx, kim.ID); err != nil || len(list) != 1 || !list[0].SeenAt.Equal(T0.Add(time.Hour)) {
		t.Errorf("Sessions = %+v, %v", list, err)
	}
	for name, want := range map[string]string{"kim": "password", "": "password, as nobody who is known"} {
		if err := s.RefuseSession(ctx, name, "password", T0); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Audit(ctx, store.AuditQuery{Limit: 1}); err != nil || list[0].Action != "session.refuse" || list[0].Object != name || list[0].Detail != want {
			t.Errorf("audit of a refusal = %+v, %v", list, err)
		}
	}
	if err := s.EndSession(ctx, person(1, "").ID, next.ID, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("ending somebody else's session: %v, want ErrNotFound", err)
	}
	if err := s.SetGrants(ctx, kim.ID, []tocsin.Grant{{Role: tocsin.RoleReader}}, true, T0); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Session(ctx, next.Hash); err != nil {
		t.Errorf("after claiming the same roles again: %v", err)
	}
	if after := sessionRevision(t, s); after != before {
		t.Errorf("the session revision is %d, was %d: none has ended", after, before)
	}
}

func sessionRevision(t *testing.T, s *Desk) int64 {
	t.Helper()
	n, err := s.SessionRevision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func sessionID(t *testing.T, s *Desk, u tocsin.User) string {
	t.Helper()
	list, err := s.Sessions(t.Context(), u.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("Sessions = %+v, %v", list, err)
	}
	return list[0].ID
}

// Of several that race to set the desk up, each with a good code, one wins.
func setUp(t *testing.T, s *Desk) {
	ctx := t.Context()
	if needs, err := s.NeedsSetUp(ctx); err != nil || !needs {
		t.Fatalf("NeedsSetUp = %v, %v", needs, err)
	}
	late := tocsin.HashOf([]byte("late"))
	if err := s.AddCode(ctx, "setup", late, T0); err != nil {
		t.Fatal(err)
	}
	if err := s.SetUp(ctx, late, person(99, "late"), "hash"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("with a code that has expired: %v, want ErrNotFound", err)
	}
	if err := s.SetUp(ctx, tocsin.HashOf([]byte("guess")), person(98, "guess"), "hash"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("with a guess: %v, want ErrNotFound", err)
	}
	var group sync.WaitGroup
	var won atomic.Int32
	for i := range 4 {
		code := tocsin.HashOf(fmt.Append(nil, "code ", i))
		if err := s.AddCode(ctx, "setup", code, T0.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			switch err := s.SetUp(ctx, code, person(i, fmt.Sprint("admin", i)), "hash"); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, tocsin.ErrNotFound):
				t.Error(err)
			}
		})
	}
	group.Wait()
	list, err := s.Users(ctx)
	if err != nil || won.Load() != 1 || len(list) != 1 || len(list[0].Grants) != 1 || list[0].Grants[0].Role != tocsin.RoleAdministrator {
		t.Errorf("%d won, users = %+v, %v", won.Load(), list, err)
	}
	if needs, err := s.NeedsSetUp(ctx); err != nil || needs {
		t.Errorf("NeedsSetUp afterwards = %v, %v", needs, err)
	}
}

func passkeys(t *testing.T, s *Desk) {
	ctx := t.Context()
	kim := person(1, "kim")
	addPerson(t, s, kim)
	key := tocsin.Passkey{ID: []byte{1, 2, 3}, UserID: kim.ID, Name: "phone", Credential: []byte("{}"), CreatedAt: T0}
	if err := s.AddPasskey(ctx, key); err != nil {
		t.Fatal(err)
	}
	if err := s.AddPasskey(ctx, key); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("twice: %v, want ErrConflict", err)
	}
	key.Credential, key.UsedAt = []byte(`{"n":1}`), T0.Add(time.Hour)
	challenge := tocsin.HashOf([]byte("challenge"))
	if err := s.UsePasskey(ctx, key, challenge, T0.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	if err := s.UsePasskey(ctx, key, challenge, T0.Add(time.Hour)); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("the same answer again: %v, want ErrConflict", err)
	}
	if list, err := s.Passkeys(ctx, kim.ID); err != nil || len(list) != 1 || string(list[0].Credential) != `{"n":1}` || !list[0].UsedAt.Equal(key.UsedAt) {
		t.Errorf("Passkeys = %+v, %v", list, err)
	}
	if err := s.RemovePasskey(ctx, person(2, "").ID, key.ID, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("removing somebody else's: %v, want ErrNotFound", err)
	}
	if err := s.RemovePasskey(ctx, kim.ID, key.ID, T0); err != nil {
		t.Error(err)
	}
}

func rotation(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	c := tocsin.Client{ID: "aaaaaaaa-0000-4000-8000-000000000001", TenantID: Contoso, Name: "monitor", Scopes: []string{tocsin.ScopeServiceHealth}, CreatedAt: T0}
	if err := s.AddClient(ctx, c, tocsin.Secret{Hash: tocsin.HashOf([]byte("0")), CreatedAt: T0}); err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 3; i++ {
		at := T0.Add(time.Duration(i) * time.Hour)
		if err := s.AddClientSecret(ctx, tocsin.Secret{ClientID: c.ID, Hash: tocsin.HashOf(fmt.Append(nil, i)), CreatedAt: at}, at.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	_, secrets, err := s.Client(ctx, c.ID)
	if err != nil || len(secrets) != 2 || secrets[0].Hash != tocsin.HashOf([]byte("2")) || !secrets[0].ExpiresAt.Equal(T0.Add(3*time.Hour+time.Minute)) || !secrets[1].ExpiresAt.IsZero() {
		t.Errorf("secrets = %+v, %v", secrets, err)
	}
	if err := s.RevokeClient(ctx, c.ID, T0); err != nil {
		t.Fatal(err)
	}
	if err := s.AddClientSecret(ctx, tocsin.Secret{ClientID: c.ID, Hash: tocsin.HashOf([]byte("9")), CreatedAt: T0}, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("secret for a revoked client: %v, want ErrNotFound", err)
	}
}
