package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type clientCmd struct {
	Add    clientAddCmd    `cmd:"" help:"Add an API client and print its secret, once. Example: tocsin client add --tenant contoso --scope ServiceHealth.Read --expires 365d --rate 600"`
	List   clientListCmd   `cmd:"" help:"List API clients. Example: tocsin client list --tenant contoso --output json"`
	Revoke clientRevokeCmd `cmd:"" help:"End an API client: it gets no more tokens, and those it has are refused. Example: tocsin client revoke 0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b57"`
	Secret clientSecretCmd `cmd:"" help:"Add, list and revoke the secrets and certificates of a client."`
}

type clientAddCmd struct {
	Tenant      string   `help:"Tenant that the client reads: GUID, domain or name." required:"" placeholder:"TENANT"`
	Scope       []string `help:"Permission: ServiceHealth.Read, ServiceHealth.Read.All, ServiceMessage.Read.All, or of the own API Desk.Read, Desk.Read.Privacy, Desk.Author, Desk.Manage, Desk.Manage.All; may be repeated." required:""`
	Name        string   `help:"Name of the client. Default: made from the time."`
	Expires     string   `help:"When the client ends: a date, an instant or a time from now such as 365d. Default: never." placeholder:"WHEN"`
	Rate        int      `help:"Requests a minute that it may send. Default: limits.perMinute of the settings." placeholder:"N"`
	Certificate string   `help:"PEM file with a certificate by whose key the client proves itself, in place of a secret." placeholder:"FILE" type:"existingfile"`
	Shape       string   `help:"Field names in answers of the legacy API: both, documented or wire. Default: the tenant's." enum:"both,documented,wire," default:""`
}

// clientJSON is a client as commands print it. The secret is there once, when
// the client is added.
type clientJSON struct {
	ID          string      `json:"clientId"`
	Secret      string      `json:"clientSecret,omitempty"`
	Certificate *secretJSON `json:"certificate,omitempty"`
	Tenant      string      `json:"tenant"`
	TenantID    string      `json:"tenantId"`
	Name        string      `json:"name"`
	Scopes      []string    `json:"scopes"`
	Shape       string      `json:"shape,omitempty"`
	PerMinute   int         `json:"requestsPerMinute,omitempty"`
	CreatedAt   string      `json:"createdAt"`
	ExpiresAt   string      `json:"expiresAt,omitempty"`
	RevokedAt   string      `json:"revokedAt,omitempty"`
}

func newClientJSON(c tocsin.Client, tenant string) clientJSON {
	return clientJSON{
		ID: c.ID, Tenant: tenant, TenantID: c.TenantID, Name: c.Name, Scopes: c.Scopes, Shape: string(c.Shape), PerMinute: c.PerMinute,
		CreatedAt: date(c.CreatedAt), ExpiresAt: date(c.ExpiresAt), RevokedAt: date(c.RevokedAt),
	}
}

func (c *clientAddCmd) Run(ctx context.Context, s *session) error {
	now := time.Now()
	expires, err := parseWhen("expires", c.Expires, now)
	if err != nil {
		return err
	}
	desk, tenant, err := ofTenant{c.Tenant}.openToWrite(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	if c.Name == "" {
		c.Name = "client " + now.UTC().Format("2006-01-02 15:04:05.000")
	}
	client := tocsin.Client{
		ID: tocsin.NewGUID(), TenantID: tenant.ID, Name: c.Name, Scopes: c.Scope, Shape: tocsin.Shape(c.Shape), PerMinute: c.Rate,
		CreatedAt: now, ExpiresAt: expires,
	}
	if c.Certificate != "" {
		return c.addWithCertificate(ctx, s, desk, client, tenant.Name)
	}
	secret, err := app.AddClient(ctx, desk.Programs, client)
	if err != nil {
		return err
	}
	printed := newClientJSON(client, tenant.Name)
	printed.Secret = secret
	return s.print(printed, func(w io.Writer) {
		fmt.Fprintf(w, "client id      %s\nclient secret  %s\n", client.ID, secret)
		fmt.Fprintln(s.env.Stderr, "The secret is shown this once; only its hash is kept.")
	})
}

func (c *clientAddCmd) addWithCertificate(ctx context.Context, s *session, desk *app.Rooms, client tocsin.Client, tenant string) error {
	text, err := os.ReadFile(c.Certificate)
	if err != nil {
		return fmt.Errorf("read certificate: %w", err)
	}
	kept, err := app.AddCertificateClient(ctx, desk.Programs, client, text)
	if err != nil {
		return err
	}
	printed := newClientJSON(client, tenant)
	printed.Certificate = newSecretJSON(kept, client.CreatedAt)
	return s.print(printed, func(w io.Writer) {
		fmt.Fprintf(w, "client id      %s\ncertificate    %s, until %s\n", client.ID, printed.Certificate.Thumbprint, printed.Certificate.ExpiresAt)
	})
}

type clientListCmd struct {
	Tenant string `help:"List those of one tenant only." placeholder:"TENANT"`
}

func (c *clientListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	names, only, err := tenantNames(ctx, desk, c.Tenant)
	if err != nil {
		return err
	}
	clients, err := desk.Programs.Clients(ctx, only)
	if err != nil {
		return err
	}
	list := make([]clientJSON, len(clients))
	for i, client := range clients {
		list[i] = newClientJSON(client, names[client.TenantID])
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "TENANT\tNAME\tCLIENT ID\tSCOPES\tEXPIRES\tREVOKED")
		for _, one := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", one.Tenant, one.Name, one.ID, strings.Join(one.Scopes, ","), one.ExpiresAt, one.RevokedAt)
		}
		_ = table.Flush() // standard output
	})
}

// tenantNames are the names of all tenants by id, and the id of the one named
// by only, if any.
func tenantNames(ctx context.Context, desk *app.Rooms, only string) (map[string]string, string, error) {
	tenants, err := desk.Archive.Tenants(ctx)
	if err != nil {
		return nil, "", err
	}
	names := make(map[string]string, len(tenants))
	for _, t := range tenants {
		names[t.ID] = t.Name
	}
	if only == "" {
		return names, "", nil
	}
	tenant, err := desk.Archive.Tenant(ctx, only)
	return names, tenant.ID, err
}

type clientRevokeCmd struct {
	ID string `arg:"" help:"The client id."`
}

func (c *clientRevokeCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	if err := desk.Programs.RevokeClient(ctx, c.ID, time.Now()); err != nil {
		return err
	}
	return s.print(map[string]string{"clientId": c.ID, "state": "revoked"}, func(w io.Writer) { fmt.Fprintf(w, "Revoked %s.\n", c.ID) })
}
