package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Add somebody with a local account. Example: tocsin user add duty-officer --role support-n1@contoso"`
	List    userListCmd    `cmd:"" help:"List people with their roles. Example: tocsin user list --output json"`
	Disable userDisableCmd `cmd:"" help:"Keep somebody out and end their sessions. Example: tocsin user disable duty-officer"`
	Enable  userEnableCmd  `cmd:"" help:"Let somebody in again. Example: tocsin user enable duty-officer"`
	Passwd  userPasswdCmd  `cmd:"" help:"Give somebody another password and end their sessions. Example: tocsin user passwd duty-officer"`
}

// userJSON is a person as commands print them. The password is there once,
// when the program made it.
type userJSON struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Display    string      `json:"display"`
	Password   string      `json:"password,omitempty"`
	Issuer     string      `json:"issuer,omitempty"`
	Roles      []grantJSON `json:"roles"`
	CreatedAt  string      `json:"createdAt"`
	DisabledAt string      `json:"disabledAt,omitempty"`
	SignedInAt string      `json:"signedInAt,omitempty"`
}

type grantJSON struct {
	Role     string `json:"role"`
	TenantID string `json:"tenantId,omitempty"` // none for every tenant and the desk itself
	Claimed  bool   `json:"claimed,omitempty"`
}

func newUserJSON(u tocsin.User) userJSON {
	out := userJSON{
		ID: u.ID, Name: u.Name, Display: u.Display, Issuer: u.Issuer, Roles: []grantJSON{},
		CreatedAt: date(u.CreatedAt), DisabledAt: date(u.DisabledAt), SignedInAt: date(u.SignedInAt),
	}
	for _, g := range u.Grants {
		out.Roles = append(out.Roles, grantJSON{string(g.Role), g.TenantID, g.Claimed})
	}
	return out
}

type userAddCmd struct {
	Name     string   `arg:"" help:"Name to sign in with."`
	Role     []string `help:"Role, in every tenant or as ROLE@TENANT in one; may be repeated. One of ${roles}." placeholder:"ROLE"`
	Display  string   `help:"Name to show. Default: the name." placeholder:"TEXT"`
	Password string   `help:"Where the password comes from: generate prints a new one, stdin reads a line." enum:"generate,stdin" default:"generate"`
}

func (c *userAddCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	user := tocsin.User{ID: tocsin.NewGUID(), Name: c.Name, Display: c.Display, CreatedAt: time.Now()}
	user.Normalize()
	if user.Grants, err = parseGrants(ctx, desk, c.Role); err != nil {
		return err
	}
	password, made, err := s.password(c.Password, user.Name)
	if err != nil {
		return err
	}
	if err := desk.People.AddUser(ctx, user, signin.HashPassword(password)); err != nil {
		return err
	}
	printed := newUserJSON(user)
	if made {
		printed.Password = password
	}
	return s.print(printed, func(w io.Writer) {
		fmt.Fprintf(w, "name      %s\n", user.Name)
		if made {
			fmt.Fprintf(w, "password  %s\n", password)
			fmt.Fprintln(s.env.Stderr, "The password is shown this once; only its hash is kept.")
		}
	})
}

// parseGrants reads roles as they are written on the command line.
func parseGrants(ctx context.Context, desk *app.Rooms, list []string) ([]tocsin.Grant, error) {
	var grants []tocsin.Grant
	for _, text := range list {
		role, ref, inTenant := strings.Cut(text, "@")
		g := tocsin.Grant{Role: tocsin.Role(role)}
		if inTenant {
			tenant, err := desk.Archive.Tenant(ctx, ref)
			if err != nil {
				return nil, err
			}
			g.TenantID = tenant.ID
		}
		if err := g.Validate(); err != nil {
			return nil, err
		}
		grants = append(grants, g)
	}
	return grants, nil
}

// password reads or makes a password.
func (s *session) password(from, name string) (password string, made bool, err error) {
	if from == "generate" {
		return signin.NewPassword(), true, nil
	}
	line, err := bufio.NewReader(io.LimitReader(s.env.Stdin, 4<<10)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", false, fmt.Errorf("read password: %w", err)
	}
	password = strings.TrimRight(line, "\r\n")
	return password, false, signin.CheckPassword(password, name)
}

type userListCmd struct{}

func (c *userListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	users, err := desk.People.Users(ctx)
	if err != nil {
		return err
	}
	names, _, err := tenantNames(ctx, desk, "")
	if err != nil {
		return err
	}
	list := make([]userJSON, len(users))
	for i, u := range users {
		list[i] = newUserJSON(u)
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tROLES\tLAST SIGN-IN\tSTATE")
		for _, u := range list {
			roles := make([]string, len(u.Roles))
			for i, g := range u.Roles {
				roles[i] = g.Role
				if g.TenantID != "" {
					roles[i] += "@" + names[g.TenantID]
				}
			}
			state := "active"
			if u.DisabledAt != "" {
				state = "disabled"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", u.Name, strings.Join(roles, " "), u.SignedInAt, state)
		}
		_ = table.Flush() // standard output
	})
}

type userDisableCmd struct {
	Name string `arg:"" help:"Name or id."`
}

func (c *userDisableCmd) Run(ctx context.Context, s *session) error {
	return s.changeUser(ctx, c.Name, "disabled", func(ctx context.Context, desk *app.Rooms, u tocsin.User) error {
		return desk.People.SetDisabled(ctx, u.ID, true, time.Now())
	})
}

type userEnableCmd struct {
	Name string `arg:"" help:"Name or id."`
}

func (c *userEnableCmd) Run(ctx context.Context, s *session) error {
	return s.changeUser(ctx, c.Name, "active", func(ctx context.Context, desk *app.Rooms, u tocsin.User) error {
		return desk.People.SetDisabled(ctx, u.ID, false, time.Now())
	})
}

// changeUser does one thing to somebody and says so.
func (s *session) changeUser(ctx context.Context, name, state string, change func(context.Context, *app.Rooms, tocsin.User) error) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	user, _, err := desk.People.User(ctx, name)
	if err != nil {
		return err
	}
	if err := change(ctx, desk, user); err != nil {
		return err
	}
	return s.print(map[string]string{"id": user.ID, "name": user.Name, "state": state}, func(w io.Writer) { fmt.Fprintf(w, "%s is %s.\n", user.Name, state) })
}

type userPasswdCmd struct {
	Name     string `arg:"" help:"Name or id."`
	Password string `help:"Where the password comes from: generate prints a new one, stdin reads a line." enum:"generate,stdin" default:"generate"`
}

func (c *userPasswdCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	user, _, err := desk.People.User(ctx, c.Name)
	if err != nil {
		return err
	}
	password, made, err := s.password(c.Password, user.Name)
	if err != nil {
		return err
	}
	if err := desk.People.SetPassword(ctx, user.ID, signin.HashPassword(password), time.Now()); err != nil {
		return err
	}
	printed := map[string]string{"id": user.ID, "name": user.Name, "state": "changed"}
	if made {
		printed["password"] = password
	}
	return s.print(printed, func(w io.Writer) {
		fmt.Fprintf(w, "name      %s\n", user.Name)
		if made {
			fmt.Fprintf(w, "password  %s\n", password)
		}
	})
}
